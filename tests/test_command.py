#!/usr/bin/env python3
"""`slad test` and `slad check --verbose` from outside: what they print, and how they exit.  test_command.py SLAD"""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLAD = sys.argv.pop(1)
RULES = "standards:\n  calls: {start: offered, stop: answered, within: 2m}\n"
TEST = """tests:
  - name: an hour is too long
    at: 2026-03-02T08:00:00Z
    events:
      - {at: +0s, contact: a, event: offered, queue: "\\u001b[1m", vip: true, n: 3, gone: null}
      - {at: +0s, contact: b, event: offered}
      - {at: +1h, contact: a, event: answered}
    expect: {at: +30m, standard: calls, contact: a, outcome: OUTCOME}
"""


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = Path(self.folder.name, name)
        path.write_text(text)
        return str(path)

    def run_it(self, *words, code=0):
        done = subprocess.run([SLAD, *words], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout, done.stderr

    def test_passing(self):
        path = self.write("good.yaml", RULES + TEST.replace("OUTCOME", "missed"))
        out, err = self.run_it("test", path, path)
        self.assertEqual(out, f"ok    {path}: an hour is too long\n" * 2 + "2 tests, 0 failed\n")
        self.assertEqual(err, "")
        answer = json.loads(self.run_it("test", "--json", path)[0])
        self.assertEqual(answer, {"tests": 1, "failed": 0, "files_with_errors": 0, "results": [
            {"file": path, "line": 4, "name": "an hour is too long", "ok": True, "failures": []}]})

    def test_failing(self):
        path = self.write("bad.yaml", RULES + TEST.replace("OUTCOME", "met"))
        out, _ = self.run_it("test", path, code=1)
        self.assertEqual(out.splitlines(), [
            f"FAIL  {path}:4: an hour is too long",
            f"  {path}:10: at +30m, calls of contact a: outcome: expected met, found missed",
            "    events until then:",
            f"    {path}:7: +0s a offered queue=\\x1b[1m vip=true n=3 gone=null",
            "1 test, 1 failed"])
        answer = json.loads(self.run_it("test", "--json", path, code=1)[0])
        self.assertEqual(answer["failed"], 1)
        self.assertEqual(answer["results"][0]["failures"], [
            {"line": 10, "at": "2026-03-02T08:30:00.000Z", "about": "calls of contact a: outcome", "expected": "met",
             "found": "missed"}])

    def test_errors(self):
        good = self.write("good.yaml", RULES + TEST.replace("OUTCOME", "missed"))
        wrong = self.write("wrong.yaml", RULES.replace("within", "witin") + TEST.replace("OUTCOME", "met"))
        out, err = self.run_it("test", wrong, good, code=1)
        self.assertEqual(out, f"ok    {good}: an hour is too long\n1 test, 0 failed, 1 file with errors\n")
        self.assertIn(f"{wrong}:2:43: error: unknown key \"witin\"", err)
        self.run_it("test", code=2)
        self.run_it("test", "--nonsense", good, code=2)
        self.run_it("test", str(Path(self.folder.name, "none.yaml")), code=1)

    def test_sentences(self):
        path = self.write("slad.yaml", RULES)
        out, _ = self.run_it("check", "--verbose", path)
        self.assertEqual(out.splitlines()[1], f"{path}:2: calls: Contacts are answered within 2 min of being offered. "
                         "No level is set; figures are taken over all time.")
        self.assertEqual(len(self.run_it("check", path)[0].splitlines()), 1)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""`slad test`, `check --verbose` and `diff` from outside: what they print, and how they exit.  test_command.py SLAD"""
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

    def test_help(self):
        for words in (["--help"], *([command, "--help"] for command in ("check", "replay", "events", "test", "diff"))):
            out, err = self.run_it(*words)
            self.assertTrue(out.startswith("usage: slad"), words)
            self.assertEqual(err, "")

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

    def test_replay_of_nothing(self):
        """A report in which nothing was accepted is no success."""
        config = self.write("c.yaml", "standards: {s: {start: a, stop: b, within: 1m}}\n")
        bad, some, none = self.write("bad", "x\n{}\n"), self.write("some", 'x\n{"contact":"k","event":"a","at":1}\n'), self.write("none", "")
        out, err = self.run_it("replay", "--config", config, bad, code=1)
        self.assertEqual(json.loads(out)["events"]["rejected"], 2)
        self.assertTrue(err.startswith(f"{bad}:1: rejected: "), err)
        self.assertIn("no event was accepted, so the report is empty: 2 lines rejected; see above", err)
        self.assertIn(f"2 lines rejected; the first: {bad}:1: rejected: ", self.run_it("replay", "--quiet", "--config", config, bad, code=1)[1])
        self.assertEqual(self.run_it("replay", "--quiet", "--config", config, some)[1], "")
        self.assertIn("there are no events", self.run_it("replay", "--config", config, none)[1])

    def test_diff(self):
        old, new = self.write("old.yaml", RULES), self.write("new.yaml", RULES.replace("2m", "30m") +
                                                              "  mails: {start: a, stop: b, within: 1h}\n")
        out, err = self.run_it("diff", old, new, code=1)
        level = "No level is set; figures are taken over all time."
        self.assertEqual(out.splitlines(), [
            f"{new}:2: calls: changed",
            "  within: 2m → 30m",
            f"  old: Contacts are answered within 2 min of being offered. {level}",
            f"  new: Contacts are answered within 30 min of being offered. {level}",
            f"{new}:3: mails: added: Contacts have the event b within 1 h of the event a. {level}",
            "1 changed, 1 added, 0 removed, 0 only described, warned of or placed otherwise, 0 unchanged"])
        self.assertEqual(err, "")
        same = self.write("same.yaml", RULES.replace("2m", "120s  # two minutes"). replace("{start", "{describe: D, start")
                          .replace("120s  # two minutes}", "120s}"))
        out, _ = self.run_it("diff", old, same)
        self.assertEqual(out.splitlines(), [
            f"{same}:2: calls: described otherwise",
            '  describe: "" → "D"',
            "0 changed, 0 added, 0 removed, 1 only described, warned of or placed otherwise, 0 unchanged"])
        self.run_it("diff", old, old)

    def test_diff_events(self):
        old, new = self.write("old.yaml", RULES), self.write("new.yaml", RULES.replace("2m", "30m"))
        lines = [{"contact": contact, "event": event, "at": f"2026-03-02T{at}Z"} for contact, event, at in [
            ("a", "offered", "08:00:00"), ("a", "answered", "08:05:00"), ("\x1b[1m", "offered", "08:01:00"),
            ("\x1b[1m", "answered", "08:06:00"), ("c", "offered", "08:02:00"), ("c", "answered", "08:50:00")]]
        one = self.write("1.jsonl", "".join(json.dumps(line) + "\n" for line in lines[:3]) + "nothing\n")
        two = self.write("2.jsonl", "".join(json.dumps(line) + "\n" for line in lines[3:]))
        for words in [(old, new, "--events", one, two), ("--events", one, old, new, two)]:
            out, err = self.run_it("diff", *words, code=1)
            self.assertEqual(out.splitlines()[4:], [
                "  figures: counted 3, met 0 → 2, missed 3 → 1, attainment 0.0 % → 66.6 %",
                "  contact breaches 3 → 1: 2 lost (a, \\x1b[1m)",
                "1 changed, 0 added, 0 removed, 0 only described, warned of or placed otherwise, 0 unchanged; figures as of "
                "2026-03-02T08:50:00.000Z"])
            self.assertEqual(len(err.splitlines()), 1)
            self.assertTrue(err.startswith(f"{one}:4: rejected: "), err)
        answer = json.loads(self.run_it("diff", new, old, "--events", one, two, "--until", "2026-03-02T08:03:00Z",
                                        "--json", code=1)[0])
        standard, = answer.pop("standards")
        self.assertEqual(answer, {"differs": True, "added": 0, "removed": 0, "changed": 1, "noted": 0, "unchanged": 0,
                                  "until": "2026-03-02T08:03:00.000Z"})
        self.assertEqual(standard["keys"], [{"key": "within", "old": "30m", "new": "2m"}])
        self.assertEqual(standard["old"]["file"], new)
        self.assertEqual(standard["groups"], [
            {"group": {},
             "old": {"state": "no_data", "counted": 0, "met": 0, "missed": 0, "excluded": 0, "attainment": None},
             "new": {"state": "met", "counted": 1, "met": 0, "missed": 1, "excluded": 0, "attainment": 0.0}}])
        self.assertEqual(standard["breaches"], {
            "old": 0, "new": 1, "lost": {"count": 0, "first": []},
            "gained": {"count": 1, "first": [{"contact": "a", "subject": "a", "started": "2026-03-02T08:00:00.000Z"}]}})

    def test_diff_trouble(self):
        good, wrong = self.write("good.yaml", RULES), self.write("wrong.yaml", RULES.replace("within", "witin"))
        out, err = self.run_it("diff", wrong, good, code=2)
        self.assertEqual(out, "")
        self.assertIn(f"{wrong}:2:43: error: unknown key \"witin\"", err)
        self.assertEqual(len(self.run_it("diff", wrong, wrong, code=2)[1].splitlines()), len(err.splitlines()) * 2)
        for words in [(), (good,), (good, good, good), (good, good, "--nonsense"), (good, good, "--events"),
                      (good, good, "--until", "2026-03-02T08:03:00Z"), ("--events", good, good),
                      (good, good, "--events", good, "--until", "tomorrow"),
                      (good, good, "--events", self.folder.name + "/none")]:
            self.assertEqual(self.run_it("diff", *words, code=2)[0], "")


if __name__ == "__main__":
    unittest.main()

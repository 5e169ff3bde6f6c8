#!/usr/bin/env python3
"""slactl against a daemon that is played by canned answers on a Unix socket.

    test_slactl.py SLACTL [unittest's arguments]
"""
import copy
import csv
import http.server
import io
import json
import os
import pty
import re
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

SLACTL = None  # argv[1]
NIGHT = "2026-03-02T09:04:11.000Z"

STATUS = {
    "version": "0.1.0", "state": "running", "failure": None, "now": "2026-03-02T10:00:00.000Z",
    "started": "2026-03-02T09:00:00.000Z", "pid": 4711,
    "configuration": {"path": "/etc/slad/slad.yaml", "files": ["/etc/slad/slad.yaml"], "generation": 3,
                      "loaded": "2026-03-02T09:00:00.000Z", "refused": None, "adopting": None},
    "database": {"path": "/var/lib/slad/slad.db", "bytes": 5000000, "wal_bytes": 4096, "free_bytes": 0, "events": 77, "writing": False},
    "engine": {"contacts": 5, "open": 2, "groups": 3, "records": 9, "waiting": 0, "clock": NIGHT},
    "standards": [{"name": "calls", "state": "breached", "groups": 3, "breached": 1, "open": 2},
                  {"name": "scores", "state": "met", "groups": 1, "breached": 0, "open": 0}],
    "counters": {"events_accepted": 77, "events_rejected": 2, "events_duplicate": 1},
}
STANDARDS = {"standards": [
    {"name": "calls", "describe": "Nine in ten", "sentence": "At least 90 % of contacts are answered within 2 min.",
     "file": "calls.yaml", "line": 3, "version": 2, "since": NIGHT,
     "target": ["attainment >= 90%"], "window": "30m", "meaning": {"per": ["contact"], "start": ["offered"]}},
    {"name": "scores", "describe": "", "file": "calls.yaml", "line": 9, "version": 1, "since": NIGHT,
     "target": [], "window": None, "meaning": {"per": ["contact"], "value": "csat"}}]}
CONTACT_BREACH = {
    "id": 41, "kind": "contact", "standard": "calls", "version": 2, "state": "open", "contact": "call-17",
    "subject": "call-17", "group": {"queue": "billing"}, "started": "2026-03-02T09:00:00.000Z",
    "due": "2026-03-02T09:02:00.000Z", "decided": "2026-03-02T09:02:00.000Z", "ended": None, "elapsed": None,
    "recorded": NIGHT, "updated": NIGHT, "reason": None, "excused": None}
LEVEL_BREACH = {
    "id": 42, "kind": "level", "standard": "calls", "version": 2, "state": "closed", "group": {"queue": None},
    "target": "attainment >= 90%", "opened": "2026-03-02T09:00:00.000Z", "closed": "2026-03-02T09:03:14.000Z", "elapsed": 194.0,
    "recorded": NIGHT, "updated": NIGHT, "reason": None, "excused": None}
FIGURES = {"until": NIGHT, "standards": [
    {"name": "calls", "groups": [
        {"group": {"queue": "billing"}, "open": 2, "state": "breached", "counted": 10000, "met": 8996, "missed": 1004,
         "excluded": 3, "attainment": 0.8996, "mean": 194.0, "min": 0.25, "max": 3605.5,
         "percentiles": {"50": 14.25, "99.9": None}}]},
    {"name": "scores", "groups": [
        {"group": {}, "open": 0, "state": "no_data", "counted": 0, "met": 0, "missed": 0, "excluded": 0,
         "attainment": None, "mean": 4.5, "min": None, "max": None, "percentiles": {"9": 4.0}}]}]}
OPEN = {"until": NIGHT, "open": [
    {"standard": "calls", "contact": "call-18", "subject": ["k1", "sales"], "group": {"queue": "billing"},
     "started": "2026-03-02T09:04:00.000Z", "due": "2026-03-02T09:06:00.000Z", "limit": 120.0, "elapsed": 11.0,
     "left": 109.0, "paused": False, "missed": False},
    {"standard": "calls", "contact": "call-17", "subject": "call-17", "group": {}, "started": NIGHT, "due": None,
     "limit": 120.0, "elapsed": 500.0, "left": -380.0, "paused": True, "missed": True}]}
WARNINGS = [
    {"id": 9, "kind": "level", "standard": "calls", "version": 2, "state": "closed", "warning": "93%", "group": {},
     "target": "attainment >= 90%", "reached": NIGHT, "closed": NIGHT, "recorded": NIGHT, "updated": NIGHT, "reason": "breached"},
    {"id": 8, "kind": "contact", "standard": "calls", "version": 2, "state": "closed", "warning": "80%", "contact": "call-17",
     "subject": "call-17", "group": {"queue": "billing"}, "started": NIGHT, "due": "2026-03-02T09:06:00.000Z",
     "reached": NIGHT, "closed": NIGHT, "outcome": "met", "recorded": NIGHT, "updated": NIGHT, "reason": None},
    {"id": 7, "kind": "contact", "standard": "calls", "version": 2, "state": "open", "warning": "5m left", "contact": "call-18",
     "subject": ["k1", "sales"], "group": {}, "started": NIGHT, "due": None, "reached": NIGHT, "closed": None,
     "outcome": None, "recorded": NIGHT, "updated": NIGHT, "reason": None}]
QUIET = {"rejected": 0, "last_line": None, "last_error": None, "last_error_at": None}
INPUTS = {"inputs": [
    {"input": "unix:/run/e.sock", "clients": 2, "lines": 7, "format": "jsonl", **QUIET, "last_line": NIGHT},
    {"input": "file:/a.csv", "offset": 100, "size": 157, "lag": 57, "lag_seconds": 0.4, "lines": 3, "error": None, "error_at": None,
     "old": True, "format": "csv", **QUIET, "rejected": 1, "last_error": "the row has 2 columns", "last_error_at": NIGHT},
    {"input": "file:/b.csv", "offset": None, "size": None, "lag": None, "lag_seconds": None, "lines": 0, "error": "no permission",
     "error_at": NIGHT, "old": False, "format": "csv", **QUIET},
    {"input": "ami:127.0.0.1:5038", "state": "not connected", "messages": 0, "lines": 0, "waiting": 0, "error": "refused"}]}
CONTACT = {
    "contact": "call-17",
    "events": [{"seq": 1, "at": "2026-03-02T09:00:00.250Z", "received": "2026-03-02T09:00:02.250Z", "event": "offered",
                "line": {"contact": "call-17", "event": "offered", "at": 1772442000.25, "queue": "billing", "n": 3}}],
    "clocks": [
        {"standard": "calls", "subject": "call-17", "group": {"queue": "billing"}, "applies": True,
         "file": "/etc/slad/calls.yaml", "line": 3, "version": 2, "since": NIGHT,
         "started": "2026-03-02T09:00:00.250Z", "limit": 120.0, "limit_rule": 2, "rule_asks": "tier is gold", "calendar": "office",
         "limits": [{"since": "2026-03-02T09:00:00.250Z", "applies": False, "limit": None, "rule": None, "rule_asks": None,
                     "calendar": "office", "promised": None},
                    {"since": "2026-03-02T09:00:01.000Z", "applies": True, "limit": 600.0, "rule": 3, "rule_asks": None,
                     "calendar": "always", "promised": None},
                    {"since": "2026-03-02T09:00:02.000Z", "applies": True, "limit": 120.0, "rule": 2,
                     "rule_asks": "tier is gold", "calendar": "office", "promised": None}],
         "closed": 61.0, "closures": [{"from": "2026-03-02T09:00:20.000Z", "to": "2026-03-02T09:01:20.000Z"},
                                      {"from": "2026-03-02T09:01:30.000Z", "to": "2026-03-02T09:01:31.000Z"}],
         "due": "2026-03-02T09:02:00.250Z", "paused": False,
         "pauses": [{"from": "2026-03-02T09:00:10.000Z", "to": None}], "outcome": "missed",
         "decided": "2026-03-02T09:02:00.250Z", "ended": NIGHT, "how": "stop", "elapsed": 150.5,
         "text": "Missed: not \"answered\" within 2m."},
        {"standard": "scores", "subject": "call-17", "group": {}, "applies": False, "started": None, "limit": None,
         "limit_rule": None, "calendar": "always", "due": None, "paused": False, "pauses": [], "outcome": None,
         "decided": None, "ended": None, "how": None, "elapsed": 0.0, "text": "It is not a score."}]}


def problem(status, title, detail, **more):
    return status, {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        target = urlsplit(self.path)
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        self.server.asked.append((self.command, unquote(target.path), query))
        status, document = self.server.reply(self.command, unquote(target.path), query)
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except BrokenPipeError:  # slactl has read enough
            pass

    do_GET = do_POST = answer

    def finish(self):
        try:
            super().finish()
        except BrokenPipeError:  # slactl does not wait for the end of an answer without a body
            pass

    def address_string(self):
        return "unix"

    def log_message(self, *_):
        pass


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path):
        super().__init__(str(path), Handler)
        self.asked = []
        self.answers = {
            "/v1/status": STATUS, "/v1/standards": STANDARDS, "/v1/figures": FIGURES, "/v1/open": OPEN,
            "/v1/standards/calls": {**STANDARDS["standards"][0], "versions": [
                {"version": 1, "since": NIGHT, "until": NIGHT, "reason": "edited"},
                {"version": 2, "since": NIGHT, "until": None, "reason": None}]},
            "/v1/breaches": {"breaches": [LEVEL_BREACH, CONTACT_BREACH], "next": None},
            "/v1/warnings": {"warnings": WARNINGS, "next": None},
            "/v1/percentiles": {"percentiles": [
                {"standard": "calls", "group": {"queue": "b"}, "at": NIGHT, "q": "95", "value": 150.0}], "next": None},
            "/v1/contacts/call 17/ä": CONTACT,
            "/v1/reload": {"outcome": "3 standards in force"},
        }

    def reply(self, _method, path, query):
        answer = self.answers.get(path)
        if callable(answer):
            answer = answer(query)
        if answer is None:
            return problem(404, "Not Found", 'no standard is named "cals": did you mean "calls"?')
        return answer if isinstance(answer, tuple) else (200, answer)


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.socket = self.folder / "slad.sock"
        self.daemon = Daemon(self.socket)
        thread = threading.Thread(target=self.daemon.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.daemon.server_close)
        self.addCleanup(self.daemon.shutdown)

    def environment(self, **more):
        keep = {name: value for name, value in os.environ.items() if "SAN_OPTIONS" in name or name == "PATH"}
        return {**keep, "SLAD_SOCKET": str(self.socket), "TZ": "Europe/Riga", "LANG": "C.UTF-8", **more}

    def run_it(self, *words, code=0, **environment):
        done = subprocess.run([SLACTL, *words], capture_output=True, env=self.environment(**environment), check=False,
                              stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual(done.returncode, code, done)
        return done.stdout.decode(), done.stderr.decode()

    def data(self, *words):
        out, err = self.run_it(*words)
        self.assertEqual(err, "")
        return out

    def rows(self, *words):
        out, _ = self.run_it(*words, "--csv")
        self.assertIn("\r\n", out)
        return list(csv.DictReader(io.StringIO(out, newline="")))

    def asked(self, path):
        return [query for _, asked, query in self.daemon.asked if asked == path]

    def on_terminal(self, *words, columns=80, **environment):
        """Standard output as a terminal of so many columns sees it."""
        import fcntl
        import struct
        import termios
        main, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
        process = subprocess.Popen([SLACTL, *words], stdout=other, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL, env=self.environment(TERM="xterm", **environment))
        os.close(other)
        text = b""
        try:
            while piece := os.read(main, 4096):
                text += piece
        except OSError:  # how Linux tells that the other side is closed
            pass
        os.close(main)
        process.wait(60)
        return text.decode().replace("\r\n", "\n")


class Answers(Case):
    def test_breaches_as_a_table(self):
        lines = self.data("breaches").splitlines()
        self.assertEqual(re.split(r"  +", lines[0].strip()),
                         ["id", "standard", "version", "contact or target", "group", "state", "breached (Europe/Riga)",
                          "elapsed", "ended"])
        self.assertEqual(re.split(r"  +", lines[1].strip()),
                         ["42", "calls", "2", "attainment >= 90%", "queue=∅", "closed", "2026-03-02 11:00:00", "3m14s",
                          "2026-03-02 11:03:14"])
        self.assertEqual(re.split(r"  +", lines[2].strip()),
                         ["41", "calls", "2", "call-17", "queue=billing", "open", "2026-03-02 11:02:00", "-", "-"])

    def test_utc(self):
        self.assertIn("breached (UTC)", self.data("breaches", "--utc"))
        self.assertIn("2026-03-02 09:02:00", self.data("--utc", "breaches"))

    def test_breaches_as_csv(self):
        level, contact = self.rows("breaches")
        self.assertEqual(level["closed"], "2026-03-02T09:03:14.000Z")
        self.assertEqual(level["contact"], "")
        self.assertEqual(contact["contact"], "call-17")
        self.assertEqual(contact["group"], "queue=billing")

    def test_csv_keeps_what_it_holds(self):
        nasty = 'a,"b"\r\nc\x1b[31m'
        self.daemon.answers["/v1/breaches"] = {"breaches": [{**CONTACT_BREACH, "contact": nasty}], "next": None}
        self.assertEqual(self.rows("breaches")[0]["contact"], nasty)

    def test_json_is_the_answer(self):
        self.assertEqual(json.loads(self.data("figures", "--json")), FIGURES)
        self.assertIn('"mean": 194.0,\n', self.data("figures", "--json"))
        self.assertEqual(json.loads(self.data("breaches", "--json")), self.daemon.answers["/v1/breaches"])
        self.daemon.answers["/v1/breaches"] = {"breaches": [], "next": None}
        self.assertEqual(json.loads(self.data("breaches", "--json")), {"breaches": [], "next": None})

    def test_filters_are_asked_for(self):
        self.data("breaches", "--since", "24h", "--until=2026-03-02 09:04", "--standard", "calls", "--kind", "contact",
                  "--state=open", "--group", "queue=a b&c", "--group", "vip=")
        self.assertEqual(self.asked("/v1/breaches"), [{
            "since": "24h", "until": "2026-03-02T07:04:00.000Z", "standard": "calls", "kind": "contact",
            "state": "open", "group.queue": "a b&c", "group.vip": "", "limit": "100"}])

    def test_times_as_people_type_them(self):
        for typed, asked in (("2026-03-02", "2026-03-01T22:00:00.000Z"), (NIGHT, NIGHT), ("1772442000", "1772442000"),
                             ("2026-07-01T09:04:05", "2026-07-01T06:04:05.000Z"), ("1h30m", "1h30m"),
                             ("2026-03-02 10:00:00+02:00", "2026-03-02 10:00:00+02:00")):
            self.data("breaches", "--since", typed)
            self.assertEqual(self.asked("/v1/breaches")[-1]["since"], asked)

    def page(self, query):
        """Breaches 2500 … 1, and pages that end early."""
        first = int(query.get("after", 2501)) - 1
        last = max(first - min(int(query["limit"]), 700) + 1, 1)
        rows = [{**CONTACT_BREACH, "id": i} for i in range(first, last - 1, -1)]
        return {"breaches": rows, "next": str(last) if last > 1 else None}

    def test_pages_are_followed(self):
        self.daemon.answers["/v1/breaches"] = self.page
        self.assertEqual([int(row["id"]) for row in self.rows("breaches", "--all")], list(range(2500, 0, -1)))
        self.assertEqual([int(row["id"]) for row in self.rows("breaches", "--limit", "1500")],
                         list(range(2500, 1000, -1)))
        self.assertEqual(self.asked("/v1/breaches")[-1], {"limit": "100", "after": "1101"})
        merged = json.loads(self.data("breaches", "--limit", "900", "--json"))
        self.assertEqual([row["id"] for row in merged["breaches"]], list(range(2500, 1600, -1)))
        self.assertEqual(merged["next"], "1601")

    def test_a_list_that_goes_on_says_so(self):
        self.daemon.answers["/v1/breaches"] = self.page
        out, err = self.run_it("breaches")
        self.assertEqual(len(out.splitlines()), 101)
        self.assertIn("the first 100 breaches; --limit N or --all", err)

    def test_a_daemon_that_turns_in_circles(self):
        self.daemon.answers["/v1/breaches"] = {"breaches": [], "next": "7"}
        self.assertIn("again and again", self.run_it("breaches", code=1)[1])

    def test_nothing_found(self):
        self.daemon.answers["/v1/breaches"] = {"breaches": [], "next": None}
        out, err = self.run_it("breaches", "--since", "24h", "--group", "queue=x")
        self.assertEqual((out, err), ("", "no breaches (since 24h, queue=x)\n"))
        self.assertEqual(self.rows("breaches"), [])

    def test_figures(self):
        lines = [re.split(r"  +", line.strip()) for line in self.data("figures").splitlines()]
        self.assertEqual(lines[0], ["standard", "group", "state", "attainment", "counted", "met", "missed", "excluded",
                                    "open", "p9", "p50", "p99.9", "mean", "max"])
        self.assertEqual(lines[1], ["calls", "queue=billing", "breached", "89.9 %", "10000", "8996", "1004", "3", "2",
                                    "-", "14.25s", "-", "3m14s", "1h5s"])
        self.assertEqual(lines[2], ["scores", "-", "no_data", "-", "0", "0", "0", "0", "0", "4", "-", "-", "4.5", "-"])
        self.assertEqual(self.rows("figures", "--at", "1h")[0]["p50"], "14.25")
        self.assertEqual(self.asked("/v1/figures")[-1], {"at": "1h"})

    def test_percentiles(self):
        lines = self.data("percentiles", "--since", "7d", "--percentile", "95", "--until", NIGHT).splitlines()
        self.assertEqual(re.split(r"  +", lines[1]), ["calls", "queue=b", "2026-03-02 11:04:11", "p95", "2m30s"])
        self.assertEqual(self.asked("/v1/percentiles"), [{"from": "7d", "to": NIGHT, "q": "95", "limit": "100"}])

    def test_open(self):
        lines = [re.split(r"  +", line.strip()) for line in self.data("open", "--at-risk", "10m").splitlines()]
        self.assertEqual(lines[1], ["calls", "call-18", "k1, sales", "queue=billing", "running",
                                    "2026-03-02 11:06:00", "1m49s", "11s", "2m"])
        self.assertEqual(lines[2][-5:], ["missed", "-", "-6m20s", "8m20s", "2m"])
        self.daemon.answers["/v1/open"] = {**OPEN, "complete": False}
        self.assertEqual(self.run_it("open")[1], "the first 2; --limit N shows more\n")
        self.assertEqual(self.rows("open")[0]["started"], "2026-03-02T09:04:00.000Z")
        self.assertEqual(self.asked("/v1/open")[0], {"at_risk": "10m", "limit": "100"})

    def test_open_at_risk(self):
        clock = {**OPEN["open"][0], "at_risk": True, "warning": "80%", "warned": NIGHT, "next_warning": NIGHT}
        self.daemon.answers["/v1/open"] = {**OPEN, "open": [clock]}
        lines = [re.split(r"  +", line.strip()) for line in self.data("open", "--at-risk").splitlines()]
        self.assertEqual((lines[0][4:6], lines[1][4:6]), (["clock", "warning"], ["at risk", "80%"]))
        self.data("open", "--at-risk", "--standard", "calls"); self.data("open", "--at-risk=5m")
        self.assertEqual([q["at_risk"] for q in self.asked("/v1/open")], ["true", "true", "5m"])
        self.assertEqual(self.rows("open")[0]["next_warning"], NIGHT)

    def test_warnings(self):
        lines = [re.split(r"  +", line.strip()) for line in self.data("warnings", "--since", "1h").splitlines()]
        self.assertEqual(lines[0][:6], ["id", "standard", "contact or target", "group", "warning", "reached (Europe/Riga)"])
        self.assertEqual([line[2:5] + [line[7]] for line in lines[1:]],
                         [["attainment >= 90%", "-", "93%", "breached"], ["call-17", "queue=billing", "80%", "met"],
                          ["call-18", "-", "5m left", "open"]])
        self.assertEqual([(r["warning"], r["outcome"], r["reason"], r["subject"]) for r in self.rows("warnings")],
                         [("93%", "", "breached", ""), ("80%", "met", "", "call-17"), ("5m left", "", "", "k1, sales")])
        self.assertEqual(self.asked("/v1/warnings")[0], {"since": "1h", "limit": "100"})

    def test_targets(self):
        group = {**FIGURES["standards"][0]["groups"][0], "state": "met", "at_risk": True,
                 "targets": [{"target": "attainment >= 90%", "state": "met", "headroom": 12, "recover": None}]}
        self.daemon.answers["/v1/figures"] = {"until": NIGHT, "standards": [{"name": "calls", "groups": [group]}]}
        self.assertIn("met, at risk", self.data("figures"))
        self.assertEqual((self.rows("figures")[0]["state"], self.rows("figures")[0]["at_risk"]), ("met", "true"))
        lines = [re.split(r"  +", line.strip()) for line in self.data("figures", "--targets").splitlines()]
        self.assertEqual(lines, [["standard", "group", "target", "state", "headroom", "recover"],
                                 ["calls", "queue=billing", "attainment >= 90%", "met", "12", "-"]])

    def test_standards(self):
        lines = self.data("standards").splitlines()
        self.assertEqual(re.split(r"  +", lines[1]),
                         ["calls", "attainment >= 90%", "30m", "2", "2026-03-02 11:04:11", "Nine in ten"])
        self.assertEqual(lines[-2:], ["", "calls: At least 90 % of contacts are answered within 2 min."])
        self.assertEqual(self.rows("standards")[0]["sentence"], "At least 90 % of contacts are answered within 2 min.")
        one = self.data("standards", "calls")
        self.assertIn("\n  At least 90 % of contacts are answered within 2 min.\n", one)
        self.assertIn("calls: Nine in ten\n", one)
        self.assertRegex(one, r'per +\["contact"\]')
        self.assertRegex(one, r"1  2026-03-02 11:04:11 +2026-03-02 11:04:11  edited")

    def test_explain(self):
        out = self.data("explain", "call 17/ä")
        self.assertRegex(out, r"2026-03-02 11:00:00\.250 +offered +2s +queue=billing, n=3\n")
        self.assertIn('calls: missed\n  Missed: not "answered" within 2m.\n', out)
        self.assertRegex(out, r"limit +2m, rule 2 \(tier is gold\), calendar office\n")
        self.assertRegex(out, r"earlier +from 2026-03-02 11:00:00.250: did not apply\n +earlier +from 2026-03-02 11:00:01.000: "
                              r"10m, rule 3, calendar always\n +limit")
        self.assertRegex(out, r"defined +/etc/slad/calls.yaml, line 3, version 2, in force since 2026-03-02 11:04:11\n")
        self.assertRegex(out, r"closed +2026-03-02 11:00:20.000 to 2026-03-02 11:01:20.000\n"
                              r" +closed +2026-03-02 11:01:30.000 to 2026-03-02 11:01:31.000\n +closed +1m1s in all\n")
        self.assertRegex(out, r"paused +2026-03-02 11:00:10.000 to now\n")
        self.assertRegex(out, r"ended +2026-03-02 11:04:11.000 by stop\n")
        self.assertRegex(out, r"elapsed +2m30s\n")
        self.assertIn("scores: does not apply\n", out)
        scored = {**CONTACT["clocks"][1], "applies": True, "started": NIGHT, "elapsed": 4.5}
        self.daemon.answers["/v1/contacts/call 17/ä"] = {**CONTACT, "clocks": [scored], "complete": False}
        out, err = self.run_it("explain", "call 17/ä")
        self.assertRegex(out, r"value +4\.5\n")
        self.assertIn("more events", err)

    def test_explain_one_standard(self):
        self.data("explain", "call 17/ä", "calls")
        self.assertEqual(self.asked("/v1/contacts/call 17/ä"), [{"standard": "calls"}])
        self.assertEqual([(row["outcome"], row["version"], row["closed"]) for row in
                          self.rows("explain", "call 17/ä", "calls")][0], ("missed", "2", "61"))
        self.daemon.answers["/v1/contacts/call 17/ä"] = {**CONTACT, "clocks": [], "no_clock": {
            "standard": "calls", "file": "/etc/slad/calls.yaml", "line": 3, "version": 2, "since": NIGHT,
            "text": "No event of this contact starts its clock."}}
        out = self.data("explain", "call 17/ä", "calls")
        self.assertIn("\ncalls: no clock\n  No event of this contact starts its clock.\n  defined ", out)
        out, err = self.run_it("explain", "call 17/ä", "calls", "--csv")
        self.assertEqual(len(out.splitlines()), 1)
        self.assertIn("No event of this contact starts its clock.", err)

    def test_status(self):
        out = self.data("status")
        self.assertRegex(out, r"running since 2026-03-02 11:00:00 \(Europe/Riga\), for 1h, pid 4711")
        self.assertRegex(out, r"1 breached, 1 met, 0 without data\n +breached +calls: 1 of 3 groups\n")
        self.assertRegex(out, r"77 accepted, 2 rejected, 1 duplicate since the start")
        self.assertIn("/var/lib/slad/slad.db, 4.8 MiB", out)
        self.assertLessEqual(len(out.splitlines()), 10)
        flat = {row["name"]: row["value"] for row in self.rows("status")}
        self.assertEqual(flat["standards.0.name"], "calls")
        self.assertEqual(flat["database.bytes"], "5000000")

    def test_status_of_trouble(self):
        status = copy.deepcopy(STATUS)
        status.update(state="failed", failure="disk full", inputs=[{"path": "/var/log/queue_log", "lines": 7}])
        status["configuration"]["refused"] = {"at": NIGHT, "findings": ["a.yaml:3:1: error: \x1bno"]}
        self.daemon.answers["/v1/status"] = status
        out, _ = self.run_it("status", code=1)
        self.assertIn("disk full", out)
        self.assertIn("a.yaml:3:1: error: \\x1bno\n", out)
        self.assertIn("/var/log/queue_log, lines 7", out)

    def test_status_of_ill_health(self):
        status = copy.deepcopy(STATUS)
        status["health"] = {"healthy": False, "reasons": [{"what": "clock", "detail": "set \x1bback"}]}
        self.daemon.answers["/v1/status"] = status
        out, _ = self.run_it("status", code=1)
        self.assertRegex(out, r"(?m)^unhealthy +clock: set \\x1bback$")
        status["health"] = {"healthy": True, "reasons": []}
        self.run_it("status", code=0)

    def test_excuse_asks_for_a_number(self):
        for wrong in ("call-17", ""):
            out, err = self.run_it("excuse", wrong, "why", code=2)
            self.assertIn("expected the number of a breach", err)

    def test_nothing_at_risk(self):
        self.daemon.answers["/v1/open"] = {**OPEN, "open": []}
        self.assertEqual(self.run_it("open", "--at-risk")[1], "no open clocks (at-risk)\n")
        self.assertEqual(self.run_it("open", "--at-risk", "5m")[1], "no open clocks (at-risk 5m)\n")

    def test_inputs(self):
        self.daemon.answers["/v1/inputs"] = INPUTS
        out = self.data("inputs", "--utc").splitlines()
        lines = [re.split(r"  +", line.strip()) for line in out]
        self.assertEqual(lines[0], ["input", "read to", "unread", "behind", "lines", "rejected", "clients", "format", "last line (UTC)"])
        self.assertEqual(lines[1], ["unix:/run/e.sock", "-", "-", "-", "7", "0", "2", "jsonl", "2026-03-02 09:04:11"])
        self.assertEqual(lines[2], ["file:/a.csv (old)", "100", "57", "400ms", "3", "1", "-", "csv", "-"])
        self.assertEqual(lines[3][1:6], ["-", "-", "-", "0", "0"])  # what cannot be opened is not said to be read
        self.assertEqual(out[5:], ["file:/a.csv (old): last rejected at 2026-03-02 09:04:11: the row has 2 columns",
                                   "file:/b.csv: not read since 2026-03-02 09:04:11: no permission",
                                   "ami:127.0.0.1:5038: refused"])
        self.assertEqual([row["lag"] for row in self.rows("inputs")], ["", "57", "", ""])

    def test_reload(self):
        self.assertEqual(self.data("reload"), "3 standards in force\n")
        self.assertEqual(self.daemon.asked[-1][0], "POST")

    def test_reload_refused(self):
        self.daemon.answers["/v1/reload"] = problem(
            422, "Unprocessable Content", "2 errors", findings=["a.yaml:1:1: error: x", "b.yaml:2:2: error: y"])
        out, err = self.run_it("reload", code=1)
        self.assertEqual((out, err), ("", "slactl: Unprocessable Content: 2 errors\na.yaml:1:1: error: x\n"
                                          "b.yaml:2:2: error: y\n"))

    def test_check(self):
        good, bad = self.folder / "good.yaml", self.folder / "bad.yaml"
        good.write_text("standards:\n  calls: {start: offered, stop: answered, within: 2m}\n")
        bad.write_text("standards:\n  calls: {strat: offered, stop: answered, within: 2}\n")
        self.assertIn("1 standard in 1 file, no error (checked here", self.data("check", str(good)))
        _, err = self.run_it("check", str(good), str(bad), code=1)
        self.assertRegex(err, r"bad\.yaml:2:\d+: error: .*\n")
        self.assertGreaterEqual(json.loads(self.run_it("check", "--json", str(bad), code=1)[0])["errors"], 2)
        status = copy.deepcopy(STATUS)
        status["configuration"]["path"] = str(good)
        self.daemon.answers["/v1/status"] = status
        self.assertIn(str(good), self.data("check"))


class Tail(Case):
    def test_once(self):
        out = self.data("tail", "--once").splitlines()
        self.assertRegex(out[1], r"2026-03-02 11:04:11  missed +calls  call-17  queue=billing$")
        self.assertRegex(out[2], r"2026-03-02 11:04:11  held again +calls  attainment >= 90%  queue=∅  after 3m14s$")
        self.assertEqual([json.loads(line) for line in self.data("tail", "--once", "--json").splitlines()],
                         [CONTACT_BREACH, LEVEL_BREACH])
        self.assertEqual([row["id"] for row in self.rows("tail", "--once", "--limit", "1")], ["42"])
        self.assertEqual(self.data("tail", "--once", "--csv", "--kind", "warning")[:8], "id,kind,")

    def stream(self, *pieces):
        """Each connection to the stream gets one of these, and then it ends; after the last one that is enough."""
        left, asked = list(pieces), []

        def answer(query):
            asked.append(query)
            return left.pop(0) if left else problem(400, "Bad Request", "enough")

        self.daemon.answers["/v1/stream"] = answer
        return asked

    @staticmethod
    def told(place, kind, data):
        return f"id: {place}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"

    def test_new_and_changed(self):
        later = "2026-03-02T09:05:00.000Z"
        ended = {**CONTACT_BREACH, "state": "closed", "elapsed": 300.0, "ended": later, "updated": later}
        new = {**CONTACT_BREACH, "id": 43, "contact": "call-19", "recorded": later, "updated": later}
        excused = {**LEVEL_BREACH, "excused": {"at": later, "by": 0, "text": "x"}}
        warning = {"id": 3, "kind": "contact", "standard": "calls", "state": "open", "warning": "80%", "contact": "call-20",
                   "group": {"queue": "billing"}, "recorded": later, "updated": later}
        asked = self.stream(
            ("retry: 1000\nid: 7\n\n" + self.told(8, "breach", {"what": "opened", "breach": CONTACT_BREACH})  # in the look, too
             + self.told(9, "breach", {"what": "opened", "breach": new}) + ": beat\nid: 12\n\nid: 99\ndata: never whole").encode(),
            (self.told(13, "breach", {"what": "closed", "breach": ended}) + self.told(14, "breach", {"what": "excused", "breach": excused})
             + self.told(15, "warning", {"what": "opened", "warning": warning})
             + 'event: reload\ndata: {"what":"in force","at":"%s","generation":4}\n\nevent: gap\ndata: {}\n\n' % later).encode())
        out, err = self.run_it("tail", "--standard", "calls", code=1)
        self.assertEqual([re.split(r"  +", line)[1:4] for line in out.splitlines()[1:]],
                         [["missed", "calls", "call-17"], ["held again", "calls", "attainment >= 90%"],
                          ["missed", "calls", "call-19"], ["ended", "calls", "call-17"],
                          ["excused", "calls", "attainment >= 90%"], ["at risk", "calls", "call-20"],
                          ["reload", "generation 4 is in force"]])
        self.assertEqual(asked, [{"standard": "calls"}, {"standard": "calls", "after": "12"}, {"standard": "calls", "after": "15"}])
        self.assertEqual(err, "slactl: the connection is gone; waiting for it to come back\nslactl: it is back\n"
                              "slactl: the daemon does not keep all that happened meanwhile: some is not shown\n"
                              "slactl: the connection is gone; waiting for it to come back\n"
                              "slactl: Bad Request: enough\n")

    def test_lines_for_programs(self):
        new = {**CONTACT_BREACH, "id": 43, "recorded": NIGHT, "updated": NIGHT}
        closed = {**new, "id": 44, "state": "closed"}
        self.stream(("id: 7\n\n" + self.told(8, "breach", {"what": "opened", "breach": new})
                     + self.told(9, "breach", {"what": "closed", "breach": closed})
                     + 'event: reload\ndata: {"what":"in force"}\n\nevent: new to us\ndata: 1\n\n').encode())
        out, _ = self.run_it("tail", "--json", "--state", "open", code=1)
        self.assertEqual([json.loads(line) for line in out.splitlines()],
                         [CONTACT_BREACH, LEVEL_BREACH, new, {"reload": {"what": "in force"}}, {"new to us": 1}])

    def test_what_is_no_stream(self):
        self.stream(b"x" * 3000000)
        self.assertIn("does not speak slad's language", self.run_it("tail", code=1)[1])


class Send(Case):
    """slactl send to an event socket whose every connection is played from a script."""

    def play(self, *scripts):
        """A script: what to answer after so many lines, and to close after the last."""
        self.got = []
        server = socket.socket(socket.AF_UNIX)
        server.bind(str(self.folder / "events.sock"))
        server.listen()

        def run():
            for script in scripts:
                link, _ = server.accept()
                lines, got = link.makefile("rb"), []
                self.got.append(got)
                for count, answer in script:
                    while len(got) < count + 1 and (line := lines.readline()):
                        got.append(line.decode().rstrip("\n"))
                    link.sendall(answer.encode())
                if script is scripts[-1]:
                    lines.read()
                lines.close()
                link.close()
            server.close()
            os.unlink(self.folder / "events.sock")

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 60)

    def send(self, text, *words, code=0):
        (self.folder / "in.jsonl").write_text(text)
        return self.run_it("send", *words, str(self.folder / "in.jsonl"), code=code)

    def test_what_was_not_acknowledged_is_sent_again(self):
        self.play([(5, '{"ack":2}\n{"reject":4,"reason":"odd"}\n')], [(3, '{"reject":2,"reason":"odd"}\n{"ack":3}\n')])
        out, err = self.send("a\nb\n\nc\nd\ne\n", "--json", code=1)
        self.assertEqual(self.got, [['{"hello":{"client":"slactl"}}', *"abcde"], ['{"hello":{"client":"slactl"}}', *"cde"]])
        self.assertEqual(json.loads(out), {"lines": 5, "accepted": 4, "rejected": 1, "unacknowledged": 0, "resent": 3,
                                           "errors": [{"line": 5, "reason": "odd"}]})
        self.assertEqual(err, "slactl: line 5: odd\n5 lines: 4 on disk, 1 rejected, 0 not acknowledged\n"
                              "3 were sent again after the connection broke: of those, events without an id may be there twice\n")

    def test_one_that_closes_at_once_is_tried_again(self):
        self.play([(0, "")], [(0, "")], [(1, '{"ack":1}\n')])
        _, err = self.send("a\n")
        self.assertEqual([len(got) for got in self.got], [1, 1, 2])
        self.assertIn("1 line: 1 on disk", err)

    def test_answers_that_make_no_sense(self):
        for answer in ('{"ack":9}', '{"reject":3,"reason":"x"}', "what"):
            with self.subTest(answer):
                self.play([(1, answer + "\n")])
                _, err = self.send("a\n", "--retry", "0s", code=3)
                self.assertIn("does not speak slad's language", err)

    def test_usage(self):
        for words in (["send"], ["send", "a", "b"], ["send", "--to", "x", "-"], ["send", "--to", "tcp:x", "-"],
                      ["send", str(self.folder / "none")], ["send", "--retry", "5", "-"]):
            self.run_it(*words, code=2)
        self.run_it("send", "-", code=3)

class Diff(Case):
    def test_exit_codes(self):
        file = self.folder / "edit.yaml"
        file.write_text("standards:\n  calls: {start: a, stop: b}\n")
        self.daemon.answers["/v1/diff"] = {"differs": True, "standards": [], "text": "calls: changed\n  \x1b[1m\n"}
        self.assertEqual(self.run_it("diff", str(file), code=1), ("calls: changed\n  \\x1b[1m\n", ""))
        figures = {"state": "met", "counted": 4, "met": 3, "missed": 1, "excluded": 0, "attainment": .75}
        self.daemon.answers["/v1/diff"] = {"differs": True, "text": "prose", "standards": [
            {"name": "calls", "change": "changed", "groups": [{"group": {"queue": "q1"}, "old": figures, "new": None}]},
            {"name": "mails", "change": "noted"}]}
        out, err = self.run_it("diff", str(file), "--csv", code=1)
        self.assertEqual((out.splitlines(), err), ([
            "standard,change,group,old_state,old_attainment,old_counted,old_met,old_missed,old_excluded,"
            "new_state,new_attainment,new_counted,new_met,new_missed,new_excluded",
            "calls,changed,queue=q1,met,0.75,4,3,1,0,,,,,,", "mails,noted,,,,,,,,,,,,,"], ""))
        self.daemon.answers["/v1/diff"] = {"differs": False, "standards": [], "text": "0 changed\n"}
        self.assertEqual(self.run_it("diff", str(file), "--whole"), ("0 changed\n", ""))
        self.assertEqual(json.loads(self.data("diff", str(file), "--json"))["differs"], False)
        self.daemon.answers["/v1/diff"] = lambda _: problem(
            422, "Unprocessable Content", "the edit has 1 error", findings=["edit.yaml:1:1: error: x"])
        out, err = self.run_it("diff", str(file), code=2)
        self.assertEqual((out, "the edit has 1 error" in err, "edit.yaml:1:1: error: x\n" in err), ("", True, True))
        file.write_text("standards: [")
        self.assertIn("edit.yaml:", self.run_it("diff", str(file), code=2)[1])


class Trouble(Case):
    def test_not_running(self):
        err = self.run_it("status", "--socket", str(self.folder / "none"), code=3)[1]
        self.assertIn(f"slad is not running, or not listening at {self.folder}/none: start it (`systemctl", err)
        (self.folder / "file").write_text("x")
        self.assertIn(f"{self.folder}/file is no socket: --socket", self.run_it("status", "--socket", str(self.folder / "file"), code=3)[1])
        self.assertIn("cannot read the database /nonexistent.db: No such file", self.run_it("verify", "/nonexistent.db", code=1)[1])
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(str(self.folder / "dead"))
        dead.close()
        self.assertIn("not listening", self.run_it("status", "--socket", str(self.folder / "dead"), code=3)[1])

    @unittest.skipIf(os.geteuid() == 0, "root may open anything")
    def test_not_allowed(self):
        self.socket.chmod(0)
        self.assertRegex(self.run_it("status", code=3)[1], r"you may not open .*: it is for one user only \(mode 0000\)")

    def test_unknown_name(self):
        out, err = self.run_it("standards", "cals", code=1)
        self.assertEqual((out, err), ("", 'slactl: Not Found: no standard is named "cals": did you mean "calls"?\n'))

    def test_not_what_was_expected(self):
        for body in (b"", b"<html>", b"[1]", b'{"a":1} x', b"\xff", b"{}"):
            self.daemon.answers["/v1/breaches"] = (200, body)
            self.daemon.answers["/v1/open"] = (200, body)
            out, err = self.run_it("breaches", code=1)
            self.assertEqual((out, err.startswith("slactl: ")), ("", True), body)
        self.daemon.answers["/v1/breaches"] = (500, b"<html>")
        self.assertIn("answered 500 and did not say why", self.run_it("breaches", code=1)[1])

    def test_answers_of_any_shape(self):
        """Nothing that is valid JSON may do more than look odd."""
        odd = [None, 1, "x", [], {}, [[]], [1, "x", None, {}, []], {"a": 1}, [{"group": 3, "percentiles": {"": []}}],
               [{"groups": [{"percentiles": {"x\x1b": 1e300}, "attainment": 1e300, "counted": 1e300, "group": [1]}]}]]
        for value in odd:
            shape = {key: value for key in ("breaches", "open", "standards", "percentiles", "clocks", "events",
                                            "contact", "configuration", "database", "engine", "inputs", "counters",
                                            "name", "describe", "meaning", "versions", "outcome", "next")}
            for path in list(self.daemon.answers):
                self.daemon.answers[path] = shape
            for words in (["status"], ["standards"], ["standards", "calls"], ["breaches"], ["figures"], ["open"],
                          ["percentiles"], ["explain", "call 17/ä"], ["tail", "--once"], ["reload"], ["breaches", "--csv"],
                          ["figures", "--csv"], ["status", "--csv"], ["status", "--json"]):
                done = subprocess.run([SLACTL, *words], capture_output=True, env=self.environment(), check=False,
                                      timeout=60)
                self.assertIn(done.returncode, (0, 1), (words, value, done))
                if "--csv" not in words:
                    self.assertNotIn(b"\x1b", done.stdout + done.stderr)

    def test_usage(self):
        for words, says in ((["statu"], 'did you mean "status"'), (["status", "--jsn"], "did you mean --json"),
                            (["status", "--since", "1h"], '"status" takes no --since'), (["explain"], "usage"),
                            (["breaches", "--since"], "--since needs a value"), (["breaches", "--limit", "0"], "--limit"),
                            (["breaches", "--since", "soon"], '--since "soon": expected'), (["breaches", "x"], '"x" is one word too many'),
                            (["breaches", "--since", "2026-02-30"], "--since"), (["breaches", "-n", "3"], "--limit 5"),
                            (["breaches", "--group", "queue"], "ATTR=VALUE"), (["open", "--at-risk", "10"], "unit"),
                            (["status", "--json", "--csv"], "choose one"), (["breaches", "--all=1"], "takes no value"),
                            ([], "usage"), (["\x1b[31m"], "\\x1b[31m")):
            out, err = self.run_it(*words, code=2)
            self.assertEqual(out, "", words)
            self.assertIn(says, err, words)
        self.assertEqual(self.daemon.asked, [])

    def test_help(self):
        for words in (["help"], ["--help"], ["help", "breaches"], ["breaches", "--help"], ["-h"]):
            self.assertIn("usage: slactl", self.data(*words))
        self.assertIn("--at-risk [DURATION]", self.data("help", "open"))
        self.assertRegex(self.data("--version"), r"^slactl \d")

    def test_output_that_cannot_be_written(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([SLACTL, "breaches"], stdout=full, stderr=subprocess.PIPE, env=self.environment(),
                                  check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn(b"No space left", done.stderr)


class Screen(Case):
    def test_what_a_terminal_obeys_is_escaped(self):
        nasty = "\x1b]0;x\x07\x9b31m\u202e" + 'say "hi" \\o/'
        self.daemon.answers["/v1/breaches"] = {"breaches": [{**CONTACT_BREACH, "contact": nasty}], "next": None}
        for words in (["breaches"], ["tail", "--once"], ["breaches", "--json"]):
            self.assertFalse(set("\x1b\x07\x9b\u202e") & set(self.data(*words)), words)
        self.assertIn('say "hi" \\o/', self.data("breaches"))
        self.assertNotIn("\x1b]", self.on_terminal("breaches", "--csv"))
        self.assertEqual(json.loads(self.data("breaches", "--json"))["breaches"][0]["contact"], nasty)

    def test_colours(self):
        self.assertIn("\x1b[31mopen\x1b[0m", self.on_terminal("breaches", columns=200))
        self.assertNotIn("\x1b", self.on_terminal("breaches", "--no-color"))
        self.assertNotIn("\x1b", self.on_terminal("breaches", NO_COLOR="1"))
        self.assertNotIn("\x1b", self.data("breaches"))

    def test_a_table_fits(self):
        rows = [{**CONTACT_BREACH, "contact": "x" * 300}, {**CONTACT_BREACH, "contact": "電" * 100}]
        self.daemon.answers["/v1/breaches"] = {"breaches": rows, "next": None}
        for columns in (200, 132, 110, 80, 40, 10):
            for line in self.on_terminal("breaches", "--no-color", columns=columns).splitlines():
                wide = sum(2 if char == "電" else 1 for char in line)
                self.assertLessEqual(wide, columns, line)
        self.assertIn("x" * 300, self.data("breaches"))

    def test_contacts_can_be_told_apart(self):
        rows = [{**CONTACT_BREACH, "contact": f"1795284885.50{i}/billing", "group": {"queue": "q" * 30}} for i in range(2)]
        self.daemon.answers["/v1/breaches"] = {"breaches": rows, "next": None}
        for columns in (110, 80):
            shown = self.on_terminal("breaches", "--no-color", columns=columns)
            self.assertIn("1795284885.500", shown); self.assertIn("1795284885.501", shown)

    def test_columns_align_by_width(self):
        names = ["abc", "電話", "e\u0301te\u0301", "\U0001f4de"]
        self.daemon.answers["/v1/breaches"] = {
            "breaches": [{**CONTACT_BREACH, "contact": name} for name in names], "next": None}
        header, *lines = self.data("breaches").splitlines()
        for name, line, width in zip(names, lines, (3, 4, 3, 2)):
            before, after = line.split(name)
            self.assertEqual(len(before) + width + len(after) - len(after.lstrip()), header.index("group"), line)


if __name__ == "__main__":
    SLACTL = os.path.abspath(sys.argv.pop(1))
    unittest.main()

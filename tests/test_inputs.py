#!/usr/bin/env python3
"""What formats and maps make of records (docs/INPUTS.md), from outside: `slad events` and `slad replay`.

    test_inputs.py SLAD"""
import csv
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SLAD = sys.argv.pop(1)
REQUESTS = Path(__file__).resolve().parent / "data" / "city-requests" / "requests.csv"
CITY = f"""
inputs:
  - file: {REQUESTS}
    format: csv
    map:
      contact: case_enquiry_id
      zone: America/New_York
      time: "%Y-%m-%d %H:%M:%S"
      set: {{channel: city}}
      attributes: {{queue: queue, verdict: ontime, target: {{field: target_dt, as: time}}}}
      events:
        - {{event: opened, at: open_dt}}
        - {{event: closed, at: closed_dt}}
standards:
  promised: {{describe: Closed by the promised time, start: opened, stop: closed, due: target}}
  each: {{start: opened, stop: closed, due: target, by: [verdict, contact]}}
"""


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = Path(self.folder.name, name)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def run_it(self, *words, code=0, given=None):
        done = subprocess.run([SLAD, *words], capture_output=True, timeout=60, input=given)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout.decode(), done.stderr.decode()

    def events(self, keys, text, rejected=()):
        """The events an input with these keys makes of a file with this text; what is rejected as (line, reason)."""
        lines = "".join(f"    {line}\n" for line in keys.strip("\n").splitlines())
        config = self.write("slad.yaml", f"inputs:\n  - file: input\n{lines}")
        path = self.write("input", text)
        out, err = self.run_it("events", "--config", config, path, code=1 if rejected else 0)
        said = err.splitlines()[:-1]
        self.assertEqual(len(said), len(rejected), err)
        for line, (number, reason) in zip(said, rejected):
            self.assertTrue(line.startswith(f"{path}:{number}: rejected: "), line)
            self.assertIn(reason, line)
        return [json.loads(line) for line in out.splitlines()]


CSV = "format: csv\nmap: {contact: id, event: opened, at: when}"
NOON = "2026-03-02T12:00:00.000Z"


class Csv(Case):
    def test_columns_are_attributes(self):
        self.assertEqual(self.events(CSV, "id,when,queue,note,empty\n7,2026-03-02 12:00,sales,a b,\n"), [
            dict(contact="7", event="opened", at=NOON, queue="sales", note="a b")])

    def test_quotes_newlines_marks_and_line_ends(self):
        text = ('\ufeff"id",when,note\r\n"7",2026-03-02 12:00,"say ""hi"",\r\nthen\n\n"""\r\n\r\n'
                '8,2026-03-02 12:00,5" pipe\r\n9,2026-03-02 12:00,""\n10,2026-03-02 12:00,"last"')
        self.assertEqual(self.events(CSV, text), [
            dict(contact="7", event="opened", at=NOON, note='say "hi",\r\nthen\n\n"'),
            dict(contact="8", event="opened", at=NOON, note='5" pipe'),
            dict(contact="9", event="opened", at=NOON),
            dict(contact="10", event="opened", at=NOON, note="last")])

    def test_another_delimiter(self):
        found = [dict(contact="a;b", event="opened", at=NOON, x="1,5")]
        self.assertEqual(self.events('format: csv\ncsv: {delimiter: ";"}\nmap: {contact: id, event: opened, at: when}',
                                     'id;when;x\n"a;b";2026-03-02 12:00;1,5\n'), found)
        self.assertEqual(self.events("format: csv\ncsv: {delimiter: tab}\nmap: {contact: id, event: opened, at: when}",
                                     "id\twhen\tx\na;b\t2026-03-02 12:00\t1,5\n"), found)

    def test_without_a_header(self):
        found = [dict(contact="7", event="opened", at=NOON, queue="sales")]
        self.assertEqual(self.events("format: csv\ncsv: {columns: [id, when, queue]}\n"
                                     "map: {contact: id, event: opened, at: when}", "7,2026-03-02 12:00,sales\n"), found)
        self.assertEqual(self.events("format: csv\ncsv: {header: false}\n"
                                     "map: {contact: 1, event: opened, at: 2, attributes: {queue: 3}}",
                                     "7,2026-03-02 12:00,sales\n"), found)
        self.assertEqual(self.events("format: csv\ncsv: {header: false}\nmap: {contact: 1, event: opened, at: 4}",
                                     "7,8,9\n", [(1, 'the row has no column "4": it has 1, 2, 3')]), [])
        self.assertEqual([e["contact"] for e in self.events(
            "format: csv\ncsv: {header: false}\nmap: {contact: 1, event: opened, at: 2}",
            "x\n7,2026-03-02 12:00,sales\n8,2026-03-02 12:00\n", [(1, 'no column "2"')])], ["7", "8"])
        self.events("format: csv\ncsv: {columns: [id]}\nmap: {contact: id, event: opened}", "1,2\n",
                    [(1, 'the row has 2 columns, "columns" has 1')])

    def test_joined_exports(self):
        part = "id,when\n%s,2026-03-02 12:00\n"
        self.assertEqual([e["contact"] for e in self.events(CSV, part % 1 + part % 2)], ["1", "2"])

    def test_bad_rows(self):
        text = ("id,when,note\n,2026-03-02 12:00,x\n1,soon,x\n2,,x\n3,2026-03-02 12:00\n4,2026-03-02 12:00,x,y\n"
                '5,2026-03-02 12:00,"x" y\n6,2026-03-02 12:00,good\n').encode()
        text += b"7,2026-03-02 12:00,caf\xe9\n8,2026-03-02 12:00,\0\n9,2026-03-02 12:00,\"open\n"
        self.assertEqual([e["contact"] for e in self.events(CSV, text, [
            (2, 'no contact: no "id" is there, or it is empty'), (3, '"when" is "soon": a time such as'),
            (4, 'no event happened: "when" is not there, or empty'), (5, "the row has 2 columns, the header has 3"),
            (6, "the row has 4 columns"), (7, "column 3: something follows the closing quote"),
            (9, "column 3: not UTF-8"), (10, "column 3: not UTF-8"),
            (11, "column 3: a quote is opened and never closed")])], ["6"])

    def test_a_quote_that_is_never_closed_costs_one_line(self):
        good = "".join(f"{i},2026-03-02 12:00,{'x' * 50}\n" for i in range(2000))
        found = self.events(CSV, 'id,when,note\nbad,2026-03-02 12:00,"oops\n' + good, [(2, "longer than 64 KiB")])
        self.assertEqual([e["contact"] for e in found], [str(i) for i in range(2000)])

    def test_a_header_that_lacks_a_column(self):
        self.assertEqual(self.events(CSV, "id,wen\n1,2\n3,4\n", [
            (n, 'the header has no column "when": is "wen" meant?') for n in (1, 2, 3)]), [])
        self.assertEqual(self.events(CSV, "a;b\n1;2\n", [
            (1, 'no column "id": it has a;b'), (2, 'no column "id": it has a;b')]), [])
        self.assertEqual(self.events(CSV, b"id,when,caf\xe9\n1,2026-03-02 12:00,x\n", [
            (n, "the header: column 3: not UTF-8") for n in (1, 2)]), [])
        self.assertEqual(self.events(CSV, "id,when,x,x\n1,2026-03-02 12:00,a,b\n", [
            (n, "two columns of one name, number 4") for n in (1, 2)]), [])

    def test_several_events_of_a_row(self):
        keys = """
format: csv
map:
  contact: id
  id: id
  zone: Europe/Riga
  time: ["%d.%m.%Y %H:%M", "%d.%m.%Y"]
  attributes: {target: {field: due, as: time}}
  events: [{event: opened, at: opened}, {event: closed, at: closed}]
"""
        text = "id,opened,closed,due\n1,02.03.2026 14:00,,03.03.2026\n2,02.03.2026 14:00,02.03.2026 15:00,\n3,02.03.2026 14:00,x,\n"
        self.assertEqual(self.events(keys, text, [(4, '"closed" is "x": a time in one of the 2 forms')]), [
            dict(contact="1", event="opened", at=NOON, id="1/opened", target="2026-03-02T22:00:00.000Z"),
            dict(contact="2", event="opened", at=NOON, id="2/opened"),
            dict(contact="2", event="closed", at="2026-03-02T13:00:00.000Z", id="2/closed")])

    def test_kinds_of_values(self):
        keys = """
format: csv
map:
  contact: id
  event: scored
  attributes: {csat: {field: score, as: number}, vip: {as: boolean}, id_again: id}
  others: keep
  set: {channel: chat, weight: 2, real: true}
"""
        def row(score, vip): return self.events(keys, f"id,score,vip,team\n1,{score},{vip},007\n")
        self.assertEqual(row("4.50", "YES"), [dict(contact="1", event="scored", csat=4.5, vip=True, id_again="1",
                                                   team="007", channel="chat", weight=2, real=True)])
        self.assertEqual(row(" 1e3 ", "0")[0]["csat"], 1000)
        self.assertNotIn("csat", row("", "")[0])
        for score, vip, says in (("four", "no", '"score" is "four": a number was expected'),
                                 ("0x10", "no", "a number"), ("1e999", "no", "a number"), ("nan", "no", "a number"),
                                 ("4", "ja", '"vip" is "ja": true or false')):
            self.events(keys, f"id,score,vip,team\n1,{score},{vip},7\n", [(2, says)])

    def test_names_of_events_from_a_column(self):
        keys = 'format: csv\nmap: {contact: id, event: {field: status, values: {new: opened, done: closed}%s}, at: when}'
        text = "id,status,when\n1,new,2026-03-02 12:00\n2,held,2026-03-02 12:00\n,spam,x\n"
        two = dict(contact="2", event="held", at=NOON)
        one = dict(contact="1", event="opened", at=NOON)
        self.assertEqual(self.events(keys % "", text, [(3, '"status" is "held": "values" does not list it'),
                                                       (4, '"status" is "spam"')]), [one])
        self.assertEqual(self.events(keys % ", other: ignore", text), [one])
        self.assertEqual(self.events(keys % ", other: keep", text, [(4, '"when" is "x"')]), [one, two])
        self.assertEqual(self.events("format: csv\nmap: {contact: id, event: {field: status}, at: when}",
                                     text, [(4, '"when"')])[0]["event"], "new")

    def test_once(self):
        keys = "format: csv\nmap: {contact: id, event: opened, at: when, once: true}"
        first = self.events(keys, "id,when,q\n1,2026-03-02 12:00,a\n1,2026-03-02 12:00,b\n")
        again = self.events(keys, "id,when,q\n1,2026-03-02 12:00,a\n1,2026-03-02 12:01,a\n")
        self.assertEqual(first[0], again[0])
        self.assertEqual(len({e["id"] for e in first + again}), 3)
        self.assertNotIn("id", self.events("format: csv\nmap: {contact: id, event: seen, once: true}", "id\n1\n")[0])


class Json(Case):
    def test_nested_fields(self):
        keys = """
map:
  contact: [ticket.id, number]
  event: {field: type, values: {"ticket.created": opened}}
  at: ticket.created_at
  time: epoch
  attributes: {queue: ticket.group.name, priority: ticket.priority, vip: customer.vip, tag: ticket.tags, a.b: a.b}
"""
        text = json.dumps({"type": "ticket.created", "ticket": {
            "id": 4711, "created_at": 1772452800, "group": {"name": "sales"}, "priority": None, "tags": ["x"]},
            "customer": {"vip": False}, "a.b": 3}) + "\n"
        self.assertEqual(self.events(keys, text + "\n  \n"), [
            dict(contact="4711", event="opened", at=NOON, queue="sales", priority=None, vip=False) | {"a.b": 3}])

    def test_a_map_may_say_one_thing_only(self):
        line = dict(ticket="t", event="opened", at="2026-03-02T12:00:00Z", id="e1", queue="a", deep={"x": 1})
        self.assertEqual(self.events("map: {contact: ticket}", json.dumps(line)), [
            dict(contact="t", event="opened", at=NOON, id="e1", queue="a")])
        self.assertEqual(self.events("map: {contact: ticket}", json.dumps({"ticket": "t", "event": "opened"})), [
            dict(contact="t", event="opened")])

    def test_bad_records(self):
        self.assertEqual(self.events("map: {contact: c, at: t}", "\n".join([
            "{}", '{"c":"a","event":"x"}', '{"c":true,"event":"x","t":0}', '{"c":"a","event":"x","t":"y"}',
            '{"c":"a","c":"b","event":"x","t":0}', '{"c":"a","event":"x","t":0,"z":1,"z":2}', '[1]', '{"c":"a"',
            '{"c":"a","event":"x","t":0} 1', '{"c":"a\\u0000","event":"x","t":0}']), [
                (1, 'no event: no "event" is there'), (2, 'no event happened: "t" is not there'),
                (3, '"c" is true: the contact'), (4, '"t" is "y": a time such as'), (5, '"c" stands twice'),
                (6, '"z" stands twice'), (7, "an object is expected"), (8, "the text ends there"),
                (9, "something follows"), (10, "byte")]), [])

    def test_too_many_fields(self):
        text = json.dumps({"contact": "a", "event": "x"} | {f"f{i}": i for i in range(1001)})
        self.events("map: {contact: contact}", text, [(1, "more than 1000 fields")])
        self.assertEqual(len(self.events("map: {contact: contact, attributes: [f7]}", text)), 1)


CLOUD = {"specversion": "1.0", "type": "ticket.opened", "source": "/desk/1", "id": "e-1", "subject": "T-1",
         "time": "2026-03-02T14:00:00+02:00"}


class CloudEvents(Case):
    def read(self, *events, keys="format: cloudevents", rejected=()):
        return self.events(keys, "".join(json.dumps(e) + "\n" for e in events), rejected)

    def test_as_the_standard_has_them(self):
        data = {"queue": "sales", "vip": True, "lines": [1], "customer": {"name": "x"}, "id": 5, "type": "complaint",
                "contact": "C-9", "source": "form"}
        self.assertEqual(self.read(CLOUD | {"datacontenttype": "application/json", "tenant": "a", "data": data}), [
            dict(contact="T-1", event="ticket.opened", at=NOON, id="/desk/1 e-1", tenant="a", queue="sales", vip=True,
                 type="complaint", source="form")])
        bare = {k: v for k, v in CLOUD.items() if k not in ("subject", "time")}
        self.assertEqual(self.read(bare | {"data": data | {"source": None}})[0]["contact"], "C-9")
        self.assertEqual(self.read(CLOUD | {"data": "text", "data_base64": "eA=="}), [
            dict(contact="T-1", event="ticket.opened", at=NOON, id="/desk/1 e-1", source="/desk/1")])

    def test_with_a_map(self):
        keys = """
format: cloudevents
map:
  contact: data.ticket.id
  event: {field: type, values: {ticket.opened: opened}}
  attributes: {queue: data.group, from: source}
"""
        self.assertEqual(self.read(CLOUD | {"data": {"ticket": {"id": 7}, "group": "g", "x": 1}}, keys=keys), [
            {"contact": "7", "event": "opened", "at": NOON, "id": "/desk/1 e-1", "queue": "g", "from": "/desk/1"}])

    def test_what_is_no_cloudevent(self):
        def without(key): return {k: v for k, v in CLOUD.items() if k != key}
        self.assertEqual(self.read(
            without("id"), CLOUD | {"source": 5}, CLOUD | {"type": ""}, CLOUD | {"specversion": "0.3"},
            without("subject"), CLOUD | {"time": "2026-03-02 14:00"}, rejected=[
                (1, '"id" is missing'), (2, '"source" is not a string'), (3, '"type" is empty'),
                (4, '"specversion" is not 1.0'), (5, 'no contact: neither "subject" nor "data.contact" is there'),
                (6, "no offset from UTC")]), [])


class Commands(Case):
    def test_city_requests(self):
        """The city's own verdict on each request is that of a standard "closed by the promised time"."""
        config = self.write("slad.yaml", CITY)
        report = json.loads(self.run_it("replay", "--config", config, str(REQUESTS))[0])
        groups = {s["name"]: s["groups"] for s in report["standards"]}
        rows = list(csv.DictReader(REQUESTS.read_text().splitlines()))
        closed = {r["case_enquiry_id"]: r["ontime"] for r in rows if r["closed_dt"] and r["target_dt"]}
        self.assertEqual(report["events"], {"accepted": 185, "duplicate": 0, "rejected": 0})
        found = {g["group"]["contact"]: g for g in groups["each"] if g["group"]["contact"] in closed}
        self.assertEqual({c: "ONTIME" if g["met"] else "OVERDUE" for c, g in found.items()}, closed)
        self.assertEqual((sum(g["met"] for g in found.values()), sum(g["missed"] for g in found.values())), (72, 5))
        self.assertEqual(groups["promised"][0]["met"], 72)

    def test_diff_reads_files_as_the_inputs_do(self):
        old, new = self.write("old.yaml", CITY), self.write("new.yaml", CITY.replace("stop: closed, due: target}", "stop: closed, within: 1d}"))
        out, err = self.run_it("diff", old, new, "--events", str(REQUESTS), code=1)
        self.assertEqual(err, "")
        self.assertIn("promised", out)

    def test_how_a_file_is_read(self):
        line = '{"contact":"a","event":"x","at":0}\n'
        cloud = self.write("cloud", json.dumps(CLOUD) + "\n")
        rows = self.write("crm-1.csv", "id,when\n1,2026-03-02 12:00\n")
        plain = self.write("plain", line)
        config = self.write("slad.yaml", 'inputs:\n  - {file: "crm-*.csv", format: csv, map: {contact: id, event: '
                                         'opened, at: when}}\n  - {tcp: "127.0.0.1:7", format: cloudevents}\n')
        here = ["--config", config]
        out, err = self.run_it("events", *here, rows, plain)
        self.assertEqual(out, '{"contact":"1","event":"opened","at":"2026-03-02T12:00:00.000Z"}\n' + line)
        self.assertEqual(err, "2 events of 2 records, 0 rejected\n")
        self.assertEqual(self.run_it("events", *here, "--format", "cloudevents", cloud),
                         self.run_it("events", *here, "--input", "tcp:127.0.0.1:7", cloud))
        given = Path(rows).read_bytes()
        self.assertIn('"1"', self.run_it("events", *here, "--input", "crm-*.csv", "-", given=given)[0])
        report = json.loads(self.run_it("replay", *here, "--input", "crm-*.csv", "-", given=given)[0])
        self.assertEqual(report["events"]["accepted"], 1)
        self.assertEqual(json.loads(self.run_it("replay", *here, "--format", "cloudevents", cloud)[0])["events"]["accepted"], 1)
        for words, says in ((("--format", "csv"), "name it with --input"), (("--format", "x"), "known are jsonl"),
                            (("--input", "x"), "no input of"), (("--input", "x", "--format", "jsonl"), "exclude")):
            for command in ("events", "replay"):
                self.assertIn(says, self.run_it(command, *here, *words, plain, code=1)[1])
        self.assertIn("cannot be opened", self.run_it("events", *here, "/none", code=1)[1])
        self.run_it("events", *here, code=2)


if __name__ == "__main__":
    unittest.main()

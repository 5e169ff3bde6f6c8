"""Other formats than event lines, live: followed files and sockets (docs/INPUTS.md)."""
import csv, json, pathlib, socket, sys, unittest
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import Daemon, PATIENCE, ROOT, START, until

REQUESTS = ROOT / 'tests/data/city-requests/requests.csv'
STANDARDS = 'standards:\n  promised: {start: opened, stop: closed, due: target}\n  each: {start: opened, stop: closed, due: target, by: contact}\n'
MAP = '''
  map:
    contact: case_enquiry_id
    zone: America/New_York
    time: "%Y-%m-%d %H:%M:%S"
    attributes: {queue: queue, target: {field: target_dt, as: time}}
    events: [{event: opened, at: open_dt}, {event: closed, at: closed_dt}]
'''
ROWS = REQUESTS.read_text().splitlines(keepends=True)
EVENTS = 185 # of all requests


class City(Daemon):
    """Its inputs take the city's requests."""
    def standards(self, text):
        inputs = (f'- file: "*.csv"\n  format: csv{MAP}- unix: events.sock\n  format: csv{MAP}- tcp: "127.0.0.1:{self.port}"\n  format: cloudevents\n'
                  f'- {{unix: plain.sock, map: {{contact: ticket.id}}}}\n')
        (self.dir / 'slad.yaml').write_text(f'database: slad.db\nlisten: [{{unix: slad.sock}}]\nmax_ahead: 1d\ninputs:\n{inputs}\n{text}\n')
    def events(self): return self.sql('SELECT count(*) FROM events')[0][0]
    def append(self, rows, name='requests.csv'):
        with open(self.dir / name, 'a') as f: f.write(''.join(rows))


class Inputs(unittest.TestCase):
    def check_figures(self, d):
        """As the city's own verdicts have it, of the requests that were closed."""
        rows = list(csv.DictReader(ROWS))
        closed = {r['case_enquiry_id']: r['ontime'] for r in rows if r['closed_dt'] and r['target_dt']}
        d.clock(d.now + 60000)
        until(lambda: d.get('/v1/figures?standard=promised')['standards'][0]['groups'][0]['met'] == 72, 'figures')
        groups = d.get('/v1/figures?standard=each')['standards'][0]['groups']
        found = {g['group']['contact']: 'ONTIME' if g['met'] else 'OVERDUE' for g in groups}
        self.assertEqual({c: found[c] for c in closed}, closed)

    def test_a_followed_csv_file_through_restarts_and_rotation(self):
        with City(STANDARDS) as d:
            d.append(ROWS[:30]); d.start()
            half = until(lambda: d.events() > 30 and d.events(), 'the first rows')
            d.kill(); d.append(ROWS[30:50]); d.start() # read on in the middle: the header is known all the same
            until(lambda: d.events() > half, 'rows after a restart')
            d.append(['bad,row\n', ROWS[50][:40]]); d.append([ROWS[50][40:]] + ROWS[51:80])
            until(lambda: d.get('/v1/status')['counters']['events_rejected'] == 1, 'the bad row')
            self.assertIn('the row has 2 columns, the header has 11', d.log())
            before = d.events()
            (d.dir / 'requests.csv').rename(d.dir / 'old'); d.append(ROWS[:1] + ROWS[80:])
            until(lambda: d.events() == EVENTS, 'all rows, the rest from a new file')
            self.assertGreater(EVENTS, before)
            self.check_figures(d)
            d.stop()

    def test_a_csv_file_with_a_mark_through_a_restart(self):
        with City(STANDARDS) as d:
            (d.dir / 'requests.csv').write_bytes(b'\xef\xbb\xbf' + ''.join(ROWS[:2]).encode()); d.start()
            before = until(d.events, 'the first row')
            d.kill(); d.append(ROWS[2:3]); d.start()
            until(lambda: d.events() > before, 'the row after a restart')
            self.assertEqual(d.get('/v1/status')['counters']['events_rejected'], 0)
            d.stop()

    def test_a_csv_file_with_a_wrong_header(self):
        with City(STANDARDS) as d:
            d.append([ROWS[0].replace('case_enquiry_id', 'number')] + ROWS[1:3]); d.start()
            fault = lambda: d.get('/v1/inputs')['inputs'][-1]['error']
            for _ in range(2):
                until(lambda: 'the header has no column "case_enquiry_id"' in (fault() or ''), 'the fault')
                health = d.get('/v1/status')['health']
                self.assertFalse(health['healthy']); self.assertIn('case_enquiry_id', health['reasons'][0]['detail'])
                d.kill(); d.start() # the header is behind where it was read to
            self.assertIn('not read since', d.slactl('inputs').stdout)
            (d.dir / 'requests.csv').rename(d.dir / 'wrong'); d.append(ROWS[:2])
            until(d.events, 'the row'); self.assertTrue(d.get('/v1/status')['health']['healthy'])
            d.stop()

    def test_csv_over_a_socket(self):
        with City(STANDARDS) as d:
            d.start()
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(PATIENCE); s.connect(str(d.dir / 'events.sock')); answers = s.makefile('rb')
                s.sendall(b'{"hello":{"client":"crm"}}\n' + ''.join(ROWS[:3]).encode() + b'x,y\n' + ROWS[3].encode())
                told = []
                while not told or told[-1].get('ack') != 4: told.append(json.loads(answers.readline()))
                self.assertIn({'reject': 3, 'reason': 'the row has 2 columns, the header has 11'}, told)
                s.sendall(''.join(ROWS[4:]).encode())
                until(lambda: d.events() == EVENTS, 'all rows')
                self.check_figures(d)
            d.stop()

    def test_what_cannot_be_opened_is_not_said_to_be_read(self):
        with City(STANDARDS) as d:
            (d.dir / 'folder.csv').mkdir(); d.append(ROWS[:2]); d.start()
            until(lambda: d.events() > 0, 'the row')
            mine = {pathlib.Path(i['input']).name: i for i in d.get('/v1/inputs')['inputs']}
            self.assertEqual([mine['folder.csv'][k] for k in ('offset', 'size', 'lag', 'lag_seconds')], [None] * 4)
            self.assertIn('folder', mine['folder.csv']['error'])
            self.assertEqual((mine['requests.csv']['offset'], mine['requests.csv']['lag']), (len(''.join(ROWS[:2])), 0))
            d.stop()

    def test_all_events_of_a_row_or_none(self):
        with City(STANDARDS) as d:
            d.start()
            ahead = '9,2026-03-01 08:00:00,,2026-04-01 08:00:00,,,,,,,\n' # closed further ahead than max_ahead allows
            d.append(ROWS[:1] + [ahead] + ROWS[1:2])
            until(lambda: d.events() == 1, 'the row after it')
            self.assertEqual(d.get('/v1/status')['counters']['events_rejected'], 1)
            d.stop()

    def test_cloudevents_and_maps_of_json(self):
        with City(STANDARDS) as d:
            d.start()
            event = {'specversion': '1.0', 'type': 'opened', 'source': '/desk', 'id': '1', 'subject': 'T-1', 'time': '2026-03-02T07:00:00Z', 'data': {'target': '2026-03-02T07:30:00Z'}}
            with socket.create_connection(('127.0.0.1', d.port), timeout=PATIENCE) as s:
                s.sendall((json.dumps(event) + '\n' + json.dumps(event | {'time': '2026-03-02T07:01:00Z'}) + '\n').encode())
                until(lambda: d.get('/v1/status')['counters']['events_duplicate'] == 1, 'source and id again')
            with socket.socket(socket.AF_UNIX) as s:
                s.settimeout(PATIENCE); s.connect(str(d.dir / 'plain.sock'))
                s.sendall(json.dumps({'ticket': {'id': 'T-1'}, 'event': 'closed', 'at': '2026-03-02T07:29:00Z'}).encode() + b'\n')
                until(lambda: d.events() == 2, 'both')
            until(lambda: d.get('/v1/figures?standard=promised')['standards'][0]['groups'][0]['met'] == 1, 'met')
            d.stop()


if __name__ == '__main__': unittest.main()

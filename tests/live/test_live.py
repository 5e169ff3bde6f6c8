"""slad as its users meet it: the real binaries, their sockets, their database."""
import json, os, pathlib, signal, socket, subprocess, sys, time, unittest
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import BUILD, Client, Daemon, ROOT, START, until

ANSWERED = 'standards:\n  answered: {start: offered, stop: answered, within: 1m, target: 90%, window: 30m, by: queue}\n'
SOCIAL = ('standards:\n  first-reply: {start: received, stop: replied, within: 1h, by: company}\n'
          '  all: {start: received, stop: replied, within: 1h}\n')
EVENTS = ROOT / 'tests/data/social-care/events.jsonl'
GRACE, PUBLISH = 2000, 10000


def event(contact, name, at, **more): return dict(contact=contact, event=name, at=at, **more)


class SameFiguresByEveryWay(unittest.TestCase):
    """The real conversations through each input: the same figures in the database and from slactl."""

    def figures_of(self, deliver):
        with Daemon(SOCIAL) as d:
            d.start(); deliver(d)
            until(lambda: d.get('/v1/status')['database']['events'] == 2350, 'all events')
            d.clock(d.now + 12 * GRACE); until(lambda: len(d.sql("SELECT 1 FROM breaches WHERE kind = 'contact' AND state = 'closed'")) == 1160, 'all breaches')
            d.clock(START + 6 * PUBLISH); until(lambda: d.sql('SELECT 1 FROM figures WHERE at = %d' % (START + 6 * PUBLISH)) or d.sql('SELECT count(*) FROM figures')[0][0] >= 26, 'figures')
            told = json.loads(d.slactl('figures', '--json').stdout)['standards']
            stored = d.sql('SELECT standard, grp, met, missed, mean, min, max FROM figures JOIN series ON series.id = series ORDER BY 1, 2, at')
            percentiles = d.sql('SELECT standard, grp, q, value FROM percentiles JOIN series ON series.id = series ORDER BY 1, 2, 3')
            d.stop(); return told, stored, percentiles

    def test_all_four(self):
        def by_socket(tcp):
            def deliver(d): c = Client(d, tcp); c.lines(*EVENTS.read_text().splitlines()); self.assertEqual(c.rejects, []); c.close()
            return deliver
        def by_file(d):
            with open(d.dir / 'log.jsonl', 'w') as f: f.write(EVENTS.read_text())
        def by_http(d):
            status, body = d.request('POST', '/v1/events', EVENTS.read_bytes())
            self.assertEqual((status, body['accepted'], body['duplicate'], body['rejected']), (200, 2350, 0, 0))
        told, stored, percentiles = self.figures_of(by_socket(False))
        groups = {s['name']: {g['group'].get('company'): g for g in s['groups']} for s in told}
        self.assertEqual([groups['all'][None][k] for k in ('met', 'counted')], [445, 1025])
        self.assertEqual([groups['first-reply']['MojangSupport'][k] for k in ('met', 'counted')], [5, 108])
        self.assertEqual([groups['first-reply']['RockstarSupport'][k] for k in ('met', 'counted')], [127, 147])
        self.assertAlmostEqual(groups['all'][None]['percentiles']['50'], 7127, delta=36)
        self.assertIn(('all', '{}', 445, 580), [row[:4] for row in stored])
        for way, deliver in (('tcp', by_socket(True)), ('file', by_file), ('http', by_http)):
            with self.subTest(way): self.assertEqual(self.figures_of(deliver), (told, stored, percentiles))


class Deadlines(unittest.TestCase):
    def test_passes_without_any_event_and_survives_kill(self):
        with Daemon(ANSWERED) as d:
            d.start(); c = Client(d)
            c.send(event('early', 'offered', START, queue='q'), event('later', 'offered', START + 30000, queue='q'))
            d.clock(START + 60000 + GRACE)
            self.assertEqual(d.get('/v1/breaches')['breaches'], [])
            d.clock(START + 60000 + GRACE + 1)
            until(lambda: d.sql("SELECT 1 FROM breaches WHERE contact = 'early'"), 'the breach of an idle daemon')
            d.kill(); d.clock(START + 200000); d.start()
            rows = until(lambda: (r := d.sql("SELECT contact, due, decided FROM breaches WHERE kind = 'contact' ORDER BY contact")) and len(r) == 2 and r, 'the limit that passed meanwhile')
            self.assertEqual(rows, [('early', START + 60000, START + 60000), ('later', START + 90000, START + 90000)])
            d.kill(); d.start()
            self.assertEqual(len(d.sql("SELECT 1 FROM breaches WHERE kind = 'contact'")), 2)
            self.assertEqual(len(d.sql("SELECT 1 FROM breaches WHERE kind = 'level'")), 1)
            d.stop()

    def test_within_a_second_on_the_real_clock(self):
        """The one test on the real clock: the row's own time says how soon it was written."""
        with Daemon('grace: 500ms\nstandards:\n  quick: {start: offered, stop: answered, within: 200ms}\n', controlled=False) as d:
            d.start(); c = Client(d); c.send(dict(contact='a', event='offered'))
            until(lambda: d.sql('SELECT 1 FROM breaches'), 'the breach')
            due, recorded = d.sql('SELECT due, recorded FROM breaches')[0]
            self.assertGreater(recorded, due + 500)
            d.stop()

    def test_kill_again_and_again_loses_nothing_acknowledged(self):
        with Daemon(ANSWERED) as d:
            acknowledged = 0; d.clock(START + 100)
            for n in range(8):
                d.start(); c = Client(d); before = len(d.sql('SELECT 1 FROM events'))
                self.assertGreaterEqual(before, acknowledged)
                for k in range(20):
                    c.send(*[event(f'c{n}-{k}-{i}', 'offered', START + n, queue='q', id=f'{n}-{k}-{i}') for i in range(10)]); acknowledged += 10
                c.sock.sendall(b''.join(json.dumps(event(f'x{n}-{i}', 'offered', START, queue='q')).encode() + b'\n' for i in range(50)))
                d.kill(); c.close()
            d.start()
            for n in range(8): self.assertEqual(d.sql(f"SELECT count(*) FROM events WHERE contact LIKE 'c{n}-%'"), [(200,)])
            open_ = d.get('/v1/status')['engine']['open']; self.assertEqual(open_, d.sql('SELECT count(DISTINCT contact) FROM events')[0][0])
            d.stop()


class Clients(unittest.TestCase):
    def test_a_thousand_and_two_bad_ones(self):
        with Daemon(ANSWERED) as d:
            d.start(); good = [Client(d) for _ in range(1000)]
            deaf = socket.socket(socket.AF_UNIX); deaf.connect(str(d.dir / 'events.sock')); deaf.setblocking(False)
            deaf.send(b'{"hello":{"client":"deaf"}}\n')
            endless = socket.socket(socket.AF_UNIX); endless.connect(str(d.dir / 'events.sock')); endless.settimeout(30)
            for i, c in enumerate(good): c.sock.sendall(json.dumps(event(f'w{i}', 'offered', START, queue='q')).encode() + b'\n'); c.sent += 1
            for c in good: c.wait()
            before = d.memory_kib()
            endless.sendall(b'{"hello":{}}\n')
            for _ in range(160):                     # 10 MiB without a newline, while the deaf one sends nonsense for answers it never reads
                endless.sendall(b'x' * 65536)
                try: deaf.send(b'?\n' * 2000)
                except (BlockingIOError, BrokenPipeError, ConnectionError): pass
            endless.sendall(b'\n' + json.dumps(event('after', 'offered', START, queue='q')).encode() + b'\n')
            answers = b''
            while b'"ack":2' not in answers: answers += endless.recv(65536)
            self.assertIn(b'"reject":1', answers)
            for i, c in enumerate(good): c.sock.sendall(json.dumps(event(f'w{i}', 'answered', START + 1)).encode() + b'\n'); c.sent += 1
            for c in good: c.wait()
            self.assertLess(d.memory_kib() - before, 16 * 1024)
            self.assertEqual(d.sql("SELECT count(*) FROM events WHERE contact LIKE 'w%'"), [(2000,)])
            self.assertEqual(d.get('/v1/status')['counters']['lines_too_long'], 1)
            d.stop()
            deaf.close(); endless.close()

    def test_bad_lines_are_counted_and_answered(self):
        with Daemon(ANSWERED) as d:
            d.start(); c = Client(d)
            c.lines('nonsense', json.dumps(event('a', 'offered', START)), '{"contact":"a","event":"x","at":"yesterday"}', '')
            self.assertEqual([n for n, _ in c.rejects], [1, 3]); self.assertIn('at', c.rejects[1][1])
            self.assertEqual(d.get('/v1/status')['counters']['events_rejected'], 2)
            d.stop()


class Reloads(unittest.TestCase):
    def test_valid_and_invalid(self):
        with Daemon(ANSWERED) as d:
            d.start(); c = Client(d)
            c.send(event('a', 'offered', START, queue='q'), event('a', 'answered', START + 90000)); d.clock(START + 100000)
            until(lambda: d.get('/v1/breaches?kind=contact')['breaches'], 'the breach')
            d.standards(ANSWERED.replace('within', 'witin'))
            r = d.slactl('reload'); self.assertEqual(r.returncode, 1); self.assertIn('did you mean "within"', r.stderr)
            self.assertIn('witin', d.slactl('status').stdout); self.assertIn('reload refused', d.log())
            self.assertEqual(d.get('/v1/figures')['standards'][0]['groups'][0]['missed'], 1)
            d.standards(ANSWERED.replace('1m', '2m'))
            r = d.slactl('reload'); self.assertEqual(r.returncode, 0, r.stderr)
            self.assertEqual([b['state'] for b in d.get('/v1/breaches?kind=contact')['breaches']], ['withdrawn'])
            self.assertEqual(d.get('/v1/figures')['standards'][0]['groups'][0]['met'], 1)
            d.standards(ANSWERED); d.process.send_signal(signal.SIGHUP)
            until(lambda: [b['state'] for b in d.get('/v1/breaches?kind=contact&state=closed')['breaches']] == ['closed'], 'the edit by SIGHUP')
            self.assertEqual([v['version'] for v in d.get('/v1/standards/answered')['versions']], [1, 2, 3])
            d.stop()


class ServiceManager(unittest.TestCase):
    def test_notifications(self):
        with Daemon(ANSWERED) as d:
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(str(d.dir / 'notify')); s.settimeout(60)
            said = []
            def hear(word):
                while not any(word in x for x in said): said.append(s.recv(4096).decode())
            d.start({'NOTIFY_SOCKET': str(d.dir / 'notify'), 'WATCHDOG_USEC': '200000'})
            hear('READY=1'); hear('STATUS='); hear('WATCHDOG=1'); said.clear()
            d.process.send_signal(signal.SIGHUP); hear('RELOADING=1\nMONOTONIC_USEC='); hear('READY=1')
            d.stop(); hear('STOPPING=1'); s.close()


class CommandLine(unittest.TestCase):
    def test_slad_says_what_is_wrong(self):
        for args, code, says in ((['chekc'], 2, '"chekc" is no command'), (['check', '--jsn'], 2, "slad check: unrecognized option '--jsn'"),
                                 (['replay', '--frm'], 2, "slad replay: unrecognized option '--frm'"), (['--config', '/tmp'], 1, 'Is a directory'),
                                 (['--config', 'a', 'b'], 2, '"b" is one argument too many'), (['check', '/nonexistent.yaml'], 1, '/nonexistent.yaml: error: cannot be read')):
            with self.subTest(args):
                r = subprocess.run([BUILD / 'slad', *args], capture_output=True, text=True); self.assertEqual((r.returncode, says in r.stderr), (code, True), r.stderr)

    def test_a_group_that_is_not_there(self):
        with Daemon(ANSWERED) as d:
            (d.dir / 'slad.yaml').write_text(f'database: slad.db\nlisten: [{{unix: slad.sock, group: no-such-group}}]\ninputs: []\n{ANSWERED}')
            r = subprocess.run([BUILD / 'slad', '--config', d.dir / 'slad.yaml'], capture_output=True, text=True)
            self.assertEqual(r.returncode, 1); self.assertIn('slad.sock: there is no such group: \\"no-such-group\\"', r.stderr)

    def test_when_nobody_is_there(self):
        r = subprocess.run([BUILD / 'slactl', '--socket', '/nonexistent/slad.sock', 'status'], capture_output=True, text=True)
        self.assertEqual(r.returncode, 3); self.assertIn('not running', r.stderr)

    def test_asks_everything(self):
        with Daemon(ANSWERED) as d:
            d.start(); c = Client(d)
            c.send(event('a', 'offered', START, queue='q'), event('b', 'offered', START, queue='q'), event('b', 'answered', START + 5000)); d.clock(START + 70000)
            until(lambda: d.get('/v1/breaches')['breaches'], 'the breach')
            for args in (['status'], ['standards'], ['breaches'], ['figures'], ['open'], ['explain', 'a'], ['percentiles'], ['tail', '--once'], ['check']):
                with self.subTest(args): r = d.slactl(*args); self.assertEqual(r.returncode, 0, r.stderr)
            self.assertIn('queue=q', d.slactl('figures').stdout)
            self.assertEqual(d.slactl('breaches', '--csv').stdout.splitlines()[0].split(',')[0], 'id')
            self.assertIn('missed', d.slactl('explain', 'a').stdout)
            r = d.slactl('figures', '--standard', 'answerd'); self.assertEqual(r.returncode, 1); self.assertIn('"answered"', r.stderr)
            first = d.get('/v1/breaches')['breaches'][0]['id']; r = d.slactl('excuse', str(first), 'the exchange was down'); self.assertEqual(r.returncode, 0, r.stderr)
            excused = next(b['excused'] for b in d.get('/v1/breaches')['breaches'] if b['id'] == first); self.assertEqual((excused['text'], excused['by']), ('the exchange was down', os.getuid()))
            self.assertEqual(d.slactl('excuse', '4711', 'x').returncode, 1)
            at = d.get('/v1/figures?at=2026-03-02T08:00:06Z')['standards'][0]['groups'][0]
            self.assertEqual([at[k] for k in ('met', 'missed', 'open')], [1, 0, 1])
            d.stop()


class Files(unittest.TestCase):
    def test_append_rotate_restart(self):
        with Daemon(ANSWERED) as d:
            line = lambda n: json.dumps(event(f'f{n}', 'offered', START, queue='q')) + '\n'
            count = lambda n: until(lambda: d.sql('SELECT count(*) FROM events') == [(n,)], f'{n} events')
            log = d.dir / 'calls.jsonl'
            d.start(); log.write_text(line(1)); count(1)
            with open(log, 'a') as f: f.write(line(2)); f.write(line(3)[:20]); f.flush(); count(2); f.write(line(3)[20:])
            count(3); os.rename(log, d.dir / 'calls.jsonl.1')
            with open(d.dir / 'calls.jsonl.1', 'a') as f: f.write(line(4))
            log.write_text(line(5)); count(5); d.kill()
            with open(log, 'a') as f: f.write(line(6))
            d.start(); count(6)
            self.assertEqual(sorted(d.sql('SELECT contact FROM events')), [(f'f{n}',) for n in range(1, 7)])
            d.stop()


class Demo(unittest.TestCase):
    def test_shows_breaches_and_cleans_up(self):
        before = set(pathlib.Path('/tmp').glob('slad-demo.*'))
        r = subprocess.run([ROOT / 'config/demo/run', '--for', '12'], capture_output=True, text=True, timeout=180, env=os.environ | {'SLAD_DEMO_BUILD': str(BUILD)})
        self.assertEqual(r.returncode, 0, r.stderr); self.assertIn('"accepted":2350', r.stdout); self.assertIn('calls-answered', r.stdout)
        self.assertEqual(set(pathlib.Path('/tmp').glob('slad-demo.*')), before)


if __name__ == '__main__': unittest.main()

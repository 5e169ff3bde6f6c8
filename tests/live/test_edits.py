"""Edits of standards as team leaders meet them: slactl diff before a reload, and a reload that means the same."""
import json, pathlib, socket, sys, tempfile, unittest
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import Client, Daemon, START, until

STANDARDS = ('standards:\n'
             '  answered: {start: offered, stop: answered, within: 1m, target: 90%, by: queue}\n'
             '  held: {start: offered, stop: answered, within: 1h, match: {tier: gold}}\n')


def event(contact, name, at, **more): return dict(contact=contact, event=name, at=at, **more)


class Edits(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(); self.addCleanup(self.folder.cleanup)
        self.d = Daemon(STANDARDS); self.d.__enter__(); self.addCleanup(self.d.__exit__)
        self.d.start(); self.c = Client(self.d)
        self.c.send(event('a', 'offered', START, queue='q1'), event('b', 'offered', START + 1000, queue='q2'),
                    event('a', 'answered', START + 30000), event('b', 'answered', START + 90000))
        self.d.clock(START + 200000)
        until(lambda: self.d.get('/v1/breaches?kind=contact&state=closed')['breaches'], 'the breach')

    def write(self, name, text):
        path = pathlib.Path(self.folder.name) / name; path.parent.mkdir(exist_ok=True); path.write_text(text); return str(path)

    def recomputed(self): return self.d.get('/v1/status')['counters']['events_recomputed']

    def test_diff(self):
        edited = self.write('calls.yaml', '# shorter\nstandards:\n  answered: {start: offered, stop: answered, within: 20s, target: 90%, by: queue}\n')
        r = self.d.slactl('diff', edited)
        self.assertEqual((r.returncode, r.stderr), (1, ''))
        lines = r.stdout.splitlines()
        self.assertEqual(lines[0], f'{edited}:3: answered: changed'); self.assertEqual(lines[1], '  within: 1m → 20s')
        self.assertEqual(lines[4:7], ['  {queue: q1}: counted 1, met 1 → 0, missed 0 → 1, attainment 100.0 % → 0.0 %, state met → breached',
                                      '  the same counts: 1 group', '  contact breaches 1 → 2: 1 gained (a)'])
        self.assertRegex(lines[7], r'^1 changed, 0 added, 0 removed, .* 1 unchanged; figures as of 2026-03-02T08:03:20.000Z$')
        answer = json.loads(self.d.slactl('diff', edited, '--json').stdout)
        self.assertEqual(answer['standards'][0]['breaches']['gained'], {'count': 1, 'first': [
            {'contact': 'a', 'subject': 'a', 'started': '2026-03-02T08:00:00.000Z'}]})
        # What was foretold is what a reload does; nothing was changed before it.
        self.assertEqual(self.d.get('/v1/standards/answered')['versions'][-1]['version'], 1)
        self.d.standards(STANDARDS.replace('1m', '20s')); self.assertEqual(self.d.slactl('reload').returncode, 0)
        self.assertEqual(sorted(b['contact'] for b in self.d.get('/v1/breaches?kind=contact')['breaches']), ['a', 'b'])
        r = self.d.slactl('diff', edited); self.assertEqual((r.returncode, r.stderr), (0, ''))
        self.assertRegex(r.stdout, r'^0 changed, 0 added, 0 removed, ')
        self.d.stop()

    def test_diff_of_a_whole_configuration(self):
        main = self.write('slad.yaml', 'grace: 3s\ninclude: [more/*.yaml]\n' + STANDARDS.split('  held')[0])
        self.write('more/added.yaml', 'standards: {quick: {start: offered, stop: answered, within: 5s}}\n')
        r = self.d.slactl('diff', main); self.assertEqual((r.returncode, r.stderr), (1, ''))
        self.assertIn('more/added.yaml:1: quick: added: ', r.stdout); self.assertIn(': held: removed: ', r.stdout)
        self.assertIn('\n  contact breaches 2: 2 gained (a, b)\n', r.stdout)
        part = self.write('part.yaml', STANDARDS.split('  held')[0])
        self.assertEqual(self.d.slactl('diff', part).returncode, 0)
        r = self.d.slactl('diff', part, '--whole'); self.assertEqual(r.returncode, 1); self.assertIn(': held: removed: ', r.stdout)
        r = self.d.slactl('diff', part, main); self.assertEqual((r.returncode, r.stdout), (2, '')); self.assertIn('is compared alone', r.stderr)

    def test_diff_of_what_is_wrong(self):
        wrong = self.write('wrong.yaml', 'standards:\n  answered: {start: offered, stop: answered, witin: 20s}\n')
        r = self.d.slactl('diff', wrong); self.assertEqual((r.returncode, r.stdout), (2, ''))
        self.assertIn(f'{wrong}:2:46: error: unknown key "witin" in standard "answered": did you mean "within"?\n', r.stderr)
        for name, text, says in (('yaml.yaml', 'standards: [', 'error'), ('binary.yaml', 'standards: \0', 'error')):
            r = self.d.slactl('diff', self.write(name, text)); self.assertEqual((r.returncode, r.stdout), (2, '')); self.assertIn(says, r.stderr)
        r = self.d.slactl('diff', wrong + '.gone'); self.assertEqual(r.returncode, 2); self.assertIn('cannot be read', r.stderr)
        self.assertEqual(self.d.slactl('diff').returncode, 2)
        self.assertEqual(self.d.request('POST', '/v1/diff', '{"files":3}')[0], 400)
        self.assertEqual(self.d.request('GET', '/v1/diff')[0], 405)
        self.d.stop()
        self.assertEqual(self.d.slactl('diff', self.write('a.yaml', STANDARDS)).returncode, 3)

    def test_a_client_that_leaves_ends_the_work(self):
        body = json.dumps({'files': [{'path': 'a.yaml', 'text': STANDARDS.replace('1m', '2m')}]})
        for _ in range(20):
            s = socket.socket(socket.AF_UNIX); s.connect(str(self.d.dir / 'slad.sock'))
            s.sendall(f'POST /v1/diff HTTP/1.1\r\nHost: slad\r\nContent-Length: {len(body)}\r\n\r\n{body}'.encode()); s.close()
        def answered():
            status, answer = self.d.request('POST', '/v1/diff', body)
            return status == 200 and answer['changed'] == 1
        until(answered, 'an answer after those that left')
        self.d.stop()

    def test_a_reload_that_means_the_same_computes_nothing(self):
        before, versions = self.recomputed(), self.d.get('/v1/standards/answered')['versions']
        self.d.settings = 'grace: 4s\nretain: {events: 40d}\npublish: 5s'
        self.d.standards('# reformatted\n' + STANDARDS.replace('within: 1m', 'within: 60s, describe: Soon'))
        self.assertEqual(self.d.slactl('reload').returncode, 0)
        self.assertEqual(self.d.get('/v1/status')['configuration']['generation'], 2)
        self.assertEqual(self.recomputed(), before)
        standard = self.d.get('/v1/standards/answered')
        self.assertEqual((standard['describe'], standard['versions']), ('Soon', versions))
        for _ in range(3): self.assertEqual(self.d.slactl('reload').returncode, 0)
        self.c.send(event('c', 'offered', START + 200000, queue='q1')); self.d.clock(START + 300000)
        until(lambda: len(self.d.get('/v1/breaches?kind=contact')['breaches']) == 2, 'the engine that goes on')
        self.assertEqual(self.recomputed(), before)
        clock = self.d.get('/v1/contacts/c')['clocks'][0]
        self.assertEqual((clock['outcome'], clock['version'], clock['line']), ('missed', 1, standard['line']))
        self.d.standards(STANDARDS.replace('1m', '2m')); self.assertEqual(self.d.slactl('reload').returncode, 0)
        self.assertGreater(self.recomputed(), before)
        self.d.stop()

    def test_explain_why_not(self):
        r = self.d.slactl('explain', 'a', 'held'); self.assertEqual(r.returncode, 0)
        self.assertRegex(r.stdout, r'held: does not apply\n  .*its match asks that tier is gold, and tier is absent, so the standard does not apply')
        r = self.d.slactl('explain', 'a', 'hold'); self.assertEqual(r.returncode, 1); self.assertIn('did you mean "held"?', r.stderr)
        self.c.send(event('z', 'seen', START + 100000))
        self.assertIn('No event of this contact starts its clock, as would the event offered', self.d.slactl('explain', 'z', 'answered').stdout)
        self.d.stop()


if __name__ == '__main__': unittest.main()

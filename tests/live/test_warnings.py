"""Warnings as a team leader meets them: told before the promise is missed, once, whatever happens to the daemon."""
import csv, io, json, pathlib, sys, unittest
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import Client, Daemon, START, until

GRACE = 2000
ANSWERED = 'standards:\n  answered: {start: offered, stop: answered, reopen: again, within: 100s, by: queue, warn: [50%, 80%, 5s]}\n'
LEVEL = 'standards:\n  held: {start: offered, stop: answered, within: 10s, target: 50%, warn_below: 70%, by: queue}\n'
ROWS = 'SELECT contact, warning, state, outcome, reached, closed FROM warnings ORDER BY id'


def event(contact, name, at, **more): return dict(contact=contact, event=name, at=START + at, **more)


class Warnings(unittest.TestCase):
    def begin(self, standards=ANSWERED, settings=''):
        self.d = Daemon(standards, settings); self.d.__enter__(); self.addCleanup(self.d.__exit__); self.d.start(); self.c = Client(self.d)

    def turn(self, at): self.d.clock(START + at + GRACE + 1)  # the clock of limits and warnings is past `at`

    def rows(self): return [(c, w, s, o, r - START, None if x is None else x - START) for c, w, s, o, r, x in self.d.sql(ROWS)]

    def expect(self, *rows):
        rows = list(rows)
        try: until(lambda: self.rows() == rows, 'the warnings')
        except AssertionError: self.assertEqual(self.rows(), rows)

    def restart(self, how=Daemon.stop): how(self.d); self.d.start(); self.c = Client(self.d)

    def reload(self, standards): self.d.standards(standards); r = self.d.slactl('reload'); self.assertEqual((r.returncode, r.stderr), (0, ''))

    def test_told_without_any_event_and_once(self):
        self.begin()
        self.c.send(event('a', 'offered', 0, queue='q1'), event('b', 'offered', 10000, queue='q2'))
        self.d.clock(START + 50000 + GRACE); self.assertEqual(self.d.get('/v1/warnings')['warnings'], [])
        self.turn(50000); self.expect(('a', '50%', 'open', None, 50000, None))
        self.restart(); self.restart(Daemon.kill)
        self.turn(60000); self.expect(('a', '50%', 'open', None, 50000, None), ('b', '50%', 'open', None, 60000, None))
        self.reload(ANSWERED + '  more: {start: offered, stop: answered}\n')
        self.c.send(event('b', 'answered', 65000))
        self.turn(80000)
        self.expect(('a', '50%', 'open', None, 50000, None), ('b', '50%', 'closed', 'met', 60000, 65000), ('a', '80%', 'open', None, 80000, None))
        [risk] = self.d.get('/v1/open?at_risk=true&standard=answered')['open']
        self.assertEqual([risk[k] for k in ('contact', 'at_risk', 'warning', 'warned', 'next_warning')],
                         ['a', True, '80%', '2026-03-02T08:01:20.000Z', '2026-03-02T08:01:35.000Z'])
        shown = self.d.slactl('open', '--at-risk', '--standard', 'answered').stdout.splitlines()
        self.assertEqual(len(shown), 2); self.assertIn('at risk', shown[1]); self.assertIn('80%', shown[1])
        self.turn(95000)  # at one stroke with the limit it would not be told any more
        self.expect(('a', '50%', 'open', None, 50000, None), ('b', '50%', 'closed', 'met', 60000, 65000), ('a', '80%', 'open', None, 80000, None),
                    ('a', '5s left', 'open', None, 95000, None))
        self.turn(100001)
        self.expect(('a', '50%', 'closed', 'missed', 50000, 100000), ('b', '50%', 'closed', 'met', 60000, 65000),
                    ('a', '80%', 'closed', 'missed', 80000, 100000), ('a', '5s left', 'closed', 'missed', 95000, 100000))
        rows = self.d.sql('SELECT * FROM warnings'); self.restart(Daemon.kill); self.restart(); self.assertEqual(self.d.sql('SELECT * FROM warnings'), rows)
        self.assertEqual(self.d.get('/v1/status')['counters']['warnings_told'], 0)
        self.d.stop()

    def test_asked_for(self):
        self.begin()
        self.c.send(event('a', 'offered', 0, queue='q1'), event('b', 'offered', 10000, queue='q2'))
        self.turn(80000)
        until(lambda: len(self.rows()) == 3, 'a at 50 % and 80 %, b at 50 %')
        answer = self.d.get('/v1/warnings?group.queue=q1')['warnings']
        self.assertEqual([(w['kind'], w['contact'], w['warning'], w['state'], w['due'], w['version'], w['group']) for w in answer],
                         [('contact', 'a', w, 'open', '2026-03-02T08:01:40.000Z', 1, {'queue': 'q1'}) for w in ('80%', '50%')])
        self.assertEqual([w['warning'] for w in self.d.get('/v1/warnings?until=2026-03-02T08:01:00Z')['warnings']], ['50%'])
        self.assertEqual([w['contact'] for w in self.d.get('/v1/warnings?since=2026-03-02T08:01:10Z')['warnings']], ['a'])
        page = self.d.get('/v1/warnings?limit=1'); self.assertIsNotNone(page['next'])
        rest = self.d.get(f'/v1/warnings?limit=1&after={page["next"]}')
        self.assertEqual([page['warnings'][0]['warning'], rest['warnings'][0]['contact']], ['80%', 'b'])
        self.assertEqual(self.d.request('GET', '/v1/warnings?state=met')[0], 400)
        rows = list(csv.DictReader(io.StringIO(self.d.slactl('warnings', '--csv').stdout)))
        self.assertEqual({(r['contact'], r['warning'], r['state'], r['reached']) for r in rows},
                         {('a', '50%', 'open', '2026-03-02T08:00:50.000Z'), ('a', '80%', 'open', '2026-03-02T08:01:20.000Z'),
                          ('b', '50%', 'open', '2026-03-02T08:01:00.000Z')})
        self.assertRegex(self.d.slactl('warnings').stdout, r'(?m)^ *\d+  answered  a +queue=q1 +80% ')
        self.assertEqual(self.d.slactl('open', '--at-risk', '30s', '--csv').stdout.count('\n'), 3)
        [view] = self.d.sql("SELECT group_text, reached, due, state FROM warning_list WHERE warning = '80%'")
        self.assertEqual(view, ('queue=q1', '2026-03-02T08:01:20.000Z', '2026-03-02T08:01:40.000Z', 'open'))
        self.d.stop()

    def test_what_passed_while_nobody_ran_is_told_once_and_furthest(self):
        self.begin()
        self.c.send(event('a', 'offered', 0, queue='q')); self.d.kill()
        self.turn(85000); self.d.start()
        self.expect(('a', '80%', 'open', None, 80000, None))
        self.restart(Daemon.kill); self.turn(86000); self.c.send(event('a', 'answered', 86000))
        self.expect(('a', '80%', 'closed', 'met', 80000, 86000))
        self.c.send(event('a', 'again', 90000)); self.turn(90000)
        self.expect(('a', '80%', 'open', None, 80000, None))
        self.restart(); self.c.send(event('a', 'answered', 91000)); self.expect(('a', '80%', 'closed', 'met', 80000, 91000))
        self.d.stop()

    def test_a_change_of_warnings_alone_changes_nothing_else(self):
        plain = ANSWERED.replace(', warn: [50%, 80%, 5s]', '')
        self.begin(plain)
        self.c.send(event('a', 'offered', 0, queue='q'), event('b', 'offered', -200000, queue='q')); self.turn(60000)
        until(lambda: self.d.sql("SELECT 1 FROM breaches WHERE contact = 'b'"), 'the breach')
        breaches = self.d.sql('SELECT * FROM breaches'); self.assertEqual(self.rows(), [])
        self.reload(ANSWERED); self.expect(('a', '50%', 'open', None, 50000, None))  # of b nothing: it is missed
        self.reload(ANSWERED.replace('50%', '60%')); self.turn(61000)
        until(lambda: len(self.rows()) == 2, 'the other warning')
        self.assertEqual(self.rows()[0][:4], ('a', '50%', 'withdrawn', None)); self.assertEqual(self.rows()[1], ('a', '60%', 'open', None, 60000, None))
        self.reload(plain); self.assertEqual([r[2] for r in self.rows()], ['withdrawn', 'withdrawn'])
        self.assertEqual(self.d.sql('SELECT DISTINCT reason FROM warnings'), [('standard changed',)])
        self.assertEqual(self.d.sql('SELECT * FROM breaches'), breaches)
        self.assertEqual(len(self.d.get('/v1/standards/answered')['versions']), 1)
        self.d.stop()

    def test_the_nearest_due_comes_first_whatever_is_warned_of_before(self):
        self.begin('standards:\n  far: {start: offered, stop: answered, within: 10h, warn: 1%, match: {kind: far}}\n'
                   '  near: {start: offered, stop: answered, within: 1h, match: {kind: near}}\n')
        self.c.send(*(event(f'f{i}', 'offered', -i, kind='far') for i in range(50)), event('n', 'offered', 0, kind='near'))
        first = self.d.get('/v1/open?limit=1'); self.assertEqual([o['contact'] for o in first['open']], ['n']); self.assertFalse(first['complete'])
        self.assertEqual([o['contact'] for o in self.d.get('/v1/open?at_risk=2h')['open']], ['n'])
        self.turn(359990); until(lambda: len(self.rows()) == 40, 'those of f10 to f49')
        self.d.clock(START + 48 * 60000)
        risk = until(lambda: (a := self.d.get('/v1/open?at_risk=1&limit=3')) and len(a['open']) == 3 and a['open'], 'n at 80 %')
        self.assertEqual([(o['contact'], o['warning']) for o in risk], [('n', None), ('f49', '1%'), ('f48', '1%')])
        self.d.stop()

    def test_a_level_at_risk(self):
        self.begin(LEVEL)
        self.c.send(*(event(c, 'offered', 0, queue='q') for c in 'abc'), *(event(c, 'answered', 5000) for c in 'ab'))
        self.turn(10001)
        level = "SELECT kind, warning, target, state, reached - %d, closed - %d, reason FROM warnings ORDER BY id" % (START, START)
        risk = ('level', '70%', 'attainment >= 50%', 'open', 10001, None, None)
        until(lambda: self.d.sql(level) == [risk], 'the warning of the level')
        def figures(): return self.d.get('/v1/figures')['standards'][0]['groups'][0]
        self.assertEqual([figures()[k] for k in ('state', 'at_risk', 'targets')],
                         ['met', True, [{'target': 'attainment >= 50%', 'state': 'met', 'headroom': 1, 'recover': None}]])
        self.assertIn('met, at risk', self.d.slactl('figures').stdout)
        self.assertRegex(self.d.slactl('figures', '--targets').stdout, r'(?m)^held +queue=q +attainment >= 50% +met +1 ')
        self.restart(); self.restart(Daemon.kill); self.reload(LEVEL.replace('10s', '10000ms')); self.assertEqual(self.d.sql(level), [risk])
        self.c.send(*(event(c, 'offered', 20000, queue='q') for c in 'de')); self.turn(30001)
        until(lambda: self.d.sql(level) == [risk[:3] + ('closed', 10001, 30001, 'breached')], 'the level to break')
        self.assertEqual([figures()[k] for k in ('state', 'at_risk', 'targets')],
                         ['breached', False, [{'target': 'attainment >= 50%', 'state': 'breached', 'headroom': None, 'recover': 1}]])
        self.restart(Daemon.kill); self.assertEqual(len(self.d.sql(level)), 1)
        self.d.stop()


if __name__ == '__main__': unittest.main()

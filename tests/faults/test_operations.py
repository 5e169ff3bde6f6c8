"""What an operator does: a backup while it runs, a look whether all is well, a repair."""
import os
import shutil
import signal
import sqlite3
import subprocess
import unittest

from victim import BUILD, GRACE, PATIENCE, START, Sender, Victim, event, until

GROUP, USER = 65533, 65534
HOUR = 3600000


def calls(first, count, at=START):
    return [event(f'c{n}', name, at + n * 100 + (name == 'answered') * (30000 if n % 3 else 75000), queue=f'q{n % 3}', id=f'{name}{n}')
            for n in range(first, first + count) for name in (('offered', 'answered') if n % 5 else ('offered',))]


def history(d, count=300):
    """A daemon with breaches, levels and published figures."""
    d.start()
    sender = Sender(d)
    sender.throw(*calls(0, count))
    sender.wait()
    d.clock(START + 300000)
    until(lambda: d.count('figures') >= 4, 'figures')
    d.clock(START + 300000 + 7 * GRACE)
    d.same_clock()
    return sender


class Backup(unittest.TestCase):
    def take(self, d, *more, code=0, **options):
        out = subprocess.run([BUILD / 'slactl', '--socket', d.dir / 'slad.sock', 'backup', d.dir / 'copy.db', *more],
                             capture_output=True, text=True, timeout=PATIENCE, **options)
        self.assertEqual(out.returncode, code, out.stderr)
        return out

    def whole(self, path):
        db = sqlite3.connect(f'file:{path}?mode=ro', uri=True)
        self.assertEqual(db.execute('PRAGMA integrity_check').fetchall(), [('ok',)])
        ids = [row[0] for row in db.execute('SELECT id FROM events')]
        db.close()
        return ids

    def test_under_load(self):
        """Consistent: everything acknowledged before it began; a daemon started with it goes on."""
        with Victim() as d:
            sender = history(d)
            before = list(sender.ids)
            child = subprocess.Popen([BUILD / 'slactl', '--socket', d.dir / 'slad.sock', 'backup', d.dir / 'copy.db'])
            n = 1000
            while child.poll() is None:
                sender.throw(*calls(n, 50))
                n += 50
            sender.wait()
            self.assertEqual(child.returncode, 0)
            self.assertEqual(set(before) - set(self.whole(d.dir / 'copy.db')), set())
            self.assertEqual(os.stat(d.dir / 'copy.db').st_mode & 0o007, 0)
            self.assertEqual(sorted(p.name for p in d.dir.glob('copy*')), ['copy.db'], 'one file')
            d.stop()
            for name in ('slad.db', 'slad.db-wal', 'slad.db-shm'):
                (d.dir / name).unlink()
            os.rename(d.dir / 'copy.db', d.dir / 'slad.db')
            d.start()
            d.check(self, before)
            d.stop()

    def test_by_one_of_the_group(self):
        with Victim() as d:
            sender = history(d)
            os.chmod(d.dir, 0o755)
            for name in ('slad.db', 'slad.db-wal', 'slad.db-shm', 'slad.sock'):
                os.chown(d.dir / name, 0, GROUP)
                os.chmod(d.dir / name, 0o660 if name == 'slad.sock' else 0o640)
            folder = d.dir / 'theirs'
            folder.mkdir()
            os.chown(folder, USER, GROUP)
            out = subprocess.run(['setpriv', '--reuid', str(USER), '--regid', str(GROUP), '--clear-groups', BUILD / 'slactl', 'backup',
                                  folder / 'copy.db', d.dir / 'slad.db'], capture_output=True, text=True)
            self.assertEqual(out.returncode, 0, out.stderr)
            self.assertEqual(set(sender.ids), set(self.whole(folder / 'copy.db')))
            sender.throw(*calls(900, 5))
            sender.wait()
            d.stop()

    def test_what_is_there_stays(self):
        with Victim() as d:
            history(d)
            (d.dir / 'copy.db').write_text('mine')
            self.assertIn('is there already', self.take(d, code=1).stderr)
            self.assertEqual((d.dir / 'copy.db').read_text(), 'mine')
            d.stop()

    def test_without_room(self):
        with Victim() as d:
            history(d)
            folder = d.dir / 'small'
            folder.mkdir()
            subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'none', folder], check=True)
            d.mounted.insert(0, folder)
            out = subprocess.run([BUILD / 'slactl', 'backup', folder / 'copy.db', d.dir / 'slad.db'], capture_output=True, text=True)
            self.assertEqual(out.returncode, 1)
            self.assertIn('full', out.stderr)
            self.assertEqual(list(folder.iterdir()), [], 'half a copy is none')
            d.mounted.remove(folder)
            subprocess.run(['umount', folder], check=True)
            d.stop()

    def test_of_a_damaged_database(self):
        with Victim() as d:
            history(d, 3000)
            d.stop()
            damage(d.dir / 'slad.db')
            out = self.take(d, d.dir / 'slad.db', code=1)
            self.assertRegex(out.stderr, 'damaged|malformed')
            self.assertFalse((d.dir / 'copy.db').exists())

    def test_without_a_daemon(self):
        with Victim() as d:
            sender = history(d)
            d.stop()
            self.assertEqual(self.take(d, code=3).stdout, '')
            self.take(d, d.dir / 'slad.db')
            self.assertEqual(set(sender.ids), set(self.whole(d.dir / 'copy.db')))


# Levels broken and at risk, cycles at risk and percentiles, as they stand at the end.
LASTING = ('''standards:
  answered: {start: offered, stop: answered, within: 1m, warn: [50%, 80%], target: 90%, window: 30m, by: queue, percentiles: [50, 90]}
  watched: {start: offered, stop: answered, within: 1m, match: {queue: q1}, warn: 50%, target: 55%, warn_below: 95%, window: day, by: queue}
''')


def lasting(d):
    """Three cycles at risk, of which one has reached both warnings; an open level in q0; q1 is at risk."""
    sender = history(d)
    now = d.now
    sender.throw(*[event(f'w{n}', 'offered', now - n, queue='q9', id=f'w{n}') for n in (0, 15000, 20000)])
    sender.throw(*[event(f'r{n}', name, now - 9 + n, queue='q1', id=f'{name}r{n}') for n in range(40) for name in ('offered', 'answered')][:48])
    sender.wait()
    d.clock(now + 33000)
    until(lambda: d.sql("SELECT count(*) FROM warnings WHERE state = 'open' AND contact LIKE 'w%'")[0][0] == 4, 'warnings')


class Verify(unittest.TestCase):
    def verify(self, d, path, code):
        out = subprocess.run([BUILD / 'slactl', '--socket', d.dir / 'slad.sock', 'verify', path, d.dir / 'slad.yaml'],
                             capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(out.returncode, code, out.stdout + out.stderr)
        return out

    def test_all_is_well(self):
        with Victim() as d:
            history(d)
            out = d.slactl('verify')
            self.assertEqual((out.returncode, out.stderr), (0, ''))
            self.assertIn('all is well', out.stdout)
            self.assertRegex(out.stdout, r'[1-9][0-9]{2} records compared')
            d.slactl('backup', d.dir / 'copy.db')
            d.stop()
            for name in ('copy.db', 'slad.db'):
                self.assertEqual(self.verify(d, d.dir / name, 0).stderr, '')

    def test_what_is_wrong_is_named(self):
        with Victim() as d:
            history(d)
            d.stop()
            for change, says in (
                    ("UPDATE breaches SET decided = decided + 1 WHERE id = 5", 'breach: '),
                    ("DELETE FROM breaches WHERE id = 7", 'breach that is not on record: '),
                    ("UPDATE breaches SET contact = 'c1', subject = '\"c1\"', nth = 7 WHERE id = 9", 'breach that is none: '),
                    ("UPDATE figures SET met = met + 1 WHERE at = (SELECT max(at) FROM figures)", 'figures: '),
                    ("DELETE FROM figures WHERE series = (SELECT min(series) FROM figures)", 'figures that are not on record: '),
                    ("DELETE FROM events WHERE seq = 12", ': ')):
                with self.subTest(change):
                    shutil.copy(d.dir / 'slad.db', d.dir / 'copy.db')
                    db = sqlite3.connect(d.dir / 'copy.db')
                    db.executescript(change)
                    db.close()
                    out = self.verify(d, d.dir / 'copy.db', 1)
                    self.assertIn(says, out.stderr)
                    self.assertIn('NOT as it should be', out.stdout)

    def test_what_lasts(self):
        """Open levels, levels and cycles at risk, and the latest percentiles."""
        with Victim(LASTING) as d:
            lasting(d)
            d.stop()
            good = self.verify(d, d.dir / 'slad.db', 0)
            self.assertEqual(good.stderr, '')
            for change, says in (
                    ("UPDATE breaches SET state = 'closed', closed = opened + 1 WHERE kind = 'level' AND state = 'open'", 'not on record: answered {"queue":"q0"}, attainment >= 90%; by the journal: open'),
                    ("UPDATE breaches SET state = 'open', closed = NULL, target = 'mean <= 1s' WHERE id = (SELECT min(id) FROM breaches WHERE kind = 'level')", 'open level that holds: answered {"queue":"q'),
                    ("DELETE FROM warnings WHERE kind = 'level' AND state = 'open'", 'not on record: watched {"queue":"q1"}, 95% at risk; by'),
                    ("UPDATE warnings SET state = 'closed' WHERE state = 'open' AND contact = 'w15000'", 'not on record: answered "w15000", started'),
                    ("UPDATE warnings SET started = started - 1 WHERE contact = 'w15000'", 'open warning that is not reached: answered "w15000"'),
                    ("UPDATE warnings SET state = 'open', grp = '{\"queue\":\"q7\"}' WHERE id = (SELECT min(id) FROM warnings WHERE kind = 'level')", 'open warning of a level that is not at risk: watched {"queue":"q7"}'),
                    ("UPDATE percentiles SET value = value + 1 WHERE q = 90 AND at = (SELECT max(at) FROM percentiles)", 'figures: answered'),
                    ("DELETE FROM percentiles WHERE q = 90", 'figures: answered')):
                with self.subTest(change):
                    shutil.copy(d.dir / 'slad.db', d.dir / 'copy.db')
                    db = sqlite3.connect(d.dir / 'copy.db')
                    changed = db.execute(change).rowcount
                    db.commit()
                    db.close()
                    self.assertGreater(changed, 0)
                    self.assertIn(says, self.verify(d, d.dir / 'copy.db', 1).stderr)

    def test_what_is_about_to_be_known(self):
        """A late event that no level was judged by yet, a limit that is put off: nothing is wrong."""
        with Victim(LASTING) as d:
            lasting(d)
            sender = Sender(d)
            sender.throw(*[event(f'late{n}', 'offered', START + 1000, queue='q8', id=f'late{n}') for n in range(3)])
            sender.wait()
            shutil.copy(d.dir / 'slad.db', d.dir / 'copy.db')
            shutil.copy(d.dir / 'slad.db-wal', d.dir / 'copy.db-wal')
            self.verify(d, d.dir / 'copy.db', 0)
            d.stop()
            self.verify(d, d.dir / 'slad.db', 0)

    def test_a_clock_that_stands_still(self):
        """A level that was judged by a part of what came in at one instant is judged again at the next."""
        standard = 'standards:\n  answered: {start: offered, stop: answered, within: %s, target: 90%%, window: day, by: queue}\n'
        with Victim(standard % '3m') as d:
            d.start()
            sender = Sender(d)
            sender.throw(event('a', 'offered', START - HOUR, queue='q', id='a'))
            sender.wait()
            d.standards(standard % '2m')
            d.signal(signal.SIGHUP)
            d.says('reload done')
            self.assertEqual(d.sql("SELECT kind, state FROM breaches ORDER BY kind"), [('contact', 'open'), ('level', 'open')])
            sender.throw(event('a', 'answered', START - HOUR + 1000, id='b'))
            sender.wait()
            d.stop()
            self.assertEqual(d.sql("SELECT kind, state FROM breaches ORDER BY kind"), [('contact', 'withdrawn'), ('level', 'open')])
            self.verify(d, d.dir / 'slad.db', 0)
            d.start()
            d.clock(START + 3 * GRACE)
            d.same_clock()
            d.stop()
            self.assertEqual(d.sql("SELECT kind, state FROM breaches ORDER BY kind"), [('contact', 'withdrawn'), ('level', 'closed')])
            self.verify(d, d.dir / 'slad.db', 0)

    def test_damage(self):
        with Victim() as d:
            history(d, 3000)
            d.stop()
            damage(d.dir / 'slad.db')
            out = self.verify(d, d.dir / 'slad.db', 1)
            self.assertRegex(out.stderr, 'damaged|malformed')

    def test_another_standard(self):
        with Victim() as d:
            history(d)
            d.standards('standards:\n  answered: {start: offered, stop: answered, within: 9m}\n')
            out = self.verify(d, d.dir / 'slad.db', 0)
            self.assertIn('not compared: answered', out.stderr)
            d.stop()


def damage(path, at=.5):
    size = os.path.getsize(path)
    with open(path, 'r+b') as file:
        file.seek(int(size * at) // 4096 * 4096)
        file.write(b'\xa5' * 4096 * 4)


class Repair(unittest.TestCase):
    def repair(self, d, code):
        out = subprocess.run([BUILD / 'slad', '--repair', '--config', d.dir / 'slad.yaml'], capture_output=True, text=True,
                             timeout=PATIENCE)
        self.assertEqual(out.returncode, code, out.stdout + out.stderr)
        return out.stdout + out.stderr

    def test_a_damaged_journal(self):
        """What can be read is kept, what cannot is named by its place, the damaged file stays beside it."""
        for at in (.2, .5, .8):
            with self.subTest(at), Victim() as d:
                history(d, 3000)
                d.stop()
                events = dict(d.sql('SELECT seq, id FROM events'))
                damage(d.dir / 'slad.db', at)
                broken = (d.dir / 'slad.db').read_bytes()
                d.launch()
                self.assertEqual(d.end(), 1)
                self.assertTrue(d.said('stopped', 'slad --repair'), d.log())
                said = self.repair(d, 0)
                kept = dict(d.sql('SELECT seq, id FROM events'))
                self.assertEqual({seq: events[seq] for seq in kept}, kept, 'nothing is made up')
                self.assertGreater(len(kept), len(events) * .9)
                lost = {n for line in said.splitlines() if line.startswith('events') and 'lost' in line for n in spans(line)}
                self.assertEqual(lost, set(events) - set(kept), said)
                quarantine = [p for p in d.dir.glob('slad.db.damaged-*') if not p.name.endswith(('-wal', '-shm'))]
                self.assertEqual([p.read_bytes() for p in quarantine], [broken])
                d.clock(START + 3600000)
                d.start()
                d.check(self, set(kept.values()))
                d.stop()

    def test_nothing_to_repair(self):
        with Victim() as d:
            history(d)
            d.stop()
            before = d.sql('SELECT * FROM events')
            self.assertIn('is not damaged', self.repair(d, 0))
            self.assertEqual(d.sql('SELECT * FROM events'), before)
            self.assertEqual(list(d.dir.glob('*damaged*')), [])

    def test_while_a_daemon_runs(self):
        with Victim() as d:
            history(d)
            self.assertIn('holds', self.repair(d, 1))
            d.stop()

    def test_nothing_to_be_had(self):
        """Without its first page nothing can be read: the file is left as it is, and what is left to do is said."""
        with Victim() as d:
            history(d)
            d.stop()
            with open(d.dir / 'slad.db', 'r+b') as file:
                file.seek(100)
                file.write(b'\xa5' * 3996)
            broken = (d.dir / 'slad.db').read_bytes()
            self.assertIn('restore a backup', self.repair(d, 1))
            self.assertEqual((d.dir / 'slad.db').read_bytes(), broken)


def spans(line):
    """The numbers of "events: 40 lost: 12-50, 77"."""
    for part in line.split('lost:')[1].split(','):
        first, _, last = part.strip().partition('-')
        yield from range(int(first), int(last or first) + 1)


if __name__ == '__main__':
    unittest.main()

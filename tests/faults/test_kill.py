"""kill -9 at every kind of moment: what was acknowledged is there once, and the record is what the journal makes of it.

strace kills at the Nth write or sync, so each moment is come to in turn and not by luck."""
import os
import random
import shutil
import signal
import sqlite3
import tempfile
import unittest

from victim import HERE, LONG, STANDARDS, START, Sender, Victim, event, until

KILLS = 200 if LONG else 25
AT_EACH = 1 if LONG else 4  # every Nth call is one to be killed at


def load(path, schema='schema1.sql', more=''):
    db = sqlite3.connect(path)
    db.executescript((HERE / schema).read_text() + more)
    db.close()


def run_to_the_end(d):
    """Until the daemon is killed; one that comes through is stopped, and may be killed then."""
    until(lambda: d.process.poll() is not None or d.answers(), 'an end or an answer')
    if d.process.poll() is None:
        d.signal(signal.SIGTERM)
    assert d.end() in (0, -signal.SIGKILL), d.log()


def killed_at(call, when, *more):
    return ['-e', f'trace={call}', '-e', f'inject={call}:signal=KILL:when={when}', *more]


class Kill(unittest.TestCase):
    def test_again_and_again(self):
        rnd = random.Random(int(os.environ.get('SLAD_SEED', '1')))
        with Victim() as d:
            kept, n = [], 0
            for round in range(KILLS):
                d.start()
                sender = Sender(d)
                sender.throw(event('always', 'offered', START, queue='q', id='always'))  # a duplicate but for once
                for _ in range(rnd.randrange(1, 6)):
                    batch = []
                    for _ in range(rnd.choice([1, 20, 200])):
                        n += 1
                        name = rnd.choice(['offered', 'offered', 'answered'])
                        batch.append(event(f'c{rnd.randrange(n // 4 + 1)}', name, START + rnd.randrange(round + 1) * 9000,
                                           queue=f'q{n % 3}', id=f'i{n}'))
                    sender.throw(*batch)
                if rnd.random() < .5:
                    sender.wait()
                d.clock(START + round * 10000)
                d.kill()
                kept += sender.acknowledged()
                sender.close()
                d.clients.clear()
            d.start()
            d.check(self, kept)
            d.kill()
            d.start()
            d.check(self, kept)
            d.stop()

    def test_in_a_checkpoint(self):
        """The log has come to hold many changes and is copied into the database: only then is the file written to."""
        for when in range(2, 60, 5 * AT_EACH):
            with self.subTest(when=when), Victim() as d:
                d.start()
                sender = Sender(d)
                sender.throw(*[event(f'c{n}', 'offered', START, queue='q', id=f'i{n}', note='x' * 4000) for n in range(400)])
                sender.wait()
                d.kill()
                # SQLite does it when the last connection closes: at a stop.
                d.launch(strace=killed_at('pwrite64', when, '-P', str(d.dir / 'slad.db')))
                run_to_the_end(d)
                d.start()
                d.check(self, sender.ids)
                self.assertEqual(d.sql('PRAGMA integrity_check'), [('ok',)])
                d.stop()

    def test_in_a_reload(self):
        """Whichever of the two configurations is in force afterwards, the record is what it makes of the journal."""
        for when in range(4, 20, AT_EACH):
            with self.subTest(when=when), Victim() as d:
                d.start()
                sender = Sender(d)
                sender.throw(*[event(f'c{n}', name, START + n * 10 + (name == 'answered') * 75000, queue='q', id=f'{name}{n}')
                               for n in range(300) for name in ('offered', 'answered')])
                sender.wait()
                d.clock(START + 200000)
                until(lambda: d.count('breaches') >= 300, 'the breaches')
                d.stop()
                d.standards(STANDARDS)
                d.launch(strace=killed_at('pwrite64', when, '-P', str(d.dir / 'slad.db-wal')))
                until(lambda: d.process.poll() is not None or d.answers(), 'an end or an answer')
                if d.process.poll() is None:
                    d.standards(STANDARDS.replace('within: 1m', 'within: 2m').replace('90s', '70s'))
                    d.signal(signal.SIGHUP)
                    until(lambda: d.process.poll() is not None or d.said('reload done'), 'the reload, or its end')
                if d.process.poll() is None:
                    d.kill()
                d.process = None
                d.start()
                d.check(self, sender.ids)
                d.stop()

    def test_in_a_recovery(self):
        """Killed while it could not write: what was acknowledged before is there, and all goes on."""
        with Victim() as d:
            d.start(shim=True)
            sender = Sender(d)
            sender.throw(*[event(f'c{n}', 'offered', START, queue='q', id=f'i{n}') for n in range(100)])
            sender.wait()
            d.faults.write = 1
            sender.sock.sendall(b'{"contact":"lost","event":"offered"}\n')
            d.state('failed')
            d.kill()
            d.faults.write = 0
            d.start()
            d.check(self, sender.ids)
            self.assertEqual(d.sql("SELECT count(*) FROM events WHERE contact = 'lost'"), [(0,)])

    def test_in_a_first_start(self):
        for call, most in (('pwrite64', 60), ('fdatasync', 4), ('fallocate', 1), ('ftruncate', 2)):
            for when in range(1, most + 1, 3 * AT_EACH):
                with self.subTest(call=call, when=when), Victim() as d:
                    d.launch(strace=killed_at(call, when))
                    run_to_the_end(d)
                    d.start()
                    sender = Sender(d)
                    sender.send(event('a', 'offered', START, queue='q', id='i'))
                    d.check(self, ['i'])
                    d.stop()


HOUR = 3600000


class Keeping(unittest.TestCase):
    """The engine is kept while it runs, and killed then: what came since is fed to it."""

    def victim(self, **more):
        return Victim(settings='keep_engine: 1', **more)

    @staticmethod
    def send(d, rnd, n, at, ids):
        """Acknowledged; some of them late, and of contacts that are known."""
        sender = Sender(d)
        for i in range(n):
            name = rnd.choice(['offered', 'answered'])
            sender.throw(event(f'c{rnd.randrange(len(ids) // 3 + 1)}', name, at - rnd.choice([0, 0, 20000, 2 * HOUR]),
                               queue=f'q{i % 3}', id=f'i{len(ids) + i}'))
        sender.wait()
        ids += sender.ids
        sender.close()
        d.clients.clear()

    @staticmethod
    def keep(d, at):
        """Turned to an hour later, until it is done with it."""
        before = d.log().count('the engine is kept'), d.log().count('the engine is not kept')
        d.clock(at)
        until(lambda: d.process.poll() is not None or
              (d.log().count('the engine is kept'), d.log().count('the engine is not kept')) != before, 'an engine that is kept')

    def test_after_it(self):
        rnd, ids = random.Random(int(os.environ.get('SLAD_SEED', '1'))), []
        with self.victim() as d:
            d.start()
            for round in range(1, 6):
                now = START + round * (HOUR + 120000)
                self.send(d, rnd, 100, now - HOUR, ids)
                self.keep(d, now)
                self.send(d, rnd, rnd.choice([1, 40]), now, ids)
                d.clock(now + rnd.choice([0, 100000]))
                d.kill()
                d.start()
                self.assertEqual(d.log().count('the engine goes on from where it was kept'), round, d.log())
                d.check(self, ids)
                until(lambda: d.slactl('verify').returncode == 0, 'that all is well')
            d.stop()

    def test_while_it_is_kept(self):
        """By a copy of the process: when that dies, or cannot write, the daemon goes on; and when the daemon dies."""
        for call, when in [('pwrite64', 1), ('pwrite64', 2), ('fsync', 1), ('rename', 1)]:
            ids = []
            with self.subTest(call=call, when=when), self.victim() as d:
                d.start(strace=killed_at(call, when, '-P', str(d.dir / 'slad.db.engine.part')))
                self.send(d, random.Random(when), 100, START, ids)
                self.keep(d, START + HOUR)
                self.assertEqual(d.process.poll() is None, call != 'rename', d.log())
                if call == 'rename':
                    d.process = None
                else:
                    self.assertTrue(d.said('the engine is not kept', 'was killed', 'next='), d.log())
                    self.send(d, random.Random(when), 10, START + HOUR, ids)
                    d.kill()
                d.start()
                self.assertTrue(d.said('the engine is built from the journal'), d.log())
                d.check(self, ids)
                d.stop()


class Migration(unittest.TestCase):
    """From schema 1, the only one before this: a database that slad of then wrote (schema1.sql)."""

    def victim(self):
        d = Victim()
        load(d.dir / 'slad.db')
        d.clock(START + 200000)
        return d

    def breaches(self, d):
        return d.sql('SELECT id, kind, standard, grp, contact, subject, started, due, decided, ended, elapsed, target,'
                     ' opened, closed, state, excuse FROM breaches ORDER BY id')

    def test_keeps_everything(self):
        with self.victim() as d:
            before, events = self.breaches(d), d.sql('SELECT * FROM events ORDER BY seq')
            figures = d.sql('SELECT * FROM figures')
            d.start()
            self.assertEqual(d.sql('SELECT * FROM events ORDER BY seq'), events)
            self.assertEqual(self.breaches(d), before)
            self.assertEqual(d.sql('SELECT * FROM figures WHERE at <= 1772438600000'), figures)
            self.assertEqual([v['version'] for v in d.get('/v1/standards/answered')['versions']], [1])
            sender = Sender(d)
            sender.send(event('call-0', 'offered', START, id='i0a'), event('new', 'offered', START + 200000, queue='q0', id='n'))
            self.assertEqual(d.status()['counters']['events_duplicate'], 1)
            d.check(self, ['n', 'i0a', 'i11a'])
            d.stop()
            d.start()
            d.check(self, ['n'])

    def test_killed_at_each_moment(self):
        with self.victim() as d:
            before = self.breaches(d)
        for call, whens in (('pwrite64', range(1, 50, AT_EACH)), ('fdatasync', range(1, 5)), ('ftruncate', range(1, 4))):
            for when in whens:
                with self.subTest(call=call, when=when), self.victim() as d:
                    d.launch(strace=killed_at(call, when))
                    run_to_the_end(d)
                    self.assertIn(left_behind(d.dir), (1, version()), 'a schema that is neither')
                    d.start()
                    self.assertEqual(self.breaches(d), before)
                    d.check(self, ['i0a', 'f3'])
                    d.stop()

    def test_without_room(self):
        """A migration that cannot be written leaves the old file as it was, and says so."""
        for when in (1, 6, 17, 19):
            with self.subTest(when=when), self.victim() as d:
                before = self.breaches(d)
                d.launch(strace=['-e', 'trace=pwrite64', '-e', f'inject=pwrite64:error=ENOSPC:when={when}+'])
                self.assertEqual(d.end(), 1)
                self.assertTrue(d.said('stopped', 'full'), d.log())
                self.assertEqual((self.breaches(d), d.sql('PRAGMA user_version')), (before, [(1,)]))
                d.start()
                d.check(self, ['i0a', 'f3'])


def left_behind(folder):
    """The schema that another program finds, on a copy: looking is enough to change what a kill left."""
    with tempfile.TemporaryDirectory() as copy:
        for name in ('slad.db', 'slad.db-wal'):
            if (folder / name).exists():
                shutil.copy(folder / name, copy)
        db = sqlite3.connect(f'{copy}/slad.db')
        found = db.execute('PRAGMA user_version').fetchone()[0]
        db.close()
        return found


def version():
    """The number of the schema that this slad writes."""
    text = (HERE.parents[1] / 'src/store/schema.h').read_text()
    return int(text.split('SCHEMA_VERSION = ')[1].split(',')[0])


if __name__ == '__main__':
    unittest.main()

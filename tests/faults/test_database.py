"""The file itself: taken away, replaced, damaged, of somebody else, held by somebody else."""
import os
import shutil
import signal
import sqlite3
import subprocess
import unittest

from victim import BUILD, PATIENCE, STANDARDS, START, Sender, Victim, event, until

NOBODY = 65534


def some(first, count, at=START):
    return [event(f'c{n}', 'offered', at, queue=f'q{n % 3}', id=f'i{n}') for n in range(first, first + count)]


def filled(d, count=300):
    """A daemon that has taken in so many events; its sender."""
    d.start()
    sender = Sender(d)
    sender.throw(*some(0, count))
    sender.wait()
    return sender


class Refused(unittest.TestCase):
    """A start that cannot be: one line says why, the exit code is 1, and the file is as it was."""

    def refused(self, d, *words):
        before = d.database().read_bytes() if d.database().is_file() else None
        d.launch()
        self.assertEqual(d.end(), 1)
        self.assertTrue(d.said('stopped', 'error=', *words), d.log())
        self.assertEqual(len([line for line in d.log().splitlines() if ' error ' in line]), 1, d.log())
        if before is not None:
            self.assertEqual(d.database().read_bytes(), before)

    def test_of_a_newer_version(self):
        with Victim() as d:
            filled(d)
            d.stop()
            db = sqlite3.connect(d.dir / 'slad.db')
            db.execute('PRAGMA user_version = 99')
            db.close()
            self.refused(d, 'newer slad (schema 99', 'left untouched')

    def test_of_another_program(self):
        with Victim() as d:
            db = sqlite3.connect(d.dir / 'slad.db')
            db.executescript('CREATE TABLE songs (title); INSERT INTO songs VALUES (1)')
            db.close()
            self.refused(d, 'another program', 'left untouched')

    def test_no_database(self):
        with Victim() as d:
            (d.dir / 'slad.db').write_text('Buy milk, and answer the phone.')
            self.refused(d, 'is not a SQLite database; it is left untouched')

    def test_a_folder_and_a_pipe(self):
        with Victim() as d:
            (d.dir / 'slad.db').mkdir()
            self.refused(d, 'Is a directory')
        with Victim() as d:
            os.mkfifo(d.dir / 'slad.db')
            self.refused(d, 'is not a file')

    def test_without_permission(self):
        with Victim() as d:
            (d.dir / 'slad.db').write_bytes(b'')
            os.chmod(d.dir, 0o755)
            d.launch(before=['setpriv', '--reuid', str(NOBODY), '--regid', str(NOBODY), '--clear-groups'])
            self.assertEqual(d.end(), 1)
            self.assertTrue(d.said('stopped', 'Permission denied'), d.log())

    def test_a_second_daemon(self):
        with Victim() as d:
            sender = filled(d)
            second = subprocess.run([BUILD / 'slad', '--config', d.dir / 'slad.yaml', '--clock', d.dir / 'clock'],
                                    capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(second.returncode, 1)
            self.assertRegex(second.stderr, 'stopped error=.*another process')
            (d.dir / 'other.yaml').write_text(f'database: slad.db\nlisten: []\ninputs: []\n{STANDARDS}')
            second = subprocess.run([BUILD / 'slad', '--config', d.dir / 'other.yaml'], capture_output=True, text=True,
                                    timeout=PATIENCE)
            self.assertEqual(second.returncode, 1)
            self.assertIn(f'another process (pid {d.process.pid}) holds', second.stderr)
            sender.throw(*some(900, 5))
            sender.wait()
            d.check(self, sender.ids)
            d.stop()

    def test_damaged(self):
        with Victim() as d:
            filled(d, 3000)
            d.stop()
            with open(d.dir / 'slad.db', 'r+b') as file:
                file.seek(20 * 4096)
                file.write(b'\x5a' * 4096 * 8)
            self.refused(d, 'the database is damaged', 'slad --repair')

    def test_cut_short(self):
        with Victim() as d:
            filled(d, 3000)
            d.stop()
            os.truncate(d.dir / 'slad.db', 30 * 4096)
            self.refused(d, 'slad --repair')

    def test_a_header_of_nonsense(self):
        with Victim() as d:
            filled(d)
            d.stop()
            with open(d.dir / 'slad.db', 'r+b') as file:
                file.seek(16)
                file.write(os.urandom(84))
            self.refused(d)


class Beside(unittest.TestCase):
    """Files beside it."""

    def test_a_torn_log(self):
        """What a power cut leaves at the end of the log is no part of it."""
        with Victim() as d:
            sender = filled(d)
            d.kill()
            with open(d.dir / 'slad.db-wal', 'ab') as wal:
                wal.write(os.urandom(10000))
            d.start()
            d.check(self, sender.ids)
            d.stop()

    def test_an_index_of_nonsense(self):
        with Victim() as d:
            sender = filled(d)
            d.kill()
            (d.dir / 'slad.db-shm').write_bytes(os.urandom(32768))
            d.start()
            d.check(self, sender.ids)
            d.stop()

    def test_no_index(self):
        with Victim() as d:
            sender = filled(d)
            d.kill()
            (d.dir / 'slad.db-shm').unlink()
            d.start()
            d.check(self, sender.ids)
            d.stop()

    def test_a_lock_left_behind(self):
        with Victim() as d:
            sender = filled(d)
            d.kill()
            self.assertTrue((d.dir / 'slad.db.lock').read_text().strip().isdigit())
            d.start()
            d.check(self, sender.ids)
            d.stop()

    def test_no_ballast(self):
        with Victim() as d:
            sender = filled(d)
            (d.dir / 'slad.db.ballast').unlink()
            sender.throw(*some(900, 10))
            sender.wait()
            d.kill()
            (d.dir / 'slad.db.ballast').mkdir()
            d.start()
            d.check(self, sender.ids)
            d.stop()


    def test_an_engine_that_is_of_no_use(self):
        """What a stop has left is taken only as it was left; otherwise the journal is read, and says the same."""
        def edit(file, at, byte):
            with open(file, 'r+b') as f:
                f.seek(at, os.SEEK_END if at < 0 else os.SEEK_SET)
                f.write(byte)

        def another(file):
            with Victim() as other:
                filled(other, 10)
                other.stop()
                shutil.copy2(other.dir / 'slad.db.engine', file)

        def folder(file):
            file.unlink()
            file.mkdir()

        ways = [lambda file: edit(file, 0, b'?'), lambda file: edit(file, -1, b'?'), lambda file: edit(file, 4000, b'????'),
                lambda file: os.truncate(file, 5000), lambda file: os.truncate(file, 0), lambda file: file.unlink(),
                another, folder]
        with Victim() as d:
            sender = filled(d)
            file = d.dir / 'slad.db.engine'
            for spoil in ways:
                d.stop()
                spoil(file)
                d.start()
                self.assertEqual(d.log().count('the engine goes on as it was'), 0, d.log())
                d.check(self, sender.ids)
            d.stop()  # where nothing can be left
            self.assertTrue(d.said('the engine is not kept', 'slad.db.engine'), d.log())
            file.rmdir()
            d.start()
            d.stop()
            d.start()
            self.assertTrue(d.said('the engine goes on as it was'), d.log())
            d.check(self, sender.ids)
            d.stop()


class TakenAway(unittest.TestCase):
    """The file is moved, removed or replaced while it is in use: nothing is acknowledged that a restart would not find."""

    def taken(self, take, back):
        with Victim() as d:
            sender = filled(d)
            take(d)
            acked = sender.acked
            sender.throw(*some(900, 20))
            d.says('commit failed', 'is not the file that was opened', 'next=')
            d.state('failed')
            self.assertEqual(sender.acked, acked)
            out = d.slactl('status')
            self.assertEqual(out.returncode, 1)
            self.assertIn('is not the file that was opened', out.stdout)
            self.assertEqual(d.log().count('commit failed'), 1, 'said once')
            if back:
                back(d)
                sender.wait()
                d.says('recovered')
                d.check(self, sender.ids)
                d.stop()
            else:
                d.signal(signal.SIGTERM)
                self.assertEqual(d.end(), 0)
                self.assertEqual(sender.acknowledged(), sender.ids[:300])

    def test_moved_and_put_back(self):
        self.taken(lambda d: os.rename(d.dir / 'slad.db', d.dir / 'away'), lambda d: os.rename(d.dir / 'away', d.dir / 'slad.db'))

    def test_removed(self):
        self.taken(lambda d: os.unlink(d.dir / 'slad.db'), None)

    def test_removed_with_all_beside_it(self):
        self.taken(lambda d: [os.unlink(d.dir / name) for name in ('slad.db', 'slad.db-wal', 'slad.db-shm')], None)

    def test_replaced(self):
        def replace(d):
            shutil.copy(d.dir / 'slad.db', d.dir / 'copy')
            os.rename(d.dir / 'copy', d.dir / 'slad.db')
        self.taken(replace, None)

    def test_the_log_removed(self):
        """Only the log beside it: that, too, is where acknowledged events are."""
        self.taken(lambda d: os.unlink(d.dir / 'slad.db-wal'), None)


class DamagedInUse(unittest.TestCase):
    def test_a_page_that_is_read(self):
        """A question that meets it is answered with an error; events that do not are taken in."""
        with Victim() as d:
            sender = filled(d, 20000)  # so many that their contacts are in a table, of which a start reads nothing
            d.stop()
            d.start()
            sender = Sender(d)
            with open(d.dir / 'slad.db', 'r+b') as file:
                size = os.path.getsize(d.dir / 'slad.db')
                file.seek(size // 2 // 4096 * 4096)
                file.write(b'\xa5' * (size // 2 // 4096 * 4096))
            statuses = {d.request('GET', f'/v1/contacts/c{n}')[0] for n in range(0, 20000, 1000)}
            self.assertIn(500, statuses)
            d.says('question failed', 'malformed')
            self.assertIn(d.status()['state'], ('running', 'failed'))
            d.signal(signal.SIGTERM)
            self.assertEqual(d.end(), 0)


class Held(unittest.TestCase):
    def test_by_another_writer(self):
        with Victim() as d:
            sender = filled(d)
            other = sqlite3.connect(d.dir / 'slad.db', isolation_level=None)
            other.execute('BEGIN IMMEDIATE')
            sender.throw(*some(900, 20))
            d.says('commit failed', 'locked')
            self.assertEqual(d.slactl('status').returncode, 1)
            other.close()
            sender.wait()
            d.says('recovered')
            d.check(self, sender.ids)
            d.stop()

    def test_by_a_reader_that_stays(self):
        """The log grows by what is written, which is told of; once the reader is gone it is small again by itself."""
        with Victim() as d:
            sender = filled(d, 10)
            reader = sqlite3.connect(d.dir / 'slad.db', isolation_level=None)
            reader.execute('BEGIN')
            reader.execute('SELECT count(*) FROM events').fetchone()
            wal, n = d.dir / 'slad.db-wal', 1000
            while os.path.getsize(wal) < 140 << 20:
                sender.throw(*[event(f'big{k}', 'offered', START, queue='q', id=f'b{k}', note='x' * 60000) for k in range(n, n + 50)])
                sender.wait()
                n += 50
            d.clock(d.now + 1000)
            d.says('the log of the database grows', 'next=')
            self.assertIn('log', d.slactl('status').stdout)
            self.assertEqual(d.log().count('the log of the database grows'), 1)
            reader.close()
            sender.throw(*some(900, 1))
            sender.wait()
            d.clock(d.now + 120000)
            more = iter(range(901, 10**6))
            def is_small_after_one_more():  # what was copied between two commits is looked at by the second
                sender.throw(*some(next(more), 1))
                sender.wait()
                return os.path.getsize(wal) <= 33 << 20
            until(is_small_after_one_more, 'the log to shrink')
            sender.throw(*some(next(more), 1))
            sender.wait()
            d.says('the log of the database is small again')
            d.stop()
            d.start()
            d.check(self, [f'i{n}' for n in range(10)])


if __name__ == '__main__':
    unittest.main()

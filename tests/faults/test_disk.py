"""The disk fails: errors of writing and syncing, no room, calls that do half of what was asked."""
import json
import os
import signal
import subprocess
import threading
import unittest

from victim import (FINE, INTERRUPTED, IO_ERROR, NO_SPACE, SHORT, START, SYNC_HANGS, SYNC_IO_ERROR, Sender, Victim, event,
                    until)


def some(first, count, at=START):
    return [event(f'c{n}', 'offered', at, queue=f'q{n % 3}', id=f'i{n}') for n in range(first, first + count)]


class Writing(unittest.TestCase):
    """A fault comes while events come in, is told of, and goes."""

    def fails_and_recovers(self, field, value, reason):
        with Victim() as d:
            d.start(shim=True)
            sender = Sender(d)
            sender.send(*some(0, 50))
            sender.ids += [f'i{n}' for n in range(50)]
            setattr(d.faults, field, value)
            sender.throw(*some(50, 50))
            d.says('commit failed', reason, 'next="taking no events; trying again each second"')
            d.state('failed')
            out = d.slactl('status')
            self.assertEqual(out.returncode, 1)
            self.assertIn(reason, out.stdout)
            self.assertEqual(d.request('POST', '/v1/events', b'{"contact":"x","event":"y"}')[0], 503)
            self.assertEqual(d.slactl('figures').returncode, 0, 'questions are still answered')
            self.assertEqual((sender.acked, d.count()), (50, 50), 'nothing of it is acknowledged')
            setattr(d.faults, field, FINE)
            sender.wait()
            d.says('recovered')
            self.assertEqual(d.slactl('status').returncode, 0)
            d.check(self, sender.ids)
            d.kill()
            d.start()
            d.check(self, sender.ids)
            d.stop()

    def test_sync_error(self):
        self.fails_and_recovers('sync', SYNC_IO_ERROR, 'disk I/O error')

    def test_write_error(self):
        self.fails_and_recovers('write', IO_ERROR, 'disk I/O error')

    def test_no_space(self):
        self.fails_and_recovers('write', NO_SPACE, 'full')

    def goes_on(self, fault):
        with Victim() as d:
            d.faults.write = fault
            d.start(shim=True)
            sender = Sender(d)
            sender.throw(*some(0, 200))
            sender.wait()
            self.assertNotIn('commit failed', d.log())
            d.check(self, sender.ids)
            d.stop()
            self.assertGreater(d.faults.writes, 0)
            d.start()
            d.check(self, sender.ids)

    def test_short_writes(self):
        self.goes_on(SHORT)

    def test_interrupted_writes(self):
        self.goes_on(INTERRUPTED)

    def test_sync_error_again_and_again(self):
        with Victim() as d:
            d.start(shim=True)
            sender = Sender(d)
            for n in range(5):
                d.faults.sync = SYNC_IO_ERROR
                sender.throw(*some(20 * n, 20))
                d.state('failed')
                d.faults.sync = FINE
                sender.wait()
            self.assertEqual(d.status()['counters']['commits_failed'], 5)
            d.check(self, sender.ids)
            d.stop()

    def test_at_the_stop(self):
        """What was not acknowledged is to be sent again; the exit code is that of a stop."""
        with Victim() as d:
            d.start(shim=True)
            sender = Sender(d)
            sender.send(*some(0, 10))
            d.faults.sync = SYNC_IO_ERROR
            sender.throw(*some(10, 10))
            d.state('failed')
            d.signal(15)
            self.assertEqual(d.end(), 0)
            d.faults.sync = FINE
            d.start()
            d.check(self, [f'i{n}' for n in range(10)])


class EachCall(unittest.TestCase):
    """strace lets the Nth call of a start fail, whichever it is: a start fails and says so, or goes well, and the next
    one, without the fault, finds all."""

    def test_sync_errors_of_a_start(self):
        self.each('fdatasync', 'EIO', range(1, 7))

    def test_no_space_of_a_start(self):
        self.each('pwrite64', 'ENOSPC', range(1, 40, 3))

    def test_descriptors_of_a_start(self):
        self.each('openat', 'EMFILE', range(20, 60, 4))

    def each(self, call, error, whens):
        for when in whens:
            with self.subTest(when=when), Victim() as d:
                d.launch(strace=['-e', f'trace={call}', '-e', f'inject={call}:error={error}:when={when}'])
                until(lambda: d.process.poll() is not None or d.answers(), 'an end or an answer')
                if d.process.poll() is None:
                    d.state('running')
                    d.stop()
                else:
                    self.assertIn(d.end(), (1, 127))  # 127: the loader's, before our first line
                    self.assertTrue(d.said('stopped', 'error=') if d.said('starting') else d.log(), d.log())
                d.start()
                sender = Sender(d)
                sender.throw(*some(0, 5))
                sender.wait()
                d.check(self, sender.ids)
                d.stop()


QUESTIONS = ('/v1/status', '/v1/inputs', '/v1/standards', '/v1/standards/answered', '/v1/breaches?since=24h', '/v1/warnings',
             '/v1/figures', '/v1/percentiles?standard=answered', '/v1/open', '/v1/contacts/c0', '/v1/contacts/c100001')


class Hanging(unittest.TestCase):
    """A sync does not return for long: what is not on disk waits, and nothing else does."""

    def test_questions_are_answered(self):
        with Victim() as d:
            d.start(shim=True)
            sender, answers = Sender(d), []
            d.faults.sync = SYNC_HANGS
            sender.throw(*some(0, 1))
            until(lambda: d.faults.hanging, 'the commit to hang')
            # From each kind of input more than can wait for a commit.
            by_file, by_post, by_socket = some(100000, 20000), some(200000, 20000), some(300000, 20000)
            lines = lambda events: ''.join(json.dumps(e) + '\n' for e in events).encode()
            (d.dir / 'backlog.jsonl').write_bytes(lines(by_file))
            senders = [threading.Thread(target=sender.throw, args=by_socket),
                       threading.Thread(target=lambda: answers.append(d.request('POST', '/v1/events', lines(by_post))))]
            for s in senders:
                s.start()
            for _ in range(30):  # several turns each
                for question in QUESTIONS:
                    code, body = d.request('GET', question)
                    self.assertIn(code, (200, 404), (question, body))
            self.assertEqual(d.status()['counters']['events_accepted'], 0, 'nothing is accepted that is not on disk')
            d.faults.sync = FINE
            for s in senders:
                s.join()
            sender.wait()
            self.assertEqual([(code, body['accepted']) for code, body in answers], [(200, 20000)])
            until(lambda: d.count() == 60001, 'the file to be read')
            d.check(self, sender.ids + [e['id'] for e in by_file + by_post])
            d.stop()


class Full(unittest.TestCase):
    """A real disk without room."""

    def test_full_and_room_again(self):
        with Victim() as d:
            d.disk('2m')
            d.start()
            sender, n = Sender(d), 0
            while (status := d.status())['state'] == 'running':
                if n - status['counters']['events_accepted'] > 40:
                    continue  # what lies in its socket when it stops reading must leave room for the next
                sender.throw(*[event(f'c{k}', 'offered', START, queue='q', id=f'i{k}', note='x' * 2000)
                               for k in range(n, n + 20)])
                n += 20
            d.says('commit failed', 'full')
            before = d.count()
            self.assertEqual(d.slactl('status').returncode, 1)
            self.assertEqual(d.slactl('figures').returncode, 0)
            d.resize('64m')
            sender.wait()
            d.says('recovered')
            self.assertGreater(d.count(), before)
            d.check(self, sender.ids)
            self.assertEqual(os.path.getsize(d.database().parent / 'slad.db.ballast'), 4 << 20)
            d.stop()

    def test_full_at_the_start(self):
        with Victim() as d:
            folder = d.disk('1m')
            (folder / 'filler').write_bytes(b'x' * (1 << 20))
            d.launch()
            self.assertEqual(d.end(), 1)
            self.assertTrue(d.said('stopped', 'error=', 'full') or d.said('stopped', 'No space left'), d.log())
            (folder / 'filler').unlink()
            d.resize('16m')
            d.start()
            self.assertEqual(d.status()['state'], 'running')
            d.stop()

    def test_full_at_a_start_with_a_journal(self):
        """It starts, or says why not; what is there stays."""
        with Victim() as d:
            d.disk('8m')
            d.start()
            sender = Sender(d)
            sender.throw(*some(0, 100))
            sender.wait()
            d.kill()
            filler = d.fill()
            d.launch()
            until(lambda: d.process.poll() is not None or d.answers(), 'an end or an answer')
            if d.process.poll() is None:
                d.kill()
            else:
                self.assertEqual(d.end(), 1)
                self.assertTrue(d.said('stopped', 'error='), d.log())
            filler.unlink()
            d.start()
            d.check(self, sender.ids)

    def test_no_room_for_the_engine_at_a_stop(self):
        with Victim() as d:
            folder = d.disk('32m')
            d.start()
            sender = Sender(d)
            for n in range(0, 3000, 100):
                sender.throw(*some(n, 100))
            sender.wait()
            filler = d.fill(but=64 << 10)  # enough to commit once more
            d.process.send_signal(signal.SIGTERM)
            self.assertEqual(d.end(), 0)
            self.assertTrue(d.said('the engine is not kept', 'No space left'), d.log())
            self.assertEqual([f.name for f in folder.iterdir() if 'engine' in f.name], [])
            filler.unlink()
            d.start()
            d.check(self, sender.ids)
            d.stop()

    def test_slactl_without_room_for_its_answer(self):
        with Victim() as d:
            d.start()
            out = subprocess.run(f'exec {d.slactl_path()} --socket {d.dir}/slad.sock status >/dev/full', shell=True,
                                 capture_output=True, text=True)
            self.assertEqual(out.returncode, 1)
            self.assertIn('No space left', out.stderr)


if __name__ == '__main__':
    unittest.main()

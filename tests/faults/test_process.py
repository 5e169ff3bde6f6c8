"""The process and what is around it: the service manager, signals, standard streams, descriptors, memory, the locale."""
import json
import os
import resource
import signal
import socket
import subprocess
import tempfile
import unittest

from victim import (BUILD, LONG, PATIENCE, SHIM, START, SYNC_HANGS, Sender, Victim, event, until)


def some(first, count, at=START):
    return [event(f'c{n}', 'offered', at, queue=f'q{n % 3}', id=f'i{n}') for n in range(first, first + count)]


class Manager(unittest.TestCase):
    """systemd's side of it, by a socket of our own."""

    def listen(self, d):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(str(d.dir / 'notify'))
        s.settimeout(PATIENCE)
        self.addCleanup(s.close)
        return s

    def hear(self, s, word):
        while word not in s.recv(4096).decode():
            pass

    def test_a_commit_that_hangs_is_not_petted_for(self):
        with Victim() as d:
            s = self.listen(d)
            d.start(shim=True, env={'NOTIFY_SOCKET': str(d.dir / 'notify'), 'WATCHDOG_USEC': '20000'})
            for _ in range(5):
                self.hear(s, 'WATCHDOG=1')
            d.faults.sync = SYNC_HANGS
            sender = Sender(d)
            sender.throw(*some(0, 1))
            until(lambda: d.faults.hanging, 'the commit to hang')
            self.hear(s, 'a commit does not end')
            for _ in range(20):  # ten times what systemd would wait for
                said = s.recv(4096).decode()
                self.assertIn('a commit does not end', said)
                self.assertNotIn('WATCHDOG=1', said)
            d.kill()          # as systemd does
            d.faults.sync = 0
            d.start()
            sender = Sender(d)
            sender.throw(*some(0, 1))
            sender.wait()
            d.check(self, sender.ids)

    def test_a_failed_daemon_is_petted_for_and_says_why(self):
        with Victim() as d:
            s = self.listen(d)
            d.start(shim=True, env={'NOTIFY_SOCKET': str(d.dir / 'notify'), 'WATCHDOG_USEC': '20000'})
            d.faults.write = 1
            sender = Sender(d)
            sender.throw(*some(0, 1))
            d.state('failed')
            self.hear(s, 'full')
            self.hear(s, 'WATCHDOG=1')
            d.faults.write = 0
            sender.wait()
            d.stop()

    def test_a_stop_and_a_reload_are_told(self):
        with Victim() as d:
            s = self.listen(d)
            d.start(env={'NOTIFY_SOCKET': str(d.dir / 'notify')})
            self.hear(s, 'READY=1')
            d.signal(signal.SIGHUP)
            self.hear(s, 'RELOADING=1')
            self.hear(s, 'READY=1')
            d.stop()
            self.hear(s, 'STOPPING=1')

    def test_nobody_to_tell(self):
        for where in ('/nonexistent/notify', '@nobody', 'x' * 200, ''):
            with self.subTest(where), Victim() as d:
                d.start(env={'NOTIFY_SOCKET': where, 'WATCHDOG_USEC': '20000'})
                sender = Sender(d)
                sender.throw(*some(0, 3))
                sender.wait()
                d.stop()

    def test_nonsense_from_the_manager(self):
        for env in ({'WATCHDOG_USEC': '-1'}, {'WATCHDOG_USEC': '99999999999999999999'}, {'WATCHDOG_USEC': '20000', 'WATCHDOG_PID': 'x'},
                    {'LISTEN_FDS': '1000000', 'LISTEN_PID': '1'}, {'LISTEN_FDS': 'x', 'LISTEN_PID': 'x'}, {'WATCHDOG_USEC': '1'}):
            with self.subTest(env), Victim() as d:
                d.start(env=env | {'NOTIFY_SOCKET': '@nobody'})
                Sender(d).send(*some(0, 1))
                d.stop()


class Signals(unittest.TestCase):
    def test_a_stop_under_load(self):
        for _ in range(10 if LONG else 3):
            with Victim() as d:
                d.start()
                senders = [Sender(d) for _ in range(4)]
                for n in range(20):
                    for k, sender in enumerate(senders):
                        sender.throw(*some(n * 400 + k * 100, 100))
                    if n == 10:
                        d.signal(signal.SIGTERM)
                        break
                self.assertEqual(d.end(), 0)
                kept = [i for sender in senders for i in sender.acknowledged()]
                d.start()
                d.check(self, kept)
                self.assertEqual(len(kept), d.count(), 'what is on disk was acknowledged')
                d.stop()

    def test_signals_again_and_again(self):
        with Victim() as d:
            d.start()
            sender = Sender(d)
            for n in range(50):
                d.signal(signal.SIGHUP)
                d.signal(signal.SIGPIPE)
                sender.throw(*some(n, 1))
            sender.wait()
            d.signal(signal.SIGINT)
            d.signal(signal.SIGTERM)
            self.assertEqual(d.end(), 0)
            d.start()
            d.check(self, sender.ids)

    def test_clients_that_go_away_while_they_are_answered(self):
        with Victim() as d:
            d.start()
            for n in range(50):
                s = socket.socket(socket.AF_UNIX)
                s.connect(str(d.dir / 'events.sock'))
                s.sendall(b'{"hello":{"client":"x"}}\n' + b''.join(json.dumps(e).encode() + b'\n' for e in some(n * 10, 10)))
                s.close()
                s = socket.socket(socket.AF_UNIX)
                s.connect(str(d.dir / 'slad.sock'))
                s.sendall(b'GET /v1/status HTTP/1.1\r\nHost: x\r\n\r\n' * 5)
                s.close()
            until(lambda: d.count() == 500, 'all events')
            d.check(self, [f'i{n}' for n in range(500)])
            d.stop()

    def test_slactl_into_a_closed_pipe(self):
        with Victim() as d:
            d.start()
            Sender(d).send(*some(0, 500))
            out = subprocess.run(f'{d.slactl_path()} --socket {d.dir}/slad.sock open --all | true; echo ${{PIPESTATUS[0]}}',
                                 shell=True, executable='/bin/bash', capture_output=True, text=True)
            self.assertNotIn('Sanitizer', out.stderr)
            self.assertEqual(d.status()['state'], 'running')


class Streams(unittest.TestCase):
    def test_standard_streams_that_are_closed(self):
        """A descriptor below 3 must not become the database or a socket that the log is then written to."""
        with Victim() as d:
            d.launch(before=['bash', '-c', 'exec "$@" <&- >&- 2>&-', 'bash'])
            until(lambda: d.answers(), 'slad to answer')
            sender = Sender(d)
            sender.throw(*some(0, 20))
            sender.wait()
            sender.lines('nonsense')  # is logged
            self.assertEqual(len(sender.rejects), 1)
            d.signal(signal.SIGHUP)
            until(lambda: d.status()['counters']['reloads'] == 1, 'the reload')
            for fd in range(3):
                self.assertEqual(os.readlink(f'/proc/{d.process.pid}/fd/{fd}'), '/dev/null')
            d.check(self, sender.ids)
            d.stop()
            self.assertEqual(d.sql('PRAGMA integrity_check'), [('ok',)])

    def test_a_log_nobody_reads(self):
        with Victim() as d:
            read, write = os.pipe()
            d.start(stderr=write)
            sender = Sender(d)
            for n in range(200):
                sender.throw(*some(n, 1))
                sender.sock.sendall(b'nonsense ' + b'x' * 300 + b'\n')
                sender.sent += 1
                d.signal(signal.SIGHUP)
            sender.wait()
            d.check(self, sender.ids)
            os.close(read)
            sender.throw(*some(500, 1))
            sender.wait()
            d.stop()
            os.close(write)

    def test_a_log_on_a_full_disk(self):
        with Victim() as d:
            with open('/dev/full', 'wb') as full:
                d.start(stderr=full)
            sender = Sender(d)
            sender.throw(*some(0, 10))
            sender.lines('nonsense')
            sender.wait()
            d.check(self, sender.ids)
            d.stop()


class Descriptors(unittest.TestCase):
    def limit(self, d, free):
        count = len(os.listdir(f'/proc/{d.process.pid}/fd'))
        hard = resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE)[1]
        resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, (count + free, hard))

    def test_none_left(self):
        """Those that are connected go on; who waits is served once some come free; accepting pauses and does not spin."""
        with Victim() as d:
            d.start()
            sender = Sender(d)
            sender.send(*some(0, 1))
            self.limit(d, 2)
            waiting = []
            for _ in range(20):
                s = socket.socket(socket.AF_UNIX)
                self.addCleanup(s.close)
                s.connect(str(d.dir / 'events.sock'))
                s.sendall(b'{"hello":{"client":"w"}}\n')
                waiting.append(s)
            d.says('connections have to wait', 'Too many open files', 'next=')
            sender.throw(*some(1, 100))
            sender.wait()
            trace = d.dir / 'calls'
            with subprocess.Popen(['strace', '-f', '-qq', '-e', 'trace=accept4', '-o', trace, '-p', str(d.process.pid)]) as tracer:
                until(lambda: trace.exists() and 'EMFILE' in trace.read_text(), 'a try to accept')
                before = trace.read_text().count('EMFILE')
                sender.throw(*[e for n in range(200, 230) for e in some(n, 1)])
                sender.wait()
                turns = trace.read_text().count('EMFILE') - before
                tracer.terminate()
            self.assertLess(turns, 10, 'accepting spins')
            for s in waiting[:10]:
                s.close()
            resource.prlimit(d.process.pid, resource.RLIMIT_NOFILE, (1024, 4096))
            last = waiting[-1]
            last.settimeout(PATIENCE)
            last.sendall(json.dumps(some(500, 1)[0]).encode() + b'\n')
            self.assertIn(b'"ack"', last.recv(100))
            self.assertEqual(d.slactl('status').returncode, 0)
            d.stop()

    def test_too_few_to_start(self):
        with Victim() as d:
            d.launch(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8)))
            self.assertEqual(d.end(), 1)
            self.assertTrue(d.said('stopped', 'error='), d.log())


class Memory(unittest.TestCase):
    """The Nth allocation fails: slad says so and aborts, or the library that asked for it says what it could not do; the
    next start finds everything."""

    def sweep(self, run, most, count):
        """So many of them; which, is for SLAD_SEED to say."""
        step = max(1, most // count)
        for when in range(1 + int(os.environ.get('SLAD_SEED', '0')) % step, most, step):
            with self.subTest(when=when), Victim() as d:
                run(d, when)

    def told(self, d):
        aborted = d.said('out of memory', 'next="abort"')
        self.assertTrue(aborted or d.said('stopped', 'error=') or d.said('commit failed') or 'memory' in d.log(), d.log())

    def starting(self, d, when):
        d.faults.starve_at = when
        d.launch(shim=True)
        until(lambda: d.process.poll() is not None or d.answers(), 'an end or an answer')
        if d.process.poll() is None:
            d.kill()
        else:
            self.assertIn(d.end(), (-signal.SIGABRT, 1, 127))
            if d.said('starting'):
                self.told(d)
        d.faults.starve_at = 0
        d.start()
        sender = Sender(d)
        sender.throw(*some(0, 3))
        sender.wait()
        d.check(self, sender.ids)

    def test_at_a_start(self):
        with Victim() as d:
            d.start(shim=True)
            most = d.faults.allocations
            d.stop()
        self.sweep(self.starting, most, 200 if LONG else 20)

    def test_of_a_check(self):
        """It is not the file that is wrong: every allocation of it fails in turn, the library's that reads YAML too."""
        with Victim() as d:
            def check(when):
                d.faults.starve_at, d.faults.allocations = when, 0
                env = {'LD_PRELOAD': str(SHIM), 'FAULT_FILE': str(d.dir / 'faults')}
                return subprocess.run([BUILD / 'slad', 'check', d.dir / 'slad.yaml'], env=env, capture_output=True, text=True)
            self.assertEqual(check(0).returncode, 0)
            for when in range(1, d.faults.allocations + 1):
                done = check(when)
                if done.returncode not in (0, 127):  # 127: the loader of libraries
                    self.assertEqual(done.returncode, -signal.SIGABRT, (when, done))
                    self.assertIn('out of memory', done.stderr)

    def take_in(self, d, when):
        """Events while the allocation so many after the start fails; 0: none does. What was acknowledged."""
        d.start(shim=True)
        sender = Sender(d)
        sender.throw(*some(0, 20))
        sender.wait()
        begun = d.faults.allocations
        d.faults.starve_at = begun + when if when else 0
        try:
            for n in range(20, 220, 50):
                sender.throw(*some(n, 50, START + n))
            sender.wait()
        except (ValueError, ConnectionError):
            until(lambda: d.process.poll() is not None, 'the end')
        self.assertEqual(sender.rejects, [], 'no event is refused for want of memory')
        return d.faults.allocations - begun, sender.acknowledged() if d.process.poll() is not None else sender.ids

    def taking_in(self, d, when):
        kept = self.take_in(d, when)[1]
        if d.process.poll() is None:
            d.kill()
        else:
            self.told(d)
            self.assertEqual(d.end(), -signal.SIGABRT)
        d.faults.starve_at = 0
        d.start()
        d.check(self, kept)

    def test_while_events_come_in(self):
        with Victim() as d:
            most = self.take_in(d, 0)[0]
            d.stop()
        self.sweep(self.taking_in, most, 200 if LONG else 15)


class Locale(unittest.TestCase):
    """Decimal commas: numbers are read and written as everywhere."""

    def test_decimal_commas(self):
        with tempfile.TemporaryDirectory() as folder, Victim(
                'standards:\n  rated: {when: scored, value: csat, at_least: 4.5, target: mean >= 4.25, by: queue}\n'
                '  quick: {start: offered, stop: answered, within: 1.5s, percentiles: [50, 99.9]}\n') as d:
            subprocess.run(['localedef', '-i', 'de_DE', '-f', 'UTF-8', f'{folder}/de_DE.UTF-8'], check=True)
            env = {'LOCPATH': folder, 'LC_ALL': 'de_DE.UTF-8', 'LANG': 'de_DE.UTF-8'}
            out = subprocess.run(['bash', '-c', 'printf %.1f 1,5'], env=os.environ | env, capture_output=True, text=True)
            self.assertEqual(out.stdout, '1,5', 'the locale itself')
            d.start(env=env)
            sender = Sender(d)
            sender.throw(event('a', 'scored', START, csat=4.5, queue='q', id='1'), event('b', 'scored', START, csat=4.25, queue='q', id='2'),
                         event('c', 'offered', START / 1000 + .25, id='3'), event('c', 'answered', START / 1000 + 1.75, id='4'))
            sender.wait()
            d.clock(START + 60000)
            out = subprocess.run([BUILD / 'slactl', '--socket', d.dir / 'slad.sock', 'figures', '--csv'], env=os.environ | env,
                                 capture_output=True, text=True)
            self.assertIn('4.375', out.stdout)
            self.assertNotIn('4,375', out.stdout)
            groups = {s['name']: s['groups'][0] for s in d.get('/v1/figures')['standards']}
            self.assertEqual((groups['rated']['mean'], groups['quick']['mean'], groups['quick']['met']), (4.375, 1.5, 1))
            d.check(self, sender.ids)
            d.stop()


if __name__ == '__main__':
    unittest.main()

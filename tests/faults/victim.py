"""A slad that faults are injected into: by a library loaded before the C library's (shim.c), by strace, by limits, by
disks of its own. On top of tests/live/daemon.py."""
import json
import mmap
import os
import pathlib
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / 'live'), str(HERE.parent / 'conformance')]
import daemon  # noqa: E402
from daemon import BUILD, START, Client, Daemon, until  # noqa: E402

PATIENCE = daemon.PATIENCE = 20  # seconds

SHIM = BUILD / 'libfault_shim.so'
LONG = os.environ.get('SLAD_FAULTS') == 'long'  # tests/faults/run --long
FIELDS = ['write', 'sync', 'starve_at', 'writes', 'syncs', 'allocations', 'hanging']  # struct faults of shim.c
FINE, NO_SPACE, SHORT, INTERRUPTED, IO_ERROR = range(5)  # of `write`
SYNC_IO_ERROR, SYNC_HANGS = 1, 2                         # of `sync`
GRACE = 2000
STANDARDS = ('standards:\n  answered: {start: offered, stop: answered, within: 1m, target: 90%, window: 30m, by: queue}\n'
             '  all: {start: offered, stop: answered, within: 90s}\n')


def event(contact, name, at, **more):
    return dict(contact=contact, event=name, at=at, **more)


class Faults:
    """The switches of shim.c: faults.write = NO_SPACE; faults.syncs"""
    def __init__(self, path):
        path.write_bytes(b'\0' * 8 * len(FIELDS))
        with open(path, 'r+b') as file:
            object.__setattr__(self, 'map', mmap.mmap(file.fileno(), 0))

    def __getattr__(self, name):
        return struct.unpack_from('<q', self.map, 8 * FIELDS.index(name))[0]

    def __setattr__(self, name, value):
        struct.pack_into('<q', self.map, 8 * FIELDS.index(name), value)


class Victim(Daemon):
    def __init__(self, standards=STANDARDS, settings='', controlled=True):
        super().__init__(standards, settings, controlled)
        self.faults = Faults(self.dir / 'faults')
        self.mounted = []

    def launch(self, shim=False, strace=(), env=None, before=(), **more):
        """Starts without waiting. strace: its options; the daemon itself is our child all the same (-D)."""
        env = os.environ | (env or {})
        command = [BUILD / 'slad', '--config', self.dir / 'slad.yaml']
        if self.controlled:
            command += ['--clock', self.dir / 'clock']
        if shim:
            env |= {'LD_PRELOAD': str(SHIM), 'FAULT_FILE': str(self.dir / 'faults')}
        if strace:
            env['ASAN_OPTIONS'] = 'detect_leaks=0'
            command = ['strace', '-D', '-f', '-qq', '-o', self.dir / 'trace', *strace, *command]
        with open(self.dir / 'log', 'ab') as log:
            self.process = subprocess.Popen([*before, *command], **{'stderr': log, 'env': env} | more)
        return self

    def start(self, *args, **more):
        self.launch(*args, **more)
        until(lambda: self.answers() or self.died(), 'slad to answer')
        return self

    def end(self):
        """Waits until it has ended by itself; its exit code."""
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    def signal(self, number):
        self.process.send_signal(number)

    @staticmethod
    def slactl_path():
        return BUILD / 'slactl'

    # -------- what it says

    def said(self, *words):
        """Whether one line of the log has all of this."""
        return any(all(word in line for word in words) for line in self.log().splitlines())

    def says(self, *words):
        until(lambda: self.said(*words), f'a line with {words} in the log:\n{self.log()}')

    def status(self):
        return self.get('/v1/status')

    def state(self, state):
        until(lambda: self.status()['state'] == state, f'state {state}')

    def count(self, table='events'):
        return self.sql(f'SELECT count(*) FROM {table}')[0][0]

    # -------- what must be so

    def check(self, test, ids=()):
        """Each of these ids is in the journal once, and the record is what a replay of the journal makes of it."""
        have = [row[0] for row in self.sql('SELECT id FROM events WHERE id IS NOT NULL')]
        test.assertEqual(len(have), len(set(have)), 'an event is there twice')
        test.assertEqual(set(ids) - set(have), set(), 'acknowledged, and not in the journal')
        self.same_as_replay(test)

    def same_as_replay(self, test):
        """Moves the clock a little, so that every limit that ran out is decided."""
        self.clock(self.now + 6 * GRACE)
        self.same_clock()
        events = self.dir / 'replay.events'
        with open(events, 'w') as file:  # a line without "at" gets the instant of its receipt
            for line, at in self.sql('SELECT line, at FROM events ORDER BY seq'):
                file.write(json.dumps({'at': at / 1000 if at < 1e11 else at} | json.loads(line)) + '\n')
        at = self.get('/v1/figures')
        out = subprocess.run([BUILD / 'slad', 'replay', '--config', self.dir / 'slad.yaml', '--quiet', '--until',
                              at['until'], events], capture_output=True, text=True)
        test.assertEqual(out.returncode, 0, out.stderr)
        want = json.loads(out.stdout)
        test.assertEqual(figures(at), figures(want))
        rows = self.sql("SELECT standard, json_extract(subject, '$'), started, decided FROM breaches"
                        " WHERE kind = 'contact' AND state <> 'withdrawn' AND contact IN (SELECT contact FROM events)")
        told = [(b['standard'], b['subject'], instant(b['started']), instant(b['decided']))
                for b in want['breaches'] if b['kind'] == 'contact']
        test.assertEqual(sorted(rows), sorted(told))

    def same_clock(self):
        """Waits until limits are decided up to the clock, and all of it is on disk."""
        held = self.now - GRACE
        def there():
            status = self.status()
            return status['engine']['clock'] and instant(status['engine']['clock']) >= held and not status['database']['writing']
        until(there, 'the clock')

    # -------- disks

    def disk(self, size):
        """Puts the database on a disk of its own of this size; needs root."""
        folder = self.dir / 'disk'
        folder.mkdir(exist_ok=True)
        subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}', 'none', folder], check=True)
        self.mounted.append(folder)
        text = (self.dir / 'slad.yaml').read_text()
        (self.dir / 'slad.yaml').write_text(text.replace('database: slad.db', 'database: disk/slad.db'))
        return folder

    def fill(self, but=0):
        """Leaves no room on that disk, but for so many bytes. Returns the file that takes it."""
        path = self.mounted[-1] / 'filler'
        with open(path, 'wb', buffering=0) as filler:
            try:
                while True:
                    filler.write(b'x' * 4096)
            except OSError:
                pass
            filler.truncate(filler.tell() - but)
        return path

    def resize(self, size):
        subprocess.run(['mount', '-o', f'remount,size={size}', self.mounted[-1]], check=True)

    def database(self):
        return self.mounted[-1] / 'slad.db' if self.mounted else self.dir / 'slad.db'

    def sql(self, query):
        db = sqlite3.connect(f'file:{self.database()}?mode=ro', uri=True)
        try:
            return db.execute(query).fetchall()
        finally:
            db.close()

    def __exit__(self, *error):
        if error and error[0]:
            print(f'the log of the daemon:\n{self.log()[-4000:]}', file=sys.stderr)
        if self.process:
            if self.process.poll() is None:
                self.signal(signal.SIGCONT)
                self.kill()
            self.process = None
        for client in self.clients:
            client.close()
        for folder in self.mounted:
            subprocess.run(['umount', '-l', folder], check=True)
        shutil.rmtree(self.dir, ignore_errors=True)


def instant(text):
    import oracle
    return oracle.instant(text)


def figures(report):
    keep = ('group', 'open', 'state', 'counted', 'met', 'missed', 'excluded', 'attainment', 'mean', 'min', 'max', 'percentiles')
    return {s['name']: sorted(json.dumps([g[k] for k in keep], sort_keys=True) for g in s['groups'])
            for s in report['standards']}


class Sender(Client):
    """Knows which of its events were acknowledged, whatever becomes of the daemon."""
    def __init__(self, d):
        super().__init__(d)
        self.ids = []

    def throw(self, *events):
        """Sends without waiting for anything."""
        self.ids += [e['id'] for e in events]
        self.sent += len(events)
        self.sock.sendall(''.join(json.dumps(e) + '\n' for e in events).encode())

    def acknowledged(self):
        """Of a daemon that is gone: the ids that it said were on disk."""
        try:
            for line in self.file:
                if line.endswith(b'\n') and b'"ack"' in line:
                    self.acked = json.loads(line)['ack']
        except (ConnectionError, OSError):
            pass
        return self.ids[:self.acked]

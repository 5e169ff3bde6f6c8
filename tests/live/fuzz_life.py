"""The life of a daemon under test: its configuration, its clock, its disk, its end and start, and the events it is sent
by four ways."""
import json
import os
import random
import resource
import signal
import sqlite3

import yaml

import daemon
import generate
import oracle
from fuzz_lines import by_instant, lines_of, long_contact

HOUR, MINUTE = 3600000, 60000
GRACES = {'0s': 0, '10ms': 10, '100ms': 100, '2s': 2000, '1m': MINUTE}
PUBLISH = {'10s': 10000, '1h': HOUR, '7d': 168 * HOUR}
LONG_SEEDS = .12  # of them have a contact that goes on and on
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
daemon.PATIENCE = 20


class Different(Exception):
    pass


def joined(texts):
    return ''.join(text + '\n' for text in texts).encode()


class Sender(daemon.Client):
    """Keeps what is not acknowledged and sends it again to the next daemon."""
    def __init__(self, d, tcp):
        self.d, self.tcp, self.unacked, self.link = d, tcp, [], None

    def connect(self):
        if self.link:
            return
        super().__init__(self.d, self.tcp)
        self.d.clients.remove(self)
        self.link = True
        if self.unacked:
            self.sock.sendall(joined(self.unacked))

    def send(self, texts):
        self.unacked += texts
        if self.link:
            self.sock.sendall(joined(texts))

    def take(self, answer):
        answer = json.loads(answer)
        if 'ack' in answer:
            del self.unacked[:answer['ack'] - self.acked]
            self.acked = answer['ack']

    def wait(self):
        self.connect()
        while self.unacked:
            answer = self.file.readline()
            if not answer:
                raise Different('an event connection was closed while the daemon ran')
            self.take(answer)

    def lost(self):
        """The daemon is gone: what it had acknowledged it must still have."""
        if not self.link:
            return
        try:
            for answer in self.file:
                if answer.endswith(b'\n'):
                    self.take(answer)
        except ConnectionError:
            pass
        self.close()
        self.link = None


class Life:
    """`d` is the daemon, `latest` the furthest that its clock was turned, `g` the longest of its graces."""
    def __init__(self, seed, trace):
        self.seed, self.trace, self.said = seed, trace, []
        self.rnd = rnd = random.Random(f'live-{seed}')
        self.take_case(generate.case(seed))
        self.other = generate.case(seed + rnd.choice([1, 2, 1000]))['config']
        self.graces = rnd.choices(list(GRACES), k=rnd.choice([1, 1, 2]))
        self.g = max(GRACES[x] for x in self.graces)
        self.publish = rnd.choice(list(PUBLISH))
        self.d = daemon.Daemon('')
        self.d.port = 10000 + os.getpid() % 20000
        self.latest = self.d.now
        self.count, self.awaited, self.release = 0, None, None
        self.recalled, self.recalled_by_this = 0, 0  # contacts; by all the daemons before, and by this one
        self.file, self.file_rest, self.rotated = open(self.d.dir / 'calls.jsonl', 'ab'), b'', False
        self.senders = {'unix': Sender(self.d, False), 'tcp': Sender(self.d, True)}
        self.delivered = []

    def take_case(self, case):
        self.until, self.final = oracle.instant(case['until']), case['config']
        self.lines = lines_of(case['events'])
        self.first, self.last = self.span()
        if self.rnd.random() < LONG_SEEDS:
            more = long_contact(self.rnd, self.first, self.last)
            self.lines = by_instant(lines_of(case['events'].rstrip('\n') + '\n' + '\n'.join(more)))
            self.first, self.last = self.span()

    def span(self):
        times = [x.at for x in self.lines if x.at is not None and x.at > 10**11] or [daemon.START]
        return min(times), max(times)

    def __exit__(self):
        self.file.close()
        for sender in self.senders.values():
            if sender.link:
                sender.close()
        self.d.__exit__()

    def say(self, what):
        self.said.append(what)
        if self.trace:
            print(f'{self.seed}: {what}', flush=True)

    def status(self):
        status = self.d.get('/v1/status')
        self.recalled_by_this = status['counters']['contacts_recalled']
        return status

    # -------- configurations

    def configure(self, text):
        """`describe` says nothing new: a change of it changes no meaning."""
        self.count += 1
        self.standards_text = text
        if self.rnd.random() < .5:
            described = yaml.load(text, oracle.Core)
            for standard in described['standards'].values():
                standard.update(describe=f'as of {self.count}')
            text = yaml.safe_dump(described, allow_unicode=True, sort_keys=self.rnd.random() < .5)
        self.d.settings = (f'grace: {self.rnd.choice(self.graces)}\n'
                           f'keep_finished: {self.rnd.choice([0, 0, 3, 65536])}\n'
                           f'keep_engine: {self.rnd.choice([0, 1, 1, 100])}\n'
                           'max_ahead: 100000d\n'
                           'retain: {events: 20000d, figures: 20000d, breaches: 20000d}\n'
                           f'publish: {self.publish}')
        self.d.standards(text)

    def configure_either(self):
        self.configure(self.rnd.choice([self.final, self.other]))

    def reload(self):
        def done():
            status, body = self.d.request('POST', '/v1/reload')
            if status not in (200, 409, 500, 503):
                raise Different(f'reload: {status} {body}')
            if status != 200:
                self.say(f"reload: {status} {body['detail']}")
                self.room()
            return status == 200
        daemon.until(done, 'the reload')

    def generation(self):
        return self.status()['configuration']['generation']

    def reloaded(self):
        """Waits for a SIGHUP to have taken effect."""
        if self.awaited is None:
            return
        daemon.until(lambda: self.generation() >= self.awaited, 'the reload')
        self.awaited = None

    def change(self):
        self.reloaded()
        what = self.rnd.choice(['same', 'other', 'hup', 'hup', 'wrong'])
        self.say(f'reload {what}')
        if what in ('hup', 'wrong'):  # a SIGHUP that cannot be done says so in the log alone
            self.room()
            self.running()
        if what == 'wrong':
            self.reload_wrong()
        elif what == 'hup':
            self.configure_either()
            self.awaited = self.generation() + 1
            self.d.process.send_signal(signal.SIGHUP)
        elif what == 'same':
            self.configure(self.standards_text)
            self.reload()
        else:
            self.configure_either()
            self.reload()

    def reload_wrong(self):
        path = self.d.dir / 'slad.yaml'
        keep = path.read_text()
        self.d.standards('standards: {x: {start: a, stop: b, witin: 1m}}')
        status, body = self.d.request('POST', '/v1/reload')
        path.write_text(keep)
        if status != 422:
            raise Different(f'a wrong configuration: {status} {body}')

    # -------- clock, end and start

    def turn(self, at, wait=False):
        at = max(at, self.d.now)
        self.latest = max(at, self.latest)
        self.say(f'clock {generate.utc(at)}{" and wait" if wait else ""}')
        self.d.clock(at)
        if wait:
            self.settle()

    def back(self):
        at = self.d.now - self.rnd.choice([1, 1000, 2 * MINUTE, HOUR, 30 * 24 * HOUR])
        self.say(f'clock back to {generate.utc(at)}')
        self.d.clock(at)

    def settle(self):
        now, clock = generate.utc(self.d.now), generate.utc(max(0, self.d.now - self.g))
        def there():
            status = self.status()
            reached = status['now'] >= now and (status['engine']['clock'] or '') >= clock
            return status['state'] == 'running' and reached and not status['database']['writing']
        self.room()
        daemon.until(there, f'the clock at {clock}')

    def running(self):
        daemon.until(lambda: self.status()['state'] == 'running', 'recovery')

    def end(self, kill):
        if not kill:
            self.reloaded()
        self.say('kill' if kill else 'stop')
        if self.release and self.rnd.random() < .5:
            self.room()
        self.awaited = None
        if kill:
            self.d.kill()
        else:
            self.d.stop()
        self.recalled += self.recalled_by_this
        self.recalled_by_this = 0
        if self.release:
            self.release()
            self.release = None
        for sender in self.senders.values():
            sender.lost()

    def start(self):
        """With SIGXFSZ ignored, as Python does: writing too much is then an error, as on a full disk."""
        self.say('start')
        self.d.start(restore_signals=False)
        for sender in self.senders.values():
            sender.connect()

    # -------- disk

    def fill(self):
        """Nothing can be written: the log of the database may not grow, or somebody else holds the database."""
        self.reloaded()
        if self.rnd.random() < .3:
            self.say('locked')
            held = sqlite3.connect(self.d.dir / 'slad.db', isolation_level=None)
            held.execute('BEGIN IMMEDIATE')
            self.release = held.close
            return
        pid = self.d.process.pid
        most = max(16384, os.path.getsize(self.d.dir / 'slad.db-wal') + self.rnd.choice([0, 1, 4096, 20000]))
        self.say(f'no room past {most}')
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
        self.release = lambda: self.d.process and resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)

    def room(self):
        if not self.release:
            return
        self.say(f"room, {self.status()['state']}")
        self.release()
        self.release = None

    # -------- events in

    def append(self, texts):
        while texts and texts[0].startswith('\ufeff') and not self.file.tell() and not self.file_rest:
            texts = texts[1:]  # not a line that is rejected: such a mark is no part of a file's first line
        data = self.file_rest + joined(texts)
        whole = len(data) - self.rnd.choice([0, 0, 1, 20])
        self.file.write(data[:whole])
        self.file.flush()
        self.file_rest = data[whole:]

    def complete(self):
        self.file.write(self.file_rest)
        self.file.flush()
        self.file_rest = b''

    def rotate(self):
        """Of a file that has been seen: one that comes and goes in between is lost on any reader."""
        if (os.fstat(self.file.fileno()).st_ino,) not in self.d.sql('SELECT inode FROM inputs'):
            return
        self.say('rotate')
        self.complete()
        self.file.close()
        self.rotated = True
        self.count += 1
        path = self.d.dir / 'calls.jsonl'
        os.rename(path, f'{path}.{self.count}')
        self.file = open(path, 'ab')

    def post(self, texts):
        while texts and texts[0].startswith('['):  # not a line that is rejected: such a body is an array of events
            texts = texts[1:]
        if not texts:
            return
        status, body = self.d.request('POST', '/v1/events', joined(texts))
        while status == 503:
            self.room()
            self.running()
            status, body = self.d.request('POST', '/v1/events', joined(texts))
        given = sum(bool(text.strip()) for text in texts)
        if status != 200 or body['accepted'] + body['duplicate'] + body['rejected'] != given:
            raise Different(f'POST /v1/events: {status} {body}')

    def deliver(self, lines):
        for way in ('unix', 'tcp', 'file', 'http'):
            texts = [x.text for x in lines if x.way == way]
            if not texts:
                continue
            self.say(f'{way} {len(texts)}')
            if way == 'file':
                self.append(texts)
            elif way == 'http':
                self.post(texts)
            else:
                self.senders[way].send(texts)
        self.delivered += lines

    def file_is_read(self):
        path = self.d.dir / 'calls.jsonl'
        size, source = os.path.getsize(path), f'file:{path}'
        mine = next((x for x in self.status()['inputs'] if x['input'] == source), None)
        return mine and mine['error'] is None and mine['offset'] == size and mine['size'] == size

    def take_all(self):
        """Returns once all that was delivered has been taken in."""
        self.room()
        self.complete()
        for sender in self.senders.values():
            sender.wait()
        if os.path.getsize(self.d.dir / 'calls.jsonl'):
            daemon.until(self.file_is_read, 'the file to be read')
            self.rotated = False
        if self.rotated:
            self.accepted()

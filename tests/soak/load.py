"""What an hour of a busy centre does to a slad: events by every way in, a link that breaks, rotations, reloads, questions,
readers of streams, and clients that vanish. Each kind is a thread; what goes wrong in one of them ends the soak."""
import json
import os
import random
import socket
import sqlite3
import struct
import threading
import time

from daemon import START, Client, UnixConnection
from exchange import event as ami_event

STANDARDS = """
standards:
  answered: {start: offered, stop: answered, abandon: {event: abandoned, short: 5s}, within: LIMIT, target: 80%, window: 30m, by: queue, warn: 80%}
  by-agent: {start: offered, stop: answered, within: 1m, target: 90%, window: 10m, by: [queue, agent]}
  campaign: {start: offered, stop: closed, within: 20m, target: 95%, by: campaign}
  resolved: {start: offered, stop: closed, within: 10m, pause: held, resume: resumed, target: 90%, window: day, by: tier}
  callers: {match: {queue: billing}, per: caller, start: offered, stop: closed, within: 15m, target: 50%, window: 1h}
  rated: {when: rated, value: rating, at_least: 3, target: 70%, window: 1h, by: queue}
"""
# Breaches longer than the events of the latest of contacts, so that theirs are all there at the end.
RETAIN = 'retain: {events: 90m, figures: 90m, breaches: 3h}'
LIMITS = ['1m', '70s']                  # a reload goes from one to the other
TARGETS = ['/v1/status', '/v1/inputs', '/v1/standards', '/v1/standards/answered', '/v1/breaches?limit=1000',
           '/v1/breaches?kind=level&state=open', '/v1/breaches?group.queue=sales&since=30m', '/v1/warnings?limit=500', '/v1/figures',
           '/v1/figures?standard=by-agent', '/v1/percentiles?from=30m', '/v1/open?limit=1000', '/v1/open?at_risk=true', '/metrics',
           '/v1/health', '/v1/ready', '/v1/nothing', '/v1/breaches?lmit=1', '/v1/contacts/nobody', '/v1/figures?standard=answerd']
COMMANDS = [['status'], ['standards'], ['standards', 'answered'], ['breaches'], ['warnings'], ['figures'], ['percentiles'], ['open'],
            ['inputs'], ['tail', '--once'], ['check'], ['figures', '--json'], ['breaches', '--csv'], ['figures', '--at', '20m']]


class Load:
    def __init__(self, d, rate, speed, seed):
        self.d, self.rate, self.speed, self.exchange, self.stopped = d, rate, speed, d.exchange, threading.Event()
        self.failure, self.made, self.asked, self.slowest, self.begun, self.recent = None, 0, 0, 0.0, time.monotonic(), []
        self.seed, self.threads, self.reloads, self.calm = seed, [], 0, False

    def start(self):
        for work in (self.clock, self.feed, self.rotate, self.cut, self.ask, self.command, self.reload, self.past, self.vanish,
                     self.follow, self.hold):
            thread = threading.Thread(target=self.run, args=(work,), daemon=True, name=work.__name__)
            thread.start()
            self.threads.append(thread)
        return self

    def run(self, work):
        try:
            work(random.Random(f'{self.seed} {work.__name__}'))
        except BaseException as e:  # whatever it is, the soak has failed
            self.failure = self.failure or f'{work.__name__}: {type(e).__name__}: {e}'

    def stop(self):
        """Nobody asks or sends any more; everything that was sent is on disk, or in a file."""
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)
            if thread.is_alive():
                self.failure = self.failure or f'{thread.name} does not end'

    def every(self, seconds):
        """Once in so many seconds, until the end."""
        while not self.stopped.wait(seconds):
            yield

    def clock(self, _):
        for _ in self.every(0.02):
            self.d.clock(START + int((time.monotonic() - self.begun) * 1000 * self.speed))

    # ---------------------------------------------------------------- events

    def contact(self, rnd, n):
        """(instant, line) of all that happens to a contact; one in fifty is late, some so late that it has left memory."""
        at, minute = self.d.now, self.d.now // 60000
        own = dict(queue=rnd.choice(['sales', 'support', 'billing']), tier=rnd.choice([1, 2, 3]), campaign=f'c{minute // 10}',
                   note=f'only of this one: {n}')
        if n % 3 == 0:                      # who shares a caller with others leaves memory only with them
            own['caller'] = f'caller-{minute // 30}-{n % 50}'
        answered = at + int(rnd.expovariate(1 / 35000))
        agent = f'agent-{minute // 5}-{rnd.randrange(5)}'
        steps = [(at, 'offered', own)]
        if rnd.random() < .1:
            steps += [(answered, 'abandoned', {})]
        else:
            steps += [(answered, 'answered', dict(agent=agent)), (answered + 1000, 'held', {}), (answered + 60000, 'resumed', {}),
                      (answered + rnd.randrange(600000), 'closed', {}), (answered + 700000, 'rated', dict(rating=rnd.randrange(1, 6)))]
        for step, (when, name, more) in enumerate(steps):
            late = rnd.choice([60000, 900000, 3600000]) if rnd.random() < .02 else 0
            yield when + late, json.dumps(dict(contact=f'call-{n}', event=name, at=when, id=f'{n}/{step}', **more))

    def feed(self, rnd):
        ways = [Sockets(self.d, False), Sockets(self.d, True), Posts(self.d), File(self.d)]
        self.file, n, due = ways[3], 0, []
        for turn in enumerate(self.every(0.1)):
            while n < (time.monotonic() - self.begun) * self.rate / 5.5:    # events of a contact
                n += 1
                due += [(at, n, line) for at, line in self.contact(rnd, n)]
                self.recent = [*self.recent[-20:], f'call-{n}']
            now = [x for x in due if x[0] <= self.d.now]
            due = [x for x in due if x[0] > self.d.now]
            for i, way in enumerate(ways):
                way.send([line for _, n_, line in now if n_ % len(ways) == i])
            self.made += len(now)
            if turn[0] % 150 == 149:
                ways[0].again(), ways[1].again()
        for way in ways[:2]:
            way.client.close()

    def rotate(self, _):
        """calls.jsonl is renamed, its third old file goes; each minute is another day-N.jsonl, the third last goes."""
        for n, _ in enumerate(self.every(60)):
            with self.file.lock:
                self.file.rotate(n)

    def cut(self, rnd):
        """Callers of the exchange, and now and then its line goes dead."""
        calls, connection = 0, None
        for n, _ in enumerate(self.every(0.5)):
            if self.exchange.connection is connection and n % 80 == 79:
                self.exchange.cut()
                continue
            connection, at, calls = self.exchange.connection, self.d.now / 1000, calls + 1
            facts = dict(Uniqueid=f'{calls}.0', Queue='sales')
            try:
                self.exchange.tell(ami_event('QueueCallerJoin', at, Position=1, **facts), ami_event('QueueCallerLeave', at + 1, **facts),
                                   ami_event('AgentConnect', at + 1, MemberName='Ann', HoldTime=1, RingTime=1, **facts),
                                   ami_event('AgentComplete', at + 2, MemberName='Ann', HoldTime=1, TalkTime=1, Reason='caller', **facts),
                                   ami_event('QueueCallerJoin', at + 2, Uniqueid=f'{calls}.1', Queue='sales'), b'Event: Half of a me')
                self.exchange.tell(b'ssage\r\n\r\n')
            except OSError:
                pass                            # between two links

    # ---------------------------------------------------------------- questions

    def request(self, method, target, body=None, fine=(200,)):
        begun = time.monotonic()
        link = UnixConnection(self.d.dir / 'slad.sock')
        try:
            link.request(method, target, body)
            answer = link.getresponse()
            text = answer.read()
        finally:
            link.close()
        self.asked, self.slowest = self.asked + 1, max(self.slowest, time.monotonic() - begun)
        if answer.status not in fine:
            raise AssertionError(f'{method} {target}: {answer.status} {text[:300]}')
        return answer.status, text

    def ask(self, rnd):
        for n, _ in enumerate(self.every(0.25)):
            target = TARGETS[n % len(TARGETS)]
            self.request('GET', target, fine=(200, 400, 404, 503))
            if self.recent:
                self.request('GET', f'/v1/contacts/{rnd.choice(self.recent)}', fine=(200, 404, 503))
            if n % 10 == 0:
                self.excuse(rnd)

    def excuse(self, rnd):
        status, text = self.request('GET', '/v1/breaches?limit=20', fine=(200, 503))
        breaches = json.loads(text)['breaches'] if status == 200 else []
        if breaches:
            self.request('POST', f'/v1/breaches/{rnd.choice(breaches)["id"]}/excuse', '{"text":"it rained"}', (200, 404, 409, 503))

    def command(self, rnd):
        for n, _ in enumerate(self.every(2)):
            command = COMMANDS[n % len(COMMANDS)] if n % 8 or not self.recent else ['explain', rnd.choice(self.recent)]
            done = self.d.slactl(*command)
            if done.returncode not in (0, 1):   # 1: it is just now not well
                raise AssertionError(f'slactl {command}: {done.returncode} {done.stderr}')

    def past(self, rnd):
        """Questions that a replay answers, and what an edit would change; one in three asks and leaves."""
        edit = STANDARDS.replace('LIMIT', '40s')
        diff = json.dumps(dict(whole=False, files=[dict(path='edit.yaml', text=edit)]))
        for n, _ in enumerate(self.every(5)):
            question = [('GET', f'/v1/figures?at={rnd.randrange(1, 80)}m', None), ('POST', '/v1/diff', diff)][n % 2]
            if n % 3 == 2:
                self.leave(*question)
            else:
                self.request(*question, fine=(200, 409, 503, 500))

    def leave(self, method, target, body):
        link = UnixConnection(self.d.dir / 'slad.sock')
        link.request(method, target, body)
        self.stopped.wait(0.05)
        link.close()

    def reload(self, rnd):
        """By turns: other comments, another meaning (unless it is calm), a mistake."""
        meaning = 0
        for n, _ in enumerate(self.every(7)):
            meaning += n % 3 == 1 and not self.calm
            self.d.standards(STANDARDS.replace('LIMIT', LIMITS[meaning % 2]) + f'# {n}\n')
            if n % 3 == 2:
                self.d.standards(STANDARDS.replace('LIMIT', '1 moon'))
            self.request('POST', '/v1/reload', fine=(422 if n % 3 == 2 else 200, 409, 500, 503))
            self.reloads += 1

    def settle(self):
        """Whichever reload was the last: what the file says is in force."""
        self.d.standards(STANDARDS.replace('LIMIT', LIMITS[0]))
        while self.request('POST', '/v1/reload', fine=(200, 409, 500, 503))[0] != 200:
            time.sleep(0.2)

    # ---------------------------------------------------------------- bad company

    def vanish(self, rnd):
        halves = [b'{"hello":{"client":"x"}}\n{"contact":"half', b'{"contact":"h', b'\0' * 70000, b'{"hello":']
        requests = [b'GET /v1/sta', b'POST /v1/events HTTP/1.1\r\nHost: slad\r\nContent-Length: 100000\r\n\r\n{"contact":"half"',
                    b'GET /v1/breaches?limit=1000 HTTP/1.1\r\nHost: slad\r\n\r\n', b'nonsense\r\n\r\n',
                    b'GET /v1/stream?after=0&figures=1 HTTP/1.1\r\nHost: slad\r\n\r\n']
        for _ in self.every(0.2):
            way = rnd.randrange(3)
            link = socket.create_connection(('127.0.0.1', self.d.port)) if way == 0 else socket.socket(socket.AF_UNIX)
            try:
                if way:
                    link.connect(str(self.d.dir / ('events.sock' if way == 1 else 'slad.sock')))
                if rnd.random() < .5:           # a reset, where there is such a thing
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
                link.sendall(rnd.choice(requests if way == 2 else halves))
            except ConnectionError:
                pass                            # it was quicker
            link.close()

    def follow(self, rnd):
        """Readers of streams that come and go; one in five never reads, and asks for what fills a buffer slowly."""
        ways, open_ = ['/v1/stream?after=0', '/v1/stream?group.queue=sales&kind=contact', '/v1/stream?figures=1'], []
        for n, _ in enumerate(self.every(1)):
            link = UnixConnection(self.d.dir / 'slad.sock')
            link.request('GET', rnd.choice(ways) if n % 5 else ways[1])
            open_.append((link, n % 5))
            for other, lazy in open_:
                if not lazy:
                    continue
                other.sock.settimeout(0)
                try:
                    while other.sock.recv(65536):
                        pass
                except OSError:
                    pass
            if len(open_) > 12:
                open_.pop(rnd.randrange(12))[0].close()
        for link, _ in open_:
            link.close()

    def hold(self, _):
        """Somebody else holds the database for a while: a commit fails, and the engine is built anew."""
        for _ in self.every(100):
            if self.calm:
                continue
            held = sqlite3.connect(self.d.dir / 'slad.db', isolation_level=None, timeout=30)
            held.execute('BEGIN IMMEDIATE')
            self.stopped.wait(1)
            held.close()


class Sockets:
    def __init__(self, d, tcp):
        self.d, self.tcp, self.client = d, tcp, None
        self.again()

    def again(self):
        if self.client:
            self.client.close()
            self.d.clients.remove(self.client)
        self.client = Client(self.d, self.tcp)

    def send(self, lines):
        self.client.lines(*lines)
        if self.client.rejects:
            raise AssertionError(self.client.rejects[0])


class Posts:
    def __init__(self, d):
        self.d = d

    def send(self, lines):
        while lines:
            status, answer = self.d.request('POST', '/v1/events', '\n'.join(lines))
            if status == 200:
                if answer['rejected']:
                    raise AssertionError(answer)
                return
            time.sleep(0.2)                     # 503: all of it again; each has an id


class File:
    """Lines in files that are rotated in two ways."""
    def __init__(self, d):
        self.dir, self.lock = d.dir, threading.Lock()
        self.moved, self.day = open(d.dir / 'calls.jsonl', 'ab', 0), open(d.dir / 'day-0.jsonl', 'ab', 0)

    def send(self, lines):
        with self.lock:
            for i, file in enumerate((self.moved, self.day)):
                file.write(''.join(x + '\n' for x in lines[i::2]).encode())

    def rotate(self, n):
        for old in (2, 1):
            if (self.dir / f'calls.jsonl.{old}').exists():
                os.rename(self.dir / f'calls.jsonl.{old}', self.dir / f'calls.jsonl.{old + 1}')
        os.rename(self.dir / 'calls.jsonl', self.dir / 'calls.jsonl.1')
        self.moved.close()
        self.moved = open(self.dir / 'calls.jsonl', 'ab', 0)
        self.day.close()
        self.day = open(self.dir / f'day-{n + 1}.jsonl', 'ab', 0)
        (self.dir / f'day-{n - 2}.jsonl').unlink(missing_ok=True)

"""Peers that mean harm, or are broken: slow, endless, deaf, many, and gone without a word.  On every kind of socket that
is listened at; each limit by the name it has in docs/GUARANTEES.md, with its counter.

The wall clock is the daemon's clock file; the clock that never jumps, by which peers are waited for, stands still but for
what the test adds (steady.c).  So a minute passes at a stroke, and what must not happen before it has had its chance."""
import json, os, pathlib, re, resource, socket, struct, sys, unittest
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import BUILD, Client, PATIENCE, ROOT, START, UnixConnection, until
from test_access import OFFERED, TOKEN, Guarded, free_port

TCP_REPAIR = 19
WEB = 'Host: localhost\r\nAuthorization: Bearer ' + TOKEN + '\r\n'
LINE = json.dumps(OFFERED).encode() + b'\n'


def limits():
    """The values in docs/GUARANTEES.md, which docs_limits holds against the sources."""
    rows = re.findall(r'^\| [^|]* \| ([0-9,]+) ?(KiB|MiB|s|) \| `([A-Z_]+)` \|', (ROOT / 'docs/GUARANTEES.md').read_text(), re.M)
    return {name: int(number.replace(',', '')) * {'KiB': 1024, 'MiB': 1024 * 1024}.get(unit, 1) for number, unit, name in rows}


LIMIT = limits()


class Besieged(Guarded):
    """Listens on all there is: HTTP by a path and by TCP, events by a path, by TCP with a token and without."""
    WEBS, EVENTS = ('unix', 'web'), ('unix', 'tcp', 'open')

    def __init__(self, settings=''):
        self.open_port = free_port()
        super().__init__('{unix: slad.sock}, {http: "127.0.0.1:{web}", token_file: token, serve: [read, ingest]}',
                         '{unix: events.sock}, {tcp: "127.0.0.1:{tcp}", token_file: token}, {tcp: "127.0.0.1:%d"}' % self.open_port, settings)
        (self.dir / 'steady').write_bytes(bytes(8)); self.ahead = self.asked = 0
    def start(self, **more):
        env = {'LD_PRELOAD': BUILD / 'libsteady.so', 'STEADY_FILE': self.dir / 'steady',
               'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'}
        return super().start({k: str(v) for k, v in env.items()}, **more)
    def pass_by(self, seconds):
        """So many seconds pass; once this returns, whatever they make due has been done."""
        self.ahead += int(seconds * 1e9)
        with open(self.dir / 'steady', 'r+b') as f: f.write(struct.pack('<q', self.ahead))
        self.turn()
    def request(self, *args): self.asked += 1; return super().request(*args)
    def turn(self):
        for _ in range(2): self.get('/v1/health')
    def connect(self, where, port=None, buffer=0):
        s = socket.socket(socket.AF_INET if port else socket.AF_UNIX); self.clients.append(s)
        if buffer: s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        s.connect(('127.0.0.1', port) if port else str(self.dir / where))  # waits for its place in the queue, as without a timeout
        s.settimeout(PATIENCE); return s
    def http(self, kind, buffer=0): return self.connect('slad.sock', self.web if kind == 'web' else None, buffer)
    def events(self, kind, hello=True):
        s = self.connect('events.sock', {'tcp': self.tcp, 'open': self.open_port}.get(kind))
        if hello: s.sendall(json.dumps({'hello': {'client': 'x', 'token': TOKEN}}).encode() + b'\n')
        return s
    def clients_of(self, kind):
        wanted = {'unix': 'unix:', 'tcp': f'tcp:127.0.0.1:{self.tcp}', 'open': f'tcp:127.0.0.1:{self.open_port}'}[kind]
        return next(i['clients'] for i in self.get('/v1/inputs')['inputs'] if i['input'].startswith(wanted))
    def offer(self, count):
        """So many contacts, a few at a time: the commit after a load (batches.c: BUSY_EVENTS) waits for time to pass, and here it stands still."""
        sender = Client(self)
        for first in range(0, count, 31): sender.send(*(OFFERED | {'contact': f'c{n}'} for n in range(first, min(first + 31, count))))
    def takes_events(self, test, kind):
        s = self.events(kind); s.sendall(LINE); test.assertEqual(json.loads(s.makefile('rb').readline()), {'ack': 1}); s.close()


def is_open(s):
    """Whether the other end has neither said anything nor closed."""
    s.setblocking(False)
    try: s.recv(1, socket.MSG_PEEK); return False
    except BlockingIOError: return True
    finally: s.settimeout(PATIENCE)


def rest(s):
    """All that still comes, until the other end closes, however it does."""
    got = b''
    try:
        while piece := s.recv(65536): got += piece
    except ConnectionError: pass
    return got


def status_of(answer): return int(answer.split(b' ', 2)[1]) if answer else None


def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE); resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Slow(unittest.TestCase):
    def test_a_request_that_drips(self):
        """HTTP_REQUEST_MS is counted from the first byte, whatever comes after it."""
        heads = {'a request line': b'GET /v1/st', 'headers': f'GET /v1/status HTTP/1.1\r\n{WEB}'.encode(),
                 'a body': f'POST /v1/events HTTP/1.1\r\n{WEB}Content-Length: 1000\r\n\r\n'.encode(),
                 'chunks': f'POST /v1/events HTTP/1.1\r\n{WEB}Transfer-Encoding: chunked\r\n\r\nff\r\n'.encode()}
        with Besieged() as d:
            d.start(); failed = d.counter('requests_failed')
            slow = {(kind, what): d.http(kind) for kind in d.WEBS for what in heads}
            for (kind, what), s in slow.items(): s.sendall(heads[what])
            d.turn(); step = LIMIT['HTTP_REQUEST_MS'] / 30
            for _ in range(29):
                d.pass_by(step)
                for s in slow.values(): s.sendall(b'x')
            d.turn(); self.assertTrue(all(is_open(s) for s in slow.values()))
            d.pass_by(step * 1.5)
            for key, s in slow.items():
                answer = rest(s); self.assertEqual(status_of(answer), 408, (key, answer)); self.assertIn(b'took too long', answer)
            self.assertEqual((d.counter('requests_failed') - failed, d.counter('events_accepted')), (len(slow), 0))
            d.stop()

    def test_nothing_is_asked(self):
        """HTTP_IDLE_MS, before a first request and after one."""
        with Besieged() as d:
            d.start(); fresh = [d.http(kind) for kind in d.WEBS]; served = [d.http(kind) for kind in d.WEBS]
            for s in served:
                s.sendall(f'GET /v1/ready HTTP/1.1\r\n{WEB}\r\n'.encode()); answer = b''
                while b'"ready"' not in answer: answer += s.recv(4096)
            d.turn(); d.pass_by(LIMIT['HTTP_IDLE_MS'] - 1); self.assertTrue(all(is_open(s) for s in fresh + served))
            before = d.counter('connections_timed_out'); d.pass_by(2)
            for s in fresh + served: self.assertEqual(rest(s), b'')
            self.assertEqual(d.counter('connections_timed_out') - before, 4)
            d.stop()

    def test_no_hello(self):
        """CLIENT_HELLO_MS: a byte now and then is no hello."""
        with Besieged() as d:
            d.start(); silent, slow, known = d.events('tcp', False), d.events('tcp', False), d.events('tcp'); answers = known.makefile('rb')
            known.sendall(LINE); self.assertEqual(json.loads(answers.readline()), {'ack': 1}) # let in
            d.turn()
            for byte in b'{"hello":':
                slow.sendall(bytes([byte])); d.pass_by(LIMIT['CLIENT_HELLO_MS'] / 10)
            self.assertTrue(is_open(silent) and is_open(slow)); self.assertEqual(d.clients_of('tcp'), 3)
            d.pass_by(LIMIT['CLIENT_HELLO_MS'] / 9)
            for s in (silent, slow): self.assertEqual(json.loads(rest(s)), {'refused': 'no hello with a token came in time'})
            self.assertEqual((d.counter('clients_kept_out'), d.clients_of('tcp')), (2, 1)); self.assertIn('event client kept out', d.log())
            known.sendall(LINE); self.assertEqual(json.loads(answers.readline()), {'ack': 2})
            d.stop()

    def test_an_event_line_that_drips(self):
        """Nobody is hurried who was let in: a desk may be quiet all day, and its line still counts."""
        with Besieged() as d:
            d.start(); slow = {kind: d.events(kind) for kind in d.EVENTS}; answers = {kind: s.makefile('rb') for kind, s in slow.items()}
            for kind, s in slow.items(): s.sendall(LINE); self.assertEqual(json.loads(answers[kind].readline()), {'ack': 1}, kind) # let in
            for start in range(0, len(LINE), 16):
                for s in slow.values(): s.sendall(LINE[start:start + 16])
                d.pass_by(3600)
            for kind in slow: self.assertEqual(json.loads(answers[kind].readline()), {'ack': 2}, kind)
            d.stop()


class Flood(unittest.TestCase):
    def refuses(self, d, kind, text, status, says, pieces=()):
        """What is sent is refused with this status, however much of it is left, and the connection closed."""
        before = d.counter('requests_failed'); s = d.http(kind)
        try:
            s.sendall(text)
            for piece in pieces: s.sendall(piece)
        except ConnectionError: pass  # it has heard enough
        try: answer = s.recv(65536)
        except ConnectionError: answer = b''
        if answer or not pieces: self.assertEqual(status_of(answer), status, (kind, answer)); self.assertIn(says, answer.decode())
        s.close(); self.assertEqual(d.counter('requests_failed') - before, 1, (kind, text[:60]))

    def test_headers_and_bodies(self):
        with Besieged() as d:
            d.start(); head = f'GET /v1/status HTTP/1.1\r\n{WEB}'.encode(); fields, size = LIMIT['HTTP_FIELDS_MAX'], LIMIT['HTTP_HEADER_BYTES']; before = d.memory_kib()
            endless = [b'x' * 65536] * 320  # 20 MiB
            for kind in d.WEBS:
                s = d.http(kind); s.sendall(head + b'a: b\r\n' * (fields - 2) + b'\r\n'); self.assertEqual(status_of(s.recv(100)), 200); s.close()
                self.refuses(d, kind, head + b'a: b\r\n' * (fields - 1) + b'\r\n', 431, 'more than 100 headers')
                fits = size - len(head) - 7; s = d.http(kind); s.sendall(head + b'a: ' + b'b' * fits + b'\r\n\r\n'); self.assertEqual(status_of(s.recv(100)), 200); s.close()
                self.refuses(d, kind, head + b'a: ' + b'b' * (fits + 1) + b'\r\n\r\n', 431, 'larger than allowed')
                self.refuses(d, kind, b'GET /', 431, 'larger than allowed', endless)
                self.refuses(d, kind, head + b'x: ', 431, 'larger than allowed', endless)
                self.refuses(d, kind, head, 431, 'larger than allowed', [b'a: b\r\n' * 10000] * 300)
                self.refuses(d, kind, b'GET /v1/breaches?' + b'&'.join([b'limit=1'] * (fields + 1)) + b' HTTP/1.1\r\n' + WEB.encode() + b'\r\n', 400, 'parameters')
                post, most = f'POST /v1/events HTTP/1.1\r\n{WEB}'.encode(), LIMIT['HTTP_BODY_BYTES']
                self.refuses(d, kind, post + b'Content-Length: %d\r\n\r\n' % (most + 1), 413, 'larger than')
                self.refuses(d, kind, post + b'Transfer-Encoding: chunked\r\n\r\n', 413, 'larger than', [b'100000\r\n' + b'x' * 1048576 + b'\r\n'] * 20)
                self.refuses(d, kind, post + b'Transfer-Encoding: chunked\r\n\r\n1;', 400, 'malformed', endless)
                self.refuses(d, kind, post + b'Transfer-Encoding: chunked\r\n\r\n0\r\n', 400, 'malformed', [b'a: b\r\n' * 10000] * 300)
            self.assertLess(d.memory_kib() - before, 64 * 1024); self.assertEqual(d.counter('events_accepted'), 0)
            d.stop()

    def test_bodies_of_many(self):
        """BODIES_BYTES_MAX, of all requests of a listener together; the places come back with their time."""
        with Besieged() as d:
            d.start(); most, each = LIMIT['BODIES_BYTES_MAX'], LIMIT['HTTP_BODY_BYTES']
            for kind in d.WEBS:
                head = f'POST /v1/events HTTP/1.1\r\n{WEB}Content-Length: {each}\r\n\r\n'.encode(); many = [d.http(kind) for _ in range(most // each + 1)]
                for s in many:
                    try: s.sendall(head + b' ' * (each - 1))
                    except ConnectionError: pass
                refused = until(lambda: [s for s in many if not is_open(s)], 'one too many'); self.assertEqual(len(refused), 1)
                answer = rest(refused[0]); self.assertTrue(answer == b'' or (status_of(answer) == 503 and b'too many large requests at once' in answer), answer); many.remove(refused[0])
                d.turn(); self.assertTrue(all(is_open(s) for s in many)); d.pass_by(LIMIT['HTTP_REQUEST_MS'] + 1)
                for s in many: self.assertEqual(status_of(rest(s)), 408)
                s = d.http(kind); body = b' ' * 65536 + LINE; s.sendall(f'POST /v1/events HTTP/1.1\r\n{WEB}Content-Length: {len(body)}\r\n\r\n'.encode() + body)
                self.assertEqual(status_of(s.recv(65536)), 200); d.kill(); d.start()
            d.stop()

    def test_lines_without_end(self):
        """EVENT_LINE_MAX on each socket and in a post: rejected once, in constant memory, and the next one counts."""
        with Besieged() as d:
            d.start(); before = d.memory_kib(); size = LIMIT['EVENT_LINE_MAX']; rejected = 0
            for kind in d.EVENTS:
                s = d.events(kind); file = s.makefile('rb')
                for _ in range(160): s.sendall(b'x' * 65536)
                s.sendall(b'\n' + LINE); answers = [json.loads(file.readline())]
                while 'ack' not in answers[-1] or answers[-1]['ack'] < 2: answers.append(json.loads(file.readline()))
                self.assertEqual([a['reject'] for a in answers if 'reject' in a], [1], kind); rejected += 1
                fits = json.dumps(OFFERED | {'pad': ''}); fits = json.dumps(OFFERED | {'pad': 'y' * (size - len(fits))}).encode(); self.assertEqual(len(fits), size)
                s.sendall(fits + b'\n'); self.assertIn(b'"ack":3', file.readline().replace(b' ', b''))
                s.sendall(fits.replace(b'yy', b'yyy', 1) + b'\n'); self.assertEqual(json.loads(file.readline())['reject'], 4); rejected += 1
                s.close()
            for kind in d.WEBS:
                body = b'x' * (7 * 1024 * 1024) + b'\n' + LINE; s = d.http(kind)
                s.sendall(f'POST /v1/events HTTP/1.1\r\n{WEB}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n'.encode() + body); answer = rest(s)
                self.assertEqual({k: v for k, v in json.loads(answer.split(b'\r\n\r\n', 1)[1]).items() if k != 'errors'}, {'accepted': 1, 'duplicate': 0, 'rejected': 1}); rejected += 1
            self.assertEqual(d.counter('lines_too_long'), rejected); self.assertLess(d.memory_kib() - before, 64 * 1024)
            d.stop()

    def test_connections_that_ask(self):
        """LISTEN_CONNECTIONS_DEFAULT: one more is closed at once; those that are open are served, and a place given back
        is somebody's at once.  A listener that is full leaves the other ones alone."""
        with Besieged() as d:
            d.start(); most = LIMIT['LISTEN_CONNECTIONS_DEFAULT']; many_files(); ready = f'GET /v1/ready HTTP/1.1\r\n{WEB}\r\n'.encode()
            for kind, other in zip(d.WEBS, reversed(d.WEBS)):
                held = [d.http(kind) for _ in range(most)]
                for s in held[:3] + held[-3:]: s.sendall(ready); self.assertEqual(status_of(s.recv(4096)), 200)
                for _ in range(20): self.assertEqual(rest(d.http(kind)), b'')
                s = d.http(other); s.sendall(ready); self.assertEqual(status_of(s.recv(4096)), 200); s.close()
                if kind == 'unix':
                    r = d.slactl('status'); self.assertEqual(r.returncode, 3, r); self.assertIn('256', r.stderr); self.assertIn('connections', r.stderr)
                held[0].sendall(ready.replace(b'\r\n\r\n', b'\r\nConnection: close\r\n\r\n')); self.assertEqual(status_of(rest(held[0])), 200)
                s = d.http(kind); s.sendall(ready); self.assertEqual(status_of(s.recv(4096)), 200)
                for s in held + [s]: s.close()
                until(lambda: self.served(d, kind, ready), 'the places to be free')
            self.assertGreaterEqual(d.counter('connections_refused'), 41); self.assertRegex(d.log(), r'connection refused at="\S+slad\.sock" limit=256')
            d.stop()
    def served(self, d, kind, text):
        s = d.http(kind)
        try: s.sendall(text); return status_of(s.recv(4096)) == 200
        except ConnectionError: return False
        finally: s.close()

    def test_connections_that_send(self):
        """SOCKETS_CLIENTS_MAX.  Where a token is asked for, strangers hold their places for CLIENT_HELLO_MS."""
        most = LIMIT['SOCKETS_CLIENTS_MAX']; many_files()
        if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < most + 200: self.fail('too few descriptors for this test: ulimit -Hn')
        for kind in Besieged.EVENTS:
            with self.subTest(kind), Besieged() as d:
                d.start(); held = [d.events(kind, False) for _ in range(most)]
                until(lambda: d.clients_of(kind) == most, 'all to be accepted')
                for _ in range(5): self.assertEqual(rest(d.events(kind, False)), b'')
                self.assertEqual(d.counter('connections_refused'), 5); self.assertIn('event connection refused', d.log())
                hello = json.dumps({'hello': {'client': 'x', 'token': TOKEN}}).encode() + b'\n'; held[0].sendall(hello + LINE); self.assertEqual(json.loads(held[0].recv(100)), {'ack': 1})
                if kind == 'tcp':
                    d.pass_by(LIMIT['CLIENT_HELLO_MS'] + 1); until(lambda: d.clients_of(kind) == 1, 'the strangers to be gone'); self.assertEqual(d.counter('clients_kept_out'), most - 1)
                else: held[1].close(); until(lambda: d.clients_of(kind) == most - 1, 'one to be gone')
                d.takes_events(self, kind); d.stop()


class Deaf(unittest.TestCase):
    def test_a_stream_that_stands_still(self):
        """Little waits for it, so no size ends it: two beats (STREAM_BEAT_MS) do in which it has read nothing."""
        with Besieged() as d:
            d.start(); beat, many = LIMIT['STREAM_BEAT_MS'], 20000  # more than any socket's buffers
            d.offer(many); d.clock(START + 63000)
            until(lambda: d.pass_by(0.1) or d.sql('SELECT count(*) FROM breaches')[0][0] == many, 'the breaches')
            streams = {kind: d.http(kind, buffer=4096) for kind in d.WEBS}
            for s in streams.values(): s.sendall(f'GET /v1/stream?after=0 HTTP/1.1\r\n{WEB}\r\n'.encode()); self.assertEqual(status_of(s.recv(4096)), 200)
            d.pass_by(beat + 0.1); self.assertEqual(d.counter('streams_dropped'), 0)  # by its first beat each has taken what the buffers took
            until(lambda: d.pass_by(beat + 0.1) or d.counter('streams_dropped') == 2, 'both to be dropped'); self.assertEqual(d.log().count('stream dropped'), 2)
            for kind, s in streams.items():
                got = rest(s).count(b'event: breach'); self.assertTrue(0 < got < many, (kind, got))
            d.stop()

    def test_an_answer_that_is_not_taken(self):
        """HTTP_REQUEST_MS again: for the answer to be read.  Asking on and on without reading holds one answer at most."""
        with Besieged() as d:
            d.start(); d.offer(1000); d.clock(START + 63000)
            until(lambda: d.pass_by(0.1) or d.sql('SELECT count(*) FROM breaches')[0][0] == 1000, 'the breaches'); before, memory = d.counter('connections_timed_out'), d.memory_kib()
            deaf = [d.http(kind, buffer=4096) for kind in d.WEBS]
            for s in deaf:
                s.setblocking(False)
                try:
                    while True: s.send(f'GET /v1/breaches?limit=1000 HTTP/1.1\r\n{WEB}\r\n'.encode() * 50)
                except BlockingIOError: pass
                s.settimeout(PATIENCE)
            until(lambda: self.answers(d) == self.answers(d), 'both to be stuck')  # else each turn has one more answer
            d.pass_by(LIMIT['HTTP_REQUEST_MS'] - 1); self.assertEqual(d.counter('connections_timed_out') - before, 0); d.pass_by(2)
            self.assertEqual(d.counter('connections_timed_out') - before, 2); self.assertLess(d.memory_kib() - memory, 32 * 1024)
            for s in deaf: self.assertGreater(len(rest(s)), 0)
            d.stop()


    def answers(self, d): return d.counter('requests_served') - d.asked


class HalfOpen(unittest.TestCase):
    def vanish(self, s):
        """The machine at this end is gone: no FIN, no RST."""
        s.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1); s.close()

    def test_they_stop_sending(self):
        with Besieged() as d:
            d.start(); ask = f'GET /v1/standards HTTP/1.1\r\n{WEB}\r\n'.encode()
            for kind in d.WEBS:
                for text, answered in ((b'', False), (ask[:-3], False), (f'POST /v1/events HTTP/1.1\r\n{WEB}Content-Length: 9\r\n\r\nx'.encode(), False), (ask, True)):
                    s = d.http(kind); s.sendall(text); s.shutdown(socket.SHUT_WR); self.assertEqual(status_of(rest(s)), 200 if answered else None, (kind, text))
                s = d.http(kind); s.sendall(f'GET /v1/stream HTTP/1.1\r\n{WEB}\r\n'.encode()); s.shutdown(socket.SHUT_WR)
                self.assertEqual(status_of(s.recv(4096)), 200); d.turn(); d.pass_by(LIMIT['STREAM_BEAT_MS'] + 0.1)
                self.assertIn(b'still here', s.recv(4096)); s.close()
            for kind in d.EVENTS:
                s = d.events(kind); s.sendall(LINE + LINE[:-1]); s.shutdown(socket.SHUT_WR); self.assertTrue(rest(s).endswith(b'{"ack":2}\n'), kind)
                until(lambda: d.clients_of(kind) == 0, 'it to be gone')
            d.stop()

    def test_they_vanish(self):
        with Besieged() as d:
            d.start(); told = d.events('open'); told.sendall(LINE); told.recv(100); stream = d.http('web'); stream.sendall(f'GET /v1/stream HTTP/1.1\r\n{WEB}\r\n'.encode()); stream.recv(4096)
            asked = d.http('web'); asked.sendall(b'GET /v1/st'); d.turn(); ports = {s: s.getsockname()[1] for s in (told, stream, asked)}
            # Who sends events may be silent for long: the kernel asks for us whether he is still there.
            kind, left = self.timer(d.open_port, ports[told]); self.assertEqual(kind, 2); self.assertLessEqual(left, LIMIT['CLIENT_SILENCE_S'] * 100)
            for s in (told, stream, asked): self.vanish(s)
            d.turn(); self.assertEqual(d.clients_of('open'), 1)
            d.pass_by(LIMIT['STREAM_BEAT_MS'] + 0.1); until(lambda: self.streams(d) == 0, 'the stream to be gone')  # what it is told finds nobody
            d.pass_by(LIMIT['HTTP_REQUEST_MS']); until(lambda: self.timer(d.web, ports[asked]) is None, 'the request to be given up')
            self.assertEqual(d.counter('clients_lost'), 0); d.stop()

    def test_they_are_cut_off(self):
        """A reset is the end of a connection and nothing else: what came whole before it counts."""
        with Besieged() as d:
            d.start()
            for n, kind in enumerate(('tcp', 'open'), 1):
                s = d.events(kind); s.sendall(LINE + LINE[:20]); self.assertEqual(json.loads(s.recv(100)), {'ack': 1})
                s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); s.close(); until(lambda: d.clients_of(kind) == 0, 'it to be gone')
                self.assertEqual((d.counter('clients_lost'), d.counter('events_accepted')), (n, n))
            d.stop()

    def streams(self, d):
        c = UnixConnection(d.dir / 'slad.sock'); c.request('GET', '/metrics'); text = c.getresponse().read().decode(); c.close()
        return int(re.search(r'^slad_streams (\d+)$', text, re.M)[1])
    def timer(self, here, there):
        """(kind, hundredths of a second) of what the kernel waits for on the daemon's side of a connection; 2: keepalive."""
        for row in pathlib.Path('/proc/net/tcp').read_text().splitlines()[1:]:
            fields = row.split(); ends = [int(fields[i].split(':')[1], 16) for i in (1, 2)]
            if ends == [here, there] and fields[3] == '01': kind, when = fields[5].split(':'); return int(kind, 16), int(when, 16)
        return None


if __name__ == '__main__': unittest.main()

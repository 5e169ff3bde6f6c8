"""Who is let in: what sockets serve, who administers, tokens, Host and Origin, health; and that nobody writes our log."""
import http.client, json, os, pathlib, re, socket, subprocess, sys, unittest
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import BUILD, Client, Daemon, PATIENCE, START, until
from exchange import Exchange, message

STANDARDS = 'standards:\n  answered: {start: offered, stop: answered, within: 1m, by: queue}\n'
TOKEN, WRONG = '6f1d8c1a9b2e4f70a1b2c3d4e5f60718', '6f1d8c1a9b2e4f70a1b2c3d4e5f60719'
NOBODY = 65534
OFFERED = {'contact': 'a', 'event': 'offered', 'at': START, 'queue': 'q'}


def free_port():
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); return s.getsockname()[1]


class Guarded(Daemon):
    """A daemon whose places the test writes; {web} and {tcp} in them are free ports, {dir} its folder."""
    def __init__(self, listen='{unix: slad.sock}', inputs='{unix: events.sock}', settings=''):
        self.listen, self.inputs, self.web, self.tcp = listen, inputs, free_port(), free_port()
        super().__init__(STANDARDS, settings); self.token(TOKEN)
        self.dir.chmod(0o755)
    def standards(self, text):
        places = '\n'.join(f'{key}: [{value}]' for key, value in (('listen', self.listen), ('inputs', self.inputs)))
        for name in ('web', 'tcp'): places = places.replace('{' + name + '}', str(getattr(self, name)))
        (self.dir / 'slad.yaml').write_text(f'database: slad.db\n{places}\n{self.settings}\n{text}\n')
    def token(self, text, mode=0o600):
        path = self.dir / 'token'; path.unlink(missing_ok=True); path.write_text(text + '\n'); path.chmod(mode)
    def check(self):
        return subprocess.run([BUILD / 'slad', 'check', self.dir / 'slad.yaml'], capture_output=True, text=True, timeout=PATIENCE)
    def refuses_to_start(self):
        r = subprocess.run([BUILD / 'slad', '--config', self.dir / 'slad.yaml'], capture_output=True, text=True, timeout=PATIENCE)
        assert r.returncode == 1, r
        return r.stderr
    def ask_web(self, method='GET', path='/v1/standards', body=None, **headers):
        c = http.client.HTTPConnection('127.0.0.1', self.web, timeout=PATIENCE)
        try:
            c.putrequest(method, path, skip_host=True)
            for name, value in ({'Host': f'127.0.0.1:{self.web}'} | {k.replace('_', '-'): v for k, v in headers.items()}).items():
                if value is not None: c.putheader(name, value)
            if body is not None: c.putheader('Content-Length', str(len(body)))
            c.endheaders(body and body.encode()); r = c.getresponse(); text = r.read()
            return r, json.loads(text) if text else None
        finally: c.close()
    def web_status(self, *args, **headers): return self.ask_web(*args, **headers)[0].status
    def counter(self, name): return self.get('/v1/status')['counters'][name]


def ask_as(user, group, groups, path, method, target, body=''):
    """(status, body) of a request by another user, which only root can try."""
    script = ('import json, socket, sys\npath, text = sys.argv[1:]\ns = socket.socket(socket.AF_UNIX)\ns.connect(path)\n'
              's.sendall(text.encode())\nprint(s.makefile().read())')
    text = f'{method} {target} HTTP/1.1\r\nHost: slad\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}'
    r = subprocess.run([sys.executable, '-c', script, path, text], user=user, group=group, extra_groups=groups, capture_output=True, text=True, timeout=PATIENCE, check=True)
    head, _, answer = r.stdout.partition('\n\n')
    if not head.strip(): raise AssertionError(f'no answer: {r.stderr}')
    return int(head.split()[1]), json.loads(answer)


class Served(unittest.TestCase):
    def test_each_socket_serves_what_it_says(self):
        with Guarded('{unix: slad.sock}, {unix: ask.sock, serve: read, mode: "0666"}, {unix: tell.sock, serve: [ingest]}') as d:
            d.start(); line = json.dumps(OFFERED)
            def ask(place, method, path, body=None):
                d.dir, folder = d.dir, d.dir; c = http.client.HTTPConnection('slad'); c.sock = socket.socket(socket.AF_UNIX); c.sock.connect(str(folder / place))
                try: c.request(method, path, body); r = c.getresponse(); return r.status, json.loads(r.read())
                finally: c.close()
            wanted = {('GET', '/v1/standards'): 'read', ('POST', '/v1/events'): 'ingest', ('POST', '/v1/reload'): 'admin', ('POST', '/v1/diff'): 'admin', ('POST', '/v1/breaches/1/excuse'): 'admin'}
            for (method, path), need in wanted.items():
                for place, serves in (('ask.sock', 'read'), ('tell.sock', 'ingest')):
                    status, answer = ask(place, method, path, line if method == 'POST' else None)
                    if serves == need: self.assertEqual(status, 200, (path, place, answer)); continue
                    self.assertEqual(status, 403, (path, place, answer)); self.assertIn(f'"{need}" is not served here', answer['detail'])
                    self.assertRegex(answer['detail'], r'see "serve" \(.*slad\.yaml:2\)')
            for place in ('ask.sock', 'tell.sock', 'slad.sock'):
                self.assertEqual([ask(place, 'GET', f'/v1/{what}')[0] for what in ('health', 'ready')], [200, 200])
            self.assertEqual(ask('slad.sock', 'POST', '/v1/reload')[0], 200)
            self.assertEqual(d.counter('requests_kept_out'), 8); self.assertIn('request kept out status=403', d.log())

    @unittest.skipUnless(os.geteuid() == 0, 'only root can ask as somebody else')
    def test_admins_are_told_by_the_kernel(self):
        def reload_as(d, *who): return ask_as(*who, d.dir / 'slad.sock', 'POST', '/v1/reload')
        with Guarded('{unix: slad.sock, mode: "0666", group: "4711"}') as d:                  # nothing is said: the socket's group
            d.start(); status, answer = reload_as(d, NOBODY, NOBODY, [])
            self.assertEqual(status, 403); self.assertIn(f'uid {NOBODY} may not do this', answer['detail']); self.assertIn("the socket's group (gid 4711)", answer['detail'])
            self.assertEqual([ask_as(NOBODY, NOBODY, [], d.dir / 'slad.sock', 'GET', p)[0] for p in ('/v1/status', '/v1/figures')], [200, 200])
            self.assertEqual(reload_as(d, NOBODY, NOBODY, [4711])[0], 200); self.assertEqual(reload_as(d, NOBODY, 4711, [])[0], 200)
            last = d.get('/v1/status')['reload']; self.assertEqual((last['by_uid'], last['in_force']), (NOBODY, True))
            self.assertIn(f'reload asked for by_uid={NOBODY}', d.log()); self.assertIn(f'request kept out status=403 uid={NOBODY}', d.log())
            self.assertEqual(reload_as(d, 0, 0, [])[0], 200)
            d.settings = 'admin: {users: [4712, "no-such-user-anywhere"], groups: 4713}'; d.standards(STANDARDS); self.assertEqual(reload_as(d, 0, 0, [])[0], 200)
            self.assertEqual(reload_as(d, NOBODY, 4711, [])[0], 403)                          # a reload changes who may reload
            self.assertRegex(reload_as(d, NOBODY, NOBODY, [])[1]['detail'], r'"admin" \(.*slad.yaml:4\)')
            self.assertEqual([reload_as(d, *who)[0] for who in ((4712, NOBODY, []), (NOBODY, NOBODY, [4713]), (0, 0, []))], [200, 200, 200])
            self.assertIn('admin is not known here user="no-such-user-anywhere"', d.log())
            d.settings = 'admin: {}'; d.standards(STANDARDS); self.assertEqual(reload_as(d, 4712, NOBODY, [])[0], 200)
            self.assertEqual([reload_as(d, *who)[0] for who in ((4712, NOBODY, [4711]), (0, 0, []))], [403, 200])

    def test_who_excused_and_who_reloaded(self):
        with Guarded() as d:
            d.start(); c = Client(d); c.send(OFFERED); d.clock(START + 63000)
            until(lambda: d.get('/v1/breaches')['breaches'], 'the breach')
            self.assertEqual(d.request('POST', '/v1/breaches/1/excuse', '{"text":"why\\nnot"}')[0], 200)
            self.assertEqual(d.get('/v1/breaches')['breaches'][0]['excused']['by'], os.geteuid())
            self.assertIn(f'excuse asked for breach=1 by_uid={os.geteuid()}\n', d.log())
            self.assertIsNone(d.get('/v1/status')['reload']); d.process.send_signal(1)
            last = until(lambda: d.get('/v1/status')['reload'], 'the reload'); self.assertEqual((last['by_uid'], last['in_force']), (None, True))
            d.standards('standards: {x: {start: 1}}'); self.assertEqual(d.request('POST', '/v1/reload')[0], 422)
            last = d.get('/v1/status')['reload']; self.assertEqual((last['by_uid'], last['in_force']), (os.geteuid(), False))
            d.standards(STANDARDS.replace('1m', '2m')); self.assertEqual(d.request('POST', '/v1/reload')[0], 200); d.standards('standards: {}'); d.process.send_signal(1)
            until(lambda: d.get('/v1/status')['reload']['by_uid'] is None, 'the reload'); who = [(v['by_uid'], v['ended_by_uid']) for v in d.get('/v1/standards/answered')['versions']]
            self.assertEqual(who, [(None, os.geteuid()), (os.geteuid(), None)]); self.assertIn(f'"by_uid": {os.geteuid()}', d.slactl('standards', 'answered', '--json').stdout)
            self.assertEqual(d.slactl('standards', 'answered', '--csv').stdout.splitlines()[-1].split(',')[4:], [str(os.geteuid()), ''])


class Web(unittest.TestCase):
    def test_hosts_and_origins(self):
        with Guarded('{unix: slad.sock}, {http: "127.0.0.1:{web}", hosts: [wallboard.example.org]}') as d:
            d.start(); port = d.web
            for host in (f'127.0.0.1:{port}', '127.0.0.1', 'localhost', f'LocalHost:{port}', f'wallboard.example.org:{port}', 'Wallboard.Example.Org'):
                self.assertEqual(d.web_status(Host=host), 200, host)
            for host in ('evil.example', f'evil.example:{port}', 'localhost.evil.example', '127.0.0.1.evil.example', '0.0.0.0', '127.0.0.2', '', '[::1]', '[127.0.0.1', '\x80'):
                r, answer = d.ask_web(Host=host); self.assertEqual(r.status, 421, host); self.assertIn('not a name of this server', answer['detail'])
            own = f'http://127.0.0.1:{port}'
            self.assertEqual(d.web_status(Origin=own), 200); self.assertEqual(d.web_status(Origin=f'https://127.0.0.1:{port}'), 200)
            for origin in ('null', 'http://evil.example', 'http://127.0.0.1', own + '0', own + '/', 'file://', '', f'http://localhost:{port}'):
                r, _ = d.ask_web(Origin=origin); self.assertEqual(r.status, 403, origin)
                self.assertFalse([h for h, _ in r.getheaders() if h.lower().startswith('access-control')])
            for text, status in ((b'GET /v1/ready HTTP/1.0\r\n\r\n', b'200'), (b'GET /v1/ready HTTP/1.1\r\n\r\n', b'400'),
                                 (b'GET /v1/ready HTTP/1.0\r\nHost: x\r\n\r\n', b'421'), (b'OPTIONS /v1/events HTTP/1.0\r\nOrigin: http://x\r\nAccess-Control-Request-Method: POST\r\n\r\n', b'403')):
                with socket.create_connection(('127.0.0.1', port), timeout=PATIENCE) as s: s.sendall(text); self.assertEqual(s.makefile('rb').read().split()[1], status, text)
            for method, path in (('POST', '/v1/events'), ('POST', '/v1/reload'), ('POST', '/v1/diff'), ('POST', '/v1/breaches/1/excuse')):
                r, answer = d.ask_web(method, path, '{}'); self.assertEqual((path, r.status), (path, 403)); self.assertIn('use the Unix socket', answer['detail'])
            self.assertEqual(d.request('GET', '/v1/standards')[0], 200)  # whose Host is "slad"
            self.assertRegex(d.log(), r'request kept out status=421 uid=-1 peer=127\.0\.0\.1:\d+ method="GET" path="/v1/standards" reason="')

    def test_a_token_is_asked_for_even_at_home(self):
        with Guarded('{unix: slad.sock}, {http: "127.0.0.1:{web}", token_file: token, serve: [read, ingest]}') as d:
            d.start(); bearer = f'Bearer {TOKEN}'
            for path in ('/v1/standards', '/v1/health', '/v1/ready', '/metrics', '/nowhere', '/v1/stream'):
                r, answer = d.ask_web(path=path); self.assertEqual((path, r.status, r.getheader('WWW-Authenticate')), (path, 401, 'Bearer'))
            for value in (f'Bearer {WRONG}', f'Bearer {TOKEN}0', f'Bearer {TOKEN[:-1]}', 'Bearer ', f'Basic {TOKEN}', TOKEN, f'Bearer  {TOKEN}', 'Bearer ' + 'x' * 5000):
                self.assertEqual(d.web_status(Authorization=value), 401, value)
            self.assertEqual(d.web_status(Authorization=bearer), 200); self.assertEqual(d.web_status(Authorization=f'bearer {TOKEN}'), 200)
            self.assertEqual(d.web_status('POST', '/v1/events', json.dumps(OFFERED), Authorization=bearer), 200)
            self.assertEqual(d.web_status('POST', '/v1/reload', '', Authorization=bearer), 403)
            self.assertEqual(d.web_status(Authorization=bearer, Host='evil.example'), 421)
            d.token(WRONG); self.assertEqual(d.request('POST', '/v1/reload')[0], 200)                # a new word
            self.assertEqual([d.web_status(Authorization=f'Bearer {word}') for word in (TOKEN, WRONG)], [401, 200])
            d.token(TOKEN, 0o644); self.assertEqual(d.request('POST', '/v1/reload')[0], 200)          # a bad one leaves the old in force
            self.assertEqual([d.web_status(Authorization=f'Bearer {word}') for word in (TOKEN, WRONG)], [401, 200])
            self.assertIn('token not read error="the token', d.log())
            said = d.log() + json.dumps(d.get('/v1/status')) + json.dumps(d.get('/v1/inputs')) + json.dumps(d.ask_web(Authorization='Bearer x')[1])
            for word in (TOKEN, WRONG): self.assertNotIn(word, said)

    def test_other_machines_need_a_token(self):
        wrong = [('{http: "0.0.0.0:{web}"}', '{unix: e.sock}', 'can be reached from other machines'), ('{http: "[::]:{web}"}', '{unix: e.sock}', 'can be reached'),
                 ('{unix: s.sock}', '{tcp: "192.0.2.1:{tcp}"}', 'can be reached'), ('{http: "127.0.0.1:{web}", serve: ingest}', '{unix: e.sock}', '"ingest" over http needs'),
                 ('{http: "127.0.0.1:{web}", serve: [read, admin], token_file: token}', '{unix: e.sock}', 'unix sockets only'),
                 ('{unix: s.sock, token_file: token}', '{unix: e.sock}', 'a token is for tcp and http'), ('{unix: s.sock, serve: []}', '{unix: e.sock}', 'serves nothing'),
                 ('{unix: s.sock, serve: write}', '{unix: e.sock}', 'is not something that is served'), ('{http: "127.0.0.1:{web}", hosts: ["http://x"]}', '{unix: e.sock}', 'without http://')]
        for listen, inputs, says in wrong:
            with Guarded(listen, inputs) as d:
                r = d.check(); self.assertEqual(r.returncode, 1, listen); self.assertIn(says, r.stdout + r.stderr, listen)
                self.assertIn(says, d.refuses_to_start())
        with Guarded('{http: "0.0.0.0:{web}", token_file: token}, {unix: slad.sock}', '{tcp: "0.0.0.0:{tcp}", token_file: token}') as d:
            self.assertEqual(d.check().returncode, 0, d.check()); d.start()
            self.assertEqual(d.web_status(Authorization=f'Bearer {TOKEN}'), 200)  # by the address that it came to
            self.assertEqual(d.web_status(Host='0.0.0.0'), 421)
        for mode, text, says in ((0o644, TOKEN, 'can be read by every user'), (0o600, 'short', 'shorter than 16 bytes'), (0o600, '', 'is empty'), (0o600, 'a word of many words', 'holds spaces')):
            with Guarded('{http: "127.0.0.1:{web}", token_file: token}') as d:
                d.token(text, mode); said = d.refuses_to_start(); self.assertIn(says, said)
                if len(text) > 15: self.assertNotIn(text, said)

    def test_a_credential_of_the_service_manager(self):
        with Guarded('{unix: slad.sock}, {http: "127.0.0.1:{web}", credential: wall}') as d:
            self.assertIn('LoadCredential=wall:FILE', d.refuses_to_start())
            (d.dir / 'wall').write_text(TOKEN); (d.dir / 'wall').chmod(0o400); d.start(env={'CREDENTIALS_DIRECTORY': str(d.dir)})
            self.assertEqual([d.web_status(Authorization=f'Bearer {word}') for word in (TOKEN, WRONG)], [200, 401])


class Told(unittest.TestCase):
    def say(self, d, text):
        with socket.create_connection(('127.0.0.1', d.tcp), timeout=PATIENCE) as s:
            s.sendall(text); s.shutdown(socket.SHUT_WR); return [json.loads(line) for line in s.makefile('rb').read().splitlines()]

    def test_a_hello_with_the_token(self):
        with Guarded(inputs='{tcp: "127.0.0.1:{tcp}", token_file: token}') as d:
            d.start(); line = json.dumps(OFFERED).encode() + b'\n'
            def hello(token): return json.dumps({'hello': {'client': 'pbx-1', 'token': token}}).encode() + b'\n'
            self.assertEqual(self.say(d, hello(TOKEN) + line), [{'ack': 1}]); self.assertEqual(self.say(d, b'\n' + hello(TOKEN)), [])
            wrong = [hello(WRONG), hello(TOKEN[:-1]), hello(TOKEN + '0'), hello(''), hello(5), hello(None), b'{"hello":{"client":"x"}}\n', line, b'\xff\n', b'{"hello":"' + TOKEN.encode() + b'"}\n', b'x' * 70000 + b'\n']
            for first in wrong:
                answers = self.say(d, first + line * 3); self.assertEqual([list(a) for a in answers], [['refused']], first[:80])
            self.assertEqual(self.say(d, line.rstrip()), [])                       # not even a line; the connection is closed
            status = d.get('/v1/status'); self.assertEqual((status['counters']['events_accepted'], status['counters']['events_rejected']), (1, 0))
            self.assertEqual(status['counters']['clients_kept_out'], len(wrong)); until(lambda: d.get('/v1/inputs')['inputs'][0]['clients'] == 0, 'all to be gone')
            d.token(WRONG); self.assertEqual(d.request('POST', '/v1/reload')[0], 200); self.assertEqual(self.say(d, hello(WRONG)), [])
            # What follows the hello is the sender's: even a token there is no secret of a rejected line's place in the log.
            self.assertEqual(list(self.say(d, hello(WRONG) + hello(WRONG))[0]), ['reject', 'reason'])
            log = d.log(); self.assertRegex(log, r'event client kept out input=tcp:127\.0\.0\.1:\d+ peer=127\.0\.0\.1:\d+ reason="the token is not the right one"')
            for word in (TOKEN, WRONG, TOKEN[:-1]): self.assertNotIn(word, log + json.dumps(status))

    def test_slactl_sends_with_a_token_file(self):
        with Guarded(inputs='{tcp: "127.0.0.1:{tcp}", token_file: token}') as d:
            d.start(); (d.dir / 'events').write_text(json.dumps(OFFERED) + '\n'); to = ('send', '--to', f'tcp:127.0.0.1:{d.tcp}', str(d.dir / 'events'))
            r = d.slactl(*to); self.assertEqual(r.returncode, 1, r); self.assertIn('--token-file', r.stderr)
            r = d.slactl(*to, '--token-file', str(d.dir / 'token')); self.assertEqual((r.returncode, d.counter('events_accepted')), (0, 1), r)
            (d.dir / 'other').write_text(WRONG); (d.dir / 'other').chmod(0o600)
            r = d.slactl(*to, '--token-file', str(d.dir / 'other')); self.assertEqual(r.returncode, 1); self.assertIn('the token is not the right one', r.stderr)
            (d.dir / 'other').chmod(0o644); r = d.slactl(*to, '--token-file', str(d.dir / 'other')); self.assertEqual(r.returncode, 2); self.assertIn('chmod', r.stderr)
            self.assertNotIn(WRONG, r.stderr)


class Health(unittest.TestCase):
    def test_healthy_until_something_is_wrong(self):
        with Guarded(inputs='{unix: events.sock}, {file: "nothing-yet-*.jsonl"}') as d:
            d.start(); self.assertEqual(d.request('GET', '/v1/health'), (200, {'healthy': True, 'reasons': []})); self.assertEqual(d.request('GET', '/v1/ready'), (200, {'ready': True}))
            self.assertEqual(d.slactl('status').returncode, 0)
            (d.dir / 'nothing-yet-1.jsonl').mkdir()
            status, answer = until(lambda: (a := d.request('GET', '/v1/health'))[0] == 503 and a, 'a folder in the place of a file')
            self.assertEqual((answer['title'], answer['status'], [r['what'] for r in answer['reasons']]), ('Service Unavailable', 503, ['input'])); self.assertIn('nothing-yet-1.jsonl', answer['reasons'][0]['detail'])
            self.assertEqual(d.request('GET', '/v1/ready')[0], 200)                # events of others are taken
            r = d.slactl('status'); self.assertEqual(r.returncode, 1, r); self.assertIn('unhealthy', r.stdout)
            (d.dir / 'nothing-yet-1.jsonl').rmdir(); until(lambda: d.request('GET', '/v1/health')[0] == 200, 'it to be well again')
            d.clock(START + 3600000); c = Client(d); c.send(OFFERED | {'contact': 'b'}); until(lambda: d.counter('events_accepted') == 1, 'the hour to be seen'); d.clock(START)
            _, answer = until(lambda: (a := d.request('GET', '/v1/health'))[0] == 503 and a, 'the clock that was set back'); self.assertEqual(answer['reasons'][0]['what'], 'clock')
            d.clock(START + 3600000); until(lambda: d.request('GET', '/v1/health')[0] == 200, 'the clock to be right')


# Everything that would pass for something else in a log: lines of ours, an end of line, a terminal's commands, C1, bidi.
FORGED = '2026-03-02T08:00:00.000Z error FORGED a=b'
HOSTILE = f'x\r\n{FORGED}\n\x1b[2J\x1b]0;owned\x07\x7f\x9b31m\u0085{FORGED}\u2028{FORGED}\u2029\u202eevil\u2066\u2069"\\ key=value ' + 'y' * 10000
LINE = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warning|error) \S')
BAD = re.compile('[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]')


class Log(unittest.TestCase):
    def read(self, d):
        for line in (d.dir / 'log').read_bytes().split(b'\n')[:-1]:
            text = line.decode()  # UTF-8, whatever was sent
            if b'Sanitizer' in line: self.fail(d.log())
            self.assertRegex(text, LINE); self.assertNotRegex(text, BAD); self.assertLessEqual(len(line), 4096)
            self.assertFalse(text.startswith(FORGED), text)
            for found in re.finditer('FORGED', text): self.assertEqual(text[:found.start()].replace('\\"', '').count('"') % 2, 1, 'not in quotes: ' + text)

    def test_nobody_writes_our_log(self):
        exchange = Exchange(); self.addCleanup(exchange.close)
        csv = '{file: "*.csv", format: csv, map: {contact: id, event: what}}'
        inputs = f'{{unix: events.sock}}, {{tcp: "127.0.0.1:{{tcp}}", token_file: token}}, {{file: "*.jsonl"}}, {csv}, {{ami: "127.0.0.1:{exchange.port}", user: u, secret_file: ami.secret}}'
        with Guarded('{unix: slad.sock}, {http: "127.0.0.1:{web}", token_file: token}', inputs, 'include: "*.d.yaml"') as d:
            (d.dir / 'ami.secret').write_text(exchange.secret + '\n'); d.start(); raw = HOSTILE.encode(); name = HOSTILE[:40].replace('/', '_')
            def on(): d.clock(d.now + 60000)  # past the rate limit of each kind of line
            # Event lines and hellos, with and without a token.
            c = Client(d); hostile = [json.dumps(dict(OFFERED, **{key: HOSTILE})) for key in ('contact', 'event', 'at', 'queue', 'id')]
            for line in hostile: c.lines(line); on()
            c.lines(*(json.dumps({HOSTILE[:50 + i]: 1, HOSTILE[:50 + i] + 'z': HOSTILE}) for i in range(3)), '{"contact":"' + HOSTILE.replace('\n', '').replace('\r', '') + '"')
            for first in (raw, json.dumps({'hello': {'client': HOSTILE}}).encode() + b'\n', json.dumps({'hello': {'client': HOSTILE, 'token': HOSTILE}}).encode() + b'\n' + raw, b'\x00\xff\xfe' + raw):
                for family, address in ((socket.AF_UNIX, str(d.dir / 'events.sock')), (socket.AF_INET, ('127.0.0.1', d.tcp))):
                    with socket.socket(family) as s: s.settimeout(PATIENCE); s.connect(address); s.sendall(first); s.shutdown(socket.SHUT_WR); s.makefile('rb').read()
                    on()
            # Paths, queries, headers, methods, bodies.
            quoted = ''.join(f'%{b:02X}' for b in raw[:2000])
            for where in (('127.0.0.1', d.web), str(d.dir / 'slad.sock')):
                for head in (f'GET /{quoted} HTTP/1.1\r\nHost: x', f'GET /v1/breaches?{quoted}={quoted} HTTP/1.1\r\nHost: localhost', f'GET /v1/breaches?since={quoted} HTTP/1.1\r\nHost: localhost',
                             f'GET / HTTP/1.1\r\nHost: \x9b31m\u202eevil"\\ {FORGED}', f'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: {FORGED}\x9b', f'GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {FORGED}\x9b\u202e',
                             f'{"A" * 9000} / HTTP/1.1\r\nHost: x', f'POST /v1/breaches/1%0A{quoted}/excuse HTTP/1.1\r\nHost: x\r\nContent-Length: 0', f'POST /v1/diff HTTP/1.1\r\nHost: x\r\nContent-Length: {len(raw)}', f'GET /v1/contacts/{quoted} HTTP/1.1\r\nHost: localhost',
                             f'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: {FORGED}\x9b\r\nContent-Length: 0', f'POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: {len(raw)}'):
                    with socket.socket(socket.AF_INET if isinstance(where, tuple) else socket.AF_UNIX) as s:
                        s.settimeout(PATIENCE); s.connect(where); s.sendall(head.encode() + b'\r\nConnection: close\r\n\r\n' + (raw if str(len(raw)) in head else b'')); s.makefile('rb').read()
                    on()
            # Names of files, what is in them, rotated and compressed ones, headers of CSV, values of YAML.
            for ending, text in (('.jsonl', raw + b'\n'), ('.csv', b'id,' + raw.replace(b'\n', b'') + b'\n1,2,3,4\n'), ('.jsonl.1.gz', b'x'), ('.d.yaml', b'standards: {}\n')):
                for stem in (name.encode() + b'\xff\xfe', name.encode()[:5]): (pathlib.Path(os.fsdecode(os.fsencode(d.dir) + b'/' + stem + ending.encode()))).write_bytes(text)
            os.mkdir(os.fsencode(d.dir) + b'/folder' + name.encode() + b'.jsonl')
            (d.dir / 'head.csv').write_bytes(b'id,what,' + raw.replace(b'\n', b'') + b'\n1,' + raw.replace(b'\n', b'') + b'\n')
            on(); until(lambda: 'event rejected source="file:' in d.log(), 'a bad line of a file')
            until(lambda: sum(i.get('error') is not None for i in d.get('/v1/inputs')['inputs']) > 0, 'the folder to be seen')
            d.process.send_signal(1)
            for bad in (json.dumps({'standards': {HOSTILE[:60]: {'start': HOSTILE}}}), json.dumps({HOSTILE: 1}), json.dumps({'admin': {'users': [HOSTILE[30:]]}}), HOSTILE):
                (d.dir / 'slad.yaml').write_text(bad); until(lambda: d.request('POST', '/v1/reload')[0] != 409, 'the reload before to be done'); on()
            # What an exchange says.
            exchange.wait(lambda: 'Ping' in exchange.asked, 'the link')
            one = FORGED + '\x1b[2J\x9b\u202e"\\' + 'y' * 3000
            on(); exchange.tell(message(Event='QueueCallerJoin', Queue=one, Uniqueid=one, Position=one), f'Event: {one}\r\n\r\n'.encode(), b'Event: \xff\xfe\x00\r\n\r\n', message(Event='QueueCallerAbandon', Uniqueid=one, HoldTime=one),
                          message(Response=one, ActionID=one, Message=one))
            c.send(OFFERED | {'contact': 'end', 'id': 'end'}); d.process.send_signal(15); self.assertEqual(d.process.wait(PATIENCE), 0, d.log()[-3000:]); d.process = None
            self.read(d); log = d.log()
            for expected in ('event rejected', 'request kept out', 'event client kept out', 'configuration refused', 'FORGED'): self.assertIn(expected, log)


if __name__ == '__main__': unittest.main()

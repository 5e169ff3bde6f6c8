"""The stream, posts in slices, slactl tail and send, and metrics: the real binaries and their sockets."""
import http.client, json, os, re, shutil, subprocess, sys, pathlib, threading, unittest
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import BUILD, Client, Daemon, PATIENCE, ROOT, START, UnixConnection, until

ANSWERED = 'standards:\n  answered: {start: offered, stop: answered, within: 1m, target: 90%, window: 30m, by: queue}\n'
LATE = START + 60000 + 2001  # the limit of what was offered at START has run out, and grace


def event(contact, name, at=START, **more): return dict(contact=contact, event=name, at=at, **more)


class Stream:
    """One connection to /v1/stream; next() gives (id, event, data) and blocks until there is one."""
    def __init__(self, daemon, query='', last=None):
        self.link = UnixConnection(daemon.dir / 'slad.sock')
        self.link.request('GET', '/v1/stream' + query, headers={'Last-Event-ID': str(last)} if last is not None else {})
        self.answer = self.link.getresponse(); self.id = last
        if self.answer.status != 200: raise AssertionError(f'{self.answer.status} {self.answer.read()}')
        assert self.answer.getheader('Content-Type') == 'text/event-stream'
        self.first = self.block()
    def block(self):
        fields = {}
        while (line := self.answer.readline().decode().rstrip('\n')):
            name, _, value = line.partition(':')
            if name: fields[name] = value.removeprefix(' ')
        if 'id' in fields: self.id = int(fields['id'])
        return fields
    def next(self):
        while True:
            fields = self.block()
            if 'data' in fields: return fields.get('event'), json.loads(fields['data'])
            if not fields: raise EOFError
    def close(self): self.answer.close(); self.link.close()


def told(stream, count):
    """What became of which contact or target, in the order it was told."""
    out = []
    for _ in range(count):
        kind, data = stream.next(); b = data['breach']
        out.append((data['what'], b.get('contact') or b['target']))
    return out


class Streams(unittest.TestCase):
    def test_what_happens_and_what_happened_meanwhile(self):
        with Daemon(ANSWERED) as d:
            d.start(); c = Client(d); s = Stream(d); sales = Stream(d, '?group.queue=sales&kind=contact'); levels = Stream(d, '?kind=level')
            self.assertEqual((s.first['id'], s.first['retry']), ('0', '1000'))
            c.send(event('a', 'offered', queue='sales'), event('b', 'offered', queue='help')); d.clock(LATE)
            opened = told(s, 4)
            self.assertEqual(sorted(opened), [('opened', 'a'), ('opened', 'attainment >= 90%'), ('opened', 'attainment >= 90%'), ('opened', 'b')])
            self.assertEqual(told(sales, 1), [('opened', 'a')]); self.assertEqual(told(levels, 2), [('opened', 'attainment >= 90%')] * 2)
            self.assertEqual(s.id, 4)
            c.send(event('a', 'answered', LATE)); self.assertEqual(told(s, 1), [('closed', 'a')]); self.assertEqual(told(sales, 1), [('closed', 'a')])
            at = s.id; s.close(); d.kill(); d.start(); c = Client(d)               # nobody follows now
            c.send(event('b', 'answered', START + 30000)); c.send(event('c', 'offered', START + 1, queue='sales')); d.clock(d.now + 3000)
            until(lambda: d.sql("SELECT 1 FROM breaches WHERE contact = 'c'"), 'the third breach')
            d.request('POST', '/v1/breaches/1/excuse', '{"text":"why not"}')
            s = Stream(d, last=at)
            rest = told(s, 4)                                                # each once, as it is now
            self.assertEqual(sorted(rest), [('closed', 'attainment >= 90%'), ('excused', 'a'), ('opened', 'c'), ('withdrawn', 'b')])
            again = Stream(d, last=at + 2); self.assertEqual(told(again, 2), rest[2:])
            whole = Stream(d, '?after=0'); self.assertEqual(len(told(whole, 5)), 5)
            self.assertEqual((whole.id, s.id), (d.sql('SELECT max(seq) FROM changes')[0][0],) * 2)
            d.stop()

    def test_a_place_that_is_not_there(self):
        with Daemon(ANSWERED) as d:
            d.start(); s = Stream(d, last=99); self.assertEqual(s.first['event'], 'gap'); self.assertEqual(s.block()['id'], '0')
            status, problem = d.request('GET', '/v1/stream?after=x'); self.assertEqual(status, 400); self.assertIn('whole number', problem['detail'])
            self.assertEqual(d.request('GET', '/v1/stream?figures=yes')[0], 400); self.assertEqual(d.request('GET', '/v1/stream?standard=answred')[0], 404)
            held = [Stream(d) for _ in range(63)]; status, problem = d.request('GET', '/v1/stream')
            self.assertEqual(status, 503); self.assertIn('64 streams', problem['detail'])
            for x in held: x.close()
            until(lambda: metric(d, 'slad_streams') == 1, 'the others to be gone')
            d.stop()

    def test_figures_and_reloads(self):
        with Daemon(ANSWERED) as d:
            d.start(); c = Client(d); s = Stream(d, '?figures=1'); plain = Stream(d)
            c.send(event('a', 'offered', queue='q'), event('a', 'answered', START + 1000)); d.clock(START + 10000)
            kind, data = s.next(); self.assertEqual((kind, data['standard'], data['figures']['met']), ('figures', 'answered', 1)); self.assertEqual(s.id, 0)
            d.standards(ANSWERED.replace('1m', '1 moon')); self.assertEqual(d.request('POST', '/v1/reload')[0], 422)
            kind, data = s.next(); self.assertEqual((kind, data['what']), ('reload', 'refused')); self.assertIn('moon', data['findings'][0])
            d.standards(ANSWERED.replace('1m', '500ms')); self.assertEqual(d.request('POST', '/v1/reload')[0], 200)
            seen = [plain.next() for _ in range(4)]                           # refused, in force, and what the change found
            self.assertEqual([k for k, _ in seen[:2]], ['reload'] * 2); self.assertEqual(seen[1][1]['what'], 'in force')
            self.assertEqual([k for k, _ in seen[2:]], ['breach'] * 2)
            d.stop()

    def test_warnings(self):
        with Daemon('standards:\n  answered: {start: offered, stop: answered, within: 1m, warn: 80%, by: queue}\n') as d:
            d.start(); c = Client(d); s = Stream(d); breaches = Stream(d, '?kind=contact'); warnings = Stream(d, '?kind=warning&group.queue=q')
            c.send(event('a', 'offered', queue='q'), event('b', 'offered', queue='r')); d.clock(START + 50100)
            told = [s.next() for _ in range(2)]
            self.assertEqual(sorted((k, x['what'], x['warning']['contact'], x['warning']['state']) for k, x in told), [('warning', 'opened', n, 'open') for n in 'ab'])
            c.send(event('a', 'answered', START + 50000)); kind, data = s.next()
            self.assertEqual((kind, data['what'], data['warning']['outcome']), ('warning', 'closed', 'met'))
            self.assertEqual([warnings.next()[1]['warning']['contact'] for _ in range(2)], ['a', 'a'])
            d.clock(LATE); self.assertEqual(breaches.next()[1]['breach']['contact'], 'b')
            r = d.slactl('tail', '--once'); self.assertIn('missed', r.stdout)
            d.stop()

    def test_one_that_does_not_read_is_dropped_and_loses_nothing(self):
        with Daemon('standards:\n  answered: {start: offered, stop: answered, within: 1m}\n') as d:
            d.start(); s = Stream(d); many = 9000
            lines = '\n'.join(json.dumps(event(f'c{i}', 'offered')) for i in range(many))
            status, body = d.request('POST', '/v1/events', lines); self.assertEqual(body['accepted'], many)
            d.clock(LATE); until(lambda: metric(d, 'slad_streams_dropped_total') == 1, 'the drop')
            seen = []
            try:
                while True: seen.append(s.next()[1]['breach']['contact'])
            except (EOFError, OSError, ValueError, AssertionError, http.client.HTTPException): pass
            self.assertLess(len(seen), many); at = s.id; s.close()
            s = Stream(d, last=at)
            while len(seen) < many: seen.append(s.next()[1]['breach']['contact'])
            self.assertEqual(sorted(seen), sorted(f'c{i}' for i in range(many)))
            self.assertIn('stream dropped', d.log())
            d.stop()

    def test_tail_over_a_restart(self):
        with Daemon(ANSWERED) as d:
            d.start(); c = Client(d); c.send(event('a', 'offered', queue='q')); d.clock(LATE)
            until(lambda: len(d.sql('SELECT 1 FROM breaches')) == 2, 'breaches')
            out = open(d.dir / 'tail', 'w+')
            tail = subprocess.Popen([BUILD / 'slactl', '--socket', d.dir / 'slad.sock', 'tail', '--json', '--kind', 'contact'], stdout=out, stderr=subprocess.PIPE, text=True)
            lines = lambda: [json.loads(x) for x in (d.dir / 'tail').read_text().splitlines()]
            try:
                until(lambda: len(lines()) == 1, 'what there was')
                c.send(event('b', 'offered', queue='q')); d.clock(d.now + 3000); until(lambda: len(lines()) == 2, 'what comes')
                d.stop(); d.start(); c = Client(d); c.send(event('c', 'offered', queue='q')); d.clock(d.now + 3000)
                until(lambda: len(d.sql('SELECT 1 FROM breaches WHERE contact IS NOT NULL')) == 3, 'the third'); d.kill(); d.start()
                until(lambda: len(lines()) == 3, 'what came meanwhile')
                self.assertEqual([x['contact'] for x in lines()], ['a', 'b', 'c'])
            finally: tail.kill(); err = tail.communicate()[1]; out.close()
            self.assertIn('waiting for it to come back', err); self.assertIn('it is back', err)
            d.stop()


class Posts(unittest.TestCase):
    def post(self, d, body, kind):
        link = UnixConnection(d.dir / 'slad.sock')
        link.request('POST', '/v1/events', body, {'Content-Type': kind} if kind else {}); r = link.getresponse(); text = r.read(); link.close()
        return r.status, json.loads(text)

    def test_every_shape(self):
        with Daemon(ANSWERED) as d:
            d.start(); a, b = json.dumps(event('a', 'offered', id='1')), json.dumps(event('b', 'offered', id='2'), indent=2)
            for kind in (None, 'application/x-ndjson', 'text/plain; charset=UTF-8', 'application/json'):
                self.assertEqual(self.post(d, a + '\n\nno\n', kind)[1]['errors'][0]['line'], 3)
            status, body = self.post(d, f'[{a}, {b}, 7]', 'application/json')
            self.assertEqual((status, body['accepted'], body['duplicate'], body['rejected'], body['errors'][0]['index']), (200, 1, 1, 1, 2))
            self.assertEqual(d.sql("SELECT count(*) FROM events WHERE line LIKE '%' || char(10) || '%'"), [(0,)])
            self.assertEqual(self.post(d, f'[{b}, {a}', 'application/json')[1]['errors'][0]['index'], 1)
            self.assertEqual(self.post(d, '[]', 'application/json'), (200, {'accepted': 0, 'duplicate': 0, 'rejected': 0, 'errors': []}))
            for kind in ('text/xml', 'application/cloudevents+xml', 'text/plain; charset=latin1'):
                status, body = self.post(d, a, kind); self.assertEqual((status, body['title']), (415, 'Unsupported Media Type'))
            link = UnixConnection(d.dir / 'slad.sock'); link.request('POST', '/v1/events', iter([f'[{a},'.encode(), b[:9].encode(), b[9:].encode() + b']']), {'Content-Type': 'application/json'}, encode_chunked=True)
            self.assertEqual(json.loads(link.getresponse().read())['duplicate'], 2); link.close()
            status, body = self.post(d, b' ' * (8 * 1024 * 1024 + 1), None); self.assertEqual(status, 413); self.assertIn('8388608', body['detail'])
            d.stop()

    def test_cloudevents(self):
        with Daemon(ANSWERED) as d:
            d.start(); ce = lambda i: dict(specversion='1.0', id=f'x{i}', source='/pbx', type='offered', subject=f'c{i}', time='2026-03-02T08:00:00Z', data=dict(queue='q'))
            status, body = self.post(d, json.dumps(ce(1), indent=1), 'application/cloudevents+json'); self.assertEqual((status, body['accepted']), (200, 1), body)
            status, body = self.post(d, json.dumps([ce(1), ce(2), dict(specversion='1.0')]), 'application/cloudevents-batch+json; charset=utf-8')
            self.assertEqual((body['accepted'], body['duplicate'], body['rejected'], body['errors'][0]['index']), (1, 1, 1, 2))
            link = UnixConnection(d.dir / 'slad.sock'); link.request('POST', '/v1/events', '{}', {'Content-Type': 'application/json', 'ce-specversion': '1.0'})
            self.assertEqual(link.getresponse().status, 415); link.close()
            d.stop()

    def test_a_large_one_holds_up_nobody(self):
        with Daemon(ANSWERED) as d:
            d.start(); c = Client(d); order, answers = [], []
            body = ''.join(json.dumps(event(f'c{i}', 'offered', queue='q', note='x' * 90)) + '\n' for i in range(50000))[:8 * 1024 * 1024]
            body = body[:body.rindex('\n')]
            def post(): answers.append(self.post(d, body, None)); order.append('the post')
            thread = threading.Thread(target=post); thread.start()
            until(lambda: 0 < d.get('/v1/status')['database']['events'], 'the first slice')
            for i in range(5): c.send(event(f'other{i}', 'offered')); order.append('another')
            self.assertLess(d.get('/v1/status')['database']['events'], body.count('\n')); thread.join(PATIENCE)
            self.assertEqual(order, ['another'] * 5 + ['the post']); self.assertEqual(answers[0][1]['accepted'], body.count('\n') + 1)
            d.stop()


class Sending(unittest.TestCase):
    def send(self, d, *args, **more):
        return subprocess.Popen([BUILD / 'slactl', '--socket', d.dir / 'slad.sock', 'send', *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def test_killed_in_between_and_each_event_once(self):
        with Daemon(ANSWERED) as d:
            d.start(); p = self.send(d, '--json', '-'); lines = [json.dumps(event(f'c{i}', 'offered', id=f'i{i}')).encode() + b'\n' for i in range(60000)]
            for part in range(3):
                p.stdin.write(b''.join(lines[part * 20000:(part + 1) * 20000])); p.stdin.flush()
                if part == 2: break
                until(lambda: d.get('/v1/status')['database']['events'] > part * 20000, 'some of it')
                d.kill(); d.start()
            out, err = p.communicate(timeout=PATIENCE); self.assertEqual(p.returncode, 0, err)
            self.assertEqual({k: v for k, v in json.loads(out).items() if k != 'resent'}, dict(lines=60000, accepted=60000, rejected=0, unacknowledged=0, errors=[]))
            self.assertEqual(d.sql('SELECT count(*), count(DISTINCT id) FROM events'), [(60000, 60000)])
            d.stop()

    def test_rejected_lines_and_a_daemon_that_stays_away(self):
        with Daemon(ANSWERED) as d:
            d.start(); p = self.send(d, '-', text=True)
            out, err = p.communicate('\n'.join([json.dumps(event('a', 'offered')), '', 'no', 'x' * 70000, json.dumps(event('b', 'offered'))]), timeout=PATIENCE)
            self.assertEqual((p.returncode, out), (1, '')); self.assertIn('slactl: line 3: byte 1', err); self.assertIn('line 4: the line is longer', err)
            self.assertIn('4 lines: 2 on disk, 2 rejected, 0 not acknowledged', err)
            p = self.send(d, '--retry', '0s', '-', text=True); p.stdin.write(json.dumps(event('c', 'offered')) + '\n'); p.stdin.flush()
            until(lambda: len(d.sql('SELECT 1 FROM events')) == 3, 'the line'); d.kill()
            out, err = p.communicate('{}\n', timeout=PATIENCE); self.assertEqual(p.returncode, 3, err); self.assertIn('is slad running?', err)
            p = self.send(d, '-', text=True); out, err = p.communicate('', timeout=PATIENCE); self.assertEqual(p.returncode, 3, err)

    def test_over_tcp(self):
        with Daemon(ANSWERED) as d:
            d.start(); (d.dir / 'some.txt').write_text(json.dumps(event('a', 'offered')) + '\n')
            r = d.slactl('send', '--to', f'tcp:127.0.0.1:{d.port}', str(d.dir / 'some.txt')); self.assertEqual(r.returncode, 0, r.stderr); self.assertIn('1 line: 1 on disk', r.stderr)
            d.stop()


def scrape(d, accept=''):
    link = UnixConnection(d.dir / 'slad.sock'); link.request('GET', '/metrics', headers={'Accept': accept}); r = link.getresponse(); text = r.read().decode(); link.close()
    return r.getheader('Content-Type'), text


def metric(d, name):
    return float(next(x.split()[1] for x in scrape(d)[1].splitlines() if x.startswith(name + ' ')))


SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\n"])*"(?:,(?!\}))?)*)\})? (NaN|[+-]Inf|[-+0-9.eE]+)$')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"')


def lint(text, open_metrics=False):
    """As promtool does: every line can be read, families stand together, have help and type, no series twice."""
    wrong, family, done, types, series = [], None, set(), {}, set()
    lines = text.split('\n'); assert lines.pop() == ''
    if open_metrics: assert lines.pop() == '# EOF'
    for line in lines:
        if line.startswith('# HELP '):
            name = line.split(' ', 3)[2]
            if name in done: wrong.append(f'{name} twice')
            if len(line.split(' ', 3)[3]) < 3: wrong.append(f'{name}: no help')
            done.add(name); family = name; continue
        if line.startswith('# TYPE '):
            _, _, name, kind = line.split(' ')
            if name != family: wrong.append(f'type of {name} within {family}')
            types[name] = kind; continue
        m = SAMPLE.match(line)
        if not m: wrong.append(f'cannot be read: {line}'); continue
        name, labels, value = m.groups(); names = [n for n, _ in LABEL.findall(labels or '')]
        if open_metrics and types.get(family) == 'counter':
            if name != family + '_total': wrong.append(f'{name} in {family}')
        elif name != family: wrong.append(f'{name} in {family}')
        if not open_metrics and (types.get(name) == 'counter') != name.endswith('_total'): wrong.append(f'{name} is a {types.get(name)}')
        if len(set(names)) != len(names) or any(n.startswith('__') for n in names): wrong.append(f'labels: {line}')
        if (name, labels) in series: wrong.append(f'twice: {line}')
        series.add((name, labels)); float(value)
        if not name.startswith('slad_') or not re.fullmatch('[a-z0-9_]+', name): wrong.append(f'name: {name}')
    return wrong


class Metrics(unittest.TestCase):
    def test_they_pass_the_lint_whatever_groups_are_called(self):
        with Daemon('standards:\n  "odd \\" name": {start: offered, stop: answered, within: 1m, target: 90%, by: [standard, "the queue", "9", "__x", "the-queue"]}\n') as d:
            d.start(); c = Client(d)
            c.send(event('a', 'offered', **{'standard': 'x\n"\\y', 'the queue': '{,="ü', '9': '', '__x': '1', 'the-queue': 'q'}), event('a', 'answered'), event('b', 'offered')); d.clock(LATE)
            until(lambda: d.sql("SELECT 1 FROM breaches WHERE kind = 'level'"), 'a level')
            kind, text = scrape(d); self.assertEqual(kind, 'text/plain; version=0.0.4; charset=utf-8'); self.assertEqual(lint(text), [])
            self.assertIn('slad_attainment_ratio{standard="odd \\" name",standard_="x\\n\\"\\\\y",the_queue="{,=\\"ü",label_9="",label___x="1",the_queue_="q"} 1\n', text)
            self.assertIn('slad_attainment_ratio{standard="odd \\" name"} 0\n', text); self.assertIn('slad_breached{standard="odd \\" name"} 1\n', text)
            self.assertIn('target="attainment >= 90%"} ' + str((START + 60001) / 1000), text); self.assertIn('slad_input_clients{input="unix:', text)
            kind, text = scrape(d, 'application/openmetrics-text;version=1.0.0,text/plain;q=0.5'); self.assertIn('application/openmetrics-text', kind)
            self.assertEqual(lint(text, open_metrics=True), []); self.assertIn('# TYPE slad_commits counter\nslad_commits_total ', text)
            d.stop()

    def test_so_many_groups_and_no_more(self):
        with Daemon(ANSWERED) as d:
            d.start(); d.request('POST', '/v1/events', '\n'.join(json.dumps(event(f'c{i}', 'offered', queue=f'q{i}')) for i in range(2100)))
            text = scrape(d)[1]; self.assertEqual(text.count('\nslad_running_clocks{'), 2000); self.assertIn('slad_groups_left_out 100\n', text)
            d.stop()


class Examples(unittest.TestCase):
    """What the documents say of sending and of monitoring, as it stands there, but for where the sockets are."""
    def test_they_do_what_they_say(self):
        text = (ROOT / 'docs/OPERATIONS.md').read_text(); ran = 0
        parts = [text.split(f'\n## {name}\n')[1].split('\n## ')[0] for name in ('Sending events', 'Monitoring slad itself')]
        with Daemon(ANSWERED) as d:
            d.start(); (d.dir / 'events.jsonl').write_text(json.dumps(event('x', 'offered')) + '\n')
            path = os.pathsep.join([str(BUILD), os.environ['PATH']])
            for language, block in re.findall(r'\n```(sh|python)\n(.*?)```', '\n'.join(parts), re.DOTALL):
                tool = next((t for t in ('socat', 'curl') if t in block), 'sh')
                if 'tail -F' in block or '/v1/stream' in block or not shutil.which(tool): continue   # the first two never end
                block = block.replace('/run/slad/', f'{d.dir}/')
                command = [sys.executable, '-c', block] if language == 'python' else ['sh', '-ec', block]
                r = subprocess.run(command, cwd=d.dir, capture_output=True, text=True, timeout=PATIENCE, env=os.environ | {'PATH': path, 'SLAD_SOCKET': str(d.dir / 'slad.sock')})
                with self.subTest(block):
                    self.assertEqual(r.returncode, 0, r.stderr); ran += 1
                    if 'hello' in block: self.assertIn('{"ack":1}', r.stdout)
                    if 'v1/events' in block: self.assertRegex(r.stdout, '"accepted":[12],')
                    if 'slad.prom' in block: self.assertEqual(lint((d.dir / 'slad.prom').read_text()), [])
            self.assertGreaterEqual(ran, 3); d.stop()


if __name__ == '__main__': unittest.main()

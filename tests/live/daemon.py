"""A slad of the test's own: a temporary folder, a clock the test turns, the real binaries and their sockets."""
import http.client, json, os, pathlib, shutil, signal, socket, sqlite3, struct, subprocess, tempfile, time

BUILD = pathlib.Path(os.environ['SLAD_BUILD'])
ROOT = pathlib.Path(__file__).resolve().parents[2]
START = 1772438400000  # 2026-03-02T08:00:00Z
PATIENCE = 60          # seconds until a condition that must come is given up; nothing waits this long when all is well


def until(condition, what):
    """Waits for a condition; the daemon is a process of its own, so something has to be asked again."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value: return value
        time.sleep(0.005)
    raise AssertionError(f'gave up waiting: {what}')


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('slad', timeout=PATIENCE); self.path = path
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX); self.sock.settimeout(PATIENCE); self.sock.connect(str(self.path))


class Client:
    """An event client that said hello and counts its acknowledgements."""
    def __init__(self, daemon, tcp=False):
        if tcp: self.sock = socket.create_connection(('127.0.0.1', daemon.port), timeout=PATIENCE)
        else: self.sock = socket.socket(socket.AF_UNIX); self.sock.settimeout(PATIENCE); self.sock.connect(str(daemon.dir / 'events.sock'))
        daemon.clients.append(self)
        self.sock.sendall(b'{"hello":{"client":"test"}}\n'); self.file = self.sock.makefile('rb'); self.acked, self.rejects, self.sent = 0, [], 0
    def send(self, *events):
        self.lines(*(e if isinstance(e, str) else json.dumps(e) for e in events))
    def lines(self, *lines):
        """Sends lines and returns once all of them are on disk."""
        self.sock.sendall(''.join(x + '\n' for x in lines).encode()); self.sent += sum(bool(x.strip()) for x in lines); self.wait()
    def wait(self):
        while self.acked < self.sent:
            answer = json.loads(self.file.readline())
            if 'ack' in answer: self.acked = answer['ack']
            else: self.rejects.append((answer['reject'], answer['reason']))
    def close(self): self.file.close(); self.sock.close()


class Daemon:
    def __init__(self, standards, settings='', controlled=True):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='slad-live-')); self.controlled = controlled; self.process = None; self.settings, self.clients = settings, []
        with socket.socket() as s: s.bind(('127.0.0.1', 0)); self.port = s.getsockname()[1]
        self.standards(standards); self.now = START; self.clock(START)
    def standards(self, text):
        (self.dir / 'slad.yaml').write_text(f'database: slad.db\nlisten: [{{unix: slad.sock}}]\ninputs: [{{unix: events.sock}}, {{tcp: "127.0.0.1:{self.port}"}}, {{file: "*.jsonl"}}]\n{self.settings}\n{text}\n')
    def clock(self, ms):
        self.now = ms
        if (self.dir / 'clock').exists():
            with open(self.dir / 'clock', 'r+b') as f: f.write(struct.pack('<q', ms))
        else: (self.dir / 'clock').write_bytes(struct.pack('<q', ms))
    def start(self, env=None, **more):
        command = [BUILD / 'slad', '--config', self.dir / 'slad.yaml'] + (['--clock', self.dir / 'clock'] if self.controlled else [])
        with open(self.dir / 'log', 'ab') as log: self.process = subprocess.Popen(command, stderr=log, env=os.environ | (env or {}), **more)
        until(lambda: self.answers() or self.died(), 'slad to answer'); return self
    def died(self):
        if self.process.poll() is not None: raise AssertionError(f'slad ended with {self.process.returncode}:\n{self.log()}')
    def answers(self):
        try: status, body = self.request('GET', '/v1/status')
        except OSError: return None
        if status not in (200, 503): raise AssertionError(f'{status} {body}')
        return body if status == 200 else None  # 503: it is starting
    def log(self): return (self.dir / 'log').read_text()
    def kill(self): self.process.kill(); self.process.wait(); self.process = None
    def stop(self):
        self.process.send_signal(signal.SIGTERM); code = self.process.wait(PATIENCE); self.process = None
        if code: raise AssertionError(f'slad ended with {code}:\n{self.log()}')
    def request(self, method, path, body=None):
        c = UnixConnection(self.dir / 'slad.sock')
        try:
            c.request(method, path, body); r = c.getresponse(); text = r.read()
            return r.status, json.loads(text) if text else None
        finally: c.close()
    def get(self, path):
        status, body = self.request('GET', path)
        if status != 200: raise AssertionError(f'{path}: {status} {body}')
        return body
    def sql(self, query):
        db = sqlite3.connect(f'file:{self.dir}/slad.db?mode=ro', uri=True)
        try: return db.execute(query).fetchall()
        finally: db.close()
    def slactl(self, *args):
        return subprocess.run([BUILD / 'slactl', '--socket', self.dir / 'slad.sock', *args], capture_output=True, text=True, timeout=PATIENCE, env=os.environ | {'TZ': 'UTC', 'NO_COLOR': '1'})
    def memory_kib(self):
        return int(next(x for x in pathlib.Path(f'/proc/{self.process.pid}/status').read_text().splitlines() if x.startswith('VmRSS')).split()[1])
    def __enter__(self): return self
    def __exit__(self, *_):
        if self.process: self.kill()
        for c in self.clients: c.close()
        shutil.rmtree(self.dir, ignore_errors=True)

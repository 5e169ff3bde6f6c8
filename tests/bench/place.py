"""Where the benchmark works: the programs, the folder for what they write, and a real slad in it."""
import http.client, json, os, pathlib, resource, shutil, signal, socket, subprocess, sys, time

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE_S = 900  # of a start, or of something that must come; a journal of ten millions on a slow disk takes a while


def say(text):
    print(text, file=sys.stderr, flush=True)


class Unix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__('slad', timeout=PATIENCE_S); self.path = str(path)
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX); self.sock.settimeout(self.timeout); self.sock.connect(self.path)


class Place:
    def __init__(self, build, work):
        self.build, self.dir = pathlib.Path(build), pathlib.Path(work)
        self.dir.mkdir(parents=True, exist_ok=True)

    def path(self, name): return self.dir / name

    def program(self, name, *args, **more):
        """Runs one of the benchmark's own programs; what it prints is JSON."""
        done = subprocess.run([self.build / name, *map(str, args)], stdout=subprocess.PIPE, text=True, check=True, **more)
        return json.loads(done.stdout)

    def day(self, name, events, days=1, end_ms=None, seed=1, random_names=False):
        """Event lines of a day that ends now, or when it is said: the file."""
        path = self.path(name)
        with open(path, 'wb') as out:
            args = ['--events', events, '--days', days, '--seed', seed] + (['--end', end_ms] if end_ms else []) \
                + (['--random-names'] if random_names else [])
            done = subprocess.run([self.build / 'make_day', *map(str, args)], stdout=out, stderr=subprocess.PIPE, check=True)
        return path, json.loads(done.stderr)

    def replay(self, standards, events):
        """Seconds of the clock and of the processor, and where the report is."""
        report, said = self.path('report.json'), self.path('replay.log')
        with open(report, 'wb') as out, open(said, 'wb') as log:
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            code = subprocess.run([self.build / 'slad', 'replay', '--config', standards, events], stdout=out, stderr=log).returncode
            seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        if code: raise RuntimeError(f'slad replay ended with {code}:\n{said.read_text()[-2000:]}')
        return {'seconds': seconds, 'cpu': after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 'report': report}

    def pour(self, daemon, events, rate=None, connections=4, turning=False):
        args = ['--connections', connections] + (['--rate', rate] if rate else [])
        if turning: args += ['--clock', daemon.dir / 'clock']
        return self.program('pour', *args, daemon.dir / 'events.sock', events)


class Daemon:
    """A slad with a database of its own on the disk; sockets and settings as a user would have them."""
    def __init__(self, place, standards, settings='', name='daemon', clock=None):
        self.place, self.dir, self.process, self.clock = place, place.path(name), None, clock
        shutil.rmtree(self.dir, ignore_errors=True); self.dir.mkdir()
        text = pathlib.Path(standards).read_text() if isinstance(standards, pathlib.Path) else standards
        (self.dir / 'slad.yaml').write_text('database: slad.db\nlisten: [{unix: slad.sock}]\ninputs: [{unix: events.sock}]\n' + settings + text)
        if clock is not None: self.turn_clock(clock)

    def turn_clock(self, ms):
        mode = 'r+b' if (self.dir / 'clock').exists() else 'wb'
        with open(self.dir / 'clock', mode) as file: file.write(ms.to_bytes(8, 'little'))

    def start(self):
        """Seconds until it says that it is ready."""
        told = self.dir / 'notify.sock'; told.unlink(missing_ok=True)
        ready = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); ready.bind(str(told)); ready.settimeout(PATIENCE_S)
        command = [self.place.build / 'slad', '--config', self.dir / 'slad.yaml']
        if self.clock is not None: command += ['--clock', self.dir / 'clock']
        with open(self.dir / 'log', 'ab') as log:
            start = time.monotonic()
            self.process = subprocess.Popen(command, stderr=log, env=os.environ | {'NOTIFY_SOCKET': str(told)})
        while True:
            ready.settimeout(0.5)
            try:
                if b'READY=1' in ready.recv(4096): break
            except TimeoutError:
                if self.process.poll() is not None: raise RuntimeError(f'slad ended:\n{(self.dir / "log").read_text()}')
        seconds = time.monotonic() - start
        ready.close()
        return seconds

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S); self.process = None
        if code: raise RuntimeError(f'slad ended with {code}:\n{(self.dir / "log").read_text()}')

    def kill(self):
        self.process.kill(); self.process.wait(); self.process = None

    def forget_engine(self):
        """So that the next start reads the journal."""
        (self.dir / 'slad.db.engine').unlink(missing_ok=True)

    def get(self, path):
        link = Unix(self.dir / 'slad.sock')
        try:
            link.request('GET', path); answer = link.getresponse(); text = answer.read()
            if answer.status != 200: raise RuntimeError(f'{path}: {answer.status} {text.decode()}')
            return json.loads(text)
        finally: link.close()

    def status(self): return self.get('/v1/status')

    def until(self, condition, what):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end: raise RuntimeError(f'gave up waiting: {what}')
            time.sleep(0.05)

    def cpu(self):
        fields = pathlib.Path(f'/proc/{self.process.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def memory(self):
        """Bytes of its own: what is shared with other programs or is a file in memory is not counted."""
        lines = pathlib.Path(f'/proc/{self.process.pid}/status').read_text().splitlines()
        return int(next(x for x in lines if x.startswith('RssAnon')).split()[1]) * 1024

    def disk(self):
        return sum(f.stat().st_size for f in self.dir.glob('slad.db*') if f.suffix not in ('.ballast', '.engine', '.part'))

    def cool(self):
        """Takes the database out of the system's memory, so that it is read from the disk."""
        os.sync()
        for file in self.dir.glob('slad.db*'):
            fd = os.open(file, os.O_RDONLY)
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED); os.close(fd)

    def __enter__(self):
        self.start(); return self
    def __exit__(self, *_):
        if self.process: self.process.kill(); self.process.wait(); self.process = None
        shutil.rmtree(self.dir, ignore_errors=True)

#!/usr/bin/env python3
"""The random conformance cases, live: a daemon that is sent each case's events by four ways in any order, while its
clock is turned, its standards are changed, its disk is full, and it is stopped and killed, must in the end say what a
replay says.

    fuzz_live.py SLAD_BUILD_DIR FIRST COUNT     seeds FIRST.., side by side on all cores
    fuzz_live.py SLAD_BUILD_DIR --for SECONDS   fresh seeds as long as there is time; the first is printed
    … --keep DIR                                leaves the files of failing seeds in DIR
    … --trace                                   says what is done, as it is done

Needs PyYAML. What a seed does is the same each time; how the daemon's turns fall between is not."""
import collections, concurrent.futures, json, os, pathlib, random, resource, shutil, signal, sqlite3, sys, time, traceback, urllib.parse

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'conformance')]
if __name__ == '__main__' and len(sys.argv) > 1: os.environ['SLAD_BUILD'] = sys.argv[1]
import yaml
import daemon, generate, oracle, run

HOUR, MINUTE = 3600000, 60000
GRACES = {'0s': 0, '10ms': 10, '100ms': 100, '2s': 2000, '1m': MINUTE}
PUBLISH = {'10s': 10000, '1h': HOUR, '7d': 168 * HOUR}
UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
daemon.PATIENCE = 20


class Different(Exception): pass


class Line:
    """One line to be delivered; `key` is shared by those whose order of arrival matters: one contact, one instant."""
    def __init__(self, text, at=None, key=None): self.text, self.at, self.key, self.way = text, at, key, None


def with_id(text, d, n):
    if 'id' not in d: return text.rstrip()[:-1] + f', "id": "L{n}"}}'
    return text.replace('"id": null', f'"id": "L{n}"')


def lines_of(text):
    """The case's lines, each with an id of its own so that it may be sent again. Left out: lines without an instant
    (live they have one) and further ones with the id of another (which of them counts depends on arrival)."""
    out, ids = [], {}
    for n, text in enumerate(text.rstrip('\n').split('\n')):
        try: d = json.loads(text); at = None if not isinstance(d, dict) or d.get('at') is None else oracle.instant(d['at'])
        except Exception: out.append(Line(text)); continue          # rejected, here as there
        if not isinstance(d, dict): out.append(Line(text)); continue
        if at is None: continue
        if ids.setdefault(d.get('id') or n, text) == text: out.append(Line(with_id(text, d, n), at, (str(d.get('contact')), at)))
    return out


def shuffled(rnd, lines):
    """By arrival: from nearly as they happened to any order at all."""
    far = rnd.choice([0, 0, .02, .2, 2]) * len(lines)
    order = sorted(range(len(lines)), key=lambda i: i + rnd.uniform(0, far))
    places, at = {}, [0] * len(lines)
    for i in order:
        if lines[i].key: places.setdefault(lines[i].key, []).append(i)
    places = {key: iter(sorted(p)) for key, p in places.items()}
    return [lines[next(places[lines[i].key])] if lines[i].key else lines[i] for i in order]


class Sender(daemon.Client):
    """Keeps what is not acknowledged and sends it again to the next daemon."""
    def __init__(self, d, tcp):
        self.d, self.tcp, self.unacked, self.link = d, tcp, [], None
    def connect(self):
        if self.link: return
        super().__init__(self.d, self.tcp); self.d.clients.remove(self); self.link = True
        if self.unacked: self.sock.sendall(''.join(x + '\n' for x in self.unacked).encode())
    def send(self, texts):
        self.unacked += texts
        if self.link: self.sock.sendall(''.join(x + '\n' for x in texts).encode())
    def take(self, answer):
        answer = json.loads(answer)
        if 'ack' in answer: del self.unacked[:answer['ack'] - self.acked]; self.acked = answer['ack']
    def wait(self):
        self.connect()
        while self.unacked:
            answer = self.file.readline()
            if not answer: raise Different('an event connection was closed while the daemon ran')
            self.take(answer)
    def lost(self):
        """The daemon is gone: what it had acknowledged it must still have."""
        if not self.link: return
        try:
            for answer in self.file:
                if answer.endswith(b'\n'): self.take(answer)
        except ConnectionError: pass
        self.close(); self.link = None


class Live:
    def __init__(self, seed, trace):
        self.seed, self.rnd, self.trace, self.said = seed, random.Random(f'live-{seed}'), trace, []
        rnd, case = self.rnd, generate.case(seed)
        self.until = oracle.instant(case['until'])
        self.lines = lines_of(case['events']); self.final = case['config']
        self.other = generate.case(seed + rnd.choice([1, 2, 1000]))['config']
        times = sorted(x.at for x in self.lines if x.at is not None and x.at > 10**11) or [daemon.START]
        self.first, self.last = times[0], times[-1]
        self.graces = rnd.choices(list(GRACES), k=rnd.choice([1, 1, 2])); self.g = max(GRACES[x] for x in self.graces); self.publish = rnd.choice(list(PUBLISH))
        d = self.d = daemon.Daemon(''); d.port = 10000 + os.getpid() % 20000
        self.count = 0; self.awaited = self.release = None; self.rotated = False; self.file = open(d.dir / 'calls.jsonl', 'ab'); self.file_rest = b''
        self.senders = {'unix': Sender(d, False), 'tcp': Sender(d, True)}; self.delivered = []; self.kept = ''
    def say(self, what):
        self.said.append(what)
        if self.trace: print(f'{self.seed}: {what}', flush=True)

    # -------- configurations

    def configure(self, text):
        """`describe` says nothing new: a change of it changes no meaning."""
        self.count += 1; self.standards_text = text
        if self.rnd.random() < .5:
            c = yaml.load(text, oracle.Core); [s.update(describe=f'as of {self.count}') for s in c['standards'].values()]
            text = yaml.safe_dump(c, allow_unicode=True, sort_keys=self.rnd.random() < .5)
        self.d.settings = f'grace: {self.rnd.choice(self.graces)}\nmax_ahead: 100000d\nretain: {{events: 20000d, figures: 20000d, breaches: 20000d}}\npublish: {self.publish}'
        self.d.standards(text)
    def reload(self):
        def done():
            status, body = self.d.request('POST', '/v1/reload')
            if status not in (200, 409, 500, 503): raise Different(f'reload: {status} {body}')
            if status != 200: self.say(f"reload: {status} {body['detail']}"); self.room()
            return status == 200
        daemon.until(done, 'the reload')
    def reloaded(self):
        """Waits for a SIGHUP to have taken effect."""
        if self.awaited is None: return
        daemon.until(lambda: self.d.get('/v1/status')['configuration']['generation'] >= self.awaited, 'the reload'); self.awaited = None
    def change(self):
        self.reloaded(); what = self.rnd.choice(['same', 'other', 'hup', 'hup', 'wrong']); self.say(f'reload {what}')
        if what in ('hup', 'wrong'): self.room(); self.running()               # a SIGHUP that cannot be done says so in the log alone
        if what == 'wrong':
            keep = self.d.dir.joinpath('slad.yaml').read_text(); self.d.standards('standards: {x: {start: a, stop: b, witin: 1m}}')
            status, body = self.d.request('POST', '/v1/reload'); self.d.dir.joinpath('slad.yaml').write_text(keep)
            if status != 422: raise Different(f'a wrong configuration: {status} {body}')
        elif what == 'hup':
            self.configure(self.rnd.choice([self.final, self.other])); self.awaited = self.d.get('/v1/status')['configuration']['generation'] + 1; self.d.process.send_signal(signal.SIGHUP)
        else: self.configure(self.standards_text if what == 'same' else self.rnd.choice([self.final, self.other])); self.reload()

    # -------- the daemon's life

    def turn(self, at, wait=False):
        at = max(at, self.d.now); self.latest = max(at, self.latest); self.say(f'clock {generate.utc(at)}{" and wait" if wait else ""}'); self.d.clock(at)
        if wait: self.settle()
    def back(self): at = self.d.now - self.rnd.choice([1, 1000, 2 * MINUTE, HOUR, 30 * 24 * HOUR]); self.say(f'clock back to {generate.utc(at)}'); self.d.clock(at)
    def settle(self):
        now, clock = generate.utc(self.d.now), generate.utc(max(0, self.d.now - self.g))
        def there():
            s = self.d.get('/v1/status'); return s['state'] == 'running' and s['now'] >= now and (s['engine']['clock'] or '') >= clock
        self.room(); daemon.until(there, f'the clock at {clock}')
    def running(self): daemon.until(lambda: self.d.get('/v1/status')['state'] == 'running', 'recovery')
    def end(self, kill):
        if not kill: self.reloaded()
        self.say('kill' if kill else 'stop')
        if self.release and self.rnd.random() < .5: self.room()
        self.awaited = None; self.d.kill() if kill else self.d.stop()
        if self.release: self.release(); self.release = None
        for s in self.senders.values(): s.lost()
    def start(self):
        """With SIGXFSZ ignored, as Python does: writing too much is then an error, as on a full disk."""
        self.say('start'); self.d.start(restore_signals=False)
        for s in self.senders.values(): s.connect()
    def fill(self):
        """Nothing can be written: the log of the database may not grow, or somebody else holds the database."""
        self.reloaded(); pid, log = self.d.process.pid, self.d.dir / 'slad.db-wal'
        if self.rnd.random() < .3:
            held = sqlite3.connect(self.d.dir / 'slad.db', isolation_level=None); held.execute('BEGIN IMMEDIATE'); self.say('locked'); self.release = held.close
        else:
            most = max(16384, os.path.getsize(log) + self.rnd.choice([0, 1, 4096, 20000])); self.say(f'no room past {most}')
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY)); self.release = lambda: self.d.process and resource.prlimit(pid, resource.RLIMIT_FSIZE, UNLIMITED)
    def room(self):
        if not self.release: return
        self.say(f"room, {self.d.get('/v1/status')['state']}"); self.release(); self.release = None

    # -------- events in

    def append(self, texts):
        data = self.file_rest + ''.join(x + '\n' for x in texts).encode(); cut = self.rnd.choice([0, 0, 1, 20])
        self.file_rest = data[len(data) - cut:] if cut else b''
        self.file.write(data[:len(data) - cut]); self.file.flush()
    def complete(self):
        self.file.write(self.file_rest); self.file.flush(); self.file_rest = b''
    def rotate(self):
        """Of a file that has been seen: one that comes and goes in between is lost on any reader."""
        if (os.fstat(self.file.fileno()).st_ino,) not in self.d.sql('SELECT inode FROM inputs'): return
        self.say('rotate'); self.complete(); self.rotated = True; self.count += 1; self.file.close()
        os.rename(self.d.dir / 'calls.jsonl', self.d.dir / f'calls.jsonl.{self.count}'); self.file = open(self.d.dir / 'calls.jsonl', 'ab')
    def post(self, texts):
        status, body = self.d.request('POST', '/v1/events', ''.join(x + '\n' for x in texts).encode())
        while status == 503:
            self.room(); self.running(); status, body = self.d.request('POST', '/v1/events', ''.join(x + '\n' for x in texts).encode())
        if status != 200 or body['accepted'] + body['duplicate'] + body['rejected'] != sum(bool(x.strip()) for x in texts): raise Different(f'POST /v1/events: {status} {body}')
    def deliver(self, lines):
        for way in ('unix', 'tcp', 'file', 'http'):
            texts = [x.text for x in lines if x.way == way]
            if not texts: continue
            self.say(f'{way} {len(texts)}')
            if way == 'file': self.append(texts)
            elif way == 'http': self.post(texts)
            else: self.senders[way].send(texts)
        self.delivered += lines
    def file_is_read(self):
        size, source = os.path.getsize(self.d.dir / 'calls.jsonl'), f'file:{self.d.dir}/calls.jsonl'
        mine = next((x for x in self.d.get('/v1/status')['inputs'] if x['input'] == source), None)
        return mine and mine['error'] is None and mine['offset'] == size and mine['size'] == size
    def take_all(self):
        self.room(); self.complete()
        for s in self.senders.values(): s.wait()
        if os.path.getsize(self.d.dir / 'calls.jsonl'): daemon.until(self.file_is_read, 'the file to be read'); self.rotated = False
        if self.rotated: self.accepted()

    # -------- what must be so

    def replay(self, at):
        events, config = self.d.dir / 'replay.events', self.d.dir / 'replay.yaml'
        known = {id(x) for x in self.delivered}; events.write_text(''.join(x.text + '\n' for x in self.lines if id(x) in known)); config.write_text(self.standards_text)
        report, errors = run.replay(daemon.BUILD / 'slad', config, events, generate.utc(at))
        if errors: raise Different(f'replay: {errors}')
        return report
    def accepted(self):
        want = self.replay(self.d.now)['events']['accepted']
        try: daemon.until(lambda: self.d.sql('SELECT count(*) FROM events') == [(want,)], 'events')
        except AssertionError: raise Different(f"{self.d.sql('SELECT count(*) FROM events')} events in the journal, not {want}")
    def breaches(self, kind, state, names):
        """Of the standards in force: what others have left is closed, whether it had ended or not."""
        out, after, limit = [], '', self.rnd.choice([3, 100, 1000])
        while after is not None:
            page = self.d.get(f'/v1/breaches?kind={kind}&state={state}&limit={limit}' + (f'&after={after}' if after else ''))
            out += page['breaches']; after = page['next']
        out = [b for b in out if b['standard'] in names]
        for b in out:
            if b['state'] != state or (state == 'open') != (b['ended' if kind == 'contact' else 'closed'] is None): raise Different(f'state {state}: {b}')
        return out
    def differences(self, want, at):
        live = self.d.get('/v1/figures') | {'events': want['events']}; names = {s['name'] for s in want['standards']}
        live['breaches'] = [b for state in ('open', 'closed') for b in self.breaches('contact', state, names)]
        out = run.differences(live, want | {'breaches': [b for b in want['breaches'] if b['kind'] == 'contact']})
        levels = lambda rows: sorted(json.dumps([b[x] for x in ('standard', 'group', 'target')], sort_keys=True) for b in rows if b['closed'] is None)
        have, need = levels(self.breaches('level', 'open', names)), levels(b for b in want['breaches'] if b['kind'] == 'level')
        if have != need: out.append(f'open levels: {have} != {need}')
        for s in live['standards']:
            open_ = self.d.get(f"/v1/open?limit=1000&standard={s['name']}")['open']
            if len(open_) != sum(g['open'] for g in s['groups']): out.append(f"{s['name']}: {len(open_)} in /v1/open, {sum(g['open'] for g in s['groups'])} in figures")
        return out
    def compare(self, at):
        """As of `at`, or soon after it where limits lie within what the held-back clock has not reached yet: 6 x grace,
        as they may be put off by 5."""
        for attempt in range(6):
            self.turn(at, wait=True); want = self.replay(at); errors = self.differences(want, at)
            if not errors: return want
            held = self.replay(at - 6 * self.g - 1)
            if not run.differences(held | {'until': want['until']}, want): raise Different('\n'.join(errors))
            self.say(f'a limit within grace: {len(errors)} differences'); at += self.rnd.randrange(1, 30) * (MINUTE + 7 * self.g) + 1
        self.say('never at rest')
    def past(self, at):
        at = max(0, min(at, self.d.now)); self.say(f'figures at {generate.utc(at)}')
        want = self.replay(at); got = self.d.get(f'/v1/figures?at={generate.utc(at)}')
        errors = run.differences(got | {'events': want['events'], 'breaches': want['breaches']}, want)
        if errors: raise Different(f'figures at {generate.utc(at)}:\n' + '\n'.join(errors))
    def stories(self, want):
        """Each breach of a contact is told by its story."""
        by_contact = collections.defaultdict(collections.Counter)
        row = lambda b: json.dumps([b[x] for x in ('standard', 'subject', 'group', 'started', 'decided', 'ended')] + ([round(b['elapsed'], 6)] if b['ended'] else []), sort_keys=True)
        for b in want['breaches']:
            if b['kind'] == 'contact': by_contact[b['contact']][row(b)] += 1
        for contact in self.rnd.sample(sorted(by_contact), min(2, len(by_contact))):
            story = self.d.get('/v1/contacts/' + urllib.parse.quote(contact, safe=''))
            untold = by_contact[contact] - collections.Counter(row(c) for c in story['clocks'] if c['outcome'] == 'missed')
            if untold and story['complete']: raise Different(f'the story of {contact} lacks {list(untold)}:\n{json.dumps(story)}')
    def published(self):
        """The latest rows of `figures` are as a replay has it, where nothing has happened since they were written."""
        step = PUBLISH[self.publish]; at = self.d.now - self.d.now % step + step; self.compare(at); at = self.d.now
        self.turn(at - at % step + step, wait=True); self.turn(self.d.now + step, wait=True); want = self.replay(self.d.now)
        if run.differences(self.replay(at - 6 * self.g - 1) | {'until': want['until']}, want): return
        self.say('published')
        rows = {(n, json.dumps(json.loads(g), sort_keys=True)): list(r) for n, g, *r in self.d.sql('SELECT standard, grp, state, open, met, missed, excluded, mean, min, max, max(at) FROM figures JOIN series ON series.id = series GROUP BY series')}
        for s in want['standards']:
            for g in s['groups']:
                row = rows.get((s['name'], json.dumps(g['group'], sort_keys=True)), [None] * 8)
                if row[:5] != [g[x] for x in ('state', 'open', 'met', 'missed', 'excluded')] or not all(run.near(a, g[x], 1e-9, 1e-6) for a, x in zip(row[5:], ('mean', 'min', 'max'))): raise Different(f"published for {s['name']}: {row}, not {g}")
    def by_oracle(self, got):
        want = oracle.report(yaml.load(self.standards_text, oracle.Core), [str(self.d.dir / 'replay.events')], oracle.instant(got['until']))
        errors = run.differences(got, want)
        if errors: raise Different('replay and oracle:\n' + '\n'.join(errors))

    # -------- a seed

    def clock_for(self, batch, done):
        """Before everything, after everything, along with the events, or anywhere between."""
        span = self.last - self.first + HOUR
        if self.pace == 'along': return max((x.at for x in batch if x.at), default=self.first) + self.rnd.choice([-HOUR, 0, 1, 1000, MINUTE, 10 * self.g])
        if self.pace == 'any': return self.first + self.rnd.randrange(span)
        return self.first + int(span * min(1, done * self.rnd.uniform(0, 2))) if self.pace == 'steady' else 0
    def between(self):
        what = self.rnd.random()
        if what < self.trouble:
            self.end(kill=self.rnd.random() < .7)
            if self.rnd.random() < .3: self.rotate()
            if self.rnd.random() < .2: self.configure(self.rnd.choice([self.final, self.other]))
            if self.rnd.random() < .5: self.turn(self.d.now + self.rnd.randrange(2 * HOUR))
            self.start()
        elif what < 2 * self.trouble: self.change()
        elif what < 2.5 * self.trouble: self.take_all(); self.rotate()
        elif what < 2.8 * self.trouble: self.reloaded(); self.take_all(); self.compare(self.latest + 7 * self.g + 1); self.past(self.first + self.rnd.randrange(max(1, self.d.now - self.first)))
        elif what < 3.2 * self.trouble and not self.release: self.fill()
        elif what < 3.4 * self.trouble: self.back()
    def play(self):
        rnd = self.rnd; self.pace = rnd.choice(['along', 'along', 'any', 'steady', 'steady', 'early', 'late'])
        ways = rnd.sample(['unix', 'tcp', 'file', 'http'], rnd.randrange(1, 5)) if rnd.random() < .4 else ['unix', 'tcp', 'file']
        by_key = {}
        for x in self.lines: x.way = by_key.setdefault(x.key or x, rnd.choice(ways))
        self.say(f'{len(self.lines)} lines, clock {self.pace}, grace {" ".join(self.graces)}, {" ".join(ways)}')
        self.configure(self.final if rnd.random() < .6 else self.other)
        self.d.clock({'late': self.last + HOUR, 'steady': self.first - 1}.get(self.pace, self.first - rnd.randrange(2 * HOUR))); self.latest = self.d.now; self.start()
        queue = shuffled(rnd, self.lines); batches = rnd.choice([1, 5, 20]); self.trouble = rnd.choice([.2, .6, 1.5]) / batches
        step = len(queue) // batches + 1; done = 0
        while done < len(queue):
            n = rnd.randrange(1, 2 * step); batch = queue[done:done + n]
            self.deliver(batch); done += n
            if rnd.random() < .7: self.turn(self.clock_for(batch, done / len(queue)), wait=rnd.random() < .4)
            if rnd.random() < .3: self.take_all()
            self.between()
        self.finish()
    def finish(self):
        rnd = self.rnd; self.reloaded(); how = rnd.random()
        if self.standards_text != self.final or how < .2: self.configure(self.final); how /= 3
        if how < .1: self.reload()
        elif how < .4: self.end(kill=rnd.random() < .5); self.start()   # else it must be right without being built anew
        self.take_all(); self.accepted()
        want = self.compare(max(self.latest + 10 * self.g, self.until, self.last) + rnd.randrange(HOUR, 5 * HOUR))
        if want and rnd.random() < .3: self.past(rnd.randrange(self.first, self.d.now))
        if want and rnd.random() < .3: self.stories(want)
        if want and rnd.random() < .2 and self.publish != '7d': self.published()
        if want and rnd.random() < .3: self.end(kill=rnd.random() < .5); self.start(); self.compare(self.d.now)
        if want and rnd.random() < .2: want = self.compare(self.d.now + rnd.choice([HOUR, 24 * HOUR, 100 * 24 * HOUR]))
        if want and rnd.random() < .1: self.replay(oracle.instant(want['until'])); self.by_oracle(want)
        self.end(kill=False)


def one(seed, keep, trace):
    """What went wrong with this seed, or None."""
    live = None
    try:
        live = Live(seed, trace); live.play(); return None
    except Exception as e:
        wrong = f'{type(e).__name__}: {e}' if not isinstance(e, Different) else str(e)
        if not isinstance(e, (Different, AssertionError)): wrong += '\n' + traceback.format_exc()
        if live and live.d.process and live.d.process.poll() is not None: wrong = f'slad ended with {live.d.process.returncode}: {live.d.log()[-3000:]}\n{wrong}'
        if live and keep:
            (live.d.dir / 'trace').write_text('\n'.join(live.said) + '\n'); (live.d.dir / 'wrong').write_text(wrong + '\n')
            if live.d.process: live.d.kill()
            shutil.rmtree(keep / f'seed-{seed}', ignore_errors=True); keep.mkdir(parents=True, exist_ok=True)
            shutil.copytree(live.d.dir, keep / f'seed-{seed}', ignore=lambda d, names: [n for n in names if n.endswith('.sock')])
        return wrong
    finally:
        if live:
            live.file.close(); [s.link and s.close() for s in live.senders.values()]; live.d.__exit__()


def main(argv):
    keep, trace = None, '--trace' in argv
    if trace: argv.remove('--trace')
    if '--keep' in argv: i = argv.index('--keep'); keep = pathlib.Path(argv[i + 1]).absolute(); del argv[i:i + 2]
    end = None
    if argv[1] == '--for': first, count, end = int(os.environ.get('SLAD_SEED') or int(time.time()) * 10000), 100000, time.monotonic() + float(argv[2])
    else: first, count = int(argv[1]), int(argv[2])
    print(f'repeat with: {__file__} {argv[0]} {first} {count if not end else "COUNT"}', flush=True)
    ok = bad = 0; jobs = os.cpu_count() or 1; seeds = iter(range(first, first + count)); running = {}
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        while True:
            while len(running) < jobs and not (end and time.monotonic() > end) and (seed := next(seeds, None)) is not None: running[pool.submit(one, seed, keep, trace)] = seed
            if not running: break
            for f in concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done:
                seed, wrong = running.pop(f), f.result(); ok += not wrong; bad += bool(wrong)
                if wrong: print(f'FAIL seed {seed}\n    ' + '\n    '.join(wrong.split('\n')[:12]), flush=True)
    print(f'{ok} passed, {bad} failed')
    return 1 if bad or not ok else 0

if __name__ == '__main__': sys.exit(main(sys.argv[1:]))

#!/usr/bin/python3
"""Followed files, rotated, truncated, copied and renamed at random while slad is killed and started: each line is
counted exactly once.

    torture_files.py [--steps N | --seconds N] [--seed N] [--in FOLDER]

Steps are drawn from the seed, which is printed; without --seed it is SLAD_SEED, or a new one each time. How far slad has
come when a step is taken is its own affair, so a failure may need a few runs of its seed. A minute with a new seed:
torture_files.py --seconds 60. Lines that are written between the copy and the truncation of a copytruncate
are lost to any reader: they are counted apart, and no others may be missing. SLAD_BUILD names the build."""
import argparse, collections, gzip, json, os, pathlib, random, shutil, sys, tempfile, time
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import daemon

STANDARD = 'standards:\n  answered: {start: offered, stop: answered, within: 1h}\n'


class Lost(Exception): pass


class Folder(daemon.Daemon):
    def standards(self, text):
        inputs = ', '.join('{file: %s}' % f for f in ('moved.log', 'copied.log', '"day-*.jsonl"'))
        (self.dir / 'slad.yaml').write_text(f'database: slad.db\nlisten: [{{unix: slad.sock}}]\ninputs: [{inputs}]\n{text}\n')


class Log:
    """Somebody who writes lines to a file, some of them in two pieces."""
    def __init__(self, play, name):
        self.play, self.rnd, self.path, self.rest, self.count = play, play.rnd, play.d.dir / name, b'', 0
        self.name = self.path.name.split('.')[0]; self.open()
    def open(self): self.file = open(self.path, 'ab', buffering=0)
    def say(self, what): self.play.say(f'{self.name}: {what}')
    def line(self):
        self.count += 1; contact = f'{self.name}-{self.count}'; self.play.written.append(contact)
        return json.dumps({'contact': contact, 'event': 'offered', 'text': 'x' * self.rnd.choice([0, 0, 30, 700])}).encode() + b'\n'
    def write(self, lines=None, file=None):
        data = b''.join(self.line() for _ in range(lines or self.rnd.choice([1, 3, 30, 300])))
        if file: file.write(data); return
        data = self.rest + data; cut = self.rnd.choice([0, 0, 0, 5])
        self.file.write(data[:len(data) - cut]); self.rest = data[len(data) - cut:] if cut else b''
    def complete(self): self.file.write(self.rest); self.rest = b''
    def shift(self):
        """log.1 becomes log.2, and so on, as logrotate does it."""
        for n in range(30, 0, -1):
            old = pathlib.Path(f'{self.path}.{n}')
            if old.exists(): os.rename(old, f'{self.path}.{n + 1}')
    def settle(self):
        """Waits until slad has all lines, and takes away what has been read."""
        self.complete(); self.play.take_all()
    def clear(self):
        self.settle(); self.say('old files away')
        for old in self.path.parent.glob(f'{self.path.name}.*'):
            if self.rnd.random() < .3 and old.suffix != '.gz':
                with open(old, 'rb') as f, gzip.open(f'{old}.gz', 'wb') as g: shutil.copyfileobj(f, g)
                shutil.copystat(old, f'{old}.gz')
            old.unlink()


class Moved(Log):
    """Rotated by renaming; its writer may go on writing to the old file for a while."""
    old, turn = None, 0
    def step(self):
        what = self.rnd.random()
        if what < .5: self.write()
        elif what < .65 and self.old: self.say('the old file still'); self.write(file=self.old)
        elif what < .9: self.rotate()
        elif what < .93: self.clear()
        elif what < .96: self.settle(); self.say('truncated'); os.truncate(self.path, 0)
        elif what < .98: self.settle(); self.say('removed'); self.path.unlink(); self.open()
    def clear(self): Log.clear(self); self.old = None
    def rotate(self):
        times = self.rnd.choice([1, 1, 1, 2, 3])
        self.say(f'rotated {times} times')
        for _ in range(times):
            self.complete()
            if self.rnd.random() < .8: self.shift(); os.rename(self.path, f'{self.path}.1')
            else: os.rename(self.path, f'{self.path}-{20260301000000 + self.play.steps}-{self.turn}'); self.turn += 1
            if self.old: self.old.close()
            self.old = self.file; self.open()
            if self.rnd.random() < .8: self.write()


class Copied(Log):
    """Rotated by copytruncate."""
    def step(self):
        what = self.rnd.random()
        if what < .6: self.write()
        elif what < .9: self.rotate()
        elif what < .95: self.clear()
    def rotate(self):
        self.complete(); self.shift(); between = self.rnd.choice([0, 0, 1, 20])
        self.say(f'copied and truncated, {between} lines in between')
        shutil.copy(self.path, f'{self.path}.1'); before = len(self.play.written)
        if between:
            self.write(between); self.complete(); self.play.at_risk.update(self.play.written[before:])
        os.truncate(self.path, 0)
        if self.rnd.random() < .5: self.write()


class Days(Log):
    """A file a day, found by a pattern; old ones are renamed within it, or removed."""
    def step(self):
        what = self.rnd.random()
        if what < .7: self.write()
        elif what < .85:
            self.complete(); self.file.close(); self.say('a new day')
            self.path = self.path.with_name(f'day-{self.count + 1:06}.jsonl'); self.open()
        elif what < .95: self.rename()
        elif what < .97:
            self.settle(); self.say('past days away')
            for old in self.path.parent.glob('day-*.jsonl'):
                if old != self.path: old.unlink()
    def rename(self):
        past = [p for p in self.path.parent.glob('day-*.jsonl') if p != self.path]
        if past: old = self.rnd.choice(past); self.say('renamed'); os.rename(old, old.with_name(f'day-{old.stat().st_ino}-{self.count}.jsonl'))


class Play:
    def __init__(self, seed, folder):
        tempfile.tempdir = folder; self.rnd = random.Random(seed); self.d = Folder(STANDARD, controlled=False)
        self.written, self.at_risk, self.said = [], set(), collections.deque(maxlen=60)
        self.logs = [Moved(self, 'moved.log'), Copied(self, 'copied.log'), Days(self, 'day-000000.jsonl')]; self.kills = self.steps = 0
    def say(self, what): self.said.append(f'{self.steps}: {what}')
    def start(self):
        if not self.d.process: self.d.start()
    def begin(self):
        """Until slad has seen each path once: files that were there before it came are not its business."""
        for log in self.logs: log.write(1)
        self.take_all()
    def end(self):
        if self.d.process and self.rnd.random() < .7: self.say('kill -9'); self.d.kill(); self.kills += 1
        elif self.d.process: self.say('stop'); self.d.stop()
    def missing(self):
        have = {c for c, in self.d.sql('SELECT contact FROM events')}
        return [c for c in self.written if c not in have and c not in self.at_risk]
    def take_all(self):
        """Waits until slad has all lines but those that are lost."""
        self.start()
        for log in self.logs: log.complete()
        try: daemon.until(lambda: not self.missing(), 'all lines')
        except AssertionError: raise Lost(f'lost: {self.missing()[:20]} …, {len(self.missing())} in all')
    def step(self):
        self.steps += 1; what = self.rnd.random()
        if what < .04: self.end()
        elif what < .12: self.start()
        elif what < .14: time.sleep(self.rnd.choice([.01, .1]))     # how far slad comes meanwhile is its affair
        else: self.rnd.choice(self.logs).step()
    def check(self):
        self.take_all(); self.d.stop()
        twice = self.d.sql('SELECT contact, count(*) FROM events GROUP BY contact HAVING count(*) > 1')
        if twice: raise Lost(f'twice: {twice[:20]} …, {len(twice)} in all')
        known = {c for c, in self.d.sql('SELECT contact FROM events')}
        if known - set(self.written): raise Lost(f'never written: {sorted(known - set(self.written))[:20]}')
        return len(self.at_risk - known)


def main():
    args = argparse.ArgumentParser(); args.add_argument('--steps', type=int, default=600); args.add_argument('--seconds', type=float)
    args.add_argument('--seed', type=int, default=int(os.environ.get('SLAD_SEED') or random.SystemRandom().randrange(10**6))); args.add_argument('--in', dest='folder', default=None)
    args.add_argument('--keep', help='of a failure, the folder is copied to here')
    args = args.parse_args(); print(f'seed {args.seed}', flush=True)
    play = Play(args.seed, args.folder); end = time.monotonic() + (args.seconds or 0)
    try:
        with play.d:
            try:
                play.begin()
                while time.monotonic() < end if args.seconds else play.steps < args.steps: play.step()
                lost = play.check()
            except Exception:
                if args.keep: shutil.copytree(play.d.dir, args.keep, ignore=shutil.ignore_patterns('*.sock'))
                raise
    except (Lost, AssertionError) as e:
        print('\n'.join(play.said)); print(e); print(f'seed {args.seed}, after {play.steps} steps'); return 1
    print(f'{len(play.written)} lines, {play.steps} steps, {play.kills} kills: each line once; {lost} of the {len(play.at_risk)} '
          'written between a copy and its truncation were lost, and no others')
    return 0


if __name__ == '__main__': sys.exit(main())

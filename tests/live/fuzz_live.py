#!/usr/bin/env python3
"""The random conformance cases, live: a daemon that is sent each case's events by four ways in any order, while its
clock is turned, its standards are changed, its disk is full, and it is stopped and killed, must in the end say what a
replay says.

    fuzz_live.py SLAD_BUILD_DIR FIRST COUNT     seeds FIRST..; FIRST may be `fresh`: by the clock, or SLAD_SEED
    fuzz_live.py SLAD_BUILD_DIR --for SECONDS   fresh seeds as long as there is time
    … --keep DIR                                leaves the files of failing seeds in DIR
    … --trace                                   says what is done, as it is done

The first seed is printed. Of two hundred and more some must have let go of contacts that then came back, and some must
have contacts with hundreds of events. Needs PyYAML. What a seed does is the same each time; how the daemon's turns fall
between is not."""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import shutil
import sys
import tempfile
import time
import traceback

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'conformance')]
if __name__ == '__main__' and len(sys.argv) > 1:
    os.environ['SLAD_BUILD'] = sys.argv[1]
from fuzz_checks import Checked  # noqa: E402
from fuzz_life import HOUR, MINUTE, Different  # noqa: E402
from fuzz_lines import LONG, shuffled  # noqa: E402

QUIET = 10 * MINUTE  # after which a contact with nothing open leaves memory
JOBS_A_CORE = 2      # one waits for its daemon while another works
ENOUGH = 200         # seeds, among which everything has come up
MEMORY = '/dev/shm'  # a kill does not lose what was written, so the disk would show nothing more


class Seed(Checked):
    def clock_for(self, batch, done):
        """Before everything, after everything, along with the events, or anywhere between."""
        span = self.last - self.first + HOUR
        if self.pace == 'along':
            latest = max((x.at for x in batch if x.at), default=self.first)
            return latest + self.rnd.choice([-HOUR, 0, 1, 1000, MINUTE, 10 * self.g])
        if self.pace == 'any':
            return self.first + self.rnd.randrange(span)
        if self.pace == 'steady':
            return self.first + int(span * min(1, done * self.rnd.uniform(0, 2)))
        return 0

    def quiet(self):
        """Nothing happens for so long that contacts leave memory; what comes late brings them back."""
        self.take_all()
        self.turn(self.d.now + QUIET + 7 * self.g + self.rnd.randrange(HOUR), wait=True)

    def restart(self):
        self.end(kill=self.rnd.random() < .7)
        if self.rnd.random() < .3:
            self.rotate()
        if self.rnd.random() < .2:
            self.configure_either()
        if self.rnd.random() < .5:
            self.turn(self.d.now + self.rnd.randrange(2 * HOUR))
        self.start()

    def look(self):
        self.reloaded()
        self.take_all()
        self.compare(self.latest + 7 * self.g + 1)
        self.verified()
        self.past(self.first + self.rnd.randrange(max(1, self.d.now - self.first)))

    def between(self):
        """What may happen between two batches; `trouble` is how likely a restart is."""
        what = self.rnd.random() / self.trouble
        if what < 1:
            self.restart()
        elif what < 2:
            self.change()
        elif what < 2.5:
            self.take_all()
            self.rotate()
        elif what < 2.8:
            self.look()
        elif what < 3.2 and not self.release:
            self.fill()
        elif what < 3.4:
            self.back()
        elif what < 5:
            self.quiet()

    def prepare(self):
        rnd = self.rnd
        self.pace = rnd.choice(['along', 'along', 'any', 'steady', 'steady', 'early', 'late'])
        ways = ['unix', 'tcp', 'file']
        if rnd.random() < .4:
            ways = rnd.sample(['unix', 'tcp', 'file', 'http'], rnd.randrange(1, 5))
        by_key = {}
        for line in self.lines:
            line.way = by_key.setdefault(line.key or line, rnd.choice(ways))
        self.say(f'{len(self.lines)} lines, clock {self.pace}, grace {" ".join(self.graces)}, {" ".join(ways)}')
        self.configure(self.final if rnd.random() < .6 else self.other)
        before = {'late': self.last + HOUR, 'steady': self.first - 1}
        self.d.clock(before.get(self.pace, self.first - rnd.randrange(2 * HOUR)))
        self.latest = self.d.now

    def play(self):
        rnd = self.rnd
        self.prepare()
        self.start()
        queue, batches = shuffled(rnd, self.lines), rnd.choice([1, 5, 20])
        self.trouble = rnd.choice([.2, .6, 1.5]) / batches
        step, done = len(queue) // batches + 1, 0
        while done < len(queue):
            n = rnd.randrange(1, 2 * step)
            batch = queue[done:done + n]
            self.deliver(batch)
            done += n
            if rnd.random() < .7:
                self.turn(self.clock_for(batch, done / len(queue)), wait=rnd.random() < .4)
            if rnd.random() < .3:
                self.take_all()
            self.between()
            if self.awaited is None and self.d.now >= self.latest and rnd.random() < .1:
                self.verified()  # whatever is on its way
        self.settle_standards()
        self.judge()
        self.status()
        self.verified()
        self.end(kill=False)
        self.verified()

    def settle_standards(self):
        """Those of the case, come to in any way."""
        self.reloaded()
        how = self.rnd.random()
        if self.standards_text != self.final or how < .2:
            self.configure(self.final)
            how /= 3
        if how < .1:
            self.reload()
        elif how < .4:
            self.end(kill=self.rnd.random() < .5)
            self.start()
        # Else it must be right without being built anew.

    def judge(self):
        rnd = self.rnd
        self.take_all()
        end = max(self.latest + 10 * self.g, self.until, self.last)
        want = self.compare(end + rnd.randrange(HOUR, 5 * HOUR))
        self.accepted()
        if want and rnd.random() < .3:
            self.past(rnd.randrange(self.first, self.d.now))
        if want and rnd.random() < .3:
            self.stories(want)
        if want and rnd.random() < .2 and self.publish != '7d':
            self.published()
        if want and rnd.random() < .3:
            self.end(kill=rnd.random() < .5)
            self.start()
            self.compare(self.d.now)
        if want and rnd.random() < .2:
            self.compare(self.d.now + rnd.choice([HOUR, 24 * HOUR, 100 * 24 * HOUR]))
        if want and rnd.random() < .1:
            self.by_oracle(self.d.now)

    def longest(self):
        """The most events of one contact."""
        return max(collections.Counter(x.key[0] for x in self.lines if x.key).values(), default=0)

    def explain(self, error):
        wrong = str(error) if isinstance(error, Different) else f'{type(error).__name__}: {error}'
        if not isinstance(error, (Different, AssertionError)):
            wrong += '\n' + traceback.format_exc()
        process = self.d.process
        if process and process.poll() is not None:
            wrong = f'slad ended with {process.returncode}: {self.d.log()[-3000:]}\n{wrong}'
        return wrong

    def keep(self, folder, wrong):
        (self.d.dir / 'trace').write_text('\n'.join(self.said) + '\n')
        (self.d.dir / 'wrong').write_text(wrong + '\n')
        if self.d.process:
            self.d.kill()
        kept = folder / f'seed-{self.seed}'
        shutil.rmtree(kept, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(self.d.dir, kept, ignore=lambda _, names: [n for n in names if n.endswith('.sock')])


def one(number, keep, trace):
    """(what went wrong with this seed or None, contacts recalled, events of its longest contact)"""
    seed = Seed(number, trace)
    wrong = None
    try:
        seed.play()
    except Exception as error:
        wrong = seed.explain(error)
        if keep:
            seed.keep(keep, wrong)
    finally:
        seed.__exit__()
    return wrong, seed.recalled, seed.longest()


def outcomes(numbers, end, keep, trace):
    """(seed, what one() says) of each, as they come."""
    jobs, running = JOBS_A_CORE * (os.cpu_count() or 1), {}
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        while True:
            while len(running) < jobs and time.monotonic() < end and (number := next(numbers, None)) is not None:
                running[pool.submit(one, number, keep, trace)] = number
            if not running:
                return
            done = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED).done
            for future in done:
                yield running.pop(future), future.result()


def options(argv):
    parser = argparse.ArgumentParser(usage=__doc__, add_help=False)
    parser.add_argument('build')
    parser.add_argument('first', nargs='?', default='fresh')
    parser.add_argument('count', nargs='?', type=int)
    parser.add_argument('--for', dest='seconds', type=float)
    parser.add_argument('--keep', type=lambda path: pathlib.Path(path).absolute())
    parser.add_argument('--trace', action='store_true')
    given = parser.parse_args(argv)
    if (given.count is None) == (given.seconds is None):
        parser.error('COUNT, or --for SECONDS')
    return given


def main(argv):
    given = options(argv)
    fresh = os.environ.get('SLAD_SEED') or int(time.time()) * 10000
    first, count = int(fresh if given.first == 'fresh' else given.first), given.count or 10**6
    print(f'repeat with: {__file__} {given.build} {first} {given.count or "COUNT"}', flush=True)
    if os.access(MEMORY, os.W_OK):
        tempfile.tempdir = MEMORY
    begun = time.monotonic()
    passed = failed = recalled = recalling = long = 0
    for number, (wrong, back, longest) in outcomes(
            iter(range(first, first + count)), begun + (given.seconds or 10**6), given.keep, given.trace):
        passed, failed = passed + (not wrong), failed + bool(wrong)
        recalled, recalling, long = recalled + back, recalling + (back > 0), long + (longest > LONG)
        if wrong:
            print(f'FAIL seed {number}\n    ' + '\n    '.join(wrong.split('\n')[:12]), flush=True)
    print(f'{passed} passed, {failed} failed in {time.monotonic() - begun:.0f} s; '
          f'in {recalling} seeds {recalled} contacts came back to memory, '
          f'in {long} a contact had more than {LONG} events')
    if passed + failed >= ENOUGH and not (recalled and long):
        print('FAIL: among so many seeds both should have come up')
        return 1
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

"""Runs slad at growing sizes of one thing at a time and writes a row for each. Started by `scale`."""
import argparse, csv, pathlib, re, shutil, statistics, subprocess, sys
import cases
from place import HERE, Daemon, Place, say
from scenarios import EVENTS, now_ms

SERIES = ['open', 'standards', 'groups', 'restart']
COLUMNS = ['series', 'size', 'events_per_second', 'seconds', 'seconds_journal', 'bytes_in_memory', 'bytes_on_disk', 'left_out']
STEP_EVENTS = 300000     # poured or replayed at each size
SPARE = 0.6              # of the memory that is available: a size that is expected to need more is left out


def available_bytes():
    return 1024 * int(next(x for x in open('/proc/meminfo') if x.startswith('MemAvailable')).split()[1])


def powers(first, last):
    while first <= last: yield first; first *= 10


class Scale:
    def __init__(self, args, place):
        self.args, self.place, self.rows, self.events = args, place, [], max(int(STEP_EVENTS * args.scale), 10000)

    def row(self, series, size, measured=None, left_out=''):
        """The median of the runs, each column by itself."""
        row = {'series': series, 'size': size, 'left_out': left_out}
        for key in (measured or [{}])[0]: row[key] = round(statistics.median(m[key] for m in measured), 3)
        self.rows.append(row); say('  '.join(f'{k} {row[k]}' for k in COLUMNS if row.get(k) not in (None, '')))
        with open(self.args.out, 'w', newline='') as out:
            writer = csv.DictWriter(out, COLUMNS); writer.writeheader(); writer.writerows(self.rows)

    def runs(self, measure, *args): return [measure(*args) for _ in range(self.args.runs)]

    # ------------------------------------------------------------ what grows

    def open(self):
        """Speed, at so many open contacts with three clocks each, of a part of the day that comes on top."""
        each = 0
        for size in powers(1000, int(10**7 * self.args.scale)):
            if each * size > SPARE * available_bytes():
                self.row('open', size, left_out=f'needs some {each * size >> 30} GiB'); continue
            measured = self.runs(self.with_open, size); self.row('open', size, measured)
            each = int(measured[0]['bytes_in_memory'] / size)

    def with_open(self, size):
        with Daemon(self.place, HERE / 'day.yaml') as daemon:
            lines = cases.open_contacts(self.place.path('open.jsonl'), size, now_ms())
            self.place.pour(daemon, lines); lines.unlink()
            memory = daemon.memory()
            day, _ = self.place.day('now.jsonl', self.events, end_ms=now_ms())
            return {'events_per_second': self.place.pour(daemon, day)['per_second'], 'bytes_in_memory': memory, 'bytes_on_disk': daemon.disk()}

    def standards(self):
        """The day by one standard up to five hundred: those of day.yaml over and over, channel by channel in turn, no two of
        the same meaning."""
        day, _ = self.place.day('day.jsonl', self.events)
        head, text = (HERE / 'day.yaml').read_text().split('standards:\n')
        head += 'standards:\n'
        blocks = re.split(r'(?m)^(?=  [a-z-]+:$)', re.sub(r'(?m)^ +(min_count|#).*\n', '', text))[1:]
        turns = [blocks[i + j] for j in range(5) for i in range(0, 20, 5)]
        for size in (1, 5, 20, 100, 500):
            some = [re.sub(r'^  ([a-z-]+):\n', rf'  \1-{i // 20}:\n    min_count: {i // 20 + 1}\n', turns[i % 20]) for i in range(size)]
            config = self.place.path('some.yaml'); config.write_text(head + ''.join(some))
            self.row('standards', size, self.runs(self.replayed, config, day))

    def replayed(self, config, events):
        return {'events_per_second': self.events / self.place.replay(config, events)['seconds']}

    def groups(self):
        config = self.place.path('grouped.yaml'); config.write_text(cases.GROUPED)
        for size in powers(1, 100000):
            events = cases.groups(self.place.path('groups.jsonl'), self.events, size, now_ms())
            self.row('groups', size, self.runs(self.replayed, config, events))

    def restart(self):
        for size in powers(10000, int(10**7 * self.args.scale)):
            with Daemon(self.place, HERE / 'day.yaml') as daemon:
                day, _ = self.place.day('now.jsonl', size, days=max(1, size / EVENTS), end_ms=now_ms())
                self.place.pour(daemon, day); daemon.stop(); day.unlink()
                self.row('restart', size, self.runs(self.started, daemon))

    def started(self, daemon):
        """After a stop, and with no engine to go on from."""
        seconds = daemon.start()
        daemon.kill(); daemon.forget_engine()
        journal = daemon.start()
        out = {'seconds': seconds, 'seconds_journal': journal, 'bytes_in_memory': daemon.memory(), 'bytes_on_disk': daemon.disk()}
        daemon.stop()
        return out


def main():
    parser = argparse.ArgumentParser(prog='tests/bench/scale')
    parser.add_argument('--runs', type=int, default=3, help='how often each size is measured; the median counts (3)')
    parser.add_argument('--scale', type=float, default=1, help='the share of the largest sizes and of the events (1)')
    parser.add_argument('--only', default=','.join(SERIES), help=f'some of {",".join(SERIES)}')
    parser.add_argument('--out', default=HERE.parents[1] / 'docs/scale.csv', type=pathlib.Path, help='the CSV file (docs/scale.csv); the drawing lies beside it')
    parser.add_argument('--build', required=True); parser.add_argument('--work')
    args = parser.parse_args()
    if set(args.only.split(',')) - set(SERIES): parser.error(f'--only: some of {",".join(SERIES)}')
    work = pathlib.Path(args.work or args.build) / 'slad-bench-work'  # its own: it is emptied
    shutil.rmtree(work, ignore_errors=True)
    scale = Scale(args, Place(args.build, work))
    try:
        for series in args.only.split(','): getattr(scale, series)()
    finally: shutil.rmtree(work, ignore_errors=True)
    subprocess.run([sys.executable, HERE / 'plot.py', args.out, args.out.with_suffix('.svg')], check=True)


if __name__ == '__main__': main()

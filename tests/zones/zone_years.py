#!/usr/bin/env python3
"""Forty and more zones, every day of twenty years: the openings, limits and periods of slad (tell_zones) are those that
follow from Python's zoneinfo.

    zone_years.py TELL_ZONES

Both read the machine's zone data. Here everything is derived from wall clocks: a time that occurs twice is its first
occurrence, one that is skipped is the instant of the jump (docs/STANDARDS.md, Calendars). Instants are seconds since
1970, days are counted from 1970-01-01."""
import bisect
import concurrent.futures
import datetime as dt
import functools
import os
import pathlib
import subprocess
import sys
from zoneinfo import ZoneInfo

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'unit/model/data'))
from make_zones import ZONES  # noqa: E402

YEARS = 2011, 2030  # rules that were changed since, and today's applied ahead
ZONES_LEAST = 40
# As in tell_zones.c.
TIMETABLES = {
    'early': ['00:00-02:30', '09:00-17:30'],
    'late': ['02:30-06:00', '13:00-24:00'],
    'over': ['22:30-00:45', '02:00-03:00'],
}
PERIODS = ['day', 'week', 'month', 'quarter', 'year']
DUE_AFTER, ASK = 620 * 60, 30 * 60
FIELDS = [f'{name}: {what}' for name in TIMETABLES for what in ('openings', 'open milliseconds', 'due')]
FIELDS += [f'{name}: {what}' for name in PERIODS for what in ('start', 'end')]
DAY, DAY_MIN = 86400, 1440
DATE_OF_DAY_0 = dt.date(1970, 1, 1)


def day_of(date):
    return (date - DATE_OF_DAY_0).days


def date_of(day):
    return DATE_OF_DAY_0 + dt.timedelta(day)


FIRST, LAST = day_of(dt.date(YEARS[0], 1, 1)), day_of(dt.date(YEARS[1], 12, 31))


class Wall:
    """The wall clock of one zone."""

    def __init__(self, name):
        self.zone = ZoneInfo(name)
        self.midnights, self.steady, self.known = {}, {}, {}

    def instant(self, day, minutes=0):
        """Of so many minutes after the day's midnight, as a clock without changes counts them."""
        if minutes >= DAY_MIN:
            day, minutes = day + 1, minutes - DAY_MIN
        try:
            offset = self.steady[day]
        except KeyError:
            offset = self.steady[day] = self.only_offset(day)
        if offset is not None:
            return day * DAY + minutes * 60 - offset
        if (day, minutes) not in self.known:
            self.known[day, minutes] = self.find(day, minutes)
        return self.known[day, minutes]

    def only_offset(self, day):
        """That of a day without a change, or None. Nowhere is a clock changed and changed back within a day."""
        (a, b), (c, d) = self.midnight(day), self.midnight(day + 1)
        return a if a == b == c == d else None

    def midnight(self, day):
        if day not in self.midnights:
            self.midnights[day] = self.offsets(day, 0)
        return self.midnights[day]

    def offsets(self, day, minutes):
        """Seconds ahead of UTC when it is this time and when it is so again. Of a skipped time: before and after."""
        time = dt.datetime.combine(date_of(day), dt.time(minutes // 60, minutes % 60), self.zone)
        return [x.days * DAY + x.seconds for x in (time.utcoffset(), time.replace(fold=1).utcoffset())]

    def find(self, day, minutes):
        wall = day * DAY + minutes * 60
        before, after = self.offsets(day, minutes)
        if before >= after:
            return wall - before
        jump = range(wall - after, wall - before)
        return jump.start + bisect.bisect_left(jump, True, key=lambda at: self.offset_at(at) != before)

    def at(self, instant):
        return dt.datetime.fromtimestamp(instant, self.zone)

    def offset_at(self, instant):
        return self.at(instant).utcoffset().total_seconds()


# -------- openings


def span_minutes(text):
    start, end = (int(x[:2]) * 60 + int(x[3:]) for x in text.split('-'))
    return start, end if end > start else end + DAY_MIN


def openings(wall, spans):
    """(start, end) of each, rising, none touching another."""
    found = [(wall.instant(day, a), wall.instant(day, b)) for day in range(FIRST - 3, LAST + 5) for a, b in spans]
    merged = []
    for start, end in sorted(found):
        if start == end:
            continue  # skipped altogether
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def due(later, at, left):
    """When `left` has run of the openings from `at` on; used up exactly at closing: at the next opening."""
    for start, end in later:
        start = max(start, at)
        if end - start > left:
            return start + left
        left -= end - start


def calendar_fields(later, start, end):
    """Of the day from `start` to `end`; `later` are the openings that end after its start and may matter to it."""
    today = [x for x in later if x[0] < end]
    begun = [f'{a}000-{b}000' for a, b in today if a >= start]
    total = sum([b - a for a, b in today])
    if today:  # but what lies outside the day
        total -= max(0, start - today[0][0]) + max(0, today[-1][1] - end)
    return ','.join(begun) or '-', total * 1000, due(later, start, DUE_AFTER) * 1000


# -------- periods


@functools.cache
def first_of(period, day):
    date = date_of(day)
    if period == 'day':
        return day
    if period == 'week':
        return day - date.weekday()
    month = {'month': date.month, 'quarter': (date.month - 1) // 3 * 3 + 1, 'year': 1}[period]
    return day_of(date.replace(month=month, day=1))


@functools.cache
def next_of(period, first):
    longest = {'day': 1, 'week': 7, 'month': 31, 'quarter': 92, 'year': 366}[period]
    return first_of(period, first + longest)


def period_fields(wall, at):
    shown = day_of(wall.at(at).date())
    for period in PERIODS:
        first = first_of(period, shown)
        then = next_of(period, first)
        # Where a clock is set back over midnight, the old day comes again after the new one began.
        while wall.instant(then) <= at:
            then = next_of(period, then)
        yield wall.instant(first) * 1000
        yield wall.instant(then) * 1000


# -------- comparing


def days(name):
    """The lines that tell_zones must print for this zone."""
    wall = Wall(name)
    calendars = [openings(wall, [span_minutes(x) for x in spans]) for spans in TIMETABLES.values()]
    places = [0] * len(calendars)
    for day in range(FIRST, LAST + 1):
        start, end = wall.instant(day), wall.instant(day + 1)
        fields = [name, day]
        for i, found in enumerate(calendars):
            while found[places[i]][1] <= start:
                places[i] += 1
            fields += calendar_fields(found[places[i]:places[i] + 12], start, end)
        fields += period_fields(wall, start + ASK)
        yield '\t'.join(map(str, fields))


def text(field):
    """Its milliseconds as times."""
    def one(ms):
        readable = ms.isdigit() and int(ms) < 4e12
        return dt.datetime.utcfromtimestamp(int(ms) / 1000).isoformat(timespec='milliseconds') + 'Z' if readable else ms
    if field == '-':
        return 'none'
    return ', '.join(' to '.join(map(one, span.split('-'))) for span in field.split(','))


def difference(name, day, got, want):
    """The first field of a day's line that is not as it must be."""
    for field, a, b in zip(FIELDS, got.split('\t')[2:], want.split('\t')[2:]):
        if a != b:
            if not field.endswith('milliseconds'):
                a, b = text(a), text(b)
            return f'{name} {date_of(day)}, {field}: {a}, not {b}'
    return f'{name} {date_of(day)}: {got!r}, not {want!r}'


def judge(tell, name):
    """(days that agree, the first difference or None)"""
    told = subprocess.run([tell, str(FIRST), str(LAST), name], capture_output=True, text=True)
    if told.returncode:
        return 0, f'{name}: tell_zones ended with {told.returncode}: {told.stderr}'
    lines = told.stdout.splitlines()
    if len(lines) != LAST - FIRST + 1:
        return 0, f'{name}: tell_zones told {len(lines)} days of {LAST - FIRST + 1}'
    for i, want in enumerate(days(name)):
        if lines[i] != want:
            return i, difference(name, FIRST + i, lines[i], want)
    return len(lines), None


def main(argv):
    if len(argv) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    with concurrent.futures.ProcessPoolExecutor(os.cpu_count()) as pool:
        judged = list(pool.map(judge, argv * len(ZONES), ZONES))
    wrong = [difference for _, difference in judged if difference]
    print(*wrong, sep='\n', end='\n' if wrong else '')
    print(f'{len(ZONES)} zones, {YEARS[0]} to {YEARS[1]}: {sum(agreed for agreed, _ in judged)} days agree, '
          f'{len(wrong)} zones differ')
    return 1 if wrong or len(ZONES) < ZONES_LEAST else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))

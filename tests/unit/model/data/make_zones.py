#!/usr/bin/env python3
"""Writes zones.tsv: what Python's zoneinfo says of wall clocks around changes of their zones.

    make_zones.py > zones.tsv

Lines: zone NAME | offset AT MS | instant WALL AT | period KIND AT START. All times are milliseconds; a wall-clock time
counts from 1970-01-01T00:00 on that clock. The years lie in the past, or far enough on to follow today's rules."""
import datetime as dt
import random
from zoneinfo import ZoneInfo

ZONES = """UTC Europe/Riga Europe/London Europe/Dublin Europe/Moscow Europe/Istanbul Atlantic/Azores Atlantic/Reykjavik
America/New_York America/St_Johns America/Halifax America/Chicago America/Phoenix America/Los_Angeles America/Anchorage
America/Havana America/Santiago America/Asuncion America/Sao_Paulo America/Caracas America/Scoresbysund America/Nuuk
Africa/Cairo Africa/Casablanca Africa/Monrovia Africa/Windhoek Asia/Beirut Asia/Jerusalem Asia/Gaza Asia/Tehran
Asia/Kolkata Asia/Kathmandu Asia/Pyongyang Asia/Tokyo Antarctica/Troll Australia/Lord_Howe Australia/Sydney
Australia/Eucla Pacific/Apia Pacific/Auckland Pacific/Chatham Pacific/Kiritimati Pacific/Kwajalein Pacific/Honolulu""".split()
UTC, EPOCH = dt.timezone.utc, dt.datetime(1970, 1, 1)
DAY = 86400
PERIODS = ['day', 'week', 'month', 'quarter', 'year']


def offset(zone, at):
    return int(dt.datetime.fromtimestamp(at, zone).utcoffset().total_seconds())


def instant(zone, wall):
    """The first instant at which the wall clock shows `wall` or more, found among the instants around it."""
    low, high = wall - 2 * DAY, wall + 2 * DAY
    edges = [low, *(c for c in changes(zone, low, high, 3600)), high]
    for start, end in zip(edges, edges[1:]):
        if end + offset(zone, start) > wall:
            return max(start, wall - offset(zone, start))


def changes(zone, low, high, step):
    """The seconds in (low, high] at which the offset changes."""
    at, before = low, offset(zone, low)
    while at < high:
        then = min(at + step, high)
        after = offset(zone, then)
        if after != before:
            left, right = at, then
            while right - left > 1:
                middle = (left + right) // 2
                left, right = (middle, right) if offset(zone, middle) == before else (left, middle)
            yield right
        at, before = then, after


def period_start(zone, kind, at):
    day = dt.datetime.fromtimestamp(at, zone).date()
    if kind == 'week':
        day -= dt.timedelta(days=day.weekday())
    elif kind == 'month':
        day = day.replace(day=1)
    elif kind == 'quarter':
        day = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    elif kind == 'year':
        day = day.replace(month=1, day=1)
    return instant(zone, (dt.datetime.combine(day, dt.time()) - EPOCH) // dt.timedelta(seconds=1))


def year(number):
    return (dt.datetime(number, 1, 1) - EPOCH) // dt.timedelta(seconds=1)


def main():
    rnd = random.Random(1)
    for name in ZONES:
        zone = ZoneInfo(name)
        past = list(changes(zone, year(1970), year(2024), DAY))
        future = [c for y in (2095, 2152, 2400, 9996) for c in changes(zone, year(y), year(y + 1), 7 * DAY)]
        picked = sorted(rnd.sample(past, min(len(past), 14))) + rnd.sample(future, min(len(future), 4))
        print('zone', name, sep='\t')
        for change in picked or [year(1999)]:
            old, new = offset(zone, change - 1), offset(zone, change)
            for at in (change - 1, change):
                print('offset', at * 1000, offset(zone, at) * 1000, sep='\t')
            walls = {change + old - 1, change + old, change + new - 1, change + new, change + (old + new) // 2}
            for wall in sorted(walls):
                print('instant', wall * 1000, instant(zone, wall) * 1000, sep='\t')
            at = change + rnd.randrange(-DAY, DAY)
            kind = rnd.choice(PERIODS)
            print('period', PERIODS.index(kind), at * 1000, period_start(zone, kind, at) * 1000, sep='\t')


if __name__ == '__main__':
    main()

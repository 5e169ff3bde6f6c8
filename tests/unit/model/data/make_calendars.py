#!/usr/bin/env python3
"""Writes calendars.tsv: opening hours added up span by span, with Python's zoneinfo for the wall clock.

    make_calendars.py > calendars.tsv

Lines: calendar ZONE WEEK DATES | open FROM TO MS | due FROM LEFT AT. WEEK: the days from Monday, split by "/", each a
list of FROM-TO in minutes after midnight; DATES: DAY=SPANS split by ";", DAY counted from 1970-01-01. Times are
milliseconds."""
import datetime as dt
import random
from zoneinfo import ZoneInfo

from make_zones import DAY, EPOCH, instant

HOURS = [
    {'mon-fri': ['09:00-12:30', '13:30-18:00'], 'sat': ['10:00-14:00']},
    {'mon-sun': ['22:00-06:00']},
    {'mon-sun': ['00:00-24:00']},
    {'fri-mon': ['23:30-00:30'], 'tue': ['09:00-10:00', '10:00-11:00']},
    {'mon': ['08:15-16:45'], 'wed': ['08:15-16:45'], 'fri': ['08:15-16:45'], 'sat-sun': ['01:30-02:30', '02:15-03:45']},
    {'sun': ['00:00-01:00', '23:00-24:00'], 'sat': ['12:00-11:00']},
    {'tue': ['10:00-11:00']},
    {'mon-sun': ['00:15-00:45', '24:00-00:10', '12:00-11:59']},
]
PLACES = [('UTC', 2026, 3), ('Europe/Riga', 2026, 3), ('Europe/Riga', 2026, 10), ('America/New_York', 2026, 3),
          ('America/New_York', 2026, 10), ('Asia/Kolkata', 2026, 12), ('Australia/Lord_Howe', 2026, 3),
          ('Australia/Lord_Howe', 2026, 9), ('Pacific/Apia', 2011, 12), ('America/Santiago', 2026, 9),
          ('America/Santiago', 2026, 3), ('Africa/Cairo', 2024, 4), ('Asia/Beirut', 2024, 3),
          ('Atlantic/Azores', 2024, 10), ('America/St_Johns', 2006, 10), ('America/St_Johns', 2006, 4)]
NAMES = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
MINUTE = 60000


def minutes(text):
    hours, rest = text.split(':')
    return int(hours) * 60 + int(rest)


def week_of(hours):
    week = [[] for _ in NAMES]
    for days, spans in hours.items():
        first, _, last = days.partition('-')
        start = NAMES.index(first)
        count = (NAMES.index(last) - start) % 7 + 1 if last else 1
        for i in range(count):
            week[(start + i) % 7] += [tuple(minutes(x) for x in span.split('-')) for span in spans]
    return week


def openings(zone, week, dates, first, last):
    raw = []
    for day in range(first, last):
        for start, end in dates.get(day, week[(day + 3) % 7]):
            end += 1440 if end <= start else 0
            raw.append(tuple(instant(zone, day * DAY + m * 60) * 1000 for m in (start, end)))
    merged = []
    for start, end in sorted(raw):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end > start:
            merged.append((start, end))
    return merged


def open_between(spans, low, high):
    return sum(max(0, min(end, high) - max(start, low)) for start, end in spans)


def due(spans, at, left):
    for start, end in spans:
        start = max(start, at)
        if end - start > left:
            return start + left
        left -= max(0, end - start)


def text(spans):
    return ','.join(f'{start}-{end}' for start, end in spans)


def main():
    rnd = random.Random(2)
    for name, year, month in PLACES:
        zone = ZoneInfo(name)
        middle = (dt.datetime(year, month, 15) - EPOCH).days
        for hours in rnd.sample(HOURS, 4):
            week = week_of(hours)
            given = [(rnd.randrange(middle - 20, middle + 20), rnd.choice([[], [(540, 660)], [(1320, 360), (300, 420)]]))
                     for _ in range(rnd.randrange(0, 6))]
            spans = openings(zone, week, dict(given), middle - 60, middle + 60)
            print('calendar', name, '/'.join(map(text, week)), ';'.join(f'{d}={text(s)}' for d, s in given), sep='\t')
            edges = [x for s in spans for x in s if abs(x // (DAY * 1000) - middle) < 25] or [middle * DAY * 1000]
            moments = [x + rnd.choice([-1, 0, 0, 1]) for x in rnd.choices(edges, k=20)]
            moments += [(middle * DAY + rnd.randrange(-20 * DAY, 20 * DAY)) * 1000 + rnd.randrange(1000) for _ in range(10)]
            for start in moments:
                end = rnd.choice(moments)
                print('open', start, end, open_between(spans, start, end), sep='\t')
                left = rnd.choice([0, 1, rnd.randrange(40 * 60 * MINUTE), open_between(spans, start, rnd.choice(edges))])
                at = due(spans, start, left)
                if at is not None:  # else beyond the days summed up here
                    print('due', start, left, at, sep='\t')


if __name__ == '__main__':
    main()

#!/usr/bin/env python3
"""Replays real support conversations and holds the figures against what is known of them (tests/data/README.md).

    social_care.py SLAD"""
import json, pathlib, subprocess, sys, tempfile

EVENTS = pathlib.Path(__file__).resolve().parent / 'data' / 'social-care' / 'events.jsonl'
CONFIG = """
standards:
  all:
    describe: A first reply within an hour
    start: received
    stop: replied
    within: 1h
  by-company:
    start: received
    stop: replied
    within: 1h
    by: company
"""
MEDIAN = 7127 # seconds

def replay(slad):
    with tempfile.NamedTemporaryFile('w', suffix='.yaml') as config:
        config.write(CONFIG)
        config.flush()
        return json.loads(subprocess.run([slad, 'replay', '--config', config.name, str(EVENTS)], check=True, capture_output=True).stdout)

def main(slad):
    report = replay(slad)
    groups = {s['name']: s['groups'] for s in report['standards']}
    (whole,) = groups['all']
    company = {g['group']['company']: g for g in groups['by-company']}
    facts = {
        'events': (report['events'], {'accepted': 2350, 'duplicate': 0, 'rejected': 0}),
        'all': ((whole['met'], whole['counted']), (445, 1025)),
        'companies': (len(company), 25),
        'MojangSupport': ((company['MojangSupport']['met'], company['MojangSupport']['counted']), (5, 108)),
        'RockstarSupport': ((company['RockstarSupport']['met'], company['RockstarSupport']['counted']), (127, 147)),
        'sum of companies': (sum(g['counted'] for g in company.values()), 1025),
        'breaches': (len(report['breaches']), 2 * (1025 - 445)),
        'median within 0.5 %': (abs(whole['percentiles']['50'] - MEDIAN) <= 0.005 * MEDIAN, True),
    }
    wrong = {name: pair for name, pair in facts.items() if pair[0] != pair[1]}
    for name, (got, want) in wrong.items(): print(f'{name}: {got}, not {want}')
    return 1 if wrong else 0

if __name__ == '__main__': sys.exit(main(sys.argv[1]))

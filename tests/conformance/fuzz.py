#!/usr/bin/env python3
"""Fresh random conformance cases in every run:   fuzz.py SLAD PART COUNT

The seeds come from the clock, so that runs differ, and are printed, so that a run can be repeated; SLAD_SEED=N takes N
for the first. PART (0, 1, …) keeps runs that start together apart. Needs PyYAML."""
import os, random, sys, tempfile, time

sys.dont_write_bytecode = True
import generate, run, yaml

ASKED = {'status': ['pending', 'on-hold', 'open'], 'priority': [1, 2, '1'], 'agent': ['a1', 'a2'], 'queue': ['no', 'sales']}


def asking_alike(case, seed):
    """The same, but that its standards ask for one attribute's value, which contacts come to have by and by, and after it for
    another's: such standards are found by that value (src/engine/sieve.h)."""
    rnd, conf = random.Random(seed), yaml.safe_load(case['config'])
    asked, values = rnd.choice(sorted(ASKED.items()))
    for s in conf['standards'].values():
        if rnd.random() < .8: s['match'] = {asked: rnd.choice([*values, values[:2]])}
        if isinstance(s.get('within'), str) and rnd.random() < .6:
            other, others = rnd.choice(sorted(ASKED.items()))
            s['within'] = [{'match': {other: rnd.choice(others)}, 'limit': s['within']}]
    return case | {'config': yaml.safe_dump(conf, allow_unicode=True, sort_keys=False)}


def main(argv):
    slad, part, count = argv[0], int(argv[1]), int(argv[2])
    first = int(os.environ.get('SLAD_SEED') or int(time.time()) * 10000 + part * count)
    print(f'repeat with: SLAD_SEED={first} {__file__} {slad} 0 {count}   (one case: SLAD_SEED=SEED … 0 1)', flush=True)
    as_it_is = generate.case
    generate.case = lambda seed: as_it_is(seed) if seed % 3 else asking_alike(as_it_is(seed), seed)
    with tempfile.TemporaryDirectory() as tempfile.tempdir:
        return run.main([slad, '--fuzz', str(first), str(count)])


if __name__ == '__main__': sys.exit(main(sys.argv[1:]))

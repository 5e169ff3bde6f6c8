#!/usr/bin/env python3
"""Warnings decide nothing: random cases with `warn` and `warn_below` give the report that they give without.

    warned.py SLAD COUNT        fresh seeds, which are printed; SLAD_SEED=N takes N for the first. Needs PyYAML."""
import os, pathlib, random, re, shutil, sys, tempfile, time

sys.dont_write_bytecode = True
import generate, run, yaml

WARNINGS = ['1%', '12.5%', '50%', '80%', '99.9%', '1ms', '30s', '5m', '2h', '3d']

def attainment(target):
    """The highest attainment that is asked for, in per cent; None: none is."""
    asked = [re.fullmatch(r'(?:attainment (?:>=|>) )?([0-9.]+)%', t) for t in (target if isinstance(target, list) else [target] if target else [])]
    return max((float(m[1]) for m in asked if m), default=None)

def warned(config, rnd):
    config = yaml.safe_load(config)
    for s in config['standards'].values():
        if 'stop' in s and ('within' in s or 'due' in s): s['warn'] = rnd.choice(WARNINGS) if rnd.random() < .3 else rnd.sample(WARNINGS, rnd.randrange(1, 9))
        share = attainment(s.get('target'))
        if share is not None and share < 100: s['warn_below'] = f'{rnd.choice([round(share + .1, 1), round((share + 100) / 2, 2), 100])}%'
    return yaml.safe_dump(config, allow_unicode=True, sort_keys=False)

def main(argv):
    slad, count = argv[0], int(argv[1])
    first, bad = int(os.environ.get('SLAD_SEED') or int(time.time()) * 10000), 0
    print(f'repeat with: SLAD_SEED={first} {__file__} {slad} {count}', flush=True)
    for seed in range(first, first + count):
        case, d = generate.case(seed), pathlib.Path(tempfile.mkdtemp())
        (d / 'plain.yaml').write_text(case['config']); (d / 'warned.yaml').write_text(warned(case['config'], random.Random(seed)))
        (d / 'events.jsonl').write_text(case['events'])
        want, errors = run.replay(slad, d / 'plain.yaml', d / 'events.jsonl', case['until'])
        got, more = run.replay(slad, d / 'warned.yaml', d / 'events.jsonl', case['until'])
        errors = errors or more or run.differences(got, want)  # what falls on one instant may come in another order
        if errors: bad += 1; print(f'FAIL seed {seed}', *errors[:8], sep='\n    ')
        shutil.rmtree(d)
    print(f'{count - bad} passed, {bad} failed')
    return 1 if bad or not count else 0

if __name__ == '__main__': sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Fresh random conformance cases in every run:   fuzz.py SLAD PART COUNT

The seeds come from the clock, so that runs differ, and are printed, so that a run can be repeated; SLAD_SEED=N takes N
for the first. PART (0, 1, …) keeps runs that start together apart. Needs PyYAML."""
import os, sys, tempfile, time

sys.dont_write_bytecode = True
import run

def main(argv):
    slad, part, count = argv[0], int(argv[1]), int(argv[2])
    first = int(os.environ.get('SLAD_SEED') or int(time.time()) * 10000 + part * count)
    print(f'repeat with: {run.__file__} {slad} --fuzz {first} {count}   (one case: --fuzz SEED 1)', flush=True)
    with tempfile.TemporaryDirectory() as tempfile.tempdir:
        return run.main([slad, '--fuzz', str(first), str(count)])

if __name__ == '__main__': sys.exit(main(sys.argv[1:]))

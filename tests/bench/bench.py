"""Runs the scenarios, round by round so that what the machine does meanwhile meets all alike, and prints what they came to
beside the machine's own limits of the same run. Started by `run`."""
import argparse, json, os, pathlib, platform, shutil, subprocess, sys, time
import figures, scenarios
from instead import Instead
from limits import Limits
from place import HERE, Place, say


def arguments():
    parser = argparse.ArgumentParser(prog='tests/bench/run', description='How fast slad is on this machine (docs/PERFORMANCE.md).')
    parser.add_argument('--runs', type=int, default=5, help='how often each is measured (5)')
    parser.add_argument('--scale', type=float, default=1, help='the share of all sizes: 0.05 for a quick look (1)')
    names = ', '.join([*scenarios.NAMES, 'limits', 'instead'])
    parser.add_argument('--only', metavar='NAME,...', help=f'some of: {names}')
    parser.add_argument('--json', metavar='FILE', help='write everything there, for tests/bench/compare')
    parser.add_argument('--build', metavar='FOLDER', required=True, help='where it is built (build/bench)')
    parser.add_argument('--work', metavar='FOLDER', help='where databases and events are written: on a disk (that of --build)')
    args = parser.parse_args()
    args.only = args.only.split(',') if args.only else [*scenarios.NAMES, 'limits', 'instead']
    unknown = set(args.only) - {*scenarios.NAMES, 'limits', 'instead'}
    if unknown: parser.error(f'{", ".join(sorted(unknown))}: not among {names}')
    if args.runs < 1 or not 0 < args.scale <= 1: parser.error('--runs is at least 1, --scale above 0 and at most 1')
    return args


def first_line(*command):
    try: return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError): return ''


def machine(work):
    cpu = next((x.partition(':')[2].strip() for x in open('/proc/cpuinfo') if x.startswith('model name')), platform.machine())
    memory = int(next(x for x in open('/proc/meminfo') if x.startswith('MemTotal')).split()[1]) // 1024
    return {'processor': cpu, 'cores': len(os.sched_getaffinity(0)), 'memory_mib': memory, 'kernel': platform.release(),
            'disk': first_line('stat', '-f', '-c', '%T', work), 'compiler': first_line('cc', '--version'),
            'commit': first_line('git', '-C', HERE, 'describe', '--always', '--dirty'), 'load_before': os.getloadavg()[0],
            'date': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())}


def steps(args, place, scenes, instead):
    """What a round consists of: (name, what measures it)."""
    limits = Limits(place, scenes.fixed_day)
    out = [('limits', limits.measure)] if 'limits' in args.only else []
    out += [(name, getattr(scenes, name)) for name in scenarios.NAMES if name in args.only]
    return out + ([('instead', instead.measure)] if instead else [])


def measure(args, place, scenes, instead):
    """Every value of every figure, and what could not be measured."""
    values, failed = {}, {}
    for number in range(args.runs):
        for name, step in steps(args, place, scenes, instead):
            if name in failed: continue
            os.sync()  # what the one before left to be written is not this one's load
            start = time.monotonic()
            try: got = step()
            except (RuntimeError, AssertionError, OSError, subprocess.CalledProcessError) as error:
                failed[name] = str(error); say(f'{name}: {error}')
                continue
            for figure, value in got.items(): values.setdefault(figure, []).append(value)
            told = ', '.join(f'{f} {figures.number(v, figures.ALL[f].unit)} {figures.ALL[f].unit}' for f, v in got.items())
            say(f'run {number + 1} of {args.runs}: {told}  ({time.monotonic() - start:.0f} s)')
    return values, failed


def report(out):
    results, scale, m = out['results'], out['scale'], out['machine']
    print(f'\n{m["processor"]}, {m["cores"]} cores, {m["memory_mib"]:,} MiB, {m["disk"]}, Linux {m["kernel"]}, {m["compiler"]}; slad {m["commit"]}')
    print(f'{out["runs"]} runs' + ('' if scale == 1 else f'; everything at {scale:g} of its size, so not the figures that are asked for') + '\n')
    for title, list in (('slad', figures.FIGURES), ('the limits of this machine', figures.LIMITS), ('what one would take instead', figures.INSTEAD)):
        text = figures.table(title, list, results, scale)
        if text: print(text)
    for name, why in out['left_out'].items(): print(f'left out: {name}: {why}')
    differ = out['facts'].get('instead', {}).get('duckdb', {}).get('differences_from_slad')
    if differ is not None: print(f'DuckDB and slad differ in {len(differ)} groups' if differ else 'DuckDB and slad agree on every count and percentile.')


def main():
    args = arguments()
    work = pathlib.Path(args.work or args.build) / 'slad-bench-work'  # its own: it is emptied
    shutil.rmtree(work, ignore_errors=True)
    place = Place(args.build, work)
    scenes = scenarios.Scenarios(place, HERE, args.scale)
    out = {'runs': args.runs, 'scale': args.scale, 'machine': machine(work)}
    if out['machine']['disk'] in ('tmpfs', 'ramfs'): sys.exit(f'{work} is not on a disk, where a sync costs nothing: give another with --work')
    try:
        instead = Instead(place, HERE, scenes.fixed_day) if 'instead' in args.only else None
        values, failed = measure(args, place, scenes, instead)
    finally:
        scenes.close(); shutil.rmtree(work, ignore_errors=True)
    out['results'] = {name: figures.summary(v) for name, v in values.items()}
    figures.derived(out['results'], args.scale)
    for name in out['results']:
        f = figures.ALL[name]
        out['results'][name] |= {'what': f.what, 'unit': f.unit, 'better': f.better, 'floor': f.floor, 'goal': f.goal, 'limit': f.limit,
                                 'share_of_limit': figures.share(name, out['results']), 'verdict': figures.verdict(name, out['results'], args.scale)}
    out['facts'] = scenes.facts | ({'instead': instead.facts} if instead else {})
    out['left_out'] = failed | (instead.left_out if instead else {})
    report(out)
    if args.json: pathlib.Path(args.json).write_text(json.dumps(out, indent=1, default=str) + '\n')
    return 1 if failed else 0


if __name__ == '__main__': sys.exit(main())

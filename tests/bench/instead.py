"""What somebody would take instead: sec with one rule; DuckDB, which answers in SQL what can be said simply there. They are
fetched into a cache outside the repository; what cannot be fetched is said and left out."""
import json, os, pathlib, subprocess, time

CACHE = pathlib.Path(os.environ.get('XDG_CACHE_HOME', pathlib.Path.home() / '.cache')) / 'slad-bench'
DUCKDB = '@duckdb/node-api'
SEC_LINES = 200000  # of the day: more would take it minutes

# What sec's manual has for an event that another has to follow. It goes by the wall clock, so that in a file read at once no
# window runs out: what is measured is how fast it reads and correlates.
SEC_RULE = r'''
type=PairWithWindow
ptype=RegExp
pattern="contact":"([^"]+)","event":"offered".*"channel":"phone"
desc=not answered $1
action=write - breach $1
ptype2=RegExp
pattern2="contact":"$1","event":"(?:answered|abandoned)"
desc2=answered %1
action2=none
window=30
'''


def simple_standards():
    """Twenty that SQL can answer by hand: start, stop, limit, by, and no window or the day."""
    def standard(channel, start, stop, limit, by=None, window=None):
        name = f'{channel}-{start}-{stop}-{limit}' + ('-by-day' if window else '') + ('' if by else '-all')
        return {'name': name, 'channel': channel, 'start': start, 'stop': stop, 'limit': limit, 'by': by, 'window': window}
    out = []
    for channel, stop, limits in (('phone', 'answered', (20, 30, 60)), ('chat', 'answered', (45, 60, 120)),
                                  ('social', 'replied', (1800, 2400, 3600)), ('mail', 'replied', (7200, 14400, 21600))):
        out += [standard(channel, 'offered', stop, limit, 'queue', window) for limit, window in zip(limits, (None, 'day', 'day'))]
        out += [standard(channel, 'offered', 'closed', 12 * limits[1]), standard(channel, 'offered', 'closed', 20 * limits[1], None, 'day')]
    return out


def as_yaml(standards):
    keys = lambda s: ', '.join([f'match: {{channel: {s["channel"]}}}', f'start: {s["start"]}', f'stop: {s["stop"]}', f'within: {s["limit"]}s']
                               + [f'{key}: {s[key]}' for key in ('by', 'window') if s[key]])
    return 'standards:\n' + ''.join(f'  {s["name"]}: {{{keys(s)}}}\n' for s in standards)


class Instead:
    def __init__(self, place, here, day):
        self.place, self.here, self.day, self.facts = place, here, day, {}
        self.left_out = {}
        self.sec, self.duckdb = self.fetch('sec', self.fetch_sec), self.fetch('duckdb', self.fetch_duckdb)

    def fetch(self, name, how):
        try: return how()
        except (OSError, subprocess.CalledProcessError) as error:
            output = getattr(error, 'stderr', None) or b''
            self.left_out[name] = (output.decode(errors='replace').strip().splitlines() or [str(error)])[-1]

    def fetch_sec(self):
        """Its package is unpacked, not installed: it would start a service."""
        program = CACHE / 'sec/usr/bin/sec'
        if not program.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            subprocess.run(['apt-get', 'download', 'sec'], cwd=CACHE, check=True, capture_output=True)
            subprocess.run(['dpkg', '-x', next(CACHE.glob('sec_*.deb')), CACHE / 'sec'], check=True, capture_output=True)
        self.facts['sec'] = subprocess.run([program, '--version'], check=True, capture_output=True, text=True).stdout.splitlines()[0]
        return program

    def fetch_duckdb(self):
        if not (CACHE / 'node_modules' / DUCKDB).exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--prefix', CACHE, DUCKDB], check=True, capture_output=True)
        return CACHE / 'node_modules' / DUCKDB / 'lib/index.js'

    def measure(self):
        return (self.measure_sec() if self.sec else {}) | (self.measure_duckdb() if self.duckdb else {})

    def measure_sec(self):
        rule, share = self.place.path('sec.rule'), self.place.path('sec.jsonl'); rule.write_text(SEC_RULE)
        with open(self.day()) as day, open(share, 'w') as out:
            count = 0
            for count, line in enumerate(day, 1):
                out.write(line)
                if count == SEC_LINES: break
        self.facts['sec_lines'] = count
        start = time.monotonic()
        subprocess.run([self.sec, f'--conf={rule}', f'--input={share}', '--notail', '--fromstart'], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return {'sec': count / (time.monotonic() - start)}

    def measure_duckdb(self):
        standards = simple_standards()
        said = subprocess.run(['node', self.here / 'duckdb.mjs', self.duckdb, self.day(), json.dumps(standards)],
                              check=True, stdout=subprocess.PIPE, text=True).stdout
        told = json.loads(said)
        out = {'duckdb-load': told['load'], 'duckdb-1': told['one'], 'duckdb-20': told['all']}
        for name, some in (('slad-1', standards[:1]), ('slad-20', standards)):
            config = self.place.path('simple.yaml'); config.write_text(as_yaml(some))
            run = self.place.replay(config, self.day()); out[name] = run['seconds']
        self.facts['duckdb'] = {'version': told['version'], 'threads': told['threads'],
                                'differences_from_slad': differences(told['answers'], json.loads(run['report'].read_text()))}
        return out


def differences(answers, report):
    """Where SQL and slad disagree: counts must be equal, percentiles within the 0.5 % that slad promises."""
    slad = {(s['name'], json.dumps(g['group'])): g for s in report['standards'] for g in s['groups']}
    out = []
    for a in answers:
        mine = slad.pop((a['standard'], json.dumps(a['group'])), {'met': 0, 'missed': 0, 'percentiles': {}})
        same = (mine['met'], mine['missed']) == (a['met'], a['missed'])
        for q, value in (a['percentiles'] or {}).items():
            same = same and mine['percentiles'].get(q) is not None and abs(mine['percentiles'][q] - value) <= 0.005 * value
        if not same: out.append([a['standard'], a['group'], [mine['met'], mine['missed'], mine['percentiles']], [a['met'], a['missed'], a['percentiles']]])
    return out + [[name, group, 'only slad'] for (name, group), g in slad.items() if g['counted']]

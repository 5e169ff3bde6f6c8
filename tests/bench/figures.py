"""What is measured, what it should come to, and which limit of the machine it is held against."""
import dataclasses, statistics


@dataclasses.dataclass(frozen=True)
class Figure:
    name: str
    what: str
    unit: str
    better: str = 'more'      # or 'less'
    floor: float = None       # to be reached
    goal: float = None
    limit: str = None         # the name of a limit of the same unit
    scaled: bool = False      # floor and limit are of the full size: of less there is less


FIGURES = [
    Figure('replay', 'slad replay, 20 standards, a day of 3 million events', 'events/s', floor=500e3, goal=1e6, limit='cjson'),
    Figure('ingest', 'Unix socket to journal and breaches on disk, acknowledged, 20 standards', 'events/s', floor=250e3, goal=500e3, limit='cjson-insert'),
    Figure('ingest-ack', 'from due to be sent to acknowledged at half that load, 99th percentile', 'ms', 'less', floor=50, limit='sync'),
    Figure('ingest-open', 'speed of the same with a million contacts open, of that with a thousand', '%', floor=80),
    Figure('ingest-scattered', 'the same, contacts have names in no order (UUIDs)', 'events/s', limit='cjson-insert'),
    Figure('ingest-past', 'the same, the whole of a past day is new to it at once', 'events/s', limit='cjson-insert'),
    Figure('cpu', 'processor time of the daemon for a million of those events', 's', 'less'),
    Figure('disk', 'on disk for each of those events: journal, breaches, figures', 'bytes', 'less'),
    Figure('memory', 'an open contact that five standards apply to', 'bytes', 'less', floor=512),
    Figure('due', 'from due + grace to the breach committed and told, a million open, 99th percentile', 'ms', 'less', floor=100, limit='sync'),
    Figure('restart', 'ready again after a stop, with 10 million events in the journal', 's', 'less', floor=20, limit='cjson-journal', scaled=True),
    Figure('restart-cold', 'the same, nothing of it in the system\'s memory', 's', 'less', limit='cjson-journal', scaled=True),
    Figure('restart-killed', 'the same after a crash, as the last of them was acknowledged', 's', 'less', floor=20, limit='cjson-journal', scaled=True),
    Figure('restart-journal', 'the same where no engine was kept: the whole journal is read', 's', 'less', limit='cjson-journal', scaled=True),
    Figure('memory-journal', 'in memory after a start, for each event in the journal', 'bytes', 'less'),
    Figure('breaches', 'GET /v1/breaches under full ingest, 99th percentile', 'ms', 'less', floor=10),
    Figure('names', 'speed with 500 standards on as many names of events, of that with 5', '%', floor=80),
    Figure('late-one', 'events of one contact, 30,000 in no order', 'events/s', limit='cjson-insert'),
    Figure('late-queue', 'events of subjects that are whole queues, up to 2 s late', 'events/s', limit='cjson-insert'),
    Figure('late-recalled', 'late events of contacts that are read back from the journal', 'contacts/s', limit='cjson-insert'),
]

LIMITS = [
    Figure('cjson', 'cJSON parses the lines of the day, one core', 'events/s'),
    Figure('insert', 'SQLite inserts them as rows, FULL, 1,000 a transaction, with the journal\'s indices', 'events/s'),
    Figure('insert-no-contact', 'the same without the index of contacts', 'events/s'),
    Figure('cjson-insert', 'cJSON, then SQLite with its indices, in one thread (from the two figures)', 'events/s'),
    Figure('cjson-journal', 'cJSON parses 10 million such lines (from its figure)', 's', 'less', scaled=True),
    Figure('socket', 'the lines through Unix sockets to a reader that only counts and acknowledges', 'events/s'),
    Figure('sync', '4 KiB appended to a file and synced, 99th percentile', 'ms', 'less'),
    Figure('copy', 'memcpy of the file', 'events/s'),
    Figure('count', 'its newlines counted with memchr, as wc -l does', 'events/s'),
]

INSTEAD = [
    Figure('sec', 'sec, one rule: calls that are not answered within 30 s', 'events/s'),
    Figure('duckdb-load', 'DuckDB reads the day into a table', 's', 'less', scaled=True),
    Figure('duckdb-1', 'DuckDB then answers one simple standard in SQL', 's', 'less', scaled=True),
    Figure('duckdb-20', 'DuckDB then answers twenty', 's', 'less', scaled=True),
    Figure('slad-1', 'slad replay of the file, that one standard', 's', 'less', scaled=True),
    Figure('slad-20', 'slad replay of the file, those twenty', 's', 'less', scaled=True),
]

ALL = {figure.name: figure for figure in FIGURES + LIMITS + INSTEAD}


def summary(values):
    return {'median': statistics.median(values), 'min': min(values), 'max': max(values), 'values': values}


def derived(results, scale):
    """Adds the limits that follow from others, from their medians."""
    median = lambda name: results[name]['median']
    if 'cjson' in results:
        results['cjson-journal'] = summary([10e6 * scale / median('cjson')])
        if 'insert' in results:
            results['cjson-insert'] = summary([1 / (1 / median('cjson') + 1 / median('insert'))])


def share(name, results):
    """How much of its limit a figure reaches: 1 is all of it. None where that limit was not measured."""
    figure = ALL[name]
    if not figure.limit or figure.limit not in results: return None
    mine, limit = results[name]['median'], results[figure.limit]['median']
    return mine / limit if figure.better == 'more' else limit / mine


def verdict(name, results, scale):
    """'goal', 'floor', 'below', or None where nothing was asked for."""
    figure, median = ALL[name], results[name]['median']
    if figure.floor is None: return None
    reaches = lambda bound: median >= bound if figure.better == 'more' else median <= bound
    if figure.goal is not None and reaches(figure.goal): return 'goal'
    return 'floor' if reaches(figure.floor * (scale if figure.scaled else 1)) else 'below'


def number(value, unit):
    if value is None: return '-'
    if unit.endswith('/s') or unit == 'bytes': return f'{value:,.0f}'
    return f'{value:.3g}' if value < 100 else f'{value:,.0f}'


HEAD = ['', 'median', 'least', 'most', 'unit', 'at least', 'of its limit', '']


def rows(figures, results, scale):
    """The cells of each figure that was measured, as HEAD names them."""
    for f in figures:
        if f.name not in results: continue
        r, of, said = results[f.name], share(f.name, results), verdict(f.name, results, scale)
        bound = '' if f.floor is None else ('' if f.better == 'more' else '≤ ') + number(f.floor * (scale if f.scaled else 1), f.unit)
        if f.goal: bound += f' ({number(f.goal, f.unit)})'
        yield [f.name, *(number(r[key], f.unit) for key in ('median', 'min', 'max')), f.unit, bound,
               f'{100 * of:.3g} % of {f.limit}' if of else '', {'below': 'NOT REACHED', 'goal': 'goal'}.get(said, '')]


def table(title, figures, results, scale):
    """A table for a terminal; the columns that it has no use for are left out."""
    cells = [HEAD, *rows(figures, results, scale)]
    if len(cells) == 1: return ''
    kept = [i for i in range(len(HEAD)) if any(row[i] for row in cells[1:])]
    widths = {i: max(len(row[i]) for row in cells) for i in kept}
    align = lambda i, text: text.rjust(widths[i]) if i in (1, 2, 3, 5) else text.ljust(widths[i])
    return '\n'.join([title] + ['  ' + '  '.join(align(i, row[i]) for i in kept).rstrip() for row in cells]) + '\n'

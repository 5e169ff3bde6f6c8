#!/usr/bin/python3
"""Draws what `scale` measured.  tests/bench/plot.py docs/scale.csv docs/scale.svg"""
import csv, html, math, sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 330, 230, 52, 14, 46, 40
INK, FAINT, LINE = '#24292f', '#d0d7de', '#0969da'

# series, column, title, x axis, y axis, logarithmic y
PANELS = [
    ('open', 'events_per_second', 'Speed of intake', 'open contacts', 'events/s', False),
    ('open', 'bytes_in_memory', 'Memory', 'open contacts', 'bytes', True),
    ('restart', 'seconds', 'Start after a stop', 'events in the journal', 'seconds', True),
    ('standards', 'events_per_second', 'Speed of replay', 'standards', 'events/s', True),
    ('groups', 'events_per_second', 'Speed of replay', 'groups of a standard', 'events/s', False),
    ('restart', 'seconds_journal', 'Start that reads the journal', 'events in the journal', 'seconds', True),
    ('restart', 'bytes_on_disk', 'Disk', 'events in the journal', 'bytes', True),
]


def short(n):
    for bound, unit in ((1e9, 'G'), (1e6, 'M'), (1e3, 'k')):
        if n >= bound: return f'{n / bound:.3g} {unit}'
    return f'{n:.3g}'


def nice_ticks(top):
    """A few round steps from 0 to at least top."""
    step = 10 ** math.floor(math.log10(top / 3))
    step *= next(m for m in (1, 2, 5, 10) if top / (step * m) <= 4)
    return [i * step for i in range(math.ceil(top / step) + 1)]


def decades(values):
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return [10.0 ** e for e in range(low, max(high, low + 1) + 1)]


class Axis:
    def __init__(self, ticks, start, end, log):
        place = math.log10 if log else float
        self.ticks, self.start, self.end, self.place = ticks, start, end, place
    def __call__(self, value):
        low, high = self.place(self.ticks[0]), self.place(self.ticks[-1])
        return self.start + (self.place(value) - low) / (high - low) * (self.end - self.start)


def text(x, y, what, size=11, anchor='middle', weight='normal', more=''):
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" fill="{INK}"{more}>{html.escape(what)}</text>'


def panel(points, title, x_name, y_name, log):
    """One drawing, its corner at 0, 0."""
    x = Axis(decades([p[0] for p in points]), LEFT, WIDTH - RIGHT, True)
    y = Axis(decades([p[1] for p in points]) if log else nice_ticks(max(p[1] for p in points)), HEIGHT - BOTTOM, TOP, log)
    out = [text(LEFT, 20, title, 13, 'start', 'bold'), text(LEFT, 36, y_name, 11, 'start'), text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6, x_name)]
    for t in y.ticks:
        out += [f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(t):.1f}" y2="{y(t):.1f}" stroke="{FAINT}"/>', text(LEFT - 6, y(t) + 4, short(t), 10, 'end')]
    out += [text(x(t), HEIGHT - BOTTOM + 15, short(t), 10) for t in x.ticks]
    path = ' '.join(f'{x(a):.1f},{y(b):.1f}' for a, b in points)
    out.append(f'<polyline points="{path}" fill="none" stroke="{LINE}" stroke-width="2"/>')
    for a, b in points:
        out.append(f'<circle cx="{x(a):.1f}" cy="{y(b):.1f}" r="3.5" fill="{LINE}"><title>{short(a)}: {short(b)}</title></circle>')
    (_, before), (last_x, last) = points[-2:]
    out.append(text(min(x(last_x) + 4, WIDTH - 2), y(last) + (17 if last < before else -8), short(last), 11, 'end', 'bold'))
    return out


def main():
    rows = list(csv.DictReader(open(sys.argv[1], newline='')))
    drawn = []
    for series, column, *about in PANELS:
        points = [(float(r['size']), float(r[column])) for r in rows if r['series'] == series and r[column]]
        if len(points) > 1: drawn.append(panel(points, *about))
    across = 3
    width, height = across * WIDTH, max(1, math.ceil(len(drawn) / across)) * HEIGHT
    with open(sys.argv[2], 'w') as out:
        out.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
                  f'font-family="system-ui, sans-serif">\n<rect width="100%" height="100%" fill="#fff"/>\n')
        for i, parts in enumerate(drawn):
            out.write(f'<g transform="translate({i % across * WIDTH},{i // across * HEIGHT})">\n' + '\n'.join(parts) + '\n</g>\n')
        out.write('</svg>\n')


if __name__ == '__main__': main()

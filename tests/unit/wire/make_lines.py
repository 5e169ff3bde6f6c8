#!/usr/bin/env python3
"""Writes data/lines.tsv: odd event lines with the verdict that Python's json comes to under the rules of
docs/STANDARDS.md, "Events". Run it anew after a change of rules:  python3 make_lines.py > data/lines.tsv

Columns: verdict (event, hello, blank, rejected), at in ms or -, contact, event, id or -, attributes, the line. Texts
are percent-encoded; attributes are name=kind:value joined by &, numbers as C's hexadecimal floats."""
import datetime, json, math, random, re
from fractions import Fraction

LINE_MAX, DEPTH_MAX = 65536, 16

STAMP = re.compile(r'(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:)(\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)', re.ASCII)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)

def instant(v):
    if isinstance(v, float):
        ms = math.floor(v * 1000 + 0.5) if abs(v) < 1e11 else math.floor(v + 0.5)
    else:
        m = STAMP.fullmatch(v)
        assert m
        day, hm, sec, frac, zone = m.groups()
        leap = sec == '60'
        t = datetime.datetime.fromisoformat(day + 'T' + hm + ('59' if leap else sec) + ('+00:00' if zone in 'Zz' else zone))
        ms = (t - EPOCH) // datetime.timedelta(milliseconds=1) + 1000 * leap
        if frac: ms += math.floor(Fraction(int(frac), 10 ** len(frac)) * 1000 + Fraction(1, 2))
    assert 0 <= ms < 253402300800000
    return ms

class Obj(list):
    """An object as all its pairs, so that nothing hides behind a key that stands twice."""

def text(s):
    assert not any(c == '\0' or '\ud800' <= c <= '\udfff' for c in s)
    return s

def pairs(items):
    for k, v in items: text(k)
    return Obj(items)

def checked(v):
    if isinstance(v, str): text(v)
    elif isinstance(v, Obj): [checked(x) for _, x in v]
    elif isinstance(v, list): [checked(x) for x in v]
    return v

def number(x):
    v = float(x)
    assert math.isfinite(v)
    return v + 0.0

def refuse(x): raise ValueError(x)
def depth(v):
    inner = [x for _, x in v] if isinstance(v, Obj) else v if isinstance(v, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)

def pct(s): return ''.join(chr(b) if 0x21 <= b < 0x7F and b not in b'%&=' else f'%{b:02X}' for b in (s if isinstance(s, bytes) else s.encode()))

def shown(v):
    if v is None: return 'z:'
    if isinstance(v, bool): return 'b:' + ('1' if v else '0')
    if isinstance(v, float): return 'n:' + v.hex()
    return 't:' + pct(v)

def read(line):
    assert len(line) <= LINE_MAX
    e = checked(json.loads(line.decode(), object_pairs_hook=pairs, parse_constant=refuse, parse_float=number, parse_int=number))
    assert isinstance(e, Obj) and depth(e) <= DEPTH_MAX
    d = dict(e)
    assert len(d) == len(e)
    if list(d) == ['hello'] and isinstance(d['hello'], Obj):
        client = dict(d['hello']).get('client')
        assert client is None or isinstance(client, str)
        return ['hello', '-', pct(client or ''), '', '-', '']
    for k in ('contact', 'event'): assert isinstance(d[k], str) and d[k]
    assert d.get('id') is None or isinstance(d['id'], str)
    at = d.get('at')
    assert not isinstance(at, bool)
    at = '-' if at is None else str(instant(at))
    own = [(k, v) for k, v in e if k not in ('contact', 'event', 'at', 'id') and not isinstance(v, list)]
    return ['event', at, pct(d['contact']), pct(d['event']), '-' if d.get('id') is None else pct(d['id']) or '%', '&'.join(f'{pct(k)}={shown(v)}' for k, v in own)]

def verdict(line):
    if len(line) <= LINE_MAX and not line.strip(): return ['blank', '-', '', '', '-', '']
    try: return read(line)
    except Exception: return ['rejected', '-', '', '', '-', '']

BAD = ['{"contact":"c0001"}', 'not json', '[]', 'null', '{"contact":"x","event":"offered","at":"2026-03-02T08:00:00"}', '{"contact":"","event":"e","at":0}', '{"contact":"x","event":"e"}',
       '{"contact":"x","event":"e","at":null}', '{"contact":"x","event":"e","at":true}', '{"contact":"x","event":"e","at":1e400}', '{"contact":"x","event":"e","at":1,"v":NaN}', '{"contact":"x","event":"e","at":1,"at":2}',
       '{"contact":"x","event":"e","at":1,"id":7}', '{"contact":"x","event":"e","at":"2026-02-30T08:00:00Z"}', '{"contact":"x","event":"e","at":"2026-03-02T24:00:00Z"}', '{"contact":"x","event":"e","at":-5}', '{"contact":"x","event":"e","at":1}}', '{"contact":5,"event":"e","at":1}',
       '{"contact":"x","event":"e","at":1,"v":1' + '0' * 400 + '}', '{"contact":"x","event":"e","at":1,"v":"a\\u0000"}', '{"contact":"x\\ud800","event":"e","at":1}', '{"contact":"x","event":"e","at":"2026-01-01T08:00:61Z"}', '{"contact":"x","event":"e","at":"2026-01-01T08:00:00,5Z"}',
       '{"contact":"x","event":"e","at":"2026-01-01T08:00Z"}', '\ufeff{"contact":"x","event":"e","at":1}', '{"contact":"c0001","event":"note","at":1,"n":{"x":1,"x":2}}', '{"contact":"c0001","event":"note","at":9007199254740993}']

ODD = ['', ' ', '\t\r', '\v\f', '{}', '{', '}', '{"contact":"x","event":"e","at":1}x', '{"contact":"x","event":"e","at":1} \t\r', ' {"contact" : "x" , "event" : "e" , "at" : 1 } ', '{"contact":"x","event":"e","at":1,}', '{,"contact":"x","event":"e","at":1}',
       '{"contact":"x""event":"e","at":1}', '{"contact":"x","event":"e","at":1}{}', '{"contact":"x","event":"e","at":1}\0', '{"contact":"x","event":"e",\v"at":1}', "{'contact':'x','event':'e','at':1}", '{"contact":"x","event":"e","at":1 // c\n}', '{contact:"x","event":"e","at":1}',
       '{"contact":"x","event":"e","at":1,"a":1,"\\u0061":2}', '{"contact":"x","event":"e","\\u0061t":1}', '{"contact":"x","event":"e","at":1,"":2}', '{"contact":"x","event":"e","at":1,"":2,"":3}', '{"Contact":"x","event":"e","at":1}', '{"contact":"x","CONTACT":"y","event":"e","at":1}',
       '{"contact":"x","event":"e","at":1,"id":null}', '{"contact":"x","event":"e","at":1,"id":""}', '{"contact":"x","event":"e","at":1,"id":"e1"}', '{"contact":"x","event":"e","at":1,"id":true}', '{"contact":"x","event":"e","at":1,"id":["e1"]}', '{"contact":null,"event":"e"}', '{"contact":{"a":1},"event":"e"}',
       '{"contact":"x","event":"","at":1}', '{"contact":"x","event":null,"at":1}', '{"contact":"x","event":["e"],"at":1}', '{"contact":"x","event":"e","at":[1]}', '{"contact":"x","event":"e","at":{}}', '{"contact":"x","event":"e","at":""}', '{"contact":"x","event":"e","at":false}',
       '{"contact":"x","event":"e","at":1,"n":{"x":"\\u0000","x":1}}', '{"contact":"x","event":"e","at":1,"n":{"\\ud800":1}}', '{"contact":"x","event":"e","at":1,"n":[1e999]}', '{"contact":"x","event":"e","at":1,"n":[NaN]}', '{"contact":"x","event":"e","at":1,"n":{"x":1,}}', '{"contact":"x","event":"e","at":1,"n":[1,]}',
       '{"contact":"x","event":"e","at":1,"n":[,1]}', '{"contact":"x","event":"e","at":1,"n":[}', '{"contact":"x","event":"e","at":1,"n":{]}', '{"contact":"x","event":"e","at":1,"n":[ ] , "m" : { } }', '{"contact":"x","event":"e","at":1,"n":[1 2]}', '{"contact":"x","event":"e","at":1,"n":{"a" "b"}}', '{"contact":"x","event":"e","at":1,"n":{1:2}}',
       '{"hello":{}}', '{"hello":{"client":"pbx-1"}}', '{"hello":{"client":"p\\u0062x","v":[1,{"client":2}]}}', '{"hello":{"client":7}}', '{"hello":{"client":null}}', '{"hello":{"client":[]}}', '{"hello":1}', '{"hello":[]}', '{"hello":"x"}', '{"hello":null}', '{"hello":{},"x":1}', '{"hello":{},"hello":{}}', '{"hello":{"client":"a","client":"b"}}', '{"hello":{"client":"a"}}x',
       '{"hello":{},"contact":"x","event":"e","at":1}', '{"hello":"w","contact":"x","event":"e","at":1}', '{"HELLO":{}}', '{"hell\\u006f":{"client":"z"}}',
       '{"contact":"x","event":"e","at":1,"v":"\\', '{"contact":"x","event":"e","at":1,"v":"\\u00', '{"contact":"x","event":"e","at":1,"v":"abc', '{"contact":"x","event":"e","at":1,"v":tru', '{"contact":"x","event":"e","at":1,"v":', '{"contact":"x","event":"e","at":1,"v"', '{"contact":"x","event":"e","at":1,', '{"contact":"x","event":"e","at":1', '{"contact":"x","event":"e","at":-']

VALUES = ['0', '-0', '-0.0', '-0e5', '00', '007', '-01', '+1', '.5', '-.5', '1.', '1.e5', '1e', '1e+', '1E5', '1e05', '1e-05', '1.5e+3', '0x10', '1_000', '1,000', 'Infinity', '-Infinity', 'NaN', 'nan', 'inf', '1e308', '1.7976931348623157e308', '1.7976931348623158e308', '1.7976931348623159e308', '-1e309', '1e-400', '-1e-400', '5e-324', '2e-324', '3e-324',
          '0e999999999999', '1e-999999999999', '1e999999999999', '0.1', '0.30000000000000004', '9007199254740993', '9007199254740992', '123456789012345', '1234567890123456', '123456789012345e22', '123456789012345e23', '123456789012345e-22', '123456789012345e-23', '1e22', '1e23', '8.5e22', '0.000000000000000000000123', '3.9999999', '0.0000005', '1e-7',
          '1.00000000000000011102230246251565', '1.00000000000000011102230246251566', '179769313486231580793' + '0' * 288, '0.' + '0' * 400 + '1', '9' * 800 + 'e-500', '1' + '0' * 308, '1' + '0' * 309, '4.35', '2.2250738585072011e-308', '6.02214076E23', '1 ', ' 1', '- 1', '1 .5', '1. 5', '--1', '1-', '1e5.5', '1ee5', '\u0661', '\uff11',
          'true', 'false', 'null', 'True', 'TRUE', 'nul', 'nulll', 'truefalse', 'undefined', '', '"', '""', '"a', 'a"', '"\\"', '"\\\\"', '"\\/"', '"\\b\\f\\n\\r\\t\\"\\\\\\/"', '"\\a"', '"\\x41"', '"\\0"', '"\\u"', '"\\u12"', '"\\u12g4"', '"\\U0041"', '"\\u0041"', '"\\u00e9"', '"\\u20AC"', '"\\uffff"', '"\\ufffe"', '"\\ud83d\\ude00"', '"\\uD83D\\uDE00"', '"\\ud83d"', '"\\ude00"',
          '"\\ud83dx"', '"\\ud83d\\n"', '"\\ud83d\\u0041"', '"\\ud83d\\ud83d\\ude00"', '"\\ude00\\ud83d"', '"\\udbff\\udfff"', '"\\ud800\\udc00"', '"\\u0000"', '"a\\u0000b"', '"\\u0001"', '"\\u001f"', '"\\u007f"', '"a\tb"', '"a\nb"', '"a\x1fb"', '"a\x7fb"', '"a\0b"', '"\u00e9\u20ac\U0001f600\u2028"', '"\\\u00e9"', '"1234567"', '"12345678"', '"123456789"', '"1234567\\n"', '"12345678\\n9"', '"1234567\u00e9"', '"12345678\u00e9\\u00e9"',
          "'a'", '[]', '{}', '[[]]', '[1,"a",null,true,{"b":[]}]', '{"a":1,"a":1}', '{"a":{"a":{"a":{}}}}', '[1e400]', '["\\ud800"]', '{"\\u0000":1}', '["\t"]', '[01]', '[truE]', '[-]', '[1', '{"a":1', ']', '}', '[[[[', '\ufeff1', '1\ufeff']

TIMES = ['2026-03-02T08:00:00Z', '2026-03-02t08:00:00z', '2026-03-02 10:00:00+02:00', '2026-03-02T08:00:00.0004Z', '2026-03-02T08:00:00.0005Z', '2026-03-02T08:00:00.99949999999999999999999999Z', '2026-03-02T08:00:00.9995Z', '2026-03-02T07:59:60Z', '2026-12-31T23:59:60.5Z', '2026-03-02T08:00:00', '2026-03-02T08:00:00.Z', '2026-03-02T08:00:00+2:00', '2026-03-02T08:00:00+0200',
         '2026-03-02T08:00:00-00:00', '2026-03-02T08:00:00+23:59', '2026-03-02T08:00:00+24:00', '2026-03-02T08:00:00+12:60', '2026-02-29T00:00:00Z', '2024-02-29T00:00:00Z', '2000-02-29T00:00:00Z', '1900-02-28T00:00:00Z', '1970-01-01T00:00:00Z', '1969-12-31T23:59:59.9996Z', '1969-12-31T23:59:59.9994Z', '1970-01-01T01:00:00+01:00', '1970-01-01T00:00:00+00:01', '9999-12-31T23:59:59.999Z',
         '9999-12-31T23:59:59.9995Z', '9999-12-31T23:59:60Z', '10000-01-01T00:00:00Z', '0000-01-01T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-01-00T00:00:00Z', '2026-04-31T00:00:00Z', '2026-01-01T24:00:00Z', '2026-01-01T23:60:00Z', '2026-01-01T23:59:61Z', '2026-01-01T08:00Z', '2026-01-01', ' 2026-01-01T08:00:00Z', '2026-01-01T08:00:00Z ', '2026-01-01  08:00:00Z',
         '2026-01-01T08:00:00,5Z', '20260101T080000Z', '2026-W01-1T08:00:00Z', '1772438400', 'now', '\u0662026-01-01T08:00:00Z', '2026-01-01T08:00:00\u22120:00', '2026-1-1T08:00:00Z']
NUMBERS = ['0', '-0.0', '-0.0004', '-0.0005', '-0.0006', '0.0005', '0.0004999', '1', '1.0005', '1.2345', '1772438400', '1772438430123', '1772442000.001', '99999999999', '99999999999.9', '1e11', '100000000000', '100000000000.5', '253402300799999', '253402300799999.4', '253402300799999.5', '253402300800000', '1e15', '1e308', '-1e11', '-1', '1.7724384e9', '9007199254740993', '0.0015', '4.0005', '1772438400.0005']

def lines():
    head = '{"contact":"x","event":"e","at":1,"v":'
    yield from (x.encode() for x in BAD + ODD)
    yield from ((head + v + '}').encode() for v in VALUES)
    yield from ('{"contact":"x","event":"e","at":"%s"}'.__mod__(t).encode() for t in TIMES)
    yield from ('{"contact":"x","event":"e","at":%s}'.__mod__(n).encode() for n in NUMBERS)
    for raw in (b'\xff', b'\xc3', b'\xc3(', b'\xc0\x80', b'\xe0\x80\x80', b'\xed\xa0\x80', b'\xed\xb0\x80', b'\xf4\x90\x80\x80', b'\xf8\x88\x80\x80\x80', b'\x80', b'\xe2\x82', b'\xe2\x82\xac', b'\xf0\x9f\x98\x80', b'\xef\xbf\xbe', b'\xc2\x80', b'\xc2\x85'):
        yield head.encode() + b'"ab' + raw + b'cd"}'
        yield b'{"contact":"' + raw + b'","event":"e","at":1}'
        yield b'{"contact":"x","event":"e","at":1,"' + raw + b'":1}'
        yield b'{"contact":"x","event":"e","at":1,"n":[{"' + raw + b'":1}]}'
        yield b'{"contact":"x","event":"e","at":1}' + raw
    for n in (14, 15, 16, 17, 200):
        for a, b in (('[', ']'), ('{"a":', '}')):
            yield (head + a * n + '1' + b * n + '}').encode()
            yield (head + a * (n - 1) + ('[]' if a == '[' else '{}') + b * (n - 1) + '}').encode()
    for n in (23, 24, 25, 26, 40):                                         # either way of looking for a key twice
        keys = [f'k{(i * 7) % n}' for i in range(n)]
        for twice in (None, 0, n // 2, n - 1):
            extra = [] if twice is None else [keys[twice]]
            yield ('{"contact":"x","event":"e","at":1,' + ','.join(f'"{k}":{i}' for i, k in enumerate(keys + extra)) + '}').encode()
    for n in (LINE_MAX - 1, LINE_MAX, LINE_MAX + 1): yield head.encode() + b'0' + b' ' * (n - len(head) - 2) + b'}'
    rnd = random.Random('lines')                                           # doubles of every size, as repr and longer
    for _ in range(60):
        v = rnd.choice([rnd.random(), rnd.uniform(-1e6, 1e6), rnd.random() * 10.0 ** rnd.randrange(-300, 300), rnd.getrandbits(rnd.randrange(1, 70)), round(rnd.random() * 1000, rnd.randrange(6))])
        yield (head + (repr(v) if rnd.random() < .5 else f'{v:.{rnd.randrange(1, 30)}{rnd.choice("ef")}}') + '}').encode()

if __name__ == '__main__':
    for line in lines():
        kept = re.sub(rb'( )\1{99,}', lambda m: b'\x01%d\x01' % len(m[0]), line)      # a long run of spaces: %*COUNT*
        print('\t'.join(verdict(line) + [re.sub('%01(\\d+)%01', r'%*\1*', pct(kept))]))

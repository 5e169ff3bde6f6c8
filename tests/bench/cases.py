"""Event lines and standards of the particular cases; the day itself is of make_day.c and day.yaml."""
import random

SECOND, MINUTE, HOUR = 1000, 60000, 3600000
QUEUES = ['sales', 'billing', 'support', 'orders', 'claims', 'complaints', 'documents', 'business']

# All five apply to a contact as of its first event.
FIVE = '''
standards:
  first-reply:   {match: {channel: mail}, start: offered, stop: replied, within: 20h, by: queue, window: day, target: 90%}
  by-priority:   {match: {channel: mail}, start: offered, stop: replied, by: [queue, priority], window: week,
                  within: [{match: {priority: urgent}, limit: 18h}, {limit: 22h}]}
  solved:        {match: {channel: mail}, start: offered, stop: closed, pause: waiting, resume: resumed, within: 23h, by: queue}
  not-abandoned: {match: {channel: mail}, start: offered, stop: replied, fail: abandoned, within: 21h, by: language}
  as-promised:   {match: {channel: mail}, start: offered, stop: closed, due: promised_at, by: queue, window: day, target: 95%}
'''


def write(path, lines):
    with open(path, 'w') as out: out.writelines(lines)
    return path


def open_contacts(path, count, now, promised=None):
    """One event each: mails that wait for their first reply. promised(i): ms; a day from now otherwise. Their customers are not
    those of the day (cu-...): a call of this morning by one who wrote just now would be a late event."""
    def line(i):
        at = promised(i) if promised else now + 24 * HOUR
        return (f'{{"contact":"o-{i:07}","event":"offered","at":{now - 1000 + i % 1000},"channel":"mail","queue":"{QUEUES[i % 8]}",'
                f'"priority":"normal","customer":"co-{i * 7919 % 1000000:06}","language":"en","promised_at":{at}}}\n')
    return write(path, map(line, range(count)))


def names(path, count, kinds, now):
    """Contacts with a start and a stop, each of one of so many kinds of events."""
    def pair(i):
        at, kind = now - HOUR + i * HOUR // count, i // 2 % kinds
        return f'{{"contact":"n-{i // 2:07}","event":"{("begin", "end")[i % 2]}-{kind:03}","at":{at},"queue":"{QUEUES[i // 2 % 8]}"}}\n'
    return write(path, map(pair, range(count)))


def named_standards(kinds):
    return 'standards:\n' + ''.join(
        f'  kind-{k:03}: {{start: begin-{k:03}, stop: end-{k:03}, within: 10s, by: queue, window: 10m, target: 90%}}\n' for k in range(kinds))


def groups(path, count, wanted, now):
    """As names(), of one kind, but in so many groups."""
    def pair(i):
        at = now - HOUR + i * HOUR // count
        return f'{{"contact":"g-{i // 2:07}","event":"{("offered", "answered")[i % 2]}","at":{at},"team":"t-{i // 2 * 7919 % wanted}"}}\n'
    return write(path, map(pair, range(count)))


GROUPED = 'standards: {grouped: {start: offered, stop: answered, within: 10s, by: team, window: 10m, target: 90%}}\n'

EXCHANGE = 'standards: {replied: {start: wrote, stop: replied, repeat: true, within: 90s, by: queue, window: 1h, target: 90%}}\n'


def one_contact(path, count, now):
    """A day of one contact, in no order at all."""
    order = list(range(count)); random.Random(1).shuffle(order)
    return write(path, (f'{{"contact":"big","event":"{("wrote", "replied")[i % 2]}","at":{now - 24 * HOUR + i * 24 * HOUR // count},'
                        f'"queue":"sales"}}\n' for i in order))


BY_QUEUE = 'standards: {busy: {per: queue, start: wrote, stop: replied, repeat: true, within: 2s, by: queue, window: 1h, target: 90%}}\n'


def by_queue(path, count, now):
    """Events of an hour in twenty queues, each queue one subject; every event is under way for up to 2 s."""
    chance = random.Random(1)
    events = sorted((i * HOUR / count + chance.random() * 2 * SECOND, i) for i in range(count))
    return write(path, (f'{{"contact":"j-{i // 2:07}","event":"{("wrote", "replied")[i % 2]}","at":{now - HOUR - 3 * SECOND + i * HOUR // count},'
                        f'"queue":"q-{i // 2 % 20}"}}\n' for _, i in events))


def finished(path, count, now):
    """Contacts with everything behind them."""
    def lines(i):
        start = f'{{"contact":"f-{i:07}","channel":"mail","queue":"{QUEUES[i % 8]}","event":'
        return (f'{start}"offered","at":{now - 3 * MINUTE},"priority":"normal","language":"en"}}\n'
                f'{start}"replied","at":{now - 2 * MINUTE}}}\n{start}"closed","at":{now - MINUTE}}}\n')
    return write(path, map(lines, range(count)))


def afterthoughts(path, count, now):
    """One more event of each of those, between two that it has."""
    return write(path, (f'{{"contact":"f-{i:07}","event":"waiting","at":{now - 150 * SECOND}}}\n' for i in range(count)))

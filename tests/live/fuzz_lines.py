"""The lines of a random case, and the orders in which they may arrive."""
import json

import generate
import oracle

LONG = 200  # events; from 128 on a timeline has landmarks
MINUTE = 60000


class Line:
    """One line to be delivered; `key` is shared by those whose order of arrival matters: one contact, one instant."""
    def __init__(self, text, at=None, key=None):
        self.text, self.at, self.key, self.way = text, at, key, None


def with_id(text, event, n):
    if 'id' not in event:
        return text.rstrip()[:-1] + f', "id": "L{n}"}}'
    return text.replace('"id": null', f'"id": "L{n}"')


def read(text):
    """(event, its instant or None), or None for what is rejected, live as in a replay."""
    try:
        event = json.loads(text)
        if not isinstance(event, dict):
            return None
        return event, None if event.get('at') is None else oracle.instant(event['at'])
    except Exception:
        return None


def lines_of(text):
    """The case's lines, each with an id of its own so that it may be sent again. Left out: lines without an instant
    (live they have one) and further ones with the id of another (which of them counts depends on arrival)."""
    lines, ids = [], {}
    for n, text in enumerate(text.rstrip('\n').split('\n')):
        known = read(text)
        if not known:
            lines.append(Line(text))
            continue
        event, at = known
        if at is not None and ids.setdefault(event.get('id') or n, text) == text:
            lines.append(Line(with_id(text, event, n), at, (str(event.get('contact')), at)))
    return lines


def long_contact(rnd, first, last):
    """Lines of a contact of the case (c0000) that goes on and on, some of them at the same instant."""
    lines, span = [], last - first + 10 * MINUTE
    for _ in range(rnd.randrange(LONG + 1, 2 * LONG)):
        event = dict(contact='c0000', event=rnd.choice(generate.NAMES))
        at = first + rnd.randrange(span)
        event['at'] = generate.utc(at - at % rnd.choice([1, 1, MINUTE]))
        if event['event'] == 'offered':
            event.update(channel=rnd.choice(generate.CHANNELS), priority=rnd.randrange(1, 5))
        if event['event'] == 'message':
            event.update(author=rnd.choice(['agent', 'customer']), public=rnd.random() < .8)
        if event['event'] == 'answered':
            event.update(agent=rnd.choice(generate.AGENTS), rings=rnd.randrange(1, 7))
        if event['event'] in ('offered', 'transferred'):
            event['queue'] = rnd.choice(generate.QUEUES)
        if event['event'] == 'status':
            event['status'] = rnd.choice(['open', 'pending', 'on-hold'])
        if event['event'] == 'scored':
            event['csat'] = rnd.choice([1, 2, 3, 4, 5, 4.5])
        lines.append(json.dumps(event, ensure_ascii=False))
    return lines


def by_instant(lines):
    """In the order of their instants; what has none stays behind the line before it."""
    at, keyed = 0, []
    for line in lines:
        at = at if line.at is None else line.at
        keyed.append((at, line))
    return [line for _, line in sorted(keyed, key=lambda pair: pair[0])]


def shuffled(rnd, lines):
    """By arrival: from nearly as they happened to any order at all."""
    far = rnd.choice([0, 0, .02, .2, 2]) * len(lines)
    order = sorted(range(len(lines)), key=lambda i: i + rnd.uniform(0, far))
    places = {}
    for i in order:
        if lines[i].key:
            places.setdefault(lines[i].key, []).append(i)
    places = {key: iter(sorted(indices)) for key, indices in places.items()}
    return [lines[next(places[lines[i].key])] if lines[i].key else lines[i] for i in order]

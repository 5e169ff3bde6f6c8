#!/usr/bin/env python3
"""Plays a call centre's morning at slad, faster than life, on a clock that slad is told to follow.

    play.py --socket EVENTS.SOCK --clock FILE [--speed 20] [--seed 1] [--for SECONDS]

The clock is the first eight bytes of FILE: milliseconds since the epoch, little-endian. Every event is sent when the
clock reaches it; the answers of slad ({"ack":N}) are read and counted. Ends at --for seconds of real time, or on ^C."""
import argparse, heapq, json, mmap, random, signal, socket, struct, sys, time

STEP_S = 0.02          # how often the clock is moved on
QUEUES = {'billing': (9, 8.0), 'sales': (15, 12.0), 'support': (12, 22.0)}  # seconds between calls, seconds to answer
AGENTS = ['anna', 'boris', 'carla', 'dainis', 'elza']


def iso(ms):
    t = time.gmtime(ms / 1000)
    return time.strftime('%Y-%m-%dT%H:%M:%S', t) + f'.{ms % 1000:03d}Z'


class Centre:
    """What happens next, as a heap of (instant, order, event)."""

    def __init__(self, seed, start_ms):
        self.rnd, self.heap, self.order, self.calls = random.Random(seed), [], 0, 0
        for queue in QUEUES:
            self.call(queue, start_ms)
        self.chat(start_ms)

    def at(self, ms, contact, event, **attributes):
        heapq.heappush(self.heap, (int(ms), self.order, dict(contact=contact, event=event, **attributes)))
        self.order += 1

    def call(self, queue, now):
        """One call, and the arrival of the next. Every ten minutes support is short of people for three."""
        r, (between, patience) = self.rnd, QUEUES[queue]
        t, self.calls = now + r.expovariate(1 / (between * 1000)), self.calls + 1
        contact = f'call-{self.calls:05d}'
        self.at(t, contact, 'offered', channel='phone', queue=queue, next=queue)
        rush = queue == 'support' and int(t / 60000) % 10 < 3
        wait = r.expovariate(1 / (patience * 1000 * (4 if rush else 0.6)))
        if wait > 90000 * r.random() + 5000:
            self.at(t + min(wait, 60000 * r.random() + 3000), contact, 'abandoned')
            return
        talk = r.lognormvariate(4.6, 0.6) * 1000
        self.at(t + wait, contact, 'answered', agent=r.choice(AGENTS), rings=1 + int(r.expovariate(1.2)))
        self.at(t + wait + talk, contact, 'closed')
        if r.random() < 0.4:
            self.at(t + wait + talk + 20000, contact, 'scored', csat=r.choice([1, 2, 3] if rush else [3, 4, 4, 5, 5]))

    def chat(self, now):
        r = self.rnd
        t, self.calls = now + r.expovariate(1 / 20000), self.calls + 1
        contact = f'chat-{self.calls:05d}'
        self.at(t, contact, 'offered', channel='chat', queue='web', next='chat')
        self.at(t + r.lognormvariate(3.4, 0.8) * 1000, contact, 'replied', agent=r.choice(AGENTS))

    def due(self, now):
        while self.heap and self.heap[0][0] <= now:
            at, _, event = heapq.heappop(self.heap)
            follow = event.pop('next', None)
            if follow == 'chat': self.chat(at)
            elif follow: self.call(follow, at)
            event['at'] = iso(at)
            yield event


def main():
    p = argparse.ArgumentParser()
    p.add_argument('--socket', required=True); p.add_argument('--clock', required=True)
    p.add_argument('--speed', type=float, default=20); p.add_argument('--seed', type=int, default=1)
    p.add_argument('--for', type=float, dest='seconds')
    a = p.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open(a.clock, 'r+b') as f: clock = mmap.mmap(f.fileno(), 8)
    start_ms, = struct.unpack('<q', clock[:8])
    centre = Centre(a.seed, start_ms)
    s = socket.socket(socket.AF_UNIX); s.connect(a.socket)
    s.sendall(b'{"hello":{"client":"demo"}}\n')
    began = time.monotonic()
    while a.seconds is None or time.monotonic() - began < a.seconds:
        now = start_ms + int((time.monotonic() - began) * 1000 * a.speed)
        lines = ''.join(json.dumps(e) + '\n' for e in centre.due(now))
        clock[:8] = struct.pack('<q', now)
        if lines: s.sendall(lines.encode())
        s.setblocking(False)
        try: s.recv(65536)                 # acknowledgements
        except BlockingIOError: pass
        s.setblocking(True)
        time.sleep(STEP_S)


if __name__ == '__main__':
    try: main()
    except KeyboardInterrupt: pass
    except (BrokenPipeError, ConnectionError): sys.exit('play.py: slad closed the connection')

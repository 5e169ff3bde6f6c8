"""The scenarios: each makes what it needs, measures once, and returns figures by name (figures.py)."""
import datetime, json, statistics, subprocess, time
import cases, figures
from place import Daemon, Unix

EVENTS, JOURNAL, OPEN = 3000000, 10000000, 1000000
GRACE_MS = 2000  # the default of slad
DAY_MS, DAY_END = 24 * cases.HOUR, 1772496000000  # the default of make_day
IN_FLIGHT = 16000  # lines that may be on their way from the generator to the daemon, and a good deal more
PUBLISH_EVERY = 250000  # lines: once a second, if they come as fast as they should; in life it is every 10 s


def now_ms(): return int(time.time() * 1000)


class Scenarios:
    def __init__(self, place, here, scale):
        self.place, self.scale = place, scale
        self.events, self.journal = int(EVENTS * scale), int(JOURNAL * scale)
        self.open = max(int(OPEN * scale), 1000)
        self.standards = here / 'day.yaml'
        self.facts = {}           # beside the figures: what somebody who doubts them would ask
        self.speeds = []          # of ingest, so far
        self.restarted = None     # the daemon with the long journal, made once

    def close(self):
        if self.restarted: self.restarted.__exit__()

    def fixed_day(self):
        """The same for all that do not run against the clock; made once."""
        path = self.place.path('day.jsonl')
        if not path.exists():
            path, facts = self.place.day('day.jsonl', self.events)
            self.facts['day'] = facts | {'bytes': path.stat().st_size}
        return path

    def living(self, events_a_day, days=1, end_ms=DAY_END, name='daemon'):
        """A daemon for which the day passes as its lines are poured in (pour --clock). Seconds stand for hours, so what is
        counted in seconds of the clock is made as long as it would be in lines."""
        seconds = lambda lines: max(10, int(lines * 86400 / events_a_day))
        settings = f'publish: {seconds(PUBLISH_EVERY)}s\ngrace: {seconds(IN_FLIGHT)}s\n'
        return Daemon(self.place, self.standards, settings=settings, name=name, clock=end_ms - int(days * DAY_MS))

    def fresh_day(self): return self.place.day('now.jsonl', self.events, end_ms=now_ms())[0]

    def note(self, name, daemon, poured):
        """What a run left behind: none of it is a figure to reach."""
        counters = daemon.status()['counters']
        self.facts[name] = {
            'daemon_cpu_seconds': daemon.cpu(), 'pour_cpu_seconds': poured['cpu_seconds'], 'seconds': poured['seconds'],
            'bytes_on_disk': daemon.disk(), 'bytes_in_memory': daemon.memory(), 'ack_us': poured['ack_us'],
            **{key: counters[key] for key in ('commits', 'breaches_missed', 'breaches_withdrawn', 'levels_opened')}}

    # ------------------------------------------------------------ speed

    def replay(self):
        run = self.place.replay(self.standards, self.fixed_day())
        self.facts['replay'] = {'cpu_seconds': run['cpu'], 'missed': self.missed(run['report'])}
        return {'replay': self.events / run['seconds']}

    def missed(self, report):
        """Per standard what was missed, of all the day, and what counted in the window that the report stands in."""
        missed, counted = {}, {}
        report = json.loads(report.read_text())
        for breach in report['breaches']:
            if breach['kind'] == 'contact': missed[breach['standard']] = missed.get(breach['standard'], 0) + 1
        for s in report['standards']: counted[s['name']] = sum(g['counted'] for g in s['groups'])
        return {name: [missed.get(name, 0), counted[name]] for name in counted}

    def ingest(self):
        with self.living(self.events) as daemon:
            poured = self.place.pour(daemon, self.fixed_day(), turning=True)
            self.note('ingest', daemon, poured)
            cpu, disk = daemon.cpu(), daemon.disk()
        self.speeds.append(poured['per_second'])
        return {'ingest': poured['per_second'], 'cpu': cpu / self.events * 1e6, 'disk': disk / self.events}

    def ingest_otherwise(self):
        """Contacts with names in no order; and the whole of a past day at once, as after a break of the sender."""
        names = self.place.path('scattered.jsonl')
        if not names.exists(): self.place.day('scattered.jsonl', self.events, random_names=True)
        with self.living(self.events) as daemon:
            scattered = self.place.pour(daemon, names, turning=True)
            self.note('ingest-scattered', daemon, scattered)
        with Daemon(self.place, self.standards) as daemon:
            past = self.place.pour(daemon, self.fresh_day())
            self.note('ingest-past', daemon, past)
        return {'ingest-scattered': scattered['per_second'], 'ingest-past': past['per_second']}

    def ingest_ack(self):
        if not self.speeds: self.ingest()
        rate = min(statistics.median(self.speeds), figures.ALL['ingest'].floor) / 2
        with self.living(self.events) as daemon:
            poured = self.place.pour(daemon, self.fixed_day(), rate=rate, turning=True)
            self.note('ingest-ack', daemon, poured)
        self.facts['ingest-ack'] |= {'rate': rate, 'lag_us': poured['lag_us']}
        return {'ingest-ack': poured['ack_us']['p99'] / 1000}

    def with_open(self, count):
        with Daemon(self.place, self.standards) as daemon:
            self.place.pour(daemon, cases.open_contacts(self.place.path('open.jsonl'), count, now_ms()))
            before = daemon.status()['engine']['contacts']
            poured = self.place.pour(daemon, self.fresh_day())
            self.note(f'ingest-open-{count}', daemon, poured)
            assert before >= count, f'{before} contacts are open, not {count}'
        return poured['per_second']

    def ingest_open(self):
        few = self.with_open(1000)
        return {'ingest-open': 100 * self.with_open(self.open) / few}

    def names(self):
        speeds, count = {}, max(self.events // 3, 300000)
        for kinds in (5, 500):
            config = self.place.path('named.yaml'); config.write_text(cases.named_standards(kinds))
            events = cases.names(self.place.path('names.jsonl'), count, kinds, now_ms())
            speeds[kinds] = count / self.place.replay(config, events)['seconds']
        self.facts['names'] = speeds
        return {'names': 100 * speeds[500] / speeds[5]}

    # ------------------------------------------------------------ size

    def memory(self):
        with Daemon(self.place, cases.FIVE) as daemon:
            self.place.pour(daemon, cases.open_contacts(self.place.path('open.jsonl'), 100, now_ms()))
            before = daemon.memory()
            self.place.pour(daemon, cases.open_contacts(self.place.path('open.jsonl'), self.open, now_ms()))
            engine = daemon.status()['engine']
            assert engine['open'] == 5 * self.open, f'{engine["open"]} cycles are open, not {5 * self.open}'
            return {'memory': (daemon.memory() - before) / self.open}

    # ------------------------------------------------------------ instants

    def due(self):
        """Most contacts are promised something tomorrow; a few thousand within the next 20 s."""
        soon = min(5000, self.open // 10)
        with Daemon(self.place, cases.FIVE) as daemon:
            self.place.pour(daemon, cases.open_contacts(self.place.path('open.jsonl'), self.open, now_ms()))
            start = now_ms() + 5000  # not within grace of the receipt
            promised = lambda i: start + i * 20000 // soon
            link = Unix(daemon.dir / 'slad.sock'); link.request('GET', '/v1/stream?kind=contact&standard=as-promised')
            stream = link.getresponse()
            lines = cases.open_contacts(self.place.path('soon.jsonl'), soon, now_ms(), promised)
            lines.write_text(lines.read_text().replace('"contact":"o-', '"contact":"soon-'))
            self.place.pour(daemon, lines)
            late_ms = sorted(self.follow(stream, soon))
            link.close()
        self.facts['due'] = {'breaches': len(late_ms), 'p50_ms': late_ms[len(late_ms) // 2], 'max_ms': late_ms[-1]}
        return {'due': late_ms[-(len(late_ms) // 100) - 1]}

    def follow(self, stream, wanted):
        """How late each breach was told, in ms: the stream tells what is committed."""
        late_ms = []
        while len(late_ms) < wanted:
            line = stream.readline()
            if not line: raise RuntimeError('the stream ended')
            if not line.startswith(b'data:'): continue
            told = json.loads(line[5:])
            if told.get('what') == 'opened': late_ms.append(time.time() * 1000 - instant_ms(told['breach']['due']) - GRACE_MS)
        return late_ms

    def breaches(self):
        day = self.fixed_day()
        with self.living(self.events) as daemon:
            ask = subprocess.Popen([self.place.build / 'ask', '--rate', '20', daemon.dir / 'slad.sock', '/v1/breaches'],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            poured = self.place.pour(daemon, day, turning=True)
            told = json.loads(ask.communicate('')[0])
            self.note('breaches', daemon, poured)
        if told['wrong']: raise RuntimeError(f'{told["wrong"]} of {told["asked"]} questions were not answered')
        self.facts['breaches'] |= {'asked': told, 'per_second': poured['per_second']}
        return {'breaches': told['answer_us']['p99'] / 1000}

    # ------------------------------------------------------------ starting again

    def long_journal(self):
        if not self.restarted:
            days = max(1, self.journal / EVENTS)
            daemon = self.living(self.journal / days, days, name='restarted'); daemon.start()
            path, _ = self.place.day('journal.jsonl', self.journal, days=days)
            self.place.pour(daemon, path, turning=True); daemon.kill(); path.unlink()
            self.restarted = daemon
            killed = daemon.start(); daemon.stop()  # once: afterwards nothing has come since the engine was kept
            return daemon, {'restart-killed': killed}
        return self.restarted, {}

    def restart(self):
        daemon, killed = self.long_journal()
        warm = daemon.start()
        memory = daemon.memory()
        self.facts['restart'] = {'bytes_in_memory': memory, 'bytes_on_disk': daemon.disk(), 'cpu_seconds': daemon.cpu()}
        daemon.kill(); daemon.forget_engine()
        journal = daemon.start()
        start = time.monotonic(); daemon.stop(); self.facts['restart']['stop_seconds'] = time.monotonic() - start
        self.facts['restart']['bytes_left'] = (daemon.dir / 'slad.db.engine').stat().st_size
        daemon.cool()
        cold = daemon.start(); daemon.stop()
        return killed | {'restart': warm, 'restart-journal': journal, 'restart-cold': cold, 'memory-journal': memory / self.journal}

    # ------------------------------------------------------------ late events

    def late(self):
        count, now = max(int(30000 * self.scale), 2000), now_ms()
        out = {}
        for name, config, make, size in (('late-one', cases.EXCHANGE, cases.one_contact, count),
                                         ('late-queue', cases.BY_QUEUE, cases.by_queue, self.events // 10)):
            with Daemon(self.place, config) as daemon:
                poured = self.place.pour(daemon, make(self.place.path('late.jsonl'), size, now))
                self.note(name, daemon, poured)
            out[name] = poured['per_second']
        return out | self.late_recalled(now)

    def late_recalled(self, now):
        count = max(int(100000 * self.scale), 2000)
        with Daemon(self.place, cases.FIVE, settings='keep_finished: 0\n', clock=now) as daemon:
            self.place.pour(daemon, cases.finished(self.place.path('late.jsonl'), count, now))
            daemon.turn_clock(now + 30 * cases.MINUTE)
            daemon.until(lambda: daemon.status()['engine']['quiet_contacts'] == count, 'all contacts to leave memory')
            poured = self.place.pour(daemon, cases.afterthoughts(self.place.path('late.jsonl'), count, now))
            recalled = daemon.status()['counters']['contacts_recalled']
            assert recalled == count, f'{recalled} contacts were recalled, not {count}'
            self.note('late-recalled', daemon, poured)
        return {'late-recalled': poured['per_second']}


def instant_ms(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp() * 1000


# In this order: a later one may use what an earlier one found.
NAMES = ['replay', 'ingest', 'ingest_otherwise', 'ingest_ack', 'ingest_open', 'memory', 'due', 'restart', 'breaches', 'names', 'late']

"""What must be so of a daemon under test: that it says what a replay of the same events says."""
import collections
import json
import urllib.parse

import yaml

import daemon
import generate
import oracle
import run
from fuzz_life import MINUTE, PUBLISH, Different, Life

# Limits lie within what the held-back clock has not reached yet for 6 x grace, as they may be put off by 5.
HELD_GRACES = 6


def level_rows(breaches):
    """Those that are open."""
    return sorted(json.dumps([b[x] for x in ('standard', 'group', 'target')], sort_keys=True)
                  for b in breaches if b['closed'] is None)


def story_row(breach):
    told = [breach[x] for x in ('standard', 'subject', 'group', 'started', 'decided', 'ended')]
    if breach['ended']:
        told.append(round(breach['elapsed'], 6))
    return json.dumps(told, sort_keys=True)


def of_kind(report, kind):
    return [b for b in report['breaches'] if b['kind'] == kind]


class Checked(Life):
    def __init__(self, seed, trace):
        super().__init__(seed, trace)
        self.replayed = None, None

    def replay(self, at):
        """What the standards in force make of all that was delivered, as of `at`."""
        about = at, len(self.delivered), self.standards_text
        if self.replayed[0] != about:
            self.replayed = about, self.replay_anew(at)
        return self.replayed[1]

    def replay_anew(self, at):
        events, config = self.d.dir / 'replay.events', self.d.dir / 'replay.yaml'
        known = {id(x) for x in self.delivered}
        events.write_text(''.join(x.text + '\n' for x in self.lines if id(x) in known))
        config.write_text(self.standards_text)
        report, errors = run.replay(daemon.BUILD / 'slad', config, events, generate.utc(at))
        if errors:
            raise Different(f'replay: {errors}')
        return report

    def accepted(self):
        want = self.replay(self.d.now)['events']['accepted']
        count = 'SELECT count(*) FROM events'
        try:
            daemon.until(lambda: self.d.sql(count) == [(want,)], 'events')
        except AssertionError:
            raise Different(f'{self.d.sql(count)} events in the journal, not {want}')

    # -------- figures and breaches

    def breaches(self, kind, state, names):
        """Of the standards in force: what others have left is closed, whether it had ended or not."""
        found, after, limit = [], '', self.rnd.choice([3, 100, 1000])
        while after is not None:
            start = f'&after={after}' if after else ''
            page = self.d.get(f'/v1/breaches?kind={kind}&state={state}&limit={limit}{start}')
            found += page['breaches']
            after = page['next']
        found = [b for b in found if b['standard'] in names]
        end = 'ended' if kind == 'contact' else 'closed'
        for b in found:
            if b['state'] != state or (state == 'open') != (b[end] is None):
                raise Different(f'state {state}: {b}')
        return found

    def differences(self, want):
        names = {s['name'] for s in want['standards']}
        live = self.d.get('/v1/figures') | {'events': want['events']}
        live['breaches'] = [b for state in ('open', 'closed') for b in self.breaches('contact', state, names)]
        found = run.differences(live, want | {'breaches': of_kind(want, 'contact')})
        have, need = level_rows(self.breaches('level', 'open', names)), level_rows(of_kind(want, 'level'))
        if have != need:
            found.append(f'open levels: {have} != {need}')
        for s in live['standards']:
            listed = len(self.d.get(f"/v1/open?limit=1000&standard={s['name']}")['open'])
            counted = sum(g['open'] for g in s['groups'])
            if listed != counted:
                found.append(f"{s['name']}: {listed} in /v1/open, {counted} in figures")
        return found

    def held(self, at):
        """What a daemon may still say at `at`."""
        return self.replay(at - HELD_GRACES * self.g - 1)

    def compare(self, at):
        """As of `at`, or soon after it where limits lie within what the held-back clock has not reached yet."""
        for attempt in range(6):
            self.turn(at, wait=True)
            want = self.replay(at)
            errors = self.differences(want)
            if not errors:
                return want
            if not run.differences(self.held(at) | {'until': want['until']}, want):
                raise Different('\n'.join(errors))
            self.say(f'a limit within grace: {len(errors)} differences')
            at += self.rnd.randrange(1, 30) * (MINUTE + 7 * self.g) + 1
        self.say('never at rest')

    def past(self, at):
        at = max(0, min(at, self.d.now))
        self.say(f'figures at {generate.utc(at)}')
        want, got = self.replay(at), self.d.get(f'/v1/figures?at={generate.utc(at)}')
        errors = run.differences(got | {'events': want['events'], 'breaches': want['breaches']}, want)
        if errors:
            raise Different(f'figures at {generate.utc(at)}:\n' + '\n'.join(errors))

    # -------- what else is told

    def stories(self, want):
        """Each breach of a contact is told by its story."""
        by_contact = collections.defaultdict(collections.Counter)
        for b in of_kind(want, 'contact'):
            by_contact[b['contact']][story_row(b)] += 1
        for contact in self.rnd.sample(sorted(by_contact), min(2, len(by_contact))):
            story = self.d.get('/v1/contacts/' + urllib.parse.quote(contact, safe=''))
            told = collections.Counter(story_row(c) for c in story['clocks'] if c['outcome'] == 'missed')
            untold = by_contact[contact] - told
            if untold and story['complete']:
                raise Different(f'the story of {contact} lacks {list(untold)}:\n{json.dumps(story)}')

    def published(self):
        """The latest rows of `figures` are as a replay has it, where nothing has happened since they were written."""
        step = PUBLISH[self.publish]
        self.compare(self.d.now - self.d.now % step + step)
        at = self.d.now
        self.turn(at - at % step + step, wait=True)
        self.turn(self.d.now + step, wait=True)
        want = self.replay(self.d.now)
        if run.differences(self.held(at) | {'until': want['until']}, want):
            return
        self.say('published')
        rows = self.published_rows()
        for s in want['standards']:
            for g in s['groups']:
                row = rows.get((s['name'], json.dumps(g['group'], sort_keys=True)), [None] * 8)
                counts = row[:5] == [g[x] for x in ('state', 'open', 'met', 'missed', 'excluded')]
                measured = zip(row[5:], (g[x] for x in ('mean', 'min', 'max')))
                if not counts or not all(run.near(a, b, 1e-9, 1e-6) for a, b in measured):
                    raise Different(f"published for {s['name']}: {row}, not {g}")

    def verified(self):
        """The record is what the journal says, by slactl's own account, of the running daemon or the one that ended."""
        self.say('verify')
        out = self.d.slactl('verify', self.d.dir / 'slad.db', self.d.dir / 'slad.yaml')
        if out.returncode or 'not compared' in out.stderr:
            raise Different(f'slactl verify: {out.stdout}{out.stderr}')

    def published_rows(self):
        rows = self.d.sql('SELECT standard, grp, state, open, met, missed, excluded, mean, min, max, max(at)'
                          ' FROM figures JOIN series ON series.id = series GROUP BY series')
        return {(name, json.dumps(json.loads(group), sort_keys=True)): list(row) for name, group, *row in rows}

    def by_oracle(self, at):
        """The replay itself."""
        got = self.replay_anew(at)
        standards = yaml.load(self.standards_text, oracle.Core)
        errors = run.differences(got, oracle.report(standards, [str(self.d.dir / 'replay.events')], at))
        if errors:
            raise Different('replay and oracle:\n' + '\n'.join(errors))

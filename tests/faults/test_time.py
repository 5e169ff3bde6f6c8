"""Clocks that jump, a process that slept."""
import signal
import unittest

from victim import GRACE, START, Sender, Victim, event, until

HOUR, DAY, MINUTE = 3600000, 86400000, 60000


def offered(contact, at, **more):
    return event(contact, 'offered', at, queue='q', id=contact, **more)


class Clock(unittest.TestCase):
    def test_an_hour_back(self):
        """What was decided stays, events are taken in, the log says it once, and a restart decides by the clock again."""
        with Victim() as d:
            d.start()
            sender = Sender(d)
            sender.throw(offered('early', START), offered('late', START + HOUR))
            sender.wait()
            d.clock(START + HOUR + 2 * MINUTE + GRACE + 1)
            until(lambda: d.count('breaches') >= 5, 'the breaches of both')
            d.clock(START + MINUTE)
            d.says('the clock was set back', 'decided_until=2026-03-02T09:02', 'next=')
            sender.throw(offered('meanwhile', START + MINUTE))
            sender.wait()
            out = d.slactl('status')
            self.assertEqual(out.returncode, 1)
            self.assertIn('the clock was set back', out.stdout)
            self.assertEqual(d.log().count('the clock was set back'), 1)
            d.kill()
            d.start()
            self.assertEqual(d.log().count('the clock was set back'), 2)
            self.assertTrue(d.said('the clock was set back', 'deciding anew what lies after the clock'))
            d.check(self, sender.ids)
            live = d.sql("SELECT DISTINCT contact FROM breaches WHERE kind = 'contact' AND state <> 'withdrawn'")
            self.assertEqual(live, [('early',)], 'what lies after the clock has not happened')
            d.clock(START + 2 * HOUR)
            d.check(self, sender.ids)
            d.stop()

    def test_a_standard_that_goes_after_an_hour_back(self):
        """A level that opened by a clock that is set back then does not close before it opened."""
        with Victim() as d:
            d.start()
            sender = Sender(d)
            sender.throw(offered('late', START + HOUR))
            sender.wait()
            d.clock(START + HOUR + 2 * MINUTE + GRACE + 1)
            until(lambda: d.sql("SELECT 1 FROM breaches WHERE kind = 'level' AND state = 'open'"), 'the level')
            d.clock(START + MINUTE)
            d.says('the clock was set back', 'decided_until=2026-03-02T09:02')
            d.standards('standards:\n  another: {start: seen, stop: done, within: 1m}')
            self.assertEqual(d.slactl('reload').returncode, 0)
            until(lambda: not d.sql("SELECT 1 FROM breaches WHERE kind = 'level' AND state = 'open'"), 'the level to close')
            levels = d.sql("SELECT opened <= closed, reason FROM breaches WHERE kind = 'level'")
            self.assertTrue(levels)
            self.assertEqual(set(levels), {(1, 'standard removed')})
            d.stop()

    def test_a_day_ahead_and_back(self):
        """Limits are decided too early; nothing is lost or let go, and the true events put it right."""
        with Victim(settings='retain: {events: 12h, figures: 12h, breaches: 12h}') as d:
            d.start()
            sender = Sender(d)
            sender.throw(offered('a', START), event('old', 'offered', START - HOUR, queue='q', id='old'))
            sender.wait()
            d.clock(START + DAY + HOUR)
            until(lambda: d.sql("SELECT 1 FROM breaches WHERE contact = 'a'"), 'the breach, too early')
            sender.throw(event('b', 'offered', START + 20 * HOUR, queue='q', id='b'))
            sender.wait()
            d.clock(START + 10000)
            d.says('the clock was set back')
            sender.throw(event('a', 'answered', START + 9000, id='a2'))
            sender.wait()
            self.assertEqual(d.sql("SELECT DISTINCT state FROM breaches WHERE contact = 'a'"), [('withdrawn',)])
            self.assertEqual(d.count(), 4, 'nothing was let go by a wrong clock')
            d.kill()
            d.start()
            d.check(self, sender.ids)
            d.stop()

    def test_summer_time(self):
        """Limits in hours and days of a zone whose clock is set forward, and back: hours are hours, days are days."""
        standards = ('timezone: Europe/Riga\ncalendars:\n  office: {hours: {sun: "00:00-12:00"}}\nstandards:\n'
                     '  hours: {start: offered, stop: answered, within: 4h, calendar: office}\n'
                     '  answered: {start: offered, stop: answered, within: 2h, window: day, by: queue, target: missed <= 0}\n'
                     '  all: {start: offered, stop: answered, within: 90s}\n')
        for midnight, wall in ((1774735200000, 'forward'), (1792875600000, 'back')):  # 2026-03-29, 2026-10-25 00:00 Riga
            with self.subTest(wall), Victim(standards) as d:
                d.clock(midnight - HOUR)
                d.start()
                sender = Sender(d)
                sender.throw(offered('night', midnight))
                sender.wait()
                for at in range(midnight, midnight + 26 * HOUR, 30 * MINUTE):
                    d.clock(at + GRACE + 1)
                    d.same_clock()
                due = dict(d.sql("SELECT standard, due FROM breaches WHERE kind = 'contact'"))
                self.assertEqual((due['hours'] - midnight, due['answered'] - midnight), (4 * HOUR, 2 * HOUR))
                day = d.sql("SELECT opened, closed FROM breaches WHERE kind = 'level'")
                self.assertEqual(day[0][1] - midnight, (23 if wall == 'forward' else 25) * HOUR, 'a day ends at its midnight')
                d.check(self, sender.ids)
                d.stop()

    def test_before_everything(self):
        """A machine that starts in 1970, as one without a battery does."""
        with Victim() as d:
            d.clock(1000)
            d.start()
            sender = Sender(d)
            sender.lines('{"contact": "x", "event": "offered", "id": "x"}')
            sender.send(offered('a', START))
            self.assertIn('max_ahead', sender.rejects[0][1])
            d.clock(START)
            sender.throw(offered('b', START))
            sender.wait()
            self.assertEqual(d.count(), 2)
            d.kill()
            d.start()
            d.check(self, ['x', 'b'])


class Sleep(unittest.TestCase):
    def test_eight_hours(self):
        """As a machine that was suspended: limits that ran out meanwhile are decided at their instants, events that were
        sent meanwhile wait in the socket, and figures are published once and not for every ten seconds of the night."""
        with Victim() as d:
            d.start()
            sender = Sender(d)
            sender.throw(*[offered(f'c{n}', START + n * MINUTE) for n in range(20)])
            sender.wait()
            before = d.count('figures')
            d.signal(signal.SIGSTOP)
            sender.throw(event('c0', 'answered', START + 10000, id='answer'), offered('asleep', START + 4 * HOUR))
            d.clock(START + 8 * HOUR)
            d.signal(signal.SIGCONT)
            sender.wait()
            d.clock(START + 8 * HOUR + 3 * GRACE)  # not within grace of its receipt
            until(lambda: len(d.sql("SELECT 1 FROM breaches WHERE contact = 'asleep'")) == 2, 'the limits of the night')
            self.assertLess(d.count('figures') - before, 20)
            self.assertEqual(d.count(), 22, 'nothing was let go')
            self.assertEqual(d.sql("SELECT due - started, decided - due FROM breaches WHERE contact = 'asleep' AND standard = 'answered'"),
                             [(MINUTE, 0)])
            d.check(self, sender.ids)
            d.stop()

    def test_again_and_again(self):
        with Victim() as d:
            d.start()
            sender = Sender(d)
            for n in range(20):
                d.signal(signal.SIGSTOP)
                sender.throw(*[offered(f'c{n}-{k}', START + n * HOUR) for k in range(10)])
                d.clock(START + n * HOUR)
                d.signal(signal.SIGCONT)
            sender.wait()
            d.clock(START + 30 * HOUR)
            d.check(self, sender.ids)
            d.stop()


if __name__ == '__main__':
    unittest.main()

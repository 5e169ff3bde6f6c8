"""The questions of docs/STORAGE.md, asked of a database that has something to say: each can be pasted as it stands."""
import pathlib, re, sys, unittest
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from daemon import Client, Daemon, ROOT, START, until

STANDARDS = 'standards:\n  answered: {start: offered, stop: answered, within: 1m, warn: 50%, target: 90%, window: 30m, by: queue}\n'
EMPTY = {'-- The 90th percentile at the end of each day'}  # nothing was answered


class Queries(unittest.TestCase):
    def test_each(self):
        block = re.search(r'```sql\n(.*?)```', (ROOT / 'docs/STORAGE.md').read_text(), re.S)[1]
        queries = [q.strip() for q in block.split(';') if q.strip()]; self.assertGreater(len(queries), 9)
        with Daemon(STANDARDS) as d:
            d.start(); c = Client(d); c.send(*(dict(contact=f'call-{n}', event='offered', at=START + n, queue='sales') for n in range(20)))
            d.clock(START + 40000); until(lambda: d.sql('SELECT 1 FROM warnings'), 'warnings'); d.clock(START + 90000); until(lambda: d.sql("SELECT 1 FROM breaches WHERE kind = 'level'"), 'breaches')
            d.clock(START + 120000); until(lambda: d.sql('SELECT 1 FROM figures'), 'figures'); self.assertEqual(d.request('POST', '/v1/breaches/1/excuse', '{"text":"why not"}')[0], 200)
            for query in queries:
                text = query.replace('$__from', '0').replace('$__to', '9000000000000').replace('unixepoch()', str(d.now // 1000)).replace("unixepoch('now'", f"unixepoch('{d.now // 1000}', 'unixepoch'")
                with self.subTest(query): self.assertTrue(d.sql(text) or query.splitlines()[0] in EMPTY, 'nothing is found')
            d.stop()


if __name__ == '__main__': unittest.main()

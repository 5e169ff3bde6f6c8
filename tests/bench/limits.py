"""The machine's own limits, with the same lines and nothing of slad (limits.c)."""
import subprocess, time


class Limits:
    def __init__(self, place, day): self.place, self.day = place, day

    def per_second(self, what, *args): return self.place.program('limits', what, self.day(), *args)['per_second']

    def insert(self, *args):
        db = self.place.path('limit.db')
        try: return self.per_second('insert', db, *args)
        finally:
            for file in self.place.dir.glob('limit.db*'): file.unlink()

    def socket(self):
        """The generator of the load against a sink that does nothing: neither may be what holds slad up."""
        path = self.place.path('sink.sock'); path.unlink(missing_ok=True)
        sink = subprocess.Popen([self.place.build / 'limits', 'sink', path], stdin=subprocess.PIPE)
        while not path.exists(): time.sleep(0.01)
        try: return self.place.program('pour', path, self.day())['per_second']
        finally: sink.stdin.close(); sink.wait()

    def measure(self):
        return {'cjson': self.per_second('cjson'), 'insert': self.insert(), 'insert-no-contact': self.insert('--no-contact-index'),
                'socket': self.socket(), 'sync': self.place.program('limits', 'sync', self.place.path('sync'))['sync_us']['p99'] / 1000,
                'copy': self.per_second('copy'), 'count': self.per_second('count')}

"""An Asterisk's manager interface of the test's own: what it is asked is answered as the real one does, what it tells is
what the test has it tell, cut into whatever pieces."""
import gzip, pathlib, socket, threading

DATA = pathlib.Path(__file__).resolve().parents[1] / 'data/asterisk'
BANNER = b'Asterisk Call Manager/11.0.0\r\n'


def message(**fields):
    return ''.join(f'{k}: {v}\r\n' for k, v in fields.items()).encode() + b'\r\n'


def event(name, at, **fields):
    return message(Event=name, Privilege='agent,all', Timestamp=f'{at:.6f}', **fields)


def transcript():
    """The recorded link from after its login on."""
    text = gzip.decompress((DATA / 'ami.log.gz').read_bytes())
    return text[text.index(b'Event: '):]


class Exchange:
    def __init__(self, secret='mon-local', greet=BANNER):
        self.secret, self.greet, self.waiting, self.members, self.before_list = secret, greet, [], [], b''
        self.listener = socket.create_server(('127.0.0.1', 0)); self.port = self.listener.getsockname()[1]
        self.connections, self.connection, self.logins, self.asked, self.mute, self.changed = [], None, [], [], False, threading.Condition()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try: connection, _ = self.listener.accept()
            except OSError: return
            with self.changed: self.connection = connection; self.connections.append(connection); self.changed.notify_all()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            connection.sendall(self.greet)
            for request in self.requests(connection): self.answer(connection, request)
        except (OSError, ValueError): pass

    def requests(self, connection):
        text = b''
        while data := connection.recv(4096):
            text += data
            while b'\r\n\r\n' in text:
                one, text = text.split(b'\r\n\r\n', 1)
                yield dict(line.split(': ', 1) for line in one.decode().split('\r\n'))

    def answer(self, connection, r):
        if self.mute: return
        send, action, id = connection.sendall, r['Action'], r.get('ActionID', '')
        if action == 'Login':
            good = r['Secret'] == self.secret
            send(message(Response='Success' if good else 'Error', ActionID=id, Message='Authentication accepted' if good else 'Authentication failed'))
            if not good: connection.shutdown(socket.SHUT_RDWR)
            with self.changed: self.logins.append(r); self.changed.notify_all()
        elif action == 'QueueStatus':
            items = [message(Event='QueueParams', Queue='q', Calls=len(self.waiting), ActionID=id)]
            items += [message(Event='QueueMember', ActionID=id, **m) for m in self.members] + [message(Event='QueueEntry', ActionID=id, **w) for w in self.waiting]
            send(message(Response='Success', ActionID=id, EventList='start', Message='Queue status will follow') + b''.join(items)
                 + message(Event='QueueStatusComplete', ActionID=id, EventList='Complete', ListItems=len(items)) + self.before_list)
        elif action == 'Ping':
            send(message(Response='Success', ActionID=id, Ping='Pong', Timestamp='1795285841.759606'))
        with self.changed: self.asked.append(action); self.changed.notify_all()

    def wait(self, condition, what):
        with self.changed:
            if not self.changed.wait_for(condition, 60): raise AssertionError(f'gave up waiting: {what}')

    def tell(self, *texts, piece=None):
        text = b''.join(texts)
        for i in range(0, len(text), piece or len(text) or 1): self.connection.sendall(text[i:i + (piece or len(text))])

    def cut(self):
        """The line goes dead in the middle of whatever was being said."""
        self.connection.shutdown(socket.SHUT_RDWR); self.connection.close()

    def close(self):
        self.listener.close()
        for connection in self.connections: connection.close()

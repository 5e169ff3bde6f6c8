/* Invariants:
 * 1. kept holds what on_data did not consume: fewer than input_bytes while reading goes on, at most
 * input_bytes plus one read while paused.
 * 2. Bytes are queued in out only while the write event is pending; out[sent..] is what the peer has still to
 * take.
 * 3. The owner's callbacks are called from this file's event callbacks and tasks only, never from its
 * stream_*() calls. After stream_close() there are none.
 * 4. The struct is freed by the end task alone, which runs outside any callback of the stream.
 *
 *              stream_fail()                       end task: on_close, free
 *   OPEN ───────────────────────────────▶ OVER ───────────────────────────────▶
 *    │ stream_close(DROP), or nothing queued ▲
 *    └─ stream_close(FLUSH) ─▶ FLUSHING ─────┤  error, or time is up
 *                                │ drained   │
 *                                └▶ LINGERING┘  the peer closed, or time is up */
#include "slad/loop/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "loop_base.h"
#include "slad/base/buf.h"
#include "slad/base/mem.h"

/* One read, and so one stream's share before the next one's, and what a question waits for: some fifty event lines, half a
 * millisecond. */
#define READ_BYTES (8 * 1024)
/* How long a peer may take to fetch what was queued when its stream was closed. */
#define FLUSH_MS 5000
/* After it, how long and how much is read and thrown away: closing a socket with unread input resets it, and
 * the peer would lose our last words. */
#define LINGER_MS 1000
#define LINGER_BYTES (16 * 1024 * 1024)
/* A buffer that once grew beyond this is given back as soon as it is empty. */
#define SPARE_BYTES 4096

enum stream_state { STATE_OPEN, STATE_FLUSHING, STATE_LINGERING, STATE_OVER };

struct stream {
    struct loop *loop;
    int fd;
    enum stream_state state;
    bool paused;
    bool offering; /* inside offer() */
    bool again;    /* resumed inside offer(): what it leaves is to be offered once more */
    bool ended;    /* the peer sends no more */
    bool muted;    /* the peer takes no more, but may have sent what we have not read yet */
    struct event *readable, *writable;
    struct loop_timer *timer;
    struct loop_task end, keep, piece;
    struct buf kept, out;
    size_t sent;
    struct stream_options options;
    const struct stream_events *events; /* NULL once the owner is not to be called any more */
    void *arg;
    int64_t opened_ms, moved_ms; /* steady; moved: when a byte last did */
    size_t lingered_bytes;
    char reason[96];
};

static void stream_free(void *arg) {
    struct stream *stream = arg;
    loop_task_cancel(&stream->end);
    loop_task_cancel(&stream->keep);
    loop_task_cancel(&stream->piece);
    event_free(stream->readable);
    event_free(stream->writable);
    loop_timer_free(stream->timer);
    close(stream->fd);
    buf_fini(&stream->kept);
    buf_fini(&stream->out);
    free(stream);
}

static void end_now(void *arg) {
    struct stream *stream = arg;
    if (stream->events) stream->events->on_close(stream->arg, stream->reason);
    stream_free(stream);
}

static void go_over(struct stream *stream) {
    stream->state = STATE_OVER;
    event_del(stream->readable);
    event_del(stream->writable);
    if (stream->timer) loop_timer_cancel(stream->timer);
    stream->sent = stream->out.size; /* nothing is pending any more */
    loop_task_schedule(stream->loop, &stream->end);
}

static void stream_fail(struct stream *stream, const char *reason) {
    if (stream->state == STATE_OVER) return;
    snprintf(stream->reason, sizeof stream->reason, "%s", reason);
    go_over(stream);
}

/* Timeouts. The timer is not moved with every byte: when it fires it looks how long it really is quiet. */

static int64_t least(int64_t a, int64_t b) {
    return a < b ? a : b;
}

static void check_timeouts(void *arg) {
    struct stream *stream = arg;
    int64_t now_ms = loop_steady_ms(stream->loop), left_ms = INT64_MAX;
    if (stream->state != STATE_OPEN) {
        go_over(stream);
        return;
    }
    if (stream->options.idle_ms) left_ms = stream->moved_ms + stream->options.idle_ms - now_ms;
    if (stream->options.total_ms)
        left_ms = least(left_ms, stream->opened_ms + stream->options.total_ms - now_ms);
    if (left_ms <= 0)
        stream_fail(stream, "timeout");
    else
        loop_timer_set(stream->timer, left_ms);
}

static void set_timer(struct stream *stream, int64_t delay_ms) {
    if (!stream->timer) stream->timer = loop_timer_new(stream->loop, check_timeouts, stream);
    loop_timer_set(stream->timer, delay_ms);
}

/* Input. */

static bool listening(const struct stream *stream) {
    return stream->state == STATE_OPEN && !stream->paused;
}

/* Offers the bytes until the owner has had all it wants for now. Returns what is left. */
static struct span offer(struct stream *stream, struct span data) {
    bool told = false;
    stream->offering = true;
    while (data.n > 0 && listening(stream) && !stream->again) {
        size_t consumed = stream->events->on_data(stream->arg, data);
        if (consumed > data.n) consumed = data.n;
        data.p += consumed;
        data.n -= consumed;
        if (consumed > 0) continue;
        if (data.n < stream->options.input_bytes || !listening(stream)) break;
        if (told || !stream->events->on_full) {
            stream_fail(stream, "input without an end in sight");
        } else {
            told = true;
            stream->events->on_full(stream->arg);
        }
    }
    stream->offering = false;
    return data;
}

static void keep(struct stream *stream, struct span rest) {
    buf_clear(&stream->kept);
    if (rest.n)
        buf_add_span(&stream->kept, rest);
    else if (stream->kept.capacity > SPARE_BYTES)
        buf_fini(&stream->kept);
    if (stream->again && rest.n) event_active(stream->readable, EV_READ, 0);
    stream->again = false;
}

static void input_ended(struct stream *stream, struct span rest) {
    stream->ended = true;
    event_del(stream->readable);
    if (stream->events->on_end)
        stream->events->on_end(stream->arg, rest);
    else
        stream_fail(stream, "end of input");
}

/* What was kept is put before what is read now, in the scratch that all streams share, so that an idle stream
 * holds no more than its incomplete bytes. */
static void take_input(struct stream *stream) {
    size_t kept = stream->kept.size, most = stream->options.input_bytes + READ_BYTES;
    char *scratch = loop_scratch(stream->loop, most);
    size_t room = most - kept < READ_BYTES ? most - kept : READ_BYTES;
    ssize_t got = -1;
    errno = EAGAIN;
    if (!stream->ended && room > 0) got = read(stream->fd, scratch + kept, room);
    if (got < 0 && errno != EAGAIN && errno != EINTR) {
        stream_fail(stream, strerror(errno));
        return;
    }
    if (got > 0) stream->moved_ms = loop_steady_ms(stream->loop);
    if (kept) memcpy(scratch, stream->kept.data, kept);
    struct span data = {scratch, kept + (got > 0 ? (size_t)got : 0)};
    data = offer(stream, data);
    bool again = stream->again && data.n;
    keep(stream, data);
    if (got == 0 && !again && listening(stream)) input_ended(stream, data); /* else it is read again later */
}

static void throw_input_away(struct stream *stream) {
    ssize_t got = read(stream->fd, loop_scratch(stream->loop, READ_BYTES), READ_BYTES);
    if (got > 0) stream->lingered_bytes += (size_t)got;
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR) || stream->lingered_bytes > LINGER_BYTES)
        go_over(stream);
}

static void read_piece(void *arg) {
    struct stream *stream = arg;
    if (listening(stream)) take_input(stream);
}

static void readable(evutil_socket_t fd, short what, void *arg) {
    struct stream *stream = arg;
    (void)fd, (void)what;
    if (listening(stream) && stream->options.in_pieces)
        loop_piece(stream->loop, &stream->piece);
    else if (listening(stream))
        take_input(stream);
    else if (stream->state == STATE_LINGERING)
        throw_input_away(stream);
    loop_yield(stream->loop);
}

/* Output. */

static void linger(struct stream *stream) {
    if (stream->ended || shutdown(stream->fd, SHUT_WR) != 0) {
        go_over(stream);
        return;
    }
    stream->state = STATE_LINGERING;
    event_add(stream->readable, NULL);
    set_timer(stream, LINGER_MS);
}

static void clear_output(struct stream *stream) {
    event_del(stream->writable);
    stream->sent = 0;
    buf_clear(&stream->out);
    if (stream->out.capacity > SPARE_BYTES) buf_fini(&stream->out);
}

/* A peer may send its lines and be gone without waiting for answers: what it sent is still read. */
static void output_failed(struct stream *stream, const char *reason) {
    stream->muted = true;
    clear_output(stream);
    if (!listening(stream) || stream->ended) stream_fail(stream, reason);
}

/* How many bytes the kernel took; -1 when the peer is gone, which is then dealt with. */
static ssize_t send_some(struct stream *stream, const char *data, size_t bytes) {
    ssize_t sent = write(stream->fd, data, bytes);
    if (sent > 0) stream->moved_ms = loop_steady_ms(stream->loop);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EINTR) return 0;
    output_failed(stream, strerror(errno));
    return -1;
}

static void writable(evutil_socket_t fd, short what, void *arg) {
    struct stream *stream = arg;
    (void)fd, (void)what;
    ssize_t sent = send_some(stream, stream->out.data + stream->sent, stream->out.size - stream->sent);
    if (sent > 0) stream->sent += (size_t)sent;
    if (sent >= 0 && stream->sent == stream->out.size) {
        clear_output(stream);
        if (stream->state == STATE_FLUSHING)
            linger(stream);
        else if (stream->events->on_drained)
            stream->events->on_drained(stream->arg);
    }
    loop_yield(stream->loop);
}

void stream_write(struct stream *stream, const void *data, size_t bytes) {
    if (stream->state != STATE_OPEN || stream->muted || bytes == 0) return;
    ssize_t sent = 0;
    if (stream_pending(stream) == 0) sent = send_some(stream, data, bytes);
    if (sent < 0 || (size_t)sent == bytes) return;
    bytes -= (size_t)sent;
    if (stream->options.output_bytes && stream_pending(stream) + bytes > stream->options.output_bytes) {
        stream_fail(stream, "the peer does not read");
        return;
    }
    if (stream->sent > stream->out.size / 2) { /* moves less than it frees */
        buf_drop_front(&stream->out, stream->sent);
        stream->sent = 0;
    }
    buf_add(&stream->out, (const char *)data + sent, bytes);
    event_add(stream->writable, NULL);
}

size_t stream_pending(const struct stream *stream) {
    return stream->out.size - stream->sent;
}

/* Life. */

struct stream *stream_open(struct loop *loop, int take_fd, const struct stream_options *options,
    const struct stream_events *events, void *arg) {
    struct stream *stream = mem_zalloc(sizeof *stream);
    stream->loop = loop;
    stream->fd = take_fd;
    (void)fcntl(take_fd, F_SETFL, fcntl(take_fd, F_GETFL) | O_NONBLOCK);
    if (options) stream->options = *options;
    if (!stream->options.input_bytes) stream->options.input_bytes = STREAM_INPUT_DEFAULT;
    stream->events = events;
    stream->arg = arg;
    stream->end = (struct loop_task){.run = end_now, .arg = stream};
    stream->keep = (struct loop_task){.run = stream_free, .arg = stream};
    stream->piece = (struct loop_task){.run = read_piece, .arg = stream};
    stream->readable =
        loop_event_new(loop, take_fd, EV_READ | EV_PERSIST, LOOP_PRIORITY_INPUT, readable, stream);
    stream->writable =
        loop_event_new(loop, take_fd, EV_WRITE | EV_PERSIST, LOOP_PRIORITY_INPUT, writable, stream);
    event_add(stream->readable, NULL);
    if (stream->options.at_once) event_active(stream->readable, EV_READ, 0);
    stream->opened_ms = stream->moved_ms = loop_steady_ms(loop);
    int64_t first_ms = INT64_MAX;
    if (stream->options.idle_ms) first_ms = stream->options.idle_ms;
    if (stream->options.total_ms) first_ms = least(first_ms, stream->options.total_ms);
    if (first_ms != INT64_MAX) set_timer(stream, first_ms);
    return stream;
}

void stream_pause(struct stream *stream) {
    if (stream->state != STATE_OPEN || stream->paused) return;
    stream->paused = true;
    event_del(stream->readable);
}

void stream_resume(struct stream *stream) {
    if (stream->state != STATE_OPEN) return;
    stream->paused = false;
    if (!stream->ended) event_add(stream->readable, NULL);
    if (stream->offering)
        stream->again = true;
    else if (stream->kept.size)
        event_active(stream->readable, EV_READ, 0);
}

void stream_close(struct stream *stream, enum stream_close_how how) {
    bool over = stream->state == STATE_OVER;
    stream->events = NULL;
    loop_keep(stream->loop, &stream->keep);
    if (over) return;
    if (how == STREAM_DROP) {
        go_over(stream);
        return;
    }
    event_del(stream->readable);
    if (stream_pending(stream) == 0) {
        linger(stream);
        return;
    }
    stream->state = STATE_FLUSHING;
    set_timer(stream, FLUSH_MS);
}

int stream_hung_up(const struct stream *stream) {
    struct pollfd look = {.fd = stream->fd};
    return poll(&look, 1, 0) > 0 && (look.revents & (POLLHUP | POLLERR)) != 0;
}

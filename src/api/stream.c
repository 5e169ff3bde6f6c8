/* GET /v1/stream: server-sent events (WHATWG HTML, 9.2) of the service's feed, one connection a follower.
 *
 * Invariants:
 *  1. a follower is live or behind. The live ones have all been told everything up to api->streams.place, and each
 *     further message is written to all of them; one that is behind reads on from a place of its own, and only while
 *     little waits in its connection;
 *  2. what was committed is read from the store and nothing is held for anybody but what waits in the connections, each
 *     at most STREAM_BYTES_MAX and a message;
 *  3. ending a follower loses nothing: it comes back with the place of the last message it has read.
 *
 *              caught up                 does not read
 *   BEHIND ─────────────────▶ LIVE ──────────────────────▶ dropped
 *      └── does not read ──────────────────────────────────▲ */
#include <stdio.h>
#include <stdlib.h>
#include "api/answer.h"
#include "api/query.h"
#include "api/state.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/service/feed.h"

enum {
    STREAMS_MAX = 64, /* a quarter of a listener's connections: questions must still be answered */
    STREAM_BYTES_MAX = 2 * 1024 * 1024, /* waiting for a live follower to read: one publish of figures, and as much
                                         * again. Together 128 MiB at the worst */
    STREAM_BEHIND_BYTES = 64 * 1024, /* so little must wait before one that is behind is given more */
    STREAM_BEAT_MS = 15000,          /* proxies cut connections that are silent for 30 or 60 s */
    STREAM_RETRY_MS = 1000,          /* after which a browser connects again: a restart takes about as long */
};

struct follower {
    struct api *api;
    struct http_request *request;
    struct follower *prev, *next;
    struct feed_filter filter;
    const char *attrs[QUERY_GROUPS_MAX], *values[QUERY_GROUPS_MAX]; /* of the filter; texts are the request's */
    bool wants_figures;
    bool live;
    int64_t place;       /* while behind */
    int64_t said_place;  /* the last one it was told */
    int64_t written;     /* bytes */
    int64_t beat_read;   /* bytes it had read at the last beat, or fewer */
};

static int64_t place_of(const struct follower *follower) {
    return follower->live ? follower->api->streams.place : follower->place;
}

/* ---------------------------------------------------------------- coming and going */

static void unlink_follower(struct follower *follower) {
    struct streams *streams = &follower->api->streams;
    if (follower->prev)
        follower->prev->next = follower->next;
    else
        streams->first = follower->next;
    if (follower->next) follower->next->prev = follower->prev;
    streams->count--;
    if (follower->wants_figures) feed_want_figures(follower->api->service, -1);
    if (!streams->count) loop_timer_cancel(streams->beat);
}

static void end_follower(struct follower *follower) {
    unlink_follower(follower);
    http_stream_end(follower->request);
    free(follower);
}

static void drop_follower(struct follower *follower) {
    uint64_t held;
    counter_inc(streams_dropped);
    if (log_allow("stream dropped", loop_now_ms(follower->api->loop), &held))
        log_warning("stream dropped", "waiting=%zu reason=\"it does not read\" held=%llu",
            http_stream_pending(follower->request), (unsigned long long)held);
    unlink_follower(follower);
    http_stream_abort(follower->request);
    free(follower);
}

static void on_gone(void *arg) {
    end_follower(arg);
}

/* ---------------------------------------------------------------- writing */

static void write_text(struct follower *follower, const struct buf *text) {
    follower->written += (int64_t)text->size;
    http_stream_write(follower->request, buf_span(text));
}

static void write_message(struct follower *follower, const struct feed_message *message) {
    struct buf text = {0};
    if (message->place) {
        buf_printf(&text, "id: %lld\n", (long long)message->place);
        follower->said_place = message->place;
    }
    buf_printf(&text, "event: %s\ndata: ", feed_kind_name(message->kind));
    buf_add_span(&text, message->data);
    buf_add_text(&text, "\n\n");
    write_text(follower, &text);
    buf_fini(&text);
}

/* An id without data is a message to nobody, but it is where the follower goes on from. */
static void write_place(struct follower *follower, const char *before) {
    struct buf text = {0};
    follower->said_place = place_of(follower);
    buf_printf(&text, "%sid: %lld\n\n", before, (long long)follower->said_place);
    write_text(follower, &text);
    buf_fini(&text);
}

static void tell_one(void *arg, const struct feed_message *message) {
    struct follower *follower = arg;
    if (feed_fits(&follower->filter, message)) write_message(follower, message);
}

/* To all that are live. */
static void tell_live(void *arg, const struct feed_message *message) {
    struct api *api = arg;
    for (struct follower *f = api->streams.first, *next; f; f = next) {
        next = f->next;
        if (!f->live || (message->kind == FEED_FIGURES && !f->wants_figures)) continue;
        tell_one(f, message);
        if (http_stream_pending(f->request) > STREAM_BYTES_MAX) drop_follower(f);
    }
}

/* ---------------------------------------------------------------- reading on, a window a turn */

static void cannot_read(struct api *api, bool live, const struct err *err) {
    log_error("stream ended", "error=%s", LOG_TEXT(span_of(err->text)));
    for (struct follower *f = api->streams.first, *next; f; f = next) {
        next = f->next;
        if (f->live == live) end_follower(f);
    }
}

/* Whether there may be more. */
static bool read_for_live(struct api *api) {
    struct err err;
    int64_t from = api->streams.place;
    bool any = false;
    for (struct follower *f = api->streams.first; f; f = f->next) any = any || f->live;
    if (!any) return false;
    if (feed_read(api->service, from, tell_live, api, &api->streams.place, &err)) {
        cannot_read(api, true, &err);
        return false;
    }
    return api->streams.place != from;
}

/* Those who are live, if any, have been told everything up to streams.place, which may not be the end yet. */
static void join(struct follower *follower) {
    struct api *api = follower->api;
    bool any = false;
    for (struct follower *f = api->streams.first; f; f = f->next) any = any || f->live;
    if (!any) api->streams.place = follower->place;
    follower->live = api->streams.place == follower->place;
}

static bool read_for_one(struct follower *follower) {
    struct err err;
    int64_t from = follower->place;
    if (http_stream_pending(follower->request) >= STREAM_BEHIND_BYTES) return false; /* on_drained() goes on */
    if (feed_read(follower->api->service, from, tell_one, follower, &follower->place, &err)) {
        cannot_read(follower->api, false, &err);
        return false;
    }
    if (follower->place == from) join(follower);
    return !follower->live;
}

/* One that is behind in each turn, so that many who come back together do not hold up the others. */
static void read_on(void *arg) {
    struct api *api = arg;
    bool more = read_for_live(api);
    struct follower *behind = NULL, *f;
    for (f = api->streams.first; f; f = f->next)
        if (!f->live && http_stream_pending(f->request) < STREAM_BEHIND_BYTES) behind = f;
    if (behind) more = read_for_one(behind) || more;
    for (f = api->streams.first; f; f = f->next)
        more = more || (!f->live && http_stream_pending(f->request) < STREAM_BEHIND_BYTES);
    if (more) loop_task_schedule(api->loop, &api->streams.read_on);
}

static void on_drained(void *arg) {
    struct follower *follower = arg;
    if (!follower->live) loop_task_schedule(follower->api->loop, &follower->api->streams.read_on);
}

void streams_committed(struct api *api) {
    if (api->streams.first) loop_task_schedule(api->loop, &api->streams.read_on);
}

void streams_news(struct api *api, const struct feed_message *message) {
    tell_live(api, message);
    streams_committed(api); /* a reload commits changes of its own */
}

/* ---------------------------------------------------------------- beats */

/* A stalled reader that nothing happens for must not hold its place for ever. */
static void beat_one(struct follower *follower) {
    int64_t pending = (int64_t)http_stream_pending(follower->request), read = follower->written - pending;
    bool stalled = pending && read <= follower->beat_read;
    follower->beat_read = read;
    if (stalled)
        drop_follower(follower);
    else if (!pending)
        write_place(follower, ": still here\n");
}

static void beat(void *arg) {
    struct api *api = arg;
    loop_timer_set(api->streams.beat, STREAM_BEAT_MS);
    for (struct follower *f = api->streams.first, *next; f; f = next) {
        next = f->next;
        beat_one(f);
    }
}

/* ---------------------------------------------------------------- asking */

/* Where to begin: at the end, or after the place that was asked for. *gap: that is not kept any more (or, where the
 * database is another one, not yet). */
static int begin_at(const struct question *question, int64_t *place, bool *gap, struct err *err) {
    const char *asked = http_header(question->request, "Last-Event-ID");
    struct feed_bounds bounds = {0};
    int code = feed_bounds(question->api->service, &bounds, err);
    *place = bounds.last;
    if (code || (!asked && !(asked = question->query->after))) return code;
    char *end;
    long long number = strtoll(asked, &end, 10);
    if (*asked < '0' || *asked > '9' || *end)
        return err_set(err, ERR_INVALID, "Last-Event-ID (or after=) is the id of a message of this stream, a whole number");
    *gap = number < bounds.first || number > bounds.last;
    if (number <= bounds.last) *place = number < bounds.first ? bounds.first : number;
    return 0;
}

static int read_question(const struct question *question, struct follower *out, bool *gap, struct err *err) {
    const char *figures = question->query->figures;
    int code = feed_filter_read(question->api->service, question->query, &out->filter, err);
    if (!code && figures && strcmp(figures, "1") != 0 && strcmp(figures, "0") != 0)
        code = err_set(err, ERR_INVALID, "figures is \"1\", or left out");
    out->wants_figures = figures && *figures == '1';
    return code ? code : begin_at(question, &out->place, gap, err);
}

static void add_follower(struct follower *follower) {
    struct streams *streams = &follower->api->streams;
    size_t bytes = follower->filter.term_count * sizeof *follower->attrs;
    if (bytes) {
        memcpy(follower->attrs, follower->filter.attrs, bytes);
        memcpy(follower->values, follower->filter.values, bytes);
    }
    follower->filter.attrs = follower->attrs;
    follower->filter.values = follower->values;
    follower->next = streams->first;
    if (follower->next) follower->next->prev = follower;
    streams->first = follower;
    if (!streams->count++) loop_timer_set(streams->beat, STREAM_BEAT_MS);
    if (follower->wants_figures) feed_want_figures(follower->api->service, 1);
}

static void start(struct follower *follower, bool gap) {
    struct http_request *request = follower->request;
    char begin[120];
    http_reply_header(request, "Cache-Control", "no-store");
    http_reply_header(request, "X-Accel-Buffering", "no"); /* nginx would gather it */
    http_stream_start(request, 200, "text/event-stream");
    snprintf(begin, sizeof begin, "%sretry: %d\n",
        gap ? "event: gap\ndata: {\"detail\":\"changes in between are not kept: read /v1/breaches\"}\n\n" : "",
        STREAM_RETRY_MS);
    write_place(follower, begin);
}

void ask_stream(const struct question *question) {
    struct api *api = question->api;
    struct err err;
    bool gap = false;
    if (api->streams.count >= STREAMS_MAX) {
        err_set(&err, ERR_LIMIT, "%d streams are open, as many as there may be: close one", STREAMS_MAX);
        answer_unable(question->request, err.text);
        return;
    }
    struct follower *follower = mem_zalloc(sizeof *follower);
    follower->api = api;
    follower->request = question->request;
    if (read_question(question, follower, &gap, &err)) {
        answer_err(question->request, &err);
        free(follower);
        return;
    }
    start(follower, gap);
    if (strcmp(http_method(question->request), "HEAD") == 0) {
        http_stream_end(question->request);
        free(follower);
        return;
    }
    add_follower(follower);
    http_on_gone(question->request, on_gone, follower);
    http_on_drained(question->request, on_drained, follower);
    loop_task_schedule(api->loop, &api->streams.read_on);
}

/* ---------------------------------------------------------------- all of them */

void streams_init(struct api *api) {
    api->streams.read_on = (struct loop_task){.run = read_on, .arg = api};
    api->streams.beat = loop_timer_new(api->loop, beat, api);
}

void streams_drop(struct api *api) {
    while (api->streams.first) end_follower(api->streams.first);
    loop_task_cancel(&api->streams.read_on);
    loop_timer_free(api->streams.beat);
}

/* Invariants:
 * 1. from its first turn until it was told who waits, and from the end of a connection on, the link is in a
 * gap;
 * 2. messages are taken only while the batch takes lines; until then they stay in the stream;
 * 3. `stream` is there in BANNER … LIVE, `connecting` in CONNECTING, neither in AWAY; the timer is always
 * set.
 *
 *   AWAY ──▶ CONNECTING ──▶ BANNER ──▶ LOGIN ──▶ LISTING ──▶ MARKING ──▶ LIVE
 *    ▲           │             │         │          │            │         │
 *    └───────────┴─ go_away() ─┴─────────┴──────────┴────────────┴─────────┘
 *
 * LISTING asks who waits. Events of the time before the list was made may come after it; MARKING asks once
 * more, and what comes before that answer was on its way: only then are those missing from the list taken for
 * lost. */
#include "ingest/ami_talk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/loop/connect.h"
#include "slad/model/instant.h"
#include "slad/service/gaps.h"

enum {
    RETRY_LAST_MS = 60000,
    RETRY_REFUSED_MS = 300000, /* after a wrong secret: the exchange logs each try, and may lock us out */
    INPUT_BYTES = 4 << 20, /* kept unread while nothing can be written: 2,000 calls; the exchange cuts off who
                            * reads nothing */
};

static const char *const state_names[] = {
    "not connected", "connecting", "connecting", "logging in", "connected", "connected", "connected"};

/* ---- what is written */

/* Hands in lines, then notes; whether that is everything. */
static bool push(struct ami_link *link) {
    if (!handover_push(&link->handover)) return false;
    if (link_notes_wants(&link->notes, NOTE_SEEN)) {
        buf_clear(&link->notes.knows);
        ami_save(link->ami, &link->notes.knows);
    }
    return link_notes_write(&link->notes);
}

bool ami_link_takes(struct ami_link *link) {
    return batch_takes(link->batch) && !handover_is_full(&link->handover) && handover_push(&link->handover);
}

void ami_link_add(struct ami_link *link, const struct translation *lines) {
    for (size_t i = 0; i < lines->count; i++) handover_add(&link->handover, lines->lines[i]);
}

static void set_settle(struct ami_link *link) {
    int64_t at_ms = ami_settles_ms(link->ami);
    if (at_ms == INSTANT_NEVER)
        loop_timer_cancel(link->settle);
    else
        loop_timer_set(
            link->settle, at_ms > ami_link_now(link) ? at_ms - ami_link_now(link) : AMI_LEAVE_SETTLES_MS);
}

static void settle_those_who_left(struct ami_link *link) {
    struct translation lines;
    if (!ami_link_takes(link)) return;
    ami_settle(link->ami, ami_link_now(link), &lines);
    ami_link_add(link, &lines);
    if (lines.count) link_notes_seen(&link->notes, link->heard_ms);
    (void)!push(link);
}

static void on_settle(void *arg) {
    struct ami_link *link = arg;
    batch_turn(link->batch);
    settle_those_who_left(link);
    set_settle(link);
}

/* ---- going away */

/* Between half of it and all of it, so that many do not come back at once. */
static void set_retry(struct ami_link *link, int64_t most_ms) {
    int64_t half = most_ms / 2;
    link->state = AWAY;
    loop_timer_set(link->timer, half + arc4random_uniform((uint32_t)half + 1));
}

static void retry_later(struct ami_link *link) {
    set_retry(link, link->retry_ms);
    link->retry_ms *= 2;
    if (link->retry_ms > RETRY_LAST_MS) link->retry_ms = RETRY_LAST_MS;
}

static void say_trouble(struct ami_link *link, const char *what, const char *trouble) {
    uint64_t held;
    snprintf(link->trouble, sizeof link->trouble, "%s", trouble);
    if (log_allow(what, ami_link_now(link), &held))
        log_warning(what, "input=%s reason=%s more=%" PRIu64, link->name, LOG_TEXT(span_of(trouble)), held);
}

static void drop_connection(struct ami_link *link) {
    connect_cancel(link->connecting);
    if (link->stream) stream_close(link->stream, STREAM_DROP);
    link->connecting = NULL;
    link->stream = NULL;
    link->skipping = link->held = false;
}

void ami_link_go_away(struct ami_link *link, const char *trouble) {
    bool was_known = link->state >= LISTING;
    drop_connection(link);
    ami_away(link->ami);
    say_trouble(link, "no link to the exchange", trouble);
    link_notes_gap(&link->notes, link->heard_ms, "the link was broken");
    if (was_known) link_notes_seen(&link->notes, link->heard_ms);
    (void)!push(link); /* else when the batch goes on */
    retry_later(link);
}

void ami_link_refused(struct ami_link *link, const char *trouble) {
    ami_link_go_away(link, trouble);
    set_retry(link, RETRY_REFUSED_MS);
}

/* ---- bytes */

static size_t on_data(void *arg, struct span data) {
    struct ami_link *link = arg;
    struct span rest = data;
    batch_turn(link->batch);
    link->heard = true;
    link->asked = false;
    link->held = !ami_talk_take(link, &rest) && link->stream;
    (void)!push(link);
    set_settle(link);
    return link->stream ? data.n - rest.n : data.n;
}

/* Nothing could be written for so long that no more is kept: the exchange has to wait now. */
static void on_full(void *arg) {
    struct ami_link *link = arg;
    stream_pause(link->stream);
}

static void on_close(void *arg, const char *reason) {
    struct ami_link *link = arg;
    struct buf text = {0};
    link->stream = NULL;
    batch_turn(link->batch);
    buf_printf(&text, "the connection was closed: %s", reason);
    ami_link_go_away(link, text.data);
    buf_fini(&text);
}

/* ---- connecting */

static void on_connected(void *arg, int take_fd, const struct err *err) {
    static const struct stream_events events = {.on_data = on_data, .on_full = on_full, .on_close = on_close};
    struct ami_link *link = arg;
    struct buf text = {0};
    link->connecting = NULL;
    if (take_fd >= 0) {
        link->stream = stream_open(
            link->batch->loop, take_fd, &(struct stream_options){.input_bytes = INPUT_BYTES}, &events, link);
        link->state = BANNER;
        loop_timer_set(link->timer, ANSWER_MS);
        return;
    }
    batch_turn(link->batch);
    buf_printf(&text, "it cannot be connected to: %s", err->text);
    ami_link_go_away(link, text.data);
    buf_fini(&text);
}

/* What slad knew when it ended. Whatever happened since is missing. */
static bool load(struct ami_link *link) {
    struct buf knows = {0};
    struct err err;
    int64_t seen_ms = ami_link_now(link);
    int code = intake_link_get(link->batch->service, span_of(link->name), &seen_ms, &knows, &err);
    if (code == 0 && ami_load(link->ami, buf_span(&knows), &err) != 0)
        log_warning("calls of the last run are not known", "input=%s reason=%s", link->name,
            LOG_TEXT(span_of(err.text)));
    buf_fini(&knows);
    if (code < 0) return false;
    link->heard_ms = seen_ms;
    link_notes_gap(&link->notes, seen_ms, code == 0 ? "slad was not running" : "the link was not made yet");
    return true;
}

static void attempt(struct ami_link *link) {
    if (!link->loaded) link->loaded = load(link);
    if (!link->loaded) {
        retry_later(link);
        return;
    }
    (void)!push(link);
    link->state = CONNECTING;
    link->connecting = connect_open(
        link->batch->loop, link->endpoint->host, link->endpoint->port, ANSWER_MS, on_connected, link);
    loop_timer_set(link->timer, 2 * ANSWER_MS);
}

static void watch_silence(struct ami_link *link) {
    if (!link->heard && link->asked) {
        ami_link_go_away(link, "it does not answer any more");
        return;
    }
    if (!link->heard) ami_talk_ping(link);
    link->asked = !link->heard;
    if (!link->asked) link_notes_seen(&link->notes, link->heard_ms);
    (void)!push(link);
    link->heard = false;
    loop_timer_set(link->timer, SILENCE_MS);
}

static void on_timer(void *arg) {
    struct ami_link *link = arg;
    batch_turn(link->batch);
    if (link->state == AWAY)
        attempt(link);
    else if (link->state == LIVE)
        watch_silence(link);
    else if (link->held) /* it may have answered: we cannot take it */
        loop_timer_set(link->timer, ANSWER_MS);
    else
        ami_link_go_away(link, "it did not answer in time");
}

/* ---- life */

struct ami_link *ami_link_open(struct batch *batch, const struct endpoint *endpoint) {
    struct ami_link *link = mem_zalloc(sizeof *link);
    struct buf name = {0};
    intake_link_name(endpoint, &name);
    link->batch = batch;
    link->endpoint = endpoint;
    link->name = name.data;
    link->source = (struct intake_source){link->name, NULL};
    link->ami = ami_new(intake_translate_options(batch->service));
    link->retry_ms = RETRY_FIRST_MS;
    handover_init(&link->handover, batch, &link->source);
    link_notes_init(&link->notes, batch, span_of(link->name));
    link->settle = loop_timer_new(batch->loop, on_settle, link);
    link->timer = loop_timer_new(batch->loop, on_timer, link);
    loop_timer_set(link->timer, 0);
    return link;
}

void ami_link_close(struct ami_link *link) {
    if (!link) return;
    drop_connection(link);
    loop_timer_free(link->timer);
    loop_timer_free(link->settle);
    handover_fini(&link->handover);
    link_notes_fini(&link->notes);
    ami_free(link->ami);
    free(link->name);
    free(link);
}

void ami_link_go_on(struct ami_link *link) {
    handover_settled(&link->handover);
    link_notes_settled(&link->notes);
    if (!push(link) || !link->held) return;
    link->held = false;
    stream_pause(link->stream); /* so that what it holds is offered again */
    stream_resume(link->stream);
}

void ami_link_lost(struct ami_link *link) {
    handover_lost(&link->handover);
    link_notes_lost(&link->notes);
}

void ami_link_status(const struct ami_link *link, struct json_writer *w) {
    json_object_begin(w);
    json_field_text(w, "input", link->name);
    json_field_text(w, "state", state_names[link->state]);
    json_field_int(w, "messages", (int64_t)link->messages);
    json_field_int(w, "lines", (int64_t)link->handover.count);
    json_field_int(w, "waiting", (int64_t)ami_waiting(link->ami));
    json_field_text(w, "format", "ami");
    json_field_text(w, "error", link->trouble[0] ? link->trouble : NULL);
    json_object_end(w);
}

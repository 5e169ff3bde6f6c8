#include "ingest/ami_talk.h"

#include <inttypes.h>
#include <string.h>
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/secret.h"
#include "slad/base/utf8.h"

enum { BANNER_MAX = 256 }; /* "Asterisk Call Manager/11.0.0" */

static void ask(struct ami_link *link, enum link_state state, const char *action, const char *id) {
    struct buf text = {0};
    buf_printf(&text, "Action: %s\r\nActionID: %s\r\n\r\n", action, id);
    stream_write(link->stream, text.data, text.size);
    buf_fini(&text);
    link->state = state;
    loop_timer_set(link->timer, ANSWER_MS);
}

static void log_in(struct ami_link *link, const char *secret) {
    struct buf text = {0};
    buf_printf(&text,
        "Action: Login\r\nActionID: slad-login\r\nUsername: %s\r\nSecret: %s\r\nEvents: system,agent\r\n\r\n",
        link->endpoint->user, secret);
    stream_write(link->stream, text.data, text.size);
    explicit_bzero(text.data, text.size);
    buf_fini(&text);
    link->state = LOGIN;
    loop_timer_set(link->timer, ANSWER_MS);
}

static void say_if_exposed(struct ami_link *link, bool exposed) {
    if (!exposed || link->said_exposed || !link->endpoint->secret_file) return;
    link->said_exposed = true;
    log_warning("secret is readable by everybody", "input=%s file=%s next=\"chmod o= on it\"", link->name,
        LOG_TEXT(span_of(link->endpoint->secret_file)));
}

/* The secret is read anew each time: it may have been put right. */
static void introduce(struct ami_link *link) {
    struct secret_place place = {link->endpoint->secret_file, link->endpoint->credential};
    char secret[SECRET_MAX];
    bool exposed = false;
    struct err err;
    if (secret_read(&place, secret, &exposed, &err)) {
        ami_link_go_away(link, err.text);
        return;
    }
    say_if_exposed(link, exposed);
    log_in(link, secret);
    explicit_bzero(secret, sizeof secret);
}

static void refused(struct ami_link *link, struct span message) {
    struct buf text = {0};
    struct span why = ami_value(message, "Message");
    buf_add_text(&text, "the exchange refuses the login of ");
    buf_add_text(&text, link->endpoint->user);
    buf_add_text(&text, ": ");
    utf8_escape(&text, why, LOG_TEXT_MAX);
    buf_add_text(
        &text, "; user and secret are those of its manager.conf, and the next try is in some minutes");
    ami_link_refused(link, text.data);
    buf_fini(&text);
}

static void go_live(struct ami_link *link) {
    log_info("linked to the exchange", "input=%s waiting=%zu", link->name, ami_waiting(link->ami));
    link_notes_gap_over(&link->notes, ami_link_now(link));
    link->state = LIVE;
    link->trouble[0] = '\0';
    link->retry_ms = RETRY_FIRST_MS;
    link->heard = true;
    link->asked = false;
    loop_timer_set(link->timer, SILENCE_MS);
}

/* Those missing from the list, and from all that came since, are gone. */
static void lose_missing(struct ami_link *link) {
    struct translation lines;
    ami_listed(link->ami, ami_link_now(link), &lines);
    ami_link_add(link, &lines);
    link_notes_seen(&link->notes, link->heard_ms);
    if (lines.count) log_info("calls ended unseen", "input=%s calls=%zu", link->name, lines.count);
}

/* Calls that it cannot ask about stay as they were; what comes tells of their end, or nothing does. */
static void on_refused_list(struct ami_link *link, struct span message) {
    log_warning("exchange does not say who waits", "input=%s reason=%s", link->name,
        LOG_TEXT(ami_value(message, "Message")));
    go_live(link);
}

static void on_response(struct ami_link *link, struct span message) {
    bool success = ami_is(message, "Response", "Success");
    if (link->state == LOGIN && ami_is(message, "ActionID", "slad-login")) {
        if (success)
            ask(link, LISTING, "QueueStatus", "slad-list");
        else
            refused(link, message);
    } else if (link->state == LISTING && ami_is(message, "ActionID", "slad-list")) {
        if (!success) on_refused_list(link, message);
    } else if (link->state == MARKING && ami_is(message, "ActionID", "slad-mark")) {
        lose_missing(link);
        go_live(link);
    }
}

/* ---- events */

static void say_if_untimed(struct ami_link *link) {
    if (link->said_untimed || !ami_is_untimed(link->ami)) return;
    link->said_untimed = true;
    log_warning("events of the exchange have no time",
        "input=%s next=\"taking the time of receipt; set timestampevents = yes in manager.conf\"",
        link->name);
}

static void reject(struct ami_link *link, struct span message, const struct err *err) {
    uint64_t held;
    counter_inc(events_rejected);
    if (log_allow("event of the exchange rejected", ami_link_now(link), &held))
        log_warning("event of the exchange rejected", "input=%s reason=%s event=%s more=%" PRIu64, link->name,
            LOG_TEXT(span_of(err->text)), LOG_TEXT(ami_value(message, "Event")), held);
}

/* False when it cannot be taken now. */
static bool on_event(struct ami_link *link, struct span message) {
    struct translation lines = {0};
    struct err err;
    int code = ami_event(link->ami, message, ami_link_now(link), &lines, &err);
    if (code && code != ERR_INVALID) return false;
    if (code) reject(link, message, &err);
    if (!code) ami_link_add(link, &lines);
    if (lines.count) link_notes_seen(&link->notes, link->heard_ms);
    say_if_untimed(link);
    return true;
}

/* It may end the connection. False when the message cannot be taken now: then it was not heard. */
static bool on_message(struct ami_link *link, struct span message) {
    int64_t before_ms = link->heard_ms;
    bool taken = true;
    link->heard_ms = ami_link_now(link);
    if (ami_value(message, "Response").p)
        on_response(link, message);
    else if (ami_is(message, "Event", "Shutdown"))
        ami_link_go_away(link, "the exchange shuts down");
    else if (link->state == LISTING && ami_is(message, "Event", "QueueStatusComplete"))
        ask(link, MARKING, "Ping", "slad-mark");
    else if (link->state >= LISTING)
        taken = on_event(link, message);
    if (taken)
        link->messages++;
    else
        link->heard_ms = before_ms;
    return taken;
}

static void too_long(struct ami_link *link) {
    struct err err;
    counter_inc(lines_too_long);
    err_set(&err, ERR_LIMIT, "a message is longer than %d KiB", AMI_MESSAGE_MAX / 1024);
    reject(link, (struct span){0}, &err);
}

static void take_banner(struct ami_link *link, struct span *data) {
    static const char greeting[] = "Asterisk Call Manager/";
    const char *newline = memchr(data->p, '\n', data->n);
    size_t n = newline ? (size_t)(newline - data->p) + 1 : data->n;
    bool like_it = memcmp(data->p, greeting, n < sizeof greeting - 1 ? n : sizeof greeting - 1) == 0;
    if (!like_it || n > BANNER_MAX || (newline && n < sizeof greeting)) {
        ami_link_go_away(link, "whoever answers there is no Asterisk manager interface");
        return;
    }
    if (!newline) return;
    data->p += n;
    data->n -= n;
    introduce(link);
}

/* Takes what it can off the front of *data; false when that is not all that is whole. */
static bool take_messages(struct ami_link *link, struct span *data) {
    while (link->stream && data->n && link->state >= LOGIN) {
        struct span all = *data, message;
        if (!ami_link_takes(link)) return false;
        enum ami_cut cut = ami_cut(&link->skipping, data, &message);
        if (cut == AMI_MORE) return true;
        if (cut == AMI_TOO_LONG) too_long(link);
        if (cut != AMI_MESSAGE || message.n == 0) continue;
        if (on_message(link, message)) continue;
        *data = all;
        return false;
    }
    return true;
}

bool ami_talk_take(struct ami_link *link, struct span *data) {
    if (link->state == BANNER) take_banner(link, data);
    return take_messages(link, data);
}

void ami_talk_ping(struct ami_link *link) {
    ask(link, link->state, "Ping", "slad-ping");
}

/* slactl send: event lines from a file or standard input to the event socket, each acknowledged once it is on disk.
 *
 * Invariants:
 *  1. a line stays in `lines` until it is acknowledged; after a connection broke all of them are sent again, as N of the
 *     answers counts from the start of a connection;
 *  2. input is read only while there is room for it;
 *  3. trouble_us is set from when a connection was lost until something shows that the next one works.
 *
 *   INPUT ──lines──▶ unacked ──▶ socket ──ack, reject──▶ unacked ──▶ summary */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "ask.h"
#include "line_input.h"
#include "place.h"
#include "progress.h"
#include "slad/base/clock.h"
#include "slad/base/mem.h"
#include "slad/base/secret.h"
#include "slad/model/duration.h"
#include "slad/wire/write.h"
#include "unacked.h"

enum {
    READ_BYTES = 64 * 1024,
    RETRY_MS = 60000,          /* a restart of the daemon takes far less, its journal read included */
    PAUSE_MS = 100,            /* before the second try to connect; doubled each time */
    PAUSE_MS_MAX = 5000,
    SHOWN_MAX = 100,           /* rejected lines that are named; the others are counted */
    ANSWER_BYTES_MAX = 64 * 1024, /* of a line of the daemon's; far beyond any */
    LOOK_MS = 200,             /* between two drawings of the progress */
};

struct sending {
    const struct options *options;
    struct place place;
    struct buf hello;
    bool refused; /* it was said why */
    int link; /* -1 while there is none */
    int64_t retry_ms;
    struct line_input input;
    uint64_t event_lines; /* that are not blank */
    struct buf answers;   /* what is not yet a line */
    struct unacked lines;
    uint64_t too_long;
    int64_t trouble_us, pause_ms;
    unsigned tries;  /* to connect, since something worked */
    struct err why;  /* it did not */
    struct progress progress;
    struct buf rejects; /* for --json */
    struct json_writer rejects_w;
    char block[READ_BYTES];
};

/* ---------------------------------------------------------------- rejected lines */

static uint64_t rejected(const struct sending *s) {
    return s->lines.rejected + s->too_long;
}

static void tell_rejected(struct sending *s, uint64_t number, const char *reason) {
    struct buf text = {0};
    if (rejected(s) > SHOWN_MAX) return;
    progress_clear(&s->progress);
    complain(&text, "line %" PRIu64 ": %s", number, reason);
    fputs(buf_text(&text), stderr);
    buf_fini(&text);
    json_object_begin(&s->rejects_w);
    json_field_int(&s->rejects_w, "line", (int64_t)number);
    json_field_text(&s->rejects_w, "reason", reason);
    json_object_end(&s->rejects_w);
}

/* ---------------------------------------------------------------- input */

static bool is_blank(struct span line) {
    for (size_t i = 0; i < line.n; i++)
        if (!memchr(" \t\r", line.p[i], 3)) return false;
    return true;
}

static void take_line(void *arg, struct span line) {
    struct sending *s = arg;
    if (line.p && is_blank(line)) return; /* the daemon does not count them */
    s->event_lines++;
    if (line.p) {
        unacked_add(&s->lines, line, s->input.lines);
    } else {
        s->too_long++;
        tell_rejected(s, s->input.lines, "the line is longer than 64 KiB");
    }
}

/* 0, or an exit code. */
static int read_input(struct sending *s) {
    struct err err;
    if (line_input_read(&s->input, take_line, s, &err) == 0) return EXIT_FINE;
    progress_clear(&s->progress);
    fprintf(stderr, "slactl: %s\n", err.text);
    return EXIT_ANSWER;
}

/* ---------------------------------------------------------------- the connection */

static void lose_link(struct sending *s) {
    close(s->link);
    s->link = -1;
    buf_clear(&s->answers);
    unacked_again(&s->lines);
    if (!s->trouble_us) s->trouble_us = clock_steady_us();
    err_set(&s->why, ERR_IO, "the connection breaks again and again");
}

/* How much was taken, also nothing; -1: it is gone. */
static ssize_t send_bytes(int link, struct span bytes) {
    ssize_t sent = send(link, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

/* 0; anything else: it is gone. */
static int send_some(struct sending *s) {
    struct span rest = unacked_rest(&s->lines);
    if (!rest.n) return 0;
    ssize_t sent = send_bytes(s->link, rest);
    if (sent > 0) unacked_sent(&s->lines, (size_t)sent);
    return sent < 0;
}

static void works(struct sending *s) {
    s->trouble_us = 0;
    s->tries = 0;
    s->pause_ms = PAUSE_MS;
}

/* The same would come of every other try. */
static void tell_refused(struct sending *s, const char *reason) {
    struct buf text = {0};
    s->refused = true;
    progress_clear(&s->progress);
    complain(&text, "%s%s", reason, option_given(s->options, OPTION_TOKEN_FILE) ? "" : ": give it with --token-file");
    fputs(buf_text(&text), stderr);
    buf_fini(&text);
}

/* {"ack":N}, {"reject":N,"reason":"…"} or {"refused":"…"}. 0; anything else: the other end speaks another language. */
static int take_answer(struct sending *s, struct span line) {
    struct json *json = NULL;
    struct err err;
    if (json_parse(line, &json, &err)) return -1;
    const char *refused = json_text(json_get(json, "refused"));
    if (refused) tell_refused(s, refused);
    int64_t ack = json_integer(json_get(json, "ack"), 0), reject = json_integer(json_get(json, "reject"), 0);
    const char *reason = json_text(json_get(json, "reason"));
    int code = 0;
    if (ack > 0) {
        code = unacked_ack(&s->lines, (uint64_t)ack);
        works(s);
    }
    if (reject > 0) {
        int64_t number = unacked_reject(&s->lines, (uint64_t)reject);
        if (number > 0) tell_rejected(s, (uint64_t)number, reason ? reason : "(no reason)");
        code = number < 0 ? -1 : 0;
    }
    json_free(json);
    return code;
}

static int take_answers(struct sending *s) {
    ssize_t got = recv(s->link, s->block, sizeof s->block, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (got <= 0) return -1;
    buf_add(&s->answers, s->block, (size_t)got);
    struct span rest = buf_span(&s->answers);
    const char *newline;
    int code = 0;
    while (code == 0 && rest.n && (newline = memchr(rest.p, '\n', rest.n))) {
        size_t n = (size_t)(newline - rest.p);
        code = take_answer(s, (struct span){rest.p, n});
        rest.p += n + 1;
        rest.n -= n + 1;
    }
    if (code) {
        fputs("slactl: what answers there does not speak slad's language\n", stderr);
        return -1;
    }
    buf_drop_front(&s->answers, s->answers.size - rest.n);
    return s->answers.size > ANSWER_BYTES_MAX ? -1 : 0;
}

static int say_hello(struct sending *s) {
    struct span rest = buf_span(&s->hello);
    while (rest.n) {
        ssize_t sent = send_bytes(s->link, rest);
        if (sent < 0) return -1;
        rest.p += sent;
        rest.n -= (size_t)sent;
    }
    if (!s->lines.count) works(s); /* there is nothing that an answer could come to */
    return 0;
}

/* Longer each time, so that a daemon that refuses connections is not worn out. */
static void pause_between(struct sending *s) {
    nanosleep(&(struct timespec){s->pause_ms / 1000, s->pause_ms % 1000 * 1000000}, NULL);
    s->pause_ms = s->pause_ms * 2 < PAUSE_MS_MAX ? s->pause_ms * 2 : PAUSE_MS_MAX;
}

/* One try. 0, or an exit code: it is not there, and was not for as long as is waited. */
static int connect_again(struct sending *s) {
    bool tried = s->tries++ > 0;
    if (tried && clock_steady_us() - s->trouble_us >= s->retry_ms * 1000) {
        progress_clear(&s->progress);
        fprintf(stderr, "slactl: %s\n", s->why.text);
        return EXIT_UNREACHABLE;
    }
    if (tried) pause_between(s);
    s->link = place_connect(&s->place, &s->why);
    if (s->link >= 0 && say_hello(s)) lose_link(s);
    if (s->link < 0 && !s->trouble_us) s->trouble_us = clock_steady_us();
    return EXIT_FINE;
}

/* ---------------------------------------------------------------- the way of it */

/* Of the input: what was read and waits for nothing any more. */
static uint64_t bytes_done(const struct sending *s) {
    uint64_t waiting = s->input.text.size + s->lines.text.size - s->lines.head;
    return waiting < s->input.bytes ? s->input.bytes - waiting : 0; /* the last line may have got a newline */
}

/* One wait for input, answers and room to send. 0, or an exit code. */
static int turn(struct sending *s) {
    bool wants_input = !s->input.ended && unacked_has_room(&s->lines);
    bool has_rest = unacked_rest(&s->lines).n > 0;
    struct pollfd looks[] = {{.fd = s->link, .events = (short)(POLLIN | (has_rest ? POLLOUT : 0))},
        {.fd = wants_input ? s->input.fd : -1, .events = POLLIN}};
    int ready = poll(looks, 2, s->progress.is_shown ? LOOK_MS : -1), code = EXIT_FINE;
    if (ready < 0 && errno != EINTR) return EXIT_ANSWER;
    if (ready > 0 && looks[1].revents) code = read_input(s);
    bool lost = ready > 0 && looks[0].revents && take_answers(s) != 0;
    if (!lost) lost = send_some(s) != 0;
    if (lost) lose_link(s);
    if (s->refused) return EXIT_ANSWER;
    progress_draw(&s->progress, bytes_done(s), s->lines.acknowledged, rejected(s));
    return code;
}

static int go(struct sending *s) {
    int code = EXIT_FINE;
    while (code == EXIT_FINE && !(s->input.ended && s->lines.count == 0)) code = s->link < 0 ? connect_again(s) : turn(s);
    return code;
}

static void print_summary(struct sending *s) {
    struct buf text = {0};
    struct json_writer w = {.out = &text};
    uint64_t accepted = s->lines.acknowledged - s->lines.rejected;
    progress_clear(&s->progress);
    fprintf(stderr, "%" PRIu64 " line%s: %" PRIu64 " on disk, %" PRIu64 " rejected, %zu not acknowledged\n", s->event_lines,
        s->event_lines == 1 ? "" : "s", accepted, rejected(s), s->lines.count);
    if (s->lines.resent)
        fprintf(stderr, "%" PRIu64 " were sent again after the connection broke: of those, events without an id may be there twice\n",
            s->lines.resent);
    if (!option_given(s->options, OPTION_JSON)) return;
    json_object_begin(&w);
    json_field_int(&w, "lines", (int64_t)s->event_lines);
    json_field_int(&w, "accepted", (int64_t)accepted);
    json_field_int(&w, "rejected", (int64_t)rejected(s));
    json_field_int(&w, "unacknowledged", (int64_t)s->lines.count);
    json_field_int(&w, "resent", (int64_t)s->lines.resent);
    json_array_end(&s->rejects_w);
    json_field_raw(&w, "errors", buf_span(&s->rejects));
    json_object_end(&w);
    puts(buf_text(&text));
    buf_fini(&text);
}

/* The rules for its file are those of the daemon's: it is the same word. */
static int make_hello(struct sending *s, struct err *err) {
    struct secret_place place = {.file = s->options->value[OPTION_TOKEN_FILE]};
    struct json_writer w = {.out = &s->hello};
    char token[SECRET_MAX];
    int code = place.file ? secret_read_token(&place, token, err) : 0;
    if (code) return code;
    json_object_begin(&w);
    json_key(&w, "hello");
    json_object_begin(&w);
    json_field_text(&w, "client", "slactl");
    if (place.file) json_field_text(&w, "token", token);
    json_object_end(&w);
    json_object_end(&w);
    buf_add_char(&s->hello, '\n');
    explicit_bzero(token, sizeof token);
    return 0;
}

static int prepare(struct sending *s) {
    const char *retry = s->options->value[OPTION_RETRY];
    struct err err;
    s->retry_ms = RETRY_MS;
    if (retry && duration_parse(span_of(retry), &s->retry_ms, &err)) return EXIT_USAGE; /* it was checked */
    if (make_hello(s, &err) || place_of(s->options, &s->place, &err)) {
        fprintf(stderr, "slactl: %s\n", err.text);
        return EXIT_USAGE;
    }
    if (line_input_open(s->options->words[1], &s->input, &err)) {
        fprintf(stderr, "slactl: %s\n", err.text);
        return EXIT_USAGE;
    }
    progress_begin(&s->progress, s->input.whole_bytes);
    return EXIT_FINE;
}

/* The first connection must come about at once, unless it was said how long to wait. */
static int begin(struct sending *s) {
    s->pause_ms = PAUSE_MS;
    int code = connect_again(s);
    if (s->link >= 0 || option_given(s->options, OPTION_RETRY)) return code;
    fprintf(stderr, "slactl: %s\n", s->why.text);
    return EXIT_UNREACHABLE;
}

int command_send(const struct options *options) {
    struct sending *s = mem_zalloc(sizeof *s);
    s->options = options;
    s->input.fd = s->link = -1;
    s->rejects_w = (struct json_writer){.out = &s->rejects};
    json_array_begin(&s->rejects_w);
    int code = prepare(s);
    if (code == EXIT_FINE && (code = begin(s)) == EXIT_FINE) {
        code = go(s);
        print_summary(s);
        if (code == EXIT_FINE && rejected(s)) code = EXIT_ANSWER;
    }
    if (s->link >= 0) close(s->link);
    place_fini(&s->place);
    unacked_fini(&s->lines);
    line_input_fini(&s->input);
    buf_fini(&s->hello);
    buf_fini(&s->answers);
    buf_fini(&s->rejects);
    free(s);
    return code;
}

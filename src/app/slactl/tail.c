/* slactl tail: what happens, as it comes: breaches, warnings, reloads.
 *
 * Invariants:
 *  1. the stream is open before the latest breaches are asked for, so nothing falls between the two;
 *  2. sse.id is the place of the last message shown: a connection that breaks is taken up again from there. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "breach_row.h"
#include "listing.h"
#include "look.h"
#include "query.h"
#include "raw.h"
#include "slad/wire/write.h"
#include "sse.h"

enum { FIRST_ROWS = 10 }; /* as tail(1) begins */

struct tail {
    const struct options *options;
    struct breach_rows rows; /* for CSV, and for the units */
    bool has_begun;          /* a line was shown */
    struct look look;        /* how it began */
    bool has_looked;
    struct sse sse;
    bool is_away;
    int code; /* why it ends; EXIT_FINE: it goes on */
};

/* What became of it, in words. A measurement that is missed and over at once (a value, an event that must not
 * happen) is no news of an end. */
static const char *news(const struct json *breach) {
    const char *kind = json_text(json_get(breach, "kind")), *state = json_text(json_get(breach, "state"));
    bool level = kind && strcmp(kind, "level") == 0;
    if (json_is_object(json_get(breach, "excused"))) return "excused";
    if (!state || strcmp(state, "withdrawn") == 0) return "withdrawn";
    if (strcmp(state, "closed") != 0) return level ? "not held" : "missed";
    if (level) return "held again";
    return instant_of(breach_from(breach)) == instant_of(breach_to(breach)) ? "missed" : "ended";
}

/* An excuse is none of what was learnt of a breach. */
static int64_t changed_ms(const struct json *breach) {
    const struct json *excused = json_get(breach, "excused");
    int64_t updated_ms = look_updated(breach), excused_ms = instant_of(json_get(excused, "at"));
    return json_is_object(excused) && excused_ms > updated_ms ? excused_ms : updated_ms;
}

static void print_header(struct tail *tail) {
    char zone[MOMENT_ZONE_MAX];
    if (tail->has_begun) return;
    printf("%-19s  %-10s  times are those of %s\n", "known", "what", moment_zone(zone));
    tail->has_begun = true;
}

static void add_words(struct buf *line, struct tail *tail, const struct json *breach) {
    struct buf group = {0};
    const struct json *target = json_get(breach, "target"), *elapsed = json_get(breach, "elapsed");
    show_text(line, json_get(breach, "standard"));
    buf_add_text(line, "  ");
    show_text(line, json_text(target) ? target : json_get(breach, "contact"));
    show_group(&group, json_get(breach, "group"));
    if (group.size) buf_printf(line, "  %s", buf_text(&group));
    if (json_is_number(elapsed)) {
        bool value = units_of(&tail->rows.units, json_get(breach, "standard")) == MEASURE_VALUE;
        buf_add_text(line, value ? "  with " : "  after ");
        if (value)
            show_scalar(line, elapsed);
        else
            show_seconds(line, elapsed);
    }
    buf_fini(&group);
}

static void print_line(struct tail *tail, int64_t at_ms, const char *what, enum tint tint, const struct buf *words) {
    char at[MOMENT_TEXT_MAX];
    if (!tail->options->screen.has_color) tint = TINT_NONE;
    print_header(tail);
    printf("%s  %s%-10s%s  %s\n", moment_text(at_ms, MOMENT_SECONDS, at), tint_begin(tint), what,
        tint == TINT_NONE ? "" : TINT_END, buf_text(words));
}

static void print_breach(struct tail *tail, const struct json *breach, struct span raw) {
    struct buf text = {0};
    if (option_given(tail->options, OPTION_JSON)) {
        raw_compact(&text, raw);
        puts(buf_text(&text));
    } else if (option_given(tail->options, OPTION_CSV)) {
        breach_row_add(&tail->rows, breach);
    } else {
        add_words(&text, tail, breach);
        print_line(tail, changed_ms(breach), news(breach), tint_of_state(json_text(json_get(breach, "state"))), &text);
    }
    buf_fini(&text);
}

/* ---------------------------------------------------------------- the beginning */

static bool shows_breaches(const struct options *options) {
    const char *kind = options->value[OPTION_KIND];
    return !kind || (strcmp(kind, "warning") != 0 && strcmp(kind, "reload") != 0);
}

/* The latest, as tail(1) begins. */
static int begin(struct tail *tail) {
    const struct options *options = tail->options;
    tail->has_looked = true;
    if (!shows_breaches(options)) {
        table_begin(&tail->rows.table);
        return EXIT_FINE;
    }
    struct look *look = &tail->look;
    struct buf target = {0}, trouble = {0};
    buf_add_text(&target, "/v1/breaches");
    query_options(&target, options, 0);
    int code = look_at_latest(options, buf_text(&target), look, &trouble);
    fputs(buf_text(&trouble), stderr);
    if (code == EXIT_FINE) table_begin(&tail->rows.table);
    size_t most = option_given(options, OPTION_LIMIT) ? (size_t)options->limit : FIRST_ROWS;
    for (size_t i = look->row_count > most ? look->row_count - most : 0; i < look->row_count; i++)
        print_breach(tail, look->rows[i].breach, look->rows[i].raw);
    if (code == EXIT_FINE && look->row_count == 0) listing_say_empty(options, "breaches yet");
    buf_fini(&target);
    buf_fini(&trouble);
    return code;
}

/* What came while the first look was taken is in both. */
static bool was_seen(const struct tail *tail, const struct json *breach) {
    int64_t id = json_integer(json_get(breach, "id"), 0);
    for (size_t i = 0; i < tail->look.row_count; i++)
        if (tail->look.rows[i].id == id) return changed_ms(tail->look.rows[i].breach) == changed_ms(breach);
    return false;
}

/* ---------------------------------------------------------------- messages */

static bool is_of_state(const struct options *options, const struct json *breach) {
    const char *state = json_text(json_get(breach, "state")), *wanted = options->value[OPTION_STATE];
    return !wanted || (state && strcmp(state, wanted) == 0);
}

static void take_breach(struct tail *tail, const struct json *data, struct span raw) {
    const struct json *breach = json_get(data, "breach");
    if (is_of_state(tail->options, breach) && !was_seen(tail, breach))
        print_breach(tail, breach, raw_member(raw, "breach"));
}

/* A line of JSON that says what it is of. */
static void print_other(const char *kind, struct span raw) {
    struct buf line = {0}, data = {0};
    struct json_writer w = {.out = &line};
    raw_compact(&data, raw);
    json_object_begin(&w);
    json_field_raw(&w, kind, buf_span(&data));
    json_object_end(&w);
    puts(buf_text(&line));
    buf_fini(&line);
    buf_fini(&data);
}

static void take_reload(struct tail *tail, const struct json *data) {
    const char *what = json_text(json_get(data, "what"));
    const struct json *first = json_first(json_get(data, "findings"));
    struct buf words = {0};
    bool refused = what && strcmp(what, "refused") == 0;
    if (refused) {
        buf_add_text(&words, "refused: ");
        show_text(&words, first);
    } else {
        buf_printf(&words, "generation %lld is in force", (long long)json_integer(json_get(data, "generation"), 0));
    }
    print_line(tail, instant_of(json_get(data, "at")), "reload", refused ? TINT_BAD : TINT_NONE, &words);
    buf_fini(&words);
}

static void take_warning(struct tail *tail, const struct json *data) {
    const struct json *warning = json_get(data, "warning");
    const char *what = json_text(json_get(data, "what"));
    struct buf words = {0};
    bool begins = what && strcmp(what, "opened") == 0;
    add_words(&words, tail, warning);
    buf_add_text(&words, "  ");
    show_text(&words, json_get(warning, "warning"));
    print_line(tail, look_updated(warning), begins ? "at risk" : "risk over", begins ? TINT_WARNING : TINT_FAINT, &words);
    buf_fini(&words);
}

static void take_message(struct tail *tail, const char *event, struct span raw) {
    struct json *data = NULL;
    struct err err;
    bool as_json = option_given(tail->options, OPTION_JSON), as_csv = option_given(tail->options, OPTION_CSV);
    if (json_parse(raw, &data, &err)) return;
    if (strcmp(event, "gap") == 0)
        fputs("slactl: the daemon does not keep all that happened meanwhile: some is not shown\n", stderr);
    else if (strcmp(event, "breach") == 0)
        take_breach(tail, data, raw);
    else if (as_json)
        print_other(event, raw);
    else if (strcmp(event, "reload") == 0 && !as_csv)
        take_reload(tail, data);
    else if (strcmp(event, "warning") == 0 && !as_csv)
        take_warning(tail, data);
    json_free(data);
}

static int on_message(void *arg, const char *event, struct span data) {
    struct tail *tail = arg;
    if (tail->is_away) fputs("slactl: it is back\n", stderr);
    tail->is_away = false;
    if (!tail->has_looked) tail->code = begin(tail);
    if (tail->code == EXIT_FINE && data.n) take_message(tail, event, data);
    if (fflush(stdout) != 0 || ferror(stdout)) tail->code = EXIT_ANSWER;
    return tail->code;
}

static int on_body(void *arg, struct span piece) {
    struct tail *tail = arg;
    int code = sse_take(&tail->sse, piece);
    if (code < 0) {
        fputs("slactl: what answers there does not speak slad's language (a message without end)\n", stderr);
        tail->code = EXIT_ANSWER;
    }
    return code;
}

/* ---------------------------------------------------------------- the stream */

/* One connection; whether another is to be tried. A daemon that is away is waited for: it may restart. */
static bool follow_once(struct tail *tail) {
    struct buf target = {0}, trouble = {0};
    buf_add_text(&target, "/v1/stream");
    query_options(&target, tail->options, OPTION_BIT(STATE));
    if (*tail->sse.id) query_add(&target, "after", tail->sse.id);
    sse_restart(&tail->sse);
    int code = ask_endlessly(tail->options, buf_text(&target), on_body, tail, &trouble);
    bool first = !tail->has_looked;
    if (code == EXIT_ANSWER || (first && code != EXIT_FINE)) {
        tail->code = code;
        fputs(buf_text(&trouble), stderr);
    } else if (tail->code == EXIT_FINE && !tail->is_away) {
        fputs(buf_text(&trouble), stderr);
        fputs("slactl: the connection is gone; waiting for it to come back\n", stderr);
        tail->is_away = true;
    }
    buf_fini(&target);
    buf_fini(&trouble);
    return tail->code == EXIT_FINE;
}

int command_tail(const struct options *options) {
    struct tail tail = {.options = options, .sse = {.message = on_message}};
    tail.sse.arg = &tail;
    tail.code = breach_rows_init(&tail.rows, options);
    if (tail.code == EXIT_FINE && option_given(options, OPTION_ONCE))
        tail.code = begin(&tail);
    else
        while (tail.code == EXIT_FINE && follow_once(&tail)) nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    look_fini(&tail.look);
    sse_fini(&tail.sse);
    breach_rows_fini(&tail.rows);
    return tail.code;
}

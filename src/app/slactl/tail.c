/* slactl tail: new and changed breaches as they come. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "breach_row.h"
#include "listing.h"
#include "look.h"
#include "query.h"
#include "raw.h"

enum { FIRST_ROWS = 10 }; /* as tail(1) begins */

struct tail {
    const struct options *options;
    struct breach_rows rows; /* for CSV, and for the units */
    bool has_begun;          /* a line was shown */
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

static void print_line(struct tail *tail, const struct look_row *row) {
    char at[MOMENT_TEXT_MAX];
    const char *what = news(row->breach);
    enum tint tint = tail->options->screen.has_color
                         ? tint_of_state(json_text(json_get(row->breach, "state")))
                         : TINT_NONE;
    struct buf line = {0};
    print_header(tail);
    add_words(&line, tail, row->breach);
    printf("%s  %s%-10s%s  %s\n", moment_text(row->updated_ms, MOMENT_SECONDS, at), tint_begin(tint), what,
        tint == TINT_NONE ? "" : TINT_END, buf_text(&line));
    buf_fini(&line);
}

static void print_row(struct tail *tail, const struct look_row *row) {
    struct buf text = {0};
    if (option_given(tail->options, OPTION_JSON)) {
        raw_compact(&text, row->raw);
        puts(buf_text(&text));
    } else if (option_given(tail->options, OPTION_CSV)) {
        breach_row_add(&tail->rows, row->breach);
    } else {
        print_line(tail, row);
    }
    buf_fini(&text);
}

static void print_news(struct tail *tail, const struct look *look, size_t most) {
    size_t from = look->row_count > most ? look->row_count - most : 0;
    for (size_t i = from; i < look->row_count; i++) print_row(tail, &look->rows[i]);
    fflush(stdout);
    if (look->lost) fputs("slactl: more breaches than a look holds: some are not shown\n", stderr);
}

/* Until interrupted, or the daemon answers with an error. A daemon that is away is waited for: it may
 * restart. */
static int follow(struct tail *tail, const char *target, struct look *look) {
    bool is_away = false;
    for (;;) {
        struct buf trouble = {0};
        nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
        int code = look_again(tail->options, target, look, &trouble);
        if (code == EXIT_ANSWER || (code == EXIT_UNREACHABLE && !is_away)) fputs(buf_text(&trouble), stderr);
        buf_fini(&trouble);
        if (code == EXIT_ANSWER) return code;
        if (code == EXIT_UNREACHABLE && !is_away) fputs("slactl: waiting for it to come back\n", stderr);
        if (code == EXIT_FINE && is_away) fputs("slactl: it is back\n", stderr);
        is_away = code == EXIT_UNREACHABLE;
        if (code == EXIT_FINE) print_news(tail, look, SIZE_MAX);
        if (ferror(stdout)) return EXIT_ANSWER;
    }
}

int command_tail(const struct options *options) {
    struct tail tail = {.options = options};
    struct look look = {0};
    struct buf target = {0}, trouble = {0};
    buf_add_text(&target, "/v1/breaches");
    query_options(&target, options, 0);
    int code = breach_rows_init(&tail.rows, options);
    if (code == EXIT_FINE) {
        code = look_again(options, buf_text(&target), &look, &trouble);
        fputs(buf_text(&trouble), stderr);
    }
    if (code == EXIT_FINE) {
        print_news(&tail, &look, option_given(options, OPTION_LIMIT) ? (size_t)options->limit : FIRST_ROWS);
        if (look.row_count == 0) listing_say_empty(options, "breaches yet");
    }
    if (code == EXIT_FINE && !option_given(options, OPTION_ONCE))
        code = follow(&tail, buf_text(&target), &look);
    look_fini(&look);
    breach_rows_fini(&tail.rows);
    buf_fini(&target);
    buf_fini(&trouble);
    return code;
}

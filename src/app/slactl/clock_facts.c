#include "clock_facts.h"

#include <stdio.h>

static const char *const csv_texts[] = {"standard", "outcome", "how", "calendar"};
static const char *const csv_times[] = {"started", "due", "decided", "ended"};
static const char *const csv_seconds[] = {"limit", "closed", "elapsed"};
enum { CLOSURES_SHOWN = 5 }; /* a working week of nights; --json has them all */
#define EACH(i, list)                                                                                        \
    size_t i = 0;                                                                                            \
    i < sizeof(list) / sizeof *(list);                                                                       \
    i++

void clock_columns(struct table *table) {
    for (EACH(i, csv_texts)) table_column(table, csv_texts[i], ALIGN_LEFT);
    table_column(table, "version", ALIGN_RIGHT);
    table_column(table, "subject", ALIGN_LEFT);
    table_column(table, "group", ALIGN_LEFT);
    for (EACH(i, csv_times)) table_column(table, csv_times[i], ALIGN_LEFT);
    for (EACH(i, csv_seconds)) table_column(table, csv_seconds[i], ALIGN_RIGHT);
    table_column(table, "text", ALIGN_LEFT);
}

void clock_row(struct table *table, const struct json *clock) {
    for (EACH(i, csv_texts)) cell_text(table, json_get(clock, csv_texts[i]));
    cell_count(table, json_get(clock, "version"), TINT_NONE);
    cell_subject(table, json_get(clock, "subject"));
    cell_group(table, json_get(clock, "group"));
    for (EACH(i, csv_times)) cell_time(table, json_get(clock, csv_times[i]));
    for (EACH(i, csv_seconds))
        cell_measured(table, json_get(clock, csv_seconds[i]), MEASURE_SECONDS, TINT_NONE);
    cell_text(table, json_get(clock, "text"));
}

/* Prints "  name  text" unless the text is empty, and empties it. */
static void put_fact(const char *name, struct buf *text) {
    if (text->size) printf("  %-10s %s\n", name, buf_text(text));
    buf_clear(text);
}

/* "2m, rule 1 (tier is gold), calendar office" */
static void add_limit(struct buf *text, const struct json *rule, const struct json *of) {
    show_seconds(text, json_get(of, "limit"));
    if (json_is_number(rule)) {
        buf_add_text(text, ", rule ");
        show_scalar(text, rule);
    }
    if (json_text(json_get(of, "rule_asks"))) {
        buf_add_text(text, " (");
        show_text(text, json_get(of, "rule_asks"));
        buf_add_char(text, ')');
    }
    if (json_text(json_get(of, "calendar"))) {
        buf_add_text(text, ", calendar ");
        show_text(text, json_get(of, "calendar"));
    }
}

/* All but the last of `limits`: that is the one in force. */
static void put_earlier_limits(const struct json *clock, struct buf *text) {
    const struct json *limit = json_first(json_get(clock, "limits"));
    for (; limit && json_next(limit); limit = json_next(limit)) {
        buf_add_text(text, "from ");
        show_time(text, json_get(limit, "since"), MOMENT_EXACT);
        if (!json_is_true(json_get(limit, "applies"))) {
            buf_add_text(text, ": did not apply");
        } else if (json_text(json_get(limit, "promised"))) {
            buf_add_text(text, ": promised for ");
            show_time(text, json_get(limit, "promised"), MOMENT_EXACT);
        } else {
            buf_add_text(text, ": ");
            add_limit(text, json_get(limit, "rule"), limit);
        }
        put_fact("earlier", text);
    }
}

static void put_limit(const struct json *clock, struct buf *text) {
    put_earlier_limits(clock, text);
    if (!json_is_number(json_get(clock, "limit"))) return;
    add_limit(text, json_get(clock, "limit_rule"), clock);
    put_fact("limit", text);
}

static void put_time(const char *name, const struct json *at, struct buf *text) {
    if (json_text(at)) show_time(text, at, MOMENT_EXACT);
    put_fact(name, text);
}

static void put_pauses(const struct json *clock, struct buf *text) {
    for (const struct json *pause = json_first(json_get(clock, "pauses")); pause; pause = json_next(pause)) {
        show_time(text, json_get(pause, "from"), MOMENT_EXACT);
        buf_add_text(text, " to ");
        if (json_text(json_get(pause, "to")))
            show_time(text, json_get(pause, "to"), MOMENT_EXACT);
        else
            buf_add_text(text, "now");
        put_fact("paused", text);
    }
}

/* When the calendar was closed: the first spans, and how long in all. */
static void put_closures(const struct json *clock, struct buf *text) {
    const struct json *closures = json_get(clock, "closures"), *span = json_first(closures);
    for (int shown = 0; span && shown < CLOSURES_SHOWN; shown++, span = json_next(span)) {
        show_time(text, json_get(span, "from"), MOMENT_EXACT);
        buf_add_text(text, " to ");
        show_time(text, json_get(span, "to"), MOMENT_EXACT);
        put_fact("closed", text);
    }
    if (json_size(closures) < 2) return;
    show_seconds(text, json_get(clock, "closed"));
    buf_add_text(text, " in all");
    put_fact("closed", text);
}

static void put_defined(const struct json *clock, struct buf *text) {
    if (!json_text(json_get(clock, "file"))) return;
    show_text(text, json_get(clock, "file"));
    buf_add_text(text, ", line ");
    show_scalar(text, json_get(clock, "line"));
    if (json_text(json_get(clock, "since"))) {
        buf_add_text(text, ", version ");
        show_scalar(text, json_get(clock, "version"));
        buf_add_text(text, ", in force since ");
        show_time(text, json_get(clock, "since"), MOMENT_SECONDS);
    }
    put_fact("defined", text);
}

static void put_times(const struct json *clock, enum measure measure, struct buf *text) {
    put_time("started", json_get(clock, "started"), text);
    put_pauses(clock, text);
    put_closures(clock, text);
    put_time("due", json_get(clock, "due"), text);
    put_time("decided", json_get(clock, "decided"), text);
    if (json_text(json_get(clock, "ended"))) {
        show_time(text, json_get(clock, "ended"), MOMENT_EXACT);
        if (json_text(json_get(clock, "how"))) {
            buf_add_text(text, " by ");
            show_text(text, json_get(clock, "how"));
        }
    }
    put_fact("ended", text);
    const struct json *elapsed = json_get(clock, "elapsed");
    if (json_is_number(elapsed) && measure == MEASURE_VALUE)
        show_scalar(text, elapsed);
    else if (json_is_number(elapsed))
        show_seconds(text, elapsed);
    put_fact(measure == MEASURE_VALUE ? "value" : "elapsed", text);
}

static void put_heading(struct screen screen, const struct json *clock, struct buf *text) {
    const char *outcome = json_text(json_get(clock, "outcome"));
    enum tint tint = screen.has_color ? tint_of_state(outcome) : TINT_NONE;
    show_text(text, json_get(clock, "standard"));
    printf("\n%s%s%s: ", screen.has_color ? tint_begin(TINT_BOLD) : "", buf_text(text),
        screen.has_color ? TINT_END : "");
    buf_clear(text);
    if (outcome)
        show_text(text, json_get(clock, "outcome"));
    else if (json_is_bool(json_get(clock, "applies")) && !json_is_true(json_get(clock, "applies")))
        buf_add_text(text, "does not apply");
    else if (json_text(json_get(clock, "ended")))
        buf_add_text(text, "no measurement");
    else
        buf_add_text(text, json_is_true(json_get(clock, "paused")) ? "paused" : "running");
    printf("%s%s%s\n", tint_begin(tint), buf_text(text), tint == TINT_NONE ? "" : TINT_END);
    buf_clear(text);
}

void clock_print(struct screen screen, const struct units *units, const struct json *clock) {
    struct buf text = {0};
    put_heading(screen, clock, &text);
    if (json_text(json_get(clock, "text"))) {
        show_text(&text, json_get(clock, "text"));
        printf("  %s\n", buf_text(&text));
        buf_clear(&text);
    }
    if (!json_text(json_get(clock, "started"))) { /* it never ran: the sentence says all */
        buf_fini(&text);
        return;
    }
    put_defined(clock, &text);
    show_subject(&text, json_get(clock, "subject"));
    put_fact("subject", &text);
    show_group(&text, json_get(clock, "group"));
    put_fact("group", &text);
    put_limit(clock, &text);
    put_times(clock, units_of(units, json_get(clock, "standard")), &text);
    buf_fini(&text);
}

void clock_print_none(FILE *out, const struct json *none) {
    struct buf text = {0};
    show_text(&text, json_get(none, "standard"));
    buf_add_text(&text, ": no clock\n  ");
    show_text(&text, json_get(none, "text"));
    fprintf(out, "\n%s\n", buf_text(&text));
    buf_clear(&text);
    if (out == stdout) put_defined(none, &text);
    buf_fini(&text);
}

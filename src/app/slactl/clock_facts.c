#include "clock_facts.h"

#include <stdio.h>

static const char *const csv_texts[] = {"standard", "outcome", "how", "calendar"};
static const char *const csv_times[] = {"started", "due", "decided", "ended"};
static const char *const csv_seconds[] = {"limit", "elapsed"};
#define EACH(i, list)                                                                                        \
    size_t i = 0;                                                                                            \
    i < sizeof(list) / sizeof *(list);                                                                       \
    i++

void clock_columns(struct table *table) {
    for (EACH(i, csv_texts)) table_column(table, csv_texts[i], ALIGN_LEFT);
    table_column(table, "subject", ALIGN_LEFT);
    table_column(table, "group", ALIGN_LEFT);
    for (EACH(i, csv_times)) table_column(table, csv_times[i], ALIGN_LEFT);
    for (EACH(i, csv_seconds)) table_column(table, csv_seconds[i], ALIGN_RIGHT);
    table_column(table, "text", ALIGN_LEFT);
}

void clock_row(struct table *table, const struct json *clock) {
    for (EACH(i, csv_texts)) cell_text(table, json_get(clock, csv_texts[i]));
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

static void put_limit(const struct json *clock, struct buf *text) {
    const struct json *limit = json_get(clock, "limit"), *rule = json_get(clock, "limit_rule");
    if (!json_is_number(limit)) return;
    show_seconds(text, limit);
    if (json_is_number(rule)) {
        buf_add_text(text, ", rule ");
        show_scalar(text, rule);
    }
    if (json_text(json_get(clock, "calendar"))) {
        buf_add_text(text, ", calendar ");
        show_text(text, json_get(clock, "calendar"));
    }
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

static void put_times(const struct json *clock, enum measure measure, struct buf *text) {
    put_time("started", json_get(clock, "started"), text);
    put_pauses(clock, text);
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
    if (json_text(json_get(clock, "file"))) {
        show_text(&text, json_get(clock, "file"));
        buf_add_text(&text, ", line ");
        show_scalar(&text, json_get(clock, "line"));
    }
    put_fact("defined", &text);
    show_subject(&text, json_get(clock, "subject"));
    put_fact("subject", &text);
    show_group(&text, json_get(clock, "group"));
    put_fact("group", &text);
    put_limit(clock, &text);
    put_times(clock, units_of(units, json_get(clock, "standard")), &text);
    buf_fini(&text);
}

/* slactl status: how the daemon is doing, for somebody who has five seconds. */
#include <inttypes.h>
#include <stdio.h>
#include "ask.h"
#include "cell.h"
#include "flat.h"
#include "slad/model/instant.h"

struct page {
    struct screen screen;
    struct buf line;
};

/* Ends the line that was gathered, under its label. */
static void put(struct page *page, const char *label, enum tint tint) {
    bool tinted = page->screen.has_color && tint != TINT_NONE;
    printf("%-15s%s%s%s\n", label, tinted ? tint_begin(tint) : "", buf_text(&page->line),
        tinted ? TINT_END : "");
    buf_clear(&page->line);
}

static void add_bytes(struct buf *out, const struct json *bytes) {
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double size = json_number(bytes, 0);
    size_t unit = 0;
    if (!json_is_number(bytes)) {
        buf_add_text(out, "not known");
        return;
    }
    for (; size >= 1024 && unit < 4; unit++) size /= 1024;
    buf_printf(out, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

static void add_number(struct buf *out, const struct json *number, const char *what) {
    if (json_is_number(number))
        buf_printf(out, "%s%" PRId64 " %s", out->size ? ", " : "", json_integer(number, 0), what);
}

static void add_things(struct buf *out, const struct json *number, const char *one, const char *many) {
    add_number(out, number, json_integer(number, 0) == 1 ? one : many);
}

static void add_labelled(struct buf *out, const char *what, const struct json *number) {
    if (json_is_number(number)) buf_printf(out, ", %s %" PRId64, what, json_integer(number, 0));
}

static void put_running(struct page *page, const struct json *status) {
    char zone[MOMENT_ZONE_MAX], text[DURATION_TEXT_MAX];
    const char *state = json_text(json_get(status, "state"));
    int64_t now = instant_of(json_get(status, "now")), started = instant_of(json_get(status, "started"));
    buf_add_text(&page->line, "slad ");
    show_text(&page->line, json_get(status, "version"));
    buf_add_text(&page->line, ", ");
    show_text(&page->line, json_get(status, "state"));
    buf_add_text(&page->line, " since ");
    show_time(&page->line, json_get(status, "started"), MOMENT_SECONDS);
    buf_printf(&page->line, " (%s)", moment_zone(zone));
    if (now != INSTANT_NEVER && started != INSTANT_NEVER && now >= started)
        buf_printf(&page->line, ", for %s", length_text(now - started, text));
    add_labelled(&page->line, "pid", json_get(status, "pid"));
    put(page, "daemon", tint_of_state(state));
    if (json_text(json_get(status, "failure"))) {
        show_text(&page->line, json_get(status, "failure"));
        put(page, "failure", TINT_BAD);
        buf_add_text(&page->line, "no event is taken until it can write again; it tries each second");
        put(page, "", TINT_NONE);
    }
}

static bool is_unwell(const struct json *status) {
    const struct json *healthy = json_get(json_get(status, "health"), "healthy");
    const char *state = json_text(json_get(status, "state"));
    return (state && strcmp(state, "running") != 0) || (json_is_bool(healthy) && !json_is_true(healthy));
}

static void put_health(struct page *page, const struct json *status) {
    const struct json *reasons = json_get(json_get(status, "health"), "reasons");
    for (const struct json *reason = json_first(reasons); reason; reason = json_next(reason)) {
        const char *what = json_text(json_get(reason, "what"));
        if (what && strcmp(what, "database") == 0) continue; /* the failure above */
        show_text(&page->line, json_get(reason, "what"));
        buf_add_text(&page->line, ": ");
        show_text(&page->line, json_get(reason, "detail"));
        put(page, "unhealthy", TINT_BAD);
    }
}

static void put_standards(struct page *page, const struct json *standards) {
    int64_t breached = 0, met = 0, without = 0;
    for (const struct json *s = json_first(standards); s; s = json_next(s)) {
        const char *state = json_text(json_get(s, "state"));
        bool is_breached = state && strcmp(state, "breached") == 0,
             is_met = state && strcmp(state, "met") == 0;
        breached += is_breached;
        met += is_met;
        without += !is_breached && !is_met;
    }
    buf_printf(&page->line, "%" PRId64 " breached, %" PRId64 " met, %" PRId64 " without data", breached, met,
        without);
    put(page, "standards", breached ? TINT_BAD : met ? TINT_GOOD : TINT_NONE);
    for (const struct json *s = json_first(standards); s; s = json_next(s)) {
        const char *state = json_text(json_get(s, "state"));
        if (!state || strcmp(state, "breached") != 0) continue;
        show_text(&page->line, json_get(s, "name"));
        int64_t groups = json_integer(json_get(s, "groups"), 0);
        buf_printf(&page->line, ": %" PRId64 " of %" PRId64 " group%s", json_integer(json_get(s, "breached"), 0), groups,
            groups == 1 ? "" : "s");
        put(page, "  breached", TINT_BAD);
    }
}

static void put_refused(struct page *page, const struct json *refused) {
    if (!json_is_object(refused)) return;
    buf_add_text(&page->line, "at ");
    show_time(&page->line, json_get(refused, "at"), MOMENT_SECONDS);
    buf_add_text(&page->line, ": the files hold errors; what was loaded stays in force");
    put(page, "  REFUSED", TINT_BAD);
    const struct json *finding = json_first(json_get(refused, "findings"));
    for (; finding; finding = json_next(finding)) {
        show_text(&page->line, finding);
        put(page, "", TINT_BAD);
    }
}

static void put_configuration(struct page *page, const struct json *configuration) {
    const struct json *adopting = json_get(configuration, "adopting");
    if (!json_is_object(configuration)) return;
    show_text(&page->line, json_get(configuration, "path"));
    buf_add_text(&page->line, ", loaded ");
    show_time(&page->line, json_get(configuration, "loaded"), MOMENT_SECONDS);
    add_labelled(&page->line, "generation", json_get(configuration, "generation"));
    put(page, "configuration", TINT_NONE);
    put_refused(page, json_get(configuration, "refused"));
    if (!json_is_object(adopting)) return;
    const char *step = json_text(json_get(adopting, "step"));
    bool recording = step && strcmp(step, "recording") == 0;
    buf_printf(&page->line, "%s: %" PRId64 " of %" PRId64 "%s",
        recording ? "breaches are brought in line" : "the journal is computed anew",
        json_integer(json_get(adopting, "done"), 0), json_integer(json_get(adopting, "total"), 0), recording ? "" : " events");
    put(page, "  changing", TINT_WARNING);
}

static void put_database(struct page *page, const struct json *database) {
    if (!json_is_object(database)) return;
    show_text(&page->line, json_get(database, "path"));
    buf_add_text(&page->line, ", ");
    add_bytes(&page->line, json_get(database, "bytes"));
    buf_add_text(&page->line, " and a log of ");
    add_bytes(&page->line, json_get(database, "wal_bytes"));
    buf_add_text(&page->line, "; free on the disk: ");
    add_bytes(&page->line, json_get(database, "free_bytes"));
    put(page, "database", TINT_NONE);
}

static void put_counts(struct page *page, const struct json *status) {
    const struct json *counters = json_get(status, "counters"), *engine = json_get(status, "engine");
    const struct json *rejected = json_get(counters, "events_rejected");
    add_number(&page->line, json_get(counters, "events_accepted"), "accepted");
    add_number(&page->line, rejected, "rejected");
    add_number(&page->line, json_get(counters, "events_duplicate"), "duplicate");
    buf_add_text(&page->line, page->line.size ? " since the start" : "-");
    put(page, "events", json_integer(rejected, 0) ? TINT_WARNING : TINT_NONE);
    add_number(&page->line, json_get(engine, "contacts"), "in memory");
    add_things(&page->line, json_get(engine, "open"), "clock open", "clocks open");
    add_things(&page->line, json_get(engine, "groups"), "group", "groups");
    put(page, "contacts", TINT_NONE);
}

/* What `slactl inputs` is for, and what is as it should be. */
static bool is_detail(const struct json *fact) {
    static const char *const details[] = {
        "format", "offset", "size", "lag_seconds", "last_line", "last_error", "last_error_at", "error_at"};
    static const char *const counts[] = {"lag", "rejected"};
    for (size_t i = 0; i < sizeof details / sizeof *details; i++)
        if (strcmp(json_name(fact), details[i]) == 0) return true;
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strcmp(json_name(fact), counts[i]) == 0) return json_number(fact, 0) == 0;
    return json_is_bool(fact) && !json_is_true(fact);
}

/* A page is for a glance. */
enum { INPUTS_SHOWN_MAX = 20 };

/* Whatever the daemon says of an input, its texts first. */
static void put_inputs(struct page *page, const struct json *inputs) {
    size_t shown = 0;
    for (const struct json *input = json_first(inputs); input; input = json_next(input)) {
        if (shown++ == INPUTS_SHOWN_MAX) {
            buf_printf(&page->line, "and %zu more: slactl inputs", json_size(inputs) - INPUTS_SHOWN_MAX);
            put(page, "", TINT_NONE);
            return;
        }
        for (const struct json *fact = json_first(input); fact; fact = json_next(fact)) {
            if (json_is_null(fact) || is_detail(fact)) continue;
            if (page->line.size) buf_add_text(&page->line, ", ");
            if (!json_text(fact)) {
                bool of_calls = strcmp(json_name(fact), "waiting") == 0; /* of a link: the calls that wait */
                text_safe(&page->line, of_calls ? SPAN("calls waiting") : span_of(json_name(fact)));
                buf_add_char(&page->line, ' ');
            }
            show_scalar(&page->line, fact);
        }
        if (!json_is_object(input)) show_scalar(&page->line, input);
        put(page, input == json_first(inputs) ? "inputs" : "", TINT_NONE);
    }
}

/* Those that last, and the latest of those that ended. */
static void put_gaps(struct page *page, const struct json *gaps) {
    enum { GAPS_SHOWN = 5 };
    size_t shown = 0;
    for (const struct json *gap = json_first(gaps); gap && shown < GAPS_SHOWN; gap = json_next(gap), shown++) {
        bool lasts = json_is_null(json_get(gap, "until"));
        show_text(&page->line, json_get(gap, "input"));
        buf_add_text(&page->line, " from ");
        show_time(&page->line, json_get(gap, "since"), MOMENT_SECONDS);
        buf_add_text(&page->line, lasts ? " on" : " to ");
        if (!lasts) show_time(&page->line, json_get(gap, "until"), MOMENT_SECONDS);
        buf_add_text(&page->line, ": ");
        show_text(&page->line, json_get(gap, "reason"));
        put(page, gap == json_first(gaps) ? "data gaps" : "", lasts ? TINT_BAD : TINT_WARNING);
    }
}

static void show_page(const struct options *options, const struct json *status) {
    struct page page = {.screen = options->screen};
    put_running(&page, status);
    put_health(&page, status);
    put_standards(&page, json_get(status, "standards"));
    put_counts(&page, status);
    put_inputs(&page, json_get(status, "inputs"));
    put_gaps(&page, json_get(status, "data_gaps"));
    put_configuration(&page, json_get(status, "configuration"));
    put_database(&page, json_get(status, "database"));
    buf_fini(&page.line);
}

int command_status(const struct options *options) {
    struct answer status = {0};
    struct table table;
    int code = ask(options, &(struct question){.target = "/v1/status"}, &status);
    if (code == EXIT_FINE && option_given(options, OPTION_JSON)) {
        answer_print(&status);
    } else if (code == EXIT_FINE && option_given(options, OPTION_CSV)) {
        table_init(&table, options);
        flat_show(&table, status.json);
        table_fini(&table);
    } else if (code == EXIT_FINE) {
        show_page(options, status.json);
    }
    if (code == EXIT_FINE && is_unwell(status.json)) code = EXIT_ANSWER;
    answer_fini(&status);
    return code;
}

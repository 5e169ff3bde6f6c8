/* What was published is of the engine's clocks and of the journal as they were then (published.h), but for limits that
 * were put off, and those that an event told of before the clock came to them (engine/fold.c, invariant 1): what depends on
 * either is passed by. */
#include <math.h>
#include <stdlib.h>
#include "published.h"
#include "record.h"
#include "slad/wire/report.h"
#include "verify_state.h"

#define NOTHING SPAN("open 0, met 0, missed 0, excluded 0, no_data, durations 0")

struct shown {
    struct verifying *v;
    struct published of;
    struct facts now, put_off; /* by a replay; and by one in which all limits are put off that may be */
    struct facts decided;      /* by one in which none is left that ran out; made only where something differs */
    bool differs;
};

/* ---------------------------------------------------------------- one form of both */

static void figures_text(struct buf *text, const struct figures_row *f) {
    buf_clear(text);
    buf_printf(text, "open %lld, met %lld, missed %lld, excluded %lld, %s, durations %lld", (long long)f->open,
        (long long)f->met, (long long)f->missed, (long long)f->excluded, state_name(f->state), (long long)f->durations);
    if (f->durations) buf_printf(text, ", mean %.6g, min %.6g, max %.6g", f->mean, f->min, f->max);
}

static int by_q(const void *a, const void *b) {
    const struct percentile_row *x = a, *y = b;
    return (x->q > y->q) - (x->q < y->q);
}

static void add_percentiles(struct buf *text, struct percentile_row *rows, size_t count) {
    if (count) qsort(rows, count, sizeof *rows, by_q);
    for (size_t i = 0; i < count; i++)
        if (rows[i].has_value) buf_printf(text, ", p%.10g %.6g", rows[i].q, rows[i].value);
}

/* Those that were published with the figures; one more than there should be shows as well. */
static int add_published(struct verifying *v, const struct standard *s, const struct history_row *row) {
    size_t room = s->percentile_count + 1, count = 0;
    struct percentile_row *rows = mem_alloc(room * sizeof *rows);
    int code = percentiles_at(v->store, row->place.series, row->at_ms, rows, room, &count, v->err);
    if (!code) add_percentiles(&v->text, rows, count);
    free(rows);
    return code;
}

static void add_replayed(struct buf *text, const struct figures *f) {
    size_t count = f->durations ? f->standard->percentile_count : 0;
    struct percentile_row *rows = mem_alloc((count + 1) * sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        const struct decimal *q = &f->standard->percentiles[i];
        rows[i] = (struct percentile_row){(double)q->units / pow(10, q->digits), true, record_in_units(f->standard, f->percentiles[i])};
    }
    add_percentiles(text, rows, count);
    free(rows);
}

static void figures_key(struct verifying *v, struct span standard, struct span group) {
    buf_clear(&v->key);
    buf_printf(&v->key, "%.*s %.*s", SPAN_ARGS(standard), SPAN_ARGS(group));
}

/* The standard was in force when they were published, and still is. */
static bool are_compared(const struct shown *shown, struct span name) {
    size_t i = verify_standard(shown->v, name);
    return i != SIZE_MAX && shown->v->versions[i] <= shown->of.version;
}

/* ---------------------------------------------------------------- by the journal */

struct putting {
    struct shown *shown;
    struct facts *facts;
};

static void put_figures(void *arg, const struct figures *f) {
    const struct putting *putting = arg;
    struct verifying *v = putting->shown->v;
    struct buf group = {0};
    struct figures_row row = {f->open, f->met, f->missed, f->excluded, f->state, f->durations, 0, 0, 0};
    if (f->durations) {
        row.mean = (double)((long double)f->sum / (long double)f->durations) / (f->standard->is_value ? 1e6 : 1e3);
        row.min = record_in_units(f->standard, f->min);
        row.max = record_in_units(f->standard, f->max);
    }
    group_json(f->standard, &f->group, &group);
    figures_key(v, span_of(f->standard->name), buf_span(&group));
    figures_text(&v->text, &row);
    add_replayed(&v->text, f);
    facts_put(putting->facts, buf_span(&v->key), buf_span(&v->text));
    buf_fini(&group);
}

/* What would have been published, had the engine been there. */
static int figures_of(struct shown *shown, const struct rebuild_options *options, struct facts *facts) {
    struct rebuild *rebuild;
    struct putting putting = {shown, facts};
    int code = verify_rebuild(shown->v, options, &rebuild);
    for (size_t i = 0; i < options->rules->standard_count && !code; i++)
        if (are_compared(shown, span_of(options->rules->standards[i]->name)))
            engine_figures(rebuild_engine(rebuild), i, put_figures, &putting);
    rebuild_free(rebuild);
    return code;
}

static struct span text_in(const struct facts *facts, struct span key) {
    const struct known *known = facts_find(facts, key);
    return known ? known->text : NOTHING;
}

/* ---------------------------------------------------------------- on record */

/* Whichever limits are decided, it comes to the same. */
static bool is_certain(const struct shown *shown, struct span key) {
    struct span now = text_in(&shown->now, key);
    return shown->of.is_whole && span_eq(now, text_in(&shown->put_off, key)) &&
           (!shown->differs || span_eq(now, text_in(&shown->decided, key)));
}

/* What is on record, in the form of the replay's; NULL when it is passed by. */
static struct span *text_of_row(struct shown *shown, const struct history_row *row, struct span text[2]) {
    struct verifying *v = shown->v;
    if (!are_compared(shown, row->standard)) return NULL;
    figures_key(v, row->standard, row->group);
    figures_text(&v->text, &row->figures);
    if (!v->code) v->code = add_published(v, v->config->rules.standards[verify_standard(v, row->standard)], row);
    text[0] = buf_span(&v->key);
    text[1] = buf_span(&v->text);
    struct known *known = facts_find(&shown->now, text[0]);
    if (known) known->seen = true;
    return text;
}

static void look_at_figures(void *arg, const struct history_row *row) {
    struct shown *shown = arg;
    struct span text[2];
    if (text_of_row(shown, row, text) && !span_eq(text_in(&shown->now, text[0]), text[1])) shown->differs = true;
}

static void visit_figures(void *arg, const struct history_row *row) {
    struct shown *shown = arg;
    struct verifying *v = shown->v;
    struct span text[2];
    if (!text_of_row(shown, row, text)) {
        v->result.passed_by++;
        return;
    }
    struct span want = text_in(&shown->now, text[0]);
    bool same = span_eq(want, text[1]), certain = is_certain(shown, text[0]);
    if (same || certain) v->result.compared++;
    else v->result.passed_by++; /* a limit was about to be decided, or events were let go since */
    if (!same && certain) verify_say(v, "figures", text[0], text[1], want);
}

static bool is_missing(const struct shown *shown, const struct known *known) {
    return !known->seen && !span_eq(known->text, NOTHING) && is_certain(shown, known->key);
}

/* Those of the replay that are not on record. What has stood for as long as rows are kept was let go. */
static int find_missing(struct shown *shown) {
    struct verifying *v = shown->v;
    const struct known *known;
    struct facts kept = {0};
    struct rebuild_options options = {.rules = &v->config->rules, .now_ms = v->now_ms - v->config->retain_figures_ms};
    size_t missing = 0;
    for (size_t cursor = 0; (known = map_next(&shown->now.map, &cursor));) missing += is_missing(shown, known);
    if (!missing) return 0;
    options.held_ms = options.now_ms - v->config->grace_ms;
    int code = snapshot_seq_before(v->store, options.now_ms, &options.through_seq, v->err);
    if (!code) code = figures_of(shown, &options, &kept);
    for (size_t cursor = 0; !code && (known = map_next(&shown->now.map, &cursor));) {
        if (!is_missing(shown, known)) continue;
        if (span_eq(known->text, text_in(&kept, known->key))) v->result.passed_by++;
        else verify_say(v, "figures that are not on record", known->key, (struct span){0}, known->text);
    }
    facts_fini(&kept);
    return code;
}

/* Where all is as it should be, as it mostly is, the third replay need not be. */
static int replay_decided(struct shown *shown, struct rebuild_options *options) {
    struct verifying *v = shown->v;
    const struct known *known;
    int code = snapshot_figures(v->store, shown->of.at_ms, look_at_figures, shown, v->err);
    for (size_t cursor = 0; (known = map_next(&shown->now.map, &cursor));)
        if (is_missing(shown, known)) shown->differs = true;
    options->puts_off = false;
    options->held_ms = shown->of.at_ms;
    return code || !shown->differs ? code : figures_of(shown, options, &shown->decided);
}

int verify_figures(struct verifying *v) {
    struct shown shown = {.v = v};
    int code = published_get(v->store, &shown.of, v->err);
    if (code) return code < 0 ? code : 0; /* none were */
    struct rebuild_options options = {.rules = &v->config->rules, .through_seq = (uint64_t)shown.of.through_seq,
        .now_ms = shown.of.at_ms, .held_ms = shown.of.held_ms};
    code = figures_of(&shown, &options, &shown.now);
    options.puts_off = true;
    if (!code) code = figures_of(&shown, &options, &shown.put_off);
    if (!code) code = replay_decided(&shown, &options);
    if (!code) code = snapshot_figures(v->store, shown.of.at_ms, visit_figures, &shown, v->err);
    if (!code) code = v->code;
    if (!code) code = find_missing(&shown);
    facts_fini(&shown.now);
    facts_fini(&shown.put_off);
    facts_fini(&shown.decided);
    return code;
}

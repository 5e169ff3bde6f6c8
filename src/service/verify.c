/* Both sides are brought to the same form, and compared as such: nothing of the code that writes records is used, so that
 * a mistake of it shows. */
#include "slad/service/verify.h"

#include <math.h>
#include <stdlib.h>
#include "record.h"
#include "slad/service/book.h"
#include "slad/store/breaches.h"
#include "slad/store/journal.h"
#include "slad/store/versions.h"
#include "slad/wire/report.h"
#include "verify_state.h"

enum { SLICE_EVENTS = 10000, LINES_MAX = 200, RECORDS = 1000 };

/* ---------------------------------------------------------------- comparing */

void verify_say(struct verifying *v, const char *what, struct span key, struct span have, struct span want) {
    if (v->result.wrong++ >= LINES_MAX) return;
    buf_add_text(v->lines, what);
    buf_add_text(v->lines, ": ");
    buf_add_span(v->lines, key);
    if (have.p) buf_printf(v->lines, "; on record: %.*s", SPAN_ARGS(have));
    if (want.p) buf_printf(v->lines, "; by the journal: %.*s", SPAN_ARGS(want));
    buf_add_char(v->lines, '\n');
}

/* A record against the replay. False: the replay does not know of it. */
static bool compare(struct verifying *v, const char *what) {
    struct known *known = facts_find(&v->facts, buf_span(&v->key));
    if (!known) return false;
    known->seen = true;
    v->result.compared++;
    if (!span_eq(known->text, buf_span(&v->text))) verify_say(v, what, known->key, buf_span(&v->text), known->text);
    return true;
}

static size_t standard_named(const struct verifying *v, struct span name) {
    const struct ruleset *rules = &v->config->rules;
    for (size_t i = 0; i < rules->standard_count; i++)
        if (span_eq(span_of(rules->standards[i]->name), name)) return i;
    return SIZE_MAX;
}

size_t verify_standard(const struct verifying *v, struct span name) {
    size_t i = standard_named(v, name);
    return i != SIZE_MAX && v->since[i] != INSTANT_NEVER ? i : SIZE_MAX;
}

static bool is_compared(const struct verifying *v, struct span name) {
    return verify_standard(v, name) != SIZE_MAX;
}

bool verify_has_window(const struct verifying *v, size_t standard) {
    bool is_whole = (uint64_t)v->snapshot.events == v->snapshot.last_seq;
    return is_whole || v->config->rules.standards[standard]->window != WINDOW_ALL;
}

/* ---------------------------------------------------------------- standards */

static void visit_version(void *arg, const struct version *version) {
    struct verifying *v = arg;
    size_t i = standard_named(v, version->name);
    if (i != SIZE_MAX && span_eq(span_of(v->config->rules.standards[i]->meaning), version->meaning))
        v->since[i] = version->since_ms;
}

static int find_standards(struct verifying *v) {
    const struct ruleset *rules = &v->config->rules;
    v->since = mem_alloc((rules->standard_count + 1) * sizeof *v->since);
    for (size_t i = 0; i < rules->standard_count; i++) v->since[i] = INSTANT_NEVER;
    int code = versions_in_force(v->store, visit_version, v, v->err);
    for (size_t i = 0; i < rules->standard_count && !code; i++)
        if (v->since[i] == INSTANT_NEVER)
            buf_printf(v->lines, "not compared: %s: the database has no standard in force that means this\n",
                rules->standards[i]->name);
    return code;
}

/* ---------------------------------------------------------------- replays */

int verify_rebuild(struct verifying *v, const struct rebuild_options *options, struct rebuild **out) {
    *out = rebuild_new(v->store, options);
    int code;
    while ((code = rebuild_step(*out, SLICE_EVENTS, v->err)) > 0) {
    }
    return code;
}

int verify_earlier(struct verifying *v) {
    int64_t put_off_ms = PUT_OFF_GRACES * v->config->grace_ms;
    struct rebuild_options options = {.rules = &v->config->rules, .engine = {.effect = book_effect, .arg = &v->earlier_book},
        .now_ms = v->now_ms, .held_ms = v->held_ms - put_off_ms - 1};
    if (v->earlier) return 0;
    int code = snapshot_seq_before(v->store, v->now_ms - put_off_ms, &options.through_seq, v->err);
    return code ? code : verify_rebuild(v, &options, &v->earlier);
}

/* ---------------------------------------------------------------- breaches of contacts */

static void breach_text(struct verifying *v, struct span contact, struct span group, const int64_t times[3], double elapsed) {
    buf_clear(&v->text);
    buf_printf(&v->text, "contact %.*s, group %.*s, due %lld, decided %lld, ended %lld, elapsed %.3f", SPAN_ARGS(contact),
        SPAN_ARGS(group), (long long)times[0], (long long)times[1], (long long)times[2], elapsed);
}

static void breach_key(struct verifying *v, struct span standard, struct span subject, int64_t started_ms, int nth) {
    buf_clear(&v->key);
    buf_printf(&v->key, "%.*s %.*s, started %lld, nth %d", SPAN_ARGS(standard), SPAN_ARGS(subject), (long long)started_ms, nth);
}

static void put_breach(struct verifying *v, const struct breach *b) {
    struct buf subject = {0}, group = {0};
    subject_json(b->standard, &b->subject, &subject);
    group_json(b->standard, &b->group, &group);
    breach_key(v, span_of(b->standard->name), buf_span(&subject), b->started_ms, b->nth);
    breach_text(v, b->contact, buf_span(&group), (int64_t[]){b->due_ms, b->decided_ms, b->ended_ms},
        b->has_elapsed ? record_in_units(b->standard, b->elapsed) : 0);
    facts_put(&v->facts, buf_span(&v->key), buf_span(&v->text));
    buf_fini(&subject);
    buf_fini(&group);
}

static void visit_record(void *arg, const struct breach_record *r) {
    struct verifying *v = arg;
    if (v->code || r->kind != BREACH_CONTACT || !is_compared(v, r->standard)) return;
    breach_key(v, r->standard, r->subject, r->started_ms, r->nth);
    breach_text(v, r->contact, r->group, (int64_t[]){r->due_ms, r->decided_ms, r->ended_ms}, r->has_elapsed ? r->elapsed : 0);
    if (compare(v, "breach")) return;
    int held = journal_has_contact(v->store, r->contact, v->err);
    if (held < 0) v->code = held;
    else if (held > 0) v->result.passed_by++; /* its events were let go */
    else verify_say(v, "breach that is none", buf_span(&v->key), buf_span(&v->text), (struct span){0});
}

static struct known *missing(struct verifying *v, const struct breach *b) {
    struct buf subject = {0};
    if (!is_compared(v, span_of(b->standard->name))) return NULL;
    subject_json(b->standard, &b->subject, &subject);
    breach_key(v, span_of(b->standard->name), buf_span(&subject), b->started_ms, b->nth);
    buf_fini(&subject);
    struct known *known = facts_find(&v->facts, buf_span(&v->key));
    return known && !known->seen ? known : NULL;
}

/* Those of the replay that are not on record. */
static int find_missing(struct verifying *v, const struct book *book) {
    size_t count;
    int code = 0;
    struct book_entry **list = book_breaches(book, &count);
    for (size_t i = 0; i < count && !code; i++) {
        const struct breach *b = &list[i]->effect.breach;
        struct known *known = missing(v, b);
        if (!known) continue;
        code = verify_earlier(v);
        if (code) break;
        if (!book_find(&v->earlier_book, b)) v->result.passed_by++;
        else verify_say(v, "breach that is not on record", known->key, (struct span){0}, known->text);
    }
    free(list);
    return code;
}

static int compare_breaches(struct verifying *v, const struct book *book) {
    size_t count;
    struct book_entry **list = book_breaches(book, &count);
    for (size_t i = 0; i < count; i++) put_breach(v, &list[i]->effect.breach);
    free(list);
    struct breach_run run = {.through = INT64_MAX, .rows = RECORDS};
    int code;
    while ((code = breaches_each_live(v->store, &run, visit_record, v, v->err)) > 0 && !v->code) {
    }
    if (code >= 0) code = v->code;
    if (!code) code = find_missing(v, book);
    facts_fini(&v->facts);
    return code;
}

/* ---------------------------------------------------------------- figures */

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

struct putting {
    struct verifying *v;
    struct facts *facts;
};

static void put_figures(void *arg, const struct figures *f) {
    const struct putting *putting = arg;
    struct verifying *v = putting->v;
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

/* The figures of a standard in force since before the publish, whose window the journal still holds. */
static bool are_compared(const struct verifying *v, struct span name) {
    size_t i = verify_standard(v, name);
    return i != SIZE_MAX && v->since[i] < v->snapshot.published_ms && verify_has_window(v, i);
}

static void visit_figures(void *arg, const struct history_row *row) {
    struct verifying *v = arg;
    if (!are_compared(v, row->standard)) {
        v->result.passed_by++;
        return;
    }
    figures_key(v, row->standard, row->group);
    figures_text(&v->text, &row->figures);
    if (!v->code) v->code = add_published(v, v->config->rules.standards[verify_standard(v, row->standard)], row);
    struct known *now = facts_find(&v->facts, buf_span(&v->key)), *before = facts_find(&v->held_back, buf_span(&v->key));
    struct span nothing = SPAN("open 0, met 0, missed 0, excluded 0, no_data, durations 0");
    struct span want = now ? now->text : nothing, other = before ? before->text : nothing;
    if (now) now->seen = true;
    if (!span_eq(want, other)) {
        v->result.passed_by++; /* a limit was about to be decided */
    } else {
        v->result.compared++;
        if (!span_eq(want, buf_span(&v->text))) verify_say(v, "figures", buf_span(&v->key), buf_span(&v->text), want);
    }
}

static int figures_at(struct verifying *v, int64_t held_ms, struct facts *facts) {
    struct rebuild *rebuild;
    struct rebuild_options options = {.rules = &v->config->rules, .through_seq = v->snapshot.published_seq,
        .now_ms = v->snapshot.published_ms, .held_ms = held_ms};
    struct putting putting = {v, facts};
    int code = verify_rebuild(v, &options, &rebuild);
    for (size_t i = 0; i < v->config->rules.standard_count && !code; i++)
        engine_figures(rebuild_engine(rebuild), i, put_figures, &putting);
    rebuild_free(rebuild);
    return code;
}

static int compare_figures(struct verifying *v) {
    int64_t at = v->snapshot.published_ms;
    if (!at || at > v->now_ms) return 0; /* none were published, or the clock was set back */
    int code = figures_at(v, at - v->config->grace_ms, &v->facts);
    if (!code) code = figures_at(v, at - PUT_OFF_GRACES * v->config->grace_ms - 1, &v->held_back);
    if (!code) code = snapshot_figures(v->store, visit_figures, v, v->err);
    if (!code) code = v->code;
    facts_fini(&v->facts);
    facts_fini(&v->held_back);
    return code;
}

/* ---------------------------------------------------------------- all of it */

static void damage(void *arg, struct span line) {
    struct verifying *v = arg;
    verify_say(v, "damaged", line, (struct span){0}, (struct span){0});
}

static int replay_journal(struct verifying *v) {
    struct book book = {0};
    struct rebuild *rebuild;
    struct rebuild_options options = {.rules = &v->config->rules, .engine = {.effect = book_effect, .arg = &book},
        .through_seq = v->snapshot.last_seq, .now_ms = v->now_ms, .held_ms = v->held_ms};
    int code = verify_rebuild(v, &options, &rebuild);
    if (!code) code = compare_breaches(v, &book);
    if (!code) code = verify_lasting(v, rebuild_engine(rebuild));
    rebuild_free(rebuild);
    book_fini(&book);
    return code;
}

static int verify_all(struct verifying *v) {
    size_t damaged = 0;
    int code = snapshot_check(v->store, damage, v, &damaged, v->err);
    if (code || damaged) return code; /* nothing that is read of it would say anything */
    code = snapshot_facts(v->store, &v->snapshot, v->err);
    v->result.events = v->snapshot.events;
    if (!code) code = store_meta_get(v->store, "clock_now", &v->now_ms, v->err);
    if (code == 0) code = store_meta_get(v->store, "clock_held", &v->held_ms, v->err);
    if (code) return code > 0 ? 0 : code; /* it never ran */
    code = find_standards(v);
    if (!code) code = replay_journal(v);
    return code ? code : compare_figures(v);
}

int verify_run(
    const struct config *config, const char *database, struct buf *lines, struct verify *out, struct err *err) {
    struct verifying v = {.config = config, .lines = lines, .err = err};
    int code = snapshot_open(database, &v.store, err);
    if (code) return code;
    code = verify_all(&v);
    if (!code) *out = v.result;
    store_close(v.store);
    rebuild_free(v.earlier);
    book_fini(&v.earlier_book);
    free(v.since);
    buf_fini(&v.key);
    buf_fini(&v.text);
    return code;
}

#include <stdlib.h>
#include "record.h"
#include "slad/store/breaches.h"
#include "slad/store/warnings.h"
#include "slad/wire/report.h"
#include "verify_state.h"

enum { RECORDS = 1000 };

/* `may`: a cycle has reached a warning, and of those that are reached together only the furthest is told; none where the
 * limit has run out as well. */
#define MUST SPAN("must")
#define MAY SPAN("may")

struct odd { /* a record that the replay does not know */
    const char *what;
    char *key;
};
struct lasting {
    struct verifying *v;
    struct facts now, earlier, put_off;
    struct facts *into;  /* one of them */
    struct facts moving; /* levels that are about to be judged again, maybe */
    struct arena arena; /* of the list */
    struct odd *odd;
    size_t odd_count, odd_capacity, missing;
};

/* ---------------------------------------------------------------- by the journal */

static void level_key(struct buf *key, struct span standard, struct span group, struct span target) {
    buf_clear(key);
    buf_printf(key, "%.*s %.*s, %.*s", SPAN_ARGS(standard), SPAN_ARGS(group), SPAN_ARGS(target));
}

/* Levels at risk have a key of their own beside that of the open level. */
static void risk_key(struct buf *key, struct span standard, struct span group, struct span warning) {
    level_key(key, standard, group, warning);
    buf_add_text(key, " at risk");
}

static void cycle_key(struct buf *key, struct span standard, struct span subject, int64_t started_ms, int nth, struct span warning) {
    buf_clear(key);
    buf_printf(key, "%.*s %.*s, started %lld, nth %d, %.*s", SPAN_ARGS(standard), SPAN_ARGS(subject),
        (long long)started_ms, nth, SPAN_ARGS(warning));
}

static void put_level(struct lasting *l, const struct level_state *level, bool at_risk) {
    const struct standard *s = level->standard;
    struct buf group = {0}, *key = &l->v->key;
    size_t index = verify_standard(l->v, span_of(s->name));
    if (index == SIZE_MAX || !verify_has_window(l->v, index)) return;
    group_json(s, &level->group, &group);
    if (at_risk) risk_key(key, span_of(s->name), buf_span(&group), span_of(s->warn_below->text));
    else level_key(key, span_of(s->name), buf_span(&group), span_of(s->targets[level->target].text));
    facts_put(l->into, buf_span(key), MUST);
    buf_fini(&group);
}

static void put_open_level(void *arg, const struct level_state *level) {
    put_level(arg, level, false);
}

static void put_level_at_risk(void *arg, const struct level_state *level) {
    put_level(arg, level, true);
}

static void put_cycle(void *arg, const struct warning *furthest, unsigned reached) {
    struct lasting *l = arg;
    const struct standard *s = furthest->standard;
    struct buf subject = {0};
    size_t index = verify_standard(l->v, span_of(s->name));
    if (index == SIZE_MAX || !verify_has_subjects(l->v, index)) return;
    subject_json(s, &furthest->subject, &subject);
    for (size_t i = 0; i < s->warning_count; i++) {
        if (!(reached >> i & 1)) continue;
        cycle_key(&l->v->key, span_of(s->name), buf_span(&subject), furthest->started_ms, furthest->nth,
            span_of(s->warnings[i].text));
        facts_put(l->into, buf_span(&l->v->key), i == furthest->warning && furthest->due_ms > l->v->held_ms ? MUST : MAY);
    }
    buf_fini(&subject);
}

static void put_all(struct lasting *l, struct facts *into, struct engine *engine) {
    l->into = into;
    engine_levels(engine, put_open_level, l);
    engine_level_warnings(engine, put_level_at_risk, l);
    engine_warned(engine, put_cycle, l);
}

/* ---------------------------------------------------------------- on record */

static void take_record(struct lasting *l, const char *what) {
    struct span key = buf_span(&l->v->key);
    struct known *known = facts_find(&l->now, key);
    if (known) {
        known->seen = true;
        l->v->result.compared++;
        return;
    }
    l->odd = mem_grow(l->odd, &l->odd_capacity, l->odd_count + 1, sizeof *l->odd);
    l->odd[l->odd_count++] = (struct odd){what, arena_text(&l->arena, key)};
}

static void visit_level(void *arg, const struct breach_record *r) {
    struct lasting *l = arg;
    size_t index = verify_standard(l->v, r->standard);
    if (index == SIZE_MAX || !verify_has_window(l->v, index)) {
        l->v->result.passed_by++;
        return;
    }
    level_key(&l->v->key, r->standard, r->group, r->target);
    take_record(l, "open level that holds");
}

/* `warn` is no part of what a standard means, so an edit of it that is not yet in force does not show in its version. */
static bool has_warning(const struct standard *s, const struct warning_record *r) {
    if (r->kind == BREACH_LEVEL) return s->warn_below && span_eq(r->warning, span_of(s->warn_below->text));
    for (size_t i = 0; i < s->warning_count; i++)
        if (span_eq(r->warning, span_of(s->warnings[i].text))) return true;
    return false;
}

static void visit_warning(void *arg, const struct warning_record *r) {
    struct lasting *l = arg;
    struct verifying *v = l->v;
    size_t index = verify_standard(v, r->standard);
    if (v->code) return;
    bool compared = index != SIZE_MAX && has_warning(v->config->rules.standards[index], r) &&
                    (r->kind == BREACH_LEVEL ? verify_has_window(v, index) : verify_has_subjects(v, index));
    int held = compared && r->kind == BREACH_CONTACT ? verify_knows(v, r->contact, r->recorded_ms) : 0;
    if (held < 0) v->code = held;
    if (!compared || held /* its events were let go */) {
        v->result.passed_by++;
        return;
    }
    if (r->kind == BREACH_LEVEL) risk_key(&v->key, r->standard, r->group, r->warning);
    else cycle_key(&v->key, r->standard, r->subject, r->started_ms, r->nth, r->warning);
    take_record(l, r->kind == BREACH_LEVEL ? "open warning of a level that is not at risk" : "open warning that is not reached");
}

static int read_records(struct lasting *l) {
    struct verifying *v = l->v;
    int64_t after = 0;
    int code = levels_each_open(v->store, visit_level, l, v->err);
    if (code) return code;
    while ((code = warnings_each_open(v->store, &after, RECORDS, visit_warning, l, v->err)) > 0 && !v->code) {
    }
    return code < 0 ? code : v->code;
}

/* ---------------------------------------------------------------- what differs */

static bool must_be_seen(const struct known *known) {
    return !known->seen && span_eq(known->text, MUST);
}

static void count_missing(struct lasting *l) {
    const struct known *known;
    for (size_t cursor = 0; (known = map_next(&l->now.map, &cursor));) l->missing += must_be_seen(known);
}

static void visit_changed(void *arg, struct span standard, struct span group, struct span what, bool at_risk) {
    struct lasting *l = arg;
    if (at_risk) risk_key(&l->v->key, standard, group, what);
    else level_key(&l->v->key, standard, group, what);
    facts_put(&l->moving, buf_span(&l->v->key), MAY);
}

/* Each instant is judged once: what became of a level at the instant of the held clock may rest on a part of the events
 * that have come in since, until that clock moves on. */
static int find_moving(struct lasting *l) {
    const struct verifying *v = l->v;
    if (v->earlier_seq == v->snapshot.last_seq) return 0;
    return snapshot_levels_changed(v->store, v->held_ms, visit_changed, l, v->err);
}

static void judge_odd(struct lasting *l) {
    for (size_t i = 0; i < l->odd_count; i++) {
        struct span key = span_of(l->odd[i].key);
        bool excused = facts_find(&l->earlier, key) || facts_find(&l->put_off, key) || facts_find(&l->moving, key);
        if (excused) l->v->result.passed_by++;
        else verify_say(l->v, l->odd[i].what, key, SPAN("open"), (struct span){0});
    }
}

static bool has_must(const struct facts *facts, struct span key) {
    const struct known *known = facts_find(facts, key);
    return known && span_eq(known->text, MUST);
}

static void judge_missing(struct lasting *l) {
    struct known *known;
    for (size_t cursor = 0; (known = map_next(&l->now.map, &cursor));) {
        if (!must_be_seen(known)) continue;
        bool must = has_must(&l->earlier, known->key) && has_must(&l->put_off, known->key) && !facts_find(&l->moving, known->key);
        if (!must) l->v->result.passed_by++;
        else verify_say(l->v, "not on record", known->key, (struct span){0}, SPAN("open"));
    }
}

int verify_lasting(struct verifying *v, struct engine *engine) {
    struct lasting l = {.v = v};
    put_all(&l, &l.now, engine);
    int code = read_records(&l);
    if (!code) count_missing(&l);
    if (!code && l.odd_count + l.missing) {
        code = verify_earlier(v);
        if (!code) put_all(&l, &l.earlier, rebuild_engine(v->earlier));
        if (!code) put_all(&l, &l.put_off, rebuild_engine(v->put_off));
        if (!code) code = find_moving(&l);
        if (!code) judge_odd(&l);
        if (!code) judge_missing(&l);
    }
    facts_fini(&l.now);
    facts_fini(&l.earlier);
    facts_fini(&l.put_off);
    facts_fini(&l.moving);
    arena_fini(&l.arena);
    free(l.odd);
    return code;
}

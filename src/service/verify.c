/* Both sides are brought to the same form, and compared as such: nothing of the code that writes records is used, so that
 * a mistake of it shows. */
#include "slad/service/verify.h"

#include <stdlib.h>
#include "record.h"
#include "slad/service/book.h"
#include "slad/store/breaches.h"
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

static size_t standard_named(const struct verifying *v, struct span name) {
    const struct ruleset *rules = &v->config->rules;
    for (size_t i = 0; i < rules->standard_count; i++)
        if (span_eq(span_of(rules->standards[i]->name), name)) return i;
    return SIZE_MAX;
}

size_t verify_standard(const struct verifying *v, struct span name) {
    size_t i = standard_named(v, name);
    return i != SIZE_MAX && v->versions[i] ? i : SIZE_MAX;
}

static bool is_whole(const struct verifying *v) {
    return (uint64_t)v->snapshot.events == v->snapshot.last_seq;
}

bool verify_has_window(const struct verifying *v, size_t standard) {
    return is_whole(v) || v->config->rules.standards[standard]->window != WINDOW_ALL;
}

bool verify_has_subjects(const struct verifying *v, size_t standard) {
    const struct standard *s = v->config->rules.standards[standard];
    bool by_contact = is_whole(v);
    for (size_t i = 0; i < s->per_count && !by_contact; i++) by_contact = strcmp(s->per[i], "contact") == 0;
    return by_contact;
}

/* ---------------------------------------------------------------- standards */

static void visit_version(void *arg, const struct version *version) {
    struct verifying *v = arg;
    size_t i = standard_named(v, version->name);
    if (i != SIZE_MAX && span_eq(span_of(v->config->rules.standards[i]->meaning), version->meaning))
        v->versions[i] = version->id;
}

static int find_standards(struct verifying *v) {
    const struct ruleset *rules = &v->config->rules;
    v->versions = mem_zalloc((rules->standard_count + 1) * sizeof *v->versions);
    int code = versions_in_force(v->store, visit_version, v, v->err);
    for (size_t i = 0; i < rules->standard_count && !code; i++)
        if (!v->versions[i])
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
    struct rebuild_options put_off = {.rules = &v->config->rules, .engine = {.effect = book_effect, .arg = &v->put_off_book},
        .through_seq = v->snapshot.last_seq, .now_ms = v->now_ms, .held_ms = v->held_ms, .puts_off = true};
    struct rebuild_options earlier = {.rules = &v->config->rules, .now_ms = v->now_ms, .held_ms = v->held_ms};
    if (v->earlier) return 0;
    int code = snapshot_seq_before(v->store, v->held_ms, &v->earlier_seq, v->err);
    earlier.through_seq = v->earlier_seq;
    if (!code) code = verify_rebuild(v, &earlier, &v->earlier);
    return code ? code : verify_rebuild(v, &put_off, &v->put_off);
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

/* Where the journal has let go of anything, an event of that very millisecond may be of a contact that came back. */
int verify_knows(struct verifying *v, struct span contact, int64_t recorded_ms) {
    bool is_whole = v->snapshot.events == (int64_t)v->snapshot.last_seq;
    return snapshot_knew_contact(v->store, contact, recorded_ms + is_whole, v->err);
}

static void visit_record(void *arg, const struct breach_record *r) {
    struct verifying *v = arg;
    size_t standard = verify_standard(v, r->standard);
    if (v->code || r->kind != BREACH_CONTACT || standard == SIZE_MAX) return;
    breach_key(v, r->standard, r->subject, r->started_ms, r->nth);
    breach_text(v, r->contact, r->group, (int64_t[]){r->due_ms, r->decided_ms, r->ended_ms}, r->has_elapsed ? r->elapsed : 0);
    struct known *known = facts_find(&v->facts, buf_span(&v->key));
    if (known) known->seen = true;
    bool same = known && span_eq(known->text, buf_span(&v->text));
    int held = known ? 0 : verify_knows(v, r->contact, r->recorded_ms);
    if (held < 0) v->code = held;
    else if (held > 0 || (!same && !verify_has_subjects(v, standard))) v->result.passed_by++; /* events of it were let go */
    else v->result.compared++;
    if (held || same || !verify_has_subjects(v, standard)) return;
    verify_say(v, known ? "breach" : "breach that is none", buf_span(&v->key), buf_span(&v->text),
        known ? known->text : (struct span){0});
}

static struct known *missing(struct verifying *v, const struct breach *b) {
    struct buf subject = {0};
    if (verify_standard(v, span_of(b->standard->name)) == SIZE_MAX) return NULL;
    subject_json(b->standard, &b->subject, &subject);
    breach_key(v, span_of(b->standard->name), buf_span(&subject), b->started_ms, b->nth);
    buf_fini(&subject);
    struct known *known = facts_find(&v->facts, buf_span(&v->key));
    return known && !known->seen ? known : NULL;
}

/* Long over, so that the record may have let go of it (docs/OPERATIONS.md, Retention). */
static bool is_old(const struct verifying *v, const struct breach *b) {
    return b->ended_ms != INSTANT_NEVER && b->decided_ms < v->now_ms - v->config->retain_breaches_ms;
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
        if (is_old(v, b) || !verify_has_subjects(v, verify_standard(v, span_of(b->standard->name)))) v->result.passed_by++;
        else if (!book_find(&v->put_off_book, b)) v->result.passed_by++;
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
    return code ? code : verify_figures(v);
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
    rebuild_free(v.put_off);
    book_fini(&v.put_off_book);
    free(v.versions);
    buf_fini(&v.key);
    buf_fini(&v.text);
    return code;
}

#include <stdlib.h>
#include "service/trial_facts.h"
#include "service/trial_state.h"
#include "slad/base/mem.h"
#include "slad/wire/report.h"

/* What there is: breaches and levels as descriptions are compared with them. */
struct actual {
    const struct standard *standard;
    struct span contact; /* of a breach */
    const char *target;  /* of a level */
    struct group group;
    struct found facts[FACTS];
    bool expected;
};
struct actuals {
    const struct standard *only; /* NULL: of all */
    struct actual *list;
    size_t count, capacity;
};

static void add_actual(struct actuals *actuals, const struct actual *actual) {
    if (actuals->only && actual->standard != actuals->only) return;
    actuals->list = mem_grow(actuals->list, &actuals->capacity, actuals->count + 1, sizeof *actual);
    actuals->list[actuals->count++] = *actual;
}

static void add_breach(struct actuals *actuals, const struct breach *b) {
    struct actual a = {.standard = b->standard, .contact = b->contact, .group = b->group};
    a.facts[FACT_STARTED] = fact_instant(b->started_ms);
    a.facts[FACT_DUE] = fact_instant(b->due_ms);
    a.facts[FACT_DECIDED] = fact_instant(b->decided_ms);
    a.facts[FACT_ENDED] = fact_instant(b->ended_ms);
    a.facts[FACT_ELAPSED] = (struct found){.is_null = !b->has_elapsed, .number = b->elapsed};
    add_actual(actuals, &a);
}

static void add_level(void *arg, const struct level_state *l) {
    struct actual a = {.standard = l->standard, .group = l->group};
    a.target = l->standard->targets[l->target].text;
    a.facts[FACT_OPENED] = fact_instant(l->opened_ms);
    add_actual(arg, &a);
}

/* ---------------------------------------------------------------- which is which */

static bool fits(const struct description *what, const struct actual *a) {
    if (what->standard != a->standard) return false;
    if (what->contact && !span_eq(a->contact, span_of(what->contact))) return false;
    if (what->target && strcmp(a->target, what->target) != 0) return false;
    if (what->has_group && !trial_same_group(&what->group, &a->group)) return false;
    for (size_t i = 0; i < what->fact_count; i++)
        if (!fact_holds(&what->facts[i], &a->facts[what->facts[i].fact])) return false;
    return true;
}

/* Each description takes one of those that fit it; where all are taken, whoever has one looks for another. So
 * the order in which they are written makes no difference. */
struct pairing {
    const struct descriptions *wanted;
    const struct actuals *actuals;
    size_t *taken; /* an actual's description, from 1; 0: nobody's */
    bool *tried;
};

static bool find_one(struct pairing *p, size_t wanted) {
    for (size_t j = 0; j < p->actuals->count; j++) {
        if (p->tried[j] || !fits(&p->wanted->list[wanted], &p->actuals->list[j])) continue;
        p->tried[j] = true;
        if (p->taken[j] && !find_one(p, p->taken[j] - 1)) continue;
        p->taken[j] = wanted + 1;
        return true;
    }
    return false;
}

/* Sets there[] of the descriptions that hold, and `expected` of what they took. */
static void pair_up(const struct descriptions *wanted, struct actuals *actuals, bool *there) {
    struct pairing p = {
        wanted, actuals, mem_zalloc((actuals->count + 1) * sizeof(size_t)), mem_zalloc(actuals->count + 1)};
    for (size_t i = 0; i < wanted->count; i++) {
        memset(p.tried, 0, actuals->count);
        there[i] = find_one(&p, i);
    }
    for (size_t j = 0; j < actuals->count; j++) actuals->list[j].expected = p.taken[j] != 0;
    free(p.taken);
    free(p.tried);
}

/* ---------------------------------------------------------------- in words */

static void add_identity(struct buf *out, const struct standard *s, struct span contact, const char *target,
    const struct group *group) {
    buf_add_text(out, s->name);
    if (contact.n) buf_printf(out, " of contact %.*s", SPAN_ARGS(contact));
    if (target) buf_printf(out, ", %s", target);
    if (!group || !group->count) return;
    buf_add_char(out, ' ');
    group_json(s, group, out);
}

static void add_fact(struct buf *out, enum expected_fact fact, struct span value) {
    buf_printf(out, ", %s %.*s", fact_names[fact], SPAN_ARGS(value));
}

static void describe(const struct trial *t, const struct description *what, struct buf *out) {
    add_identity(
        out, what->standard, span_of(what->contact), what->target, what->has_group ? &what->group : NULL);
    for (size_t i = 0; i < what->fact_count; i++) {
        struct buf value = {0};
        fact_expected(t->test, what->standard, &what->facts[i], &value);
        add_fact(out, what->facts[i].fact, buf_span(&value));
        buf_fini(&value);
    }
}

static void describe_actual(const struct trial *t, const struct actual *a, struct buf *out) {
    enum expected_fact fact = a->target ? FACT_OPENED : a->facts[FACT_DUE].is_null ? FACT_DECIDED : FACT_DUE;
    struct buf value = {0};
    add_identity(out, a->standard, a->contact, a->target, &a->group);
    trial_instant(t->test, a->facts[fact].is_null ? INSTANT_NEVER : a->facts[fact].number, &value);
    add_fact(out, fact, buf_span(&value));
    buf_fini(&value);
}

/* One of the same standard and contact that nobody expected is what was probably meant; it is told of only
 * here. */
static void describe_near(
    const struct trial *t, const struct description *what, struct actuals *actuals, struct buf *out) {
    for (size_t i = 0; i < actuals->count; i++) {
        struct actual *a = &actuals->list[i];
        bool near = !a->expected && a->standard == what->standard &&
                    (!what->contact || span_eq(a->contact, span_of(what->contact)));
        if (!near) continue;
        a->expected = true;
        describe_actual(t, a, out);
        return;
    }
    buf_add_text(out, "none");
}

static int by_text(struct span a, struct span b) {
    if (!a.p != !b.p) return a.p ? 1 : -1;
    return span_cmp(a, b);
}

/* Levels in an order that is always the same. */
static int by_name(const void *pa, const void *pb) {
    const struct actual *a = pa, *b = pb;
    int order = strcmp(a->standard->name, b->standard->name);
    if (!order) order = strcmp(a->target, b->target);
    for (size_t i = 0; !order && i < a->group.count; i++)
        order = by_text(a->group.texts[i], b->group.texts[i]);
    return order;
}

static void match_all(
    struct trial *t, const struct descriptions *wanted, struct actuals *actuals, const char *what) {
    bool *there = mem_zalloc(wanted->count + 1);
    pair_up(wanted, actuals, there);
    for (size_t i = 0; i < wanted->count; i++) {
        struct buf expected = {0}, found = {0};
        if (there[i]) continue;
        describe(t, &wanted->list[i], &expected);
        describe_near(t, &wanted->list[i], actuals, &found);
        trial_tell(t, wanted->list[i].line, what, buf_text(&expected), buf_text(&found));
        buf_fini(&expected);
        buf_fini(&found);
    }
    for (size_t j = 0; j < actuals->count; j++) {
        struct buf found = {0};
        if (actuals->list[j].expected) continue;
        describe_actual(t, &actuals->list[j], &found);
        trial_tell(t, t->asked->line, what, "no other", buf_text(&found));
        buf_fini(&found);
    }
    free(there);
    free(actuals->list);
}

void trial_ask_lists(struct trial *t, const struct expectation *e) {
    struct actuals breaches = {.only = e->what.standard}, levels = {.only = e->what.standard};
    if (e->breaches.is_given) {
        size_t count;
        struct book_entry **list = book_breaches(&t->book, &count);
        for (size_t i = 0; i < count; i++) add_breach(&breaches, &list[i]->effect.breach);
        free(list);
        match_all(t, &e->breaches, &breaches, "breaches");
    }
    if (e->levels.is_given) {
        engine_levels(t->engine, add_level, &levels);
        if (levels.count > 1) qsort(levels.list, levels.count, sizeof *levels.list, by_name);
        match_all(t, &e->levels, &levels, "levels");
    }
}

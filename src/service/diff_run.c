/* A standard does not know of the others in its engine, so the old and the new share one: the events are read once,
 * and the breaches of both lie in one book.
 *
 * Invariants:
 *  1. parts are in step with the standards of `rules`; the old meaning of a standard comes right before its new one;
 *  2. figures are taken part by part, then the breaches; `sides` holds groups of the standard in hand only. */
#include "service/diff_run.h"

#include <stdlib.h>
#include "slad/base/mem.h"
#include "slad/wire/report.h"

enum { BREACHES_SLICE = 10000 }; /* some milliseconds of a turn */

struct part {
    struct diff_standard *standard;
    int side;
};
struct diff_run {
    struct diff *diff;
    struct ruleset rules; /* the standards are the configurations' */
    struct part *parts;
    struct map places; /* of struct part, by the standard it is of */
    size_t taken;      /* parts whose figures were taken */
    struct diff_groups sides[SIDES];
    size_t cursor; /* into the book */
    bool ended;
};

/* ---------------------------------------------------------------- the standards */

static uint64_t hash_of(const struct standard *standard) {
    return span_hash((struct span){(const char *)&standard, sizeof(struct standard *)});
}

static bool is_of(const void *item, const void *standard) {
    const struct part *part = item;
    return part->standard->sides[part->side] == standard;
}

static void add_part(struct diff_run *run, struct diff_standard *s, int side) {
    size_t i = run->rules.standard_count++;
    run->parts[i] = (struct part){s, side};
    /* A ruleset's list is one of standards that can still be filled in; nobody does here. */
    run->rules.standards[i] = (struct standard *)(uintptr_t)s->sides[side];
    map_add(&run->places, hash_of(s->sides[side]), &run->parts[i]);
}

struct diff_run *diff_run_new(struct diff *diff) {
    struct diff_run *run = mem_zalloc(sizeof *run);
    run->diff = diff;
    run->rules.standards = mem_zalloc((SIDES * diff->count + 1) * sizeof *run->rules.standards);
    run->parts = mem_zalloc((SIDES * diff->count + 1) * sizeof *run->parts);
    for (size_t i = 0; i < diff->count; i++)
        for (int side = BEFORE; side < SIDES; side++)
            if (diff_is_run(&diff->list[i]) && diff->list[i].sides[side]) add_part(run, &diff->list[i], side);
    return run;
}

void diff_run_free(struct diff_run *run) {
    if (!run) return;
    for (int side = BEFORE; side < SIDES; side++) free(run->sides[side].list);
    map_fini(&run->places);
    free(run->parts);
    free(run->rules.standards);
    free(run);
}

const struct ruleset *diff_run_rules(const struct diff_run *run) {
    return &run->rules;
}

/* ---------------------------------------------------------------- figures */

static void add_group(struct diff_groups *groups, const struct diff_group *group) {
    groups->list = mem_grow(groups->list, &groups->capacity, groups->count + 1, sizeof *group);
    groups->list[groups->count++] = *group;
}

static void visit_figures(void *arg, const struct figures *figures) {
    struct diff_run *run = arg;
    int side = run->parts[run->taken].side;
    struct buf text = {0};
    group_json(figures->standard, &figures->group, &text);
    struct diff_group group = {.text = arena_text(&run->diff->arena, buf_span(&text))};
    group.sides[side] =
        (struct diff_figures){true, figures->met, figures->missed, figures->excluded, figures->state};
    add_group(&run->sides[side], &group);
    buf_fini(&text);
}

static int by_text(const void *a, const void *b) {
    return strcmp(((const struct diff_group *)a)->text, ((const struct diff_group *)b)->text);
}

static void join_groups(struct diff_run *run, struct diff_standard *s) {
    struct diff_groups *old = &run->sides[BEFORE], *new = &run->sides[AFTER];
    for (size_t i = 0, j = 0; i < old->count || j < new->count;) {
        int order = i == old->count ? 1 : j == new->count ? -1 : by_text(&old->list[i], &new->list[j]);
        struct diff_group group = order <= 0 ? old->list[i++] : new->list[j];
        if (order >= 0) group.sides[AFTER] = new->list[j++].sides[AFTER];
        add_group(&s->groups, &group);
    }
    old->count = new->count = 0;
}

static void take_figures(struct diff_run *run, struct engine *engine) {
    const struct part *part = &run->parts[run->taken];
    struct diff_groups *groups = &run->sides[part->side];
    engine_figures(engine, run->taken, visit_figures, run);
    if (groups->count > 1) qsort(groups->list, groups->count, sizeof *groups->list, by_text);
    if (part->side == AFTER) join_groups(run, part->standard);
    run->taken++;
}

/* ---------------------------------------------------------------- breaches */

static int by_start(const struct diff_breach *x, const struct diff_breach *y) {
    if (x->started_ms != y->started_ms) return x->started_ms < y->started_ms ? -1 : 1;
    int order = strcmp(x->subject, y->subject);
    return order ? order : (x->nth > y->nth) - (x->nth < y->nth);
}

/* Where it belongs among the first; count: behind them. */
static size_t place_among(const struct diff_breaches *breaches, const struct diff_breach *breach) {
    size_t i = breaches->count;
    while (i && by_start(breach, &breaches->list[i - 1]) < 0) i--;
    return i;
}

static void keep_breach(struct diff_run *run, struct diff_breaches *breaches, const struct breach *breach) {
    struct buf subject = {0};
    subject_json(breach->standard, &breach->subject, &subject);
    struct diff_breach kept = {breach->started_ms, breach->nth, buf_text(&subject), breach->contact};
    size_t at = place_among(breaches, &kept);
    breaches->total++;
    if (at < BREACHES_KEPT) {
        struct arena *arena = &run->diff->arena;
        kept.subject = arena_text(arena, buf_span(&subject));
        kept.contact.p = arena_text(arena, breach->contact);
        breaches->list =
            mem_grow(breaches->list, &breaches->capacity, breaches->count + 1, sizeof *breaches->list);
        breaches->count += breaches->count < BREACHES_KEPT;
        memmove(&breaches->list[at + 1], &breaches->list[at], (breaches->count - 1 - at) * sizeof kept);
        breaches->list[at] = kept;
    }
    buf_fini(&subject);
}

/* It is the same breach by the other meaning when its subject and the start of its cycle are the same. */
static void take_breach(struct diff_run *run, const struct book *book, const struct breach *breach) {
    const struct part *part = map_find(&run->places, hash_of(breach->standard), is_of, breach->standard);
    struct diff_standard *s = part->standard;
    struct breach other = *breach;
    other.standard = s->sides[part->side == BEFORE ? AFTER : BEFORE];
    s->breaches[part->side]++;
    if (other.standard && book_find(book, &other)) return;
    keep_breach(run, part->side == AFTER ? &s->gained : &s->lost, breach);
}

int diff_run_take(struct diff_run *run, struct engine *engine, const struct book *book) {
    if (run->taken < run->rules.standard_count) {
        take_figures(run, engine);
        return 1;
    }
    for (size_t n = 0; n < BREACHES_SLICE && !run->ended; n++) {
        const struct book_entry *entry = map_next(&book->breaches, &run->cursor);
        if (entry)
            take_breach(run, book, &entry->effect.breach);
        else
            run->ended = true;
    }
    return !run->ended;
}

/* ---------------------------------------------------------------- events from files */

int diff_replay(struct diff *diff, const struct replay_options *options, struct err *err) {
    struct diff_run *run = diff_run_new(diff);
    struct replay *replay = NULL;
    int code = replay_open(options, &run->rules, &replay, err);
    if (!code) {
        struct engine *engine = replay_run(replay);
        while (diff_run_take(run, engine, replay_book(replay))) continue;
        diff->has_events = true;
        diff->until_ms = replay_until(replay);
    }
    replay_close(replay);
    diff_run_free(run);
    return code;
}

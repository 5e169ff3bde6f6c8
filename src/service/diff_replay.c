/* Either run leaves sorted lists; what the two have in common is found by walking them side by side. */
#include "service/diff_state.h"

#include <stdlib.h>
#include "slad/base/mem.h"
#include "slad/wire/report.h"

/* What one configuration made of one standard. */
struct outcome_of {
    struct diff_standard *standard;
    struct diff_groups groups;
    struct diff_breaches breaches;
};
struct run {
    struct diff *diff;
    int side;
    struct outcome_of *list; /* as diff->list */
    struct map standards;    /* of struct outcome_of, by standard; those that changed */
};

static uint64_t hash_of(const struct standard *standard) {
    return span_hash((struct span){(const char *)&standard, sizeof standard});
}

struct wanted {
    const struct standard *standard;
    int side;
};
static bool is_of(const void *item, const void *key) {
    const struct wanted *wanted = key;
    return ((const struct outcome_of *)item)->standard->sides[wanted->side] == wanted->standard;
}

/* ---------------------------------------------------------------- one run */

struct listing {
    struct run *run;
    struct diff_groups *groups;
};

static void visit_figures(void *arg, const struct figures *figures) {
    struct listing *listing = arg;
    struct diff_groups *groups = listing->groups;
    struct buf text = {0};
    group_json(figures->standard, &figures->group, &text);
    struct diff_group group = {.text = arena_text(&listing->run->diff->arena, buf_span(&text))};
    group.sides[listing->run->side] =
        (struct diff_figures){true, figures->met, figures->missed, figures->excluded, figures->state};
    buf_fini(&text);
    groups->list = mem_grow(groups->list, &groups->capacity, groups->count + 1, sizeof group);
    groups->list[groups->count++] = group;
}

static void note_breach(struct run *run, const struct breach *breach) {
    struct wanted wanted = {breach->standard, run->side};
    struct outcome_of *outcome = map_find(&run->standards, hash_of(breach->standard), is_of, &wanted);
    if (!outcome) return;
    struct diff_breaches *breaches = &outcome->breaches;
    struct arena *arena = &run->diff->arena;
    struct buf subject = {0};
    subject_json(breach->standard, &breach->subject, &subject);
    breaches->list =
        mem_grow(breaches->list, &breaches->capacity, breaches->count + 1, sizeof *breaches->list);
    breaches->list[breaches->count++] = (struct diff_breach){breach->started_ms, breach->nth,
        arena_text(arena, buf_span(&subject)), {arena_text(arena, breach->contact), breach->contact.n}};
    buf_fini(&subject);
}

static int by_text(const void *a, const void *b) {
    return strcmp(((const struct diff_group *)a)->text, ((const struct diff_group *)b)->text);
}

static int by_start(const void *a, const void *b) {
    const struct diff_breach *x = a, *y = b;
    if (x->started_ms != y->started_ms) return x->started_ms < y->started_ms ? -1 : 1;
    int order = strcmp(x->subject, y->subject);
    return order ? order : (x->nth > y->nth) - (x->nth < y->nth);
}

static void visit_run(void *arg, struct engine *engine, const struct book *book) {
    struct run *run = arg;
    size_t count;
    struct book_entry **breaches = book_breaches(book, &count);
    for (size_t i = 0; i < count; i++) note_breach(run, &breaches[i]->effect.breach);
    free(breaches);
    for (size_t i = 0; i < run->diff->count; i++) {
        struct outcome_of *outcome = &run->list[i];
        if (outcome->standard->kind != DIFF_CHANGED) continue;
        struct listing listing = {run, &outcome->groups};
        engine_figures(engine, outcome->standard->index[run->side], visit_figures, &listing);
        struct diff_groups *groups = &outcome->groups;
        struct diff_breaches *missed = &outcome->breaches;
        if (groups->count > 1) qsort(groups->list, groups->count, sizeof *groups->list, by_text);
        if (missed->count > 1) qsort(missed->list, missed->count, sizeof *missed->list, by_start);
    }
}

static void run_init(struct run *run, struct diff *diff, int side) {
    *run = (struct run){.diff = diff, .side = side};
    run->list = mem_zalloc((diff->count + 1) * sizeof *run->list);
    for (size_t i = 0; i < diff->count; i++) {
        run->list[i].standard = &diff->list[i];
        if (diff->list[i].kind == DIFF_CHANGED)
            map_add(&run->standards, hash_of(diff->list[i].sides[side]), &run->list[i]);
    }
}

static void run_fini(struct run *run) {
    for (size_t i = 0; i < run->diff->count && run->list; i++) {
        free(run->list[i].groups.list);
        free(run->list[i].breaches.list);
    }
    free(run->list);
    map_fini(&run->standards);
}

/* ---------------------------------------------------------------- the two side by side */

static void add_group(struct diff_groups *groups, const struct diff_group *group) {
    groups->list = mem_grow(groups->list, &groups->capacity, groups->count + 1, sizeof *group);
    groups->list[groups->count++] = *group;
}

static void join_groups(
    struct diff_standard *s, const struct diff_groups *old, const struct diff_groups *new) {
    for (size_t i = 0, j = 0; i < old->count || j < new->count;) {
        int order = i == old->count ? 1 : j == new->count ? -1 : by_text(&old->list[i], &new->list[j]);
        struct diff_group group = order <= 0 ? old->list[i++] : new->list[j];
        if (order >= 0) group.sides[AFTER] = new->list[j++].sides[AFTER];
        add_group(&s->groups, &group);
    }
}

static void add_breach(struct diff_breaches *breaches, const struct diff_breach *breach) {
    breaches->list = mem_grow(breaches->list, &breaches->capacity, breaches->count + 1, sizeof *breach);
    breaches->list[breaches->count++] = *breach;
}

static void join_breaches(
    struct diff_standard *s, const struct diff_breaches *old, const struct diff_breaches *new) {
    s->breaches[BEFORE] = old->count;
    s->breaches[AFTER] = new->count;
    for (size_t i = 0, j = 0; i < old->count || j < new->count;) {
        int order = i == old->count ? 1 : j == new->count ? -1 : by_start(&old->list[i], &new->list[j]);
        if (order < 0) add_breach(&s->lost, &old->list[i]);
        if (order > 0) add_breach(&s->gained, &new->list[j]);
        i += order <= 0;
        j += order >= 0;
    }
}

int diff_replay(struct diff *diff, struct replay *replay, struct err *err) {
    struct run runs[SIDES] = {{.diff = diff}, {.diff = diff}};
    int code = 0;
    for (int side = BEFORE; side < SIDES && !code; side++) {
        run_init(&runs[side], diff, side);
        code = replay_run(replay, &diff->sides[side]->rules, visit_run, &runs[side], err);
    }
    for (size_t i = 0; i < diff->count && !code; i++) {
        struct outcome_of *old = &runs[BEFORE].list[i], *new = &runs[AFTER].list[i];
        join_groups(&diff->list[i], &old->groups, &new->groups);
        join_breaches(&diff->list[i], &old->breaches, &new->breaches);
    }
    if (!code) {
        diff->has_events = true;
        diff->until_ms = replay_until(replay);
    }
    for (int side = BEFORE; side < SIDES; side++) run_fini(&runs[side]);
    return code;
}

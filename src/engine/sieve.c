#include "sieve.h"

#include <stdlib.h>

struct sieve_list sieve_find(const struct sieve *sieve, const struct attrs *attrs) {
    if (sieve->pivot == SLOT_NONE) return (struct sieve_list){0};
    val v = attrs_get(attrs, sieve->pivot);
    if (v == VAL_ABSENT) return (struct sieve_list){0};
    size_t i = val_hash(v) & sieve->mask;
    while (sieve->buckets[i].value != v && sieve->buckets[i].value != VAL_ABSENT) i = (i + 1) & sieve->mask;
    return sieve->buckets[i].reactions;
}

/* ---------------------------------------------------------------- making */

/* The values that an attribute must have one of for the pattern to hold; 0 when that cannot be said. */
static size_t values_of(const struct rule_pattern *p, const struct rule_pattern **out) {
    *out = p;
    if (p->kind == PATTERN_EQUALS) return 1;
    if (p->kind != PATTERN_ANY) return 0;
    *out = p->parts;
    for (size_t i = 0; i < p->part_count; i++)
        if (p->parts[i].kind != PATTERN_EQUALS) return 0;
    return p->part_count;
}

/* What the standard's `match` asks of an attribute; NULL when it does not, or asks in several ways. */
static const struct rule_pattern *asks(const struct compiled *rule, uint16_t slot) {
    const struct rule_pattern *values;
    if (!rule->match || rule->match->count != 1) return NULL;
    const struct rule_all *all = &rule->match->alternatives[0];
    for (size_t i = 0; i < all->count; i++)
        if (all->conditions[i].slot == slot && values_of(&all->conditions[i].pattern, &values))
            return &all->conditions[i].pattern;
    return NULL;
}

/* Per subject other than the contact a pause counts before the first cycle, so it begins something too. */
static bool begins(const struct program *program, const struct reaction *reaction) {
    unsigned roles = reaction->roles;
    for (size_t i = 0; i < reaction->conditional_count; i++) roles |= reaction->conditional[i].role;
    unsigned pause = program->standards[reaction->standard].keyspace ? ROLE_PAUSE : 0;
    return roles & (ROLE_START | ROLE_WHEN | pause);
}

/* The attribute that most of them ask for. Other subjects than the contact are not sieved: what one of their contacts
 * lacks another may have. */
static uint16_t pick_pivot(const struct program *program, const struct event_name *name, const uint32_t *list, size_t count) {
    uint16_t best = SLOT_NONE;
    size_t most = 1; /* of one alone nothing is won */
    for (size_t slot = 0; slot < program->slot_count; slot++) {
        size_t n = 0;
        for (size_t i = 0; i < count; i++)
            n += asks(&program->standards[name->reactions[list[i]].standard], (uint16_t)slot) != NULL;
        if (n > most) best = (uint16_t)slot, most = n;
    }
    return best;
}

struct pair {
    val value;
    uint32_t reaction;
};

static int by_value(const void *a, const void *b) {
    const struct pair *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->reaction > y->reaction) - (x->reaction < y->reaction);
}

static void put(struct sieve *sieve, val value, struct sieve_list reactions) {
    size_t i = val_hash(value) & sieve->mask;
    while (sieve->buckets[i].value != VAL_ABSENT) i = (i + 1) & sieve->mask;
    sieve->buckets[i] = (struct sieve_bucket){value, reactions};
}

static void fill(struct program *program, struct sieve *sieve, struct pair *pairs, size_t count) {
    qsort(pairs, count, sizeof *pairs, by_value);
    uint32_t *list = arena_alloc(&program->arena, count * sizeof *list);
    size_t slots = 2;
    while (slots < 2 * count) slots *= 2; /* at most half taken: a search ends at a free one */
    sieve->buckets = arena_alloc(&program->arena, slots * sizeof *sieve->buckets);
    sieve->mask = slots - 1;
    for (size_t i = 0; i < slots; i++) sieve->buckets[i].value = VAL_ABSENT;
    for (size_t i = 0; i < count; i++) list[i] = pairs[i].reaction;
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && pairs[end].value == pairs[i].value;) end++;
        put(sieve, pairs[i].value, (struct sieve_list){list + i, end - i});
    }
}

static void sift(struct program *program, const struct event_name *name, struct sieve *sieve, const uint32_t *list,
    size_t count) {
    uint32_t *always = arena_alloc(&program->arena, (count + 1) * sizeof *always);
    struct pair *pairs = NULL;
    size_t pair_count = 0, capacity = 0;
    for (size_t i = 0; i < count; i++) {
        const struct compiled *rule = &program->standards[name->reactions[list[i]].standard];
        const struct rule_pattern *asked = sieve->pivot == SLOT_NONE ? NULL : asks(rule, sieve->pivot), *values;
        size_t n = asked ? values_of(asked, &values) : 0;
        if (!n) always[sieve->always.count++] = list[i];
        for (size_t k = 0; k < n; k++) {
            pairs = mem_grow(pairs, &capacity, pair_count + 1, sizeof *pairs);
            pairs[pair_count++] = (struct pair){values[k].value, list[i]};
        }
    }
    sieve->always.list = always;
    if (pair_count) fill(program, sieve, pairs, pair_count);
    else sieve->pivot = SLOT_NONE;
    free(pairs);
}

static void make_one(struct program *program, struct event_name *name, uint32_t keyspace) {
    struct sieve *sieve = &name->sieves[keyspace];
    uint32_t *list = mem_alloc((name->count + 1) * sizeof *list);
    size_t count = 0;
    for (uint32_t i = 0; i < name->count; i++) {
        const struct reaction *reaction = &name->reactions[i];
        if (program->standards[reaction->standard].keyspace == keyspace && begins(program, reaction)) list[count++] = i;
    }
    sieve->pivot = keyspace ? SLOT_NONE : pick_pivot(program, name, list, count);
    sift(program, name, sieve, list, count);
    if (sieve->pivot != SLOT_NONE) program->pivots[sieve->pivot / 64] |= UINT64_C(1) << (sieve->pivot % 64);
    free(list);
}

void sieve_make(struct program *program) {
    program->pivots = arena_alloc(&program->arena, program->mask_words * sizeof *program->pivots);
    for (size_t i = 0; i < program->name_count; i++) {
        struct event_name *name = program->names[i];
        name->sieves = arena_alloc(&program->arena, program->keyspace_count * sizeof *name->sieves);
        for (uint32_t k = 0; k < program->keyspace_count; k++) make_one(program, name, k);
    }
}

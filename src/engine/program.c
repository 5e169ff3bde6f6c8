#include "program.h"

#include <stdlib.h>
#include "sieve.h"

struct slot_entry {
    struct span name;
    uint16_t slot;
};
struct name_entry {
    struct span name;
    uint32_t index;
};

static bool slot_eq(const void *item, const void *key) {
    return span_eq(((const struct slot_entry *)item)->name, *(const struct span *)key);
}
static bool name_eq(const void *item, const void *key) {
    return span_eq(((const struct name_entry *)item)->name, *(const struct span *)key);
}

/* Names of attributes are few and short: most are found here, without a hash (4 % of a replay). */
enum { MEMO_SLOTS = 64, MEMO_BYTES = 22 };
struct slot_memo {
    uint8_t bytes; /* 0: free */
    char name[MEMO_BYTES];
    uint16_t slot;
};

static struct slot_memo *memo_of(const struct program *program, struct span attr) {
    size_t mixed = attr.n * 5 + (unsigned char)attr.p[0] * 3u + (unsigned char)attr.p[attr.n - 1];
    return &program->memo[mixed % MEMO_SLOTS];
}

static uint16_t find_slot(const struct program *program, struct span attr) {
    const struct slot_entry *entry = map_find(&program->slots, span_hash(attr), slot_eq, &attr);
    return entry ? entry->slot : SLOT_NONE;
}

uint16_t program_slot(const struct program *program, struct span attr) {
    if (!attr.n || attr.n > MEMO_BYTES || !program->memo) return find_slot(program, attr);
    struct slot_memo *memo = memo_of(program, attr);
    if (memo->bytes != attr.n || memcmp(memo->name, attr.p, attr.n) != 0) {
        *memo = (struct slot_memo){.bytes = (uint8_t)attr.n, .slot = find_slot(program, attr)};
        memcpy(memo->name, attr.p, attr.n);
    }
    return memo->slot;
}

uint32_t program_name(const struct program *program, struct span event) {
    const struct name_entry *entry = map_find(&program->name_map, span_hash(event), name_eq, &event);
    return entry ? entry->index : NAME_UNKNOWN;
}

/* ---------------------------------------------------------------- matching */

static bool pattern_holds(const struct rule_pattern *p, val v) {
    switch (p->kind) {
    case PATTERN_EQUALS: return v == p->value && v != VAL_ABSENT;
    case PATTERN_ANY:
        for (size_t i = 0; i < p->part_count; i++)
            if (pattern_holds(&p->parts[i], v)) return true;
        return false;
    case PATTERN_ALL:
        for (size_t i = 0; i < p->part_count; i++)
            if (!pattern_holds(&p->parts[i], v)) return false;
        return true;
    case PATTERN_NOT: return !pattern_holds(&p->parts[0], v);
    case PATTERN_EXISTS: return (v != VAL_ABSENT) == p->truth;
    case PATTERN_GLOB: return val_is_text(v) && glob_matches(p->glob, sym_span(val_sym(v)));
    case PATTERN_AT_LEAST: return val_is_number(v) && val_number(v) >= p->number;
    case PATTERN_AT_MOST: return val_is_number(v) && val_number(v) <= p->number;
    }
    return false;
}

bool match_holds(const struct rule_match *match, const struct attrs *attrs) {
    if (!match) return true;
    for (size_t a = 0; a < match->count; a++) {
        const struct rule_all *all = &match->alternatives[a];
        size_t i = 0;
        while (i < all->count &&
               pattern_holds(&all->conditions[i].pattern, attrs_get(attrs, all->conditions[i].slot)))
            i++;
        if (i == all->count) return true;
    }
    return false;
}

static bool own_holds(const struct rule_all *all, const struct own *own, size_t count) {
    for (size_t i = 0; i < all->count; i++) {
        val v = VAL_ABSENT;
        for (size_t k = 0; k < count; k++)
            if (own[k].slot == all->conditions[i].slot) v = own[k].value;
        if (!pattern_holds(&all->conditions[i].pattern, v)) return false;
    }
    return true;
}

unsigned reaction_roles(const struct reaction *reaction, const struct own *own, size_t count) {
    unsigned roles = reaction->roles;
    for (size_t i = 0; i < reaction->conditional_count; i++)
        if (own_holds(&reaction->conditional[i].own, own, count)) roles |= reaction->conditional[i].role;
    return roles;
}

const struct reaction *program_reaction(const struct program *program, uint32_t name, uint32_t standard) {
    if (name == NAME_UNKNOWN) return NULL;
    const struct event_name *e = program->names[name];
    if (e->by_standard) return e->by_standard[standard] ? &e->reactions[e->by_standard[standard] - 1] : NULL;
    size_t lo = 0, hi = e->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (e->reactions[mid].standard < standard) lo = mid + 1;
        else hi = mid;
    }
    return lo < e->count && e->reactions[lo].standard == standard ? &e->reactions[lo] : NULL;
}

/* ---------------------------------------------------------------- compiling */

static uint16_t slot_of(struct program *program, const char *attr) {
    uint16_t slot = program_slot(program, span_of(attr));
    if (slot != SLOT_NONE) return slot;
    struct slot_entry *entry = arena_alloc(&program->arena, sizeof *entry);
    entry->name = span_of(attr);
    entry->slot = (uint16_t)program->slot_count;
    map_add(&program->slots, span_hash(entry->name), entry);
    program->slot_names =
        mem_grow(program->slot_names, &program->slot_capacity, program->slot_count + 1, sizeof *program->slot_names);
    program->slot_names[program->slot_count++] = attr;
    return entry->slot;
}

static struct event_name *name_of(struct program *program, const char *event) {
    uint32_t index = program_name(program, span_of(event));
    if (index != NAME_UNKNOWN) return program->names[index];
    struct name_entry *entry = arena_alloc(&program->arena, sizeof *entry);
    entry->name = span_of(event);
    entry->index = (uint32_t)program->name_count;
    map_add(&program->name_map, span_hash(entry->name), entry);
    program->names =
        mem_grow(program->names, &program->name_capacity, program->name_count + 1, sizeof *program->names);
    struct event_name *name = arena_alloc(&program->arena, sizeof *name);
    name->name = entry->name;
    return program->names[program->name_count++] = name;
}

static struct rule_pattern compile_pattern(struct program *program, const struct pattern *p) {
    struct rule_pattern rule = {.kind = p->kind, .value = VAL_ABSENT, .part_count = p->part_count};
    if (p->kind == PATTERN_EQUALS) rule.value = val_new(program->texts, &p->value);
    if (p->kind == PATTERN_EXISTS) rule.truth = p->value.truth;
    if (p->kind == PATTERN_GLOB) rule.glob = p->value.text;
    if (p->kind == PATTERN_AT_LEAST || p->kind == PATTERN_AT_MOST) rule.number = p->value.number;
    struct rule_pattern *parts = arena_alloc(&program->arena, (p->part_count + 1) * sizeof *parts);
    for (size_t i = 0; i < p->part_count; i++) parts[i] = compile_pattern(program, &p->parts[i]);
    rule.parts = parts;
    return rule;
}

static struct rule_all compile_all(struct program *program, const struct match_all *all) {
    struct rule_condition *list = arena_alloc(&program->arena, (all->count + 1) * sizeof *list);
    for (size_t i = 0; i < all->count; i++) {
        list[i].slot = slot_of(program, all->conditions[i].attr);
        list[i].pattern = compile_pattern(program, &all->conditions[i].pattern);
    }
    return (struct rule_all){list, all->count};
}

static const struct rule_match *compile_match(struct program *program, const struct match *match) {
    if (!match) return NULL;
    struct rule_match *rule = arena_alloc(&program->arena, sizeof *rule);
    struct rule_all *list = arena_alloc(&program->arena, (match->count + 1) * sizeof *list);
    for (size_t i = 0; i < match->count; i++) list[i] = compile_all(program, &match->alternatives[i]);
    *rule = (struct rule_match){list, match->count};
    return rule;
}

static struct reaction *reaction_of(struct event_name *name, uint32_t standard) {
    if (name->count && name->reactions[name->count - 1].standard == standard)
        return &name->reactions[name->count - 1];
    name->reactions = mem_grow(name->reactions, &name->capacity, name->count + 1, sizeof *name->reactions);
    name->reactions[name->count] = (struct reaction){.standard = standard};
    return &name->reactions[name->count++];
}

static void react(struct program *program, uint32_t standard, enum role role, const struct event_patterns *patterns) {
    for (size_t i = 0; i < patterns->count; i++) {
        const struct event_pattern *p = &patterns->list[i];
        struct reaction *reaction = reaction_of(name_of(program, p->event), standard);
        if (p->own.count == 0) {
            reaction->roles |= role;
            continue;
        }
        struct conditional_role *list =
            arena_alloc(&program->arena, (reaction->conditional_count + 1) * sizeof *list);
        if (reaction->conditional_count)
            memcpy(list, reaction->conditional, reaction->conditional_count * sizeof *list);
        list[reaction->conditional_count].role = role;
        list[reaction->conditional_count].own = compile_all(program, &p->own);
        reaction->conditional = list;
        reaction->conditional_count++;
    }
}

static void react_all(struct program *program, const struct standard *s, uint32_t index) {
    react(program, index, ROLE_START, &s->start);
    react(program, index, ROLE_STOP, &s->stop);
    react(program, index, ROLE_FAIL, &s->fail);
    react(program, index, ROLE_CANCEL, &s->cancel);
    react(program, index, ROLE_VOID, &s->void_);
    react(program, index, ROLE_PAUSE, &s->pause);
    react(program, index, ROLE_RESUME, &s->resume);
    react(program, index, ROLE_REOPEN, &s->reopen);
    react(program, index, ROLE_ABANDON, &s->abandon);
    react(program, index, ROLE_WHEN, &s->when);
}

static const uint16_t *slots_of(struct program *program, const char *const *attrs, size_t count) {
    uint16_t *slots = arena_alloc(&program->arena, (count + 1) * sizeof *slots);
    for (size_t i = 0; i < count; i++) slots[i] = slot_of(program, attrs[i]);
    return slots;
}

static uint32_t keyspace_of(struct program *program, const struct standard *s) {
    for (size_t k = 0; k < program->keyspace_count; k++) {
        const struct keyspace *ks = &program->keyspaces[k];
        size_t i = 0;
        while (i < ks->count && i < s->per_count && strcmp(ks->attrs[i], s->per[i]) == 0) i++;
        if (i == ks->count && i == s->per_count) return (uint32_t)k;
    }
    struct keyspace *ks = &program->keyspaces[program->keyspace_count];
    *ks = (struct keyspace){.attrs = s->per, .count = s->per_count, .settles = true};
    ks->slots = slots_of(program, s->per, s->per_count);
    for (size_t i = 0; i < s->per_count; i++) ks->by_contact |= strcmp(s->per[i], "contact") == 0;
    return (uint32_t)program->keyspace_count++;
}

static bool settles(const struct standard *s) {
    return (s->repeat || s->is_value) && !s->void_.count && !s->reopen.count && !s->pause.count;
}

static void compile_standard(struct program *program, uint32_t index, const struct standard *s) {
    struct compiled *c = &program->standards[index];
    *c = (struct compiled){.standard = s, .index = index, .due_slot = -1, .value_slot = -1};
    c->keyspace = keyspace_of(program, s);
    program->keyspaces[c->keyspace].settles &= settles(s);
    c->match = compile_match(program, s->match);
    c->paused_while = compile_match(program, s->paused_while);
    struct compiled_limit *limits = arena_alloc(&program->arena, (s->limit_count + 1) * sizeof *limits);
    for (size_t i = 0; i < s->limit_count; i++)
        limits[i] = (struct compiled_limit){
            compile_match(program, s->limits[i].match), s->limits[i].limit_ms, s->limits[i].calendar};
    c->limits = limits;
    c->limit_count = s->limit_count;
    c->by = slots_of(program, s->by, s->by_count);
    if (s->due_attr) c->due_slot = slot_of(program, s->due_attr);
    if (s->is_value) c->value_slot = slot_of(program, s->value_attr);
    c->has_stop = s->stop.count > 0;
    c->reaches_back = s->void_.count && (s->repeat || s->is_value);
    c->decides_at_end = s->abandon.count > 0 && s->after_limit == OUTCOME_EXCLUDED;
    react_all(program, s, index);
}

static void mask_add(uint64_t *mask, uint16_t slot) {
    mask[slot / 64] |= UINT64_C(1) << (slot % 64);
}

static void mask_add_match(uint64_t *mask, const struct rule_match *match) {
    for (size_t a = 0; match && a < match->count; a++)
        for (size_t i = 0; i < match->alternatives[a].count; i++)
            mask_add(mask, match->alternatives[a].conditions[i].slot);
}

/* Once all slots are known. */
static void make_masks(struct program *program) {
    program->mask_words = program->slot_count / 64 + 1;
    for (size_t k = 0; k < program->keyspace_count; k++) {
        struct keyspace *ks = &program->keyspaces[k];
        ks->mask = arena_alloc(&program->arena, program->mask_words * sizeof *ks->mask);
        for (size_t i = 0; i < ks->count; i++) mask_add(ks->mask, ks->slots[i]);
    }
    for (size_t s = 0; s < program->count; s++) {
        struct compiled *c = &program->standards[s];
        c->mask = arena_alloc(&program->arena, program->mask_words * sizeof *c->mask);
        mask_add_match(c->mask, c->match);
        mask_add_match(c->mask, c->paused_while);
        for (size_t i = 0; i < c->limit_count; i++) mask_add_match(c->mask, c->limits[i].match);
        for (size_t i = 0; i < c->standard->by_count; i++) mask_add(c->mask, c->by[i]);
        if (c->due_slot >= 0) mask_add(c->mask, (uint16_t)c->due_slot);
        for (size_t w = 0; w < program->mask_words; w++)
            program->keyspaces[c->keyspace].mask[w] |= c->mask[w];
    }
    /* `contact` never changes: no event is of interest for bringing it. */
    program->contact_slot = program_slot(program, SPAN("contact"));
    if (program->contact_slot == SLOT_NONE) return;
    uint64_t keep = ~(UINT64_C(1) << (program->contact_slot % 64));
    for (size_t k = 0; k < program->keyspace_count; k++)
        program->keyspaces[k].mask[program->contact_slot / 64] &= keep;
    for (size_t s = 0; s < program->count; s++) program->standards[s].mask[program->contact_slot / 64] &= keep;
}

/* A table of all names by all standards, as long as it stays small: 16 MB. */
enum { TABLE_MAX = 4 << 20 };

static void index_names(struct program *program) {
    bool small = program->name_count * program->count <= TABLE_MAX;
    for (size_t n = 0; n < program->name_count; n++) {
        struct event_name *name = program->names[n];
        uint32_t *table = small ? arena_alloc(&program->arena, (program->count + 1) * sizeof *table) : NULL;
        name->matters = arena_alloc(&program->arena, program->keyspace_count);
        name->voids = arena_alloc(&program->arena, program->keyspace_count);
        for (uint32_t r = 0; r < name->count; r++) {
            const struct compiled *rule = &program->standards[name->reactions[r].standard];
            if (table) table[rule->index] = r + 1;
            name->matters[rule->keyspace] = true;
            if (rule->reaches_back) name->voids[rule->keyspace] = true;
        }
        name->by_standard = table;
    }
}

struct program *program_new(const struct ruleset *rules, struct intern *texts) {
    static const char *const per_contact[] = {"contact"};
    struct program *program = mem_zalloc(sizeof *program);
    program->texts = texts;
    program->rules = rules;
    program->count = rules->standard_count;
    program->standards = mem_zalloc((program->count + 1) * sizeof *program->standards);
    program->keyspaces = mem_zalloc((program->count + 1) * sizeof *program->keyspaces);
    program->keyspaces[0] = (struct keyspace){.attrs = per_contact, .count = 1};
    program->keyspace_count = 1;
    for (size_t i = 0; i < program->count; i++) compile_standard(program, (uint32_t)i, rules->standards[i]);
    /* Keyspace 0 finds its subject by the contact itself; `contact` needs a slot only if somebody reads it. */
    program->keyspaces[0].count = 0;
    make_masks(program);
    program->keyspaces[0].count = 1;
    index_names(program);
    program->memo = mem_zalloc(MEMO_SLOTS * sizeof *program->memo); /* no slot is added from here on */
    sieve_make(program);
    return program;
}

static void drop_pattern(struct intern *texts, const struct rule_pattern *p) {
    val_drop(texts, p->kind == PATTERN_EQUALS ? p->value : VAL_ABSENT);
    for (size_t i = 0; i < p->part_count; i++) drop_pattern(texts, &p->parts[i]);
}

static void drop_all(struct intern *texts, const struct rule_all *all) {
    for (size_t i = 0; i < all->count; i++) drop_pattern(texts, &all->conditions[i].pattern);
}

static void drop_match(struct intern *texts, const struct rule_match *match) {
    for (size_t a = 0; match && a < match->count; a++) drop_all(texts, &match->alternatives[a]);
}

void program_free(struct program *program) {
    if (!program) return;
    for (size_t s = 0; s < program->count; s++) {
        drop_match(program->texts, program->standards[s].match);
        drop_match(program->texts, program->standards[s].paused_while);
        for (size_t i = 0; i < program->standards[s].limit_count; i++)
            drop_match(program->texts, program->standards[s].limits[i].match);
    }
    for (size_t n = 0; n < program->name_count; n++) {
        struct event_name *name = program->names[n];
        for (size_t r = 0; r < name->count; r++)
            for (size_t k = 0; k < name->reactions[r].conditional_count; k++)
                drop_all(program->texts, &name->reactions[r].conditional[k].own);
        free(name->reactions);
    }
    map_fini(&program->slots);
    map_fini(&program->name_map);
    free(program->memo);
    free(program->names);
    free(program->slot_names);
    free(program->standards);
    free(program->keyspaces);
    arena_fini(&program->arena);
    free(program);
}

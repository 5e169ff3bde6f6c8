/* program: the standards, compiled for the engine: attributes are slots, event names lead to the standards that
 * react to them, patterns compare vals.
 * Owns: everything below struct program, and references to the texts in patterns.
 * Must not know: running state. */
#ifndef SLAD_ENGINE_PROGRAM_H
#define SLAD_ENGINE_PROGRAM_H

#include "attrs.h"
#include "slad/base/mem.h"
#include "slad/model/standard.h"

enum role {
    ROLE_START = 1 << 0,
    ROLE_STOP = 1 << 1,
    ROLE_FAIL = 1 << 2,
    ROLE_CANCEL = 1 << 3,
    ROLE_VOID = 1 << 4,
    ROLE_PAUSE = 1 << 5,
    ROLE_RESUME = 1 << 6,
    ROLE_REOPEN = 1 << 7,
    ROLE_ABANDON = 1 << 8,
    ROLE_WHEN = 1 << 9,
};

struct rule_pattern {
    enum pattern_kind kind;
    val value; /* EQUALS */
    double number;
    bool truth;
    struct span glob;
    const struct rule_pattern *parts;
    size_t part_count;
};
struct rule_condition {
    uint16_t slot;
    struct rule_pattern pattern;
};
struct rule_all {
    const struct rule_condition *conditions;
    size_t count;
};
struct rule_match {
    const struct rule_all *alternatives;
    size_t count;
};

/* Whether the attributes fit; a NULL match always does. */
bool match_holds(const struct rule_match *match, const struct attrs *attrs);

struct compiled_limit {
    const struct rule_match *match;
    int64_t limit_ms;
    const struct calendar *calendar;
};

/* Subjects of one kind: the standards with the same `per` share them. Keyspace 0 is per: contact. */
struct keyspace {
    const char *const *attrs;
    size_t count;
    const uint16_t *slots;
    bool by_contact; /* `contact` is among them: a subject is of one contact alone */
    bool settles;    /* what comes later never changes a cycle that has ended: its standards begin the next one, and nothing
                      * reopens, voids or pauses */
    uint64_t *mask; /* slots that its standards read, its own included */
};

struct compiled {
    const struct standard *standard;
    uint32_t index;
    uint32_t keyspace;
    const struct rule_match *match, *paused_while;
    const struct compiled_limit *limits;
    size_t limit_count;
    const uint16_t *by;
    int due_slot, value_slot; /* -1: none */
    bool has_stop;
    bool reaches_back; /* its void excludes what ended long before: it is run over all of a timeline */
    bool decides_at_end; /* abandon with after_limit: excluded: a limit that runs out decides nothing alone */
    uint64_t *mask;      /* slots whose change can change what it thinks of a running cycle */
};

/* What a standard does on an event of one name. */
struct conditional_role {
    unsigned role;
    struct rule_all own;
};
struct reaction {
    uint32_t standard;
    unsigned roles; /* without conditions on own attributes */
    const struct conditional_role *conditional;
    size_t conditional_count;
};
struct sieve;
struct event_name {
    struct span name;
    struct sieve *sieves; /* one a keyspace (sieve.h) */
    const uint32_t *by_standard; /* the place of its reaction, from 1; 0: none. NULL: to be searched for */
    bool *matters; /* one a keyspace: a standard of it reacts */
    bool *voids;   /* one a keyspace: it can exclude what ended long before */
    struct reaction *reactions; /* by rising standard */
    size_t count, capacity;
};
#define NAME_UNKNOWN UINT32_MAX /* no standard reacts to it */
#define SLOT_NONE UINT16_MAX

struct program {
    struct arena arena;
    struct intern *texts;
    const struct ruleset *rules;
    struct compiled *standards;
    size_t count;
    struct keyspace *keyspaces;
    size_t keyspace_count;
    const char **slot_names;
    size_t slot_count, slot_capacity;
    struct map slots; /* of struct slot_entry */
    struct slot_memo *memo; /* the latest names looked up */
    struct event_name **names;
    size_t name_count, name_capacity;
    struct map name_map; /* of struct event_name_entry */
    size_t mask_words;
    uint64_t *pivots; /* slots by which standards are sieved */
    uint16_t contact_slot; /* SLOT_NONE: nobody asks for `contact` */
};

struct program *program_new(const struct ruleset *rules, struct intern *texts);
void program_free(struct program *program);
uint16_t program_slot(const struct program *program, struct span attr); /* SLOT_NONE */
uint32_t program_name(const struct program *program, struct span event); /* NAME_UNKNOWN */
/* What standard does on an event of this name with these own attributes: roles. */
unsigned reaction_roles(const struct reaction *reaction, const struct own *own, size_t count);
/* The reaction of a standard to a name, or NULL. */
const struct reaction *program_reaction(const struct program *program, uint32_t name, uint32_t standard);

static inline bool mask_has(const uint64_t *mask, uint16_t slot) {
    return mask[slot / 64] >> (slot % 64) & 1;
}
static inline bool mask_touches(const uint64_t *mask, const struct own *own, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (mask_has(mask, own[i].slot)) return true;
    return false;
}

#endif

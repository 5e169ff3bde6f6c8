/* diff_state: what is known of an edit, for the files that find it out and tell it.
 * Owns: declarations only.
 * Must not know: who asks. */
#ifndef SLAD_SERVICE_DIFF_STATE_H
#define SLAD_SERVICE_DIFF_STATE_H

#include "slad/service/diff.h"
#include "slad/wire/json.h"

enum { BEFORE, AFTER, SIDES };
enum { BREACHES_KEPT = 100 }; /* of those gained, and of those lost; all are counted */

/* A key that says something else; members of maps are told apart: "abandon.short". */
struct diff_key {
    const char *path;
    const struct json *sides[SIDES]; /* NULL: not given */
};
struct diff_keys {
    struct diff_key *list;
    size_t count, capacity;
};

/* One group's figures; not listed: nothing was counted in it. */
struct diff_figures {
    bool listed;
    int64_t met, missed, excluded;
    enum state state;
};
struct diff_group {
    const char *text; /* JSON: equal groups are equal texts */
    struct diff_figures sides[SIDES];
};
struct diff_groups { /* by text */
    struct diff_group *list;
    size_t count, capacity;
};

struct diff_breach {
    int64_t started_ms;
    int nth;
    const char *subject; /* JSON */
    struct span contact;
};
struct diff_breaches { /* the first of them, by start, subject and nth */
    struct diff_breach *list;
    size_t count, capacity;
    size_t total;
};

struct diff_standard {
    enum diff_kind kind;
    const struct standard *sides[SIDES]; /* NULL: not there */
    /* Of one that changed. */
    struct json *meanings[SIDES];
    struct diff_keys keys;
    /* Of one that changed, or was added. */
    struct diff_groups groups;
    struct diff_breaches gained, lost;
    size_t breaches[SIDES]; /* how many there are in all */
};
struct diff {
    const struct config *sides[SIDES];
    enum diff_places places;
    struct diff_standard *list; /* those of the new configuration in its order, then those removed */
    size_t count;
    size_t kinds[DIFF_KINDS];
    bool has_events; /* groups and breaches are filled in */
    int64_t until_ms;
    struct arena arena;
};

static inline bool diff_same_describe(const struct diff_standard *s) {
    return strcmp(s->sides[BEFORE]->describe, s->sides[AFTER]->describe) == 0;
}
/* Whether events are run by it. */
static inline bool diff_is_run(const struct diff_standard *s) {
    return s->kind == DIFF_CHANGED || s->kind == DIFF_ADDED;
}
bool diff_same_warnings(const struct diff_standard *s);
/* By line, and by file as seen from the folder of the configuration: an edit is often a copy elsewhere. */
bool diff_same_place(const struct diff *diff, const struct diff_standard *s);
static inline bool diff_same_figures(const struct diff_group *group) {
    const struct diff_figures *a = &group->sides[BEFORE], *b = &group->sides[AFTER];
    return a->listed == b->listed && a->met == b->met && a->missed == b->missed &&
           a->excluded == b->excluded && a->state == b->state;
}

#endif

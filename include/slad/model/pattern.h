/* pattern: what attributes and events a standard asks for (docs/STANDARDS.md, "match" and "Event patterns").
 * Owns: nothing; everything lies in the arena of the configuration it was read from.
 * Must not know: YAML; how attributes are stored while running. */
#ifndef SLAD_MODEL_PATTERN_H
#define SLAD_MODEL_PATTERN_H

#include "slad/model/value.h"

enum pattern_kind {
    PATTERN_EQUALS,   /* value: the same kind and equal */
    PATTERN_ANY,      /* parts: one must hold (a list) */
    PATTERN_ALL,      /* parts: all must hold (a map of operators) */
    PATTERN_NOT,      /* parts[0] must not hold; holds where the attribute is absent */
    PATTERN_EXISTS,   /* value.truth: present, or absent */
    PATTERN_GLOB,     /* value.text */
    PATTERN_AT_LEAST, /* value.number */
    PATTERN_AT_MOST,  /* value.number */
};
struct pattern {
    enum pattern_kind kind;
    struct value value;
    const struct pattern *parts;
    size_t part_count;
};

struct condition {
    const char *attr;
    struct pattern pattern;
};
/* All conditions must hold; none: holds always. */
struct match_all {
    const struct condition *conditions;
    size_t count;
};
/* One alternative must hold; none: holds never. A NULL match holds always. */
struct match {
    const struct match_all *alternatives;
    size_t count;
};

/* An event by name, with patterns on its own attributes. */
struct event_pattern {
    const char *event;
    struct match_all own;
};
/* One of these; count 0: the key is not given. */
struct event_patterns {
    const struct event_pattern *list;
    size_t count;
};

/* The shell's pattern by code point: `*`, `?`, `[…]` with ranges, `[!…]`; no escapes; an unclosed `[` is itself.
 * Both are valid UTF-8. */
bool glob_matches(struct span glob, struct span text);

#endif

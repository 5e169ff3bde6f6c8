/* attrs: the attributes of a contact as of one event, those that a standard asks for; never changed once made.
 * Owns: references to its texts; itself counted, shared by the events that changed nothing.
 * Must not know: names of attributes (a slot numbers each), standards. */
#ifndef SLAD_ENGINE_ATTRS_H
#define SLAD_ENGINE_ATTRS_H

#include "val.h"

/* One attribute as written on an event; VAL_ABSENT takes it away. Packed: an open contact has a few, and is 6 % smaller
 * by it. */
struct __attribute__((packed, aligned(2))) own {
    val value;
    uint16_t slot;
};

struct attrs {
    uint32_t refs;
    uint16_t count;
    val vals[]; /* present ones; followed by their slots, rising */
};

static inline const uint16_t *attrs_slots(const struct attrs *attrs) {
    return (const uint16_t *)(const void *)(attrs->vals + attrs->count);
}
static inline val attrs_get(const struct attrs *attrs, uint16_t slot) {
    const uint16_t *slots = attrs_slots(attrs);
    for (uint16_t i = 0; i < attrs->count; i++)
        if (slots[i] == slot) return attrs->vals[i];
    return VAL_ABSENT;
}
static inline struct attrs *attrs_ref(struct attrs *attrs) {
    attrs->refs++;
    return attrs;
}
/* The attributes of a contact without events; with a reference. */
struct attrs *attrs_new_empty(struct intern *texts);
/* `before` with an event's own attributes on top: a new one, or `before` itself when nothing changes; with a
 * reference. */
struct attrs *attrs_after(struct intern *texts, const struct attrs *before, const struct own *own, size_t count);
bool attrs_equal(const struct attrs *a, const struct attrs *b);
void attrs_drop(struct intern *texts, struct attrs *attrs);

#endif

#include "attrs.h"

#include <stdlib.h>
#include "slad/base/mem.h"

enum { MERGE_STACK = 64 };

static size_t bytes_of(size_t count) {
    return sizeof(struct attrs) + count * (sizeof(val) + sizeof(uint16_t));
}

static struct attrs *make(struct intern *texts, const val *vals, const uint16_t *slots, uint16_t count) {
    struct attrs *attrs = pool_alloc(&texts->pool, bytes_of(count));
    attrs->refs = 1;
    attrs->count = count;
    for (uint16_t i = 0; i < count; i++) attrs->vals[i] = val_ref(vals[i]);
    if (count) memcpy(attrs->vals + count, slots, count * sizeof *slots);
    return attrs;
}

struct attrs *attrs_new_empty(struct intern *texts) {
    return make(texts, NULL, NULL, 0);
}

static bool changes(const struct attrs *before, const struct own *own, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (attrs_get(before, own[i].slot) != own[i].value) return true;
    return false;
}

/* Both lists come by rising slot (an event's own attributes are sorted when it is taken in). */
struct attrs *attrs_after(struct intern *texts, const struct attrs *before, const struct own *own, size_t count) {
    if (!changes(before, own, count)) return attrs_ref((struct attrs *)before);
    val few_vals[MERGE_STACK], *vals = few_vals;
    uint16_t few_slots[MERGE_STACK], *slots = few_slots, n = 0;
    if (before->count + count > MERGE_STACK) {
        vals = mem_alloc((before->count + count) * sizeof *vals);
        slots = mem_alloc((before->count + count) * sizeof *slots);
    }
    const uint16_t *old = attrs_slots(before);
    for (size_t i = 0, j = 0; i < before->count || j < count;) {
        bool take_own = j < count && (i == before->count || own[j].slot <= old[i]);
        if (take_own && i < before->count && own[j].slot == old[i]) i++;
        val v = take_own ? own[j].value : before->vals[i];
        uint16_t slot = take_own ? own[j++].slot : old[i++];
        if (v == VAL_ABSENT) continue;
        vals[n] = v;
        slots[n++] = slot;
    }
    struct attrs *attrs = make(texts, vals, slots, n);
    if (vals != few_vals) {
        free(vals);
        free(slots);
    }
    return attrs;
}

void attrs_drop(struct intern *texts, struct attrs *attrs) {
    if (!attrs || --attrs->refs) return;
    for (uint16_t i = 0; i < attrs->count; i++) val_drop(texts, attrs->vals[i]);
    pool_free(&texts->pool, attrs, bytes_of(attrs->count));
}

bool attrs_equal(const struct attrs *a, const struct attrs *b) {
    if (a == b) return true;
    return a->count == b->count && memcmp(a->vals, b->vals, a->count * sizeof *a->vals) == 0 &&
           memcmp(attrs_slots(a), attrs_slots(b), a->count * sizeof(uint16_t)) == 0;
}

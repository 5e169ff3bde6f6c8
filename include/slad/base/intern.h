/* intern: one counted copy of each string, so that equal strings are equal pointers.
 * Owns: the copies, and a pool of memory that what keeps symbols is cut from, too. Zero-initialise the table to start;
 * intern_fini() frees all.
 * Must not know: what the strings mean. */
#ifndef SLAD_BASE_INTERN_H
#define SLAD_BASE_INTERN_H

#include <stdint.h>
#include "slad/base/map.h"
#include "slad/base/pool.h"
#include "slad/base/span.h"

struct sym {
    uint64_t hash;
    uint32_t refs;
    uint32_t size; /* bytes of text */
    char text[];   /* NUL-terminated */
};
struct intern {
    struct map syms;
    struct pool pool;
};

/* The symbol of this text, with one reference more, which is the caller's to drop. */
struct sym *intern_get(struct intern *table, struct span text);
/* The same with the text's span_hash() at hand. */
struct sym *intern_get_hashed(struct intern *table, struct span text, uint64_t hash);
/* The symbol if there is one, without a reference; else NULL. */
struct sym *intern_find(const struct intern *table, struct span text);
static inline struct sym *sym_ref(struct sym *sym) {
    sym->refs++;
    return sym;
}
/* Gives one reference back; the last one frees the symbol. sym may be NULL. */
void intern_drop(struct intern *table, struct sym *sym);
static inline struct span sym_span(const struct sym *sym) {
    return (struct span){sym->text, sym->size};
}
void intern_fini(struct intern *table);

#endif

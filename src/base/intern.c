/* Invariants:
 * 1. syms holds exactly the symbols with refs > 0, each text once, under its hash. */
#include "slad/base/intern.h"

#include <assert.h>
#include <stdlib.h>

#include "slad/base/mem.h"

static bool has_text(const void *item, const void *key) {
    return span_eq(sym_span(item), *(const struct span *)key);
}

struct sym *intern_find(const struct intern *table, struct span text) {
    return map_find(&table->syms, span_hash(text), has_text, &text);
}

struct sym *intern_get(struct intern *table, struct span text) {
    uint64_t hash = span_hash(text);
    struct sym *sym = map_find(&table->syms, hash, has_text, &text);
    if (sym) return sym_ref(sym);
    assert(text.n < UINT32_MAX); /* texts come out of lines and files that are capped far below */
    sym = mem_alloc(sizeof *sym + text.n + 1);
    *sym = (struct sym){.hash = hash, .refs = 1, .size = (uint32_t)text.n};
    if (text.n) memcpy(sym->text, text.p, text.n);
    sym->text[text.n] = '\0';
    map_add(&table->syms, hash, sym);
    return sym;
}

void intern_drop(struct intern *table, struct sym *sym) {
    if (!sym) return;
    assert(sym->refs > 0);
    if (--sym->refs > 0) return;
    map_remove(&table->syms, sym->hash, sym);
    free(sym);
}

void intern_fini(struct intern *table) {
    size_t cursor = 0;
    for (struct sym *sym; (sym = map_next(&table->syms, &cursor));) free(sym);
    map_fini(&table->syms);
}

/* Invariants:
 * 1. syms holds exactly the symbols with refs > 0, each text once, under its hash. */
#include "slad/base/intern.h"

#include <assert.h>
#include <string.h>

static bool has_text(const void *item, const void *key) {
    return span_eq(sym_span(item), *(const struct span *)key);
}

struct sym *intern_find(const struct intern *table, struct span text) {
    return map_find(&table->syms, span_hash(text), has_text, &text);
}

struct sym *intern_get(struct intern *table, struct span text) {
    return intern_get_hashed(table, text, span_hash(text));
}

struct sym *intern_get_hashed(struct intern *table, struct span text, uint64_t hash) {
    struct sym *sym = map_find(&table->syms, hash, has_text, &text);
    if (sym) return sym_ref(sym);
    assert(text.n < UINT32_MAX); /* texts come out of lines and files that are capped far below */
    sym = pool_alloc(&table->pool, sizeof *sym + text.n + 1);
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
    pool_free(&table->pool, sym, sizeof *sym + sym->size + 1);
}

void intern_fini(struct intern *table) {
    map_fini(&table->syms);
    pool_fini(&table->pool);
}

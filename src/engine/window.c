#include "window.h"

enum { SIZE = sizeof(struct record) };
_Static_assert(offsetof(struct record, at) == 0, "chunks order by it");

void window_add(struct window *window, const struct record *record) {
    chunks_add(&window->records, SIZE, record);
}

bool record_same(const struct record *a, const struct record *b) {
    return a->at == b->at && a->group == b->group && a->outcome == b->outcome && a->has_value == b->has_value &&
           (!a->has_value || a->value == b->value);
}

bool window_remove(struct window *window, const struct record *record) {
    struct chunks *chunks = &window->records;
    for (size_t at = chunks_find(chunks, SIZE, record->at); at < chunks->count; at++) {
        const struct chunk *c = chunks_live(chunks)[at];
        for (uint32_t i = chunk_find(c, SIZE, record->at); i < c->hi; i++) {
            const struct record *r = chunk_item(c, SIZE, i);
            if (r->at != record->at) return false;
            if (!record_same(r, record)) continue;
            chunks_remove(chunks, SIZE, at, i);
            return true;
        }
    }
    return false;
}

const struct record *window_front(const struct window *window) {
    return chunks_front(&window->records, SIZE);
}

void window_drop_front(struct window *window) {
    chunks_drop_front(&window->records);
}

void window_each(const struct window *window, void (*visit)(void *arg, const struct record *record), void *arg) {
    for (size_t i = 0; i < window->records.count; i++) {
        const struct chunk *c = chunks_live(&window->records)[i];
        for (uint32_t k = c->lo; k < c->hi; k++) visit(arg, chunk_item(c, SIZE, k));
    }
}

void window_fini(struct window *window) {
    chunks_fini(&window->records);
}

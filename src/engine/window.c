/* Invariants:
 *  1. chunks[first .. first + count) read in order, each from lo to hi, are the records by rising `at`;
 *  2. no chunk there is empty. */
#include "window.h"

#include <stdlib.h>
#include <string.h>
#include "slad/base/mem.h"

enum { CHUNK = 256 };

struct chunk {
    uint32_t lo, hi;
    struct record records[CHUNK];
};

static struct chunk *chunk_new(void) {
    struct chunk *chunk = mem_alloc(sizeof *chunk);
    chunk->lo = chunk->hi = 0;
    return chunk;
}

static struct chunk **live(const struct window *window) {
    return window->chunks + window->first;
}

/* Room for one chunk more; slides the list to the front when half of it is spent. */
static void make_room(struct window *window) {
    if (window->first + window->count < window->capacity) return;
    if (window->first > window->count) {
        memmove(window->chunks, live(window), window->count * sizeof *window->chunks);
        window->first = 0;
        return;
    }
    window->chunks = mem_grow(
        window->chunks, &window->capacity, window->first + window->count + 1, sizeof *window->chunks);
}

static void chunk_insert(struct window *window, size_t at, struct chunk *chunk) {
    make_room(window);
    struct chunk **list = live(window);
    memmove(list + at + 1, list + at, (window->count - at) * sizeof *list);
    list[at] = chunk;
    window->count++;
}

/* The first chunk whose last record is at or past `at`; count when there is none. */
static size_t chunk_at(const struct window *window, int64_t at) {
    size_t lo = 0, hi = window->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        const struct chunk *c = live(window)[mid];
        if (c->records[c->hi - 1].at < at) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static uint32_t place_at(const struct chunk *chunk, int64_t at) {
    uint32_t lo = chunk->lo, hi = chunk->hi;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        if (chunk->records[mid].at < at) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static void split(struct window *window, size_t at) {
    struct chunk *left = live(window)[at], *right = chunk_new();
    uint32_t keep = (left->hi - left->lo) / 2;
    right->hi = left->hi - left->lo - keep;
    memcpy(right->records, left->records + left->lo + keep, right->hi * sizeof *right->records);
    left->hi = left->lo + keep;
    chunk_insert(window, at + 1, right);
}

static void append(struct window *window, const struct record *record) {
    struct chunk *last = window->count ? live(window)[window->count - 1] : NULL;
    if (!last || last->hi == CHUNK) {
        last = chunk_new();
        chunk_insert(window, window->count, last);
    }
    last->records[last->hi++] = *record;
}

void window_add(struct window *window, const struct record *record) {
    window->records++;
    size_t at = window->count;
    if (at) {
        const struct chunk *last = live(window)[at - 1];
        if (last->records[last->hi - 1].at > record->at) at = chunk_at(window, record->at);
    }
    if (at == window->count) {
        append(window, record);
        return;
    }
    if (live(window)[at]->hi - live(window)[at]->lo == CHUNK) {
        split(window, at);
        if (chunk_at(window, record->at) != at) at++;
    }
    struct chunk *c = live(window)[at];
    if (c->hi == CHUNK) { /* room is at the front */
        memmove(c->records, c->records + c->lo, (c->hi - c->lo) * sizeof *c->records);
        c->hi -= c->lo;
        c->lo = 0;
    }
    uint32_t place = place_at(c, record->at);
    memmove(c->records + place + 1, c->records + place, (c->hi - place) * sizeof *c->records);
    c->records[place] = *record;
    c->hi++;
}

bool record_same(const struct record *a, const struct record *b) {
    return a->at == b->at && a->group == b->group && a->outcome == b->outcome && a->has_value == b->has_value &&
           (!a->has_value || a->value == b->value);
}

static void drop_chunk(struct window *window, size_t at) {
    struct chunk **list = live(window);
    free(list[at]);
    window->count--;
    if (at == 0) window->first++;
    else memmove(list + at, list + at + 1, (window->count - at) * sizeof *list);
    if (!window->count) window->first = 0;
}

bool window_remove(struct window *window, const struct record *record) {
    for (size_t at = chunk_at(window, record->at); at < window->count; at++) {
        struct chunk *c = live(window)[at];
        for (uint32_t i = place_at(c, record->at); i < c->hi; i++) {
            if (c->records[i].at != record->at) return false;
            if (!record_same(&c->records[i], record)) continue;
            memmove(c->records + i, c->records + i + 1, (c->hi - i - 1) * sizeof *c->records);
            window->records--;
            if (--c->hi == c->lo) drop_chunk(window, at);
            return true;
        }
    }
    return false;
}

const struct record *window_front(const struct window *window) {
    if (!window->count) return NULL;
    const struct chunk *c = live(window)[0];
    return &c->records[c->lo];
}

void window_drop_front(struct window *window) {
    struct chunk *c = live(window)[0];
    window->records--;
    if (++c->lo == c->hi) drop_chunk(window, 0);
}

void window_each(const struct window *window, void (*visit)(void *arg, const struct record *record), void *arg) {
    for (size_t i = 0; i < window->count; i++) {
        const struct chunk *c = live(window)[i];
        for (uint32_t k = c->lo; k < c->hi; k++) visit(arg, &c->records[k]);
    }
}

void window_fini(struct window *window) {
    for (size_t i = 0; i < window->count; i++) free(live(window)[i]);
    free(window->chunks);
    *window = (struct window){0};
}

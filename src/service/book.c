#include "slad/service/book.h"

#include <stdlib.h>
#include "slad/base/mem.h"

/* ---------------------------------------------------------------- identity */

static uint64_t mix(uint64_t hash, uint64_t more) {
    return span_hash((struct span){(const char *)&(uint64_t[2]){hash, more}, 16});
}

static uint64_t hash_group(uint64_t hash, const struct group *group) {
    for (size_t i = 0; i < group->count; i++)
        hash = mix(hash, group->texts[i].p ? span_hash(group->texts[i]) : 1);
    return hash;
}

static bool same_group(const struct group *a, const struct group *b) {
    if (a->count != b->count) return false;
    for (size_t i = 0; i < a->count; i++)
        if (!a->texts[i].p != !b->texts[i].p || !span_eq(a->texts[i], b->texts[i])) return false;
    return true;
}

static uint64_t breach_hash(const struct breach *b) {
    uint64_t hash = mix((uint64_t)(uintptr_t)b->standard, (uint64_t)b->started_ms);
    return hash_group(mix(hash, (uint64_t)b->nth), &b->subject);
}

static bool breach_eq(const void *item, const void *key) {
    const struct breach *a = &((const struct book_entry *)item)->effect.breach, *b = key;
    return a->standard == b->standard && a->started_ms == b->started_ms && a->nth == b->nth &&
           same_group(&a->subject, &b->subject);
}

static uint64_t level_hash(const struct level_change *l) {
    return hash_group(mix((uint64_t)(uintptr_t)l->standard, l->target), &l->group);
}

static bool level_eq(const void *item, const void *key) {
    const struct level_change *a = &((const struct book_entry *)item)->effect.level, *b = key;
    return a->standard == b->standard && a->target == b->target && same_group(&a->group, &b->group);
}

/* ---------------------------------------------------------------- copies */

struct copier {
    char *spans; /* where the next array of spans goes */
    char *bytes; /* where the next text goes */
};

static size_t group_bytes(const struct group *group) {
    size_t bytes = group->count * sizeof(struct span);
    for (size_t i = 0; i < group->count; i++) bytes += group->texts[i].n + 1;
    return bytes;
}

static struct span copy_span(struct copier *copier, struct span text) {
    if (!text.p) return text;
    struct span copy = {copier->bytes, text.n};
    if (text.n) memcpy(copier->bytes, text.p, text.n);
    copier->bytes += text.n + 1;
    return copy;
}

static struct group copy_group(struct copier *copier, const struct group *group) {
    struct span *texts = (struct span *)(void *)copier->spans;
    copier->spans += group->count * sizeof *texts;
    for (size_t i = 0; i < group->count; i++) texts[i] = copy_span(copier, group->texts[i]);
    return (struct group){texts, group->count};
}

static struct book_entry *entry_new(const struct effect *effect) {
    bool level = effect->kind == EFFECT_LEVEL_OPENED;
    const struct group *group = level ? &effect->level.group : &effect->breach.group;
    size_t spans = group->count + (level ? 0 : effect->breach.subject.count);
    size_t bytes = group_bytes(group) + (level ? 0 : group_bytes(&effect->breach.subject) + effect->breach.contact.n + 1);
    struct book_entry *entry = mem_zalloc(sizeof *entry);
    entry->texts = mem_zalloc(bytes + 1);
    entry->effect = *effect;
    struct copier copier = {entry->texts, entry->texts + spans * sizeof(struct span)};
    if (level) {
        entry->effect.level.group = copy_group(&copier, group);
        return entry;
    }
    entry->effect.breach.group = copy_group(&copier, group);
    entry->effect.breach.subject = copy_group(&copier, &effect->breach.subject);
    entry->effect.breach.contact = copy_span(&copier, effect->breach.contact);
    return entry;
}

static void entry_free(struct book_entry *entry) {
    free(entry->texts);
    free(entry);
}

/* ---------------------------------------------------------------- the book */

struct book_entry *book_find(const struct book *book, const struct breach *breach) {
    return map_find(&book->breaches, breach_hash(breach), breach_eq, breach);
}

/* Into the list behind `after`; NULL: as the first. */
static void link_behind(struct book *book, struct book_entry *after, struct book_entry *entry) {
    entry->prev = after;
    entry->next = after ? after->next : book->first;
    *(after ? &after->next : &book->first) = entry;
    *(entry->next ? &entry->next->prev : &book->last) = entry;
}

void book_drop(struct book *book, struct book_entry *entry) {
    map_remove(&book->breaches, breach_hash(&entry->effect.breach), entry);
    *(entry->prev ? &entry->prev->next : &book->first) = entry->next;
    *(entry->next ? &entry->next->prev : &book->last) = entry->prev;
    entry_free(entry);
}

/* With other facts than before, it keeps its place. */
static void missed(struct book *book, const struct effect *effect) {
    struct book_entry *old = book_find(book, &effect->breach), *entry = entry_new(effect);
    link_behind(book, old ? old : book->last, entry);
    if (old) book_drop(book, old);
    map_add(&book->breaches, breach_hash(&entry->effect.breach), entry);
}

static void withdrawn(struct book *book, const struct breach *breach) {
    struct book_entry *entry = book_find(book, breach);
    if (entry) book_drop(book, entry);
}

static void level_opened(struct book *book, const struct effect *effect) {
    struct book_entry *entry = entry_new(effect);
    map_add(&book->open_levels, level_hash(&entry->effect.level), entry);
    book->levels = mem_grow(book->levels, &book->level_capacity, book->level_count + 1, sizeof *book->levels);
    book->levels[book->level_count++] = entry;
}

static void level_closed(struct book *book, const struct level_change *level) {
    struct book_entry *entry = map_find(&book->open_levels, level_hash(level), level_eq, level);
    if (!entry) return;
    map_remove(&book->open_levels, level_hash(level), entry);
    entry->effect.kind = EFFECT_LEVEL_CLOSED;
    entry->effect.level.closed_ms = level->closed_ms;
    entry->effect.level.held_again = level->held_again;
}

void book_effect(void *arg, const struct effect *effect) {
    struct book *book = arg;
    switch (effect->kind) {
    case EFFECT_MISSED: missed(book, effect); break;
    case EFFECT_WITHDRAWN: withdrawn(book, &effect->breach); break;
    case EFFECT_LEVEL_OPENED: level_opened(book, effect); break;
    case EFFECT_LEVEL_CLOSED: level_closed(book, &effect->level); break;
    case EFFECT_WARNED:
    case EFFECT_WARNING_CHANGED:
    case EFFECT_LEVEL_WARNED:
    case EFFECT_LEVEL_WARNING_OVER: break; /* told when they happen, and not of the past */
    }
}

struct book_entry **book_breaches(const struct book *book, size_t *count) {
    struct book_entry **list = mem_alloc((book->breaches.count + 1) * sizeof *list);
    size_t n = 0;
    for (struct book_entry *entry = book->first; entry; entry = entry->next) list[n++] = entry;
    *count = n;
    return list;
}

void book_fini(struct book *book) {
    struct book_entry *entry;
    for (size_t cursor = 0; (entry = map_next(&book->breaches, &cursor));) entry_free(entry);
    for (size_t i = 0; i < book->level_count; i++) entry_free(book->levels[i]);
    map_fini(&book->breaches);
    map_fini(&book->open_levels);
    free(book->levels);
    *book = (struct book){0};
}

/* Invariants:
 * 1. by_file holds every row once; of its inode several rows may stand for different files.
 * 2. by_name holds a list for each name that a row has, and each row is in the list of its name. */
#include "ingest/known.h"

#include <stdlib.h>
#include "slad/base/mem.h"

struct row {
    struct intake_position position; /* first: what is handed out */
    struct list *list;
    struct row *next;
};
struct list {
    char *name;
    struct row *first;
};

static uint64_t hash_of_inode(uint64_t inode) {
    return span_hash((struct span){(const char *)&inode, sizeof inode});
}

static bool is_file(const void *item, const void *key) {
    const struct row *row = item;
    struct file_facts facts = file_facts_known(&row->position);
    return file_same(&facts, key);
}

static bool has_name(const void *item, const void *key) {
    const struct list *list = item;
    const struct span *name = key;
    return span_eq(span_of(list->name), *name);
}

static struct row *find(const struct known *known, const struct file_facts *facts) {
    return map_find(&known->by_file, hash_of_inode(facts->inode), is_file, facts);
}

static struct list *list_of(const struct known *known, struct span name) {
    return map_find(&known->by_name, span_hash(name), has_name, &name);
}

static void add_to_list(struct known *known, struct row *row, struct span name) {
    struct list *list = list_of(known, name);
    if (!list) {
        list = mem_zalloc(sizeof *list);
        list->name = mem_dup_text(name);
        map_add(&known->by_name, span_hash(name), list);
    }
    row->list = list;
    row->next = list->first;
    list->first = row;
    row->position.name = span_of(list->name);
}

static void remove_from_list(struct known *known, struct row *row) {
    struct list *list = row->list;
    struct row **link = &list->first;
    while (*link != row) link = &(*link)->next;
    *link = row->next;
    if (list->first) return;
    map_remove(&known->by_name, span_hash(span_of(list->name)), list);
    free(list->name);
    free(list);
}

void known_put(struct known *known, const struct intake_position *position) {
    struct file_facts facts = file_facts_known(position);
    struct row *row = find(known, &facts);
    if (!row) {
        row = mem_zalloc(sizeof *row);
        row->position = *position;
        map_add(&known->by_file, hash_of_inode(facts.inode), row);
        add_to_list(known, row, position->name);
        return;
    }
    struct span name = row->position.name;
    bool moved = !span_eq(name, position->name);
    row->position = *position;
    row->position.name = name;
    if (!moved) return;
    remove_from_list(known, row);
    add_to_list(known, row, position->name);
}

void known_drop(struct known *known, const struct intake_position *position) {
    struct file_facts facts = file_facts_known(position);
    struct row *row = find(known, &facts);
    if (!row) return;
    map_remove(&known->by_file, hash_of_inode(facts.inode), row);
    remove_from_list(known, row);
    free(row);
}

const struct intake_position *known_find(const struct known *known, const struct file_facts *facts) {
    const struct row *row = find(known, facts);
    return row ? &row->position : NULL;
}

static bool is_younger(const struct intake_position *a, const struct intake_position *b) {
    if (a->birth_ns != b->birth_ns && a->birth_ns && b->birth_ns) return a->birth_ns > b->birth_ns;
    return a->updated_ms > b->updated_ms;
}

bool known_of_name(const struct known *known, const char *path, struct known_name *out) {
    const struct list *list = list_of(known, span_of(path));
    if (!list) return false;
    *out = (struct known_name){.mtime_ns = INT64_MIN, .undone_birth_ns = INT64_MAX};
    for (const struct row *row = list->first; row; row = row->next) {
        const struct intake_position *p = &row->position;
        if (!out->latest || is_younger(p, out->latest)) out->latest = p;
        if (p->mtime_ns > out->mtime_ns) out->mtime_ns = p->mtime_ns;
        out->lines += p->lines;
        out->undone += !p->done;
        if (!p->done && p->birth_ns < out->undone_birth_ns) out->undone_birth_ns = p->birth_ns;
    }
    return true;
}

const struct intake_position *known_next(const struct known *known, size_t *cursor) {
    const struct row *row = map_next(&known->by_file, cursor);
    return row ? &row->position : NULL;
}

static void load_row(void *arg, const struct intake_position *position) {
    known_put(arg, position);
}

int known_load(struct known *known, struct service *service, struct err *err) {
    known_fini(known);
    return intake_positions_each(service, load_row, known, err);
}

void known_fini(struct known *known) {
    size_t cursor = 0;
    for (struct row *row; (row = map_next(&known->by_file, &cursor));) free(row);
    cursor = 0;
    for (struct list *list; (list = map_next(&known->by_name, &cursor));) {
        free(list->name);
        free(list);
    }
    map_fini(&known->by_file);
    map_fini(&known->by_name);
    *known = (struct known){0};
}

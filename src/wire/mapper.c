/* Invariants:
 * 1. fields holds each field that has a slot, and each name of an attribute that is spoken for; some names
 * are both.
 * 2. Between mapper_start() and mapper_finish() a slot's value is of this record, or null. */
#include <stdlib.h>
#include "mapper_state.h"
#include "slad/base/utf8.h"

enum {
    KEPT_MAX = 1000, /* fields of one record under their own names: each is compared with each */
    NO_SLOT = -1,
};

struct field {
    struct span name;
    int slot; /* or NO_SLOT */
    bool spoken_for;
};

/* ---- the fields that count */

static bool field_eq(const void *item, const void *key) {
    return span_eq(((const struct field *)item)->name, *(const struct span *)key);
}

static struct field *find_field(const struct mapper *mapper, struct span name) {
    return map_find(&mapper->fields, span_hash(name), field_eq, &name);
}

static struct field *get_field(struct mapper *mapper, struct span name) {
    struct field *field = find_field(mapper, name);
    if (field) return field;
    field = arena_alloc(&mapper->arena, sizeof *field);
    *field = (struct field){{arena_text(&mapper->arena, name), name.n}, NO_SLOT, false};
    map_add(&mapper->fields, span_hash(name), field);
    return field;
}

size_t mapper_want(struct mapper *mapper, struct span name) {
    struct field *field = get_field(mapper, name);
    if (field->slot == NO_SLOT) {
        mapper->slots =
            mem_grow(mapper->slots, &mapper->slot_capacity, mapper->slot_count + 1, sizeof *mapper->slots);
        mapper->slots[mapper->slot_count] = (struct slot){.name = field->name};
        field->slot = (int)mapper->slot_count++;
    }
    return (size_t)field->slot;
}

static int want_text(struct mapper *mapper, const char *name) {
    return name ? (int)mapper_want(mapper, span_of(name)) : -1;
}

static void speak_for(struct mapper *mapper, const char *name) {
    get_field(mapper, span_of(name))->spoken_for = true;
}

static void compile(struct mapper *mapper) {
    const struct mapping *m = mapper->mapping;
    static const char *const reserved[] = {"contact", "event", "at", "id"};
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) speak_for(mapper, reserved[i]);
    for (size_t i = 0; i < m->contact_count; i++)
        mapper->contact_slots[i] = mapper_want(mapper, span_of(m->contacts[i]));
    for (size_t i = 0; i < m->event_count; i++)
        mapper->event_slots[i] =
            (struct event_slots){want_text(mapper, m->events[i].field), want_text(mapper, m->events[i].at)};
    for (size_t i = 0; i < m->attr_count; i++) {
        mapper->attr_slots[i] = mapper_want(mapper, span_of(m->attrs[i].field));
        speak_for(mapper, m->attrs[i].name);
    }
    for (size_t i = 0; i < m->fixed_count; i++) speak_for(mapper, m->fixed[i].name);
    mapper->id_slot = want_text(mapper, m->id);
}

struct mapper *mapper_new(const struct mapping *mapping) {
    struct mapper *mapper = mem_zalloc(sizeof *mapper);
    mapper->mapping = mapping;
    mapper->contact_slots = mem_zalloc((mapping->contact_count + 1) * sizeof *mapper->contact_slots);
    mapper->attr_slots = mem_zalloc((mapping->attr_count + 1) * sizeof *mapper->attr_slots);
    mapper->event_slots = mem_zalloc((mapping->event_count + 1) * sizeof *mapper->event_slots);
    mapper->happened = mem_zalloc((mapping->event_count + 1) * sizeof *mapper->happened);
    mapper->lines = mem_zalloc((mapping->event_count + 1) * sizeof *mapper->lines);
    mapper->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    compile(mapper);
    return mapper;
}

void mapper_free(struct mapper *mapper) {
    if (!mapper) return;
    map_fini(&mapper->fields);
    arena_fini(&mapper->arena);
    free(mapper->slots);
    free(mapper->contact_slots);
    free(mapper->attr_slots);
    free(mapper->event_slots);
    free(mapper->happened);
    free(mapper->lines);
    free(mapper->kept);
    buf_fini(&mapper->attrs);
    buf_fini(&mapper->text);
    buf_fini(&mapper->id_text);
    freelocale(mapper->c_locale);
    free(mapper);
}

int mapper_place(const struct mapper *mapper, struct span name) {
    const struct field *field = find_field(mapper, name);
    if (field && field->slot != NO_SLOT) return field->slot;
    return mapper_keeps(mapper, name) ? MAPPER_KEEP : MAPPER_DROP;
}

bool mapper_keeps(const struct mapper *mapper, struct span name) {
    const struct field *field = find_field(mapper, name);
    return mapper->mapping->keeps_others && name.n && !(field && field->spoken_for);
}

bool mapper_looks_into(const struct mapper *mapper, struct span path) {
    for (size_t i = 0; i < mapper->slot_count; i++) {
        struct span name = mapper->slots[i].name;
        if (name.n > path.n && name.p[path.n] == '.' && memcmp(name.p, path.p, path.n) == 0) return true;
    }
    return false;
}

size_t mapper_slots(const struct mapper *mapper) {
    return mapper->slot_count;
}

struct span mapper_field(const struct mapper *mapper, size_t slot) {
    return mapper->slots[slot].name;
}

/* ---- a record comes in */

void mapper_start(struct mapper *mapper) {
    for (size_t i = 0; i < mapper->slot_count; i++)
        mapper->slots[i].set = false, mapper->slots[i].value = value_null();
    mapper->kept_count = 0;
    mapper->id = (struct span){0};
}

static int twice(struct span name, struct err *err) {
    struct buf shown = {0};
    utf8_escape(&shown, name, MAPPER_SHOWN_MAX);
    err_set(err, ERR_INVALID, "\"%s\" stands twice", buf_text(&shown));
    buf_fini(&shown);
    return ERR_INVALID;
}

int mapper_set(struct mapper *mapper, size_t slot, struct value value, struct err *err) {
    struct slot *s = &mapper->slots[slot];
    if (s->set) return twice(s->name, err);
    s->set = true;
    s->value = value;
    return 0;
}

const struct value *mapper_get(const struct mapper *mapper, size_t slot) {
    return &mapper->slots[slot].value;
}

static void add_kept(struct mapper *mapper, const struct kept *kept) {
    mapper->kept =
        mem_grow(mapper->kept, &mapper->kept_capacity, mapper->kept_count + 1, sizeof *mapper->kept);
    mapper->kept[mapper->kept_count++] = *kept;
}

void mapper_keep(struct mapper *mapper, struct span name, struct value value) {
    add_kept(mapper, &(struct kept){name, value, 0});
}

int mapper_keep_at(struct mapper *mapper, struct span name, struct value value, int depth, struct err *err) {
    for (size_t i = 0; i < mapper->kept_count; i++) {
        struct kept *kept = &mapper->kept[i];
        if (!span_eq(kept->name, name)) continue;
        if (kept->depth == depth) return twice(name, err);
        if (kept->depth < depth) *kept = (struct kept){name, value, depth};
        return 0;
    }
    if (mapper->kept_count == KEPT_MAX)
        return err_set(
            err, ERR_LIMIT, "more than %d fields: name those that are wanted under \"attributes\"", KEPT_MAX);
    add_kept(mapper, &(struct kept){name, value, depth});
    return 0;
}

void mapper_identify(struct mapper *mapper, struct span id) {
    mapper->id = id;
}

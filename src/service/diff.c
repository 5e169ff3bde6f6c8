#include "slad/service/diff.h"

#include <stdlib.h>
#include "service/diff_state.h"
#include "service/diff_words.h"
#include "slad/base/mem.h"

/* ---------------------------------------------------------------- keys */

static void add_key(
    struct diff *diff, struct diff_keys *keys, struct span path, const struct json *const sides[SIDES]) {
    keys->list = mem_grow(keys->list, &keys->capacity, keys->count + 1, sizeof *keys->list);
    keys->list[keys->count++] =
        (struct diff_key){arena_text(&diff->arena, path), {sides[BEFORE], sides[AFTER]}};
}

static void compare(
    struct diff *diff, struct diff_keys *keys, struct buf *path, const struct json *const sides[SIDES]);

static void compare_member(struct diff *diff, struct diff_keys *keys, struct buf *path, const char *name,
    const struct json *const maps[SIDES]) {
    size_t before = path->size;
    if (before) buf_add_char(path, '.');
    diff_words_name(name, path);
    compare(
        diff, keys, path, (const struct json *[]){json_get(maps[BEFORE], name), json_get(maps[AFTER], name)});
    path->size = before;
}

static bool are_maps(const struct json *list) {
    if (!json_is_array(list) || !json_first(list)) return false;
    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (!json_is_object(item)) return false;
    return true;
}

/* Rules of `within`, alternatives of `match`: as many as there were, so each is held against the one in its
 * place. */
static bool is_in_step(const struct json *const lists[SIDES]) {
    return are_maps(lists[BEFORE]) && are_maps(lists[AFTER]) &&
           json_size(lists[BEFORE]) == json_size(lists[AFTER]);
}

static void compare_items(
    struct diff *diff, struct diff_keys *keys, struct buf *path, const struct json *const lists[SIDES]) {
    const struct json *old = json_first(lists[BEFORE]), *new = json_first(lists[AFTER]);
    size_t before = path->size;
    for (size_t number = 1; old && new; number++, old = json_next(old), new = json_next(new)) {
        buf_printf(path, "[%zu]", number);
        compare(diff, keys, path, (const struct json *[]){old, new});
        path->size = before;
    }
}

/* Maps are gone into, so that a calendar with another holiday does not show as two calendars. The depth is
 * that of the parsed text: JSON_DEPTH_MAX. */
static void compare(
    struct diff *diff, struct diff_keys *keys, struct buf *path, const struct json *const sides[SIDES]) {
    const struct json *old = sides[BEFORE], *new = sides[AFTER];
    if (old && new &&diff_words_same(old, new)) return;
    if (is_in_step(sides)) {
        compare_items(diff, keys, path, sides);
        return;
    }
    if (!json_is_object(old) || !json_is_object(new)) {
        add_key(diff, keys, buf_span(path), sides);
        return;
    }
    for (const struct json *m = json_first(old); m; m = json_next(m))
        compare_member(diff, keys, path, json_name(m), sides);
    for (const struct json *m = json_first(new); m; m = json_next(m))
        if (!json_get(old, json_name(m))) compare_member(diff, keys, path, json_name(m), sides);
}

/* A meaning that is beyond what json.h reads leaves the keys unnamed; the sentences are told all the same. */
static void compare_meanings(struct diff *diff, struct diff_standard *s) {
    struct buf path = {0};
    struct err err;
    for (int side = BEFORE; side < SIDES; side++)
        if (json_parse(span_of(s->sides[side]->meaning), &s->meanings[side], &err)) return;
    compare(diff, &s->keys, &path, (const struct json *[]){s->meanings[BEFORE], s->meanings[AFTER]});
    buf_fini(&path);
}

/* ---------------------------------------------------------------- standards */

/* As seen from the folder of the main file; the main file itself is "". */
static const char *place_of(const struct config *config, const struct standard *standard) {
    if (strcmp(standard->file, config->path) == 0) return "";
    const char *slash = strrchr(config->path, '/');
    size_t folder = slash ? (size_t)(slash - config->path) + 1 : 0;
    return strncmp(standard->file, config->path, folder) == 0 ? standard->file + folder : standard->file;
}

bool diff_same_place(const struct diff *diff, const struct diff_standard *s) {
    if (diff->places == DIFF_NO_PLACES) return true;
    return s->sides[BEFORE]->line == s->sides[AFTER]->line &&
           strcmp(place_of(diff->sides[BEFORE], s->sides[BEFORE]),
               place_of(diff->sides[AFTER], s->sides[AFTER])) == 0;
}

bool diff_same_warnings(const struct diff_standard *s) {
    struct buf sides[SIDES] = {{0}};
    for (int side = BEFORE; side < SIDES; side++) standard_warn_json(s->sides[side], &sides[side]);
    bool same = span_eq(buf_span(&sides[BEFORE]), buf_span(&sides[AFTER]));
    buf_fini(&sides[BEFORE]);
    buf_fini(&sides[AFTER]);
    return same;
}

static enum diff_kind kind_of(const struct diff *diff, const struct diff_standard *s) {
    if (!s->sides[BEFORE]) return DIFF_ADDED;
    if (!s->sides[AFTER]) return DIFF_REMOVED;
    if (strcmp(s->sides[BEFORE]->meaning, s->sides[AFTER]->meaning) != 0) return DIFF_CHANGED;
    bool same = diff_same_describe(s) && diff_same_warnings(s) && diff_same_place(diff, s);
    return same ? DIFF_SAME : DIFF_NOTED;
}

static void add_standard(struct diff *diff, struct diff_standard s) {
    s.kind = kind_of(diff, &s);
    diff->kinds[s.kind]++;
    if (s.kind == DIFF_CHANGED) compare_meanings(diff, &s);
    diff->list[diff->count++] = s;
}

struct diff *diff_new(const struct config *before, const struct config *after, enum diff_places places) {
    const struct ruleset *old = &before->rules, *new = &after->rules;
    struct diff *diff = mem_zalloc(sizeof *diff);
    diff->sides[BEFORE] = before;
    diff->sides[AFTER] = after;
    diff->places = places;
    diff->list = mem_zalloc((old->standard_count + new->standard_count + 1) * sizeof *diff->list);
    for (size_t i = 0; i < new->standard_count; i++) {
        const struct standard *was = ruleset_find(old, span_of(new->standards[i]->name));
        add_standard(diff, (struct diff_standard){.sides = {was, new->standards[i]}});
    }
    for (size_t i = 0; i < old->standard_count; i++)
        if (!ruleset_find(new, span_of(old->standards[i]->name)))
            add_standard(diff, (struct diff_standard){.sides = {old->standards[i], NULL}});
    return diff;
}

void diff_free(struct diff *diff) {
    if (!diff) return;
    for (size_t i = 0; i < diff->count; i++) {
        struct diff_standard *s = &diff->list[i];
        for (int side = BEFORE; side < SIDES; side++) json_free(s->meanings[side]);
        free(s->keys.list);
        free(s->groups.list);
        free(s->gained.list);
        free(s->lost.list);
    }
    free(diff->list);
    arena_fini(&diff->arena);
    free(diff);
}

size_t diff_count(const struct diff *diff, enum diff_kind kind) {
    return diff->kinds[kind];
}

bool diff_differs(const struct diff *diff) {
    return diff->kinds[DIFF_ADDED] || diff->kinds[DIFF_REMOVED] || diff->kinds[DIFF_CHANGED];
}

/* told: all that an engine says at one moment, as sorted lines of text, so that two engines can be compared.
 * Owns: the text in struct told; told_fini().
 * Must not know: how it came about. */
#ifndef TESTS_ENGINE_TOLD_H
#define TESTS_ENGINE_TOLD_H

#include <inttypes.h>
#include <stdlib.h>
#include "slad/engine/engine.h"
#include "slad/service/book.h"
#include "slad/wire/report.h"

struct told {
    struct buf text; /* lines, in the order they were told */
};

static inline void told_figures(void *arg, const struct figures *figures) {
    struct told *told = arg;
    struct json_writer w = {.out = &told->text};
    buf_printf(&told->text, "figures %s ", figures->standard->name);
    report_figures(&w, figures);
    buf_add_char(&told->text, '\n');
}

static inline bool told_open(void *arg, const struct open_cycle *c) {
    struct told *told = arg;
    buf_printf(&told->text, "open %s %.*s ", c->standard->name, SPAN_ARGS(c->contact));
    subject_json(c->standard, &c->subject, &told->text);
    group_json(c->standard, &c->group, &told->text);
    buf_printf(&told->text, " from %" PRId64 " due %" PRId64 " limit %" PRId64 " elapsed %" PRId64 "%s%s\n", c->started_ms,
        c->due_ms, c->limit_ms, c->elapsed_ms, c->paused ? " paused" : "", c->missed ? " missed" : "");
    return true;
}

static inline void told_story(void *arg, const struct story_cycle *c) {
    struct told *told = arg;
    buf_printf(&told->text, "story %s %.*s ", c->standard->name, SPAN_ARGS(c->contact));
    subject_json(c->standard, &c->subject, &told->text);
    if (c->group.count) group_json(c->standard, &c->group, &told->text);
    buf_printf(&told->text,
        " from %" PRId64 " due %" PRId64 " limit %" PRId64 " rule %d%s%s \"%s\" %" PRId64 " \"%s\" %" PRId64 " elapsed %" PRId64,
        c->started_ms, c->due_ms, c->limit_ms, c->limit_rule, c->applies ? "" : " idle", c->paused ? " paused" : "",
        outcome_name(c->outcome), c->decided_ms, c->how, c->ended_ms, c->elapsed);
    for (size_t i = 0; i < 2 * c->pause_count; i++) buf_printf(&told->text, " %" PRId64, c->pauses[i]);
    buf_add_char(&told->text, '\n');
}

static inline void told_level(void *arg, const struct level_state *l) {
    struct told *told = arg;
    buf_printf(&told->text, "level %s %zu ", l->standard->name, l->target);
    group_json(l->standard, &l->group, &told->text);
    buf_add_char(&told->text, '\n');
}

static inline void told_book(struct told *told, const struct book *book) {
    size_t count;
    struct book_entry **list = book_breaches(book, &count);
    for (size_t i = 0; i < count; i++) {
        struct json_writer w = {.out = &told->text};
        report_breach(&w, &list[i]->effect.breach);
        buf_printf(&told->text, " nth %d\n", list[i]->effect.breach.nth);
    }
    free(list);
}

static inline int told_by_line(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Puts the lines in order. */
static inline void told_sort(struct told *told) {
    size_t count = 0, capacity = 0;
    char **lines = NULL;
    for (char *line = told->text.data; line && *line;) {
        char *end = strchr(line, '\n');
        *end = '\0';
        lines = mem_grow(lines, &capacity, count + 1, sizeof *lines);
        lines[count++] = line;
        line = end + 1;
    }
    struct buf sorted = {0};
    if (count) qsort(lines, count, sizeof *lines, told_by_line);
    for (size_t i = 0; i < count; i++) {
        buf_add_text(&sorted, lines[i]);
        buf_add_char(&sorted, '\n');
    }
    free(lines);
    buf_fini(&told->text);
    told->text = sorted;
}

/* Everything but stories and breaches. */
static inline void told_engine(struct told *told, struct engine *engine, size_t standards) {
    for (size_t i = 0; i < standards; i++) engine_figures(engine, i, told_figures, told);
    engine_open(engine, SIZE_MAX, told_open, told);
    engine_levels(engine, told_level, told);
}

static inline void told_fini(struct told *told) {
    buf_fini(&told->text);
}

#endif

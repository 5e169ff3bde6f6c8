#include "meaning.h"

#include <stdlib.h>
#include <string.h>

#include "slad/base/mem.h"
#include "slad/model/duration.h"
#include "slad/model/number.h"

void meaning_next(struct buf *out) {
    char last = out->data[out->size - 1];
    if (last != '{' && last != '[') buf_add_text(out, ", ");
}

void meaning_text(struct buf *out, struct span text) {
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n')
            buf_add_text(out, "\\n");
        else if (c == '\t')
            buf_add_text(out, "\\t");
        else if ((unsigned char)c < ' ')
            buf_printf(out, "\\u%04x", (unsigned)c);
        else
            buf_add_char(out, c);
    }
    buf_add_char(out, '"');
}

void meaning_key(struct buf *out, const char *key) {
    meaning_next(out);
    meaning_text(out, span_of(key));
    buf_add_text(out, ": ");
}

void meaning_number(struct buf *out, double number) {
    char text[NUMBER_TEXT_MAX];
    number_text(number, text);
    buf_add_text(out, text);
}

void meaning_duration(struct buf *out, int64_t ms) {
    char text[DURATION_TEXT_MAX];
    meaning_text(out, span_of(duration_text(ms, text)));
}

/* ---- patterns ---- */

static void put_value(struct buf *out, const struct value *value) {
    switch (value->kind) {
    case VALUE_NULL: buf_add_text(out, "null"); break;
    case VALUE_BOOL: buf_add_text(out, value->truth ? "true" : "false"); break;
    case VALUE_NUMBER: meaning_number(out, value->number); break;
    case VALUE_TEXT: meaning_text(out, value->text); break;
    }
}

static void put_pattern(struct buf *out, const struct pattern *pattern);

static void put_list(struct buf *out, const struct pattern *pattern) {
    buf_add_char(out, '[');
    for (size_t i = 0; i < pattern->part_count; i++) {
        meaning_next(out);
        put_pattern(out, &pattern->parts[i]);
    }
    buf_add_char(out, ']');
}

/* One operator, as a member of the map it stands in. */
static void put_operator(struct buf *out, const struct pattern *pattern) {
    static const char *const names[] = {
        [PATTERN_EQUALS] = "equals", /* this and the next two only where maps are nested, which no file can */
        [PATTERN_ANY] = "any",
        [PATTERN_ALL] = "all",
        [PATTERN_NOT] = "not",
        [PATTERN_EXISTS] = "exists",
        [PATTERN_GLOB] = "glob",
        [PATTERN_AT_LEAST] = "at_least",
        [PATTERN_AT_MOST] = "at_most",
    };
    meaning_key(out, names[pattern->kind]);
    if (pattern->kind == PATTERN_NOT)
        put_pattern(out, &pattern->parts[0]);
    else if (pattern->kind == PATTERN_ANY)
        put_list(out, pattern);
    else if (pattern->kind == PATTERN_ALL)
        put_pattern(out, pattern);
    else
        put_value(out, &pattern->value);
}

static void put_pattern(struct buf *out, const struct pattern *pattern) {
    if (pattern->kind == PATTERN_EQUALS) {
        put_value(out, &pattern->value);
    } else if (pattern->kind == PATTERN_ANY) {
        put_list(out, pattern);
    } else if (pattern->kind == PATTERN_ALL) {
        buf_add_char(out, '{'); /* operators in one order, whatever theirs was */
        for (int kind = 0; kind <= PATTERN_AT_MOST; kind++)
            for (size_t i = 0; i < pattern->part_count; i++)
                if ((int)pattern->parts[i].kind == kind) put_operator(out, &pattern->parts[i]);
        buf_add_char(out, '}');
    } else {
        buf_add_char(out, '{');
        put_operator(out, pattern);
        buf_add_char(out, '}');
    }
}

static int by_attr(const void *a, const void *b) {
    const struct condition *const *x = a, *const *y = b;
    return strcmp((*x)->attr, (*y)->attr);
}

/* The conditions as members of a map that is open already. */
static void put_conditions(struct buf *out, const struct match_all *all) {
    if (!all->count) return;
    const struct condition **sorted = mem_alloc(all->count * sizeof *sorted);
    for (size_t i = 0; i < all->count; i++) sorted[i] = &all->conditions[i];
    qsort(sorted, all->count, sizeof *sorted, by_attr);
    for (size_t i = 0; i < all->count; i++) {
        meaning_key(out, sorted[i]->attr);
        put_pattern(out, &sorted[i]->pattern);
    }
    free(sorted);
}

static void put_map(struct buf *out, const struct match_all *all) {
    buf_add_char(out, '{');
    put_conditions(out, all);
    buf_add_char(out, '}');
}

void meaning_match(struct buf *out, const char *key, const struct match *match) {
    if (!match) return;
    meaning_key(out, key);
    if (match->count == 1) {
        put_map(out, &match->alternatives[0]);
        return;
    }
    buf_add_char(out, '[');
    for (size_t i = 0; i < match->count; i++) {
        meaning_next(out);
        put_map(out, &match->alternatives[i]);
    }
    buf_add_char(out, ']');
}

static void put_event(struct buf *out, const struct event_pattern *event) {
    if (!event->own.count) {
        meaning_text(out, span_of(event->event));
        return;
    }
    buf_add_char(out, '{');
    meaning_key(out, "event");
    meaning_text(out, span_of(event->event));
    put_conditions(out, &event->own);
    buf_add_char(out, '}');
}

void meaning_events(struct buf *out, const char *key, const struct event_patterns *events) {
    if (!events->count) return;
    meaning_key(out, key);
    if (events->count == 1) {
        put_event(out, &events->list[0]);
        return;
    }
    buf_add_char(out, '[');
    for (size_t i = 0; i < events->count; i++) {
        meaning_next(out);
        put_event(out, &events->list[i]);
    }
    buf_add_char(out, ']');
}

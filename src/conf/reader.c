#include "conf/reader.h"

#include <stdarg.h>
#include <stdio.h>

#include "slad/base/nearest.h"
#include "slad/base/utf8.h"
#include "slad/model/duration.h"

enum {
    KEYS_SHOWN_MAX = 16, /* of the known ones, when none is near: more are a page of the manual */
    SHOWN_MAX = 60,      /* bytes of a value in a message: enough to know it again */
    MESSAGE_MAX = 1024,  /* two values, a list of words and some prose */
};

/* ---- complaints */

static void add(struct reader *r, const struct node *at, bool is_warning, const char *format, va_list args) {
    char text[MESSAGE_MAX];
    vsnprintf(text, sizeof text, format, args);
    findings_add(r->findings, &(struct finding){is_warning, (char *)at->file, at->line, at->column, text});
}

void reader_error(struct reader *r, const struct node *at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add(r, at, false, format, args);
    va_end(args);
}

void reader_warn(struct reader *r, const struct node *at, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add(r, at, true, format, args);
    va_end(args);
}

static const char *take_into_arena(struct reader *r, struct buf *buf) {
    const char *text = arena_text(r->arena, buf_span(buf));
    buf_fini(buf);
    return text;
}

const char *reader_shown_text(struct reader *r, struct span text) {
    struct buf shown = {0};
    buf_add_char(&shown, '"');
    utf8_escape(&shown, text, SHOWN_MAX);
    buf_add_char(&shown, '"');
    return take_into_arena(r, &shown);
}

const char *reader_shown(struct reader *r, const struct node *node) {
    if (node->kind == NODE_LIST) return "a list";
    if (node->kind == NODE_MAP) return "a map";
    if (node->plain && node->text.n == 0) return "nothing";
    return reader_shown_text(r, node->text);
}

const char *reader_alternatives(struct reader *r, const char *const *words, size_t count) {
    struct buf text = {0};
    for (size_t i = 0; i < count; i++)
        buf_printf(&text, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
    return take_into_arena(r, &text);
}

const char *reader_nearest(
    struct reader *r, struct span typed, const char *const *words, size_t count, const char *otherwise) {
    struct buf text = {0};
    const char *near = nearest_word(typed, words, count);
    if (near)
        buf_printf(&text, ": did you mean %s?", reader_shown_text(r, span_of(near)));
    else if (otherwise)
        buf_printf(&text, ": %s", otherwise);
    return take_into_arena(r, &text);
}

/* ---- kinds */

bool reader_is_null(const struct node *node) {
    return node->kind == NODE_SCALAR && core_kind(node) == CORE_NULL;
}

/* The reason why a scalar is not the text that it looks like, or "". */
static const char *kind_of(const struct node *node) {
    if (node->kind != NODE_SCALAR) return "";
    switch (core_kind(node)) {
    case CORE_NULL: return node->text.n ? " (which is nothing in YAML)" : "";
    case CORE_BOOL: return " (a truth value)";
    case CORE_NUMBER: return " (a number)";
    case CORE_TEXT: return node->plain ? "" : " (a text)";
    }
    return "";
}

static bool has_control(struct span text) {
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7F) return true;
    return false;
}

bool reader_prose(struct reader *r, const struct node *node, const char *what, const char **out) {
    if (node->kind == NODE_SCALAR && core_kind(node) == CORE_TEXT)
        return *out = arena_text(r->arena, node->text), true;
    bool quotable = node->kind == NODE_SCALAR && node->text.n;
    reader_error(r, node, "%s%s is not %s%s%s", reader_shown(r, node), kind_of(node), what,
        quotable ? ": if it is meant, quote it: " : "", quotable ? reader_shown(r, node) : "");
    return false;
}

bool reader_text(struct reader *r, const struct node *node, const char *what, const char **out) {
    const char *text;
    if (!reader_prose(r, node, what, &text)) return false;
    if (node->text.n == 0) return reader_error(r, node, "an empty text is not %s", what), false;
    if (has_control(node->text))
        return reader_error(
                   r, node, "%s is not %s: it holds a control character", reader_shown(r, node), what),
               false;
    *out = text;
    return true;
}

bool reader_bool(struct reader *r, const struct node *node, const char *what, bool *out) {
    if (node->kind == NODE_SCALAR && core_kind(node) == CORE_BOOL) return *out = core_truth(node), true;
    reader_error(r, node, "%s%s is not %s: write true or false", reader_shown(r, node),
        node->kind == NODE_SCALAR && !node->plain ? kind_of(node) : "", what);
    return false;
}

bool reader_number(struct reader *r, const struct node *node, const char *what, double *out) {
    if (node->kind != NODE_SCALAR || core_kind(node) != CORE_NUMBER) {
        bool quoted = node->kind == NODE_SCALAR && !node->plain;
        reader_error(r, node, "%s%s is not %s: a number is needed%s", reader_shown(r, node), kind_of(node),
            what, quoted ? ", without quotes" : "");
        return false;
    }
    if (core_number(node, out) == 0) return true;
    reader_error(r, node, "%s is a number beyond the range of a double", reader_shown(r, node));
    return false;
}

bool reader_whole(struct reader *r, const struct node *node, const char *what, int64_t least, int64_t *out) {
    int64_t number;
    if (node->kind == NODE_SCALAR && core_kind(node) == CORE_NUMBER && core_whole(node, &number) == 0 &&
        number >= least)
        return *out = number, true;
    reader_error(r, node, "%s%s is not %s: a whole number of at least %lld is needed", reader_shown(r, node),
        node->kind == NODE_SCALAR && !node->plain ? kind_of(node) : "", what, (long long)least);
    return false;
}

bool reader_duration(struct reader *r, const struct node *node, int64_t least, int64_t *out) {
    struct err err;
    int64_t ms;
    if (node->kind != NODE_SCALAR || core_kind(node) == CORE_NULL || core_kind(node) == CORE_BOOL) {
        reader_error(
            r, node, "%s%s is not a duration: write 30s, 2m, 1h30m …", reader_shown(r, node), kind_of(node));
        return false;
    }
    if (core_kind(node) == CORE_NUMBER) {
        const char *text = node->text.p;
        reader_error(r, node, "\"%.*s\" is not a duration: a unit is missing, write %.*sm, %.*ss …",
            SHOWN_MAX, text, SHOWN_MAX, text, SHOWN_MAX, text);
        return false;
    }
    if (duration_parse(node->text, &ms, &err)) {
        reader_error(r, node, "%s is not a duration: %s", reader_shown(r, node), err.text);
        return false;
    }
    if (ms < least) {
        char text[DURATION_TEXT_MAX];
        reader_error(r, node, "%s is too short: at least %s is needed", reader_shown(r, node),
            duration_text(least, text));
        return false;
    }
    *out = ms;
    return true;
}

bool reader_choice(struct reader *r, const struct node *node, const char *what, const char *const *words,
    size_t count, size_t *out) {
    if (node->kind != NODE_SCALAR) {
        reader_error(r, node, "%s is not %s: write %s", reader_shown(r, node), what,
            reader_alternatives(r, words, count));
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (span_eq(node->text, span_of(words[i]))) return *out = i, true;
    struct buf otherwise = {0};
    buf_printf(&otherwise, "write %s", reader_alternatives(r, words, count));
    reader_error(r, node, "%s is not %s%s", reader_shown(r, node), what,
        reader_nearest(r, node->text, words, count, buf_text(&otherwise)));
    buf_fini(&otherwise);
    return false;
}

/* ---- maps and names */

static bool known_key(struct reader *r, const struct node *key, const char *owner, const char *const *keys,
    size_t count, size_t *index) {
    for (size_t i = 0; i < count; i++)
        if (span_eq(key->text, span_of(keys[i]))) return *index = i, true;
    struct buf otherwise = {0};
    buf_printf(&otherwise, "known are %s", reader_alternatives(r, keys, count));
    reader_error(r, key, "unknown key %s in %s%s", reader_shown_text(r, key->text), owner,
        reader_nearest(r, key->text, keys, count, count <= KEYS_SHOWN_MAX ? buf_text(&otherwise) : NULL));
    buf_fini(&otherwise);
    return false;
}

bool reader_map(struct reader *r, const struct node *node, const char *owner, const char *const *keys,
    size_t count, const struct node **values) {
    bool clean = true;
    for (size_t i = 0; i < count; i++) values[i] = NULL;
    if (node->kind != NODE_MAP) {
        bool few = count <= KEYS_SHOWN_MAX;
        reader_error(r, node, "%s instead of the keys of %s%s%s", reader_shown(r, node), owner, few ? ": " : "",
            few ? reader_alternatives(r, keys, count) : "");
        return false;
    }
    for (size_t i = 0; i < node->count; i++) {
        size_t index;
        if (known_key(r, node_key(node, i), owner, keys, count, &index))
            values[index] = node_value(node, i);
        else
            clean = false;
    }
    return clean;
}

bool reader_attr(struct reader *r, const struct node *node, const char **out) {
    const char *name;
    if (!reader_text(r, node, "the name of an attribute", &name)) return false;
    if (strcmp(name, "event") == 0 || strcmp(name, "at") == 0 || strcmp(name, "id") == 0) {
        reader_error(r, node,
            "\"%s\" is no attribute: it is a field of each event, and does not stick to the contact", name);
        return false;
    }
    *out = name;
    return true;
}

static bool holds_name(const char *const *names, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0) return true;
    return false;
}

bool reader_attrs(
    struct reader *r, const struct node *node, size_t most, const char *const **out, size_t *count) {
    size_t given = node_list_count(node), kept = 0;
    if (given > most)
        return reader_error(r, node, "%zu attributes: at most %zu can be told apart", given, most), false;
    const char **names = arena_alloc(r->arena, given * sizeof *names);
    bool clean = true;
    for (size_t i = 0; i < given; i++) {
        const struct node *item = node_list_item(node, i);
        const char *name;
        if (!reader_attr(r, item, &name)) {
            clean = false;
        } else if (holds_name(names, kept, name)) {
            reader_error(r, item, "attribute %s is given twice", reader_shown(r, item));
            clean = false;
        } else {
            names[kept++] = name;
        }
    }
    if (!clean) return false;
    *out = names;
    *count = kept;
    return true;
}

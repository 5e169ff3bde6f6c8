#include "service/diff_words.h"

#include <stdlib.h>
#include <strings.h>
#include "slad/base/utf8.h"
#include "slad/model/number.h"

void diff_words_json(const struct json *value, struct json_writer *w) {
    if (json_is_object(value)) {
        json_object_begin(w);
        for (const struct json *item = json_first(value); item; item = json_next(item)) {
            json_key(w, json_name(item));
            diff_words_json(item, w);
        }
        json_object_end(w);
    } else if (json_is_array(value)) {
        json_array_begin(w);
        for (const struct json *item = json_first(value); item; item = json_next(item))
            diff_words_json(item, w);
        json_array_end(w);
    } else if (json_is_number(value)) {
        char number[NUMBER_TEXT_MAX];
        json_raw(w, (struct span){number, number_text(json_number(value, 0), number)});
    } else if (json_is_bool(value)) {
        json_bool(w, json_is_true(value));
    } else {
        json_string(w, span_of(json_text(value))); /* null where it is none */
    }
}

/* ---------------------------------------------------------------- as in a file */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}
static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_other_kind(const char *text) {
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i]) == 0) return true;
    char *end;
    strtod(text, &end);
    return *end == '\0';
}

/* What YAML takes for a text as it stands, within lists and maps too. */
static bool is_bare(const char *text) {
    size_t n = strlen(text);
    if (!n || (!is_letter(text[0]) && !is_digit(text[0])) || text[n - 1] == ' ') return false;
    for (size_t i = 0; i < n; i++)
        if (!is_letter(text[i]) && !is_digit(text[i]) && !strchr(" _-./%<>=+", text[i])) return false;
    return !is_other_kind(text);
}

static void add_text(const char *text, bool bare, struct buf *out) {
    if (!bare) buf_add_char(out, '"');
    utf8_escape(out, span_of(text), strlen(text) * 4); /* never cut */
    if (!bare) buf_add_char(out, '"');
}

static void add_items(const struct json *value, struct buf *out) {
    bool map = json_is_object(value);
    buf_add_char(out, map ? '{' : '[');
    for (const struct json *item = json_first(value), *first = item; item; item = json_next(item)) {
        if (item != first) buf_add_text(out, ", ");
        if (map) {
            add_text(json_name(item), is_bare(json_name(item)), out);
            buf_add_text(out, ": ");
        }
        diff_words_yaml(item, out);
    }
    buf_add_char(out, map ? '}' : ']');
}

void diff_words_yaml(const struct json *value, struct buf *out) {
    char number[NUMBER_TEXT_MAX];
    if (!value)
        buf_add_text(out, "not given");
    else if (json_is_object(value) || json_is_array(value))
        add_items(value, out);
    else if (json_is_number(value))
        buf_add(out, number, number_text(json_number(value, 0), number));
    else if (json_is_bool(value))
        buf_add_text(out, json_is_true(value) ? "true" : "false");
    else if (json_text(value))
        add_text(json_text(value), is_bare(json_text(value)), out);
    else
        buf_add_text(out, "null");
}

void diff_words_name(const char *name, struct buf *out) {
    add_text(name, is_bare(name) && !strchr(name, '.'), out);
}

bool diff_words_same(const struct json *a, const struct json *b) {
    struct buf x = {0}, y = {0};
    diff_words_json(a, &(struct json_writer){.out = &x});
    diff_words_json(b, &(struct json_writer){.out = &y});
    bool same = span_eq(buf_span(&x), buf_span(&y));
    buf_fini(&x);
    buf_fini(&y);
    return same;
}

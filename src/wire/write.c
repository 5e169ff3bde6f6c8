#include "slad/wire/write.h"
#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "slad/base/utf8.h"
#include "slad/model/instant.h"
#include "slad/model/number.h"
#include "special.h"

static void new_line(struct json_writer *w) {
    if (!w->indent) return;
    buf_add_char(w->out, '\n');
    for (int i = 0; i < w->depth * w->indent; i++) buf_add_char(w->out, ' ');
}

/* Whatever has to stand before the next key or value. */
static void before_item(struct json_writer *w) {
    if (w->after_key || w->depth == 0) {
        w->after_key = false;
        return;
    }
    uint64_t level = UINT64_C(1) << w->depth;
    if (w->filled & level) buf_add_char(w->out, ',');
    w->filled |= level;
    new_line(w);
}

static void begin(struct json_writer *w, char bracket) {
    before_item(w);
    buf_add_char(w->out, bracket);
    w->depth++;
    assert(w->depth <= JSON_WRITER_DEPTH_MAX);
    w->filled &= ~(UINT64_C(1) << w->depth);
}

static void end(struct json_writer *w, char bracket) {
    assert(w->depth > 0 && !w->after_key);
    bool filled = w->filled >> w->depth & 1;
    w->depth--;
    if (filled) new_line(w);
    buf_add_char(w->out, bracket);
}

void json_object_begin(struct json_writer *w) {
    begin(w, '{');
}
void json_object_end(struct json_writer *w) {
    end(w, '}');
}
void json_array_begin(struct json_writer *w) {
    begin(w, '[');
}
void json_array_end(struct json_writer *w) {
    end(w, ']');
}

static bool is_special(char c) {
    return (unsigned char)c < 0x20 || c == '"' || c == '\\';
}

static void add_escape(struct buf *out, char c) {
    static const char named[] =
        "\"\"\\\\\bb\ff\nn\rr\tt"; /* pairs: the character, what follows the backslash */
    for (size_t i = 0; i + 1 < sizeof named; i += 2)
        if (named[i] == c) {
            buf_add(out, (const char[]){'\\', named[i + 1]}, 2);
            return;
        }
    buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
}

/* text is UTF-8. */
static void add_escaped(struct buf *out, struct span text) {
    const char *p = text.p, *end_of_text = text.p + text.n;
    while (p < end_of_text) {
        const char *run = p;
        while (p < end_of_text && !is_special(*p)) p++;
        buf_add(out, run, (size_t)(p - run));
        if (p < end_of_text) add_escape(out, *p++);
    }
}

/* The bytes of the well-formed character at p, 0 when there is none. */
static size_t character_bytes(const char *p, const char *end_of_text) {
    for (size_t n = 1; n <= 4 && n <= (size_t)(end_of_text - p); n++)
        if (utf8_valid((struct span){p, n})) return n;
    return 0;
}

static void add_repaired(struct buf *out, struct span text) {
    const char *p = text.p, *end_of_text = text.p + text.n;
    while (p < end_of_text) {
        size_t n = character_bytes(p, end_of_text);
        if (n)
            add_escaped(out, (struct span){p, n});
        else
            buf_add_text(out, "\xEF\xBF\xBD"); /* U+FFFD */
        p += n ? n : 1;
    }
}

/* Neither to be escaped nor to be checked, as most is. */
static bool is_plain(struct span text) {
    const char *p = text.p;
    size_t left = text.n;
    for (; left >= 8; p += 8, left -= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        if (special_bytes(word) | (word & HIGH_BITS)) return false;
    }
    for (; left; p++, left--)
        if (is_special(*p) || (unsigned char)*p & 0x80) return false;
    return true;
}

static void add_quoted(struct buf *out, struct span text) {
    buf_add_char(out, '"');
    if (is_plain(text))
        buf_add(out, text.p, text.n);
    else if (utf8_valid(text))
        add_escaped(out, text);
    else
        add_repaired(out, text);
    buf_add_char(out, '"');
}

void json_key(struct json_writer *w, const char *name) {
    json_key_span(w, span_of(name));
}

void json_key_span(struct json_writer *w, struct span name) {
    assert(w->depth > 0 && !w->after_key);
    before_item(w);
    add_quoted(w->out, name);
    buf_add_text(w->out, w->indent ? ": " : ":");
    w->after_key = true;
}

void json_string(struct json_writer *w, struct span text) {
    if (!text.p) {
        json_null(w);
        return;
    }
    before_item(w);
    add_quoted(w->out, text);
}

void json_int(struct json_writer *w, int64_t number) {
    before_item(w);
    buf_printf(w->out, "%" PRId64, number);
}

void json_bool(struct json_writer *w, bool truth) {
    json_raw(w, truth ? SPAN("true") : SPAN("false"));
}

void json_null(struct json_writer *w) {
    json_raw(w, SPAN("null"));
}

/* 150 s is written 150.0: readers that tell integers from reals find one kind in a field. */
static void add_real(struct json_writer *w, struct span number) {
    json_raw(w, number);
    if (!memchr(number.p, '.', number.n) && !memchr(number.p, 'e', number.n)) buf_add_text(w->out, ".0");
}

void json_decimal(struct json_writer *w, int64_t units, int digits) {
    char text[NUMBER_TEXT_MAX];
    struct span number = {text, decimal_text(units, digits, text)};
    if (digits > 0)
        add_real(w, number);
    else
        json_raw(w, number);
}

/* The shortest form with an exponent. Any locale's point becomes a full stop. */
static size_t with_exponent(double number, char out[NUMBER_TEXT_MAX]) {
    enum { DIGITS_ENOUGH = 17 };
    char text[NUMBER_TEXT_MAX];
    for (int digits = 1; digits <= DIGITS_ENOUGH; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, number);
        if (strtod(text, NULL) == number) break;
    }
    size_t n = 0;
    for (const char *p = text; *p; p++)
        if (strchr("+-e0123456789", *p))
            out[n++] = *p;
        else if (out[n - 1] != '.')
            out[n++] = '.'; /* of whatever bytes the point consists */
    return n;
}

/* 1e300 has 301 digits without an exponent, and some readers take no more than 63. */
void json_double(struct json_writer *w, double number) {
    enum { PLAIN_MAX = 32 };
    char text[NUMBER_TEXT_MAX];
    if (!isfinite(number)) {
        json_null(w);
        return;
    }
    size_t n = number_text(number, text);
    if (n > PLAIN_MAX) n = with_exponent(number, text);
    add_real(w, (struct span){text, n});
}

void json_instant(struct json_writer *w, int64_t at_ms) {
    char text[INSTANT_TEXT_MAX];
    json_string(w, at_ms == INSTANT_NEVER ? (struct span){0} : span_of(instant_text(at_ms, text)));
}

void json_lines(struct json_writer *w, struct span text) {
    json_array_begin(w);
    for (const char *p = text.p, *end = text.p + text.n; text.n && p < end;) {
        const char *newline = memchr(p, '\n', (size_t)(end - p)), *stop = newline ? newline : end;
        if (stop > p) json_string(w, (struct span){p, (size_t)(stop - p)});
        p = stop + 1;
    }
    json_array_end(w);
}

void json_raw(struct json_writer *w, struct span json) {
    before_item(w);
    buf_add_span(w->out, json);
}

void json_field_text(struct json_writer *w, const char *name, const char *text) {
    json_field_string(w, name, span_of(text));
}
void json_field_string(struct json_writer *w, const char *name, struct span text) {
    json_key(w, name);
    json_string(w, text);
}
void json_field_int(struct json_writer *w, const char *name, int64_t number) {
    json_key(w, name);
    json_int(w, number);
}
void json_field_bool(struct json_writer *w, const char *name, bool truth) {
    json_key(w, name);
    json_bool(w, truth);
}
void json_field_null(struct json_writer *w, const char *name) {
    json_key(w, name);
    json_null(w);
}
void json_field_decimal(struct json_writer *w, const char *name, int64_t units, int digits) {
    json_key(w, name);
    json_decimal(w, units, digits);
}
void json_field_double(struct json_writer *w, const char *name, double number) {
    json_key(w, name);
    json_double(w, number);
}
void json_field_instant(struct json_writer *w, const char *name, int64_t at_ms) {
    json_key(w, name);
    json_instant(w, at_ms);
}
void json_field_raw(struct json_writer *w, const char *name, struct span json) {
    json_key(w, name);
    json_raw(w, json);
}

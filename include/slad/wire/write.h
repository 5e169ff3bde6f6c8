/* write: JSON text written as it goes; commas, escapes and indentation are the writer's affair.
 * Owns: nothing; the text goes into the caller's buffer. Start with {.out = buf}, or with .indent for people.
 * Must not know: what is written. Whatever bytes are given, the output is valid UTF-8. */
#ifndef SLAD_WIRE_WRITE_H
#define SLAD_WIRE_WRITE_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/buf.h"
#include "slad/base/span.h"

enum { JSON_WRITER_DEPTH_MAX = 32 }; /* our own shapes are six deep */

struct json_writer {
    struct buf *out;
    int indent; /* spaces a level; 0: all on one line, without needless spaces */
    /* The writer's own. */
    int depth;
    uint64_t filled; /* bit d: something stands at depth d already */
    bool after_key;
};

void json_object_begin(struct json_writer *w);
void json_object_end(struct json_writer *w);
void json_array_begin(struct json_writer *w);
void json_array_end(struct json_writer *w);
/* In an object, before each value. */
void json_key(struct json_writer *w, const char *name);
void json_key_span(struct json_writer *w, struct span name);

/* p == NULL is null. Bytes that are not UTF-8 become U+FFFD. */
void json_string(struct json_writer *w, struct span text);
void json_int(struct json_writer *w, int64_t number);
void json_bool(struct json_writer *w, bool truth);
void json_null(struct json_writer *w);
/* units / 10^digits, exactly (number.h); with a point whenever digits > 0: 150.0. */
void json_decimal(struct json_writer *w, int64_t units, int digits);
/* The shortest decimal that reads back as this double, with a point or an exponent; null for one that is not
 * finite. */
void json_double(struct json_writer *w, double number);
/* RFC 3339 UTC with milliseconds; null for INSTANT_NEVER. */
void json_instant(struct json_writer *w, int64_t at_ms);
/* A list of the lines of a text, the empty ones left out. */
void json_lines(struct json_writer *w, struct span text);
/* A value that is JSON text already, on one line, trusted to be. */
void json_raw(struct json_writer *w, struct span json);

/* A key and its value. */
void json_field_text(struct json_writer *w, const char *name, const char *text); /* NULL is null */
void json_field_string(struct json_writer *w, const char *name, struct span text);
void json_field_int(struct json_writer *w, const char *name, int64_t number);
void json_field_bool(struct json_writer *w, const char *name, bool truth);
void json_field_null(struct json_writer *w, const char *name);
void json_field_decimal(struct json_writer *w, const char *name, int64_t units, int digits);
void json_field_double(struct json_writer *w, const char *name, double number);
void json_field_instant(struct json_writer *w, const char *name, int64_t at_ms);
void json_field_raw(struct json_writer *w, const char *name, struct span json);

#endif

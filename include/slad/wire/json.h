/* json: a JSON document to look things up in, such as the daemon's answers (RFC 8259, read as strictly as
 * lines are). Owns: what json_parse() made, until json_free(); every value found in it is borrowed from it.
 * Must not know: what a document says. For event lines there is line.h, for output write.h. */
#ifndef SLAD_WIRE_JSON_H
#define SLAD_WIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "slad/base/err.h"
#include "slad/base/span.h"

struct json;

enum {
    JSON_DOCUMENT_MAX = 64 * 1024 * 1024, /* bytes; in memory a document takes up to forty times as much */
    JSON_DEPTH_MAX = 32, /* an event with LINE_DEPTH_MAX levels fits in an answer with as many */
};

/* One value and nothing after it but white space. ERR_INVALID; ERR_LIMIT for a document over the caps. */
int json_parse(struct span text, struct json **out, struct err *err) WARN_UNUSED;
void json_free(struct json *json); /* may be NULL; only what json_parse() gave */

/* All of these take NULL for something that is not there, and then answer as for a value of another kind. */

/* The member of an object, the first when there are several; case matters. NULL when there is none. */
const struct json *json_get(const struct json *object, const char *key);
/* The text of a string, without any NUL in it; NULL for anything else. */
const char *json_text(const struct json *json);
double json_number(const struct json *json, double otherwise);
/* A whole number of at most 2^53 in size; anything else is `otherwise`. */
int64_t json_integer(const struct json *json, int64_t otherwise);
bool json_is_true(const struct json *json);
bool json_is_null(const struct json *json); /* false for one that is not there */
bool json_is_number(const struct json *json);
bool json_is_bool(const struct json *json);
bool json_is_array(const struct json *json);
bool json_is_object(const struct json *json);

/* Items of an array or members of an object; 0 for anything else. Walks them. */
size_t json_size(const struct json *json);
/* The item at this index, NULL past the end. Walks up to it: over many, use json_first() and json_next(). */
const struct json *json_at(const struct json *json, size_t index);
const struct json *json_first(const struct json *json);
const struct json *json_next(const struct json *item);
/* The key of a member; NULL for what is not one. */
const char *json_name(const struct json *member);

#endif

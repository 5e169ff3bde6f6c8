/* http_head: the head of a request or an answer, from bytes to facts (RFC 9112).
 * Owns: nothing; texts go to the caller's arena.
 * Must not know: sockets, routes. */
#ifndef SLAD_LOOP_HTTP_HEAD_H
#define SLAD_LOOP_HTTP_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "slad/base/mem.h"
#include "slad/base/span.h"

/* Browsers send about 20 headers, and a query with one filter for each group attribute has about as many
 * parameters. */
#define HTTP_FIELDS_MAX 100

struct http_field {
    const char *name, *value;
};
struct http_fields {
    struct http_field *all;
    size_t count;
};
enum http_framing { HTTP_NO_BODY, HTTP_LENGTH, HTTP_CHUNKED, HTTP_UNTIL_CLOSE };

struct http_head {
    const char *method, *path;
    struct http_fields params, headers;
    enum http_framing framing;
    uint64_t length; /* with HTTP_LENGTH */
    int minor;       /* of the version: 0 or 1 */
    bool keep_alive, expects_continue;
};

/* Bytes of the complete head at the start of data, its empty line included; 0 when it is not all there. */
size_t http_head_size(struct span data);
/* Parses a complete head. 0, or the HTTP status to refuse it with and *why in plain words; out is then
 * untouched. */
int http_head_parse(struct span text, struct arena *arena, struct http_head *out, const char **why);

/* The parts of it that an answer has too. 0 or a status, as above. */
int http_fields_parse(struct span lines, struct arena *arena, struct http_fields *out, const char **why);
int http_framing_of(
    const struct http_fields *headers, enum http_framing *framing, uint64_t *length, const char **why);
/* The value of the first field of this name, case ignored, or NULL. */
const char *http_field_find(const struct http_fields *fields, const char *name);
/* Whether the comma-separated list that the field's value is has this word, case ignored. */
bool http_field_has(const struct http_fields *fields, const char *name, const char *word);
/* The next line without its end, and *text moved past it. */
struct span http_line(struct span *text);
/* Path and query of a request's target, decoded. 0 or 400. http_target.c. */
int http_target_parse(struct span target, struct arena *arena, struct http_head *out, const char **why);

#endif

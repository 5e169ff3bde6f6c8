/* post_body: the body of POST /v1/events cut into records, as its content type says (docs/API.md).
 * Owns: the translator of its format, until post_body_fini(); the text is the request's.
 * Must not know: what becomes of a record. */
#ifndef SLAD_API_POST_BODY_H
#define SLAD_API_POST_BODY_H

#include "slad/loop/http.h"
#include "slad/service/intake.h"
#include "slad/wire/elements.h"

enum post_shape { POST_LINES, POST_ARRAY, POST_ONE };
struct post_body {
    enum post_shape shape;
    struct elements elements; /* its text and place serve the other shapes too */
    int64_t records;          /* given; of lines, blank ones too */
    struct buf line;          /* a record that had to be put on one line */
    struct intake_source source;
};
/* ERR_INVALID: the type is none that is read; the text names those that are. */
int post_body_begin(const struct http_request *request, struct service *service, struct post_body *out,
    struct err *err) WARN_UNUSED;
/* 1: *record is the next, borrowed until the next call; 0: there are no more; ERR_INVALID: what follows cannot be told
 * apart. */
int post_body_next(struct post_body *body, struct span *record, struct err *err) WARN_UNUSED;
/* Bytes of the body that are done with. */
size_t post_body_done(const struct post_body *body);
void post_body_fini(struct post_body *body);

#endif

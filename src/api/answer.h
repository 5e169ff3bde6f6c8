/* answer: replies, and problem documents (RFC 9457) for every error.
 * Owns: nothing.
 * Must not know: routes. */
#ifndef SLAD_API_ANSWER_H
#define SLAD_API_ANSWER_H

#include "slad/base/buf.h"
#include "slad/base/err.h"
#include "slad/loop/http.h"

struct api_server;

/* Each ends the request. */
void answer_json(struct http_request *request, struct span body);
void answer_problem(struct http_request *request, int status, const char *detail);
/* The status that an error code stands for, and its text. */
void answer_err(struct http_request *request, const struct err *err);
/* 422 with the lines of the findings, a member of ours (RFC 9457, 3.2). */
void answer_refused(struct http_request *request, const struct err *err, struct span findings);
/* A problem with a list of ours, as JSON, under this key. */
void answer_problem_list(
    struct http_request *request, int status, const char *detail, const char *key, struct span list);
/* The request was not let in: counted and, now and then, logged with who asked. */
void answer_kept_out(
    const struct api_server *server, struct http_request *request, int status, const char *detail);
/* 503: come back in a second. */
void answer_unable(struct http_request *request, const char *detail);
/* "Not Found" */
const char *answer_title(int status);

#endif

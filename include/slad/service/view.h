/* view: the read path: what can be asked, answered as JSON (docs/API.md has every shape).
 * Owns: nothing.
 * Must not know: HTTP, who asks.
 *
 * Each adds one JSON document to out, or fails: ERR_INVALID (the question is wrong; the text says what was expected),
 * ERR_NOT_FOUND (the text names the nearest known name), ERR_LIMIT, and the store's errors. */
#ifndef SLAD_SERVICE_VIEW_H
#define SLAD_SERVICE_VIEW_H

#include "slad/base/buf.h"
#include "slad/service/service.h"
#include "slad/wire/write.h"

/* Parameters as they came, text; NULL: not given. */
struct view_query {
    const char *standard, *kind, *state, *since, *until, *from, *to, *limit, *after, *at, *q, *at_risk, *figures;
    /* group.ATTR=VALUE */
    const char *const *group_attrs;
    const char *const *group_values;
    size_t group_count;
};

int view_status(struct service *service, struct buf *out, struct err *err) WARN_UNUSED;
/* Adds to a list an object for each thing that keeps the service from its work: {"what":"database","detail":"…"}. */
void view_health(const struct service *service, struct json_writer *w);
/* One such object. */
void view_health_reason(struct json_writer *w, const char *what, const char *detail);
int view_standards(struct service *service, struct buf *out, struct err *err) WARN_UNUSED;
int view_standard(struct service *service, struct span name, struct buf *out, struct err *err) WARN_UNUSED;
int view_breaches(
    struct service *service, const struct view_query *query, struct buf *out, struct err *err) WARN_UNUSED;
int view_warnings(
    struct service *service, const struct view_query *query, struct buf *out, struct err *err) WARN_UNUSED;
/* As of now. */
int view_figures(
    struct service *service, const struct view_query *query, struct buf *out, struct err *err) WARN_UNUSED;
int view_percentiles(
    struct service *service, const struct view_query *query, struct buf *out, struct err *err) WARN_UNUSED;
int view_open(
    struct service *service, const struct view_query *query, struct buf *out, struct err *err) WARN_UNUSED;
/* query: only `standard` is looked at. */
int view_contact(struct service *service, struct span contact, const struct view_query *query, struct buf *out,
    struct err *err) WARN_UNUSED;

/* Figures at an instant in the past (query->at): a replay of the journal by the standards in force, in slices. */
struct view_past;
int view_past_new(
    struct service *service, const struct view_query *query, struct view_past **out, struct err *err) WARN_UNUSED;
/* 1: there is more to do; 0: the answer is in out; negative: it failed. */
int view_past_step(struct view_past *past, struct buf *out, struct err *err) WARN_UNUSED;
void view_past_free(struct view_past *past); /* NULL is fine */

/* What an edit would change (docs/API.md, "POST /v1/diff"), in slices. When the edit itself is wrong, lines that say
 * what is are added to findings, and it is ERR_INVALID. */
struct view_diff;
int view_diff_new(struct service *service, struct span body, struct view_diff **out, struct buf *findings,
    struct err *err) WARN_UNUSED;
/* As view_past_step(). ERR_IN_USE: the standards in force were changed meanwhile. */
int view_diff_step(struct view_diff *view, struct buf *out, struct err *err) WARN_UNUSED;
void view_diff_free(struct view_diff *view); /* NULL is fine */

#endif

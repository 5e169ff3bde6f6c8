/* query: the parameters of a request, checked against those a route knows.
 * Owns: the lists that struct view_query points to, until query_fini().
 * Must not know: what a parameter means. */
#ifndef SLAD_API_QUERY_H
#define SLAD_API_QUERY_H

#include "slad/loop/http.h"
#include "slad/service/view.h"

enum { QUERY_GROUPS_MAX = 32 }; /* more than a question may have: the view says how many those are */

struct query {
    struct view_query view;
    const char *attrs[QUERY_GROUPS_MAX], *values[QUERY_GROUPS_MAX];
};
/* known: names, NULL at the end; "group." stands for all that begin so. ERR_INVALID: one is unknown (the text
 * names the nearest), or given twice. The result points into the request and into *out itself. */
int query_read(const struct http_request *request, const char *const *known, struct query *out,
    struct err *err) WARN_UNUSED;

#endif

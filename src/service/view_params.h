/* view_params: the words of a question, read and checked.
 * Owns: nothing.
 * Must not know: what is answered.
 *
 * A parameter that was not given (NULL) leaves *out as it is. All fail with ERR_INVALID, naming the
 * parameter, unless something else is said. */
#ifndef SLAD_SERVICE_VIEW_PARAMS_H
#define SLAD_SERVICE_VIEW_PARAMS_H

#include "slad/model/group.h"
#include "slad/model/standard.h"
#include "slad/service/view.h"
#include "slad/store/breaches.h"

/* An instant as events write it, or a duration back from now: "24h". */
int param_instant(
    const char *name, const char *text, int64_t now_ms, int64_t *out, struct err *err) WARN_UNUSED;
int param_duration(const char *name, const char *text, int64_t *out, struct err *err) WARN_UNUSED;
/* 1 to max. */
int param_limit(const char *text, size_t max, size_t *out, struct err *err) WARN_UNUSED;
/* A whole number from 1, as answers give it for `after`. */
int param_number(const char *name, const char *text, int64_t *out, struct err *err) WARN_UNUSED;
/* A percentage, 0 to 100. */
int param_quantile(const char *name, const char *text, double *out, struct err *err) WARN_UNUSED;
/* One of these words, by its index from 1. */
int param_word(const char *name, const char *text, const char *const *words, size_t count, size_t *out,
    struct err *err) WARN_UNUSED;

struct view_terms {
    struct group_term list[GROUP_TERMS_MAX];
    size_t count;
};
/* group.ATTR=VALUE; an empty value stands for an absent attribute. */
int param_terms(const struct view_query *query, struct view_terms *out, struct err *err) WARN_UNUSED;
/* Whether a group of a standard fits all of them. */
bool terms_hold(const struct view_terms *terms, const struct standard *standard, const struct group *group);
/* That each is an attribute that some standard splits its figures by: a slip would otherwise find nothing. */
int terms_known(const struct view_terms *terms, const struct ruleset *rules, struct err *err) WARN_UNUSED;

/* The index of the standard in force, or SIZE_MAX when name is NULL. ERR_NOT_FOUND with the nearest name. */
int param_standard(const struct ruleset *rules, const char *name, size_t *out, struct err *err) WARN_UNUSED;
/* A standard in force, or one that the store remembers; p == NULL when name is NULL. As above. */
int param_past_standard(
    struct service *service, const char *name, struct span *out, struct err *err) WARN_UNUSED;
/* ERR_NOT_FOUND for a standard, with the nearest name of those in force. */
int no_such_standard(const struct ruleset *rules, struct span name, struct err *err);

#endif

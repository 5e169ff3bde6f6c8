/* view_breaches: the shape in which a recorded breach is shown, wherever it is.
 * Owns: the numbers of versions, until breach_writing_fini().
 * Must not know: which breaches are asked for. */
#ifndef SLAD_SERVICE_VIEW_BREACHES_H
#define SLAD_SERVICE_VIEW_BREACHES_H

#include "slad/service/view.h"
#include "slad/store/breaches.h"
#include "slad/wire/write.h"

/* The number of a version within its name, by its id. */
struct version_numbers {
    struct {
        int64_t id, number;
    } * list;
    size_t count, capacity;
};
struct breach_writing {
    struct json_writer w;
    int64_t now_ms;
    struct version_numbers numbers;
};
/* For breaches of this standard, or of any (p == NULL). On failure there is nothing to be freed. */
int breach_writing_init(struct service *service, struct span standard, struct buf *out, struct breach_writing *writing,
    struct err *err) WARN_UNUSED;
/* A breach_visit: adds the record as one object. */
void breach_write(void *writing, const struct breach_record *record);
void breach_writing_fini(struct breach_writing *writing);

/* What breaches and warnings have in common: the filter of a question (the errors of a view), the number of a version,
 * where the next page begins. */
struct view_terms;
int breach_filter_read(struct service *service, const struct view_query *query, struct view_terms *terms,
    struct breach_filter *filter, struct err *err) WARN_UNUSED;
void breach_write_version(struct breach_writing *writing, int64_t id);
void breach_write_next(struct json_writer *w, const struct breach_page *page);

#endif

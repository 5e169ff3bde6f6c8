/* view_figures: the shape of an answer about figures, whichever engine they come from.
 * Owns: nothing.
 * Must not know: which instant is asked about. */
#ifndef SLAD_SERVICE_VIEW_FIGURES_H
#define SLAD_SERVICE_VIEW_FIGURES_H

#include "service/view_params.h"
#include "slad/engine/engine.h"

struct figures_question {
    struct service *service; /* knows when events were missing */
    size_t standard; /* SIZE_MAX: all */
    int64_t until_ms;
    struct view_terms terms; /* texts are the query's */
};
/* All but the instant, which is set to now. */
int figures_ask(struct service *service, const struct view_query *query, struct figures_question *out,
    struct err *err) WARN_UNUSED;
/* Adds {"until":…,"standards":[…]}. */
void figures_answer(struct engine *engine, const struct ruleset *rules,
    const struct figures_question *question, struct buf *out);

#endif

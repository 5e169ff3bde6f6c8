/* Figures of an instant in the past: an engine of their own is fed the journal up to it, as a replay would.
 *
 * Invariants:
 *  1. `rebuild` is non-NULL only while the rules it was built on are those in force. A change of standards
 * takes several turns, and a question under way is stepped in every turn: it sees the change coming and gives
 * up. */
#include <stdlib.h>
#include "service/rebuild.h"
#include "service/state.h"
#include "service/view_figures.h"
#include "slad/base/mem.h"
#include "slad/service/view.h"
#include "slad/store/journal.h"

enum { SLICE_EVENTS = 2000 }; /* some milliseconds of a turn */

struct view_past {
    struct service *service;
    struct rebuild *rebuild;
    struct figures_question question;
    struct buf texts; /* what the question's terms point to */
};

/* The texts of the terms live as long as the question, not only for one call. */
static void keep_terms(struct view_past *past) {
    struct view_terms *terms = &past->question.terms;
    size_t bytes = 1;
    for (size_t i = 0; i < terms->count; i++) bytes += terms->list[i].attr.n + terms->list[i].value.n;
    buf_reserve(&past->texts, bytes); /* so that it does not move */
    for (size_t i = 0; i < terms->count; i++) {
        struct span *spans[] = {&terms->list[i].attr, &terms->list[i].value};
        for (size_t k = 0; k < 2; k++) {
            if (!spans[k]->p) continue;
            const char *p = past->texts.data + past->texts.size;
            buf_add_span(&past->texts, *spans[k]);
            spans[k]->p = p;
        }
    }
}

static int read_question(
    struct service *service, const struct view_query *query, struct view_past *past, struct err *err) {
    int code = figures_ask(service, query, &past->question, err);
    if (!code) code = param_instant("at", query->at, service->now_ms, &past->question.until_ms, err);
    if (!code && past->question.until_ms > service->now_ms)
        code =
            err_set(err, ERR_INVALID, "at: an instant in the past was expected, this one is still to come");
    return code;
}

static int standards_change(struct err *err) {
    return err_set(err, ERR_IN_USE, "the standards are being changed; ask again when that is done");
}

int view_past_new(
    struct service *service, const struct view_query *query, struct view_past **out, struct err *err) {
    if (service->adoption) return standards_change(err);
    struct view_past *past = mem_zalloc(sizeof *past);
    int code = read_question(service, query, past, err);
    if (code) {
        free(past);
        return code;
    }
    keep_terms(past);
    past->service = service;
    int64_t at = past->question.until_ms;
    struct rebuild_options options = {
        .rules = &service->judging->rules, .through_seq = journal_last(service->store)};
    options.now_ms = options.held_ms = at;
    past->rebuild = rebuild_new(service->store, &options);
    *out = past;
    return 0;
}

/* Rows come by their instants: once one has to wait, all others would too. */
static bool has_reached(const struct view_past *past) {
    return engine_size(rebuild_engine(past->rebuild)).waiting_events > 0;
}

int view_past_step(struct view_past *past, struct buf *out, struct err *err) {
    if (past->service->adoption) {
        rebuild_free(past->rebuild);
        past->rebuild = NULL;
    }
    if (!past->rebuild) return standards_change(err);
    int code = rebuild_step(past->rebuild, SLICE_EVENTS, err);
    if (code < 0) return code;
    if (code > 0 && !has_reached(past)) return 1;
    struct engine *engine = rebuild_engine(past->rebuild);
    engine_advance(engine, past->question.until_ms, past->question.until_ms);
    figures_answer(engine, &past->service->judging->rules, &past->question, out);
    return 0;
}

void view_past_free(struct view_past *past) {
    if (!past) return;
    rebuild_free(past->rebuild);
    buf_fini(&past->texts);
    free(past);
}

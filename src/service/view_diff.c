/* What an edit would change of what this service has judged: an engine of its own is fed the journal by the old and the
 * new meaning of the standards that differ, up to the clocks of the one that runs.
 *
 * Invariants:
 *  1. the clocks and the last row are those of one instant of the running engine; rows are read from the next step on,
 *     when that turn's batch is on disk;
 *  2. `before` is the configuration in force: once another generation is, or is on its way, or a batch was lost, nothing
 *     of it is looked at any more. */
#include <stdlib.h>
#include "service/diff_run.h"
#include "service/rebuild.h"
#include "service/state.h"
#include "slad/base/mem.h"
#include "slad/service/view.h"
#include "slad/store/journal.h"

enum {
    SLICE_EVENTS = 2000, /* some milliseconds of a turn */
    FILES_MAX = 1000,    /* as many as a configuration may have */
};

struct view_diff {
    struct service *service;
    uint64_t generation;
    struct config *after;
    struct diff *diff;
    struct diff_run *run;
    struct rebuild_options options;
    struct rebuild *rebuild; /* NULL before the second step */
    struct book book;
    bool is_fed;
};

/* ---------------------------------------------------------------- the edit */

struct edit {
    struct json *json;
    struct config_text *texts; /* borrowed from json */
    size_t count;
    bool is_whole;
};

static int read_edit(struct span body, struct edit *edit, struct err *err) {
    static const char expected[] =
        "{\"whole\":false,\"files\":[{\"path\":\"…\",\"text\":\"…\"}]} was expected, with 1 to %d files";
    int code = json_parse(body, &edit->json, err);
    if (code) return code;
    const struct json *files = json_get(edit->json, "files");
    size_t count = json_is_array(files) ? json_size(files) : 0;
    if (!count || count > FILES_MAX) return err_set(err, ERR_INVALID, expected, FILES_MAX);
    edit->texts = mem_zalloc(count * sizeof *edit->texts);
    edit->is_whole = json_is_true(json_get(edit->json, "whole"));
    for (const struct json *file = json_first(files); file; file = json_next(file)) {
        const char *path = json_text(json_get(file, "path")), *text = json_text(json_get(file, "text"));
        if (!path || !*path || !text) return err_set(err, ERR_INVALID, expected, FILES_MAX);
        edit->texts[edit->count++] = (struct config_text){path, span_of(text)};
    }
    return 0;
}

static void edit_fini(struct edit *edit) {
    free(edit->texts);
    json_free(edit->json);
}

static int load_edit(const struct service *service, const struct edit *edit, struct config **after,
    struct buf *findings, struct err *err) {
    struct findings found = {0};
    int code = edit->is_whole
                   ? config_load_texts(edit->texts, edit->count, after, &found)
                   : config_load_edit(service->config, edit->texts, edit->count, after, &found);
    if (code) {
        size_t errors = findings_errors(&found);
        findings_render_errors(&found, findings);
        err_set(err, code, "the edit has %zu error%s", errors, errors == 1 ? "" : "s");
    }
    findings_fini(&found);
    return code;
}

/* ---------------------------------------------------------------- the question */

static struct view_diff *begin(struct service *service, struct config *after, enum diff_places places) {
    struct view_diff *view = mem_zalloc(sizeof *view);
    view->service = service;
    view->generation = service->generation;
    view->after = after;
    view->diff = diff_new(service->config, after, places);
    view->run = diff_run_new(view->diff);
    view->options = (struct rebuild_options){.rules = diff_run_rules(view->run),
        .engine = {.effect = book_effect, .arg = &view->book},
        .through_seq = journal_last(service->store),
        .now_ms = engine_now(service->engine),
        .held_ms = engine_held(service->engine)};
    return view;
}

int view_diff_new(struct service *service, struct span body, struct view_diff **out, struct buf *findings,
    struct err *err) {
    struct edit edit = {.json = NULL};
    struct config *after;
    if (service->adoption)
        return err_set(err, ERR_IN_USE, "the standards are being changed; ask again when that is done");
    if (!service_accepts(service)) return err_set(err, ERR_IO, "%s", service_failure(service));
    int code = read_edit(body, &edit, err);
    if (!code) code = load_edit(service, &edit, &after, findings, err);
    if (!code) *out = begin(service, after, edit.is_whole ? DIFF_PLACES : DIFF_NO_PLACES);
    edit_fini(&edit);
    return code;
}

static void answer(struct view_diff *view, struct buf *out) {
    view->diff->has_events = true;
    view->diff->until_ms = view->options.now_ms;
    diff_answer(view->diff, out);
}

int view_diff_step(struct view_diff *view, struct buf *out, struct err *err) {
    struct service *service = view->service;
    if (service->adoption || service->generation != view->generation || !service_accepts(service))
        return err_set(err, ERR_IN_USE, "the standards in force, or the events, are not what they were; ask again");
    if (!view->options.rules->standard_count) {
        answer(view, out);
        return 0;
    }
    if (!view->rebuild) {
        view->rebuild = rebuild_new(service->store, &view->options);
        return 1;
    }
    if (!view->is_fed) {
        int code = rebuild_step(view->rebuild, SLICE_EVENTS, err);
        view->is_fed = code == 0;
        return code < 0 ? code : 1;
    }
    if (diff_run_take(view->run, rebuild_engine(view->rebuild), &view->book)) return 1;
    answer(view, out);
    return 0;
}

void view_diff_free(struct view_diff *view) {
    if (!view) return;
    rebuild_free(view->rebuild); /* before the rules it was built on */
    book_fini(&view->book);
    diff_run_free(view->run);
    diff_free(view->diff);
    config_free(view->after);
    free(view);
}

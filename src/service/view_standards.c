/* What is promised: the standards in force, and the versions they have had. */
#include <stdlib.h>
#include "service/state.h"
#include "service/view_answer.h"
#include "service/view_params.h"
#include "slad/model/duration.h"
#include "slad/service/sentence.h"
#include "slad/store/versions.h"
#include "slad/wire/write.h"

struct current { /* the version of a name that is in force, or was last */
    struct span name;
    int64_t number, since_ms;
};

static void field_window(struct json_writer *w, const struct standard *standard) {
    static const char *const periods[] = {"day", "week", "month", "quarter", "year"};
    char text[DURATION_TEXT_MAX];
    const char *window = NULL;
    if (standard->window == WINDOW_ROLLING) window = duration_text(standard->window_ms, text);
    if (standard->window == WINDOW_PERIOD) window = periods[standard->period];
    json_field_text(w, "window", window);
}

static void field_targets(struct json_writer *w, const struct standard *standard) {
    json_key(w, "target");
    json_array_begin(w);
    for (size_t i = 0; i < standard->target_count; i++) json_string(w, span_of(standard->targets[i].text));
    json_array_end(w);
}

static void field_warnings(struct json_writer *w, const struct standard *standard) {
    json_key(w, "warn");
    json_array_begin(w);
    for (size_t i = 0; i < standard->warning_count; i++) json_string(w, span_of(standard->warnings[i].text));
    json_array_end(w);
    json_field_text(w, "warn_below", standard->warn_below ? standard->warn_below->text : NULL);
}

static void field_sentence(struct json_writer *w, const struct standard *standard) {
    struct buf sentence = {0};
    sentence_standard(standard, &sentence);
    json_field_string(w, "sentence", buf_span(&sentence));
    buf_fini(&sentence);
}

/* The members of a standard in force; the object is open, and stays so. */
static void standard_members(
    struct json_writer *w, const struct standard *standard, const struct current *current) {
    json_field_text(w, "name", standard->name);
    json_field_text(w, "describe", standard->describe);
    field_sentence(w, standard);
    json_field_text(w, "file", standard->file);
    json_field_int(w, "line", standard->line);
    if (current->number)
        json_field_int(w, "version", current->number);
    else
        json_field_null(w, "version");
    json_field_instant(w, "since", current->number ? current->since_ms : INSTANT_NEVER);
    field_targets(w, standard);
    field_window(w, standard);
    field_warnings(w, standard);
    json_field_raw(w, "meaning", span_of(standard->meaning));
}

static void note_current(void *arg, const struct version *version) {
    struct current *current = arg;
    if (!span_eq(version->name, current->name)) return;
    current->number = version->number;
    current->since_ms = version->since_ms;
}

static int find_current(struct service *service, const char *name, struct current *out, struct err *err) {
    *out = (struct current){.name = span_of(name)};
    return version_list(service->store, out->name, note_current, out, err);
}

int view_standards(struct service *service, struct buf *out, struct err *err) {
    const struct ruleset *rules = &service->judging->rules;
    struct json_writer w = {.out = out};
    size_t size = out->size;
    json_object_begin(&w);
    json_key(&w, "standards");
    json_array_begin(&w);
    for (size_t i = 0; i < rules->standard_count; i++) {
        struct current current;
        int code = find_current(service, rules->standards[i]->name, &current, err);
        if (code) {
            answer_undo(out, size);
            return code;
        }
        json_object_begin(&w);
        standard_members(&w, rules->standards[i], &current);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    return 0;
}

/* ---------------------------------------------------------------- one, with its versions */

struct history {
    struct json_writer w; /* of the list of versions */
    struct buf versions;
    /* The members of the latest version, for a standard that is not in force. */
    struct json_writer latest_w;
    struct buf latest;
    struct current current;
};

static void render_latest(struct history *history, const struct version *v) {
    buf_clear(&history->latest);
    history->latest_w = (struct json_writer){.out = &history->latest};
    struct json_writer *w = &history->latest_w;
    json_object_begin(w);
    json_field_string(w, "name", v->name);
    json_field_string(w, "describe", v->describe);
    json_field_null(w, "sentence");
    json_field_string(w, "file", v->file);
    json_field_int(w, "line", v->line);
    json_field_int(w, "version", v->number);
    json_field_instant(w, "since", v->since_ms);
    json_field_null(w, "target");
    json_field_null(w, "window");
    json_field_null(w, "warn");
    json_field_null(w, "warn_below");
    json_field_raw(w, "meaning", v->meaning);
}

static void field_uid(struct json_writer *w, const char *name, int64_t uid) {
    if (uid < 0) json_field_null(w, name);
    else json_field_int(w, name, uid);
}

static void note_version(void *arg, const struct version *v) {
    struct history *history = arg;
    note_current(&history->current, v);
    render_latest(history, v);
    struct json_writer *w = &history->w;
    json_object_begin(w);
    json_field_int(w, "version", v->number);
    json_field_instant(w, "since", v->since_ms);
    json_field_instant(w, "until", v->until_ms);
    json_field_string(w, "reason", v->reason);
    field_uid(w, "by_uid", v->by_uid);
    field_uid(w, "ended_by_uid", v->ended_by_uid);
    json_object_end(w);
}

int view_standard(struct service *service, struct span name, struct buf *out, struct err *err) {
    const struct standard *standard = ruleset_find(&service->judging->rules, name);
    struct history history = {.current = {.name = name}};
    history.w = (struct json_writer){.out = &history.versions};
    json_array_begin(&history.w);
    int code = version_list(service->store, name, note_version, &history, err);
    json_array_end(&history.w);
    if (!code && !standard && !history.current.number)
        code = no_such_standard(&service->judging->rules, name, err);
    if (code) goto out;
    struct json_writer *w = &history.latest_w;
    if (standard) {
        buf_clear(&history.latest);
        *w = (struct json_writer){.out = &history.latest};
        json_object_begin(w);
        standard_members(w, standard, &history.current);
    }
    json_field_raw(w, "versions", buf_span(&history.versions));
    json_object_end(w);
    buf_add_span(out, buf_span(&history.latest));
out:
    buf_fini(&history.versions);
    buf_fini(&history.latest);
    return code;
}

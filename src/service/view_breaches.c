/* Promises not kept, as recorded. */
#include <stdio.h>
#include <stdlib.h>
#include "service/state.h"
#include "service/view_answer.h"
#include "service/view_breaches.h"
#include "service/view_params.h"
#include "slad/base/mem.h"
#include "slad/store/versions.h"
#include "slad/wire/write.h"

static void note_number(void *arg, const struct version *version) {
    struct version_numbers *numbers = arg;
    numbers->list = mem_grow(numbers->list, &numbers->capacity, numbers->count + 1, sizeof *numbers->list);
    numbers->list[numbers->count].id = version->id;
    numbers->list[numbers->count++].number = version->number;
}

int breach_writing_init(
    struct service *service, struct span standard, struct buf *out, struct breach_writing *writing, struct err *err) {
    *writing = (struct breach_writing){.w = {.out = out}, .now_ms = service->now_ms};
    int code = version_list(service->store, standard, note_number, &writing->numbers, err);
    if (code) breach_writing_fini(writing);
    return code;
}

void breach_writing_fini(struct breach_writing *writing) {
    free(writing->numbers.list);
}

void breach_write_version(struct breach_writing *writing, int64_t id) {
    for (size_t i = 0; i < writing->numbers.count; i++)
        if (writing->numbers.list[i].id == id) {
            json_field_int(&writing->w, "version", writing->numbers.list[i].number);
            return;
        }
    json_field_null(&writing->w, "version");
}

static void contact_members(struct breach_writing *writing, const struct breach_record *record) {
    struct json_writer *w = &writing->w;
    json_field_string(w, "contact", record->contact);
    json_field_raw(w, "subject", record->subject);
    json_field_raw(w, "group", record->group);
    json_field_instant(w, "started", record->started_ms);
    json_field_instant(w, "due", record->due_ms);
    json_field_instant(w, "decided", record->decided_ms);
    json_field_instant(w, "ended", record->ended_ms);
    if (record->has_elapsed)
        json_field_double(w, "elapsed", record->elapsed);
    else
        json_field_null(w, "elapsed");
}

static void level_members(struct breach_writing *writing, const struct breach_record *record) {
    struct json_writer *w = &writing->w;
    json_field_raw(w, "group", record->group);
    json_field_string(w, "target", record->target);
    json_field_instant(w, "opened", record->opened_ms);
    json_field_instant(w, "closed", record->closed_ms);
    int64_t to = record->closed_ms == INSTANT_NEVER ? writing->now_ms : record->closed_ms;
    json_field_decimal(w, "elapsed", to > record->opened_ms ? to - record->opened_ms : 0, 3); /* so far, while open */
}

static void field_excuse(struct json_writer *w, const struct breach_record *record) {
    if (record->excused_ms == INSTANT_NEVER) {
        json_field_null(w, "excused");
        return;
    }
    json_key(w, "excused");
    json_object_begin(w);
    json_field_instant(w, "at", record->excused_ms);
    json_field_int(w, "by", record->excused_by);
    json_field_string(w, "text", record->excuse);
    json_object_end(w);
}

void breach_write(void *arg, const struct breach_record *record) {
    struct breach_writing *writing = arg;
    struct json_writer *w = &writing->w;
    json_object_begin(w);
    json_field_int(w, "id", record->id);
    json_field_text(w, "kind", breach_kind_name(record->kind));
    json_field_string(w, "standard", record->standard);
    breach_write_version(writing, record->version);
    json_field_text(w, "state", breach_state_name(record->state));
    if (record->kind == BREACH_CONTACT)
        contact_members(writing, record);
    else
        level_members(writing, record);
    json_field_instant(w, "recorded", record->recorded_ms);
    json_field_instant(w, "updated", record->updated_ms);
    json_field_string(w, "reason", record->reason);
    field_excuse(w, record);
    json_object_end(w);
}

int breach_filter_read(struct service *service, const struct view_query *query, struct view_terms *terms,
    struct breach_filter *filter, struct err *err) {
    static const char *const kinds[] = {"contact", "level"}, *const states[] = {
                                                                 "open", "closed", "withdrawn"};
    size_t kind = BREACH_ANY_KIND, state = BREACH_ANY_STATE;
    int code = param_past_standard(service, query->standard, &filter->standard, err);
    if (!code) code = param_word("kind", query->kind, kinds, 2, &kind, err);
    if (!code) code = param_word("state", query->state, states, 3, &state, err);
    if (!code) code = param_instant("since", query->since, service->now_ms, &filter->since_ms, err);
    if (!code) code = param_instant("until", query->until, service->now_ms, &filter->until_ms, err);
    if (!code) code = param_limit(query->limit, BREACHES_LIMIT_MAX, &filter->limit, err);
    if (!code) code = param_number("after", query->after, &filter->after, err);
    if (!code) code = param_terms(query, terms, err);
    filter->kind = (enum breach_kind)kind;
    filter->state = (enum breach_state)state;
    filter->terms = terms->list;
    filter->term_count = terms->count;
    return code;
}

void breach_write_next(struct json_writer *w, const struct breach_page *page) {
    char next[24];
    snprintf(next, sizeof next, "%lld", (long long)page->next);
    json_field_text(w, "next", page->more ? next : NULL);
}

int view_breaches(struct service *service, const struct view_query *query, struct buf *out, struct err *err) {
    struct view_terms terms = {.count = 0};
    struct breach_filter filter = {0};
    struct breach_page page = {0};
    struct breach_writing writing;
    struct json_writer *w = &writing.w;
    size_t size = out->size;
    int code = breach_filter_read(service, query, &terms, &filter, err);
    if (!code) code = breach_writing_init(service, filter.standard, out, &writing, err);
    if (code) return code;
    json_object_begin(w);
    json_key(w, "breaches");
    json_array_begin(w);
    code = breaches_query(service->store, &filter, breach_write, &writing, &page, err);
    json_array_end(w);
    breach_write_next(w, &page);
    json_object_end(w);
    if (code) answer_undo(out, size);
    breach_writing_fini(&writing);
    return code;
}

/* Promises at risk, as recorded. */
#include "service/view_warnings.h"

#include "service/state.h"
#include "service/view_answer.h"
#include "service/view_params.h"

static void contact_members(struct json_writer *w, const struct warning_record *record) {
    json_field_string(w, "contact", record->contact);
    json_field_raw(w, "subject", record->subject);
    json_field_raw(w, "group", record->group);
    json_field_instant(w, "started", record->started_ms);
    json_field_instant(w, "due", record->due_ms);
    json_field_instant(w, "reached", record->reached_ms);
    json_field_instant(w, "closed", record->closed_ms);
    json_field_string(w, "outcome", record->outcome);
}

static void level_members(struct json_writer *w, const struct warning_record *record) {
    json_field_raw(w, "group", record->group);
    json_field_string(w, "target", record->target);
    json_field_instant(w, "reached", record->reached_ms);
    json_field_instant(w, "closed", record->closed_ms);
}

void warning_write(void *arg, const struct warning_record *record) {
    struct breach_writing *writing = arg;
    struct json_writer *w = &writing->w;
    json_object_begin(w);
    json_field_int(w, "id", record->id);
    json_field_text(w, "kind", breach_kind_name(record->kind));
    json_field_string(w, "standard", record->standard);
    breach_write_version(writing, record->version);
    json_field_text(w, "state", breach_state_name(record->state));
    json_field_string(w, "warning", record->warning);
    if (record->kind == BREACH_CONTACT)
        contact_members(w, record);
    else
        level_members(w, record);
    json_field_instant(w, "recorded", record->recorded_ms);
    json_field_instant(w, "updated", record->updated_ms);
    json_field_string(w, "reason", record->reason);
    json_object_end(w);
}

int view_warnings(struct service *service, const struct view_query *query, struct buf *out, struct err *err) {
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
    json_key(w, "warnings");
    json_array_begin(w);
    code = warnings_query(service->store, &filter, warning_write, &writing, &page, err);
    json_array_end(w);
    breach_write_next(w, &page);
    json_object_end(w);
    if (code) answer_undo(out, size);
    breach_writing_fini(&writing);
    return code;
}

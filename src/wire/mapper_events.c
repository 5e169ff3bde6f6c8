#include <inttypes.h>
#include "mapper_state.h"
#include "slad/base/utf8.h"

static void add_names(
    struct mapper *mapper, const size_t *slots, size_t count, const char *between, struct buf *out) {
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "%s\"", i ? between : "");
        utf8_escape(out, mapper->slots[slots[i]].name, MAPPER_SHOWN_MAX);
        buf_add_char(out, '"');
    }
}

/* None of the fields is there. */
static int is_missing(
    struct mapper *mapper, const char *lacks, const size_t *slots, size_t count, struct err *err) {
    struct buf names = {0};
    add_names(mapper, slots, count, " nor ", &names);
    err_set(err, ERR_INVALID, "%s: %s%s is there, or %s empty", lacks, count > 1 ? "neither " : "no ",
        buf_text(&names), count > 1 ? "they are" : "it is");
    buf_fini(&names);
    return ERR_INVALID;
}

static int find_contact(
    struct mapper *mapper, char number[NUMBER_TEXT_MAX], struct span *out, struct err *err) {
    const struct mapping *m = mapper->mapping;
    for (size_t i = 0; i < m->contact_count; i++) {
        const struct slot *slot = &mapper->slots[mapper->contact_slots[i]];
        if (!slot_is_there(slot)) continue;
        if (slot->value.kind == VALUE_BOOL) {
            err_set(err, ERR_INVALID, "the contact's name was expected");
            return slot_complain(slot, err);
        }
        *out = value_as_text(&slot->value, number);
        return 0;
    }
    return is_missing(mapper, "no contact", mapper->contact_slots, m->contact_count, err);
}

static const char *find_value(const struct map_event *event, struct span text) {
    for (size_t i = 0; i < event->value_count; i++)
        if (span_eq(span_of(event->values[i].from), text)) return event->values[i].to;
    return NULL;
}

/* 1: this event is passed by. */
static int find_name(struct mapper *mapper, size_t index, struct happened *out, struct err *err) {
    const struct map_event *event = &mapper->mapping->events[index];
    if (event->name) return out->name = span_of(event->name), 0;
    const struct slot *slot = &mapper->slots[mapper->event_slots[index].field];
    if (!slot_is_there(slot)) {
        if (event->other == MAP_OTHER_IGNORE) return 1;
        size_t field = (size_t)mapper->event_slots[index].field;
        return is_missing(mapper, "no event", &field, 1, err);
    }
    struct span text = value_as_text(&slot->value, out->number);
    const char *to = find_value(event, text);
    out->name = to ? span_of(to) : text;
    if (to || event->other == MAP_OTHER_KEEP) return 0;
    if (event->other == MAP_OTHER_IGNORE) return 1;
    err_set(err, ERR_INVALID,
        "\"values\" does not list it, and there is no \"other: ignore\" or \"other: keep\"");
    return slot_complain(slot, err);
}

/* 1: the event did not happen. */
static int find_at(struct mapper *mapper, size_t index, struct happened *out, struct err *err) {
    const struct map_event *event = &mapper->mapping->events[index];
    out->has_at = false;
    if (!event->at) return 0;
    const struct slot *slot = &mapper->slots[mapper->event_slots[index].at];
    if (!slot_is_there(slot)) return !event->at_or_receipt;
    out->has_at = true;
    return slot_time(mapper, slot, &out->at_ms, err);
}

/* A record whose times are all missing is more likely a mistake in the map than nothing. */
static int none_happened(struct mapper *mapper, struct err *err) {
    const struct mapping *m = mapper->mapping;
    struct buf names = {0};
    for (size_t i = 0; i < m->event_count; i++) {
        size_t slot = (size_t)mapper->event_slots[i].at;
        if (names.size) buf_add_text(&names, ", ");
        add_names(mapper, &slot, 1, "", &names);
    }
    err_set(err, ERR_INVALID, "no event happened: %s %s not there, or empty", buf_text(&names),
        m->event_count > 1 ? "are" : "is");
    buf_fini(&names);
    return ERR_INVALID;
}

static int find_events(struct mapper *mapper, struct err *err) {
    bool ignored = false;
    mapper->happened_count = 0;
    for (size_t i = 0; i < mapper->mapping->event_count; i++) {
        struct happened *happened = &mapper->happened[mapper->happened_count];
        int code = find_name(mapper, i, happened, err);
        ignored = ignored || code > 0;
        if (!code) code = find_at(mapper, i, happened, err);
        if (code < 0) return code;
        mapper->happened_count += code == 0;
    }
    return mapper->happened_count || ignored ? 0 : none_happened(mapper, err);
}

static int find_id(struct mapper *mapper, char number[NUMBER_TEXT_MAX], struct span *out, struct err *err) {
    const struct slot *slot = mapper->id_slot < 0 ? NULL : &mapper->slots[mapper->id_slot];
    *out = mapper->id;
    if (!slot || !slot_is_there(slot)) return 0;
    if (slot->value.kind == VALUE_BOOL) {
        err_set(err, ERR_INVALID, "an id was expected");
        return slot_complain(slot, err);
    }
    *out = value_as_text(&slot->value, number);
    return 0;
}

/* ---- lines */

/* FNV-1a; the same in every process, as ids are compared with those of years ago. */
static uint64_t content_hash(struct span text, uint64_t hash) {
    for (size_t i = 0; i < text.n; i++) hash = (hash ^ (unsigned char)text.p[i]) * UINT64_C(0x100000001B3);
    return hash;
}

static void add_content_id(struct mapper *mapper, size_t from) {
    struct span line = {mapper->text.data + from, mapper->text.size - from};
    uint64_t a = content_hash(line, UINT64_C(0xCBF29CE484222325));
    uint64_t b = content_hash(line, a ^ UINT64_C(0x9E3779B97F4A7C15));
    mapper->text.size--; /* the closing brace */
    buf_printf(&mapper->text, ",\"id\":\"%016" PRIx64 "%016" PRIx64 "\"}", a, b);
}

/* Several events of one record need ids of their own. */
static struct span id_of(struct mapper *mapper, struct span id, struct span event) {
    if (mapper->mapping->event_count == 1) return id;
    buf_clear(&mapper->id_text);
    buf_add_span(&mapper->id_text, id);
    buf_add_char(&mapper->id_text, '/');
    buf_add_span(&mapper->id_text, event);
    return buf_span(&mapper->id_text);
}

static void write_line(
    struct mapper *mapper, struct happened *happened, struct span contact, struct span id) {
    struct json_writer w = {.out = &mapper->text};
    happened->start = mapper->text.size;
    json_object_begin(&w);
    json_field_string(&w, "contact", contact);
    json_field_string(&w, "event", happened->name);
    if (happened->has_at) json_field_instant(&w, "at", happened->at_ms);
    if (id.n) json_field_string(&w, "id", id_of(mapper, id, happened->name));
    json_object_end(&w);
    if (mapper->attrs.size > sizeof "{}" - 1) {
        mapper->text.data[mapper->text.size - 1] = ',';
        buf_add(&mapper->text, mapper->attrs.data + 1, mapper->attrs.size - 1);
    }
    /* What is said to have happened on receipt is new each time. */
    if (mapper->mapping->once && happened->has_at && !id.n) add_content_id(mapper, happened->start);
}

static void write_lines(struct mapper *mapper, struct span contact, struct span id) {
    size_t count = mapper->happened_count;
    buf_clear(&mapper->text);
    for (size_t i = 0; i < count; i++) write_line(mapper, &mapper->happened[i], contact, id);
    for (size_t i = 0; i < count; i++) {
        size_t start = mapper->happened[i].start;
        size_t end = i + 1 < count ? mapper->happened[i + 1].start : mapper->text.size;
        mapper->lines[i] = (struct span){mapper->text.data + start, end - start};
    }
}

int mapper_finish(struct mapper *mapper, struct translation *out, struct err *err) {
    char contact_number[NUMBER_TEXT_MAX], id_number[NUMBER_TEXT_MAX];
    struct span contact, id;
    int code = find_events(mapper, err);
    /* A record that is passed by needs no contact. */
    if (!code && mapper->happened_count) {
        code = find_contact(mapper, contact_number, &contact, err);
        if (!code) code = find_id(mapper, id_number, &id, err);
        if (!code) code = mapper_write_attrs(mapper, err);
        if (!code) write_lines(mapper, contact, id);
    }
    if (!code) *out = (struct translation){mapper->lines, mapper->happened_count};
    return code;
}

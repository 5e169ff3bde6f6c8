/* What an edit changes, for programs: the shape is in docs/STANDARDS.md, "What an edit changes". */
#include "service/diff_state.h"

#include "service/diff_words.h"
#include "slad/model/figures.h"
#include "slad/service/sentence.h"
#include "slad/wire/write.h"

static const char *const kinds[DIFF_KINDS] = {"added", "removed", "changed", "noted", "unchanged"};

static const char *const side_names[SIDES] = {[BEFORE] = "old", [AFTER] = "new"};

static void write_keys(struct json_writer *w, const struct diff_keys *keys) {
    json_key(w, "keys");
    json_array_begin(w);
    for (size_t i = 0; i < keys->count; i++) {
        json_object_begin(w);
        json_field_text(w, "key", keys->list[i].path);
        for (int side = BEFORE; side < SIDES; side++) {
            if (!keys->list[i].sides[side]) continue; /* not given, which is not null */
            json_key(w, side_names[side]);
            diff_words_json(keys->list[i].sides[side], w);
        }
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_side(struct json_writer *w, const struct standard *standard) {
    struct buf sentence = {0}, warnings = {0};
    if (!standard) {
        json_null(w);
        return;
    }
    sentence_standard(standard, &sentence);
    standard_warn_json(standard, &warnings);
    json_object_begin(w);
    json_field_text(w, "file", standard->file);
    json_field_int(w, "line", standard->line);
    json_field_text(w, "describe", standard->describe);
    json_field_string(w, "sentence", buf_span(&sentence));
    json_field_raw(w, "warnings", buf_span(&warnings));
    json_object_end(w);
    buf_fini(&sentence);
    buf_fini(&warnings);
}

static void write_figures(struct json_writer *w, const struct diff_figures *f) {
    int64_t counted = f->met + f->missed;
    if (!f->listed) {
        json_null(w);
        return;
    }
    json_object_begin(w);
    json_field_text(w, "state", state_name(f->state));
    json_field_int(w, "counted", counted);
    json_field_int(w, "met", f->met);
    json_field_int(w, "missed", f->missed);
    json_field_int(w, "excluded", f->excluded);
    if (counted)
        json_field_double(w, "attainment", (double)f->met / (double)counted);
    else
        json_field_null(w, "attainment");
    json_object_end(w);
}

static void write_groups(struct json_writer *w, const struct diff_groups *groups) {
    json_key(w, "groups");
    json_array_begin(w);
    for (size_t i = 0; i < groups->count; i++) {
        json_object_begin(w);
        json_field_raw(w, "group", span_of(groups->list[i].text));
        for (int side = BEFORE; side < SIDES; side++) {
            json_key(w, side_names[side]);
            write_figures(w, &groups->list[i].sides[side]);
        }
        json_object_end(w);
    }
    json_array_end(w);
}

static void write_contacts(struct json_writer *w, const char *key, const struct diff_breaches *breaches) {
    json_key(w, key);
    json_object_begin(w);
    json_field_int(w, "count", (int64_t)breaches->total);
    json_key(w, "first");
    json_array_begin(w);
    for (size_t i = 0; i < breaches->count; i++) {
        json_object_begin(w);
        json_field_string(w, "contact", breaches->list[i].contact);
        json_field_raw(w, "subject", span_of(breaches->list[i].subject));
        json_field_instant(w, "started", breaches->list[i].started_ms);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}

static void write_breaches(struct json_writer *w, const struct diff_standard *s) {
    json_key(w, "breaches");
    json_object_begin(w);
    for (int side = BEFORE; side < SIDES; side++)
        json_field_int(w, side_names[side], (int64_t)s->breaches[side]);
    write_contacts(w, "gained", &s->gained);
    write_contacts(w, "lost", &s->lost);
    json_object_end(w);
}

static void write_standard(struct json_writer *w, const struct diff *diff, const struct diff_standard *s) {
    json_object_begin(w);
    json_field_text(w, "name", s->sides[s->sides[AFTER] ? AFTER : BEFORE]->name);
    json_field_text(w, "change", kinds[s->kind]);
    for (int side = BEFORE; side < SIDES; side++) {
        json_key(w, side_names[side]);
        write_side(w, s->sides[side]);
    }
    if (s->kind == DIFF_CHANGED) write_keys(w, &s->keys);
    if (diff_is_run(s) && diff->has_events) {
        write_groups(w, &s->groups);
        write_breaches(w, s);
    }
    json_object_end(w);
}

static void write_members(struct json_writer *w, const struct diff *diff) {
    json_field_bool(w, "differs", diff_differs(diff));
    for (int kind = 0; kind < DIFF_KINDS; kind++) json_field_int(w, kinds[kind], (int64_t)diff->kinds[kind]);
    if (diff->has_events) json_field_instant(w, "until", diff->until_ms);
    json_key(w, "standards");
    json_array_begin(w);
    for (size_t i = 0; i < diff->count; i++)
        if (diff->list[i].kind != DIFF_SAME) write_standard(w, diff, &diff->list[i]);
    json_array_end(w);
}

void diff_json(const struct diff *diff, struct buf *out) {
    struct json_writer w = {.out = out, .indent = 1};
    json_object_begin(&w);
    write_members(&w, diff);
    json_object_end(&w);
    buf_add_char(out, '\n');
}

void diff_answer(const struct diff *diff, struct buf *out) {
    struct json_writer w = {.out = out};
    struct buf text = {0};
    json_object_begin(&w);
    write_members(&w, diff);
    diff_render(diff, &text);
    json_field_string(&w, "text", buf_span(&text));
    json_object_end(&w);
    buf_fini(&text);
}

#include "slad/wire/report.h"
#include <assert.h>

void report_group(struct json_writer *w, const struct standard *standard, const struct group *group) {
    assert(group->count == standard->by_count);
    json_object_begin(w);
    for (size_t i = 0; i < group->count; i++) json_field_string(w, standard->by[i], group->texts[i]);
    json_object_end(w);
}

void report_subject(struct json_writer *w, const struct standard *standard, const struct group *subject) {
    assert(subject->count == standard->per_count);
    if (standard->per_is_list) json_array_begin(w);
    for (size_t i = 0; i < subject->count; i++) json_string(w, subject->texts[i]);
    if (standard->per_is_list) json_array_end(w);
}

static void key_group(struct json_writer *w, const struct standard *standard, const struct group *group) {
    json_key(w, "group");
    report_group(w, standard, group);
}

/* A figure that is known only once there are durations. */
static void field_figure(struct json_writer *w, const char *name, const struct figures *f, int64_t units) {
    if (f->durations)
        json_field_decimal(w, name, units, standard_digits(f->standard));
    else
        json_field_null(w, name);
}

static void field_attainment(struct json_writer *w, const struct figures *f) {
    int64_t counted = f->met + f->missed;
    if (counted)
        json_field_double(w, "attainment", (double)f->met / (double)counted);
    else
        json_field_null(w, "attainment");
}

static void field_mean(struct json_writer *w, const struct figures *f) {
    long double scale = f->standard->is_value ? 1e6L : 1e3L; /* standard_digits() */
    if (f->durations)
        json_field_double(w, "mean", (double)((long double)f->sum / (long double)f->durations / scale));
    else
        json_field_null(w, "mean");
}

static void key_percentiles(struct json_writer *w, const struct figures *f) {
    const struct standard *standard = f->standard;
    json_key(w, "percentiles");
    json_object_begin(w);
    for (size_t i = 0; i < standard->percentile_count; i++) {
        char name[NUMBER_TEXT_MAX];
        decimal_text(standard->percentiles[i].units, standard->percentiles[i].digits, name);
        field_figure(w, name, f, f->durations ? f->percentiles[i] : 0);
    }
    json_object_end(w);
}

/* The object is open, and stays so. */
static void figures_members(struct json_writer *w, const struct figures *f) {
    json_object_begin(w);
    key_group(w, f->standard, &f->group);
    json_field_int(w, "open", f->open);
    json_field_text(w, "state", state_name(f->state));
    json_field_int(w, "counted", f->met + f->missed);
    json_field_int(w, "met", f->met);
    json_field_int(w, "missed", f->missed);
    json_field_int(w, "excluded", f->excluded);
    field_attainment(w, f);
    field_mean(w, f);
    field_figure(w, "min", f, f->min);
    field_figure(w, "max", f, f->max);
    key_percentiles(w, f);
}

void report_figures(struct json_writer *w, const struct figures *f) {
    figures_members(w, f);
    json_object_end(w);
}

static void field_count(struct json_writer *w, const char *name, int64_t count) {
    if (count >= 0)
        json_field_int(w, name, count);
    else
        json_field_null(w, name);
}

void report_figures_at_risk(struct json_writer *w, const struct figures *f) {
    figures_members(w, f);
    json_field_bool(w, "at_risk", f->at_risk);
    json_key(w, "targets");
    json_array_begin(w);
    for (size_t i = 0; i < f->standard->target_count; i++) {
        json_object_begin(w);
        json_field_text(w, "target", f->standard->targets[i].text);
        json_field_text(w, "state", state_name(f->targets[i].state));
        field_count(w, "headroom", f->targets[i].headroom);
        field_count(w, "recover", f->targets[i].recover);
        json_object_end(w);
    }
    json_array_end(w);
    json_object_end(w);
}

void report_breach(struct json_writer *w, const struct breach *breach) {
    json_object_begin(w);
    json_field_text(w, "kind", "contact");
    json_field_text(w, "standard", breach->standard->name);
    json_field_string(w, "contact", breach->contact);
    json_key(w, "subject");
    report_subject(w, breach->standard, &breach->subject);
    key_group(w, breach->standard, &breach->group);
    json_field_instant(w, "started", breach->started_ms);
    json_field_instant(w, "due", breach->due_ms);
    json_field_instant(w, "decided", breach->decided_ms);
    json_field_instant(w, "ended", breach->ended_ms);
    if (breach->has_elapsed)
        json_field_decimal(w, "elapsed", breach->elapsed, standard_digits(breach->standard));
    else
        json_field_null(w, "elapsed");
    json_object_end(w);
}

void report_level(struct json_writer *w, const struct level_change *level) {
    assert(level->target < level->standard->target_count);
    json_object_begin(w);
    json_field_text(w, "kind", "level");
    json_field_text(w, "standard", level->standard->name);
    key_group(w, level->standard, &level->group);
    json_field_text(w, "target", level->standard->targets[level->target].text);
    json_field_instant(w, "opened", level->opened_ms);
    json_field_instant(w, "closed", level->closed_ms);
    json_object_end(w);
}

void group_json(const struct standard *standard, const struct group *group, struct buf *out) {
    struct json_writer w = {.out = out};
    report_group(&w, standard, group);
}

void subject_json(const struct standard *standard, const struct group *subject, struct buf *out) {
    struct json_writer w = {.out = out};
    report_subject(&w, standard, subject);
}

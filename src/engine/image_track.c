/* The cycles of a subject in an image. */
#include "image.h"

#include <assert.h>

enum { ALWAYS, OF_STANDARD, OF_LIMIT }; /* where a cycle's calendar is found: OF_LIMIT + i is that of the i-th limit */

static size_t calendar_place(const struct compiled *rule, const struct cycle *c) {
    if (!c->calendar) return ALWAYS;
    for (size_t i = 0; i < rule->limit_count; i++)
        if (rule->limits[i].calendar == c->calendar) return OF_LIMIT + i;
    assert(c->calendar == rule->standard->calendar);
    return OF_STANDARD;
}

static const struct calendar *image_calendar(struct image *image, const struct compiled *rule, const struct cycle *c) {
    size_t place = image_index(image, image->loads ? 0 : calendar_place(rule, c), OF_LIMIT + rule->limit_count);
    if (place >= OF_LIMIT) return rule->limits[place - OF_LIMIT].calendar;
    return place == ALWAYS ? NULL : rule->standard->calendar;
}

static void image_pauses(struct image *image, struct cycle *c) {
    size_t count = image_count(image, c->pause_count);
    if (image->loads && count) {
        c->pauses = pool_alloc(&image->engine->texts.pool, count * sizeof *c->pauses);
        c->pause_count = c->pause_capacity = (uint32_t)count;
    }
    for (size_t i = 0; i < count; i++) c->pauses[i] = image_int(image, c->pauses[i]);
}

static void image_cycle(struct image *image, struct ledger *ledger, struct cycle *c) {
    c->contact = image_contact(image, c->contact);
    c->attrs = image_attrs(image, c->attrs);
    c->now_attrs = image_attrs(image, c->now_attrs);
    c->group = image_group_of(image, ledger, c->group);
    if (image->loads && c->group) c->group->cycles++;
    c->calendar = image_calendar(image, ledger->rule, c);
    c->limit_ms = image_int(image, c->limit_ms);
    c->start = image_int(image, c->start);
    c->since = image_int(image, c->since);
    c->end = image_int(image, c->end);
    c->decided = image_int(image, c->decided);
    c->due = image_int(image, c->due);
    c->elapsed = image_int(image, c->elapsed);
    image_pauses(image, c);
    c->nth = (int32_t)image_int(image, c->nth);
    c->rule = (int16_t)image_int(image, c->rule);
    c->limit_kind = (uint8_t)image_index(image, c->limit_kind, LIMIT_AT + 1);
    c->outcome = (uint8_t)image_index(image, c->outcome, OUTCOME_EXCLUDED + 1);
    c->how = (uint8_t)image_index(image, c->how, HOW_LIMIT + 1);
    c->by_clock = image_bool(image, c->by_clock);
    c->warned = (uint8_t)image_int(image, c->warned);
    c->warn_again = image_bool(image, c->warn_again);
}

static void image_track(struct image *image, struct track *track) {
    track->held = image_bool(image, track->held);
    track->exists = image_bool(image, track->exists);
    track->fires = image_int(image, track->fires);
    track->ripe_ms = image_int(image, track->ripe_ms);
    track->ripe_to_warn = image_bool(image, track->ripe_to_warn);
    if (track->exists) image_cycle(image, &image->engine->ledgers[track->standard], &track->cycle);
}

void image_tracks(struct image *image, struct subject *subject) {
    size_t standards = image->engine->program->count;
    size_t count = image_count(image, subject->track_count);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        uint32_t standard = (uint32_t)image_index(image, image->loads ? 0 : subject->tracks[i].standard, standards);
        if (image->is_bad) return;
        if (image->loads) subject_add_track(&image->engine->texts.pool, subject, standard);
        image_track(image, &subject->tracks[i]);
    }
}

#include "deadline.h"

#include "evict.h"
#include "post.h"
#include "rest.h"
#include "warn.h"

void deadline_schedule(struct engine *engine, struct subject *subject) {
    int64_t first = INSTANT_NEVER;
    bool open = false;
    for (uint32_t i = 0; i < subject->track_count; i++) {
        const struct track *track = &subject->tracks[i];
        if (!track->exists || !cycle_is_open(&track->cycle)) continue;
        open = true;
        if (track->fires < first) first = track->fires;
    }
    if (open) heap_set(&engine->deadlines, &subject->deadline, first);
    else heap_remove(&engine->deadlines, &subject->deadline);
    evict_note(engine, subject, open);
}

/* Live: not within grace of the receipt of the contact's latest event, put off so by at most 5 x grace from when it
 * could first have been decided (so a backlog, however old, is read before it is judged). A warning is put off likewise,
 * which is no reason to decide the limit after it any sooner. Returns the held clock at which it may be decided. */
static int64_t put_off(const struct engine *engine, struct track *track, bool to_warn) {
    int64_t grace = engine->options.grace_ms, received = track->cycle.contact->received_ms;
    if (track->ripe_to_warn != to_warn) track->ripe_ms = INSTANT_NEVER;
    track->ripe_to_warn = to_warn;
    if (!grace || received == INT64_MIN) return INT64_MIN;
    if (track->ripe_ms == INSTANT_NEVER) track->ripe_ms = engine->now;
    int64_t from = received + grace, at_most = track->ripe_ms + 5 * grace;
    return (from < at_most ? from : at_most) - grace;
}

/* A limit that lies ahead again is not ripe any more. */
void deadline_set(const struct engine *engine, struct track *track) {
    const struct ledger *ledger = &engine->ledgers[track->standard];
    track->fires = track->exists ? cycle_fires(ledger, &track->cycle) : INSTANT_NEVER;
    if (track->exists && ledger->rule->standard->warning_count) {
        int64_t warns = warn_fires(ledger->rule->standard, &track->cycle, engine->held);
        if (warns < track->fires) track->fires = warns;
    }
    if (track->fires > engine->held) track->ripe_ms = INSTANT_NEVER;
}

static void warn_now(struct engine *engine, const struct subject *subject, struct track *track) {
    const struct standard *standard = engine->ledgers[track->standard].rule->standard;
    size_t news = warn_note(standard, &track->cycle, engine->held);
    if (news < WARNINGS_MAX) post_warned(engine, track->standard, subject, &track->cycle, news);
    deadline_set(engine, track);
}

void deadline_fire(struct engine *engine, struct subject *subject) {
    rest_wake(engine, subject);
    for (uint32_t i = 0; i < subject->track_count; i++) {
        struct track *track = &subject->tracks[i];
        if (!track->exists || track->fires > engine->held) continue;
        struct ledger *ledger = &engine->ledgers[track->standard];
        bool to_warn = ledger->rule->standard->warning_count && cycle_fires(ledger, &track->cycle) > engine->held;
        int64_t until = put_off(engine, track, to_warn);
        if (until > engine->held) {
            track->fires = until;
            continue;
        }
        if (to_warn) {
            warn_now(engine, subject, track);
            continue;
        }
        struct measure before = measure_of(&track->cycle);
        cycle_settle(ledger, &track->cycle, engine->held);
        struct measure after = measure_of(&track->cycle);
        deadline_set(engine, track);
        post_change(engine, track->standard, subject, &before, &after, after.known);
    }
    deadline_schedule(engine, subject);
}

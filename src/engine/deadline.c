#include "deadline.h"

#include "post.h"

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
}

/* Live: not within grace of the receipt of the contact's latest event, put off so by at most 5 x grace from when it
 * could first have been decided (so a backlog, however old, is read before it is judged). Returns the held clock at
 * which it may be decided. */
static int64_t put_off(const struct engine *engine, struct track *track) {
    int64_t grace = engine->options.grace_ms, received = track->cycle.contact->received_ms;
    if (!grace || received == INT64_MIN) return INT64_MIN;
    if (track->ripe_ms == INSTANT_NEVER) track->ripe_ms = engine->now;
    int64_t from = received + grace, at_most = track->ripe_ms + 5 * grace;
    return (from < at_most ? from : at_most) - grace;
}

/* A limit that lies ahead again is not ripe any more. */
void deadline_set(const struct engine *engine, struct track *track) {
    track->fires = track->exists ? cycle_fires(&engine->ledgers[track->standard], &track->cycle) : INSTANT_NEVER;
    if (track->fires > engine->held) track->ripe_ms = INSTANT_NEVER;
}

void deadline_fire(struct engine *engine, struct subject *subject) {
    for (uint32_t i = 0; i < subject->track_count; i++) {
        struct track *track = &subject->tracks[i];
        if (!track->exists || track->fires > engine->held) continue;
        struct ledger *ledger = &engine->ledgers[track->standard];
        int64_t until = put_off(engine, track);
        if (until > engine->held) {
            track->fires = until;
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

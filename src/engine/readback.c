/* How contacts come back:
 *  1. their events are read, one contact after the other: each makes its contact's own timeline, and nothing more;
 *  2. each timeline tells of which subjects it was part, and these who else has to be read (struct wanted), until
 *     nobody is missing. Up to here all can be undone;
 *  3. the moments are put into those subjects, and the standards are run over each of them. */
#include "readback.h"

#include <assert.h>
#include <stdlib.h>
#include "component.h"
#include "deadline.h"
#include "landmark.h"
#include "run.h"

struct wanted {
    uint64_t hash, seq; /* as they were in timeline.away */
};
struct readback {
    struct contact **contacts; /* that came back */
    size_t count, capacity;
    struct wanted *wanted;
    size_t wanted_count, wanted_capacity;
    struct subject **run; /* the subjects that were run */
    size_t run_count, run_capacity;
};

/* ---------------------------------------------------------------- 1. their events */

static struct contact *came_back(struct engine *engine, struct span name) {
    struct readback *reading = engine->reading;
    struct contact *contact = timeline_contact(&engine->timeline, name);
    reading->contacts = mem_grow(reading->contacts, &reading->capacity, reading->count + 1, sizeof(struct contact *));
    reading->contacts[reading->count++] = contact;
    hash_set_remove(&engine->evicted, contact->name->hash);
    return contact;
}

void engine_recall_event(struct engine *engine, const struct event *event) {
    struct timeline *timeline = &engine->timeline;
    assert(engine->reading);
    struct moment *m = moment_new(timeline, event);
    if (!moment_is_of_interest(engine->program, m)) {
        moment_free(timeline, m);
        return;
    }
    struct contact *contact = timeline_find(timeline, event->contact);
    if (!contact) contact = came_back(engine, event->contact);
    struct moments *own = &contact->subject.moments;
    m->contact = contact;
    if (event->received_ms > contact->received_ms) contact->received_ms = event->received_ms;
    m->attrs = attrs_after(timeline->texts, own->count ? own->list[own->count - 1]->attrs : timeline->nothing, m->own, m->own_count);
    moments_insert(&timeline->texts->pool, own, m);
}

/* ---------------------------------------------------------------- 2. who else */

static void want(struct engine *engine, uint64_t hash) {
    struct readback *reading = engine->reading;
    struct wanted wanted = {.hash = hash};
    while (hash_numbers_take(&engine->timeline.away.subjects, hash, &wanted.seq)) {
        reading->wanted = mem_grow(
            reading->wanted, &reading->wanted_capacity, reading->wanted_count + 1, sizeof *reading->wanted);
        reading->wanted[reading->wanted_count++] = wanted;
    }
}

static bool nothing_more(struct engine *engine, void *arg, struct subject *subject) {
    (void)engine, (void)arg, (void)subject;
    return true;
}

/* Its contact was read for another subject, or came first: half of all that is wanted. Of many none is looked for. */
static bool is_back(const struct readback *reading, uint64_t seq) {
    enum { FEW = 16 };
    for (size_t i = 0; i < reading->count && i < FEW; i++)
        if (reading->contacts[i]->subject.moments.list[0]->seq == seq) return true;
    return false;
}

/* Each subject that is asked for and is not there comes to readback_subject(). */
static int read_rest(struct engine *engine, struct readback *reading) {
    int code = 0;
    for (size_t c = 0, w = 0; !code && (c < reading->count || w < reading->wanted_count);) {
        if (c < reading->count)
            each_elsewhere(engine, reading->contacts[c++], nothing_more, NULL);
        else if (is_back(reading, reading->wanted[w].seq))
            w++;
        else
            code = engine->options.recall(
                engine->options.recall_arg, engine, (struct span){0}, reading->wanted[w++].seq);
    }
    return code;
}

static void undo(struct engine *engine, struct readback *reading) {
    for (size_t i = 0; i < reading->count; i++) {
        hash_set_add(&engine->evicted, reading->contacts[i]->name->hash);
        timeline_drop_contact(&engine->timeline, reading->contacts[i]);
    }
    for (size_t i = 0; i < reading->wanted_count; i++)
        hash_numbers_add(&engine->timeline.away.subjects, reading->wanted[i].hash, reading->wanted[i].seq);
}

/* ---------------------------------------------------------------- 3. as they were */

/* The cycles of one subject, as they were: what the clock had decided it decides again. Those that began while it was
 * recent are there. */
static void run_subject(struct engine *engine, struct subject *subject) {
    bool *marked = mem_zalloc(engine->program->count + 1);
    moments_mark(engine->program, &subject->moments, subject->keyspace, marked);
    for (uint32_t s = 0; s < engine->program->count; s++) {
        struct run run;
        if (!marked[s] || engine->program->standards[s].standard->is_value || subject_track(subject, s)) continue;
        run_cycles_as_of(engine, s, subject, engine->held, &run);
        run_install(engine, subject, &run);
        run_fini(engine, &run);
    }
    free(marked);
    deadline_schedule(engine, subject);
}

/* Nothing of it is away any more. */
static void is_whole(struct engine *engine, struct subject *subject) {
    away_unsettle(&engine->timeline.away, subject_hash(subject->keyspace, subject->key, subject->key_count));
    if (subject->recent) landmark_free(&engine->texts, subject);
    subject->recent = false;
}

static bool run_once(struct engine *engine, void *arg, struct subject *subject) {
    struct readback *reading = arg;
    if (subject->marked) return true;
    subject->marked = true;
    is_whole(engine, subject);
    reading->run = mem_grow(reading->run, &reading->run_capacity, reading->run_count + 1, sizeof(struct subject *));
    reading->run[reading->run_count++] = subject;
    run_subject(engine, subject);
    return true;
}

static void settle(struct engine *engine, struct readback *reading) {
    for (size_t i = 0; i < reading->count; i++) timeline_place_elsewhere(&engine->timeline, reading->contacts[i]);
    for (size_t i = 0; i < reading->count; i++) {
        run_subject(engine, &reading->contacts[i]->subject);
        each_elsewhere(engine, reading->contacts[i], run_once, reading);
    }
    for (size_t i = 0; i < reading->run_count; i++) reading->run[i]->marked = false;
}

static int finish(struct engine *engine, struct readback *reading, int code) {
    if (!code) code = read_rest(engine, reading);
    if (code) undo(engine, reading);
    else settle(engine, reading);
    engine->reading = NULL;
    free(reading->contacts);
    free(reading->wanted);
    free(reading->run);
    return code;
}

void readback_subject(void *arg, uint64_t hash) {
    struct engine *engine = arg;
    struct readback reading = {0};
    if (engine->reading) {
        want(engine, hash);
        return;
    }
    engine->reading = &reading;
    want(engine, hash);
    (void)finish(engine, &reading, 0); /* who reads knows that it failed */
}

int engine_recall(struct engine *engine, struct span contact) {
    struct readback reading = {0};
    if (!engine_is_evicted(engine, contact)) return 0;
    engine->reading = &reading;
    int code = engine->options.recall(engine->options.recall_arg, engine, contact, 0);
    code = finish(engine, &reading, code);
    if (!code) hash_set_remove(&engine->evicted, span_hash(contact)); /* also when the journal has let go of it */
    return code;
}

bool engine_is_evicted(const struct engine *engine, struct span contact) {
    return engine->evicted.count && hash_set_has(&engine->evicted, span_hash(contact));
}

void engine_set_recall(struct engine *engine, recall_read *recall, void *arg) {
    engine->options.recall = recall;
    engine->options.recall_arg = arg;
}

#include "rebuild.h"

#include <stdlib.h>
#include "key_order.h"
#include "prepared.h"
#include "recall.h"
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/store/journal.h"
#include "slad/store/snapshot.h"

enum {
    KEYS_SLICE = 8192, /* read, and sorted if need be: two milliseconds */
    JUDGE_EVERY = 1024,
    /* Contacts that share subjects may be asked for again by any event to come, and what takes microseconds of a running
     * engine takes long when it is done for weeks of events at once. So many stay: a gigabyte and a half. */
    KEEPS = 1024 * 1024,
    CLOCK_STEP_MS = 1000, /* what a running engine decides in a turn, at most */
    CLOCK_STEPS = 16,     /* longer ways are taken in parts, each a sixteenth of the rest */
};

#define PUTS_OFF_MS (INT64_MAX / 16) /* longer than any grace; five of them can be added to an instant */

struct rebuild {
    struct store *store;
    struct rebuild_options options;
    struct engine *engine;
    struct line_reader *reader;
    struct recall *recall;
    struct prepared *prepared;
    enum recall_order order; /* how the engine is fed now */
    struct key_order keys;
    uint64_t last_seq, fed; /* of the keys read; of those taken out */
    uint64_t seen_seq;      /* catching up: where the journal ended in the last slice; 0: there was none */
    uint64_t behind_seq;    /* where one that goes on began to catch up */
    bool keys_read, finished;
};

/* It goes on in the hands of the rebuild, as one does that is made here. */
static struct engine *take_up(struct rebuild *rebuild, const struct engine_options *options) {
    struct engine *engine = rebuild->options.goes_on;
    engine_set_sink(engine, options->effect, options->arg);
    engine_set_grace(engine, options->grace_ms);
    rebuild->behind_seq = rebuild->options.through_seq;
    rebuild->keys_read = rebuild->finished = true;
    return engine;
}

struct rebuild *rebuild_new(struct store *store, const struct rebuild_options *options) {
    struct rebuild *rebuild = mem_zalloc(sizeof *rebuild);
    rebuild->store = store;
    rebuild->options = *options;
    if (!options->keeps) rebuild->options.keeps = KEEPS;
    rebuild->reader = line_reader_new();
    rebuild->recall = recall_new(store);
    rebuild->order = RECALL_BY_TIME;
    struct engine_options engine = options->engine;
    engine.grace_ms = options->puts_off ? PUTS_OFF_MS : 0; /* 0: what lies behind the held clock is decided */
    rebuild->engine = options->goes_on ? take_up(rebuild, &engine) : engine_new(options->rules, &engine);
    recall_serve(rebuild->recall, rebuild->engine);
    rebuild->prepared = prepared_new(rebuild->engine, rebuild->reader);
    return rebuild;
}

static int read_keys(struct rebuild *rebuild, struct err *err) {
    struct journal_key *slice = mem_alloc(KEYS_SLICE * sizeof *slice);
    size_t count = 0, taken = 0;
    int code = journal_keys(rebuild->store, rebuild->last_seq, slice, KEYS_SLICE, &count, err);
    while (taken < count && slice[taken].seq <= rebuild->options.through_seq) rebuild->last_seq = slice[taken++].seq;
    if (taken) key_order_add(&rebuild->keys, slice, taken);
    rebuild->keys_read = taken < KEYS_SLICE;
    free(slice);
    return code;
}

/* ---------------------------------------------------------------- feeding */

static int feed(struct rebuild *rebuild, const struct journal_row *row, struct err *err) {
    struct event event;
    struct recall_point fed = {rebuild->order, row->seq, row->at_ms, rebuild->options.through_seq};
    recall_through(rebuild->recall, &fed);
    int code = journal_event(rebuild->reader, row, &event, err);
    if (!code) code = recall_contact(rebuild->recall, rebuild->engine, event.contact, &fed, err);
    if (code) return code;
    engine_event(rebuild->engine, &event);
    counter_inc(events_recomputed);
    return recall_failure(rebuild->recall, err);
}

/* The clocks go with the events, but never past where the engine is to end. */
static void follow(struct rebuild *rebuild, int64_t at_ms) {
    const struct rebuild_options *o = &rebuild->options;
    engine_advance(rebuild->engine, at_ms < o->now_ms ? at_ms : o->now_ms, at_ms < o->held_ms ? at_ms : o->held_ms);
}

static void reach(struct rebuild *rebuild, int64_t at_ms) {
    int64_t held = rebuild->options.held_ms;
    if (rebuild->fed++ % JUDGE_EVERY == 0) engine_judge(rebuild->engine, at_ms - 1 < held ? at_ms - 1 : held);
    follow(rebuild, at_ms);
}

static int feed_key(struct rebuild *rebuild, const struct journal_key *key, struct err *err) {
    struct journal_row row;
    int code = journal_get(rebuild->store, key->seq, &row, err);
    if (code < 0) return code;
    reach(rebuild, key->at_ms);
    return code ? 0 : feed(rebuild, &row, err); /* 1: pruned meanwhile */
}

/* Whether events may be taken apart before those ahead of them were taken: no contact has left memory, and nothing goes by
 * when one was heard of. */
static bool may_prepare(const struct rebuild *rebuild) {
    return !engine_size(rebuild->engine).evicted && !rebuild->options.puts_off;
}

static void take_prepared(struct rebuild *rebuild) {
    struct prepared *prepared = rebuild->prepared;
    prepared_end(prepared);
    for (size_t i = 0; i < prepared_count(prepared); i++) {
        reach(rebuild, prepared_at(prepared, i));
        prepared_take(prepared, i);
    }
    counter_add(events_recomputed, prepared_count(prepared));
    prepared_clear(prepared);
}

/* One whose instant has not come is not taken, but waits (engine_event()); behind it, all are such. */
static int feed_together(struct rebuild *rebuild, size_t events, struct err *err) {
    struct journal_row row;
    struct journal_key key;
    int code = 0;
    bool waits = false;
    while (events-- && code >= 0 && key_order_next(&rebuild->keys, &key)) {
        waits = key.at_ms > rebuild->options.now_ms;
        if (waits) break;
        code = journal_get(rebuild->store, key.seq, &row, err);
        if (code > 0) rebuild->fed++; /* pruned meanwhile */
        else if (!code) code = prepared_add(rebuild->prepared, &row, err);
    }
    if (code < 0) return code;
    take_prepared(rebuild);
    return waits ? feed_key(rebuild, &key, err) : 0;
}

/* A limit that ran out in the past was put off by an event that was received lately, however early that is fed. */
static int hear(struct rebuild *rebuild, struct err *err) {
    struct journal_cursor *cursor;
    struct journal_row row;
    uint64_t before;
    int code = snapshot_seq_before(rebuild->store, rebuild->options.held_ms, &before, err);
    if (!code) code = journal_read(rebuild->store, before, rebuild->options.through_seq, &cursor, err);
    if (code) return code;
    while ((code = journal_next(cursor, &row, err)) > 0) engine_hear(rebuild->engine, row.contact, row.received_ms);
    journal_close(cursor);
    return code;
}

static int feed_sorted(struct rebuild *rebuild, size_t events, struct err *err) {
    struct journal_key key;
    int code = rebuild->options.puts_off && !rebuild->fed ? hear(rebuild, err) : 0;
    if (!code) code = store_read_begin(rebuild->store, err);
    if (code) return code;
    if (may_prepare(rebuild)) code = feed_together(rebuild, events, err);
    else
        for (size_t n = 0; n < events && !code && key_order_next(&rebuild->keys, &key); n++)
            code = feed_key(rebuild, &key, err);
    store_read_end(rebuild->store);
    bool shares = engine_shares(rebuild->engine);
    if (!shares || engine_size(rebuild->engine).contacts > rebuild->options.keeps)
        recall_let_go(rebuild->engine, INSTANT_NEVER, shares ? 0 : rebuild->options.keep_finished, events);
    return code;
}

static int finish(struct rebuild *rebuild, int64_t now_ms, int64_t held_ms, struct err *err) {
    engine_advance(rebuild->engine, now_ms, held_ms);
    engine_judge(rebuild->engine, held_ms);
    rebuild->finished = true;
    return recall_failure(rebuild->recall, err);
}

int rebuild_step(struct rebuild *rebuild, size_t events, struct err *err) {
    int code;
    if (!rebuild->keys_read) return (code = read_keys(rebuild, err)) ? code : 1;
    if ((code = feed_sorted(rebuild, events, err))) return code;
    if (rebuild->fed < rebuild->keys.count) return 1;
    return rebuild->finished ? 0 : finish(rebuild, rebuild->options.now_ms, rebuild->options.held_ms, err);
}

/* ---------------------------------------------------------------- catching up */

/* As many as come in during a turn must not keep it from ever getting there. */
static size_t slice_of(const struct rebuild *rebuild, const struct rebuild_goal *goal, size_t events) {
    uint64_t more = rebuild->seen_seq ? goal->through_seq - rebuild->seen_seq : 0;
    return more > events / 2 ? 2 * (size_t)more : events;
}

/* The next rows, as they came, each with the clock as it was then. 1: there are more. */
static int feed_new(struct rebuild *rebuild, const struct rebuild_goal *goal, size_t events, struct err *err) {
    struct journal_cursor *cursor;
    struct journal_row row;
    int code = journal_read(rebuild->store, rebuild->options.through_seq, goal->through_seq, &cursor, err);
    if (code) return code;
    rebuild->order = RECALL_BY_SEQ;
    while (events && (code = journal_next(cursor, &row, err)) > 0) {
        int64_t now = row.received_ms < goal->now_ms ? row.received_ms : goal->now_ms;
        engine_advance(rebuild->engine, now, engine_held(rebuild->engine));
        rebuild->options.through_seq = row.seq;
        if ((code = feed(rebuild, &row, err))) break;
        events--;
    }
    journal_close(cursor);
    return code < 0 ? code : !events;
}

/* What runs out between the clocks may be much, after a long rebuild: a part of it. 1: there is more. */
static int move_clocks(struct rebuild *rebuild, const struct rebuild_goal *goal, struct err *err) {
    int64_t held = engine_held(rebuild->engine), left = goal->held_ms - held;
    if (left <= CLOCK_STEP_MS) return finish(rebuild, goal->now_ms, goal->held_ms, err);
    held += left / CLOCK_STEPS > CLOCK_STEP_MS ? left / CLOCK_STEPS : CLOCK_STEP_MS;
    engine_advance(rebuild->engine, goal->now_ms, held);
    engine_judge(rebuild->engine, held);
    int code = recall_failure(rebuild->recall, err);
    return code ? code : 1;
}

int rebuild_catch_up(
    struct rebuild *rebuild, const struct rebuild_goal *goal, size_t events, struct err *err) {
    size_t slice = slice_of(rebuild, goal, events);
    rebuild->seen_seq = goal->through_seq;
    int code = feed_new(rebuild, goal, slice, err);
    return code ? code : move_clocks(rebuild, goal, err);
}

uint64_t rebuild_done(const struct rebuild *rebuild) {
    return rebuild->options.goes_on ? rebuild->options.through_seq - rebuild->behind_seq : rebuild->fed;
}

uint64_t rebuild_total(const struct rebuild *rebuild) {
    return rebuild->options.goes_on ? rebuild->seen_seq - rebuild->behind_seq : rebuild->keys.count;
}

struct engine *rebuild_engine(struct rebuild *rebuild) {
    return rebuild->engine;
}

struct engine *rebuild_take_engine(struct rebuild *rebuild) {
    struct engine *engine = rebuild->engine;
    rebuild->engine = NULL;
    engine_set_grace(engine, rebuild->options.engine.grace_ms);
    return engine;
}

void rebuild_free(struct rebuild *rebuild) {
    if (!rebuild) return;
    prepared_free(rebuild->prepared); /* before its engine */
    engine_free(rebuild->engine);
    line_reader_free(rebuild->reader);
    recall_free(rebuild->recall);
    key_order_fini(&rebuild->keys);
    free(rebuild);
}

#include "rebuild.h"

#include <stdlib.h>
#include "recall.h"
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/store/journal.h"

enum { KEYS_SLICE = 8192, JUDGE_EVERY = 1024 };

struct rebuild {
    struct store *store;
    struct rebuild_options options;
    struct engine *engine;
    struct line_reader *reader;
    struct recall *recall;
    enum recall_order order; /* how the engine is fed now */
    struct journal_key *keys;
    size_t key_count, key_capacity, fed;
    uint64_t last_seq; /* of the keys read */
    bool keys_read, in_order, finished;
};

struct rebuild *rebuild_new(struct store *store, const struct rebuild_options *options) {
    struct rebuild *rebuild = mem_zalloc(sizeof *rebuild);
    rebuild->store = store;
    rebuild->options = *options;
    rebuild->reader = line_reader_new();
    rebuild->recall = recall_new(store);
    rebuild->order = RECALL_BY_TIME;
    rebuild->in_order = true;
    struct engine_options engine = options->engine;
    engine.grace_ms = 0; /* nothing is put off: what lies behind the held clock is decided */
    rebuild->engine = engine_new(options->rules, &engine);
    return rebuild;
}

/* ---------------------------------------------------------------- keys, sorted */

static int read_keys(struct rebuild *rebuild, struct err *err) {
    rebuild->keys = mem_grow(
        rebuild->keys, &rebuild->key_capacity, rebuild->key_count + KEYS_SLICE, sizeof *rebuild->keys);
    struct journal_key *slice = rebuild->keys + rebuild->key_count;
    size_t count;
    int code = journal_keys(rebuild->store, rebuild->last_seq, slice, KEYS_SLICE, &count, err);
    if (code) return code;
    size_t taken = 0;
    for (; taken < count && slice[taken].seq <= rebuild->options.through_seq; taken++) {
        size_t at = rebuild->key_count + taken;
        if (at && rebuild->keys[at - 1].at_ms > slice[taken].at_ms) rebuild->in_order = false;
        rebuild->last_seq = slice[taken].seq;
    }
    rebuild->key_count += taken;
    rebuild->keys_read = taken < KEYS_SLICE;
    return 0;
}

static int by_time(const void *a, const void *b) {
    const struct journal_key *x = a, *y = b;
    if (x->at_ms != y->at_ms) return x->at_ms < y->at_ms ? -1 : 1;
    return (x->seq > y->seq) - (x->seq < y->seq);
}

/* ---------------------------------------------------------------- feeding */

static int feed(struct rebuild *rebuild, const struct journal_row *row, struct err *err) {
    struct event event;
    struct recall_point fed = {rebuild->order, row->seq, row->at_ms, rebuild->options.through_seq};
    int code = journal_event(rebuild->reader, row, &event, err);
    if (!code) code = recall_contact(rebuild->recall, rebuild->engine, event.contact, &fed, err);
    if (code) return code;
    engine_event(rebuild->engine, &event);
    counter_inc(events_recomputed);
    return 0;
}

/* The clocks go with the events, but never past where the engine is to end. */
static void follow(struct rebuild *rebuild, int64_t at_ms) {
    const struct rebuild_options *o = &rebuild->options;
    engine_advance(rebuild->engine, at_ms < o->now_ms ? at_ms : o->now_ms, at_ms < o->held_ms ? at_ms : o->held_ms);
}

static int feed_sorted(struct rebuild *rebuild, size_t events, struct err *err) {
    int code = store_read_begin(rebuild->store, err);
    if (code) return code;
    for (; events-- && rebuild->fed < rebuild->key_count && !code; rebuild->fed++) {
        struct journal_row row;
        int64_t at = rebuild->keys[rebuild->fed].at_ms;
        code = journal_get(rebuild->store, rebuild->keys[rebuild->fed].seq, &row, err);
        if (code > 0) code = 0; /* pruned meanwhile */
        else if (!code) {
            if (rebuild->fed % JUDGE_EVERY == 0)
                engine_judge(rebuild->engine, at - 1 < rebuild->options.held_ms ? at - 1 : rebuild->options.held_ms);
            follow(rebuild, at);
            code = feed(rebuild, &row, err);
        }
    }
    store_read_end(rebuild->store);
    recall_let_go(rebuild->engine);
    return code;
}

static void finish(struct rebuild *rebuild, int64_t now_ms, int64_t held_ms) {
    engine_advance(rebuild->engine, now_ms, held_ms);
    engine_judge(rebuild->engine, held_ms);
    rebuild->finished = true;
}

int rebuild_step(struct rebuild *rebuild, size_t events, struct err *err) {
    if (!rebuild->keys_read) {
        int code = read_keys(rebuild, err);
        if (code) return code;
        if (rebuild->keys_read && !rebuild->in_order)
            qsort(rebuild->keys, rebuild->key_count, sizeof *rebuild->keys, by_time);
        return 1;
    }
    int code = feed_sorted(rebuild, events, err);
    if (code) return code;
    if (rebuild->fed < rebuild->key_count) return 1;
    if (!rebuild->finished) finish(rebuild, rebuild->options.now_ms, rebuild->options.held_ms);
    return 0;
}

int rebuild_catch_up(
    struct rebuild *rebuild, uint64_t through_seq, int64_t now_ms, int64_t held_ms, struct err *err) {
    struct journal_cursor *cursor;
    int code = journal_read(rebuild->store, rebuild->options.through_seq, through_seq, &cursor, err);
    if (code) return code;
    struct journal_row row;
    rebuild->order = RECALL_BY_SEQ;
    while ((code = journal_next(cursor, &row, err)) > 0)
        if ((code = feed(rebuild, &row, err))) break;
    journal_close(cursor);
    if (code) return code;
    rebuild->options.through_seq = through_seq;
    finish(rebuild, now_ms, held_ms);
    return 0;
}

uint64_t rebuild_done(const struct rebuild *rebuild) {
    return rebuild->fed;
}

uint64_t rebuild_total(const struct rebuild *rebuild) {
    return rebuild->key_count;
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
    engine_free(rebuild->engine);
    line_reader_free(rebuild->reader);
    recall_free(rebuild->recall);
    free(rebuild->keys);
    free(rebuild);
}

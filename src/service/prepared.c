#include "prepared.h"

#include <stdlib.h>
#include "event_batch.h"
#include "recall.h"
#include "slad/base/buf.h"
#include "slad/base/mem.h"

struct prepared {
    struct engine *engine;
    struct line_reader *reader;
    struct event_batch batch;
    struct buf lines[ENGINE_PREPARE_MOST]; /* of the batch */
    struct event_entry *entries;
    size_t count, capacity;
};

struct prepared *prepared_new(struct engine *engine, struct line_reader *reader) {
    struct prepared *prepared = mem_zalloc(sizeof *prepared);
    prepared->engine = engine;
    prepared->reader = reader;
    return prepared;
}

void prepared_end(struct prepared *prepared) {
    struct event_batch *batch = &prepared->batch;
    struct moment *moments[ENGINE_PREPARE_MOST];
    engine_prepare(prepared->engine, batch->events, batch->count, moments);
    prepared->entries = mem_grow(
        prepared->entries, &prepared->capacity, prepared->count + batch->count, sizeof *prepared->entries);
    for (size_t i = 0; i < batch->count; i++)
        prepared->entries[prepared->count++] = (struct event_entry){batch->events[i].at_ms, moments[i]};
    batch->count = 0;
}

int prepared_add(struct prepared *prepared, const struct journal_row *row, struct err *err) {
    struct event_batch *batch = &prepared->batch;
    struct journal_row own = *row;
    struct event event;
    if (event_batch_is_full(batch)) prepared_end(prepared);
    struct buf *line = &prepared->lines[batch->count];
    buf_clear(line);
    buf_add_span(line, row->line);
    own.line = buf_span(line);
    int code = journal_event(prepared->reader, &own, &event, err);
    if (code) return code;
    bool in_place = line_in_place(prepared->reader);
    if (!in_place) prepared_end(prepared); /* its texts are the reader's */
    bool stays = event_batch_put(batch, &event) && in_place;
    if (!stays) prepared_end(prepared);
    return 0;
}

size_t prepared_count(const struct prepared *prepared) {
    return prepared->count;
}

int64_t prepared_at(const struct prepared *prepared, size_t i) {
    return prepared->entries[i].at;
}

void prepared_take(struct prepared *prepared, size_t i) {
    struct event_entry *entry = &prepared->entries[i];
    event_entries_foresee(prepared->engine, prepared->entries, prepared->count, i);
    if (entry->moment) engine_take(prepared->engine, entry->moment);
    entry->moment = NULL;
}

void prepared_clear(struct prepared *prepared) {
    for (size_t i = 0; i < prepared->count; i++)
        if (prepared->entries[i].moment) engine_discard(prepared->engine, prepared->entries[i].moment);
    prepared->count = prepared->batch.count = 0;
}

void prepared_free(struct prepared *prepared) {
    if (!prepared) return;
    prepared_clear(prepared);
    for (size_t i = 0; i < ENGINE_PREPARE_MOST; i++) buf_fini(&prepared->lines[i]);
    free(prepared->entries);
    free(prepared);
}

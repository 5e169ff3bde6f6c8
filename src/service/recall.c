#include "recall.h"

#include <stdlib.h>
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/wire/line.h"

enum {
    /* A contact that comes back costs some tens of microseconds; most second thoughts (a reopened chat, a survey) come
     * within minutes. */
    QUIET_MS = 10 * 60 * 1000,
    LET_GO_MOST = 1024, /* looked at in a turn: below a millisecond */
};

struct recall {
    struct store *store;
    struct line_reader *reader;
};

struct recall *recall_new(struct store *store) {
    struct recall *recall = mem_zalloc(sizeof *recall);
    recall->store = store;
    recall->reader = line_reader_new();
    return recall;
}

void recall_free(struct recall *recall) {
    if (!recall) return;
    line_reader_free(recall->reader);
    free(recall);
}

int journal_event(struct line_reader *reader, const struct journal_row *row, struct event *out, struct err *err) {
    enum line_kind kind;
    if (line_read(reader, row->line, &kind, out, err) || kind != LINE_EVENT)
        return err_set(err, ERR_CORRUPT, "event %llu of the journal cannot be read", (unsigned long long)row->seq);
    out->at_ms = row->at_ms;
    out->received_ms = row->received_ms;
    out->seq = row->seq;
    return 0;
}

static bool was_fed(const struct recall_point *point, const struct journal_row *row) {
    if (point->order == RECALL_BY_SEQ) return row->seq < point->seq;
    if (row->seq > point->through_seq) return false;
    return row->at_ms != point->at_ms ? row->at_ms < point->at_ms : row->seq < point->seq;
}

int recall_contact(struct recall *recall, struct engine *engine, struct span contact,
    const struct recall_point *point, struct err *err) {
    struct journal_cursor *cursor;
    struct journal_row row;
    struct event event;
    if (!engine_is_evicted(engine, contact)) return 0;
    int code = journal_contact(recall->store, contact, &cursor, err);
    if (code) return code;
    while ((code = journal_next(cursor, &row, err)) > 0) {
        if (!was_fed(point, &row)) continue;
        if ((code = journal_event(recall->reader, &row, &event, err))) break;
        engine_recall_event(engine, &event);
    }
    journal_close(cursor);
    if (code) return code;
    engine_recalled(engine, contact);
    counter_inc(contacts_recalled);
    return 0;
}

void recall_let_go(struct engine *engine) {
    engine_evict(engine, engine_now(engine) - QUIET_MS, LET_GO_MOST);
}

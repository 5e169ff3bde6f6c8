#include "recall.h"

#include <stdlib.h>
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/wire/line.h"

enum {
    /* A contact that comes back costs some tens of microseconds; most second thoughts (a reopened chat, a survey) come
     * within minutes. */
    QUIET_MS = 10 * 60 * 1000,
    REST_FOR_EACH = 16, /* may rest for each that may go: more than a turn can bring, a few microseconds each */
};

struct recall {
    struct store *store;
    struct line_reader *reader;
    struct recall_point point;
    int failure; /* of the engine that is served now */
    struct err err;
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

/* Of the contact of an event asked for, the first row says whether it is one that left. */
static int read_rows(struct recall *recall, struct engine *engine, struct journal_cursor *cursor) {
    struct journal_row row;
    struct event event;
    bool is_known = false;
    int code;
    while ((code = journal_next(cursor, &row, &recall->err)) > 0) {
        if (!is_known && !engine_is_evicted(engine, row.contact)) return 0;
        if (!is_known) counter_inc(contacts_recalled);
        is_known = true;
        if (!was_fed(&recall->point, &row)) continue;
        if ((code = journal_event(recall->reader, &row, &event, &recall->err))) return code;
        engine_recall_event(engine, &event);
    }
    return code;
}

static int read_contact(void *arg, struct engine *engine, struct span contact, uint64_t seq) {
    struct recall *recall = arg;
    struct journal_cursor *cursor = NULL;
    int code = contact.p ? journal_contact(recall->store, contact, &cursor, &recall->err)
                         : journal_contact_of(recall->store, seq, &cursor, &recall->err);
    if (!code) code = read_rows(recall, engine, cursor);
    journal_close(cursor);
    if (code) recall->failure = code;
    return code;
}

void recall_serve(struct recall *recall, struct engine *engine) {
    recall->point = (struct recall_point){.order = RECALL_BY_SEQ, .seq = UINT64_MAX};
    recall->failure = 0;
    engine_set_recall(engine, read_contact, recall);
}

void recall_through(struct recall *recall, const struct recall_point *point) {
    recall->point = *point;
}

int recall_failure(const struct recall *recall, struct err *err) {
    if (recall->failure) *err = recall->err;
    return recall->failure;
}

int recall_contact(struct recall *recall, struct engine *engine, struct span contact,
    const struct recall_point *point, struct err *err) {
    struct recall_point standing = recall->point;
    if (!engine_is_evicted(engine, contact)) return 0;
    recall->point = *point;
    int code = engine_recall(engine, contact);
    recall->point = standing;
    recall->failure = 0; /* nothing came back: it may be tried again */
    if (code) *err = recall->err;
    return code;
}

void recall_let_go(struct engine *engine, int64_t quiet_before_ms, size_t keep, size_t most) {
    int64_t quiet = engine_now(engine) - QUIET_MS;
    size_t have = engine_quiet(engine), over = have > keep ? have - keep : 0;
    engine_evict(engine, quiet < quiet_before_ms ? quiet : quiet_before_ms - 1, over < most ? over : most);
    engine_rest(engine, REST_FOR_EACH * most);
}

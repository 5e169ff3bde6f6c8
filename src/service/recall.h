/* recall: contacts that left the engine's memory, built again from the journal before something names them.
 * Owns: a line reader, so that the event in hand stays as it was read.
 * Must not know: who names them. */
#ifndef SLAD_SERVICE_RECALL_H
#define SLAD_SERVICE_RECALL_H

#include "slad/engine/engine.h"
#include "slad/store/journal.h"
#include "slad/wire/line.h"

struct recall;
struct recall *recall_new(struct store *store);
void recall_free(struct recall *recall); /* NULL is fine */

enum recall_order {
    RECALL_BY_SEQ,  /* the engine took events as they came: those before seq */
    RECALL_BY_TIME, /* the engine is fed by (at, seq): those before both */
};
/* How far the engine has been fed. */
struct recall_point {
    enum recall_order order;
    uint64_t seq;
    int64_t at_ms;       /* BY_TIME */
    uint64_t through_seq; /* BY_TIME: none beyond it */
};
/* From now on the engine has contacts read back from here when it needs them, with all their events in the journal. */
void recall_serve(struct recall *recall, struct engine *engine);
/* From now on with those up to here. */
void recall_through(struct recall *recall, const struct recall_point *point);
/* After engine_event() and engine_advance(): what kept a contact from being read back; 0. Such an engine is to be
 * thrown away. */
int recall_failure(const struct recall *recall, struct err *err) WARN_UNUSED;

/* Of the engine that is served; with its events up to here. Does nothing for a contact that is in memory, or that nobody
 * knows. The errors of the store, ERR_CORRUPT: the engine is as it was. */
int recall_contact(struct recall *recall, struct engine *engine, struct span contact,
    const struct recall_point *point, struct err *err) WARN_UNUSED;

/* Contacts without anything open leave memory once they have been quiet for so long, and since before this instant of the
 * engine's clock, and there are more than `keep` of them. About `most` are looked at: as many as have come meanwhile, or
 * memory would grow. */
void recall_let_go(struct engine *engine, int64_t quiet_before_ms, size_t keep, size_t most);

/* The event of a row, in the reader until its next line. ERR_CORRUPT. */
int journal_event(
    struct line_reader *reader, const struct journal_row *row, struct event *out, struct err *err) WARN_UNUSED;

#endif

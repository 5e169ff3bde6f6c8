/* link_notes: what is written about a link besides its events: how far it was seen to work, and its gap.
 * Owns: what is still to be written, and what has to be written again after a lost batch.
 * Must not know: the connection. */
#ifndef SLAD_INGEST_LINK_NOTES_H
#define SLAD_INGEST_LINK_NOTES_H

#include "ingest/batch.h"

enum link_note { NOTE_GAP_OPEN, NOTE_GAP_END, NOTE_SEEN, LINK_NOTES };

struct link_notes {
    struct batch *batch;
    struct span name;
    int64_t gap_since_ms, gap_until_ms;
    const char *gap_reason; /* a literal */
    bool in_gap;
    int64_t seen_ms;
    struct buf knows; /* as of seen_ms */
    struct {
        bool written, durable;
        uint64_t batch; /* that has to be on disk, of one that is written */
    } notes[LINK_NOTES];
    struct { /* the gap before, whose end is written and not on disk: if that is lost, it goes on */
        bool is_there, open_durable;
        int64_t since_ms;
        const char *reason;
        uint64_t batch; /* of its end */
    } before;
};

/* Borrows both. */
void link_notes_init(struct link_notes *notes, struct batch *batch, struct span name);
void link_notes_fini(struct link_notes *notes);

void link_notes_gap(struct link_notes *notes, int64_t since_ms, const char *reason);
void link_notes_gap_over(struct link_notes *notes, int64_t until_ms);
/* To be written with what is then in notes->knows, which the caller fills. */
void link_notes_seen(struct link_notes *notes, int64_t seen_ms);
bool link_notes_wants(const struct link_notes *notes, enum link_note note);

/* Writes what is to be written; whether that is everything. After the lines that it says are told, never
 * before. */
bool link_notes_write(struct link_notes *notes);
void link_notes_settled(struct link_notes *notes); /* something is on disk: perhaps all that was written */
void link_notes_lost(struct link_notes *notes);    /* it is not, and never will be */

#endif

/* Invariants:
 * 1. a note is durable only when it is written; what is not written is written in the order of enum
 * link_note.
 * 2. an end is to be written only after the opening of the same gap; a gap that opens again before its end is
 * written goes on instead. */
#include "ingest/link_notes.h"

#include "slad/service/gaps.h"

void link_notes_init(struct link_notes *notes, struct batch *batch, struct span name) {
    *notes = (struct link_notes){.batch = batch, .name = name};
    for (int i = 0; i < LINK_NOTES; i++) notes->notes[i].written = notes->notes[i].durable = true;
}

void link_notes_fini(struct link_notes *notes) {
    buf_fini(&notes->knows);
}

static void want(struct link_notes *notes, enum link_note note, bool wanted) {
    notes->notes[note].written = notes->notes[note].durable = !wanted;
}

bool link_notes_wants(const struct link_notes *notes, enum link_note note) {
    return !notes->notes[note].written;
}

void link_notes_gap(struct link_notes *notes, int64_t since_ms, const char *reason) {
    if (notes->in_gap) return;
    notes->in_gap = true;
    if (!notes->notes[NOTE_GAP_END].durable) {
        want(notes, NOTE_GAP_END, false);
        return;
    }
    notes->gap_since_ms = since_ms;
    notes->gap_reason = reason;
    want(notes, NOTE_GAP_OPEN, true);
}

void link_notes_gap_over(struct link_notes *notes, int64_t until_ms) {
    if (!notes->in_gap) return;
    notes->in_gap = false;
    notes->gap_until_ms = until_ms;
    want(notes, NOTE_GAP_END, true);
}

void link_notes_seen(struct link_notes *notes, int64_t seen_ms) {
    notes->seen_ms = seen_ms;
    want(notes, NOTE_SEEN, true);
}

static int write_note(
    struct link_notes *notes, struct service *service, enum link_note note, struct err *err) {
    switch (note) {
    case NOTE_GAP_OPEN:
        return intake_gap_open(service, notes->name, notes->gap_since_ms, notes->gap_reason, err);
    case NOTE_GAP_END: return intake_gap_end(service, notes->name, notes->gap_until_ms, err);
    default: return intake_link_put(service, notes->name, notes->seen_ms, buf_span(&notes->knows), err);
    }
}

static int write_all(void *arg, struct service *service, struct err *err) {
    struct link_notes *notes = arg;
    int rc = 0;
    for (int i = 0; i < LINK_NOTES && rc == 0; i++) {
        if (notes->notes[i].written) continue;
        rc = write_note(notes, service, (enum link_note)i, err);
        notes->notes[i].written = rc == 0;
    }
    notes->batch_written = batch_written(notes->batch);
    return rc;
}

bool link_notes_write(struct link_notes *notes) {
    struct err err; /* the service says what is wrong with it */
    bool wanted = false;
    for (int i = 0; i < LINK_NOTES; i++) wanted = wanted || !notes->notes[i].written;
    return !wanted || (batch_takes(notes->batch) && batch_write(notes->batch, write_all, notes, &err) == 0);
}

void link_notes_settled(struct link_notes *notes) {
    if (!batch_is_durable(notes->batch, notes->batch_written)) return;
    for (int i = 0; i < LINK_NOTES; i++) notes->notes[i].durable = notes->notes[i].written;
}

void link_notes_lost(struct link_notes *notes) {
    notes->batch_written = 0;
    for (int i = 0; i < LINK_NOTES; i++) notes->notes[i].written = notes->notes[i].durable;
}

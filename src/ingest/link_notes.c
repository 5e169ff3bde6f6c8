/* Invariants:
 * 1. a note is durable only when it is written, and its batch is on disk; what is not written is written in the order of
 * enum link_note.
 * 2. an end is to be written only after the opening of the same gap; a gap that opens again before its end is
 * written, or after that was lost, goes on instead. */
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

static void keep_before(struct link_notes *notes) {
    if (notes->before.is_there) return; /* what is lost is lost from the first on */
    notes->before.is_there = true;
    notes->before.open_durable = notes->notes[NOTE_GAP_OPEN].durable;
    notes->before.since_ms = notes->gap_since_ms;
    notes->before.reason = notes->gap_reason;
    notes->before.batch = notes->notes[NOTE_GAP_END].batch;
}

/* Its end was lost, and with it the gap that opened since. */
static void go_back(struct link_notes *notes) {
    notes->before.is_there = false;
    notes->gap_since_ms = notes->before.since_ms;
    notes->gap_reason = notes->before.reason;
    want(notes, NOTE_GAP_OPEN, !notes->before.open_durable);
    if (notes->in_gap) want(notes, NOTE_GAP_END, false);
}

void link_notes_gap(struct link_notes *notes, int64_t since_ms, const char *reason) {
    if (notes->in_gap) return;
    notes->in_gap = true;
    if (!notes->notes[NOTE_GAP_END].written) {
        want(notes, NOTE_GAP_END, false);
        return;
    }
    if (!notes->notes[NOTE_GAP_END].durable) keep_before(notes);
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
        notes->notes[i].batch = batch_written(notes->batch);
    }
    return rc;
}

bool link_notes_write(struct link_notes *notes) {
    struct err err; /* the service says what is wrong with it */
    bool wanted = false;
    for (int i = 0; i < LINK_NOTES; i++) wanted = wanted || !notes->notes[i].written;
    return !wanted || (batch_takes(notes->batch) && batch_write(notes->batch, write_all, notes, &err) == 0);
}

void link_notes_settled(struct link_notes *notes) {
    for (int i = 0; i < LINK_NOTES; i++)
        if (notes->notes[i].written && batch_is_durable(notes->batch, notes->notes[i].batch)) notes->notes[i].durable = true;
    if (batch_is_durable(notes->batch, notes->before.batch)) notes->before.is_there = false;
}

void link_notes_lost(struct link_notes *notes) {
    for (int i = 0; i < LINK_NOTES; i++) notes->notes[i].written = notes->notes[i].durable;
    if (notes->before.is_there) go_back(notes);
}

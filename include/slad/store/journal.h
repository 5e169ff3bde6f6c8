/* journal: every accepted event, in the order of arrival.
 * Owns: the table `events`.
 * Must not know: what a line says. */
#ifndef SLAD_STORE_JOURNAL_H
#define SLAD_STORE_JOURNAL_H

#include "slad/base/span.h"
#include "slad/store/store.h"

struct journal_row {
    uint64_t seq; /* from 1, rising, never given twice */
    int64_t received_ms, at_ms;
    struct span contact, event;
    struct span id; /* meaningful when has_id */
    bool has_id;
    struct span line; /* as it came, without the newline */
};

/* Appends; row->seq is not looked at. 0: *seq is its place. 1: the journal holds its id already, nothing was
 * written. */
int journal_append(
    struct store *store, const struct journal_row *row, uint64_t *seq, struct err *err) WARN_UNUSED;
/* Fetches from memory what it will look at for this id. */
void journal_foresee(const struct store *store, struct span id);
/* The last seq given, those of the open transaction included; 0 before the first. */
uint64_t journal_last(const struct store *store);

/* ---- reading: committed rows only ---- */

struct journal_cursor;
/* Rows with after_seq < seq <= through_seq, by seq. */
int journal_read(struct store *store, uint64_t after_seq, uint64_t through_seq, struct journal_cursor **out,
    struct err *err) WARN_UNUSED;
/* All rows of one contact by (at, seq). */
int journal_contact(
    struct store *store, struct span contact, struct journal_cursor **out, struct err *err) WARN_UNUSED;
/* The same of the contact that this row is of; no row when it is not there any more. */
int journal_contact_of(
    struct store *store, uint64_t seq, struct journal_cursor **out, struct err *err) WARN_UNUSED;
/* 1: a row, borrowed until the next call on this cursor; 0: the end. */
int journal_next(struct journal_cursor *cursor, struct journal_row *row, struct err *err) WARN_UNUSED;
/* Lets go of the snapshot a cursor of journal_read() stands on, so that the write-ahead log may shrink while
 * it waits for its next turn. The row last read is no longer valid; journal_next() goes on behind it. */
void journal_rest(struct journal_cursor *cursor);
void journal_close(struct journal_cursor *cursor); /* NULL is allowed */

struct journal_key {
    uint64_t seq;
    int64_t at_ms;
};
/* The keys of up to `capacity` rows with seq > after_seq, by seq. *count < capacity: those were the last. */
int journal_keys(struct store *store, uint64_t after_seq, struct journal_key *keys, size_t capacity,
    size_t *count, struct err *err) WARN_UNUSED;
/* One row, between store_read_begin() and store_read_end(): borrowed until the latter or the next
 * journal_get(). 1: there is none. */
int journal_get(struct store *store, uint64_t seq, struct journal_row *row, struct err *err) WARN_UNUSED;

/* ---- asking, rows of the open transaction included ---- */

/* 0: the journal holds an event of this contact, or of this id; 1: it does not. */
int journal_has_contact(struct store *store, struct span contact, struct err *err) WARN_UNUSED;
int journal_has_id(struct store *store, struct span id, struct err *err) WARN_UNUSED;

/* 1: another program deleted or changed a row since journal_forget_edits() (in the transaction); 0: none did. */
int journal_was_edited(struct store *store, struct err *err) WARN_UNUSED;
int journal_forget_edits(struct store *store, struct err *err) WARN_UNUSED;
/* The number of rows, those counted that were deleted between the first and the last. */
int journal_rows(struct store *store, uint64_t *rows, struct err *err) WARN_UNUSED;

/* ---- forgetting ---- */

struct journal_pruning {
    int64_t received_before_ms; /* the cut-off */
    size_t max_rows; /* the slice: rows looked at or deleted (one contact is always deleted whole) */
    void (*dropped)(
        void *arg, struct span contact); /* called for each contact that is deleted; may be NULL */
    void *arg;
    int64_t ahead_ms; /* rows received after it came while the clock was wrong: they are passed by; 0: there are none */
};
/* Deletes contacts, whole, the last of whose events was received before the cut-off; a contact with a newer
 * one keeps all it has. 1: the slice is used up, there may be more to do; 0: done for this cut-off. *deleted
 * counts rows. */
int journal_prune(
    struct store *store, const struct journal_pruning *pruning, size_t *deleted, struct err *err) WARN_UNUSED;

#endif

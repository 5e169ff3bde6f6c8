/* store: the SQLite file that holds the journal and everything derived from it (docs/STORAGE.md).
 * Owns: the file, its lock, its ballast, one connection that writes and one that reads.
 * Must not know: JSON, sockets, the wall clock, what a standard means. */
#ifndef SLAD_STORE_STORE_H
#define SLAD_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/err.h"

struct store;

/* Everything in this room that can fail returns 0, or 1 where a function says so ("there is none", "there is
 * more"), or a negative code: ERR_FULL (no space left), ERR_IN_USE (locked by another process), ERR_DENIED,
 * ERR_IO, ERR_CORRUPT. After a failed write the transaction is beyond repair: store_rollback(). Writes happen
 * between store_begin() and store_commit(); anything else is a bug of ours. Functions that read say which
 * rows they see: those committed, or those of the open transaction too. */

/* Opens the database at `path`, creating it, and its folder (0750), when missing; brings its schema up to
 * date in one transaction. ERR_IN_USE: another process has it open (the text says its pid). ERR_INVALID: a
 * file that is not ours, or of a newer version; it is left untouched. ERR_CORRUPT: the file does not pass
 * SQLite's quick check. */
int store_open(const char *path, struct store **out, struct err *err) WARN_UNUSED;
/* Rolls back an open transaction. NULL is allowed. */
void store_close(struct store *store);

int store_begin(struct store *store, struct err *err) WARN_UNUSED;
/* On failure nothing of the transaction is kept and it is over. ERR_IO also when the files are not those that were opened
 * any more: what would be written no restart would find. */
int store_commit(struct store *store, struct err *err) WARN_UNUSED;
/* The same, but a thread does it (store_use_threads()), while the next transaction may begin: one may be on its way. What
 * became of it is told by store_committed(). */
int store_commit_later(struct store *store, struct err *err) WARN_UNUSED;
/* 1: the one that was on its way is on disk, which is told once; 0: it still is, or there was none. Negative: it could not be
 * committed, and nothing of it and of the open one is kept: store_rollback(). */
enum store_wait { STORE_ASK, STORE_WAIT };
int store_committed(struct store *store, enum store_wait wait, struct err *err) WARN_UNUSED;
bool store_is_committing(const struct store *store); /* one is on its way, and store_committed() has not told of it */
/* An eventfd that is written to when store_committed() has something to tell; -1 without threads. */
int store_wake_fd(const struct store *store);
/* Waits for what is on its way, and takes the open transaction back. Nothing happens outside a transaction. Series ids first learnt in the transaction are void afterwards. */
void store_rollback(struct store *store);
bool store_in_transaction(const struct store *store);

/* Between these two all reading of committed rows sees one and the same snapshot, and many small questions
 * cost less. Keep it short: the write-ahead log cannot shrink meanwhile. */
int store_read_begin(struct store *store, struct err *err) WARN_UNUSED;
void store_read_end(struct store *store); /* nothing happens when none was begun */

/* Small numbers to remember (the engine's clocks …), by a name of the caller's. Reading sees the open
 * transaction; 1: never set. */
int store_meta_get(struct store *store, const char *key, int64_t *value, struct err *err) WARN_UNUSED;
int store_meta_set(struct store *store, const char *key, int64_t value, struct err *err) WARN_UNUSED;
/* Forgets all whose names begin with `prefix`. */
int store_meta_drop(struct store *store, const char *prefix, struct err *err) WARN_UNUSED;

/* Copies what the write-ahead log holds into the database as far as no reader is in the way: for quiet
 * moments. Not within a transaction. */
int store_checkpoint(struct store *store, struct err *err) WARN_UNUSED;
/* From here on there are threads: one copies the log whenever it has grown, while commits go on (until then the commit does
 * it that finds the log grown, and takes that long); one carries out what is written later (later.h); and one reads the
 * journal's ids, once. */
int store_use_threads(struct store *store, struct err *err) WARN_UNUSED;
/* Why the log could not be copied when that was last tried; NULL: it could. The log grows until it can. */
const char *store_checkpoint_failure(const struct store *store);

struct store_size {
    uint64_t database_bytes, wal_bytes;
    uint64_t unused_bytes; /* of the database: free pages, to be used again */
};
int store_size(struct store *store, struct store_size *out, struct err *err) WARN_UNUSED;
/* Of the write-ahead log, as it was before the last commit. Costs nothing. */
uint64_t store_wal_bytes(const struct store *store);
/* What the file system still has for us. */
int store_free_bytes(const struct store *store, uint64_t *bytes, struct err *err) WARN_UNUSED;

/* The ballast, "<path>.ballast": disk space held in reserve, because on a full disk even deleting rows needs
 * some. It is laid down at open where there is room. */
enum { STORE_BALLAST_BYTES = 4 << 20 }; /* a few retention slices' worth of log */
bool store_has_ballast(const struct store *store);
/* Gives the space back to the disk; nothing happens when it was given back already. */
int store_release_ballast(struct store *store, struct err *err) WARN_UNUSED;
/* Lays it down again; nothing happens when it is there. ERR_FULL: there is no room yet. */
int store_restore_ballast(struct store *store, struct err *err) WARN_UNUSED;

#endif

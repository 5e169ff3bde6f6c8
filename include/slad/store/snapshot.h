/* snapshot: a database to be read as it stands at one instant, whoever writes to it, or a backup.
 * Owns: nothing; a struct store that only the reading functions of this room may be called with.
 * Must not know: what is to be found out. */
#ifndef SLAD_STORE_SNAPSHOT_H
#define SLAD_STORE_SNAPSHOT_H

#include "slad/store/series.h"

/* Takes no lock and changes nothing; store_close() ends it. ERR_INVALID: not ours, or not of today's schema; ERR_DENIED,
 * ERR_CORRUPT, ERR_IO. */
int snapshot_open(const char *path, struct store **out, struct err *err) WARN_UNUSED;
/* What SQLite's integrity_check says is wrong, a line each, up to a hundred; *count of them. */
int snapshot_check(struct store *store, void (*wrong)(void *arg, struct span line), void *arg, size_t *count,
    struct err *err) WARN_UNUSED;

struct snapshot_facts {
    int64_t events;       /* in the journal */
    uint64_t last_seq;    /* ever given; more than `events`: some were let go */
};
int snapshot_facts(struct store *store, struct snapshot_facts *out, struct err *err) WARN_UNUSED;
/* The last event that was received before this instant; 0: none was. */
int snapshot_seq_before(struct store *store, int64_t received_ms, uint64_t *seq, struct err *err) WARN_UNUSED;
/* 0: the journal has an event of this contact that was received before then; 1: it has none, or has let go of it. */
int snapshot_knew_contact(struct store *store, struct span contact, int64_t before_ms, struct err *err) WARN_UNUSED;
/* Levels, and levels at risk, whose record has changed at that instant of the wall clock or since; `what`: the target's or the
 * warning's text. */
typedef void level_name_visit(void *arg, struct span standard, struct span group, struct span what, bool at_risk);
int snapshot_levels_changed(struct store *store, int64_t since_ms, level_name_visit *visit, void *arg, struct err *err) WARN_UNUSED;
/* The latest row of figures of each series that was published up to this instant. */
int snapshot_figures(struct store *store, int64_t through_ms, history_visit *visit, void *arg, struct err *err) WARN_UNUSED;

#endif

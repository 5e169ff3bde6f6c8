/* contacts: which events of the journal are of which contact. An index written with every event cost a third of what SQLite
 * takes for it, and two thirds where the contacts' names come in no order; so it is a table, `event_contacts`, that is
 * written in bulk, thousands of events in the order of their contacts. Of those beyond it memory holds a hash each.
 * Owns: the table; the hashes.
 * Must not know: what is asked of the events found. */
#ifndef SLAD_STORE_CONTACTS_H
#define SLAD_STORE_CONTACTS_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>
#include "slad/base/buf.h"
#include "slad/base/err.h"
#include "slad/base/span.h"

struct journal_row;
struct store;

struct contact_entry;
struct contact_entries {
    struct buf texts;
    struct contact_entry *list;
    size_t count, capacity, next; /* next: the first that is not in the table */
};
enum { CONTACT_SEGMENT_WORDS = 512 }; /* eight bits an event */
struct contact_segment {
    uint64_t bits[CONTACT_SEGMENT_WORDS];
};
struct contacts {
    uint64_t from;    /* hashes[0] is of event from + 1; what no snapshot of ours may lack in the table lies before */
    uint64_t through; /* the table, as of the last commit */
    uint32_t *hashes;
    size_t count, capacity;
    struct contact_segment *segments; /* those from the one of from + 1; all of the capacity are set */
    size_t segment_capacity;
    size_t piece, many; /* events (contacts.c); tests have them smaller */
    size_t commits;     /* since the last piece */
    /* The thread's that writes (later.h, invariant 1): */
    struct contact_entries collected, entering;
    uint64_t collected_through;
};

/* Once journal_last is known: reads what lies beyond the table. */
int contacts_open(struct store *store, struct err *err) WARN_UNUSED;
void contacts_fini(struct contacts *contacts);
/* This event is appended in the open transaction. */
int contacts_add(struct store *store, uint64_t seq, struct span contact, struct err *err) WARN_UNUSED;
/* By the thread: it is about to be written. */
void contacts_collect(struct store *store, const struct journal_row *row);
/* From here on, in the open transaction, the table has all that was appended. */
int contacts_index(struct store *store, struct err *err) WARN_UNUSED;
/* Once store->committed, and once store->marks says what came of it. */
void contacts_committed(struct store *store);
void contacts_rolled_back(struct store *store);

/* Of ?1, a contact: the seqs that the table has. */
#define CONTACTS_ENTERED                                                                                               \
    "SELECT seq FROM event_contacts WHERE contact = ?1 UNION ALL"                                                      \
    " SELECT value FROM event_contacts AS c, json_each(c.others) WHERE c.contact = ?1"
/* The seqs of all events that are of a contact, in any snapshot, and a few that may not be there or not be of it: ask for
 * the contact, too. The parameters are ?1 (the contact itself) to ?3. */
#define CONTACTS_SEQS                                                                                                  \
    CONTACTS_ENTERED " UNION ALL SELECT value FROM json_each(?2)"                                                      \
    " UNION ALL SELECT seq FROM events WHERE contact = ?1 AND seq <= ?3"                                               \
    "  AND seq > coalesce((SELECT value FROM meta WHERE key = 'contacts_through'), 0)"
/* Binds them, copies. */
void contacts_bind(sqlite3_stmt *statement, const struct store *store, struct span contact);

/* Makes the table anew from the events. */
int contacts_rebuild(sqlite3 *db, struct err *err) WARN_UNUSED;
/* How many events the table lacks, and how many it has that are not there. */
int contacts_check(sqlite3 *db, int64_t *wrong, struct err *err) WARN_UNUSED;

#endif

/* ids: whether the journal holds an event of an id already, mostly without asking the database.
 * Owns: a filter of all ids of the journal; the hashes of those of the open transaction.
 * Must not know: what an event is. */
#ifndef SLAD_STORE_IDS_H
#define SLAD_STORE_IDS_H

#include "slad/base/bloom.h"
#include "slad/base/err.h"
#include "slad/base/hash_set.h"
#include "slad/base/span.h"

struct store;
struct ids_reader;

struct ids {
    bool known; /* the filter has all of the journal's */
    struct bloom filter;
    struct hash_set open, flying; /* those of the open transaction, and of the one that is being committed */
    struct ids_reader *reader; /* a thread that fills the filter; NULL: there is none */
};

/* A thread of its own begins to read them, so that a long journal holds up nothing; else they are read when first needed. */
int ids_read_aside(struct store *store, struct err *err) WARN_UNUSED;
/* 0: the journal holds an event of this id, the open transaction included; 1: it does not. */
int ids_has(struct store *store, struct span id, struct err *err) WARN_UNUSED;
/* Fetches from memory what ids_has() will look at. */
void ids_foresee(const struct store *store, struct span id);
/* It is written in the open transaction. */
void ids_add(struct store *store, struct span id);
void ids_fly(struct store *store);   /* the open transaction is being committed */
void ids_landed(struct store *store); /* it was */
/* Neither holds anything any more: what is in the filter and not in the journal costs a question more. */
void ids_clear(struct store *store);
void ids_fini(struct store *store);

#endif

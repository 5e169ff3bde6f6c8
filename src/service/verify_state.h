/* verify_state: what the parts of a verification share: both sides of a comparison in one form, a key and a text for what
 * is known of it (verify.h).
 * Owns: nothing beyond the call of verify_run().
 * Must not know: the code that writes records. */
#ifndef SLAD_SERVICE_VERIFY_STATE_H
#define SLAD_SERVICE_VERIFY_STATE_H

#include "rebuild.h"
#include "slad/base/map.h"
#include "slad/base/mem.h"
#include "slad/service/book.h"
#include "slad/service/verify.h"
#include "slad/store/snapshot.h"

struct known { /* what the replay says of a key */
    struct span key, text;
    bool seen; /* it is on record */
};
struct facts { /* zero-initialise to start */
    struct map map;
    struct arena arena;
};
struct known *facts_find(const struct facts *facts, struct span key); /* or NULL */
/* What is put twice stays as it was put first. */
void facts_put(struct facts *facts, struct span key, struct span text);
void facts_fini(struct facts *facts);

struct verifying {
    const struct config *config;
    struct store *store;
    struct snapshot_facts snapshot;
    int64_t now_ms, held_ms; /* the engine's clocks, as stored */
    int64_t *versions; /* the one in force of each standard; 0: not to be compared */
    struct facts facts;
    struct rebuild *earlier, *put_off; /* see verify_earlier() */
    uint64_t earlier_seq;              /* what `earlier` ends with */
    struct book put_off_book;
    struct buf key, text;
    struct buf *lines;
    struct verify result;
    int code;
    struct err *err;
};

/* have.p, want.p == NULL: there is none on record, by the journal. */
void verify_say(struct verifying *v, const char *what, struct span key, struct span have, struct span want);
/* The index of a standard; SIZE_MAX: it is not compared. */
size_t verify_standard(const struct verifying *v, struct span name);
/* Whether the journal still holds all that the levels of this standard rest on. */
bool verify_has_window(const struct verifying *v, size_t standard);
/* Whether it holds all that the breaches and running cycles of this standard rest on: of a contact it holds all events or
 * none, of a customer (`per: customer`) some may have been let go, and the record stays as it was. */
bool verify_has_subjects(const struct verifying *v, size_t standard);
int verify_rebuild(struct verifying *v, const struct rebuild_options *options, struct rebuild **out) WARN_UNUSED;
/* Two more replays, made when they are asked for first. What the full one knows and the record does not may be about to
 * be written: a limit is put off (docs/STANDARDS.md, Time, live), which `put_off` leaves undecided, with its breaches in
 * `put_off_book`; or an event has just come that levels are judged by next, which `earlier` does not have. The record is
 * wrong where they agree with the full one. */
int verify_earlier(struct verifying *v) WARN_UNUSED;
/* 0: the journal knew the contact when this was recorded; 1: it did not, or has let go of what it knew; negative: it cannot be
 * asked. */
int verify_knows(struct verifying *v, struct span contact, int64_t recorded_ms) WARN_UNUSED;

/* The latest figures and percentiles, by a replay up to what was known when they were published. */
int verify_figures(struct verifying *v) WARN_UNUSED;
/* What lasts: open levels, levels and cycles at risk; the engine has replayed all up to the stored clocks. */
int verify_lasting(struct verifying *v, struct engine *engine) WARN_UNUSED;

#endif

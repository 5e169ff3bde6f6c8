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

/* A limit or warning that ran out may be put off by grace, up to five times it (docs/STANDARDS.md, Time, live). */
enum { PUT_OFF_GRACES = 6 };

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
    int64_t *since; /* of the version in force of each standard; INSTANT_NEVER: not to be compared */
    struct facts facts;
    struct facts held_back; /* figures, were all limits put off */
    struct rebuild *earlier; /* see verify_earlier() */
    struct book earlier_book;
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
/* Whether the journal still holds all that the figures of this standard rest on. */
bool verify_has_window(const struct verifying *v, size_t standard);
int verify_rebuild(struct verifying *v, const struct rebuild_options *options, struct rebuild **out) WARN_UNUSED;
/* A replay up to a while ago, in `earlier`, with the breaches of it in `earlier_book`; made when it is asked for first.
 * What the full replay knows and the record does not may be about to be written: an event has just come that is judged
 * next, or a limit is put off. It is wrong where the earlier replay agrees with the full one. */
int verify_earlier(struct verifying *v) WARN_UNUSED;

/* What lasts: open levels, levels and cycles at risk; the engine has replayed all up to the stored clocks. */
int verify_lasting(struct verifying *v, struct engine *engine) WARN_UNUSED;

#endif

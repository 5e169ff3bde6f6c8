/* state: everything the running service holds, for the files of this room.
 * Owns: see struct service.
 * Must not know: the world outside. */
#ifndef SLAD_SERVICE_STATE_H
#define SLAD_SERVICE_STATE_H

#include "feed.h"
#include "image_keeper.h"
#include "slad/base/buf.h"
#include "slad/engine/engine.h"
#include "slad/service/intake.h"
#include "slad/service/service.h"
#include "slad/store/store.h"
#include "slad/wire/line.h"
#include "slad/wire/translate.h"

enum {
    SERVICE_LISTENERS_MAX = 8, /* the inputs and the API register once each */
    RETENTION_QUIET_MS = 60000, /* between looks whether something is to be let go, when nothing was */
};

struct rebuild;
struct adoption;
struct visits;
struct publish;

struct service {
    struct service_options options;
    struct config *config;
    struct config *judging;     /* whose standards the engine runs by: config, or an earlier one that means the same */
    struct config *opened_with; /* its endpoints are in use as long as the service lives */
    struct store *store;
    struct engine *engine;
    struct recall *recall;
    int64_t *versions; /* id of the version in force of each standard of judging->rules */
    struct line_reader *reader;
    struct visits *visits;
    struct translate_options translation; /* asks visits */
    struct service_listener listeners[SERVICE_LISTENERS_MAX];
    size_t listener_count;

    int64_t now_ms;          /* of this turn */
    bool log_grown;          /* the database's write-ahead log is far too long, and it was said */
    bool clock_behind;       /* the wall clock is far behind the engine's, and it was said */
    int64_t started_ms;
    uint64_t batch, durable; /* intake.h */
    int64_t committed_ms;    /* when the last batch was; INSTANT_NEVER: none since the start */
    uint64_t batch_accepted; /* events of the open batch, counted once it is durable */
    size_t lines_taken;      /* since contacts were let go (service_took()) */
    uint64_t flying_accepted; /* the same of the one that is being committed */
    int64_t sent_us;         /* when the batch before was handed over to be committed, by the steady clock */
    int64_t batch_began;     /* the engine's now when the open batch began */
    int64_t flying_began;    /* when the one that is being committed did */
    bool stopping;           /* nothing is left on its way */
    bool dirty;              /* something was written in the open transaction */
    int write_failed;        /* an effect or row could not be written: the batch is lost */
    struct err write_err;
    int64_t next_publish_ms;
    bool first_publish;      /* since the start: figures that did not change are not written again */
    struct publish *publish;
    uint64_t published_batch; /* the last that holds figures which were published */
    int64_t next_retention_ms;
    struct image_keeper keeper;

    int failed; /* 0, or the code of the failure: nothing is accepted until service_recover() */
    char failure[512];

    /* Reloads. */
    uint64_t generation;        /* of the configuration in force, from 1 */
    int64_t loaded_ms;
    struct buf reload_findings; /* of the last reload when it was refused; empty when it was not */
    int64_t reload_refused_ms;
    struct adoption *adoption;  /* under way, or NULL */

    struct feed feed;
};

/* Opens the batch's transaction if it has none. */
int service_begin(struct service *service, struct err *err) WARN_UNUSED;
/* Stores the engine's clocks, in the transaction. */
int service_write_clock(struct service *service, struct err *err) WARN_UNUSED;
/* Commits the open transaction, with the engine's clocks, and waits for it. */
int service_commit_now(struct service *service, struct err *err) WARN_UNUSED;
/* So many lines were taken in, and no event is in hand: contacts that have finished may leave memory. */
void service_took(struct service *service, size_t lines);
/* The clock went from here (negative: there was none) to there: where that is far, nothing is let go by it for a while. */
void service_watch_leap(struct service *service, int64_t from_ms, int64_t to_ms);
/* Remembers the first failure to write in this batch. */
void service_fail_batch(struct service *service, int code, const struct err *err);

#endif

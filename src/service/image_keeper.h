/* image_keeper: the engine is kept beside the database now and then while it runs (engine_image.h), so that a start after a
 * crash has only to read what came since.
 * Owns: the child that writes it; when that is done.
 * Must not know: what is written.
 *
 *                    worth it, and nothing is left to prune                 on disk
 *     nothing kept ─────────────────────────────────────────▶ writes ────────────────────▶ kept
 *          ▲                                                                                 │
 *          └── a row is pruned, other standards ◀── an hour later, or AGAIN_EVENTS ──────────┘
 *                                                   (under a load LATE_EVENTS)
 *
 * What is kept stands for the journal's rows up to its own, so none of these may be deleted while it is wanted: retention
 * lets events go just before the next one is written, and not in between. */
#ifndef SLAD_SERVICE_IMAGE_KEEPER_H
#define SLAD_SERVICE_IMAGE_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include "slad/base/err.h"

struct service;
struct child;
struct image_writer;

struct image_keeper {
    bool is_kept;          /* the database remembers one, as far as is known here */
    bool has_failed;       /* the last could not be written */
    bool is_off;           /* somebody edited the journal: until the next start */
    uint64_t through_seq;  /* of the one that is kept */
    int64_t tried_ms;      /* the wall clock when that, or one that failed, was begun */
    int64_t next_look_ms;  /* the journal was too short to be worth it */
    int64_t rests_until_us; /* by the steady clock: writing takes a small part of the time */
    int64_t watched_us;    /* when it was last looked how many events come, and the journal's last then */
    uint64_t watched_seq;
    bool is_loaded;
    struct child *child;   /* NULL: none is being written */
    struct image_writer *writer;
    uint64_t number, writing_seq;
    int64_t begun_us;
};

/* A start went on with one that is kept and stands for the journal up to here. */
void image_keeper_found(struct service *service, uint64_t through_seq);
/* Whether rows of the journal may be deleted now; and some were, in the open transaction. */
bool image_keeper_lets_prune(const struct service *service);
int image_keeper_pruned(struct service *service, struct err *err) WARN_UNUSED;
/* What is kept, or being written, is of no use any more. */
void image_keeper_forgotten(struct image_keeper *keeper);

/* At the end of each turn: whether there is a load. */
void image_keeper_watch(struct service *service);
/* It is time for one; one that was being written has ended: image_keeper_step() wants the store to itself. */
bool image_keeper_is_due(const struct service *service);
bool image_keeper_has_ended(const struct service *service);
/* With nothing on its way to the store, and nothing open: ends one, or begins one, if it is time. Negative: the store could
 * not be written. */
int image_keeper_step(struct service *service, struct err *err) WARN_UNUSED;

#endif

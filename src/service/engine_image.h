/* engine_image: the engine as bytes beside the database, so that a start need not build it from the journal.
 * Owns: what goes before the engine in that file; the numbers by which the database remembers it.
 * Must not know: what is in an engine; when one is written while it runs (image_keeper.h).
 *
 * One that a stop left goes on as it is, where nothing is otherwise at the start: standards, time zones, this program, and
 * all of the database. One that was kept before a crash stands for the journal up to a row, and is fed what came after, as
 * long as those rows are as they were. All else is what the journal is for. */
#ifndef SLAD_SERVICE_ENGINE_IMAGE_H
#define SLAD_SERVICE_ENGINE_IMAGE_H

#include "slad/store/image_file.h"
#include "state.h"

/* What image_file_open() found before the database was opened. */
struct engine_image {
    struct image_file file;
    int code;
    struct err why; /* there is none */
};
/* Where the database stood when an image was made. */
struct engine_image_point {
    uint64_t through_seq; /* the journal's last row */
    int64_t breach;       /* the id of the last breach on record */
};
/* An engine that knows less than the journal. */
struct engine_behind {
    struct engine *engine;
    struct engine_image_point point;
};

/* ---- a start ---- */

enum { ENGINE_IMAGE_NONE = 1, ENGINE_IMAGE_BEHIND = 2 };
/* 0: the service goes on with the engine of the last stop. ENGINE_IMAGE_BEHIND: with *behind, which is the caller's, once
 * that has caught up. ENGINE_IMAGE_NONE: it is to be built, and the database knows of no image any more. */
int engine_image_take(struct service *service, const struct engine_image *image, struct engine_behind *behind,
    struct err *err) WARN_UNUSED;

/* ---- writing one ---- */

/* The store and the engine must be as of one instant: nothing on its way, nothing open. */
int engine_image_point(const struct service *service, struct engine_image_point *out, struct err *err) WARN_UNUSED;
int engine_image_number(uint64_t *out, struct err *err) WARN_UNUSED; /* of a new one */
/* Reads only memory. */
int engine_image_write(const struct service *service, const struct engine_image_point *point, uint64_t number,
    struct image_writer *writer, struct err *err) WARN_UNUSED;
/* It is the one to go on from after a crash; or none is. In the open transaction. */
int engine_image_remember(struct service *service, uint64_t number, struct err *err) WARN_UNUSED;
int engine_image_forget(struct service *service, struct err *err) WARN_UNUSED;
/* At the very end: closes the store, and leaves an image beside it. What fails is logged, and costs the next start time. */
void engine_image_leave(struct service *service);

#endif

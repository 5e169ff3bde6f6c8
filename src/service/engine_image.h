/* engine_image: the engine of a daemon that stops, kept for its next start, which then need not build it from the journal.
 * Owns: nothing.
 * Must not know: what is in an engine; when to stop.
 *
 * Only a stop leaves one, and only for a start at which nothing is otherwise: standards, time zones, this program and the
 * database. All else, a crash among it, is what the journal is for. */
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

/* The service goes on with the engine of the last stop. 1: it is to be built. Whatever comes of it, the database knows of
 * no image any more. */
int engine_image_take(struct service *service, const struct engine_image *image, struct err *err) WARN_UNUSED;
/* At the very end: closes the store, and leaves the image beside it. What fails is logged, and costs the next start time. */
void engine_image_leave(struct service *service);

#endif

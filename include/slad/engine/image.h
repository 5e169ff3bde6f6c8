/* image: a whole engine as bytes, and one that goes on from there as the other would have.
 * Owns: nothing.
 * Must not know: files, and by which standards an image was made: who loads one knows that they mean the same, in the
 * same order, and that span_hash() has the keys that it had.
 *
 * An image is of one machine and of the sources of one engine. */
#ifndef SLAD_ENGINE_IMAGE_H
#define SLAD_ENGINE_IMAGE_H

#include "slad/engine/engine.h"

typedef int image_write(void *arg, struct span bytes, struct err *err);

/* Nothing of the engine changes. What `write` says when it fails. */
int engine_save(struct engine *engine, image_write *write, void *arg, struct err *err) WARN_UNUSED;
/* Into an engine that was just made: from then on it is the one that was saved, but for its options. ERR_CORRUPT: it can
 * only be freed. */
int engine_load(struct engine *engine, struct span image, struct err *err) WARN_UNUSED;

#endif

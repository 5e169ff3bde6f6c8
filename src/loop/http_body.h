/* http_body: the body of a message out of its framing, piece by piece.
 * Owns: nothing but its place in the framing.
 * Must not know: sockets, how large a body may be. */
#ifndef SLAD_LOOP_HTTP_BODY_H
#define SLAD_LOOP_HTTP_BODY_H

#include <stdbool.h>
#include "http_head.h"

enum http_chunk_place { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_END, CHUNK_TRAILER };

/* Start with framing set, and left = the length with HTTP_LENGTH; all else zero. */
struct http_body {
    enum http_framing framing;
    uint64_t left; /* of the body or of this chunk */
    enum http_chunk_place place;
    size_t digits;      /* of this chunk's size */
    size_t line_bytes;  /* of this line of the trailer */
    size_t extra_bytes; /* of this chunk's extensions or the trailer, ignored but counted */
    bool done;
};

/* Takes bytes off the front of *data: those of the next piece of the body are *piece (perhaps none), framing
 * around them is skipped. Call until data is empty or body->done. 0, or -1 when the framing is broken. */
int http_body_take(struct http_body *body, struct span *data, struct span *piece);

#endif

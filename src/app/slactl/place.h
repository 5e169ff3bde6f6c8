/* place: where event lines are sent, as it was told or as it is found, and a connection to it.
 * Owns: nothing.
 * Must not know: what is sent. */
#ifndef SLAD_SLACTL_PLACE_H
#define SLAD_SLACTL_PLACE_H

#include "options.h"

struct place {          /* place_fini() frees */
    char *path;         /* a Unix socket, or NULL */
    char *host, *port;  /* TCP */
};
/* --to unix:PATH or tcp:HOST:PORT; else "events.sock" beside the socket that questions go to. ERR_INVALID with prose. */
int place_of(const struct options *options, struct place *out, struct err *err) WARN_UNUSED;
/* A connected socket, or negative: ERR_NOT_FOUND, ERR_DENIED, ERR_IO, with prose that names the place. */
int place_connect(const struct place *place, struct err *err) WARN_UNUSED;
void place_fini(struct place *place);

#endif

/* secret: a word that proves who somebody is, from a file or from the service manager.
 * Owns: nothing; the caller wipes what it was given.
 * Must not know: what it opens. It never appears in a log line, an answer or a message. */
#ifndef SLAD_BASE_SECRET_H
#define SLAD_BASE_SECRET_H

#include <stdbool.h>
#include "slad/base/err.h"
#include "slad/base/span.h"

enum {
    SECRET_MAX = 256,  /* bytes with the NUL; an exchange cuts lines far beyond, and a header or a hello has room for it */
    TOKEN_LEAST = 16,  /* bytes: what can be tried from outside must not be guessed in a lifetime */
};

struct secret_place { /* one of the two */
    const char *file;
    const char *credential; /* a file's name in $CREDENTIALS_DIRECTORY (systemd.exec(5)) */
};

/* The first line of the file; all after it in out is zero. *exposed: every user of this machine can read it.
 * ERR_NOT_FOUND, ERR_DENIED, ERR_IO, ERR_INVALID; out is untouched then. */
int secret_read(
    const struct secret_place *place, char out[SECRET_MAX], bool *exposed, struct err *err) WARN_UNUSED;
/* A token that clients must know. As secret_read(), and ERR_INVALID for one that every user of this machine can read,
 * that is shorter than TOKEN_LEAST, or that cannot stand in a header. */
int secret_read_token(const struct secret_place *place, char out[SECRET_MAX], struct err *err) WARN_UNUSED;
/* Whether this is the secret, in a time that tells nothing of how much of it is. */
bool secret_is(const char secret[SECRET_MAX], struct span told);

#endif

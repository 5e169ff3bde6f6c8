/* secret: the word by which slad makes itself known to an exchange, from a file or from the service manager.
 * Owns: nothing; the caller wipes what it was given.
 * Must not know: what it opens. It never appears in a log line or an answer. */
#ifndef SLAD_INGEST_SECRET_H
#define SLAD_INGEST_SECRET_H

#include <stdbool.h>
#include "slad/base/err.h"
#include "slad/service/service.h"

enum { SECRET_MAX = 256 }; /* bytes; the exchange cuts lines far beyond */

/* The first line of endpoint->secret_file, or of $CREDENTIALS_DIRECTORY/credential. *exposed: every user of
 * this machine can read it. ERR_NOT_FOUND, ERR_DENIED, ERR_IO, ERR_INVALID. */
int secret_read(
    const struct endpoint *endpoint, char out[SECRET_MAX], bool *exposed, struct err *err) WARN_UNUSED;

#endif

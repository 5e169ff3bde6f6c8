/* inputs: how the inputs are doing, as /v1/inputs and /v1/status show it (docs/API.md).
 * Owns: nothing.
 * Must not know: who asks.  Each adds one object or more to the array that the writer is in. */
#ifndef SLAD_INGEST_INPUTS_H
#define SLAD_INGEST_INPUTS_H

#include "ingest/files.h"
#include "ingest/sockets.h"

void inputs_socket(const struct input *input, struct json_writer *w);
/* Each file that is read; of a path that has none, and of a pattern that nothing fits, what it waits for. */
void inputs_files(const struct files *files, struct json_writer *w);

#endif

/* prepared: rows of the journal that are read some time before the engine takes them, many side by side, so that what each
 * will touch is in the processor's cache by then.
 * Owns: the moments until they are taken, the texts of the lines until they are taken apart.
 * Must not know: why rows are read, clocks. */
#ifndef SLAD_SERVICE_PREPARED_H
#define SLAD_SERVICE_PREPARED_H

#include "slad/engine/engine.h"
#include "slad/store/journal.h"
#include "slad/wire/line.h"

struct prepared;
struct prepared *prepared_new(struct engine *engine, struct line_reader *reader);
/* The row comes behind the others; no contact of it may have left memory. ERR_CORRUPT. */
int prepared_add(struct prepared *prepared, const struct journal_row *row, struct err *err) WARN_UNUSED;
/* All were added that are taken together. */
void prepared_end(struct prepared *prepared);
/* Those that were added, in their order, each once; after prepared_end(). The i-th's instant is to be reached before it is
 * taken. */
size_t prepared_count(const struct prepared *prepared);
int64_t prepared_at(const struct prepared *prepared, size_t i);
void prepared_take(struct prepared *prepared, size_t i);
/* What was not taken is dropped; it is empty again. */
void prepared_clear(struct prepared *prepared);
void prepared_free(struct prepared *prepared); /* NULL is fine */

#endif

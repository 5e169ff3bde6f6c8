/* known: the files that were ever read, and how far: what the database says, and what this batch adds.
 * Owns: copies of the stored positions.
 * Must not know: which files are open, what there is in folders. */
#ifndef SLAD_INGEST_KNOWN_H
#define SLAD_INGEST_KNOWN_H

#include "ingest/file_id.h"
#include "slad/base/map.h"

struct known { /* zero-initialise to start */
    struct map by_file, by_name;
};

/* As the database has it; what was there before is forgotten. */
int known_load(struct known *known, struct service *service, struct err *err) WARN_UNUSED;
void known_fini(struct known *known);
/* Borrowed until the next change. */
const struct intake_position *known_find(const struct known *known, const struct file_facts *facts);
void known_put(struct known *known, const struct intake_position *position);
void known_drop(struct known *known, const struct intake_position *position);

/* The files that were read as this path. */
struct known_name {
    const struct intake_position *latest; /* the youngest */
    int64_t mtime_ns;                     /* the latest of all */
    uint64_t lines;                       /* of all */
    size_t undone;                        /* not read to their end */
    int64_t undone_birth_ns;              /* of the eldest of those; INT64_MAX: there are none */
};
/* False when there are none. */
bool known_of_name(const struct known *known, const char *path, struct known_name *out);

/* Each position, in no particular order: start with *cursor = 0, ends with NULL. */
const struct intake_position *known_next(const struct known *known, size_t *cursor);

#endif

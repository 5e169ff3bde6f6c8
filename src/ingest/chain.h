/* chain: the files that had a path between the one that was read last and the one that is there now: rotated while
 * nobody looked (docs/OPERATIONS.md, Following files).
 * Owns: nothing; what it finds becomes readings of the follow.
 * Must not know: how lines are read. */
#ifndef SLAD_INGEST_CHAIN_H
#define SLAD_INGEST_CHAIN_H

#include "ingest/follow.h"

struct chain_start {
    const struct intake_position *last; /* of the file that is known to have been read last */
    const int *last_fd;                 /* it, open, with all that was read in place; NULL: not known to be */
    bool anew;                          /* it has the path and was truncated: what was in it may be in a copy */
    const struct file_facts *here;      /* what has the path now; NULL: nothing, or it was truncated */
    const int *here_fd;                 /* it, when it is no reading yet */
    const int *copied_fd;               /* the file that has the path, when copies of what was in it are looked for */
    struct reading *before;             /* what is found comes before this one; NULL: at the end */
};

/* How far the youngest known file of this path was read. False when none is known. Its name is borrowed. */
bool chain_last_of(const struct follow *follow, struct intake_position *out);
/* Whether files of this path are known that are neither read to their end nor open. */
bool chain_has_more(const struct follow *follow);
/* Finds the files, as files_folder() has them, in the folder of the path and begins to read them, the eldest first. Warns of what cannot be
 * read. Whether the last one was found with all that was read of it in place. */
bool chain_take_up(struct follow *follow, const struct chain_start *start);

#endif

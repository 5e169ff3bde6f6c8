/* follow: one path whose file is read as it grows, through renames, replacement and truncation.
 * Owns: the readings: of the file that is there, and of those that were there before and may still be written to.
 * Must not know: patterns, when it is its turn. */
#ifndef SLAD_INGEST_FOLLOW_H
#define SLAD_INGEST_FOLLOW_H

#include "ingest/reading.h"
#include "ingest/tally.h"
#include "slad/loop/watch.h"
#include "slad/wire/write.h"

/* A file that lost its path to a newer one, and to which nothing was written for so long: */
#define FOLLOW_LAST_LINE_MS (60 * 1000)  /* its last line counts without a newline, too; a removed one is closed */
#define FOLLOW_OLD_MS (60 * 60 * 1000)   /* is closed: a writer that still has it open would have been told to
                                          * let it go */

struct files;

struct follow {
    struct files *files;
    char *path, *name; /* "file:/var/log/x.jsonl" */
    const struct format *format;
    const struct watched_folder *folder;
    struct reading *oldest, *newest; /* in the order in which they had the path */
    bool globbed;                    /* found by a pattern: forgotten once the file is gone */
    bool over;                       /* to be forgotten */
    bool names_changed;              /* files that look like earlier ones came or went */
    bool copies_changed;             /* the same, since copies were looked for */
    uint64_t begin_asked, anew_asked, copies_asked; /* files_folder_is_late() */
    int next_fd;                     /* of the file that has the path and waits for those before it; -1: none */
    struct file_facts next_facts;
    bool searched;                   /* for its renamed file, while nothing is at the path */
    bool warned;                     /* that its file is gone */
    int64_t compressed_ns;           /* of the youngest compressed file that was warned of */
    int trouble_code;
    char trouble[512]; /* why it is not read; "" */
    int64_t trouble_ms;
    struct tally tally;
    /* Of files.c. */
    bool due, active;
    struct follow *next_due;
    size_t at, active_at;
    int64_t clear_ms; /* when nothing was due and nothing to be read, last */
};

/* format is borrowed. */
struct follow *follow_new(struct files *files, const char *path, const struct format *format);
void follow_free(struct follow *follow);
/* Sees what is at the path now, and what became of what was there before. */
void follow_look(struct follow *follow);
/* Reads a chunk of the first that has something to read. Returns the bytes read. */
size_t follow_read(struct follow *follow, char *scratch);
/* Whether any has something to read. */
bool follow_has_more(const struct follow *follow);
/* All it stored is on disk: those that are done with are closed. */
void follow_settled(struct follow *follow);
/* What it had taken in since the last commit was lost; files_known() is as stored. */
void follow_revert(struct follow *follow);
/* Puts it before another, or with NULL at the end, as the newest. */
void follow_insert(struct follow *follow, struct reading *take_reading, struct reading *before);
/* Whether its trouble is one that somebody has to see to. */
bool follow_is_at_fault(const struct follow *follow);
/* The wall clock as of which all there was to read has been. */
int64_t follow_as_of(struct follow *follow, int64_t now_ms);

#endif

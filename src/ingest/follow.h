/* follow: one path whose file is read as it grows, through renames, replacement and truncation.
 * Owns: the descriptors of its file and of the one before, how far they were read.
 * Must not know: patterns, folders, when it is its turn. */
#ifndef SLAD_INGEST_FOLLOW_H
#define SLAD_INGEST_FOLLOW_H

#include "ingest/batch.h"
#include "ingest/file_id.h"
#include "slad/wire/write.h"

/* One read: holds the longest line, so that no partial line is ever kept in memory. */
#define FOLLOW_CHUNK_BYTES (128 * 1024)
/* For how many rescans a file that was removed is still read, in case its writer has not noticed. */
#define FOLLOW_REMOVED_TICKS 60

struct files;

struct opened {
    int fd;     /* -1: none */
    bool known; /* the rest is meaningful, also after fd was closed */
    struct file_facts facts;
    struct intake_position position; /* offset: all lines before it were taken in */
    uint64_t next;                   /* where reading goes on: at offset, or within a line that is too long */
    uint64_t seen; /* the end of the file when it was last read; up to there is no newline after next */
    bool skipping;
};

struct follow {
    struct files *files;
    char *path, *source;
    bool globbed; /* found by a pattern: forgotten once the file is gone */
    bool over;    /* to be forgotten */
    bool loaded;  /* stored is as the database has it, and start() may go on from it */
    bool has_stored;
    bool searched; /* for a renamed file, while nothing is at the path */
    bool looked;
    struct intake_position stored;
    struct opened now;
    struct opened before; /* what was read before `now`; fd stays open until the change is on disk */
    bool active;          /* there is something to read */
    bool successor;       /* another file has the path */
    bool removed;         /* since tick removed_tick */
    uint64_t removed_tick;
    int trouble_code;
    char trouble[512]; /* why it is not read; "" */
    int64_t read_ms;   /* reading_as_of() */
    bool has_mark;     /* at mark_ms the file reached mark_bytes */
    int64_t mark_ms;
    uint64_t mark_bytes;
};

struct follow *follow_new(struct files *files, const char *path);
void follow_free(struct follow *follow);
/* Reads its stored position, once. False when the database does not say, for now. */
bool follow_load(struct follow *follow);
/* Whether it has a file, or a position to go on from. */
bool follow_is_known(const struct follow *follow);
/* Sees what is at the path now: starts, goes on, or goes over to a new file. */
void follow_look(struct follow *follow);
/* reading_chunk(), and what follows from it. Returns the bytes read. */
size_t follow_read(struct follow *follow, char *scratch);
/* All it stored is on disk. */
void follow_settled(struct follow *follow);
/* What it had taken in since the last commit was lost. */
void follow_revert(struct follow *follow);
/* Whether its trouble is one that somebody has to see to. */
bool follow_is_at_fault(const struct follow *follow);
void follow_status(const struct follow *follow, struct json_writer *w);

#endif

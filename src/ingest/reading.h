/* reading: one open file: its lines, and how far they were taken in.
 * Owns: the descriptor, the translator, the bytes before where it stands.
 * Must not know: which path the file has, or which file comes next. */
#ifndef SLAD_INGEST_READING_H
#define SLAD_INGEST_READING_H

#include "ingest/batch.h"
#include "ingest/file_id.h"

/* One read: holds the longest line, so that no partial line is ever kept in memory. */
#define READING_CHUNK_BYTES (128 * 1024)

struct follow;

struct reading {
    struct follow *follow;         /* whose path it has, or had last */
    struct reading *older, *newer; /* among those of the follow */
    struct intake_source source;
    int fd, watched;         /* watched: watch_add_file() */
    struct file_facts facts; /* when last looked at */
    struct intake_position position;
    uint64_t from;       /* the offset at which it was opened: there it goes back when nothing of it was committed */
    uint64_t from_lines; /* and the lines by then */
    int64_t stored_ms;   /* when that was stored; 0: never */
    uint64_t next;       /* where reading goes on: at position.offset, or within a line that is too long */
    uint64_t seen;       /* the file was read to here: there is no newline after next */
    char head[FILE_HASH_BYTES], tail[FILE_HASH_BYTES]; /* the first and the last bytes before next */
    size_t head_bytes, tail_bytes;
    bool skipping;
    struct err head_fault; /* what is wrong with the header of the file: no row is taken; code 0: nothing */
    int64_t head_fault_ms;
    bool active;     /* there is something to read */
    bool touched;    /* something was written since it was last looked at */
    bool moved;      /* to another followed path */
    bool fresh;    /* nothing of it was read since it was begun: what was in it before leaves no trace */
    bool anew;     /* it was truncated or written anew, which is still to be seen to: */
    int64_t anew_ns; /* since it was as it was written by then */
    bool leaving;    /* is to be closed once its position is on disk */
    int64_t grown_ms; /* when it was opened, or last seen to have grown */
    int64_t read_ms;  /* reading_as_of() */
    bool has_mark;    /* at mark_ms the file reached mark_bytes */
    int64_t mark_ms;
    uint64_t mark_bytes;
};

/* Its position is `from`, of this very file or another with the same beginning; of a new one {0}. */
struct reading *reading_open(
    struct follow *follow, int take_fd, const struct file_facts *facts, const struct intake_position *from);
void reading_close(struct reading *reading);
/* The file has the path of this follow now. */
void reading_give(struct reading *reading, struct follow *follow);

/* The one way to where reading begins or goes on from: as if nothing after `offset` had ever been seen. */
void reading_go_to(struct reading *reading, uint64_t offset);
/* Stores the position in the turn's transaction. A failure is seen to by the batch. */
int reading_store(struct reading *reading) WARN_UNUSED;
/* What the file is by now; whether it was written to since it was last asked. */
bool reading_see(struct reading *reading, const struct file_facts *facts);
/* Whether all that was read is still in place, by what stands at both ends of it. */
bool reading_is_intact(const struct reading *reading);
/* Whether this file of so many bytes holds what was read, or the beginning of it, by the same; it may be truncated
 * by now. */
bool reading_is_in(const struct reading *reading, int fd, uint64_t bytes);
/* Reads one chunk into scratch (READING_CHUNK_BYTES) and takes its whole lines in; at the end of the file it
 * is no longer active. The bytes read, ERR_IO, or ERR_CORRUPT: the file was truncated or written anew. */
int64_t reading_chunk(struct reading *reading, char *scratch, struct err *err) WARN_UNUSED;
/* There is something to read. */
void reading_activate(struct reading *reading);
/* Takes the bytes after the last newline for a line: nobody writes to the file any more. False when the
 * service cannot take it now. */
bool reading_finish(struct reading *reading) WARN_UNUSED;
bool reading_is_at_end(const struct reading *reading);
/* The wall clock as of which all there was has been read. */
int64_t reading_as_of(struct reading *reading, int64_t now_ms);

#endif

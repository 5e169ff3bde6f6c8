/* Invariants:
 * 1. position.offset <= next <= seen; offset < next only while skipping.
 * 2. position.offset is the start of a line; all lines before it were handed to the service, in this batch or
 * before.
 * 3. tail and head are of the bytes that were read, never of what the file holds by now: what was written
 * over them since shows. tail_bytes is 0 at next > 0 when they could not be had: then it is not intact.
 * 4. The hashes of position are those at the offset last stored. */
#include "ingest/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "ingest/files.h"
#include "ingest/head.h"
#include "slad/wire/lines.h"
#include "slad/base/counters.h"
#include "slad/base/mem.h"

static struct batch *batch_of(const struct reading *reading) {
    return files_batch(reading->follow->files);
}

static struct intake_source source_of(const struct follow *follow) {
    struct service *service = files_batch(follow->files)->service;
    return (struct intake_source){
        follow->name, translator_new(follow->format, intake_translate_options(service))};
}

struct reading *reading_open(
    struct follow *follow, int take_fd, const struct file_facts *facts, const struct intake_position *from) {
    struct reading *reading = mem_zalloc(sizeof *reading);
    reading->follow = follow;
    reading->fd = take_fd;
    reading->source = source_of(follow);
    reading->facts = *facts;
    reading->position = *from;
    reading->position.name = span_of(follow->path);
    reading->position.device = facts->device;
    reading->position.inode = facts->inode;
    reading->position.birth_ns = facts->birth_ns;
    reading->position.done = false;
    if (!reading->position.begun_ns) reading->position.begun_ns = facts->mtime_ns;
    reading->from = from->offset;
    reading->from_lines = from->lines;
    reading->stored_ms = from->updated_ms;
    reading->grown_ms = loop_now_ms(batch_of(reading)->loop);
    files_enter(follow->files, reading);
    reading_go_to(reading, from->offset);
    return reading;
}

void reading_close(struct reading *reading) {
    files_leave(reading->follow->files, reading);
    close(reading->fd);
    translator_free(reading->source.translator);
    free(reading);
}

void reading_give(struct reading *reading, struct follow *follow) {
    translator_free(reading->source.translator);
    reading->follow = follow;
    reading->source = source_of(follow);
    reading->head_fault.code = 0;
    reading->position.name = span_of(follow->path);
    reading->moved = true;
}

bool reading_see(struct reading *reading, const struct file_facts *facts) {
    bool written = facts->mtime_ns != reading->facts.mtime_ns || facts->size != reading->facts.size;
    reading->facts = *facts;
    if (written) reading->grown_ms = loop_now_ms(batch_of(reading)->loop);
    return written;
}

/* Where it stands. */

static void remember(struct reading *reading, const char *bytes, size_t count) {
    size_t head = FILE_HASH_BYTES - reading->head_bytes < count ? FILE_HASH_BYTES - reading->head_bytes : count;
    memcpy(reading->head + reading->head_bytes, bytes, head);
    reading->head_bytes += head;
    if (count >= FILE_HASH_BYTES) {
        memcpy(reading->tail, bytes + count - FILE_HASH_BYTES, FILE_HASH_BYTES);
        reading->tail_bytes = FILE_HASH_BYTES;
        return;
    }
    size_t kept = FILE_HASH_BYTES - count < reading->tail_bytes ? FILE_HASH_BYTES - count : reading->tail_bytes;
    memmove(reading->tail, reading->tail + reading->tail_bytes - kept, kept);
    memcpy(reading->tail + kept, bytes, count);
    reading->tail_bytes = kept + count;
}

static uint64_t hash_of(const char *bytes, size_t count) {
    return file_hash_more(FILE_HASH_START, bytes, count);
}

/* What stands before `next`, if it is what the position says. */
static void recall(struct reading *reading) {
    const struct intake_position *position = &reading->position;
    size_t bytes = reading->next < FILE_HASH_BYTES ? (size_t)reading->next : FILE_HASH_BYTES;
    reading->head_bytes = reading->tail_bytes = 0;
    if (bytes == 0 || pread(reading->fd, reading->head, bytes, 0) != (ssize_t)bytes ||
        pread(reading->fd, reading->tail, bytes, (off_t)(reading->next - bytes)) != (ssize_t)bytes)
        return;
    if (position->tail_bytes == bytes && hash_of(reading->tail, bytes) != position->tail_hash) return;
    reading->head_bytes = reading->tail_bytes = bytes;
}

void reading_activate(struct reading *reading) {
    if (!reading->active) {
        reading->read_ms = reading->follow->clear_ms;
        reading->has_mark = false;
    }
    reading->active = true;
    files_activate(reading->follow);
}

void reading_go_to(struct reading *reading, uint64_t offset) {
    reading->position.offset = reading->next = reading->seen = offset;
    reading->skipping = false;
    reading->anew = false;
    reading->fresh = offset == 0;
    reading->head_fault.code = 0;
    recall(reading);
    translator_begin(reading->source.translator);
    reading_activate(reading);
}

int reading_store(struct reading *reading) {
    struct intake_position *position = &reading->position;
    struct err err = {0}; /* the service says what is wrong with it */
    if (reading->next == position->offset) {
        position->head_hash = hash_of(reading->head, reading->head_bytes);
        position->tail_hash = hash_of(reading->tail, reading->tail_bytes);
        position->head_bytes = reading->head_bytes;
        position->tail_bytes = reading->tail_bytes;
    }
    position->mtime_ns = reading->facts.mtime_ns;
    return files_put(reading->follow->files, position, &err);
}

static bool stands(int fd, uint64_t from, const char *bytes, size_t count) {
    char found[FILE_HASH_BYTES];
    return pread(fd, found, count, (off_t)from) == (ssize_t)count && memcmp(found, bytes, count) == 0;
}

static bool tail_is_there(const struct reading *reading) {
    size_t bytes = reading->tail_bytes;
    return reading->next == 0 || (bytes > 0 && stands(reading->fd, reading->next - bytes, reading->tail, bytes));
}

bool reading_is_intact(const struct reading *reading) {
    return tail_is_there(reading) && stands(reading->fd, 0, reading->head, reading->head_bytes);
}

bool reading_is_in(const struct reading *reading, int fd, uint64_t bytes) {
    size_t head = bytes < reading->head_bytes ? (size_t)bytes : reading->head_bytes, tail = reading->tail_bytes;
    return stands(fd, 0, reading->head, head) &&
           (bytes < reading->next || stands(fd, reading->next - tail, reading->tail, tail));
}

/* Lines. */

static void note_head(struct reading *reading, const struct err *fault) {
    reading->head_fault = *fault;
    reading->head_fault_ms = loop_now_ms(batch_of(reading)->loop);
}

/* False when the service cannot take it now. */
static bool take_line(struct reading *reading, struct span line) {
    struct err err = {0};
    bool is_head = translator_needs_head(reading->source.translator);
    struct tally *tally = &reading->follow->tally;
    int64_t now_ms = loop_now_ms(batch_of(reading)->loop);
    switch (batch_line(batch_of(reading), &reading->source, line, &err)) {
    case INTAKE_UNABLE: return false;
    case INTAKE_BLANK: return true;
    case INTAKE_HELLO: /* nobody is there to be answered */
        counter_inc(events_rejected);
        tally_rejected(tally, "a hello is for sockets only", now_ms);
        break;
    case INTAKE_REJECTED:
        tally_rejected(tally, err.text, now_ms);
        if (is_head) note_head(reading, &err);
        break;
    default: break;
    }
    tally_line(tally, now_ms);
    reading->position.lines++;
    return true;
}

static void take_too_long(struct reading *reading) {
    struct err err = {0};
    int64_t now_ms = loop_now_ms(batch_of(reading)->loop);
    (void)!batch_too_long(batch_of(reading), &reading->source, &err);
    tally_rejected(&reading->follow->tally, err.text, now_ms);
    tally_line(&reading->follow->tally, now_ms);
    reading->position.lines++;
}

static void advance(struct reading *reading, const char *bytes, size_t count) {
    remember(reading, bytes, count);
    reading->next += count;
    if (!reading->skipping) reading->position.offset = reading->next;
}

static void pass_over(struct reading *reading, struct span *data, size_t count) {
    advance(reading, data->p, count);
    *data = (struct span){data->p + count, data->n - count};
}

/* A byte order mark; and the hole that a writer leaves which goes on at its old offset after the file was truncated.
 * Neither is text. */
static void pass_over_what_is_no_line(struct reading *reading, struct span *data) {
    size_t nothing = 0;
    if (reading->skipping) return;
    if (reading->next == 0 && head_mark(*data)) pass_over(reading, data, head_mark(*data));
    while (nothing < data->n && data->p[nothing] == '\0') nothing++;
    if (nothing) pass_over(reading, data, nothing);
}

/* Takes whole lines off the front of *data, which begins at `next`. False when the service takes no more. */
static bool take_lines(struct reading *reading, struct span *data) {
    struct framing framing = format_framing(reading->follow->format);
    for (;;) {
        struct span all = *data, line;
        bool skipping = reading->skipping;
        enum cut cut = lines_cut(framing, &reading->skipping, data, &line);
        if (cut == CUT_LINE && !take_line(reading, line)) {
            *data = all;
            reading->skipping = skipping;
            return false;
        }
        if (cut == CUT_TOO_LONG) take_too_long(reading);
        advance(reading, all.p, all.n - data->n);
        if (cut == CUT_MORE) return true;
    }
}

/* The bytes after the last newline of a file that nobody writes to any more are a line, too. */
bool reading_finish(struct reading *reading) {
    char line[LINES_BYTES_MAX + 1];
    uint64_t bytes = reading->seen - reading->next;
    if (bytes == 0 || bytes > sizeof line) return true;
    if (pread(reading->fd, line, bytes, (off_t)reading->next) != (ssize_t)bytes) return true;
    struct span rest = {line, bytes};
    if (!reading->skipping && !take_line(reading, lines_last(rest))) return false;
    reading->skipping = false;
    advance(reading, line, bytes);
    return true;
}

/* At the start of a file nothing stands before what was read. */
static bool is_in_place(const struct reading *reading, const char *read, size_t count) {
    size_t bytes = count < FILE_HASH_BYTES ? count : FILE_HASH_BYTES;
    return reading->next > 0 ? tail_is_there(reading) : stands(reading->fd, 0, read, bytes);
}

static int recall_head(struct reading *reading, char *scratch, struct err *err) {
    struct err said = {0};
    int rc = head_tell(reading->source.translator, reading->follow->format, reading->fd, scratch, READING_CHUNK_BYTES,
        &said, err);
    if (said.code) note_head(reading, &said);
    return rc;
}

/* What the file says of itself is asked after the bytes were read: so they are no younger than it. Then the bytes before
 * them are looked at again: when those are in place then, they were so all the while. */
int64_t reading_chunk(struct reading *reading, char *scratch, struct err *err) {
    uint64_t offset = reading->position.offset;
    struct file_facts facts;
    int rc = reading->next ? recall_head(reading, scratch, err) : 0;
    if (rc != 0) return rc;
    ssize_t got = pread(reading->fd, scratch, READING_CHUNK_BYTES, (off_t)reading->next);
    if (got < 0) return err_set(err, ERR_IO, "%s", strerror(errno));
    if ((rc = file_facts_of(reading->fd, &facts, err)) != 0) return rc;
    (void)reading_see(reading, &facts);
    if (!is_in_place(reading, scratch, (size_t)got)) return err_set(err, ERR_CORRUPT, "it was truncated or written anew");
    struct span rest = {scratch, (size_t)got};
    pass_over_what_is_no_line(reading, &rest);
    bool all = take_lines(reading, &rest);
    reading->seen = reading->next + (all ? rest.n : 0);
    bool stored = reading->position.offset == offset || reading_store(reading) == 0;
    if (all && stored && got < READING_CHUNK_BYTES) reading->active = false;
    return got;
}

bool reading_is_at_end(const struct reading *reading) {
    return !reading->active && !reading->anew && reading->seen >= reading->facts.size;
}

int64_t reading_as_of(struct reading *reading, int64_t now_ms) {
    struct file_facts held;
    if (file_facts_of(reading->fd, &held, NULL) != 0 || held.size < reading->next) return reading->read_ms;
    if (reading->seen >= held.size) return now_ms;
    /* One that grows all the time is never read to its end, but to where it reached a moment ago. */
    if (reading->has_mark && reading->seen >= reading->mark_bytes) reading->read_ms = reading->mark_ms;
    if (!reading->has_mark || reading->seen >= reading->mark_bytes) {
        reading->has_mark = true;
        reading->mark_ms = now_ms;
        reading->mark_bytes = held.size;
    }
    return reading->read_ms;
}

#include "ingest/reading.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>
#include "ingest/files.h"
#include "ingest/lines.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"

static struct batch *batch_of(const struct follow *follow) {
    return files_batch(follow->files);
}

void reading_go_to(struct follow *follow, uint64_t offset) {
    struct opened *now = &follow->now;
    now->position.offset = now->next = now->seen = offset;
    now->skipping = false;
    follow->has_mark = false;
    follow->active = true;
}

/* A file that has changed under us is left without hashes: the next look finds out what happened to it. */
static void hash(struct opened *now) {
    struct intake_position *position = &now->position;
    uint64_t bytes = position->offset < FILE_HASH_BYTES ? position->offset : FILE_HASH_BYTES;
    if (file_hash(now->fd, 0, bytes, &position->head_hash) != 0 ||
        file_hash(now->fd, position->offset - bytes, bytes, &position->tail_hash) != 0)
        bytes = 0;
    position->head_bytes = position->tail_bytes = bytes;
}

int reading_store(struct follow *follow) {
    struct err err = {0}; /* the service says what is wrong with it */
    hash(&follow->now);
    return batch_position(batch_of(follow), &follow->now.position, &err);
}

void reading_note(const struct follow *follow, const char *what) {
    counter_inc(files_rotated);
    log_info(what, "file=%s offset=%" PRIu64, LOG_TEXT(span_of(follow->path)), follow->now.position.offset);
}

/* False when the service cannot take it now. */
static bool take_line(struct follow *follow, struct span line) {
    struct err err = {0};
    switch (batch_line(batch_of(follow), follow->source, line, &err)) {
    case INTAKE_UNABLE: return false;
    case INTAKE_BLANK: return true;
    case INTAKE_HELLO: counter_inc(events_rejected); break; /* nobody is there to be answered */
    default: break;
    }
    follow->now.position.lines++;
    return true;
}

static void take_too_long(struct follow *follow) {
    struct err err = {0};
    (void)!batch_too_long(batch_of(follow), follow->source, &err);
    follow->now.position.lines++;
}

/* Takes whole lines off the front of *data, which begins at `next`. False when the service takes no more. */
static bool take_lines(struct follow *follow, struct span *data) {
    struct opened *now = &follow->now;
    for (;;) {
        struct span all = *data, line;
        enum cut cut = lines_cut(&now->skipping, data, &line);
        if (cut == CUT_LINE && !take_line(follow, line)) {
            *data = all;
            return false;
        }
        if (cut == CUT_TOO_LONG) take_too_long(follow);
        now->next += all.n - data->n;
        if (!now->skipping) now->position.offset = now->next;
        if (cut == CUT_MORE) return true;
    }
}

/* The bytes after the last newline of a file that nobody writes to any more are a line, too. */
bool reading_finish(struct follow *follow) {
    struct opened *now = &follow->now;
    char line[LINES_BYTES_MAX + 1];
    uint64_t bytes = now->seen - now->next;
    if (bytes > 0 && !now->skipping && bytes <= sizeof line &&
        pread(now->fd, line, bytes, (off_t)now->next) == (ssize_t)bytes &&
        !take_line(follow, lines_last((struct span){line, bytes})))
        return false;
    reading_go_to(follow, now->seen);
    hash(now); /* another follow may go on from here, under the file's new name */
    return true;
}

void reading_rewind(struct follow *follow) {
    reading_note(follow, "followed file was truncated or written anew, reading it from its start");
    follow->now.position.head_bytes = follow->now.position.tail_bytes = 0;
    reading_go_to(follow, 0);
}

static bool tail_is_there(const struct opened *now) {
    const struct intake_position *position = &now->position;
    uint64_t found;
    return position->tail_bytes == 0 ||
           (file_hash(now->fd, position->offset - position->tail_bytes, position->tail_bytes, &found) == 0 &&
               found == position->tail_hash);
}

int64_t reading_chunk(struct follow *follow, char *scratch, struct err *err) {
    struct opened *now = &follow->now;
    uint64_t offset = now->position.offset;
    if (!tail_is_there(now)) {
        reading_rewind(follow);
        return 0;
    }
    ssize_t got = pread(now->fd, scratch, FOLLOW_CHUNK_BYTES, (off_t)now->next);
    if (got < 0) return err_set(err, ERR_IO, "%s", strerror(errno));
    struct span rest = {scratch, (size_t)got};
    bool all = take_lines(follow, &rest);
    now->seen = now->next + (all ? rest.n : 0);
    bool stored = now->position.offset == offset || reading_store(follow) == 0;
    if (all && stored && got < FOLLOW_CHUNK_BYTES) follow->active = false;
    return got;
}

/* Whether the path has a file that is still to be started. What cannot be read holds nothing back: it might
 * never be; and what another follow reads is counted there. */
static bool has_new_file(const struct follow *follow) {
    const struct opened *now = &follow->now;
    struct file_facts at_path;
    if (file_facts_at(follow->path, &at_path, NULL) != 0) return false;
    if (now->fd >= 0 && (at_path.size == 0 || file_same(&at_path, &now->facts))) return false;
    return !follow_is_at_fault(follow) && !files_holder(follow->files, follow, &at_path);
}

int64_t reading_as_of(struct follow *follow, int64_t now_ms) {
    const struct opened *now = &follow->now;
    struct file_facts held = {0};
    if (!follow->looked || has_new_file(follow)) return follow->read_ms;
    if (now->fd >= 0 && (file_facts_of(now->fd, &held, NULL) != 0 || held.size < now->next))
        return follow->read_ms;
    if (now->fd < 0 || now->seen >= held.size) {
        follow->has_mark = false;
        follow->read_ms = now_ms;
        return now_ms;
    }
    /* One that grows all the time is never read to its end, but to where it reached a moment ago. */
    if (follow->has_mark && now->seen >= follow->mark_bytes) follow->read_ms = follow->mark_ms;
    if (!follow->has_mark || now->seen >= follow->mark_bytes) {
        follow->has_mark = true;
        follow->mark_ms = now_ms;
        follow->mark_bytes = held.size;
    }
    return follow->read_ms;
}

/* Invariants, while now.fd >= 0:
 * 1. position.offset <= next <= seen; offset < next only while skipping.
 * 2. position.offset is the start of a line; all lines before it were handed to the service, in this batch
 * or before.
 * 3. head and tail hash of position are those at the offset last stored.
 * 4. before.fd is open only until the position in `now` is on disk (follow_settled), so that follow_revert()
 * can go back to it even when its name is gone.
 *
 *      start(): resumed, found renamed, or new         go_over(): the path has a new file with bytes,
 *   NOTHING ──────────────────────────────▶ READING ──┐           so the writer is done with the old
 *      ▲    removed for long; unreadable     │  ▲  ▲  │
 *      └─────────────────────────────────────┘  │  └──┘
 *                            reading_rewind(): truncated, or written anew */
#include "ingest/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "ingest/files.h"
#include "ingest/reading.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

static struct batch *batch_of(const struct follow *follow) {
    return files_batch(follow->files);
}

struct follow *follow_new(struct files *files, const char *path) {
    struct follow *follow = mem_zalloc(sizeof *follow);
    struct buf source = {0};
    buf_printf(&source, "file:%s", path);
    follow->files = files;
    follow->path = mem_dup_text(span_of(path));
    follow->source = source.data;
    follow->now.fd = follow->before.fd = -1;
    return follow;
}

static void shut(struct opened *opened) {
    if (opened->fd >= 0) close(opened->fd);
    opened->fd = -1;
}

void follow_free(struct follow *follow) {
    shut(&follow->now);
    shut(&follow->before);
    free(follow->path);
    free(follow->source);
    free(follow);
}

/* No fault: a file that is not there (yet), or that is read under another name. */
bool follow_is_at_fault(const struct follow *follow) {
    int code = follow->trouble_code;
    return code != 0 && code != ERR_NOT_FOUND && code != ERR_IN_USE;
}

/* Said once for each reason. */
static void set_trouble(struct follow *follow, const struct err *err) {
    if (strcmp(follow->trouble, err->text) == 0) return;
    follow->trouble_code = err->code;
    snprintf(follow->trouble, sizeof follow->trouble, "%s", err->text);
    if (follow_is_at_fault(follow))
        log_warning("followed file is not read", "file=%s error=%s, looking again each second",
            LOG_TEXT(span_of(follow->path)), LOG_TEXT(span_of(err->text)));
}

static void clear_trouble(struct follow *follow) {
    if (follow_is_at_fault(follow))
        log_info("followed file is read", "file=%s", LOG_TEXT(span_of(follow->path)));
    follow->trouble[0] = '\0';
    follow->trouble_code = 0;
}

/* Positions. */

static void adopt(
    struct follow *follow, int take_fd, const struct file_facts *facts, const struct intake_position *from) {
    follow->now = (struct opened){.fd = take_fd, .known = true, .facts = *facts, .position = *from};
    follow->now.position.name = span_of(follow->path);
    follow->now.position.device = facts->device;
    follow->now.position.inode = facts->inode;
    follow->now.position.birth_ns = facts->birth_ns;
    follow->successor = follow->removed = follow->searched = false;
    clear_trouble(follow);
    reading_go_to(follow, from->offset);
}

/* Stops reading, to start anew from what it knows. */
static void let_go(struct follow *follow) {
    follow->stored = follow->now.position;
    follow->has_stored = true;
    follow->active = false;
    shut(&follow->now);
}

bool follow_load(struct follow *follow) {
    struct err err = {0};
    if (follow->loaded) return true;
    int rc = intake_position_get(batch_of(follow)->service, span_of(follow->path), &follow->stored, &err);
    if (rc < 0) {
        set_trouble(follow, &err);
        return false;
    }
    follow->has_stored = rc == 0;
    follow->loaded = true;
    return true;
}

bool follow_is_known(const struct follow *follow) {
    return follow->now.fd >= 0 || follow->has_stored;
}

/* Starting. */

static bool start_renamed(struct follow *follow) {
    struct file_facts facts;
    if (!follow->has_stored || follow->searched) return false;
    int fd = file_find_renamed(follow->path, &follow->stored, &facts);
    follow->searched = true;
    if (fd < 0) return false;
    adopt(follow, fd, &facts, &follow->stored);
    log_info("followed file was renamed, reading the rest of it", "file=%s offset=%" PRIu64,
        LOG_TEXT(span_of(follow->path)), follow->stored.offset);
    return true;
}

/* Whether another follow reads this file, which is then left to it. */
static bool is_held(struct follow *follow, const struct file_facts *facts) {
    const struct follow *holder = files_holder(follow->files, follow, facts);
    struct err err;
    if (!holder) return false;
    err_set(&err, ERR_IN_USE, "it is the file that is read as %s", holder->path);
    if (follow->now.fd < 0) set_trouble(follow, &err);
    return true;
}

/* Takes the file up from its start, or from where another follow has left it. */
static int adopt_new(struct follow *follow, int take_fd, const struct file_facts *facts, uint64_t lines) {
    const struct intake_position *left = files_left_at(follow->files, follow, take_fd, facts);
    struct intake_position from = {0};
    if (left) from = *left;
    from.lines = lines;
    adopt(follow, take_fd, facts, &from);
    return reading_store(follow);
}

static void start_new(struct follow *follow, int take_fd, const struct file_facts *facts) {
    bool replaced = follow->has_stored;
    if (is_held(follow, facts)) {
        close(take_fd);
        return;
    }
    if (adopt_new(follow, take_fd, facts, replaced ? follow->stored.lines : 0) != 0) return;
    if (replaced) reading_note(follow, "followed file was replaced while it was not read");
    files_changed(follow->files);
}

static void start(struct follow *follow) {
    struct file_facts facts;
    struct err err = {0};
    if (!follow_load(follow)) return;
    int fd = file_open(follow->path, &facts, &err);
    if (fd < 0) {
        if (fd != ERR_NOT_FOUND || !start_renamed(follow)) set_trouble(follow, &err);
        return;
    }
    enum file_match match = follow->has_stored ? file_matches(fd, &facts, &follow->stored) : FILE_OTHER;
    if (match == FILE_IS) {
        adopt(follow, fd, &facts, &follow->stored);
        return;
    }
    follow->searched = false;
    if (match == FILE_OTHER && start_renamed(follow)) {
        close(fd); /* its turn comes after the rest of the old one */
        follow->successor = true;
    } else {
        start_new(follow, fd, &facts);
    }
}

/* Looking. */

size_t follow_read(struct follow *follow, char *scratch) {
    struct err err;
    int64_t bytes = reading_chunk(follow, scratch, &err);
    if (bytes < 0) {
        set_trouble(follow, &err);
        let_go(follow);
    } else if (!follow->active && follow->successor) {
        follow_look(follow);
    }
    return bytes > 0 ? (size_t)bytes : 0;
}

static void go_over(struct follow *follow) {
    struct file_facts facts;
    struct err err = {0};
    int fd = file_open(follow->path, &facts, &err);
    if (fd < 0) {
        if (fd != ERR_NOT_FOUND) set_trouble(follow, &err);
        return;
    }
    if (is_held(follow, &facts) || !reading_finish(follow)) {
        close(fd);
        return;
    }
    reading_note(follow, "followed file was replaced, going over to the new one");
    shut(&follow->before);
    follow->before = follow->now;
    /* A failure is seen to by the batch. */
    (void)!adopt_new(follow, fd, &facts, follow->before.position.lines);
    files_changed(follow->files);
}

static void see_removed(struct follow *follow) {
    uint64_t tick = files_tick(follow->files);
    if (!follow->removed) follow->removed_tick = tick;
    follow->removed = true;
    if (tick - follow->removed_tick < FOLLOW_REMOVED_TICKS || !reading_finish(follow)) return;
    let_go(follow);
    follow->has_stored = false; /* what comes next under this name is another file */
    follow->over = follow->globbed;
}

static void check(struct follow *follow, const struct file_facts *at_path) {
    struct opened *now = &follow->now;
    struct file_facts held;
    struct err err = {0};
    if (file_facts_of(now->fd, &held, &err) != 0) {
        set_trouble(follow, &err);
        let_go(follow);
        return;
    }
    follow->successor = at_path && !file_same(at_path, &held);
    if (!follow->successor) clear_trouble(follow);
    if (held.size < now->next) reading_rewind(follow);
    if (held.size < now->seen) now->seen = held.size;
    if (held.size > now->seen)
        follow->active = true;
    else if (follow->successor && at_path->size > 0)
        go_over(follow);
    else if (!at_path && held.links == 0)
        see_removed(follow);
    else
        follow->removed = false;
}

void follow_look(struct follow *follow) {
    struct file_facts facts;
    follow->looked = true;
    if (follow->now.fd < 0)
        start(follow);
    else
        check(follow, file_facts_at(follow->path, &facts, NULL) == 0 ? &facts : NULL);
}

/* Commits. */

void follow_settled(struct follow *follow) {
    shut(&follow->before);
}

static bool is_of(const struct opened *opened, const struct intake_position *position) {
    struct file_facts known = {
        .device = position->device, .inode = position->inode, .birth_ns = position->birth_ns};
    return opened->fd >= 0 && file_same(&opened->facts, &known);
}

void follow_revert(struct follow *follow) {
    follow->loaded = follow->looked = false;
    follow->active = follow->successor = follow->searched = false;
    follow->read_ms = 0;
    bool known = follow_load(follow) && follow->has_stored;
    if (known && !is_of(&follow->now, &follow->stored) && is_of(&follow->before, &follow->stored)) {
        shut(&follow->now);
        follow->now = follow->before;
        follow->before = (struct opened){.fd = -1};
    }
    if (known && is_of(&follow->now, &follow->stored)) {
        follow->now.position = follow->stored;
        clear_trouble(follow);
        reading_go_to(follow, follow->stored.offset);
        return;
    }
    shut(&follow->now);
    shut(&follow->before);
    follow->before.known = false;
}

void follow_status(const struct follow *follow, struct json_writer *w) {
    struct file_facts facts = {0};
    uint64_t offset = follow->now.fd >= 0 ? follow->now.position.offset : 0;
    if (follow->now.fd >= 0 && file_facts_of(follow->now.fd, &facts, NULL) != 0) facts.size = offset;
    json_object_begin(w);
    json_field_text(w, "input", follow->source);
    json_field_int(w, "offset", (int64_t)offset);
    json_field_int(w, "size", (int64_t)facts.size);
    json_field_int(w, "lag", facts.size > offset ? (int64_t)(facts.size - offset) : 0);
    json_field_int(w, "lines", (int64_t)follow->now.position.lines);
    json_field_text(w, "error", follow->trouble[0] ? follow->trouble : NULL);
    json_object_end(w);
}

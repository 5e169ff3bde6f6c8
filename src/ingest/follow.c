/* Invariants:
 * 1. oldest to newest are the files that had the path, in this order; each is in files_reading_of().
 * 2. They are read in this order: a chunk is of the first that has something to read.
 * 3. One that is closed has its end on disk (leaving), so follow_revert() finds all of them open.
 *
 *               take_up(): resumed, or new
 *   NOTHING ─────────────────────────────────▶ NEWEST ──┐ go_on_anew(): truncated, or written anew
 *      ▲ ▲        chain_take_up(): found renamed   │ ◀──┘
 *      │ │                  │                      │ take_up(): another file has the path
 *      │ └── follow_settled() ◀─ leave() ◀── OLD ◀─┘
 *      │                                      │
 *      └──────────────────────────────────────┘ take_over(): it has another followed path now */
#include "ingest/follow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "ingest/chain.h"
#include "ingest/files.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

struct follow *follow_new(struct files *files, const char *path, const struct format *format) {
    struct follow *follow = mem_zalloc(sizeof *follow);
    struct buf name = {0};
    buf_printf(&name, "file:%s", path);
    follow->files = files;
    follow->path = mem_dup_text(span_of(path));
    follow->name = name.data;
    follow->format = format;
    follow->next_fd = -1;
    return follow;
}

static void take_out(struct reading *reading) {
    struct follow *follow = reading->follow;
    *(reading->older ? &reading->older->newer : &follow->oldest) = reading->newer;
    *(reading->newer ? &reading->newer->older : &follow->newest) = reading->older;
    reading->older = reading->newer = NULL;
}

void follow_insert(struct follow *follow, struct reading *take_reading, struct reading *before) {
    struct reading *older = before ? before->older : follow->newest;
    take_reading->follow = follow;
    take_reading->older = older;
    take_reading->newer = before;
    *(older ? &older->newer : &follow->oldest) = take_reading;
    *(before ? &before->older : &follow->newest) = take_reading;
}

static void drop(struct reading *reading) {
    take_out(reading);
    reading_close(reading);
}

void follow_free(struct follow *follow) {
    while (follow->oldest) drop(follow->oldest);
    if (follow->next_fd >= 0) close(follow->next_fd);
    free(follow->path);
    free(follow->name);
    free(follow);
}

static int64_t now_of(const struct follow *follow) {
    return loop_now_ms(files_batch(follow->files)->loop);
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
    follow->trouble_ms = now_of(follow);
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

static void note(const struct follow *follow, const char *what, uint64_t offset) {
    counter_inc(files_rotated);
    log_info(what, "file=%s offset=%" PRIu64, LOG_TEXT(span_of(follow->path)), offset);
}

/* What is at the path. */

/* Whether it still has the path of the follow that reads it: then two paths lead to one file. */
static bool has_its_path(const struct reading *reading) {
    struct file_facts at;
    return !reading->newer && file_facts_at(reading->follow->path, &at, NULL) == 0 &&
           file_same(&at, &reading->facts);
}

/* A file that is open already has this path now: it was renamed. */
static void take_over(struct follow *follow, struct reading *reading) {
    struct follow *other = reading->follow;
    struct err err;
    if (other != follow && has_its_path(reading)) {
        err_set(&err, ERR_IN_USE, "it is the file that is read as %s", other->path);
        if (!follow->newest) set_trouble(follow, &err);
        return;
    }
    take_out(reading);
    if (other != follow) {
        reading_give(reading, follow);
        files_note(other);
    }
    follow_insert(follow, reading, NULL);
    clear_trouble(follow);
    if (reading->active) files_activate(follow);
    if (reading_store(reading) == 0) reading->leaving = false;
}

static bool is_removed(const struct reading *reading) {
    struct file_facts facts;
    return reading && file_facts_of(reading->fd, &facts, NULL) == 0 && facts.links == 0;
}

/* What it holds beyond its position is read from the copy that has its path. */
static void leave_to_copy(struct reading *reading) {
    reading->active = false;
    reading->seen = reading->facts.size;
    reading->leaving = true;
}

/* A file that is not open has the path. When another had it before, what came between is read first. */
static void begin(struct follow *follow, int take_fd, const struct file_facts *facts) {
    const struct intake_position *known = known_find(files_known(follow->files), facts);
    struct intake_position from = {0}, last;
    bool resumed = known && file_matches(take_fd, facts, known) == FILE_IS;
    if (resumed) from = *known;
    bool had_path = known && span_eq(known->name, span_of(follow->path));
    if (had_path) last = *known;
    if (had_path || chain_last_of(follow, &last)) {
        struct file_facts last_facts = file_facts_known(&last);
        bool is_last = file_same(facts, &last_facts);
        struct chain_start start = {.last = &last, .here = facts, .here_fd = &take_fd, .anew = is_last && !resumed};
        if (start.anew) {
            start.here = NULL;
            start.copied_fd = &take_fd;
            from.lines = last.lines;
        } else if (is_last) {
            start.last_fd = &take_fd;
        } else if (follow->newest && reading_is_intact(follow->newest)) {
            start.last_fd = &follow->newest->fd;
        }
        bool there = is_last ? resumed : false;
        if (!is_last || !resumed || chain_has_more(follow)) there = chain_take_up(follow, &start) || there;
        if (start.anew && follow->copies_changed) from.begun_ns = last.begun_ns;
        if (is_removed(follow->newest)) there = false;
        if (!known && !there && last.offset >= FILE_HASH_BYTES && file_holds(take_fd, facts, &last)) {
            from = last; /* the same file in another place, put back from a backup, or as an editor left it */
            if (follow->newest) leave_to_copy(follow->newest);
        }
        if (!resumed && from.offset == 0)
            note(follow, is_last ? "followed file was truncated or written anew, reading it from its start"
                                 : "followed file was replaced, going over to the new one", last.offset);
    }
    if (resumed && known->device != facts->device) files_forget(follow->files, known);
    struct reading *reading = reading_open(follow, take_fd, facts, &from);
    if (resumed) follow->copies_changed = true; /* nobody was there to tell */
    follow_insert(follow, reading, NULL);
    follow->searched = follow->warned = false;
    clear_trouble(follow);
    if (!resumed || !span_eq(known->name, span_of(follow->path))) (void)!reading_store(reading);
}

/* What has the path is held while the folder is looked through: what is renamed meanwhile is found there. */
static void take_up(struct follow *follow) {
    struct err err = {0};
    if (follow->next_fd < 0) follow->next_fd = file_open(follow->path, &follow->next_facts, &err);
    int fd = follow->next_fd;
    if (fd < 0) {
        follow->next_fd = -1;
        if (fd != ERR_NOT_FOUND || !follow->newest) set_trouble(follow, &err);
        return;
    }
    struct reading *open = files_reading_of(follow->files, &follow->next_facts);
    if (!open && files_folder_is_late(follow->files, follow->path, &follow->begin_asked)) {
        files_note(follow);
        return;
    }
    follow->next_fd = -1;
    if (open) {
        close(fd);
        take_over(follow, open);
    } else {
        begin(follow, fd, &follow->next_facts);
    }
}

static void see_nothing(struct follow *follow, const struct err *err) {
    struct intake_position last;
    if (err->code != ERR_NOT_FOUND) {
        set_trouble(follow, err);
        return;
    }
    bool search = !follow->newest && !follow->searched && chain_last_of(follow, &last) && !last.done;
    if (search && files_folder_is_late(follow->files, follow->path, &follow->begin_asked)) {
        files_note(follow);
        return;
    }
    if (search)
        (void)chain_take_up(follow, &(struct chain_start){.last = &last});
    follow->searched = true;
    bool is_link = !follow->newest && file_is_link(follow->path);
    struct err dangling;
    if (is_link) err_set(&dangling, ERR_NOT_FOUND, "it is a symbolic link to a file that is not there");
    if (!follow->newest) set_trouble(follow, is_link ? &dangling : err);
    else clear_trouble(follow);
    follow->over = follow->globbed && !follow->newest && !is_link;
}

/* Files of a rotation that was faster than we looked. */
static void look_for_missed(struct follow *follow) {
    struct reading *oldest = follow->oldest, *newest = follow->newest;
    follow->names_changed = false;
    follow->searched = false;
    if (!newest || newest->facts.birth_ns == 0) return; /* nothing would tell which came when */
    struct chain_start start = {.last = &oldest->position,
        .last_fd = &oldest->fd,
        .here = &newest->facts,
        .before = oldest->newer ? oldest->newer : newest};
    (void)chain_take_up(follow, &start);
}

/* A file that was written, copied and truncated before anything of it was read leaves nothing by which to tell: but
 * then there is a copy that it is not the beginning of. */
static void look_for_copies(struct follow *follow, struct reading *reading) {
    if (files_folder_is_late(follow->files, follow->path, &follow->copies_asked)) {
        files_note(follow);
        return;
    }
    (void)chain_take_up(follow, &(struct chain_start){.last = &reading->position,
        .last_fd = &reading->fd, .copied_fd = &reading->fd, .before = reading});
    if (reading->position.offset > 0) reading->fresh = false;
}

/* What became of what is open. */

static void go_on_anew(struct follow *follow, struct reading *reading) {
    struct intake_position *position = &reading->position;
    if (!reading->anew) reading->anew_ns = reading->facts.mtime_ns;
    reading->anew = true;
    reading->active = false;
    if (files_folder_is_late(follow->files, follow->path, &follow->anew_asked)) {
        files_note(follow);
        return;
    }
    uint64_t size = reading->facts.size;
    bool cut = position->head_bytes == FILE_HASH_BYTES && size >= FILE_HASH_BYTES && size < reading->next &&
               file_begins(reading->fd, position);
    note(follow, cut ? "followed file was cut, reading on from its end"
                     : "followed file was truncated or written anew, reading it from its start", position->offset);
    struct intake_position last = *position;
    struct chain_start start = {.last = &last, .anew = true, .copied_fd = &reading->fd, .before = reading};
    if (!cut) (void)chain_take_up(follow, &start);
    if (!cut && !follow->copies_changed) position->begun_ns = reading->anew_ns;
    position->tail_bytes = 0;
    reading_go_to(reading, cut ? size : 0);
    (void)!reading_store(reading);
}

static void check(struct follow *follow, struct reading *reading, const struct file_facts *facts) {
    bool changed = reading_see(reading, facts) || reading->touched;
    bool grown = facts->size > reading->seen;
    reading->touched = false;
    if (reading->anew || facts->size < reading->next || (changed && !grown && !reading_is_intact(reading))) {
        go_on_anew(follow, reading);
        return;
    }
    if (facts->size < reading->seen) reading->seen = facts->size;
    /* A line without its newline may have been written anew with one. */
    if (grown || (changed && reading->seen > reading->next)) reading_activate(reading);
}

/* Whether nobody is expected to write to it any more, when it stays as it is for long. */
static bool is_left(const struct reading *reading, bool has_path) {
    if (reading->moved || (reading->newer && reading->newer->facts.size > 0)) return true;
    return !reading->newer && !has_path && (reading->facts.links == 0 || reading->follow->globbed);
}

static void leave(struct follow *follow, struct reading *reading, bool has_path) {
    int64_t quiet_ms = now_of(follow) - reading->grown_ms;
    bool hurry = files_has_too_many(follow->files) || reading->facts.links == 0;
    if (reading->leaving || !reading_is_at_end(reading) || !is_left(reading, has_path)) return;
    if (quiet_ms < FOLLOW_LAST_LINE_MS) return;
    if (reading->seen > reading->next && (!reading_finish(reading) || reading_store(reading) != 0)) return;
    if ((has_path && !reading->newer) || (!hurry && quiet_ms < FOLLOW_OLD_MS)) return;
    reading->position.done = true;
    if (reading_store(reading) == 0) reading->leaving = true;
    reading->position.done = false;
}

void follow_look(struct follow *follow) {
    struct file_facts at, facts;
    struct err err = {0};
    bool there = file_facts_at(follow->path, &at, &err) == 0, has_path;
    if (follow->next_fd >= 0)
        take_up(follow);
    else if (there && follow->newest && file_same(&at, &follow->newest->facts))
        clear_trouble(follow);
    else if (there)
        take_up(follow);
    else
        see_nothing(follow, &err);
    if (follow->names_changed) look_for_missed(follow);
    for (struct reading *reading = follow->oldest, *newer; reading; reading = newer) {
        newer = reading->newer;
        has_path = there && !newer && file_same(&at, &reading->facts);
        if (has_path) facts = at;
        if (has_path || file_facts_of(reading->fd, &facts, NULL) == 0) check(follow, reading, &facts);
        leave(follow, reading, has_path);
    }
    struct reading *newest = follow->newest;
    bool is_empty = newest && newest->fresh && newest->facts.size == 0;
    if (is_empty && !newest->anew && follow->copies_changed) look_for_copies(follow, newest);
}

/* Reading. */

static struct reading *first_active(const struct follow *follow) {
    struct reading *reading = follow->oldest;
    while (reading && !reading->active) reading = reading->newer;
    return reading;
}

bool follow_has_more(const struct follow *follow) {
    return first_active(follow) != NULL;
}

size_t follow_read(struct follow *follow, char *scratch) {
    struct reading *reading = first_active(follow);
    struct err err;
    if (!reading) return 0;
    int64_t bytes = reading_chunk(reading, scratch, &err);
    if (bytes == ERR_CORRUPT) {
        go_on_anew(follow, reading);
    } else if (bytes > 0 && reading == follow->newest && reading->fresh && reading->position.offset > 0) {
        /* Before it is on disk that something was read: after that nothing would tell what to look for. */
        files_listen(follow->files);
        files_drop_folder(follow->files);
        if (follow->copies_changed) look_for_copies(follow, reading);
        else reading->fresh = false;
    } else if (bytes < 0) {
        set_trouble(follow, &err);
        follow->names_changed = true; /* its position is on disk, or it is found as one that was never read */
        drop(reading);
    }
    return bytes > 0 ? (size_t)bytes : 0;
}

int64_t follow_as_of(struct follow *follow, int64_t now_ms) {
    int64_t as_of_ms = follow->due ? follow->clear_ms : now_ms;
    for (struct reading *reading = follow->oldest; reading; reading = reading->newer) {
        int64_t read_ms = reading->active ? reading_as_of(reading, now_ms) : now_ms;
        if (read_ms < as_of_ms) as_of_ms = read_ms;
    }
    return as_of_ms;
}

/* Commits. */

void follow_settled(struct follow *follow) {
    for (struct reading *reading = follow->oldest, *newer; reading; reading = newer) {
        newer = reading->newer;
        if (!reading->leaving) continue;
        if (reading_is_at_end(reading)) drop(reading);
        else reading->leaving = false;
    }
}

void follow_revert(struct follow *follow) {
    follow->searched = follow->warned = false;
    for (struct reading *reading = follow->oldest; reading; reading = reading->newer) {
        const struct intake_position *stored = known_find(files_known(follow->files), &reading->facts);
        struct intake_position *position = &reading->position;
        if (stored) {
            *position = *stored;
        } else {
            position->tail_bytes = 0;
            position->offset = reading->from;
            position->lines = reading->from_lines;
        }
        position->name = span_of(follow->path);
        position->done = reading->leaving = false;
        reading_go_to(reading, position->offset);
        if (!stored || !span_eq(stored->name, position->name)) (void)!reading_store(reading);
    }
}

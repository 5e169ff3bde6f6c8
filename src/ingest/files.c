/* Invariants:
 * 1. Files are touched in the task alone, so within a turn of the service and never while the batch is
 * stalled; every wake-up only notes what is due and schedules it.
 * 2. One follow a path (by_path), one reading a file (by_file).
 * 3. A follow is in the list of those to be looked at exactly while `due`, among those to be read while
 * `active`; clear_ms is when it was last in neither.
 * 4. Until `loaded` the stored positions are not known, and nothing is looked at. */
#include "ingest/files.h"

#include <stdlib.h>
#include "ingest/find.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

/* What a turn reads from files at most, beside what comes from sockets: some twenty milliseconds of work, so that a
 * commit pays; a few where a client waits for the end of the turn, or did a moment ago and may any moment again. A
 * read of no bytes is some work, too; so is a look. */
#define TURN_BYTES (512 * 1024)
#define AWAITED_TURN_BYTES READING_CHUNK_BYTES
#define AWAITED_MS 1000
#define READ_COST_BYTES 4096
#define TURN_LOOKS 500
#define TICK_MS 1000
/* Looked at in a tick beside those of which something was heard: a round through more takes some ticks. */
#define TICK_LOOKS 1000
/* Files kept open that have lost their path, beside one a follow: a night's rotation of all of them must not
 * take the descriptors that connections need. */
#define OLD_FILES_MAX 4096
/* Positions of files that are gone are looked for so often, and so many forgotten at once: a few milliseconds. Where there
 * are more, in the next tick. */
#define FORGET_TICKS 600
#define FORGET_MAX 50

struct files {
    struct batch *batch;
    const struct config *config;
    struct watch *watch; /* NULL: no file is to be followed */
    struct loop_timer *timer;
    struct loop_task task;
    struct known known;
    struct find *find;
    struct folder *folder; /* as read in this turn */
    uint64_t stamp, folder_stamp; /* what came before what */
    struct follow **follows, **active;
    size_t count, capacity, active_count, active_capacity, reading_cursor, round;
    struct map by_path, by_file;
    size_t unwatched; /* readings */
    struct follow *due, **due_end;
    size_t due_count;
    uint64_t tick, forget_tick;
    int64_t asked_ms; /* when files_read_as_of() was asked last */
    int64_t awaited_ms; /* when a client was last seen to wait */
    bool loaded, scanned, revert_due, has_leaving;
    char *scratch;
};

static void schedule(struct files *files) {
    if (!files->batch->stalled) loop_task_schedule(files->batch->loop, &files->task);
}

/* The lists. */

static void note_busy(struct follow *follow) {
    if (!follow->due && !follow->active) follow->clear_ms = follow->files->asked_ms;
}

void files_note(struct follow *follow) {
    struct files *files = follow->files;
    note_busy(follow);
    if (!follow->due) {
        follow->next_due = NULL;
        *files->due_end = follow;
        files->due_end = &follow->next_due;
        files->due_count++;
    }
    follow->due = true;
    schedule(files);
}

static void note_all(struct files *files) {
    for (size_t i = 0; i < files->count; i++) files_note(files->follows[i]);
}

void files_activate(struct follow *follow) {
    struct files *files = follow->files;
    note_busy(follow);
    if (follow->active) return;
    files->active =
        mem_grow(files->active, &files->active_capacity, files->active_count + 1, sizeof *files->active);
    follow->active_at = files->active_count;
    files->active[files->active_count++] = follow;
    follow->active = true;
}

static void deactivate(struct follow *follow) {
    struct files *files = follow->files;
    struct follow *last = files->active[--files->active_count];
    files->active[last->active_at = follow->active_at] = last;
    follow->active = false;
}

static bool has_path(const void *item, const void *key) {
    return strcmp(((const struct follow *)item)->path, key) == 0;
}

struct follow *files_follow_at(const struct files *files, const char *path) {
    return map_find(&files->by_path, span_hash(span_of(path)), has_path, path);
}

static bool add(void *arg, const char *path, const struct endpoint *input) {
    struct files *files = arg;
    struct follow *follow = files_follow_at(files, path);
    if (follow) return true;
    if (files->count == FIND_FILES_MAX) return false;
    files->follows = mem_grow(files->follows, &files->capacity, files->count + 1, sizeof *files->follows);
    follow = follow_new(files, path, &input->format);
    follow->globbed = files_is_pattern(input->path);
    follow->folder = find_watch_folder_of(files->find, path);
    follow->at = files->count;
    files->follows[files->count++] = follow;
    map_add(&files->by_path, span_hash(span_of(path)), follow);
    files_note(follow);
    return true;
}

static void forget_follow(struct follow *follow) {
    struct files *files = follow->files;
    struct follow *last = files->follows[--files->count];
    files->follows[last->at = follow->at] = last;
    map_remove(&files->by_path, span_hash(span_of(follow->path)), follow);
    follow_free(follow);
}

/* Readings. */

static uint64_t hash_of_inode(uint64_t inode) {
    return span_hash((struct span){(const char *)&inode, sizeof inode});
}

static bool is_file(const void *item, const void *key) {
    return file_same(&((const struct reading *)item)->facts, key);
}

struct reading *files_reading_of(const struct files *files, const struct file_facts *facts) {
    return map_find(&files->by_file, hash_of_inode(facts->inode), is_file, facts);
}

void files_enter(struct files *files, struct reading *reading) {
    reading->watched = watch_add_file(files->watch, reading->fd, reading);
    files->unwatched += reading->watched < 0;
    map_add(&files->by_file, hash_of_inode(reading->facts.inode), reading);
}

void files_leave(struct files *files, struct reading *reading) {
    watch_remove_file(files->watch, reading->watched);
    files->unwatched -= reading->watched < 0;
    map_remove(&files->by_file, hash_of_inode(reading->facts.inode), reading);
}

bool files_has_too_many(const struct files *files) {
    return files->by_file.count > files->count + OLD_FILES_MAX;
}

/* Positions. */

int files_put(struct files *files, const struct intake_position *position, struct err *err) {
    struct intake_position stored = *position;
    stored.updated_ms = loop_now_ms(files->batch->loop);
    known_put(&files->known, &stored);
    files->has_leaving = files->has_leaving || position->done;
    return batch_position(files->batch, position, err);
}

void files_forget(struct files *files, const struct intake_position *position) {
    struct err err;
    (void)!batch_forget(files->batch, position, &err);
    known_drop(&files->known, position);
}

static bool is_in_folder(struct files *files, const char *path, const struct file_facts *known) {
    const struct folder *folder = files_folder(files, path);
    for (size_t i = 0; folder && i < folder->count; i++)
        if (file_same(&folder->entries[i].facts, known)) return true;
    return false;
}

/* Whether it has its path, or another one beside it, as old copies have. */
static bool is_there(struct files *files, const struct intake_position *position) {
    struct file_facts known = file_facts_known(position), at;
    struct buf path = {0};
    buf_add_span(&path, position->name);
    bool there = file_facts_at(buf_text(&path), &at, NULL) == 0 && file_same(&at, &known);
    there = there || is_in_folder(files, buf_text(&path), &known);
    buf_fini(&path);
    return there;
}

/* A position is kept as long as its file, and after that as long as events are. */
static void forget_gone(struct files *files) {
    int64_t before_ms = loop_now_ms(files->batch->loop) - service_config(files->batch->service)->retain_events_ms;
    struct intake_position *old = mem_alloc(FORGET_MAX * sizeof *old);
    size_t count = 0, cursor = 0;
    const struct intake_position *position;
    struct err err;
    while (count < FORGET_MAX && (position = known_next(&files->known, &cursor))) {
        struct file_facts known = file_facts_known(position);
        if (position->updated_ms < before_ms && !files_reading_of(files, &known)) old[count++] = *position;
    }
    for (size_t i = 0; i < count; i++) {
        if (is_there(files, &old[i])) (void)!files_put(files, &old[i], &err);
        else files_forget(files, &old[i]);
    }
    free(old);
    files->forget_tick = files->tick + (count == FORGET_MAX ? 1 : FORGET_TICKS);
}

/* The work. */

const struct folder *files_folder(struct files *files, const char *path) {
    if (files->folder && folder_is_of(files->folder, path)) return files->folder;
    folder_free(files->folder);
    files->folder_stamp = ++files->stamp;
    return files->folder = folder_read(path);
}

void files_drop_folder(struct files *files) {
    folder_free(files->folder);
    files->folder = NULL;
}

bool files_folder_is_late(struct files *files, const char *path, uint64_t *asked) {
    bool held = files->folder && folder_is_of(files->folder, path);
    if (!*asked) *asked = ++files->stamp;
    if (held && files->folder_stamp < *asked) return true;
    *asked = 0;
    return false;
}

static bool load(struct files *files) {
    struct err err;
    uint64_t held;
    if (files->loaded) return true;
    if (known_load(&files->known, files->batch->service, &err) == 0) return files->loaded = true;
    if (log_allow("positions of files cannot be read", loop_now_ms(files->batch->loop), &held))
        log_warning("positions of files cannot be read", "error=%s next=\"trying again each second\"",
            LOG_TEXT(span_of(err.text)));
    return false;
}

static void revert(struct files *files) {
    files->revert_due = false;
    for (size_t i = 0; i < files->count && !files->batch->stalled; i++) follow_revert(files->follows[i]);
    note_all(files);
}

static struct follow *take_due(struct files *files) {
    struct follow *follow = files->due;
    files->due = follow->next_due;
    if (!files->due) files->due_end = &files->due;
    files->due_count--;
    follow->due = false;
    return follow;
}

/* Those that are noted meanwhile have their turn after the rest. */
static void look_some(struct files *files) {
    size_t looks = files->due_count < TURN_LOOKS ? files->due_count : TURN_LOOKS;
    for (; looks > 0 && !files->batch->stalled; looks--) {
        struct follow *follow = take_due(files);
        follow_look(follow);
        if (follow->over && !follow->due && !follow->active) forget_follow(follow);
    }
}

static size_t share_of_turn(struct files *files) {
    int64_t now_ms = loop_now_ms(files->batch->loop);
    if (batch_is_awaited(files->batch)) files->awaited_ms = now_ms;
    bool awaited = now_ms >= files->awaited_ms && now_ms - files->awaited_ms < AWAITED_MS;
    return awaited ? AWAITED_TURN_BYTES : TURN_BYTES;
}

/* A chunk of each in turn, until the turn's share is used up, or the batch takes no more. */
static void read_some(struct files *files) {
    size_t bytes = 0, share = share_of_turn(files);
    while (bytes < share && files->active_count > 0 && batch_takes(files->batch)) {
        if (files->reading_cursor >= files->active_count) files->reading_cursor = 0;
        struct follow *follow = files->active[files->reading_cursor];
        bytes += follow_read(follow, files->scratch) + READ_COST_BYTES;
        if (follow_has_more(follow))
            files->reading_cursor++;
        else
            deactivate(follow);
    }
}

static void run(void *arg) {
    struct files *files = arg;
    if (files->batch->stalled) return;
    batch_turn(files->batch);
    if (!load(files)) return;
    if (files->revert_due) revert(files);
    files->scanned = find_files(files->find, loop_now_ms(files->batch->loop)) || files->scanned;
    look_some(files);
    read_some(files);
    if (files->due_count == 0 && files->tick >= files->forget_tick && !files->batch->stalled) forget_gone(files);
    files_drop_folder(files);
    /* What a full batch does not take it takes once the one before it is on disk: files_go_on(). */
    if (files->due_count || (files->active_count && batch_takes(files->batch))) schedule(files);
}

/* What is heard. */

static void on_named(void *arg, const char *folder, const char *name) {
    struct files *files = arg;
    struct found found = find_named(files->find, folder, name);
    if (found.follow) files_note(found.follow);
    if (found.base) {
        found.base->names_changed = found.base->copies_changed = true;
        files_note(found.base);
    }
    schedule(files);
}

static void on_written(void *arg, void *file) {
    struct reading *reading = file;
    (void)arg;
    reading->touched = true;
    files_note(reading->follow);
}

void files_listen(struct files *files) {
    watch_take(files->watch);
}

static void on_lost(void *arg) {
    struct files *files = arg;
    find_all_again(files->find);
    for (size_t i = 0; i < files->count; i++) files->follows[i]->names_changed = files->follows[i]->copies_changed = true;
    note_all(files);
    schedule(files);
}

static void on_tick(void *arg) {
    struct files *files = arg;
    files->tick++;
    loop_timer_set(files->timer, TICK_MS);
    for (int i = 0; i < TICK_LOOKS && files->round < files->count; i++) files_note(files->follows[files->round++]);
    if (files->round >= files->count) {
        files->round = 0;
        find_all_again(files->find);
    }
    schedule(files);
}

/* Public. */

static bool any_file(const struct config *config) {
    for (size_t i = 0; i < config->input_count; i++)
        if (config->inputs[i].kind == ENDPOINT_FILE) return true;
    return false;
}

struct files *files_open(struct batch *batch, const struct config *config) {
    static const struct watch_events events = {on_named, on_written, on_lost};
    struct files *files = mem_zalloc(sizeof *files);
    files->batch = batch;
    files->config = config;
    files->task = (struct loop_task){.run = run, .arg = files};
    files->due_end = &files->due;
    if (!any_file(config)) return files;
    files->scratch = mem_alloc(READING_CHUNK_BYTES);
    files->watch = watch_open(batch->loop, &events, files);
    files->timer = loop_timer_new(batch->loop, on_tick, files);
    files->find = find_open(files, config, files->watch, add);
    loop_timer_set(files->timer, TICK_MS);
    schedule(files);
    return files;
}

void files_close(struct files *files) {
    if (!files) return;
    loop_task_cancel(&files->task);
    loop_timer_free(files->timer);
    for (size_t i = 0; i < files->count; i++) follow_free(files->follows[i]);
    find_close(files->find);
    watch_close(files->watch);
    folder_free(files->folder);
    known_fini(&files->known);
    map_fini(&files->by_path);
    map_fini(&files->by_file);
    free(files->follows);
    free(files->active);
    free(files->scratch);
    free(files);
}

void files_go_on(struct files *files) {
    if (files->has_leaving && !files->revert_due) {
        files->has_leaving = false;
        for (size_t i = 0; i < files->count; i++) {
            follow_settled(files->follows[i]);
            if (files->follows[i]->globbed && !files->follows[i]->newest) files_note(files->follows[i]);
        }
    }
    if (files->watch && (files->due_count || files->active_count || files->revert_due || !files->loaded))
        schedule(files);
}

void files_recovered(struct files *files) {
    files->revert_due = true;
    files->loaded = false;
}

/* What is written to a file that is not watched, or what is new in such a folder, is not told of. */
static void look_where_nothing_is_told(struct files *files) {
    struct file_facts at;
    bool all = watch_sees_all(files->watch);
    for (size_t i = 0; i < files->count && (!all || files->unwatched); i++) {
        struct follow *follow = files->follows[i];
        bool unseen = !all && !watch_sees(follow->folder) && file_facts_at(follow->path, &at, NULL) == 0 &&
                      (!follow->newest || !file_same(&at, &follow->newest->facts)) && !follow_is_at_fault(follow);
        for (struct reading *r = follow->oldest; r && !unseen; r = r->newer)
            unseen = r->watched < 0 && file_facts_of(r->fd, &at, NULL) == 0 && at.size != r->seen;
        if (unseen) files_note(follow);
    }
}

int64_t files_read_as_of(struct files *files, int64_t now_ms) {
    int64_t as_of_ms = now_ms;
    if (!files->watch) return now_ms;
    watch_take(files->watch);
    if (!files->scanned) return 0;
    look_where_nothing_is_told(files);
    for (const struct follow *follow = files->due; follow; follow = follow->next_due)
        if (follow->clear_ms < as_of_ms) as_of_ms = follow->clear_ms;
    for (size_t i = 0; i < files->active_count; i++) {
        int64_t read_ms = follow_as_of(files->active[i], now_ms);
        if (read_ms < as_of_ms) as_of_ms = read_ms;
    }
    if (find_is_due(files->find) && files->asked_ms < as_of_ms) return files->asked_ms;
    files->asked_ms = now_ms;
    return as_of_ms;
}

size_t files_count(const struct files *files) {
    return files->count;
}

const struct follow *files_follow(const struct files *files, size_t i) {
    return files->follows[i];
}

const struct config *files_config(const struct files *files) {
    return files->config;
}

struct batch *files_batch(const struct files *files) {
    return files->batch;
}

const struct known *files_known(const struct files *files) {
    return &files->known;
}

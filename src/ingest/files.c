/* Invariants:
 * 1. Files are touched in the task alone, so within a turn of the service and never while the batch is
 * stalled; every wake-up only notes what is due and schedules it.
 * 2. One follow a path. Those with a stored position look first, so that they lay claim to files that were
 * renamed to another followed name.
 * 3. befores is the number of follows that may hold the descriptor of the file before. */
#include "ingest/files.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include "ingest/reading.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/loop/watch.h"

/* What a turn reads from files at most, beside what comes from sockets: about ten milliseconds of work. */
#define TURN_BYTES (512 * 1024)
#define RESCAN_MS 1000
/* Each holds a descriptor, and two system calls a second. */
#define FOLLOWS_MAX 10000

struct files {
    struct batch *batch;
    const struct config *config;
    struct watch *watch;
    struct loop_timer *timer;
    struct loop_task task;
    struct follow **follows;
    size_t count, capacity, cursor, befores;
    uint64_t tick;
    bool look_due, revert_due, more;
    bool scanned; /* the patterns were matched once */
    char *scratch;
};

static void schedule(struct files *files) {
    if (!files->batch->stalled) loop_task_schedule(files->batch->loop, &files->task);
}

void files_changed(struct files *files) {
    files->befores = files->count;
    files->look_due = true;
}

/* Which files. */

static bool is_pattern(const char *path) {
    return strpbrk(path, "*?[") != NULL;
}

/* The folder that a path lies in, or that the first wildcard of a pattern is in. */
static char *folder_of(const char *path) {
    size_t plain = strcspn(path, "*?[");
    while (plain > 0 && path[plain - 1] != '/') plain--;
    if (plain == 0) return mem_dup_text(SPAN("."));
    return mem_dup_text((struct span){path, plain > 1 ? plain - 1 : 1});
}

static void watch_folder_of(struct files *files, const char *path) {
    char *folder = folder_of(path);
    watch_add_folder(files->watch, folder);
    free(folder);
}

static struct follow *find(const struct files *files, const char *path) {
    for (size_t i = 0; i < files->count; i++)
        if (strcmp(files->follows[i]->path, path) == 0) return files->follows[i];
    return NULL;
}

static void add(struct files *files, const char *path, bool globbed) {
    uint64_t held;
    if (find(files, path)) return;
    if (files->count == FOLLOWS_MAX) {
        if (log_allow("too many files to follow", loop_now_ms(files->batch->loop), &held))
            log_warning("too many files to follow", "file=%s limit=%d, not reading it",
                LOG_TEXT(span_of(path)), FOLLOWS_MAX);
        return;
    }
    files->follows = mem_grow(files->follows, &files->capacity, files->count + 1, sizeof *files->follows);
    files->follows[files->count] = follow_new(files, path);
    files->follows[files->count++]->globbed = globbed;
    watch_folder_of(files, path);
}

static void add_matches(struct files *files, const char *pattern) {
    glob_t found;
    if (glob(pattern, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) add(files, found.gl_pathv[i], true);
    globfree(&found);
}

static void find_files(struct files *files) {
    for (size_t i = 0; i < files->config->input_count; i++) {
        const struct endpoint *input = &files->config->inputs[i];
        if (input->kind != ENDPOINT_FILE) continue;
        if (is_pattern(input->path))
            add_matches(files, input->path);
        else
            add(files, input->path, false);
    }
    files->scanned = true;
}

static void forget_over(struct files *files) {
    size_t kept = 0;
    for (size_t i = 0; i < files->count; i++) {
        struct follow *follow = files->follows[i];
        if (follow->over)
            follow_free(follow);
        else
            files->follows[kept++] = follow;
    }
    files->count = kept;
}

/* The work. */

static void look(struct files *files) {
    files->look_due = false;
    find_files(files);
    for (size_t i = 0; i < files->count; i++) (void)follow_load(files->follows[i]);
    for (int stored = 1; stored >= 0; stored--)
        for (size_t i = 0; i < files->count && !files->batch->stalled; i++)
            if (follow_is_known(files->follows[i]) == stored) follow_look(files->follows[i]);
    forget_over(files);
}

static void revert(struct files *files) {
    files->revert_due = false;
    for (size_t i = 0; i < files->count; i++) follow_revert(files->follows[i]);
    files->look_due = true;
}

/* A chunk of each in turn, until the turn's share is used up. */
static void read_some(struct files *files) {
    size_t bytes = 0, idle = 0;
    while (bytes < TURN_BYTES && idle < files->count && !files->batch->stalled) {
        files->cursor = (files->cursor + 1) % files->count;
        struct follow *follow = files->follows[files->cursor];
        idle = follow->active ? 0 : idle + 1;
        if (follow->active) bytes += follow_read(follow, files->scratch);
    }
    files->more = idle < files->count;
}

static void run(void *arg) {
    struct files *files = arg;
    if (files->batch->stalled) return;
    batch_turn(files->batch);
    if (files->revert_due) revert(files);
    if (files->look_due) look(files);
    read_some(files);
    if (files->more || files->look_due) schedule(files);
}

static void on_change(void *arg) {
    struct files *files = arg;
    files->look_due = true;
    schedule(files);
}

static void on_tick(void *arg) {
    struct files *files = arg;
    files->tick++;
    loop_timer_set(files->timer, RESCAN_MS);
    on_change(files);
}

/* Public. */

static bool any_file(const struct config *config) {
    for (size_t i = 0; i < config->input_count; i++)
        if (config->inputs[i].kind == ENDPOINT_FILE) return true;
    return false;
}

struct files *files_open(struct batch *batch, const struct config *config) {
    struct files *files = mem_zalloc(sizeof *files);
    files->batch = batch;
    files->config = config;
    files->task = (struct loop_task){.run = run, .arg = files};
    if (!any_file(config)) return files;
    files->scratch = mem_alloc(FOLLOW_CHUNK_BYTES);
    files->watch = watch_open(batch->loop, on_change, files);
    files->timer = loop_timer_new(batch->loop, on_tick, files);
    for (size_t i = 0; i < config->input_count; i++)
        if (config->inputs[i].kind == ENDPOINT_FILE) watch_folder_of(files, config->inputs[i].path);
    loop_timer_set(files->timer, RESCAN_MS);
    on_change(files);
    return files;
}

void files_close(struct files *files) {
    if (!files) return;
    loop_task_cancel(&files->task);
    loop_timer_free(files->timer);
    watch_close(files->watch);
    for (size_t i = 0; i < files->count; i++) follow_free(files->follows[i]);
    free(files->follows);
    free(files->scratch);
    free(files);
}

void files_go_on(struct files *files) {
    if (files->befores && !files->revert_due) {
        for (size_t i = 0; i < files->count; i++) follow_settled(files->follows[i]);
        files->befores = 0;
    }
    if (files->more || files->look_due || files->revert_due) schedule(files);
}

void files_recovered(struct files *files) {
    files->revert_due = true;
}

int64_t files_read_as_of(struct files *files, int64_t now_ms) {
    int64_t as_of_ms = now_ms;
    if (files->scratch && !files->scanned) return 0;
    for (size_t i = 0; i < files->count; i++) {
        int64_t read_ms = reading_as_of(files->follows[i], now_ms);
        if (read_ms < as_of_ms) as_of_ms = read_ms;
    }
    return as_of_ms;
}

static void status_of_pattern(const char *pattern, struct json_writer *w) {
    struct buf name = {0};
    buf_printf(&name, "file:%s", pattern);
    json_object_begin(w);
    json_field_text(w, "input", name.data);
    json_field_int(w, "offset", 0);
    json_field_int(w, "size", 0);
    json_field_int(w, "lag", 0);
    json_field_int(w, "lines", 0);
    json_field_text(w, "error", "no file matches yet");
    json_object_end(w);
    buf_fini(&name);
}

static bool matches_any(const struct files *files, const char *pattern) {
    for (size_t i = 0; i < files->count; i++)
        if (fnmatch(pattern, files->follows[i]->path, FNM_PATHNAME) == 0) return true;
    return false;
}

void files_status(const struct files *files, struct json_writer *w) {
    for (size_t i = 0; i < files->count; i++) follow_status(files->follows[i], w);
    for (size_t i = 0; i < files->config->input_count; i++) {
        const struct endpoint *input = &files->config->inputs[i];
        if (input->kind == ENDPOINT_FILE && is_pattern(input->path) && !matches_any(files, input->path))
            status_of_pattern(input->path, w);
    }
}

struct batch *files_batch(const struct files *files) {
    return files->batch;
}

uint64_t files_tick(const struct files *files) {
    return files->tick;
}

const struct follow *files_holder(
    const struct files *files, const struct follow *except, const struct file_facts *facts) {
    for (size_t i = 0; i < files->count; i++) {
        const struct follow *follow = files->follows[i];
        if (follow != except && follow->now.fd >= 0 && file_same(&follow->now.facts, facts)) return follow;
    }
    return NULL;
}

const struct intake_position *files_left_at(
    const struct files *files, const struct follow *except, int fd, const struct file_facts *facts) {
    for (size_t i = 0; i < files->count; i++) {
        const struct follow *follow = files->follows[i];
        if (follow != except && follow->before.known &&
            file_matches(fd, facts, &follow->before.position) == FILE_IS)
            return &follow->before.position;
    }
    return NULL;
}

/* Invariants:
 * 1. A folder's wd is the kernel's, or -1 while it is not watched; `unseen` counts those.
 * 2. The timer is set exactly while some folder has wd -1.
 * 3. by_number has a thing for each wd that the kernel watches for us: a file, or folders that are one
 * under several paths. Only its thread of the loop touches it, never while events are being told. */
#include "slad/loop/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "loop_base.h"
#include "slad/base/map.h"
#include "slad/base/mem.h"
#include "slad/base/span.h"

#define POLL_MS 1000
/* What is not read in one go is read in the next pass: the descriptor stays readable. */
#define READ_BYTES (64 * 1024)
/* A writer may be as fast as we are: watch_take() has to come to an end. */
#define TAKE_MAX 16
#define FOLDER_MASK                                                                                          \
    (IN_CREATE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF |       \
        IN_ONLYDIR)
#define FILE_MASK (IN_MODIFY | IN_ATTRIB)

struct watched_folder {
    char *path;
    int wd;
    bool hopeless;                   /* exists, but inotify will not have it: the owner has to look each second */
    struct watched_folder *same;     /* the next path of one folder */
};

struct thing {
    int wd;
    void *file;                      /* NULL: a folder */
    struct watched_folder *folder;
};

struct watch {
    struct loop *loop;
    int fd; /* -1: no inotify */
    struct event *ready;
    struct loop_timer *poll;
    struct watched_folder **folders;
    size_t count, capacity, unseen;
    struct map by_path, by_number;
    const struct watch_events *events;
    void *arg;
    char *bytes; /* READ_BYTES */
};

/* Things by their number. */

static uint64_t hash_of(int wd) {
    return (uint64_t)wd;
}

static bool has_number(const void *item, const void *key) {
    return ((const struct thing *)item)->wd == *(const int *)key;
}

static struct thing *thing_of(const struct watch *watch, int wd) {
    return map_find(&watch->by_number, hash_of(wd), has_number, &wd);
}

static struct thing *thing_for(struct watch *watch, int wd) {
    struct thing *thing = thing_of(watch, wd);
    if (thing) return thing;
    thing = mem_zalloc(sizeof *thing);
    thing->wd = wd;
    map_add(&watch->by_number, hash_of(wd), thing);
    return thing;
}

static void drop_thing(struct watch *watch, struct thing *thing) {
    map_remove(&watch->by_number, hash_of(thing->wd), thing);
    free(thing);
}

/* Folders. */

static bool has_path(const void *item, const void *key) {
    return strcmp(((const struct watched_folder *)item)->path, key) == 0;
}

static void try_folder(struct watch *watch, struct watched_folder *folder) {
    errno = ENOSYS;
    folder->wd = watch->fd < 0 ? -1 : inotify_add_watch(watch->fd, folder->path, FOLDER_MASK);
    folder->hopeless = folder->wd < 0 && errno != ENOENT && errno != ENOTDIR;
    if (folder->wd < 0) return;
    struct thing *thing = thing_for(watch, folder->wd);
    folder->same = thing->folder;
    thing->folder = folder;
    watch->unseen--;
}

static void set_poll(struct watch *watch) {
    if (watch->unseen)
        loop_timer_set(watch->poll, POLL_MS);
    else
        loop_timer_cancel(watch->poll);
}

static void poll_folders(void *arg) {
    struct watch *watch = arg;
    bool changed = false;
    for (size_t i = 0; i < watch->count; i++) {
        struct watched_folder *folder = watch->folders[i];
        if (folder->wd >= 0) continue;
        try_folder(watch, folder);
        changed = changed || folder->wd >= 0 || folder->hopeless;
    }
    set_poll(watch);
    if (changed) watch->events->lost(watch->arg);
}

/* The folder itself was removed or renamed: what has its name next, if anything, is another one. */
static void forget(struct watch *watch, struct thing *thing, bool gone) {
    for (struct watched_folder *folder = thing->folder; folder; folder = folder->same) {
        folder->wd = -1;
        watch->unseen++;
    }
    if (!gone) inotify_rm_watch(watch->fd, thing->wd);
    bool was_folder = thing->folder != NULL;
    drop_thing(watch, thing);
    set_poll(watch);
    if (was_folder) watch->events->lost(watch->arg);
}

/* Events. */

static void tell(struct watch *watch, const struct inotify_event *event, const char *name) {
    struct thing *thing = thing_of(watch, event->wd);
    if (event->mask & IN_Q_OVERFLOW)
        watch->events->lost(watch->arg);
    else if (!thing)
        return; /* removed meanwhile */
    else if (event->mask & (IN_IGNORED | IN_MOVE_SELF))
        forget(watch, thing, event->mask & IN_IGNORED);
    else if (thing->file)
        watch->events->written(watch->arg, thing->file);
    else
        for (struct watched_folder *folder = thing->folder; folder && event->len; folder = folder->same)
            watch->events->named(watch->arg, folder->path, name);
}

static bool take_some(struct watch *watch) {
    ssize_t got = read(watch->fd, watch->bytes, READ_BYTES);
    for (ssize_t at = 0; at < got;) {
        struct inotify_event event;
        memcpy(&event, watch->bytes + at, sizeof event);
        at += (ssize_t)sizeof event;
        tell(watch, &event, watch->bytes + at);
        at += (ssize_t)event.len;
    }
    return got > 0;
}

static void events_ready(evutil_socket_t fd, short what, void *arg) {
    struct watch *watch = arg;
    (void)fd, (void)what;
    take_some(watch);
    loop_yield(watch->loop);
}

void watch_take(struct watch *watch) {
    for (int i = 0; watch->fd >= 0 && i < TAKE_MAX && take_some(watch); i++) {
    }
}

struct watch *watch_open(struct loop *loop, const struct watch_events *events, void *arg) {
    struct watch *watch = mem_zalloc(sizeof *watch);
    watch->loop = loop;
    watch->events = events;
    watch->arg = arg;
    watch->bytes = mem_alloc(READ_BYTES);
    watch->poll = loop_timer_new(loop, poll_folders, watch);
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd >= 0) {
        watch->ready =
            loop_event_new(loop, watch->fd, EV_READ | EV_PERSIST, LOOP_PRIORITY_INPUT, events_ready, watch);
        event_add(watch->ready, NULL);
    }
    return watch;
}

const struct watched_folder *watch_add_folder(struct watch *watch, const char *path) {
    uint64_t hash = span_hash(span_of(path));
    struct watched_folder *folder = map_find(&watch->by_path, hash, has_path, path);
    if (folder) return folder;
    watch->folders = mem_grow(watch->folders, &watch->capacity, watch->count + 1, sizeof *watch->folders);
    folder = watch->folders[watch->count++] = mem_zalloc(sizeof *folder);
    folder->path = mem_dup_text(span_of(path));
    map_add(&watch->by_path, hash, folder);
    watch->unseen++;
    try_folder(watch, folder);
    set_poll(watch);
    return folder;
}

bool watch_sees(const struct watched_folder *folder) {
    return folder->wd >= 0;
}

bool watch_sees_all(const struct watch *watch) {
    return watch->unseen == 0;
}

int watch_add_file(struct watch *watch, int fd, void *file) {
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd); /* there is no way to name it by its descriptor */
    int wd = watch->fd < 0 ? -1 : inotify_add_watch(watch->fd, path, FILE_MASK);
    if (wd >= 0) thing_for(watch, wd)->file = file;
    return wd;
}

void watch_remove_file(struct watch *watch, int number) {
    struct thing *thing = number < 0 ? NULL : thing_of(watch, number);
    if (!thing) return; /* the kernel was first */
    inotify_rm_watch(watch->fd, number);
    drop_thing(watch, thing);
}

void watch_close(struct watch *watch) {
    if (!watch) return;
    size_t cursor = 0;
    loop_timer_free(watch->poll);
    if (watch->ready) event_free(watch->ready);
    if (watch->fd >= 0) close(watch->fd);
    for (struct thing *thing; (thing = map_next(&watch->by_number, &cursor));) free(thing);
    for (size_t i = 0; i < watch->count; i++) {
        free(watch->folders[i]->path);
        free(watch->folders[i]);
    }
    map_fini(&watch->by_number);
    map_fini(&watch->by_path);
    free(watch->folders);
    free(watch->bytes);
    free(watch);
}

/* Invariants:
 * 1. A folder's wd is the kernel's, or -1 while it is not watched.
 * 2. The timer is set exactly while some folder has wd -1.
 * 3. on_change is called from the changed task alone, so at most once a turn. */
#include "slad/loop/watch.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include "loop_base.h"
#include "slad/base/mem.h"

#define POLL_MS 1000
/* What is not read in one call is read in the next pass: the descriptor stays readable. */
#define READ_BYTES (64 * 1024)
#define WATCHED                                                                                              \
    (IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE |          \
        IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)

struct watched_folder {
    char *path;
    int wd;
    bool hopeless; /* exists, but inotify will not have it: the owner has to look each second */
};

struct watch {
    struct loop *loop;
    int fd; /* -1: no inotify */
    struct event *ready;
    struct loop_timer *poll;
    struct loop_task changed;
    struct watched_folder *folders;
    size_t count, capacity;
    void (*on_change)(void *arg);
    void *arg;
};

static void note_change(struct watch *watch) {
    loop_task_schedule(watch->loop, &watch->changed);
}

static void try_folder(struct watch *watch, struct watched_folder *folder) {
    errno = ENOSYS;
    folder->wd = watch->fd < 0 ? -1 : inotify_add_watch(watch->fd, folder->path, WATCHED);
    folder->hopeless = folder->wd < 0 && errno != ENOENT && errno != ENOTDIR;
}

static void set_poll(struct watch *watch) {
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->folders[i].wd >= 0) continue;
        loop_timer_set(watch->poll, POLL_MS);
        return;
    }
    loop_timer_cancel(watch->poll);
}

static void poll_folders(void *arg) {
    struct watch *watch = arg;
    for (size_t i = 0; i < watch->count; i++) {
        struct watched_folder *folder = &watch->folders[i];
        if (folder->wd >= 0) continue;
        try_folder(watch, folder);
        if (folder->wd >= 0 || folder->hopeless) note_change(watch);
    }
    set_poll(watch);
}

/* The folder itself was removed or renamed: what has its name next, if anything, is another one. */
static void forget(struct watch *watch, const struct inotify_event *event) {
    for (size_t i = 0; i < watch->count; i++) {
        if (watch->folders[i].wd != event->wd) continue;
        watch->folders[i].wd = -1;
        if (!(event->mask & IN_IGNORED)) inotify_rm_watch(watch->fd, event->wd);
    }
    set_poll(watch);
}

static void events_ready(evutil_socket_t fd, short what, void *arg) {
    struct watch *watch = arg;
    (void)what;
    char *events = loop_scratch(watch->loop, READ_BYTES);
    ssize_t got = read(fd, events, READ_BYTES);
    for (ssize_t at = 0; at < got;) {
        struct inotify_event event;
        memcpy(&event, events + at, sizeof event);
        at += (ssize_t)sizeof event + (ssize_t)event.len;
        if (event.mask & (IN_IGNORED | IN_MOVE_SELF)) forget(watch, &event);
    }
    if (got > 0) note_change(watch); /* an overflow (IN_Q_OVERFLOW) is one of these, too */
    loop_yield(watch->loop);
}

static void call_owner(void *arg) {
    struct watch *watch = arg;
    watch->on_change(watch->arg);
}

struct watch *watch_open(struct loop *loop, void (*on_change)(void *arg), void *arg) {
    struct watch *watch = mem_zalloc(sizeof *watch);
    watch->loop = loop;
    watch->on_change = on_change;
    watch->arg = arg;
    watch->changed = (struct loop_task){.run = call_owner, .arg = watch};
    watch->poll = loop_timer_new(loop, poll_folders, watch);
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd >= 0) {
        watch->ready =
            loop_event_new(loop, watch->fd, EV_READ | EV_PERSIST, LOOP_PRIORITY_INPUT, events_ready, watch);
        event_add(watch->ready, NULL);
    }
    return watch;
}

void watch_add_folder(struct watch *watch, const char *path) {
    for (size_t i = 0; i < watch->count; i++)
        if (strcmp(watch->folders[i].path, path) == 0) return;
    watch->folders = mem_grow(watch->folders, &watch->capacity, watch->count + 1, sizeof *watch->folders);
    struct watched_folder *folder = &watch->folders[watch->count++];
    folder->path = mem_dup_text(span_of(path));
    try_folder(watch, folder);
    set_poll(watch);
}

void watch_close(struct watch *watch) {
    if (!watch) return;
    loop_task_cancel(&watch->changed);
    loop_timer_free(watch->poll);
    if (watch->ready) event_free(watch->ready);
    if (watch->fd >= 0) close(watch->fd);
    for (size_t i = 0; i < watch->count; i++) free(watch->folders[i].path);
    free(watch->folders);
    free(watch);
}

/* watch: tells what happened in some folders and to some files, so that the owner looks there again.
 * Owns: the inotify descriptor, the timer that looks for folders that are not there.
 * Must not know: which files matter. */
#ifndef SLAD_LOOP_WATCH_H
#define SLAD_LOOP_WATCH_H

#include <stdbool.h>
#include "slad/loop/loop.h"

struct watch;
struct watched_folder;

/* Called from the loop, or from watch_take(): to note it, and do the work later. */
struct watch_events {
    /* Something in a watched folder was made, renamed or removed, or may be read by others now. */
    void (*named)(void *arg, const char *folder, const char *name);
    /* To a watched file was written, or it was truncated, or lost a name; `file` as it was given. */
    void (*written)(void *arg, void *file);
    /* Anything may have happened: the system lost track of it, or a folder came, went or cannot be watched
     * (then each second). */
    void (*lost)(void *arg);
};
struct watch *watch_open(struct loop *loop, const struct watch_events *events, void *arg);
void watch_close(struct watch *watch); /* NULL is fine */

/* Watches what is directly in this folder. One that does not exist (yet, or any more) is looked for each
 * second. Adding a folder again gives the same; it lives as long as the watch. */
const struct watched_folder *watch_add_folder(struct watch *watch, const char *path);
/* Whether what happens in it is told of. */
bool watch_sees(const struct watched_folder *folder);
/* Whether that is so of all folders. */
bool watch_sees_all(const struct watch *watch);

/* Watches an open file, whatever it is called: its number, or -1 when the system will not have it. A file is
 * watched once; its number is good until watch_remove_file(), which is called before the descriptor is
 * closed. */
int watch_add_file(struct watch *watch, int fd, void *file);
void watch_remove_file(struct watch *watch, int number); /* -1 is fine */

/* Tells at once of what has happened so far. */
void watch_take(struct watch *watch);

#endif

/* watch: tells that something in some folders may have changed, so that the owner looks again.
 * Owns: the inotify descriptor, or the timer that stands in for it.
 * Must not know: which files matter. */
#ifndef SLAD_LOOP_WATCH_H
#define SLAD_LOOP_WATCH_H

#include "slad/loop/loop.h"

struct watch;

/* on_change is called at most once a turn, however much happened; also when the system lost track of what
 * did. */
struct watch *watch_open(struct loop *loop, void (*on_change)(void *arg), void *arg);
/* Watches what is directly in this folder: files written, created, removed, renamed. A folder that does not
 * exist (yet, or any more) is looked for each second, and its appearing is a change. Where inotify is not to
 * be had, on_change is simply called each second. Adding a folder again changes nothing. */
void watch_add_folder(struct watch *watch, const char *path);
void watch_close(struct watch *watch); /* NULL is fine */

#endif

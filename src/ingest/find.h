/* find: which paths are followed: those that the configuration names, and those that fit its patterns.
 * Owns: the paths that were heard of and not yet looked at.
 * Must not know: what is in a file, which file has a path. */
#ifndef SLAD_INGEST_FIND_H
#define SLAD_INGEST_FIND_H

#include "slad/service/service.h"
#include "slad/loop/watch.h"

/* Each holds a descriptor, and costs a system call a second. */
#define FIND_FILES_MAX 10000

struct find;
struct files;
struct follow;

/* add: false when there are too many already. Everything is due at first. */
struct find *find_open(struct files *files, const struct config *config, struct watch *watch,
    bool (*add)(void *arg, const char *path, const struct endpoint *input));
void find_close(struct find *find); /* NULL is fine */
/* Adds what was heard of, and all there is when that is due; then it returns true. */
bool find_files(struct find *find, int64_t now_ms);
void find_all_again(struct find *find);
bool find_is_due(const struct find *find);

/* Whose path this is, and of which path it looks to be a rotated file; each may be NULL. What is neither may be a
 * path to be added. */
struct found {
    struct follow *follow, *base;
};
struct found find_named(struct find *find, const char *folder, const char *name);

const struct watched_folder *find_watch_folder_of(struct find *find, const char *path);

#endif

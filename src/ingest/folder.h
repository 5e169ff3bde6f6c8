/* folder: the regular files in a folder, as they are at one moment.
 * Owns: their names and facts.
 * Must not know: which of them matter. */
#ifndef SLAD_INGEST_FOLDER_H
#define SLAD_INGEST_FOLDER_H

#include "ingest/file_id.h"
#include "slad/base/buf.h"

/* A folder with more is no folder of logs: the rest of it is not looked at. */
#define FOLDER_ENTRIES_MAX 100000

struct folder_entry {
    const char *name;
    struct file_facts facts;
};
struct folder {
    char *path;
    int fd; /* to open them by name */
    struct folder_entry *entries;
    size_t count, capacity;
    struct buf names; /* one after the other, each with its NUL */
};

/* The folder that this file lies in; NULL when it cannot be read. Files that are renamed meanwhile are in it
 * once, unless that goes on and on. */
struct folder *folder_read(const char *file_path);
bool folder_is_of(const struct folder *folder, const char *file_path);
void folder_free(struct folder *folder); /* may be NULL */
/* The descriptor, or -1. *moved is set when the file of this entry does not have that name any more: then the folder
 * is to be read again. */
int folder_open(const struct folder *folder, const struct folder_entry *entry, bool *moved);
/* The part of a path after the last "/". */
const char *folder_name_in(const char *file_path);

#endif

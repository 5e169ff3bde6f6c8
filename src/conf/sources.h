/* sources: the files of a configuration, read and parsed: the main one and those it includes.
 * Owns: the nodes of all of them, and their names; sources_fini().
 * Must not know: what is in them, but for `include`. */
#ifndef SLAD_CONF_SOURCES_H
#define SLAD_CONF_SOURCES_H

#include <sys/stat.h>

#include "conf/reader.h"

enum { SOURCES_MAX = 1000 }; /* each may hold YAML_BYTES_MAX: an include of a wrong folder ends somewhere */

struct source {
    const char *path;        /* in the arena below */
    struct span text;        /* in the reader's arena; p == NULL: not to be read */
    const struct node *root; /* NULL: empty, or not to be read */
    dev_t device;
    ino_t inode;
};
/* Zero-initialise to start. */
struct sources {
    struct arena arena;
    struct source *list;
    size_t count, capacity;
    bool is_incomplete; /* one could not be read */
};

/* Reads one file; a second time the same is passed over. `at` is where it was asked for; NULL: by the caller.
 */
void sources_read(struct sources *sources, struct reader *r, const char *path, const struct node *at);
/* The same of a text that was read elsewhere. */
void sources_take(struct sources *sources, struct reader *r, const char *path, struct span text);
/* Reads what `include` of the main file names: a glob or a list of globs, relative to its folder, each
 * sorted. The patterns, joined to the folder, go to *patterns in the reader's arena. */
void sources_include(struct sources *sources, struct reader *r, const struct node *include,
    const char *main_path, const char ***patterns, size_t *count);
/* What the file's map holds under a key; NULL. */
const struct node *source_value(const struct source *source, const char *key);
void sources_fini(struct sources *sources);

#endif

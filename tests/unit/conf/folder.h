/* folder: a temporary folder with configuration files in it, for tests.
 * Owns: the folder and the files; folder_remove().
 * Must not know: what the files say. */
#ifndef TESTS_CONF_FOLDER_H
#define TESTS_CONF_FOLDER_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "slad/conf/config.h"

struct folder {
    char path[256];
    char joined[600];
};

static inline void folder_make(struct folder *folder) {
    const char *tmp = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%s/slad-conf-XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(folder->path));
}

/* Borrowed until the next call. */
static inline const char *folder_at(struct folder *folder, const char *name) {
    snprintf(folder->joined, sizeof folder->joined, "%s/%s", folder->path, name);
    return folder->joined;
}

static inline void folder_write_bytes(
    struct folder *folder, const char *name, const void *data, size_t bytes) {
    FILE *file = fopen(folder_at(folder, name), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
}

static inline void folder_write(struct folder *folder, const char *name, const char *text) {
    folder_write_bytes(folder, name, text, strlen(text));
}

static inline int folder_remove_one(const char *path, const struct stat *st, int kind, struct FTW *at) {
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static inline void folder_remove(struct folder *folder) {
    nftw(folder->path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Loads slad.yaml of the folder; on failure prints nothing and returns NULL. */
static inline struct config *folder_load(struct folder *folder, struct findings *findings) {
    struct config *config = NULL;
    int rc = config_load(folder_at(folder, "slad.yaml"), &config, findings);
    assert_int_equal(rc, findings_errors(findings) ? ERR_INVALID : 0);
    assert_true((config != NULL) == (rc == 0));
    return config;
}

/* Loads a text that must be right, as the only file. */
static inline struct config *folder_load_text(const char *text) {
    struct folder folder;
    struct findings findings = {0};
    struct buf said = {0};
    folder_make(&folder);
    folder_write(&folder, "slad.yaml", text);
    struct config *config = folder_load(&folder, &findings);
    findings_render(&findings, &said);
    if (!config) print_error("%s", buf_text(&said));
    assert_non_null(config);
    buf_fini(&said);
    findings_fini(&findings);
    folder_remove(&folder);
    return config;
}

#endif

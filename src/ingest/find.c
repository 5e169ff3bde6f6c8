/* Invariants:
 * 1. `heard` holds paths that fit a pattern, each with its NUL; when it is full, all is due instead. */
#include "ingest/find.h"

#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include "ingest/files.h"
#include "ingest/rotated.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"

/* Some hundred paths in a turn; looking everywhere costs no more than so many. */
#define HEARD_BYTES_MAX (64 * 1024)

struct find {
    struct files *files;
    const struct config *config;
    struct watch *watch;
    bool (*add)(void *arg, const char *path, const struct endpoint *input);
    struct buf heard;
    bool all_due;
};

bool files_is_pattern(const char *path) {
    return strpbrk(path, "*?[") != NULL;
}

/* The folder that a path lies in, or that the first wildcard of a pattern is in. */
static char *folder_of(const char *path) {
    size_t plain = strcspn(path, "*?[");
    while (plain > 0 && path[plain - 1] != '/') plain--;
    if (plain == 0) return mem_dup_text(SPAN("."));
    return mem_dup_text((struct span){path, plain > 1 ? plain - 1 : 1});
}

const struct watched_folder *find_watch_folder_of(struct find *find, const char *path) {
    char *folder = folder_of(path);
    const struct watched_folder *watched = watch_add_folder(find->watch, folder);
    free(folder);
    return watched;
}

struct find *find_open(struct files *files, const struct config *config, struct watch *watch,
    bool (*add)(void *arg, const char *path, const struct endpoint *input)) {
    struct find *find = mem_zalloc(sizeof *find);
    *find = (struct find){.files = files, .config = config, .watch = watch, .add = add, .all_due = true};
    for (size_t i = 0; i < config->input_count; i++)
        if (config->inputs[i].kind == ENDPOINT_FILE) (void)find_watch_folder_of(find, config->inputs[i].path);
    return find;
}

void find_close(struct find *find) {
    if (!find) return;
    buf_fini(&find->heard);
    free(find);
}

/* Finding. */

static void add(struct find *find, const char *path, const struct endpoint *input, int64_t now_ms) {
    uint64_t held;
    if (find->add(find->files, path, input) || !log_allow("too many files to follow", now_ms, &held)) return;
    log_warning("too many files to follow", "file=%s limit=%d, not reading it", LOG_TEXT(span_of(path)),
        FIND_FILES_MAX);
}

static void add_all_of(struct find *find, const struct endpoint *input, int64_t now_ms) {
    glob_t found;
    if (!files_is_pattern(input->path)) {
        add(find, input->path, input, now_ms);
        return;
    }
    if (glob(input->path, GLOB_NOSORT, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++) add(find, found.gl_pathv[i], input, now_ms);
    globfree(&found);
}

/* The first input that it fits. */
static const struct endpoint *input_of(const struct find *find, const char *path) {
    for (size_t i = 0; i < find->config->input_count; i++) {
        const struct endpoint *input = &find->config->inputs[i];
        if (input->kind == ENDPOINT_FILE && fnmatch(input->path, path, FNM_PATHNAME | FNM_PERIOD) == 0) return input;
    }
    return NULL;
}

bool find_files(struct find *find, int64_t now_ms) {
    bool all = find->all_due;
    for (size_t at = 0; at < find->heard.size && !all; at += strlen(find->heard.data + at) + 1)
        add(find, find->heard.data + at, input_of(find, find->heard.data + at), now_ms);
    buf_clear(&find->heard);
    find->all_due = false;
    for (size_t i = 0; i < find->config->input_count && all; i++)
        if (find->config->inputs[i].kind == ENDPOINT_FILE) add_all_of(find, &find->config->inputs[i], now_ms);
    return all;
}

void find_all_again(struct find *find) {
    find->all_due = true;
}

bool find_is_due(const struct find *find) {
    return find->all_due || find->heard.size > 0;
}

/* Hearing. */

/* Whether the folders of a pattern are found by it, too: then anything in them may lead to a file. */
static bool is_deep(const struct endpoint *input) {
    return input->kind == ENDPOINT_FILE && strchr(input->path + strcspn(input->path, "*?["), '/') != NULL;
}

static void hear(struct find *find, const char *path) {
    if (input_of(find, path)) {
        if (find->heard.size > HEARD_BYTES_MAX) find->all_due = true;
        else buf_add(&find->heard, path, strlen(path) + 1);
    }
    for (size_t i = 0; i < find->config->input_count; i++)
        if (is_deep(&find->config->inputs[i])) find->all_due = true;
}

static struct follow *base_at(const struct find *find, struct span folder, struct span stem, struct span ending, const char *name) {
    struct buf path = {0};
    buf_add_span(&path, folder);
    buf_add_span(&path, stem);
    buf_add_span(&path, ending);
    struct follow *follow = files_follow_at(find->files, buf_text(&path));
    if (follow && rotated_name(buf_text(&path) + folder.n, name) == ROTATED_NOT) follow = NULL;
    buf_fini(&path);
    return follow;
}

/* Each part of the name up to a separator may be the name it comes from, or that without its ending. */
static struct follow *base_of(const struct find *find, struct span folder, const char *name) {
    for (size_t i = 1; name[i]; i++) {
        if (!strchr(".-_", name[i])) continue;
        struct span stem = {name, i};
        struct follow *base = base_at(find, folder, stem, SPAN(""), name);
        for (const char *dot = strchr(name + i + 1, '.'); dot && !base; dot = strchr(dot + 1, '.')) {
            size_t bytes = 1 + strcspn(dot + 1, ".");
            base = base_at(find, folder, stem, (struct span){dot, bytes}, name);
        }
        if (base) return base;
    }
    return NULL;
}

struct found find_named(struct find *find, const char *folder, const char *name) {
    struct buf path = {0};
    struct found found = {0};
    if (strcmp(folder, ".") != 0) buf_printf(&path, strcmp(folder, "/") ? "%s/" : "%s", folder);
    size_t folder_bytes = path.size;
    buf_add_text(&path, name);
    found.follow = files_follow_at(find->files, buf_text(&path));
    if (!found.follow) {
        found.base = base_of(find, (struct span){path.data, folder_bytes}, name);
        hear(find, buf_text(&path));
    }
    buf_fini(&path);
    return found;
}

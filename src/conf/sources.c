#include "conf/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <unistd.h>

#include "conf/endpoints.h"

/* ---- one file */

static void cannot_read(
    struct sources *sources, struct reader *r, const char *path, const struct node *at, const char *why) {
    sources->is_incomplete = true;
    if (at)
        reader_error(r, at, "%s cannot be read: %s", reader_shown_text(r, span_of(path)), why);
    else
        reader_error(r, &(struct node){.file = path}, "cannot be read: %s", why);
}

/* One byte beyond the cap is enough to see that there is too much. 0, or errno. */
static int read_all(int fd, struct buf *out) {
    enum { CHUNK = 64 * 1024 };
    while (out->size <= YAML_BYTES_MAX) {
        buf_reserve(out, CHUNK);
        ssize_t got = read(fd, out->data + out->size, CHUNK);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return errno;
        if (got == 0) return 0;
        out->size += (size_t)got;
        out->data[out->size] = '\0';
    }
    return 0;
}

static bool is_known(const struct sources *sources, const struct stat *st) {
    for (size_t i = 0; i < sources->count; i++)
        if (sources->list[i].device == st->st_dev && sources->list[i].inode == st->st_ino) return true;
    return false;
}

static void parse_text(
    struct sources *sources, struct reader *r, struct source *source, struct span text) {
    source->text = (struct span){arena_text(r->arena, text), text.n};
    if (yaml_tree_read(&sources->arena, source->path, source->text, r->findings, &source->root))
        sources->is_incomplete = true;
}

static void parse(
    struct sources *sources, struct reader *r, struct source *source, int fd, const struct node *at) {
    struct buf text = {0};
    int failed = read_all(fd, &text);
    if (failed)
        cannot_read(sources, r, source->path, at, strerror(failed));
    else
        parse_text(sources, r, source, buf_span(&text));
    buf_fini(&text);
}

static struct source *add_source(struct sources *sources, const char *path) {
    sources->list = mem_grow(sources->list, &sources->capacity, sources->count + 1, sizeof *sources->list);
    struct source *source = &sources->list[sources->count++];
    *source = (struct source){.path = arena_text(&sources->arena, span_of(path))};
    return source;
}

static void read_open(
    struct sources *sources, struct reader *r, const char *path, int fd, const struct node *at) {
    struct stat st;
    if (fstat(fd, &st)) {
        cannot_read(sources, r, path, at, strerror(errno));
        return;
    }
    if (is_known(sources, &st)) return; /* the main file's own pattern may fit itself */
    if (at && !S_ISREG(st.st_mode)) {
        cannot_read(sources, r, path, at, "not a regular file");
        return;
    }
    struct source *source = add_source(sources, path);
    source->device = st.st_dev;
    source->inode = st.st_ino;
    parse(sources, r, source, fd, at);
}

void sources_read(struct sources *sources, struct reader *r, const char *path, const struct node *at) {
    if (sources->count == SOURCES_MAX) {
        if (at && !sources->is_incomplete) reader_error(r, at, "more than %d files", SOURCES_MAX);
        sources->is_incomplete = true;
        return;
    }
    int fd =
        open(path, O_RDONLY | O_CLOEXEC | (at ? O_NONBLOCK : 0)); /* a pipe in the folder must not hang us */
    if (fd < 0) {
        cannot_read(sources, r, path, at, strerror(errno));
        return;
    }
    read_open(sources, r, path, fd, at);
    close(fd);
}

void sources_take(struct sources *sources, struct reader *r, const char *path, struct span text) {
    if (sources->count < SOURCES_MAX) {
        parse_text(sources, r, add_source(sources, path), text);
        return;
    }
    if (!sources->is_incomplete) reader_error(r, &(struct node){.file = path}, "more than %d files", SOURCES_MAX);
    sources->is_incomplete = true;
}

/* ---- include */

static bool has_wildcard(const char *pattern) {
    return strpbrk(pattern, "*?[") != NULL;
}

/* The folder is no pattern, whatever its name holds. */
static void add_escaped(struct buf *out, const char *folder, size_t bytes) {
    for (size_t i = 0; i < bytes; i++) {
        if (strchr("*?[]\\", folder[i])) buf_add_char(out, '\\');
        buf_add_char(out, folder[i]);
    }
}

/* A folder that is not there holds nothing; one that may not be read could hold anything. */
static int on_glob_error(const char *folder, int error) {
    (void)folder;
    return error != ENOENT;
}

static void read_glob(struct sources *sources, struct reader *r, const struct node *node,
    const char *main_path, const char *pattern) {
    struct buf full = {0};
    glob_t found = {0};
    const char *slash = strrchr(main_path, '/');
    if (pattern[0] != '/' && slash) add_escaped(&full, main_path, (size_t)(slash - main_path) + 1);
    buf_add_text(&full, pattern);
    int failed = glob(buf_text(&full), 0, on_glob_error, &found);
    if (failed && failed != GLOB_NOMATCH) {
        sources->is_incomplete = true;
        reader_error(r, node, "%s cannot be searched for: a folder cannot be read", reader_shown(r, node));
    }
    for (size_t i = 0; !failed && i < found.gl_pathc; i++) sources_read(sources, r, found.gl_pathv[i], node);
    globfree(&found);
    buf_fini(&full);
}

void sources_include(struct sources *sources, struct reader *r, const struct node *include,
    const char *main_path, const char ***patterns, size_t *count) {
    size_t given = node_list_count(include), kept = 0;
    *patterns = arena_alloc(r->arena, given * sizeof **patterns);
    for (size_t i = 0; i < given; i++) {
        const struct node *node = node_list_item(include, i);
        const char *pattern;
        if (!reader_text(r, node, "a file or a pattern of files", &pattern)) {
            sources->is_incomplete = true;
            continue;
        }
        const char *joined = endpoints_join(r->arena, main_path, pattern);
        (*patterns)[kept++] = joined;
        if (has_wildcard(pattern))
            read_glob(sources, r, node, main_path, pattern);
        else
            sources_read(sources, r, joined, node);
    }
    *count = kept;
}

const struct node *source_value(const struct source *source, const char *key) {
    const struct node *root = source->root;
    if (!root || root->kind != NODE_MAP) return NULL;
    for (size_t i = 0; i < root->count; i++)
        if (span_eq(node_key(root, i)->text, span_of(key))) return node_value(root, i);
    return NULL;
}

void sources_fini(struct sources *sources) {
    free(sources->list);
    arena_fini(&sources->arena);
}

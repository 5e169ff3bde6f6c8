#include "ingest/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/mem.h"

/* A folder that changes all the time is taken as it was when last read. */
#define READ_AGAIN_MAX 4

const char *folder_name_in(const char *file_path) {
    const char *slash = strrchr(file_path, '/');
    return slash ? slash + 1 : file_path;
}

static struct span path_of_folder(const char *file_path) {
    size_t bytes = (size_t)(folder_name_in(file_path) - file_path);
    return bytes ? (struct span){file_path, bytes} : SPAN("./");
}

bool folder_is_of(const struct folder *folder, const char *file_path) {
    return span_eq(span_of(folder->path), path_of_folder(file_path));
}

static void add(struct folder *folder, const char *name) {
    struct file_facts facts;
    if (file_facts_in(folder->fd, name, &facts, NULL) != 0) return;
    folder->entries =
        mem_grow(folder->entries, &folder->capacity, folder->count + 1, sizeof *folder->entries);
    folder->entries[folder->count++] = (struct folder_entry){.facts = facts};
    buf_add(&folder->names, name, strlen(name) + 1);
}

/* Names are added to a buffer that moves while it grows. */
static void point_at_names(struct folder *folder) {
    const char *name = folder->names.data;
    for (size_t i = 0; i < folder->count; i++, name += strlen(name) + 1) folder->entries[i].name = name;
}

static bool read_once(struct folder *folder) {
    struct stat before, after;
    int fd = dup(folder->fd);
    DIR *names = fd < 0 || fstat(fd, &before) != 0 ? NULL : fdopendir(fd);
    if (!names) {
        if (fd >= 0) close(fd);
        return true;
    }
    rewinddir(names);
    folder->count = 0;
    buf_clear(&folder->names);
    struct dirent *entry;
    for (int i = 0; i < FOLDER_ENTRIES_MAX && (entry = readdir(names)) != NULL; i++)
        if (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN) add(folder, entry->d_name);
    bool still = fstat(fd, &after) == 0 && before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
                 before.st_mtim.tv_nsec == after.st_mtim.tv_nsec;
    closedir(names);
    return still;
}

struct folder *folder_read(const char *file_path) {
    struct folder *folder = mem_zalloc(sizeof *folder);
    folder->path = mem_dup_text(path_of_folder(file_path));
    folder->fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->fd < 0) {
        folder_free(folder);
        return NULL;
    }
    for (int i = 0; i < READ_AGAIN_MAX && !read_once(folder); i++) {
    }
    point_at_names(folder);
    return folder;
}

void folder_free(struct folder *folder) {
    if (!folder) return;
    if (folder->fd >= 0) close(folder->fd);
    buf_fini(&folder->names);
    free(folder->entries);
    free(folder->path);
    free(folder);
}

int folder_open(const struct folder *folder, const struct folder_entry *entry, bool *moved) {
    struct file_facts facts;
    int fd = openat(folder->fd, entry->name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT) *moved = true;
        return -1;
    }
    if (file_facts_of(fd, &facts, NULL) == 0 && file_same(&facts, &entry->facts)) return fd;
    *moved = true;
    close(fd);
    return -1;
}

/* What the daemon needs of a real file system: its configuration, its lock, its ballast, and files by the names of those
 * that are on our disk. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "disk.h"
#include "sim.h"

void sim_make_folder(struct sim *sim) {
    const char *root = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    snprintf(sim->folder, sizeof sim->folder, "%s/slad-sim-XXXXXX", root);
    if (!mkdtemp(sim->folder)) sim_fail(sim, "cannot make a folder");
    snprintf(sim->config_path, sizeof sim->config_path, "%s/slad.yaml", sim->folder);
    snprintf(sim->database, sizeof sim->database, "%s/slad.db", sim->folder);
}

/* The daemon looks at real files by the names of ours: whether it is a database, and whether both stay where they are. They
 * never seem to change, so an engine that was left is taken for this database's unless the database itself knows better. */
void sim_show_files(const struct sim *sim) {
    static const char magic[16] = "SQLite format 3";
    static const struct timespec long_ago[2] = {{1000000000, 0}, {1000000000, 0}};
    char wal[128];
    uint64_t bytes = disk_size_of(sim->database);
    snprintf(wal, sizeof wal, "%s-wal", sim->database);
    int fd = open(sim->database, O_RDWR | O_CREAT | O_CLOEXEC, 0600), wal_fd = open(wal, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || (bytes && pwrite(fd, magic, sizeof magic, 0) != (ssize_t)sizeof magic) || futimens(fd, long_ago))
        sim_fail(sim, "cannot write %s", sim->database);
    close(fd);
    close(wal_fd);
}

void sim_remove_folder(struct sim *sim) {
    static const char *const suffixes[] = {"", "-wal", ".lock", ".ballast", ".engine"};
    char path[128];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(path, sizeof path, "%s%s", sim->database, suffixes[i]);
        unlink(path);
    }
    unlink(sim->config_path);
    rmdir(sim->folder);
}

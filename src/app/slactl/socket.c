#include "socket.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "ask.h"
#include "slad/base/mem.h"
#include "slad/conf/paths.h"
#include "slad/loop/listen.h"

/* Of the packaged service (config/systemd). */
#define SYSTEM_SOCKET "/run/slad/slad.sock"
enum { GROUPS_SHOWN = 64 }; /* more than anybody is in who reads this */

char *socket_path(const struct options *options) {
    const char *told = options->value[OPTION_SOCKET], *variable = getenv("SLAD_SOCKET");
    struct stat info;
    if (told) return mem_dup_text(span_of(told));
    if (variable && *variable) return mem_dup_text(span_of(variable));
    char *own = config_default_socket();
    if (lstat(own, &info) == 0) return own;
    free(own);
    return mem_dup_text(SPAN(SYSTEM_SOCKET));
}

/* Whether somebody takes connections there: then it was the answer that failed. */
static bool is_listened_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) return false;
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return false;
    bool taken = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
    close(fd);
    return taken;
}

static void add_group_name(struct buf *out, gid_t gid) {
    const struct group *group = getgrgid(gid);
    if (group)
        buf_add_text(out, group->gr_name);
    else
        buf_printf(out, "%lu", (unsigned long)gid);
}

static void add_my_groups(struct buf *out) {
    gid_t groups[GROUPS_SHOWN], own = getegid();
    int count = getgroups(GROUPS_SHOWN, groups);
    add_group_name(out, own);
    for (int i = 0; i < count; i++) {
        if (groups[i] == own) continue;
        buf_add_text(out, ", ");
        add_group_name(out, groups[i]);
    }
}

/* Nobody should join root's group to read figures. */
static bool lets_group_in(const struct stat *info) {
    return info->st_gid != 0 && (info->st_mode & S_IRGRP) && (info->st_mode & S_IWGRP);
}

static int explain_denied(const char *path, struct buf *trouble) {
    struct buf mine = {0}, theirs = {0};
    struct stat info;
    bool seen = stat(path, &info) == 0;
    if (seen && !lets_group_in(&info)) {
        complain(trouble,
            "you may not open %s: it is for one user only (mode %04o); `group:` and `mode:` of the socket in slad.yaml "
            "let a group in",
            path, (unsigned)info.st_mode & 07777U);
        return EXIT_UNREACHABLE;
    }
    add_my_groups(&mine);
    if (seen)
        add_group_name(&theirs, info.st_gid);
    else
        buf_add_text(&theirs, "slad"); /* its folder hides it; this is what the package sets up */
    complain(trouble,
        "you may not open %s: you are in the groups %s; the socket belongs to group %s: "
        "`sudo usermod -aG %s $USER` and log in again",
        path, buf_text(&mine), buf_text(&theirs), buf_text(&theirs));
    buf_fini(&mine);
    buf_fini(&theirs);
    return EXIT_UNREACHABLE;
}

static bool is_something_else(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && !S_ISSOCK(info.st_mode);
}

int socket_explain(const char *path, const struct err *err, struct buf *trouble) {
    if (is_something_else(path)) {
        complain(trouble, "%s is no socket: --socket (or $SLAD_SOCKET) names the path under `listen` in slad.yaml", path);
        return EXIT_UNREACHABLE;
    }
    if (err->code == ERR_DENIED) return explain_denied(path, trouble);
    if (err->code == ERR_NOT_FOUND || (err->code == ERR_IO && !is_listened_at(path))) {
        complain(trouble,
            "slad is not running, or not listening at %s: start it (`systemctl start slad`; one of your own: `slad --config "
            "FILE`), or name another socket with --socket",
            path);
        return EXIT_UNREACHABLE;
    }
    if (err->code == ERR_IO)
        complain(trouble,
            "%s: it may be stopping, or take no more connections (%d are served at once): try again in a moment, or over "
            "another socket",
            err->text, LISTEN_CONNECTIONS_DEFAULT);
    else
        complain(trouble, "%s", err->text);
    return err->code == ERR_INVALID ? EXIT_ANSWER : EXIT_UNREACHABLE;
}

#include "api/admins.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/log.h"
#include "slad/base/mem.h"

/* ---------------------------------------------------------------- names */

static bool read_number(const char *text, unsigned *out) {
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || number >= UINT32_MAX) return false; /* the largest one is nobody's */
    *out = (unsigned)number;
    return true;
}

static bool find_user(const char *name, unsigned *out) {
    const struct passwd *user = getpwnam(name);
    if (user) *out = user->pw_uid;
    return user != NULL;
}

static bool find_group(const char *name, unsigned *out) {
    const struct group *group = getgrnam(name);
    if (group) *out = group->gr_gid;
    return group != NULL;
}

static unsigned *look_up(const char *const *names, size_t given, const char *what,
    bool find(const char *name, unsigned *out), size_t *count) {
    unsigned *ids = mem_alloc((given + 1) * sizeof *ids);
    *count = 0;
    for (size_t i = 0; i < given; i++) {
        if (read_number(names[i], &ids[*count]) || find(names[i], &ids[*count]))
            (*count)++;
        else
            log_warning("admin is not known here", "%s=%s next=\"nobody is let in by this name\"", what,
                LOG_TEXT(span_of(names[i])));
    }
    return ids;
}

void admins_look_up(struct api *api) {
    const struct admins *admins = &api->config->admins;
    struct admin_ids *ids = &api->admins;
    admins_fini(ids);
    ids->is_given = admins->is_given;
    ids->users = look_up(admins->users, admins->user_count, "user", find_user, &ids->user_count);
    ids->groups = look_up(admins->groups, admins->group_count, "group", find_group, &ids->group_count);
}

void admins_fini(struct admin_ids *ids) {
    free(ids->users);
    free(ids->groups);
    *ids = (struct admin_ids){0};
}

/* ---------------------------------------------------------------- a socket */

void admins_of_socket(struct api_server *server) {
    struct stat file;
    server->has_group = server->endpoint->path && stat(server->endpoint->path, &file) == 0;
    if (server->has_group) server->group = file.st_gid;
}

static bool is_named(const struct admin_ids *ids, const struct peer *peer) {
    for (size_t i = 0; i < ids->user_count; i++)
        if (peer->uid == (int64_t)ids->users[i]) return true;
    for (size_t i = 0; i < ids->group_count; i++)
        if (peer_has_group(peer, ids->groups[i])) return true;
    return false;
}

bool admins_have(const struct api_server *server, const struct peer *peer, struct buf *why) {
    const struct admin_ids *ids = &server->api->admins;
    const struct config *config = server->api->config;
    int64_t own = (int64_t)geteuid();
    if (peer->uid == 0 || peer->uid == own) return true;
    if (ids->is_given ? is_named(ids, peer) : server->has_group && peer_has_group(peer, server->group)) return true;
    buf_printf(why, "uid %lld may not do this: it is for root, uid %lld (slad's own), and ", (long long)peer->uid,
        (long long)own);
    if (ids->is_given)
        buf_printf(why, "the users and groups of \"admin\" (%s:%d)", config->path, config->admins.line);
    else
        buf_printf(why, "members of the socket's group (gid %lld); \"admin\" in %s can say who else",
            server->has_group ? (long long)server->group : -1LL, config->path);
    return false;
}

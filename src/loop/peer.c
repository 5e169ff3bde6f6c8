#include "slad/loop/peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "slad/base/mem.h"

/* ---------------------------------------------------------------- Unix sockets */

/* Supplementary groups into out->groups from 1 on. An old kernel knows none: then the primary one is all. */
static void read_groups(int fd, struct peer *out) {
    socklen_t bytes = 0;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &bytes) == 0 || errno != ERANGE) return;
    if (bytes > PEER_GROUPS_MAX * sizeof(gid_t)) return;
    gid_t primary = out->groups[0];
    out->groups = mem_realloc(out->groups, sizeof(gid_t) + bytes);
    out->groups[0] = primary;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, out->groups + 1, &bytes) == 0)
        out->group_count += bytes / sizeof(gid_t);
}

static void read_credentials(int fd, struct peer *out) {
    struct ucred who;
    socklen_t bytes = sizeof who;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &bytes) != 0) return;
    out->uid = (int64_t)who.uid;
    out->groups = mem_alloc(sizeof(gid_t));
    out->groups[0] = who.gid;
    out->group_count = 1;
    read_groups(fd, out);
}

/* ---------------------------------------------------------------- TCP */

/* An IPv4 client of an IPv6 socket is shown as what it is. */
static int address_text(const struct sockaddr_storage *address, char out[INET6_ADDRSTRLEN]) {
    const struct sockaddr_in *four = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)address;
    const unsigned char *bytes = six->sin6_addr.s6_addr;
    if (address->ss_family == AF_INET) {
        inet_ntop(AF_INET, &four->sin_addr, out, INET6_ADDRSTRLEN);
        return ntohs(four->sin_port);
    }
    if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
        inet_ntop(AF_INET, bytes + 12, out, INET6_ADDRSTRLEN);
    else
        inet_ntop(AF_INET6, bytes, out, INET6_ADDRSTRLEN);
    return ntohs(six->sin6_port);
}

static void read_addresses(int fd, const struct sockaddr_storage *ours, struct peer *out) {
    struct sockaddr_storage theirs;
    socklen_t bytes = sizeof theirs;
    char text[INET6_ADDRSTRLEN];
    (void)address_text(ours, out->here);
    if (getpeername(fd, (struct sockaddr *)&theirs, &bytes) != 0) return; /* gone already */
    int port = address_text(&theirs, text);
    snprintf(out->name, sizeof out->name, strchr(text, ':') ? "[%s]:%d" : "%s:%d", text, port);
}

void peer_of(int fd, struct peer *out) {
    struct sockaddr_storage ours;
    socklen_t bytes = sizeof ours;
    *out = (struct peer){.uid = -1};
    if (getsockname(fd, (struct sockaddr *)&ours, &bytes) != 0) return;
    if (ours.ss_family == AF_UNIX) /* on TCP the kernel answers, too, with uid -1 */
        read_credentials(fd, out);
    else if (ours.ss_family == AF_INET || ours.ss_family == AF_INET6)
        read_addresses(fd, &ours, out);
}

bool peer_has_group(const struct peer *peer, gid_t group) {
    for (size_t i = 0; i < peer->group_count; i++)
        if (peer->groups[i] == group) return true;
    return false;
}

void peer_fini(struct peer *peer) {
    free(peer->groups);
    *peer = (struct peer){.uid = -1};
}

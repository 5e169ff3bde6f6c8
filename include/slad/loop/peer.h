/* peer: who is at the other end of a connection, as the kernel knows it.
 * Owns: the list of groups, until peer_fini().
 * Must not know: names of users; what anybody may do. */
#ifndef SLAD_LOOP_PEER_H
#define SLAD_LOOP_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    PEER_NAME_MAX = 64,    /* "[IPv6 address]:port" takes 54 */
    PEER_GROUPS_MAX = 65536, /* NGROUPS_MAX: the kernel gives no more */
};

struct peer {
    int64_t uid;   /* of who connected to a Unix socket; -1: it is TCP */
    gid_t *groups; /* of that process when it connected, the primary one first */
    size_t group_count;
    char name[PEER_NAME_MAX]; /* TCP: "192.0.2.7:51123", "[2001:db8::7]:51123"; else "" */
    char here[PEER_NAME_MAX]; /* TCP: the address of ours that it connected to, "192.0.2.1" or "2001:db8::1" */
};

void peer_of(int fd, struct peer *out);
bool peer_has_group(const struct peer *peer, gid_t group);
void peer_fini(struct peer *peer);

#endif

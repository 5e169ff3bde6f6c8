/* admins: who may change something: whether the user at the other end of a Unix socket is among those.
 * Owns: the numbers that the names in `admin` stand for.
 * Must not know: routes. */
#ifndef SLAD_API_ADMINS_H
#define SLAD_API_ADMINS_H

#include "api/state.h"

/* Looks up the names of the configuration in force; unknown ones are logged and let nobody in. */
void admins_look_up(struct api *api);
/* The group of a server's socket file, whose members are admins where `admin` says nothing. */
void admins_of_socket(struct api_server *server);
/* Whether it is, and what it would have to be otherwise (added to why). */
bool admins_have(const struct api_server *server, const struct peer *peer, struct buf *why);
void admins_fini(struct admin_ids *ids);

#endif

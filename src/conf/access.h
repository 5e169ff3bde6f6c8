/* access: who is let in: what a place serves, the token it asks for, the names it is asked by, who may administer.
 * Owns: nothing; results lie in the reader's arena.
 * Must not know: whether a user, a group or a file exists. */
#ifndef SLAD_CONF_ACCESS_H
#define SLAD_CONF_ACCESS_H

#include "conf/reader.h"
#include "slad/conf/config.h"

enum {
    ACCESS_NAMES_MAX = 64, /* users, groups or hosts in one list: more are what a group or a proxy is for */
};

/* Of an entry of `listen` or `inputs`; NULL: not given. */
struct access_nodes {
    const struct node *place; /* the value of `http`, `tcp` … */
    const struct node *serve, *token_file, *credential, *hosts;
};
/* Completes an endpoint whose kind and address are known. False after a complaint. file: whose folder paths start at. */
bool access_read(struct reader *r, const struct access_nodes *nodes, const char *file, struct endpoint *out);
/* The name of a credential, of whatever kind of entry. */
bool access_credential(struct reader *r, const struct node *node, const char **out);
/* The key `admin` of the main file. */
void admins_read(struct reader *r, const struct node *node, struct admins *out);

#endif

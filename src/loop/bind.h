/* bind: makes a listening socket out of an address.
 * Owns: nothing; the caller closes the socket and removes the path.
 * Must not know: the loop, who connects. */
#ifndef SLAD_LOOP_BIND_H
#define SLAD_LOOP_BIND_H

#include <sys/stat.h>
#include "slad/loop/listen.h"

/* The descriptor (non-blocking, listening), or an error of listener_open(). For a path, *identity is what
 * stat() says of it afterwards. */
int bind_unix(const struct listen_options *options, struct stat *identity, struct err *err) WARN_UNUSED;
int bind_tcp(const struct listen_options *options, struct err *err) WARN_UNUSED;
int bind_inherited(int fd, struct err *err) WARN_UNUSED;

/* What an error of a network socket means to an operator: under systemd there may be none. */
const char *bind_problem(int error);

#endif

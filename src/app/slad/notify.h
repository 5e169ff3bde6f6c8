/* notify: what the service manager is told (sd_notify(3)'s datagrams) and what it hands over (sd_listen_fds(3)).
 * Owns: nothing; reads the environment.
 * Must not know: what the daemon does. Does nothing where no service manager asks. */
#ifndef SLAD_APP_NOTIFY_H
#define SLAD_APP_NOTIFY_H

#include <stdint.h>
#include "slad/base/err.h"

/* Sends assignments, newline-separated: "READY=1\nSTATUS=…". */
void notify_send(const char *format, ...) PRINTF_LIKE(1, 2);
/* RELOADING=1 with the monotonic clock that systemd asks for. */
void notify_reloading(void);
/* Microseconds within which WATCHDOG=1 is expected; 0: not at all. */
int64_t notify_watchdog_us(void);
/* The listening socket that the service manager holds for this path, or -1. */
int notify_listen_fd(void *unused, const char *unix_path);

#endif

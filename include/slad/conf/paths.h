/* paths: where things are when nobody says so: for a service, for root, for a user.
 * Owns: nothing; each result is newly allocated, the caller's to free().
 * Must not know: the configuration file. */
#ifndef SLAD_CONF_PATHS_H
#define SLAD_CONF_PATHS_H

/* $RUNTIME_DIRECTORY/slad.sock (systemd), for root /run/slad/slad.sock, $XDG_RUNTIME_DIR/slad/slad.sock,
 * /tmp/slad-UID/slad.sock: the first that applies. Of several folders in the variable the first. A client
 * that is not told a socket asks here too. */
char *config_default_socket(void);
/* events.sock beside it. */
char *config_default_events_socket(void);
/* $STATE_DIRECTORY/slad.db (systemd), for root /var/lib/slad/slad.db, $XDG_STATE_HOME/slad/slad.db,
 * ~/.local/state/slad/slad.db: the first that applies. */
char *config_default_database(void);
/* /etc/slad/slad.yaml */
const char *config_default_file(void);

#endif

/* config: everything slad was told in YAML, checked: settings, endpoints, calendars, standards.
 * Owns: all of it; config_free().
 * Must not know: the running daemon; whether a socket can be bound or a group exists. */
#ifndef SLAD_CONF_CONFIG_H
#define SLAD_CONF_CONFIG_H

#include "slad/conf/finding.h"
#include "slad/model/standard.h"

enum endpoint_kind { ENDPOINT_UNIX, ENDPOINT_TCP, ENDPOINT_HTTP, ENDPOINT_FILE };
struct endpoint {
    enum endpoint_kind kind;
    const char *path;   /* unix: the socket, fits sockaddr_un; file: a path or glob; else NULL */
    const char *host;   /* tcp, http: a numeric address, IPv6 without brackets; else NULL */
    int port;           /* 0..65535; 0: any free one */
    unsigned mode;      /* unix: permissions; 0: the default, ENDPOINT_MODE */
    const char *group;  /* unix: whose socket it becomes; NULL: the process's */
    const char *format; /* of inputs: "jsonl" */
    const char *file;   /* where it was written: file and line; NULL and 0 for a default */
    int line;
};
enum { ENDPOINT_MODE = 0660 };

struct config {
    const char *path;         /* of the main file */
    const char *database;     /* relative paths in a file are relative to that file's folder */
    struct endpoint *listens; /* unix and http */
    size_t listen_count;
    struct endpoint *inputs; /* unix, tcp and file */
    size_t input_count;
    int64_t retain_events_ms, retain_figures_ms, retain_breaches_ms;
    int64_t publish_ms, grace_ms, max_ahead_ms;
    const char *timezone;
    char **files; /* every file that was read, the main one first */
    size_t file_count;
    const char **includes; /* the patterns of `include`, joined to the main file's folder: what to watch */
    size_t include_count;
    struct ruleset rules; /* its arena holds everything above too */
};

/* Reads and checks the file and all it includes. 0 when there is no error (there may be warnings); else
 * ERR_INVALID: *out is untouched, and every error of every file is added to findings. Loads time zones: see
 * zone.h. */
int config_load(const char *path, struct config **out, struct findings *findings) WARN_UNUSED;
void config_free(struct config *config);

#endif

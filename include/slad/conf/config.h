/* config: everything slad was told in YAML, checked: settings, endpoints, calendars, standards.
 * Owns: all of it; config_free().
 * Must not know: the running daemon; whether a socket can be bound or a group exists. */
#ifndef SLAD_CONF_CONFIG_H
#define SLAD_CONF_CONFIG_H

#include "slad/conf/finding.h"
#include "slad/model/format.h"
#include "slad/model/standard.h"

/* What may be done at a place where slad is asked. */
enum serve { SERVE_READ = 1, SERVE_INGEST = 2, SERVE_ADMIN = 4 };
enum { SERVE_ALL = SERVE_READ | SERVE_INGEST | SERVE_ADMIN };

enum endpoint_kind { ENDPOINT_UNIX, ENDPOINT_TCP, ENDPOINT_HTTP, ENDPOINT_FILE, ENDPOINT_AMI };
struct endpoint {
    enum endpoint_kind kind;
    const char *path;   /* unix: the socket, fits sockaddr_un; file: a path or glob; else NULL */
    const char *host;   /* tcp, http, ami: a numeric address, IPv6 without brackets; else NULL */
    int port;           /* 0..65535; 0: any free one */
    unsigned mode;      /* unix: permissions; 0: the default, ENDPOINT_MODE */
    const char *group;  /* unix: whose socket it becomes; NULL: the process's */
    const char *user;   /* ami */
    const char *secret_file, *credential; /* where the secret of ami, or the token of tcp and http, stands: one of the
                                           * two; tcp, http: both NULL: none is asked for */
    unsigned serves;                      /* listens: bits of enum serve */
    const char **hosts;                   /* http: names by which it is asked, beside its address */
    size_t host_count;
    struct format format; /* of inputs */
    const char *file;   /* where it was written: file and line; NULL and 0 for a default */
    int line;
};
enum { ENDPOINT_MODE = 0660 };

/* Whether they are the same place with the same settings, wherever those were written. */
bool endpoint_same(const struct endpoint *a, const struct endpoint *b);

/* Who may administer over a Unix socket, beside root and the daemon's own user. Names or numbers. */
struct admins {
    bool is_given; /* false: the members of the socket's group */
    const char **users, **groups;
    size_t user_count, group_count;
    int line; /* of the main file */
};

/* A file of a configuration as it was read; p == NULL: it could not be. */
struct config_text {
    const char *path;
    struct span text;
};

struct config {
    const char *path;         /* of the main file */
    const char *database;     /* relative paths in a file are relative to that file's folder */
    struct endpoint *listens; /* unix and http */
    size_t listen_count;
    struct endpoint *inputs; /* unix, tcp and file */
    size_t input_count;
    struct admins admins;
    int64_t retain_events_ms, retain_figures_ms, retain_breaches_ms;
    int64_t publish_ms, grace_ms, max_ahead_ms;
    int64_t keep_finished; /* contacts */
    int64_t keep_engine;   /* events in the journal from which on the engine is kept beside it; 0: never */
    const char *timezone;
    char **files; /* every file that was read, the main one first */
    size_t file_count;
    struct config_text *texts; /* what is in them, in step */
    const char **includes; /* the patterns of `include`, joined to the main file's folder: what to watch */
    size_t include_count;
    struct ruleset rules; /* its arena holds everything above too */
};

/* Reads and checks the file and all it includes. 0 when there is no error (there may be warnings); else
 * ERR_INVALID: *out is untouched, and every error of every file is added to findings. Loads time zones: see
 * zone.h. */
int config_load(const char *path, struct config **out, struct findings *findings) WARN_UNUSED;
void config_free(struct config *config);

/* ---- configurations that are not in files here */

/* Files read, not yet checked. Zero-initialise to start; config_texts_fini(). */
struct config_texts {
    struct arena arena;
    struct config_text *list;
    size_t count, capacity;
    bool is_whole; /* a file with keys that only a main one has; else calendars and standards at most */
};
/* Adds the file and all it includes. ERR_INVALID: one cannot be read or is no YAML, as findings say. */
int config_texts_read(const char *path, struct config_texts *texts, struct findings *findings) WARN_UNUSED;
void config_texts_fini(struct config_texts *texts);

/* As config_load(), of a main file and what it includes. At least one text. */
int config_load_texts(const struct config_text *texts, size_t count, struct config **out,
    struct findings *findings) WARN_UNUSED;
/* What `config` would be with these files of calendars and standards: one of a name that it knows takes the
 * place of that, any other is added, the rest stays. `config` is no such edit itself. */
int config_load_edit(const struct config *config, const struct config_text *texts, size_t count,
    struct config **out, struct findings *findings) WARN_UNUSED;

#endif

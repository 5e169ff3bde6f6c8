/* versions: every version of every standard, and when it was in force.
 * Owns: the table `standards`.
 * Must not know: what a meaning says; equal text is equal meaning. */
#ifndef SLAD_STORE_VERSIONS_H
#define SLAD_STORE_VERSIONS_H

#include "slad/base/span.h"
#include "slad/model/instant.h"
#include "slad/store/store.h"

struct version {
    int64_t id;
    struct span name;
    int64_t number; /* 1, 2, … of this name */
    struct span meaning, describe, file;
    int line;
    int64_t since_ms, until_ms; /* wall clock; INSTANT_NEVER: in force */
    struct span reason;         /* why it ended; p == NULL while in force */
    int64_t by_uid, ended_by_uid; /* who asked for the reload that began it, and ended it; -1: it was a start or a signal */
};
typedef void version_visit(void *arg, const struct version *version);

/* Begins the next version of a name; taken from `version`: name, meaning, describe, file, line, since_ms,
 * by_uid. An earlier one of the name must have been ended (else ERR_INVALID). */
int version_begin(
    struct store *store, const struct version *version, int64_t *id, struct err *err) WARN_UNUSED;
/* The same meaning, described or placed otherwise. 1: there is no such version. */
int version_note(struct store *store, int64_t id, const struct version *version, struct err *err) WARN_UNUSED;
/* 1: no such version is in force. */
struct version_end {
    int64_t now_ms, by_uid; /* -1 as above */
    const char *reason;
};
int version_end(struct store *store, int64_t id, const struct version_end *end, struct err *err) WARN_UNUSED;

/* Those in force, by name; sees the open transaction. */
int versions_in_force(struct store *store, version_visit *visit, void *arg, struct err *err) WARN_UNUSED;
/* All, or those of one name (p != NULL), by name and number; committed ones. */
int version_list(
    struct store *store, struct span name, version_visit *visit, void *arg, struct err *err) WARN_UNUSED;

#endif

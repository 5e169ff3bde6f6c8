/* diff: what an edit of the configuration changes: standards by their meaning, and what becomes of the same
 * events (docs/STANDARDS.md, "What an edit changes"). Owns: copies of all it found out; the two
 * configurations are borrowed until diff_free(). Must not know: where the configurations come from, the
 * daemon. */
#ifndef SLAD_SERVICE_DIFF_H
#define SLAD_SERVICE_DIFF_H

#include "slad/base/buf.h"
#include "slad/conf/config.h"
#include "slad/service/replay.h"

enum diff_kind {
    DIFF_ADDED,
    DIFF_REMOVED,
    DIFF_CHANGED, /* another meaning */
    DIFF_NOTED,   /* the same meaning, described, warned of or placed otherwise */
    DIFF_SAME,
};
enum { DIFF_KINDS = DIFF_SAME + 1 };

enum diff_places {
    DIFF_PLACES,    /* a standard on another line, or in another file, is placed otherwise */
    DIFF_NO_PLACES, /* `after` is an edit that lies elsewhere for now */
};

struct diff;
/* Standards are the same one when they bear the same name. */
struct diff *diff_new(const struct config *before, const struct config *after, enum diff_places places);
void diff_free(struct diff *diff); /* NULL is fine */

/* Runs the events by either configuration, and keeps the figures and the contact breaches of each standard
 * that was added or changed its meaning. To be called once. Errors are those of replay_run(). */
int diff_replay(struct diff *diff, const struct replay_options *options, struct err *err) WARN_UNUSED;

/* How many standards there are of a kind. */
size_t diff_count(const struct diff *diff, enum diff_kind kind);
/* Whether any standard was added or removed, or changed its meaning. */
bool diff_differs(const struct diff *diff);

/* Adds it all for people, or as JSON, to out. */
void diff_render(const struct diff *diff, struct buf *out);
void diff_json(const struct diff *diff, struct buf *out);
/* As diff_json(), on one line, with what diff_render() says as the member "text". */
void diff_answer(const struct diff *diff, struct buf *out);

#endif

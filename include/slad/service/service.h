/* service: the running whole: journal, engine and configuration, moved on turn by turn.
 * Owns: the store, the engine, the configuration in force.
 * Must not know: sockets, files, libevent; who sends and who asks.
 *
 * A turn: service_turn() with the clock as read once, then any number of intake_*() calls, then service_commit(). Only
 * when that has committed is anything acknowledged. A commit that fails takes the whole batch back: the service then
 * accepts nothing until the engine has been built anew from the store, which service_recover() begins.
 *
 * What takes long is cut into slices of some milliseconds, one at the end of a turn: service_idle(). */
#ifndef SLAD_SERVICE_SERVICE_H
#define SLAD_SERVICE_SERVICE_H

#include "slad/base/err.h"
#include "slad/conf/config.h"

struct service;
struct feed_message;

struct service_progress {
    bool is_recording; /* breaches are brought in line; false: the journal is read */
    uint64_t done, total; /* records, or events */
};
struct service_options {
    /* Called now and then during service_open(), so that the service manager and the log can be told. Returns false to
     * have the start given up. May be NULL. */
    bool (*progress)(void *arg, const struct service_progress *progress);
    void *arg;
    bool uses_threads; /* the database's log is copied into it by a thread of its own, between turns and during them */
};

/* Opens the database that the configuration names, rebuilds the engine from its journal, brings the record of breaches
 * in line with it and with changes of the standards since, and commits. Takes the configuration over, on failure too.
 * 1: progress() had it given up; the next start goes on from there. */
int service_open(struct config *take_config, const struct service_options *options, int64_t now_ms,
    struct service **out, struct err *err) WARN_UNUSED;
/* Commits what is open, tells the listeners, and tells them nothing any more: they may close. NULL is fine. */
void service_stop(struct service *service);
/* service_stop(), and closes. NULL is fine. */
void service_close(struct service *service);

/* The one in force: it changes with a reload. The one that service_open() was given lives as long as the service. */
const struct config *service_config(const struct service *service);

/* ---- turns ---- */

/* The wall clock of this turn. Publishes what fell due before it; cheap when nothing did and when repeated. */
void service_turn(struct service *service, int64_t now_ms);
/* The end of a turn: decides limits, judges levels, writes what is to be written and commits it. With threads the commit
 * goes on while further turns collect the next batch; a later call finds it over, and tells the listeners. 0: nothing is
 * lost. Negative: what was not told to be on disk is, and the service accepts nothing until it recovers. */
int service_commit(struct service *service, struct err *err);
/* The number of the batch that is being committed; 0: none is. */
uint64_t service_committing(const struct service *service);
/* An eventfd that asks for a turn: a commit that was under way is over. -1 without threads. */
int service_wake_fd(const struct service *service);
/* The wall clock at which a turn has work to do without any event; INSTANT_NEVER is never returned. */
int64_t service_next_ms(const struct service *service);
/* A slice of work that can wait: a reload or a recovery under way, figures to be published, retention. Returns 1 while
 * there is more, else 0. */
int service_idle(struct service *service);

/* ---- failure ---- */

bool service_accepts(const struct service *service); /* false between a failed commit and recovery */
const char *service_failure(const struct service *service); /* what failed; "" */
/* Tries to write again. 0: it can, and the engine is being built anew in slices of service_idle(): the service accepts
 * again once that is done. Nothing happens when it accepts already, or while it is building. */
int service_recover(struct service *service, int64_t now_ms, struct err *err);

/* ---- who wants to know ---- */

struct service_listener { /* any may be NULL */
    void (*committed)(void *arg); /* everything up to intake_durable() is on disk */
    void (*failed)(void *arg);    /* the batch is lost: nothing of it may be acknowledged */
    void (*recovered)(void *arg); /* events are accepted again; followed files go on from their stored positions */
    /* The wall clock as of which everything there was to read in followed files has been taken in (now_ms: all of it).
     * Asked before a limit is decided. */
    int64_t (*read_as_of)(void *arg, int64_t now_ms);
    void *arg;
    /* Something that is told once: figures that were published, a reload (feed.h). */
    void (*news)(void *arg, const struct feed_message *message);
};
void service_listen(struct service *service, const struct service_listener *listener);

/* ---- a change of standards ---- */

/* Reads the configuration again. An error changes nothing: it is ERR_INVALID and *findings (a text of lines, added)
 * says all; the same text is in the status until a reload succeeds. A valid one is computed over the journal in slices
 * of service_idle(), takes the place of the old, and then the record of breaches is brought in line, in slices too.
 * done(arg, …) is called when all of it is on disk (may be NULL), with "" or what went wrong.
 * ERR_IN_USE: one is under way, or the record is still being brought in line after a recovery. */
int service_reload(struct service *service, void (*done)(void *arg, const char *outcome), void *arg,
    struct buf *findings, struct err *err);
/* Who has asked for the reload under way, if one is: it is written down with what it changes. */
void service_reload_by(struct service *service, int64_t uid);

#endif

/* ami: Asterisk's manager interface: its messages, and what they tell of calls in queues as event lines
 * (docs/ASTERISK.md).
 * Owns: which calls wait in a queue or are talked to, the lines of the latest message.
 * Must not know: connections, logins, the journal, the clock. */
#ifndef SLAD_WIRE_AMI_H
#define SLAD_WIRE_AMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "slad/base/buf.h"
#include "slad/wire/translate.h"

/* ---- messages: lines "Key: Value", closed by an empty one */

enum {
    AMI_MESSAGE_MAX =
        64 * 1024, /* the exchange's have up to 2 KiB; what it passes on from a dialplan may be longer */
};
enum ami_cut {
    AMI_MORE,     /* no whole message: what is left of data must be seen again, with more */
    AMI_MESSAGE,  /* *message is one; n == 0 for an empty line too many */
    AMI_TOO_LONG, /* one over AMI_MESSAGE_MAX, told of once; the rest of it is skipped */
    AMI_SKIPPED,  /* the end of one that was too long */
};
/* Takes the next message from the front of *data. The caller keeps `skipping`, false at first. */
enum ami_cut ami_cut(bool *skipping, struct span *data, struct span *message);
/* The value of the first line with this key, case ignored; p == NULL: there is none. */
struct span ami_value(struct span message, const char *key);
bool ami_is(struct span message, const char *key, const char *value);

/* ---- calls */

/* A caller has left a queue without a word why, when this long after it nobody is told to have answered: the
 * exchange says both within some milliseconds. */
#define AMI_LEAVE_SETTLES_MS 1000

struct ami;
/* options as for translator_new(). */
struct ami *ami_new(const struct translate_options *options);
void ami_free(struct ami *ami); /* may be NULL */

/* What an event tells, as lines borrowed until the next call. received_ms takes the place of a time that it
 * lacks. What tells of no call or agent is passed by. ERR_INVALID: it lacks what it should have; else what
 * visit() said. */
int ami_event(struct ami *ami, struct span message, int64_t received_ms, struct translation *out,
    struct err *err) WARN_UNUSED;
/* Callers who left, and who were not answered by now_ms. */
void ami_settle(struct ami *ami, int64_t now_ms, struct translation *out);
/* When ami_settle() has something to say; INSTANT_NEVER. */
int64_t ami_settles_ms(const struct ami *ami);
/* An event that tells something has no time of its own that can be read. */
bool ami_lacks_time(struct span message);
/* There was one: `timestampevents` is off. */
bool ami_is_untimed(const struct ami *ami);
/* The latest time of the exchange's clock that an event has told; 0. */
int64_t ami_last_ms(const struct ami *ami);
size_t ami_waiting(const struct ami *ami); /* calls in a queue */

/* ---- gaps */

/* The link is down: nothing is known of the calls any more. */
void ami_away(struct ami *ami);
/* The list that QueueStatus gave, each item of it passed through ami_event(), and whatever happened before it
 * have been read: calls that are not in it have ended, nobody knows how. */
void ami_listed(struct ami *ami, int64_t now_ms, struct translation *out);

/* The calls as text, added to out, and back: for a restart. ERR_INVALID: the text is not one of ami_save()'s.
 */
void ami_save(const struct ami *ami, struct buf *out);
int ami_load(struct ami *ami, struct span text, struct err *err) WARN_UNUSED;

#endif

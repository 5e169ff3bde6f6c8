/* show: values of the daemon's answers as text that people read, safe for a terminal.
 * Owns: nothing; each adds to the caller's buffer. Each takes NULL for a value that is not there: "-".
 * Must not know: tables, which answer a value is from. */
#ifndef SLAD_SLACTL_SHOW_H
#define SLAD_SLACTL_SHOW_H

#include "moment.h"
#include "screen.h"
#include "slad/model/duration.h"
#include "slad/wire/json.h"

void show_text(struct buf *out, const struct json *text);
/* Text, a number or a truth value; "∅" for null. */
void show_scalar(struct buf *out, const struct json *value);
/* {"queue":"q1"} as "queue=q1", nothing for {}, an absent attribute as "queue=∅". */
void show_group(struct buf *out, const struct json *group);
/* "k1", or a list as "k1, sales". */
void show_subject(struct buf *out, const struct json *subject);
void show_time(struct buf *out, const struct json *at, enum moment_precision precision);
void show_seconds(struct buf *out, const struct json *seconds);

/* The instant of a time, INSTANT_NEVER where there is none. */
int64_t instant_of(const struct json *at);
/* "3m14s" of a number of seconds; false for what is none. */
bool length_of(const struct json *seconds, char out[DURATION_TEXT_MAX]);

#endif

/* phrase: matches and event patterns in English words, as parts of a sentence.
 * Owns: nothing.
 * Must not know: standards. */
#ifndef SLAD_SERVICE_PHRASE_H
#define SLAD_SERVICE_PHRASE_H

#include "slad/base/buf.h"
#include "slad/model/pattern.h"

enum { PHRASE_LIST_SHOWN = 20 }; /* of a list: more nobody reads in a sentence; the rest is counted */

/* A name or a text value: bare where that is clear, else in quotes. */
void phrase_name(struct buf *out, const char *name);
/* Separates item i of count: "", ", " or the last word with spaces around it. */
void phrase_separate(struct buf *out, size_t i, size_t count, const char *last);
/* "queue and agent" */
void phrase_names(struct buf *out, const char *const *names, size_t count);

/* Whether it asks for anything at all. */
bool phrase_is_open(const struct match *match);
/* " with channel phone and without tier internal"; nothing for an open match. Of several alternatives the
 * last is followed by a comma. */
void phrase_with(struct buf *out, const struct match *match);
/* "channel is phone and tier is not internal" */
void phrase_when(struct buf *out, const struct match *match);

/* What a contact does when it has one of the events, by the sound of their names: "are answered", "have
 * arrived", "have the event spam". */
enum voice { VOICE_THEY, VOICE_IT, VOICE_THEY_NOT, VOICE_IT_NOT };
void phrase_verb(struct buf *out, const struct event_patterns *events, enum voice voice);
/* "being answered", "having arrived", "the event spam" */
void phrase_being(struct buf *out, const struct event_patterns *events);
/* "the event answered or the event spam" */
void phrase_events(struct buf *out, const struct event_patterns *events);

#endif

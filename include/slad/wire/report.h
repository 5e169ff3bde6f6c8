/* report: the shapes in which figures and breaches are shown (docs/API.md, Shapes): one for the report of a
 * replay, for the answers over HTTP and for the texts the store keeps. Owns: nothing. Must not know: engines,
 * stores, who asks. */
#ifndef SLAD_WIRE_REPORT_H
#define SLAD_WIRE_REPORT_H

#include "slad/base/buf.h"
#include "slad/model/effect.h"
#include "slad/model/figures.h"
#include "slad/model/standard.h"
#include "slad/wire/write.h"

/* Values of standard->by: {"queue":"q1"}, an absent one null; {} when there are none. */
void report_group(struct json_writer *w, const struct standard *standard, const struct group *group);
/* Values of standard->per: a string, or a list of strings where `per` is a list. */
void report_subject(struct json_writer *w, const struct standard *standard, const struct group *subject);
/* {"group":…,"open":…,"state":…,"counted":…, …}: figures in seconds, or as the values are. */
void report_figures(struct json_writer *w, const struct figures *figures);
/* The same, and what a daemon adds: "at_risk", and of each target its state, headroom and recover. */
void report_figures_at_risk(struct json_writer *w, const struct figures *figures);
/* {"kind":"contact", …} */
void report_breach(struct json_writer *w, const struct breach *breach);
/* {"kind":"level", …} */
void report_level(struct json_writer *w, const struct level_change *level);

/* The same as text: compact JSON, in the order of `by` and `per`, so that equal groups are equal texts. Added
 * to out. */
void group_json(const struct standard *standard, const struct group *group, struct buf *out);
void subject_json(const struct standard *standard, const struct group *subject, struct buf *out);

#endif

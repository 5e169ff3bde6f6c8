/* mapper: the fields of one record to event lines, as a map says (docs/INPUTS.md, map).
 * Owns: the values of the record at hand by slot, the lines it wrote for it.
 * Must not know: how records are written: its callers take them apart and fill it. */
#ifndef SLAD_WIRE_MAPPER_H
#define SLAD_WIRE_MAPPER_H

#include "slad/model/mapping.h"
#include "slad/wire/translate.h"

struct mapper;
/* The mapping is borrowed. */
struct mapper *mapper_new(const struct mapping *mapping);
void mapper_free(struct mapper *mapper); /* may be NULL */

/* The slot of a field, made when nobody has asked for it before; fields with a slot are not kept. */
size_t mapper_want(struct mapper *mapper, struct span field);
enum { MAPPER_KEEP = -1, MAPPER_DROP = -2 };
/* The slot of a field that is wanted; else whether it is to be kept as an attribute of its own name. */
int mapper_place(const struct mapper *mapper, struct span field);
/* Whether a field that is not wanted may become an attribute of this name. */
bool mapper_keeps(const struct mapper *mapper, struct span name);
/* Whether a field is wanted whose name begins with this and a dot. */
bool mapper_looks_into(const struct mapper *mapper, struct span path);
size_t mapper_slots(const struct mapper *mapper);
struct span mapper_field(const struct mapper *mapper, size_t slot); /* its name */

/* A record: mapper_start(), its fields in any order, mapper_finish(). Text is borrowed until then. */
void mapper_start(struct mapper *mapper);
/* ERR_INVALID: it was given before. */
int mapper_set(struct mapper *mapper, size_t slot, struct value value, struct err *err) WARN_UNUSED;
const struct value *mapper_get(const struct mapper *mapper, size_t slot); /* null when it was not set */
/* A field under its own name. */
void mapper_keep(struct mapper *mapper, struct span name, struct value value);
/* The same, from a record that may hold a name at several depths: the deeper one counts. ERR_INVALID when it
 * was given at this depth before; ERR_LIMIT. */
int mapper_keep_at(
    struct mapper *mapper, struct span name, struct value value, int depth, struct err *err) WARN_UNUSED;
/* The id of its events, where the map names no field for it. */
void mapper_identify(struct mapper *mapper, struct span id);
int mapper_finish(struct mapper *mapper, struct translation *out, struct err *err) WARN_UNUSED;

#endif

/* mapper_state: a mapper from within, for the files of its name.
 * Owns: see struct mapper.
 * Must not know: how records are written. */
#ifndef SLAD_WIRE_MAPPER_STATE_H
#define SLAD_WIRE_MAPPER_STATE_H

#include <locale.h>
#include "mapper.h"
#include "slad/base/buf.h"
#include "slad/base/map.h"
#include "slad/base/mem.h"
#include "slad/model/number.h"
#include "slad/wire/write.h"

enum { MAPPER_SHOWN_MAX = 60 }; /* bytes of a value in a reason: enough to know it again */

struct slot {
    struct span name;
    struct value value;
    bool set;
};
struct kept {
    struct span name;
    struct value value;
    int depth;
};
/* The slots of an event of the mapping. */
struct event_slots {
    int field, at; /* -1: none */
};
/* An event that the record at hand tells of. */
struct happened {
    struct span name;
    char number[NUMBER_TEXT_MAX]; /* where the name is a number */
    bool has_at;
    int64_t at_ms;
    size_t start; /* of its line in `text` */
};

struct mapper {
    const struct mapping *mapping;
    struct arena arena; /* of the names */
    struct map fields;
    struct slot *slots;
    size_t slot_count, slot_capacity;
    size_t *contact_slots, *attr_slots;
    struct event_slots *event_slots;
    int id_slot; /* -1: none */
    locale_t c_locale;

    struct kept *kept;
    size_t kept_count, kept_capacity;
    struct span id;

    struct happened *happened;
    size_t happened_count;
    struct buf attrs, text, id_text; /* the members that all events of the record share; the lines; an id */
    struct span *lines;
};

/* The value is there, and no empty text. */
bool slot_is_there(const struct slot *slot);
/* The text of a scalar that is not null; in number when it has to be written. */
struct span value_as_text(const struct value *value, char number[NUMBER_TEXT_MAX]);
/* Puts `"FIELD" is "VALUE"` before what err says, and returns its code. */
int slot_complain(const struct slot *slot, struct err *err);
int slot_time(
    const struct mapper *mapper, const struct slot *slot, int64_t *out, struct err *err) WARN_UNUSED;
/* Writes the members that all events of the record share. */
int mapper_write_attrs(struct mapper *mapper, struct err *err) WARN_UNUSED;

#endif

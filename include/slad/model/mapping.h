/* mapping: which fields of a foreign record are an event's contact, name, time and attributes (docs/INPUTS.md, map).
 * Owns: nothing; a configuration's arena holds it.
 * Must not know: YAML, how records are written. A field is a column, or a dotted path into nested objects. */
#ifndef SLAD_MODEL_MAPPING_H
#define SLAD_MODEL_MAPPING_H

#include "slad/model/format.h"
#include "slad/model/time_form.h"

/* What becomes of a record whose field holds a value that `values` does not list. */
enum map_other { MAP_OTHER_REJECT, MAP_OTHER_IGNORE, MAP_OTHER_KEEP };
struct map_value {
    const char *from, *to;
};
/* An event that a record tells of. */
struct map_event {
    const char *name;  /* NULL: as `field` says */
    const char *field; /* NULL: `name` */
    const struct map_value *values;
    size_t value_count;
    enum map_other other;
    const char *at;     /* the field of its instant; NULL: that of receipt */
    bool at_or_receipt; /* without that field it happened on receipt, instead of not at all */
};

enum map_as { MAP_AS_IS, MAP_AS_TEXT, MAP_AS_NUMBER, MAP_AS_BOOLEAN, MAP_AS_TIME };
struct map_attr {
    const char *name, *field;
    enum map_as as;
};
struct map_fixed {
    const char *name;
    struct value value;
};

struct mapping {
    const char *const *contacts; /* fields; the first that is there */
    size_t contact_count;
    const char *id; /* a field; NULL: none, or as the format has it */
    bool once;      /* events without an id get one of their content: the same event again is a duplicate */
    const struct map_event *events;
    size_t event_count;
    const struct map_attr *attrs;
    size_t attr_count;
    bool keeps_others; /* fields that are not named anywhere are attributes of their own names */
    const struct map_fixed *fixed;
    size_t fixed_count;
    const struct time_form *times;
    size_t time_count;
    const struct zone *zone; /* of times without an offset; NULL: an offset is needed */
};

/* What holds where no map says otherwise. Of FORMAT_CSV it has neither contact nor event. */
const struct mapping *mapping_default(enum format_kind kind);

#endif

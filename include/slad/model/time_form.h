/* time_form: how an input writes its times: RFC 3339, seconds, milliseconds, or a pattern (docs/INPUTS.md, Times).
 * Owns: nothing; a pattern is borrowed.
 * Must not know: YAML, records. */
#ifndef SLAD_MODEL_TIME_FORM_H
#define SLAD_MODEL_TIME_FORM_H

#include "slad/model/value.h"
#include "slad/model/zone.h"

enum time_kind {
    /* 2026-03-02T09:00:00.250+02:00 or +0200; the offset may lack, and then the seconds too; a number as `at` */
    TIME_ISO,
    TIME_EPOCH,    /* seconds since 1970 */
    TIME_EPOCH_MS, /* milliseconds */
    TIME_PATTERN,
};
struct time_form {
    enum time_kind kind;
    const char *pattern; /* TIME_PATTERN */
};

/* "iso", "epoch", "epoch_ms", or a pattern that says year, month and day; text outlives it. ERR_INVALID with
 * what is wrong and what is known. */
int time_form_parse(const char *text, struct time_form *out, struct err *err) WARN_UNUSED;
/* The instant of a text or number that is written in one of the forms, the first that fits. Times without an
 * offset are of the zone; a NULL zone: they are refused. ERR_INVALID with what was expected. */
int time_form_read(const struct time_form *forms, size_t count, const struct zone *zone,
    const struct value *value, int64_t *out, struct err *err) WARN_UNUSED;

#endif

/* exposition: metrics as Prometheus reads them (text format 0.0.4, or OpenMetrics 1.0).
 * Owns: nothing; the text goes into the caller's buffer. Start with {.out = buf}.
 * Must not know: what is measured. Whatever texts are given, the output can be read. */
#ifndef SLAD_WIRE_EXPOSITION_H
#define SLAD_WIRE_EXPOSITION_H

#include "slad/base/buf.h"

enum exposition_format { EXPOSITION_PROMETHEUS, EXPOSITION_OPENMETRICS };
/* "text/plain; version=0.0.4; charset=utf-8" */
const char *exposition_type(enum exposition_format format);

struct exposition {
    struct buf *out;
    enum exposition_format format;
    /* The writer's own. */
    const char *family;
    bool is_counter;
};
enum metric { METRIC_GAUGE, METRIC_COUNTER };
/* All samples of a family follow it. name: slad_…, without the "_total" of a counter; it must live as long. */
void exposition_family(struct exposition *e, enum metric metric, const char *name, const char *help);
/* labels: what exposition_label() has gathered; n == 0: none. Of a double that is not finite NaN or Inf is written. */
void exposition_int(struct exposition *e, struct span labels, int64_t value);
void exposition_double(struct exposition *e, struct span labels, double value);
/* A family of one sample without labels. */
void exposition_one(struct exposition *e, enum metric metric, const char *name, const char *help, int64_t value);
void exposition_end(struct exposition *e);

/* Adds one label. A name that may not be one has its bytes replaced; one that is taken already gets a "_" behind it. */
void exposition_label(struct buf *labels, struct span name, struct span value);

#endif

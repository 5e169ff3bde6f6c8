#include "slad/wire/exposition.h"

#include <inttypes.h>
#include <math.h>
#include "slad/base/utf8.h"

const char *exposition_type(enum exposition_format format) {
    return format == EXPOSITION_OPENMETRICS ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                            : "text/plain; version=0.0.4; charset=utf-8";
}

/* Backslashes and newlines, and quotes where they end a text. */
static void add_escaped(struct buf *out, struct span text, bool quotes) {
    if (!utf8_valid(text)) text = SPAN("?");
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i];
        if (c == '\n')
            buf_add_text(out, "\\n");
        else if (c == '\\' || (c == '"' && quotes))
            buf_printf(out, "\\%c", c);
        else
            buf_add_char(out, c);
    }
}

/* OpenMetrics names the family of a counter without the "_total" of its samples. */
void exposition_family(struct exposition *e, enum metric metric, const char *name, const char *help) {
    bool open = e->format == EXPOSITION_OPENMETRICS;
    e->family = name;
    e->is_counter = metric == METRIC_COUNTER;
    const char *suffix = e->is_counter && !open ? "_total" : "";
    buf_printf(e->out, "# HELP %s%s ", name, suffix);
    add_escaped(e->out, span_of(help), open);
    buf_printf(e->out, "\n# TYPE %s%s %s\n", name, suffix, e->is_counter ? "counter" : "gauge");
}

static void add_name(struct exposition *e, struct span labels) {
    buf_printf(e->out, "%s%s", e->family, e->is_counter ? "_total" : "");
    if (labels.n) buf_printf(e->out, "{%.*s}", SPAN_ARGS(labels));
    buf_add_char(e->out, ' ');
}

void exposition_int(struct exposition *e, struct span labels, int64_t value) {
    add_name(e, labels);
    buf_printf(e->out, "%" PRId64 "\n", value);
}

void exposition_double(struct exposition *e, struct span labels, double value) {
    add_name(e, labels);
    if (isnan(value))
        buf_add_text(e->out, "NaN\n");
    else if (isinf(value))
        buf_add_text(e->out, value > 0 ? "+Inf\n" : "-Inf\n");
    else
        buf_printf(e->out, "%.15g\n", value);
}

void exposition_one(struct exposition *e, enum metric metric, const char *name, const char *help, int64_t value) {
    exposition_family(e, metric, name, help);
    exposition_int(e, (struct span){0}, value);
}

void exposition_end(struct exposition *e) {
    if (e->format == EXPOSITION_OPENMETRICS) buf_add_text(e->out, "# EOF\n");
}

static bool is_name_byte(char c, bool first) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!first && c >= '0' && c <= '9');
}

/* Whether `,NAME="` or, at the start, `NAME="` is there. A quote within a value has a backslash before it, so no value
 * can be taken for a label. */
static bool is_taken(struct span labels, struct span name) {
    for (size_t i = 0; i + name.n + 2 <= labels.n; i++) {
        bool begins = i == 0 || (i >= 2 && labels.p[i - 1] == ',' && labels.p[i - 2] == '"');
        if (begins && memcmp(labels.p + i, name.p, name.n) == 0 && labels.p[i + name.n] == '=' &&
            labels.p[i + name.n + 1] == '"')
            return true;
    }
    return false;
}

void exposition_label(struct buf *labels, struct span name, struct span value) {
    struct buf safe = {0};
    bool reserved = name.n >= 2 && name.p[0] == '_' && name.p[1] == '_';
    if (name.n == 0 || reserved || (name.p[0] >= '0' && name.p[0] <= '9')) buf_add_text(&safe, "label_");
    for (size_t i = 0; i < name.n; i++) buf_add_char(&safe, is_name_byte(name.p[i], safe.size == 0) ? name.p[i] : '_');
    if (safe.size >= 2 && memcmp(safe.data, "__", 2) == 0) safe.data[0] = 'x'; /* two in front are Prometheus's own */
    while (is_taken(buf_span(labels), buf_span(&safe))) buf_add_char(&safe, '_');
    if (labels->size) buf_add_char(labels, ',');
    buf_printf(labels, "%s=\"", buf_text(&safe));
    add_escaped(labels, value, true);
    buf_add_char(labels, '"');
    buf_fini(&safe);
}

/* format: how an input writes its events, as `format:`, `csv:` and `map:` of the configuration say (docs/INPUTS.md).
 * Owns: nothing; a configuration's arena holds what it points to.
 * Must not know: YAML, JSON, where the bytes come from. */
#ifndef SLAD_MODEL_FORMAT_H
#define SLAD_MODEL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

enum format_kind {
    FORMAT_JSONL, /* event lines (docs/STANDARDS.md, Events), or with a map any JSON object a line */
    FORMAT_CSV,
    FORMAT_CLOUDEVENTS, /* in structured JSON, one a line */
    FORMAT_QUEUE_LOG,   /* Asterisk's queue_log */
    FORMAT_AMI,         /* Asterisk's manager interface */
    FORMATS
};

/* Where one record ends and the next begins. */
enum framing_kind {
    FRAMING_LINES, /* at each newline */
    FRAMING_CSV,   /* at each newline that does not stand between quotes */
};
struct framing {
    enum framing_kind kind;
    char delimiter; /* FRAMING_CSV */
};

struct csv_dialect {
    char delimiter; /* 0: a comma */
    bool headless;  /* no header: its columns are `columns`, or numbered from 1 */
    const char *const *columns;
    size_t column_count;
};

struct mapping;
struct format {
    enum format_kind kind;
    struct csv_dialect csv;
    const struct mapping *map; /* NULL: not given */
};

static inline struct framing format_framing(const struct format *format) {
    if (format->kind != FORMAT_CSV) return (struct framing){FRAMING_LINES, 0};
    return (struct framing){FRAMING_CSV, format->csv.delimiter ? format->csv.delimiter : ','};
}

#endif

#include "conf/format.h"

/* By enum format_kind. */
static const char *const names[FORMATS] = {"jsonl", "csv", "cloudevents", "queue_log", "ami"};

enum { COLUMNS_MAX = 1000 }; /* as wide as a table of any program; a row has 64 KiB */

static bool read_delimiter(struct reader *r, const struct node *node, char *out) {
    const char *text;
    if (!reader_prose(r, node, "a delimiter", &text)) return false;
    if (strcmp(text, "tab") == 0) text = "\t";
    unsigned char c = (unsigned char)text[0];
    if (c && !text[1] && c < 0x7F && (c > ' ' || c == ' ' || c == '\t') && c != '"')
        return *out = text[0], true;
    reader_error(r, node, "%s is not a delimiter: write one character, such as \",\", \";\" or \"|\", or tab",
        reader_shown(r, node));
    return false;
}

static bool is_named_before(const char *const *columns, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(columns[i], name) == 0) return true;
    return false;
}

static bool read_columns(struct reader *r, const struct node *node, struct csv_dialect *out) {
    size_t given = node_list_count(node);
    if (given == 0 || given > COLUMNS_MAX)
        return reader_error(r, node, "%zu columns: name 1 to %d", given, COLUMNS_MAX), false;
    const char **columns = arena_alloc(r->arena, given * sizeof *columns);
    for (size_t i = 0; i < given; i++) {
        const struct node *item = node_list_item(node, i);
        if (!reader_text(r, item, "the name of a column", &columns[i])) return false;
        if (is_named_before(columns, i, columns[i]))
            return reader_error(r, item, "column %s is given twice", reader_shown(r, item)), false;
    }
    out->columns = columns;
    out->column_count = given;
    out->headless = true;
    return true;
}

static bool read_csv(struct reader *r, const struct node *node, struct csv_dialect *out) {
    enum { DELIMITER, HEADER, COLUMNS, KEYS };
    static const char *const keys[KEYS] = {"delimiter", "header", "columns"};
    const struct node *values[KEYS];
    bool header = true, clean = reader_map(r, node, "\"csv\"", keys, KEYS, values);
    if (values[DELIMITER]) clean = read_delimiter(r, values[DELIMITER], &out->delimiter) && clean;
    if (values[HEADER]) clean = reader_bool(r, values[HEADER], "an answer to \"header\"", &header) && clean;
    out->headless = !header;
    if (values[COLUMNS] && values[HEADER] && header) {
        reader_error(r, values[COLUMNS],
            "\"columns\" is for files without a header, and \"header\" says there is one");
        return false;
    }
    if (values[COLUMNS]) clean = read_columns(r, values[COLUMNS], out) && clean;
    return clean;
}

static bool takes_map(enum format_kind kind) {
    return kind == FORMAT_JSONL || kind == FORMAT_CSV || kind == FORMAT_CLOUDEVENTS;
}

bool format_read(struct scope *scope, const struct node *input, const struct node *format,
    const struct node *csv, const struct node *map, struct format *out) {
    struct reader *r = scope->reader;
    size_t kind = FORMAT_JSONL;
    if (format && !reader_choice(r, format, "a format of events", names, FORMATS, &kind)) return false;
    out->kind = (enum format_kind)kind;
    if (csv && kind != FORMAT_CSV) {
        reader_error(r, csv, "\"csv\" is for an input with \"format: csv\"");
        return false;
    }
    if (map && !takes_map(out->kind)) {
        reader_error(r, map, "\"map\" has no place beside \"format: %s\", which says itself what happened",
            names[kind]);
        return false;
    }
    if (kind == FORMAT_CSV && !map) {
        reader_error(
            r, format ? format : input, "\"format: csv\" needs a \"map\", which says what the columns mean");
        return false;
    }
    bool clean = !csv || read_csv(r, csv, &out->csv);
    return (!map || format_map_read(scope, map, out)) && clean;
}

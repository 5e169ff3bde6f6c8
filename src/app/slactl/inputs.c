/* slactl inputs: where events come from, how far each file has been read, and what is wrong with it. */
#include <stdio.h>
#include "ask.h"
#include "cell.h"

static void show_name(struct buf *out, const struct json *input) {
    show_text(out, json_get(input, "input"));
    if (json_is_true(json_get(input, "old"))) buf_add_text(out, " (old)");
}

static void add_row(struct table *table, const struct json *input) {
    const struct json *lag = json_get(input, "lag");
    bool behind = json_number(lag, 0) > 0;
    struct buf name = {0};
    show_name(&name, input);
    table_add(table, buf_span(&name), TINT_NONE);
    buf_fini(&name);
    cell_count(table, json_get(input, "offset"), TINT_NONE);
    cell_count(table, lag, TINT_WARNING);
    cell_measured(table, behind ? json_get(input, "lag_seconds") : NULL, MEASURE_SECONDS, TINT_WARNING);
    cell_count(table, json_get(input, "lines"), TINT_NONE);
    cell_count(table, json_get(input, "rejected"), TINT_WARNING);
    cell_count(table, json_get(input, "clients"), TINT_NONE);
    cell_text(table, json_get(input, "format"));
    cell_time(table, json_get(input, "last_line"));
}

static void print_trouble(const struct json *input, const char *what, const char *since, const char *why) {
    const struct json *error = json_get(input, what), *at = json_get(input, since);
    struct buf line = {0};
    if (!json_text(error)) return;
    show_name(&line, input);
    buf_printf(&line, ": %s", why);
    if (json_text(at)) show_time(&line, at, MOMENT_SECONDS);
    buf_add_text(&line, json_text(at) ? ": " : "");
    show_text(&line, error);
    puts(buf_text(&line));
    buf_fini(&line);
}

/* In lines of their own: a narrow screen leaves the last columns of a table out, and these matter most. */
static void print_troubles(const struct json *inputs) {
    for (const struct json *input = json_first(inputs); input; input = json_next(input)) {
        print_trouble(input, "error", "error_at", json_text(json_get(input, "error_at")) ? "not read since " : "");
        print_trouble(input, "last_error", "last_error_at", "last rejected at ");
    }
}

static void show_people(const struct options *options, const struct json *inputs) {
    struct table table;
    table_init(&table, options);
    table_column(&table, "input", ALIGN_WHOLE);
    table_column(&table, "read to", ALIGN_RIGHT);
    table_column(&table, "unread", ALIGN_RIGHT);
    table_column(&table, "behind", ALIGN_RIGHT);
    table_column(&table, "lines", ALIGN_RIGHT);
    table_column(&table, "rejected", ALIGN_RIGHT);
    table_column(&table, "clients", ALIGN_RIGHT);
    table_column(&table, "format", ALIGN_WHOLE);
    table_column_time(&table, "last line");
    for (const struct json *input = json_first(inputs); input; input = json_next(input)) add_row(&table, input);
    table_end(&table);
    print_troubles(inputs);
    if (table.row_count == 0) fputs("no inputs: events come over HTTP alone\n", stderr);
    table_fini(&table);
}

/* As the daemon tells it. */
static void show_csv(const struct options *options, const struct json *inputs) {
    static const char *const names[] = {"input", "format", "old", "clients", "offset", "size", "lag", "lag_seconds",
        "lines", "rejected", "last_line", "error", "error_at", "last_error", "last_error_at"};
    enum { NAMES = sizeof names / sizeof *names };
    struct table table;
    table_init(&table, options);
    for (size_t i = 0; i < NAMES; i++) table_column(&table, names[i], ALIGN_LEFT);
    for (const struct json *input = json_first(inputs); input; input = json_next(input)) {
        for (size_t i = 0; i < NAMES; i++) {
            const struct json *fact = json_get(input, names[i]);
            struct buf text = {0};
            if (fact && !json_is_null(fact)) show_scalar(&text, fact);
            table_add(&table, buf_span(&text), TINT_NONE);
            buf_fini(&text);
        }
    }
    table_end(&table);
    table_fini(&table);
}

int command_inputs(const struct options *options) {
    struct answer answer = {0};
    int code = ask(options, &(struct question){.target = "/v1/inputs"}, &answer);
    const struct json *inputs = json_get(answer.json, "inputs");
    if (code == EXIT_FINE && option_given(options, OPTION_JSON))
        answer_print(&answer);
    else if (code == EXIT_FINE && option_given(options, OPTION_CSV))
        show_csv(options, inputs);
    else if (code == EXIT_FINE)
        show_people(options, inputs);
    answer_fini(&answer);
    return code;
}

/* slactl explain: everything that happened to a contact, and why each verdict. */
#include <stdio.h>
#include "ask.h"
#include "clock_facts.h"
#include "query.h"
#include "timeline.h"

/* How many clocks were shown. */
static size_t show_clocks(
    const struct options *options, const struct units *units, const struct json *clocks) {
    size_t shown = 0;
    struct table table;
    table_init(&table, options);
    if (table.style == TABLE_CSV) clock_columns(&table);
    for (const struct json *clock = json_first(clocks); clock; clock = json_next(clock)) {
        if (table.style == TABLE_CSV)
            clock_row(&table, clock);
        else
            clock_print(options->screen, units, clock);
        shown++;
    }
    if (table.style == TABLE_CSV) table_end(&table);
    table_fini(&table);
    return shown;
}

static int show(const struct options *options, const struct units *units, const struct json *contact) {
    const struct json *complete = json_get(contact, "complete");
    if (!option_given(options, OPTION_CSV)) timeline_print(options, contact);
    if (json_is_bool(complete) && !json_is_true(complete))
        fputs("there are more events than the daemon gives at once\n", stderr);
    if (show_clocks(options, units, json_get(contact, "clocks"))) return EXIT_FINE;
    if (options->word_count > 2)
        clock_print_none(option_given(options, OPTION_CSV) ? stderr : stdout, json_get(contact, "no_clock"));
    else
        fputs("no standard has a clock on this contact\n", stderr);
    return EXIT_FINE;
}

int command_explain(const struct options *options) {
    struct answer answer = {0};
    struct units units = {0};
    struct buf target = {0};
    buf_add_text(&target, "/v1/contacts");
    query_segment(&target, options->words[1]);
    if (options->word_count > 2) query_add(&target, "standard", options->words[2]);
    int code = ask(options, &(struct question){.target = buf_text(&target)}, &answer);
    if (code == EXIT_FINE) code = units_ask(options, &units);
    if (code == EXIT_FINE && option_given(options, OPTION_JSON))
        answer_print(&answer);
    else if (code == EXIT_FINE)
        code = show(options, &units, answer.json);
    answer_fini(&answer);
    units_fini(&units);
    buf_fini(&target);
    return code;
}

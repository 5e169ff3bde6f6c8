/* slactl explain: everything that happened to a contact, and why each verdict. */
#include <stdio.h>
#include "ask.h"
#include "clock_facts.h"
#include "query.h"
#include "raw.h"
#include "timeline.h"

/* Whether the clock is of the standard that was asked about; all are when none was. */
static bool is_asked(const struct options *options, const struct json *clock) {
    const char *name = json_text(json_get(clock, "standard"));
    return options->word_count < 3 || (name && strcmp(name, options->words[2]) == 0);
}

static void print_json(const struct options *options, const struct answer *answer) {
    struct buf text = {0};
    struct span rest = raw_member(answer_text(answer), "clocks"), raw;
    const struct json *clock = json_first(json_get(answer->json, "clocks"));
    if (options->word_count < 3) {
        answer_print(answer);
        return;
    }
    buf_add_text(&text, "{\"contact\":");
    buf_add_span(&text, raw_member(answer_text(answer), "contact"));
    buf_add_text(&text, ",\"events\":");
    buf_add_span(&text, raw_member(answer_text(answer), "events"));
    buf_add_text(&text, ",\"clocks\":[");
    for (const char *comma = ""; clock && raw_next(&rest, &raw); clock = json_next(clock)) {
        if (!is_asked(options, clock)) continue;
        buf_add_text(&text, comma);
        buf_add_span(&text, raw);
        comma = ",";
    }
    buf_add_text(&text, "]}");
    struct buf shown = {0};
    raw_indent(&shown, buf_span(&text));
    puts(buf_text(&shown));
    buf_fini(&shown);
    buf_fini(&text);
}

/* How many clocks were shown. */
static size_t show_clocks(
    const struct options *options, const struct units *units, const struct json *clocks) {
    size_t shown = 0;
    struct table table;
    table_init(&table, options);
    if (table.style == TABLE_CSV) clock_columns(&table);
    for (const struct json *clock = json_first(clocks); clock; clock = json_next(clock)) {
        if (!is_asked(options, clock)) continue;
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
    struct buf text = {0};
    if (options->word_count > 2)
        complain(&text, "no standard \"%s\" has a clock on this contact: without it all are shown",
            options->words[2]);
    else
        buf_add_text(&text, "no standard has a clock on this contact\n");
    fputs(buf_text(&text), stderr);
    buf_fini(&text);
    return options->word_count > 2 ? EXIT_ANSWER : EXIT_FINE;
}

int command_explain(const struct options *options) {
    struct answer answer = {0};
    struct units units = {0};
    struct buf target = {0};
    buf_add_text(&target, "/v1/contacts");
    query_segment(&target, options->words[1]);
    int code = ask(options, &(struct question){.target = buf_text(&target)}, &answer);
    if (code == EXIT_FINE) code = units_ask(options, &units);
    if (code == EXIT_FINE && option_given(options, OPTION_JSON))
        print_json(options, &answer);
    else if (code == EXIT_FINE)
        code = show(options, &units, answer.json);
    answer_fini(&answer);
    units_fini(&units);
    buf_fini(&target);
    return code;
}

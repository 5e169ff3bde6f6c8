#include "timeline.h"

#include <stdio.h>
#include "slad/model/instant.h"

/* What the event says beyond its contact, name and time. */
static void add_attributes(struct table *table, const struct json *line) {
    static const char *const shown_elsewhere[] = {"contact", "event", "at"};
    struct buf text = {0};
    for (const struct json *attr = json_first(line); attr; attr = json_next(attr)) {
        const char *name = json_name(attr);
        bool skip = !name;
        for (size_t i = 0; name && i < sizeof shown_elsewhere / sizeof *shown_elsewhere; i++)
            skip = skip || strcmp(name, shown_elsewhere[i]) == 0;
        if (skip) continue;
        if (text.size) buf_add_text(&text, ", ");
        text_safe(&text, span_of(name));
        buf_add_char(&text, '=');
        show_scalar(&text, attr);
    }
    cell_words(table, text.size ? buf_text(&text) : NULL, TINT_NONE);
    buf_fini(&text);
}

/* How long after it happened it was received. */
static void add_lag(struct table *table, const struct json *event) {
    char text[DURATION_TEXT_MAX];
    int64_t at = instant_of(json_get(event, "at")), received = instant_of(json_get(event, "received"));
    bool known = at != INSTANT_NEVER && received != INSTANT_NEVER;
    cell_words(table, known ? length_text(received - at, text) : NULL, TINT_NONE);
}

void timeline_print(const struct options *options, const struct json *contact) {
    const struct json *events = json_get(contact, "events");
    char zone[MOMENT_ZONE_MAX], text[MOMENT_TEXT_MAX], header[2 * MOMENT_ZONE_MAX];
    struct buf name = {0};
    struct table table;
    show_text(&name, json_get(contact, "contact"));
    printf(
        "contact %s: %zu event%s\n\n", buf_text(&name), json_size(events), json_size(events) == 1 ? "" : "s");
    table_init(&table, options);
    snprintf(header, sizeof header, "at (%s)", moment_zone(zone));
    table_column(&table, header, ALIGN_WHOLE);
    table_column(&table, "event", ALIGN_LEFT);
    table_column(&table, "received", ALIGN_RIGHT);
    table_column(&table, "says", ALIGN_LEFT);
    for (const struct json *event = json_first(events); event; event = json_next(event)) {
        cell_words(&table, moment_text(instant_of(json_get(event, "at")), MOMENT_EXACT, text), TINT_NONE);
        cell_text(&table, json_get(event, "event"));
        add_lag(&table, event);
        add_attributes(&table, json_get(event, "line"));
    }
    table_end(&table);
    table_fini(&table);
    buf_fini(&name);
}

/* Translators from within: what a source has told, and that no bytes upset them. What maps mean:
 * tests/test_inputs.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "slad/base/buf.h"
#include "slad/model/mapping.h"
#include "slad/wire/line.h"
#include "slad/wire/translate.h"

static const char *const contacts[] = {"id", "ticket.id"};
static const struct map_event events[] = {
    {.name = "opened", .at = "opened"}, {.name = "closed", .at = "closed"}};
static const struct map_attr attrs[] = {
    {"n", "n", MAP_AS_NUMBER}, {"b", "b", MAP_AS_BOOLEAN}, {"t", "t", MAP_AS_TIME}};
static const struct time_form iso[] = {{TIME_ISO, NULL}};
static const struct mapping mapping = {.contacts = contacts,
    .contact_count = 1,
    .events = events,
    .event_count = 2,
    .attrs = attrs,
    .attr_count = 3,
    .keeps_others = true,
    .times = iso,
    .time_count = 1};
static const struct format csv = {FORMAT_CSV, .map = &mapping};
static const struct format json = {FORMAT_JSONL, .map = &mapping};
static const struct format cloudevents = {FORMAT_CLOUDEVENTS};

/* How many events. */
static size_t good(struct translator *translator, const char *record) {
    struct translation out;
    struct err err = {0};
    if (translate(translator, span_of(record), &out, &err)) fail_msg("%s: %s", record, err.text);
    return out.count;
}

static void bad(struct translator *translator, const char *record, const char *says) {
    struct translation out;
    struct err err = {0};
    assert_int_not_equal(translate(translator, span_of(record), &out, &err), 0);
    if (!strstr(err.text, says)) fail_msg("%s: %s", record, err.text);
}

#define HEADER "id,opened,closed,n,b,t"
#define ROW "7,2026-03-02T08:00:00Z,2026-03-02T09:00:00Z,1,yes,2026-03-02T09:00:00Z"

static void event_lines_need_no_translator(void **state) {
    (void)state;
    assert_null(translator_new(&(struct format){FORMAT_JSONL}, NULL));
    translator_free(NULL);
    translator_begin(NULL);
    assert_false(translator_needs_head(NULL));
}

static void a_file_is_begun_anew(void **state) {
    (void)state;
    struct translator *translator = translator_new(&csv, NULL);
    assert_true(translator_needs_head(translator));
    assert_int_equal(good(translator, "\xEF\xBB\xBF" HEADER), 0);
    assert_false(translator_needs_head(translator));
    assert_int_equal(good(translator, ROW), 2);
    assert_int_equal(good(translator, HEADER), 0);
    translator_begin(translator);
    assert_true(translator_needs_head(translator));
    bad(translator, ROW, "no column \"id\"");
    bad(translator, ROW, "no column \"id\"");
    translator_begin(translator);
    assert_int_equal(good(translator, "\xEF\xBB\xBF" HEADER), 0);
    assert_int_equal(good(translator, ROW), 2);
    translator_free(translator);
}

static void columns_that_are_configured(void **state) {
    (void)state;
    static const char *const columns[] = {"id", "opened", "closed", "n", "b", "t"};
    struct format format = csv;
    format.csv = (struct csv_dialect){.headless = true, .columns = columns, .column_count = 6};
    struct translator *translator = translator_new(&format, NULL);
    for (int i = 0; i < 2; i++) {
        assert_false(translator_needs_head(translator));
        assert_int_equal(good(translator, ROW), 2);
        translator_begin(translator);
    }
    translator_free(translator);
}

/* Records as they should be, which are then spoilt. */
static const struct {
    const struct format *format;
    const char *first, *record;
} samples[] = {
    {&csv, HEADER ",x,y", ROW ",\"a \"\"b\"\"\n\",\xC3\xA9"},
    {&json, "",
        "{\"id\":7,\"opened\":1772438400,\"closed\":null,\"n\":\"1.5\",\"b\":\"no\",\"t\":\"2026-03-02T09:00:"
        "00Z\","
        "\"x\":\"\\u00e9\\n\\ud83d\\ude00\",\"ticket\":{\"id\":\"a\",\"deep\":[{\"a\":1}]}}"},
    {&cloudevents, "",
        "{\"specversion\":\"1.0\",\"type\":\"a\",\"source\":\"/b\",\"id\":\"c\",\"subject\":\"d\","
        "\"time\":\"2026-03-02T08:00:00Z\",\"ext\":1,\"data\":{\"x\":\"\\\"y\",\"z\":[1],\"w\":{\"v\":true}}"
        "}"},
};

/* Whatever it gives is an event line. */
static void feed(struct translator *translator, struct line_reader *reader, struct span record) {
    struct translation out;
    struct err err;
    char *exact = malloc(record.n + 1); /* so that a byte too many is found out */
    memcpy(exact, record.p, record.n);
    exact = realloc(exact, record.n ? record.n : 1);
    if (translate(translator, (struct span){exact, record.n}, &out, &err) == 0)
        for (size_t i = 0; i < out.count; i++) {
            struct event event;
            enum line_kind kind;
            assert_int_equal(line_read(reader, out.lines[i], &kind, &event, &err), 0);
            assert_int_equal(kind, LINE_EVENT);
        }
    free(exact);
}

static void no_bytes_upset_them(void **state) {
    (void)state;
    static const char spoilers[] = "\"\\,;{}[]:\0\n\r\x80\xC3\xFF\xEF 0e-x";
    struct line_reader *reader = line_reader_new();
    for (size_t s = 0; s < sizeof samples / sizeof *samples; s++) {
        struct translator *translator = translator_new(samples[s].format, NULL);
        struct buf text = {0};
        size_t size = strlen(samples[s].record);
        for (size_t cut = 0; cut <= size; cut++) {
            translator_begin(translator);
            if (*samples[s].first) (void)good(translator, samples[s].first);
            feed(translator, reader, (struct span){samples[s].record, cut});
            for (size_t k = 0; cut < size && k < sizeof spoilers; k++) {
                buf_clear(&text);
                buf_add_text(&text, samples[s].record);
                text.data[cut] = spoilers[k];
                feed(translator, reader, buf_span(&text));
                translator_begin(translator);
                feed(translator, reader, buf_span(&text)); /* as a header, too */
                feed(translator, reader, buf_span(&text));
                translator_begin(translator);
                if (*samples[s].first) (void)good(translator, samples[s].first);
            }
        }
        assert_int_equal(good(translator, samples[s].record) > 0, true);
        buf_fini(&text);
        translator_free(translator);
    }
    line_reader_free(reader);
}

static void the_longest_records(void **state) {
    (void)state;
    struct translator *translator = translator_new(&csv, NULL);
    struct buf text = {0};
    for (size_t i = 0; i < 65536; i++) buf_add_char(&text, ',');
    bad(translator, text.data, "more than 1000 columns");
    buf_add_char(&text, ',');
    bad(translator, text.data, "longer than 64 KiB");
    translator_free(translator);
    buf_fini(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(event_lines_need_no_translator),
        cmocka_unit_test(a_file_is_begun_anew),
        cmocka_unit_test(columns_that_are_configured),
        cmocka_unit_test(no_bytes_upset_them),
        cmocka_unit_test(the_longest_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

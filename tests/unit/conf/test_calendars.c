/* Hours as they are written become the hours in which a clock runs. */
#include "folder.h"

#include "slad/model/instant.h"

static struct config *load_calendar(const char *spec) {
    struct buf text = {0};
    buf_printf(&text, "calendars:\n  c: {%s}\n", spec);
    struct config *config = folder_load_text(buf_text(&text));
    buf_fini(&text);
    return config;
}

static int64_t at(const char *text) {
    int64_t ms;
    struct err err;
    assert_int_equal(instant_parse(span_of(text), &ms, &err), 0);
    return ms;
}

static bool is_open(const struct config *config, const char *text) {
    return calendar_is_open(config->rules.calendars[0], at(text));
}

static void days_lists_and_ranges(void **state) {
    (void)state;
    struct config *config =
        load_calendar("hours: {fri-mon: [\"09:00-12:00\", \"13:00-17:30\"], \"tue, wed\": 22:00-6:00}");
    assert_true(is_open(config, "2026-03-06T09:00:00Z")); /* Friday */
    assert_false(is_open(config, "2026-03-06T12:00:00Z"));
    assert_true(is_open(config, "2026-03-08T13:00:00Z")); /* Sunday */
    assert_true(is_open(config, "2026-03-09T17:29:59Z")); /* Monday */
    assert_true(is_open(config, "2026-03-10T22:00:00Z")); /* Tuesday */
    assert_true(is_open(config, "2026-03-12T05:59:59Z")); /* Thursday: from the day before */
    assert_false(is_open(config, "2026-03-12T22:00:00Z"));
    config_free(config);
}

static void zones_and_whole_days(void **state) {
    (void)state;
    struct config *config = folder_load_text("timezone: Europe/Riga\n"
                                             "calendars:\n  c: {hours: {sat: 00:00-24:00, sun: []}}\n  d: "
                                             "{timezone: UTC, hours: {sat: 00:00-24:00}}\n");
    assert_true(is_open(config, "2026-03-06T22:00:00Z"));
    assert_false(calendar_is_open(config->rules.calendars[1], at("2026-03-06T22:00:00Z")));
    assert_string_equal(calendar_name(config->rules.calendars[1]), "d");
    assert_int_equal(config->rules.zone_count, 2);
    config_free(config);
}

static void holidays(void **state) {
    (void)state;
    struct config *config = load_calendar("hours: {mon-sun: \"09:00-17:00\"}, "
                                          "holidays: [2026-12-25, \"2026-12-26\", {date: 2026-12-24, hours: "
                                          "\"09:00-13:00\"}, {date: 2026-12-27}]");
    assert_true(is_open(config, "2026-12-23T14:00:00Z"));
    assert_true(is_open(config, "2026-12-24T12:00:00Z"));
    assert_false(is_open(config, "2026-12-24T14:00:00Z"));
    assert_false(is_open(config, "2026-12-25T12:00:00Z"));
    assert_false(is_open(config, "2026-12-26T12:00:00Z"));
    assert_false(is_open(config, "2026-12-27T12:00:00Z"));
    config_free(config);
    config = load_calendar("hours: {mon: \"09:00-17:00\"}, holidays: ");
    assert_int_equal(config->rules.calendar_count, 1);
    config_free(config);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_lists_and_ranges),
        cmocka_unit_test(zones_and_whole_days),
        cmocka_unit_test(holidays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

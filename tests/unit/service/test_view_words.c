#include "running.h"

#include "service/view_words.h"

static void durations(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "0 s"}, {1, "0.001 s"}, {1000, "1 s"}, {60000, "1 min"}, {61250, "1 min 1.25 s"},
        {3600000, "1 h"}, {3600500, "1 h 0.5 s"}, {360060000, "100 h 1 min"}, {-5, "0 s"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        words_duration(&out, cases[i].ms);
        assert_string_equal(buf_text(&out), cases[i].text);
        buf_fini(&out);
    }
}

static void limits_have_days_round_the_clock(void **state) {
    (void)state;
    struct buf out = {0};
    struct zone *zone;
    struct err err;
    assert_int_equal(zone_load("UTC", &zone, &err), 0);
    struct calendar *never = calendar_new("never", &(struct calendar_spec){.zone = zone});
    words_limit(&out, 3 * INT64_C(86400000), NULL);
    buf_add_char(&out, ',');
    words_limit(&out, 2 * INT64_C(86400000), never);
    buf_add_char(&out, ',');
    words_limit(&out, 90000000, NULL);
    assert_string_equal(buf_text(&out), "3 d,48 h,25 h");
    calendar_free(never);
    zone_free(zone);
    buf_fini(&out);
}

static void instants_name_the_date_when_it_changes(void **state) {
    (void)state;
    struct buf out = {0};
    struct zone *zone;
    struct err err;
    assert_int_equal(zone_load("America/New_York", &zone, &err), 0);
    struct words words = words_in(zone, &out);
    const char *const at[] = {"1970-01-01T00:00:00Z", "2026-03-02T04:59:59.999Z", "2026-03-02T04:00:00Z",
        "2026-03-02T05:00:00Z", "2026-03-03T04:59:00Z"};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        words_instant(&words, running_instant(at[i]));
        buf_add_char(&out, '|');
    }
    assert_string_equal(buf_text(&out),
        "19:00:00 on 31 December 1969|23:59:59.999 on 1 March 2026|23:00:00|00:00:00 on 2 "
        "March 2026|23:59:00|");
    zone_free(zone);
    buf_fini(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations),
        cmocka_unit_test(limits_have_days_round_the_clock),
        cmocka_unit_test(instants_name_the_date_when_it_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

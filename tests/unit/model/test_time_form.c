#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "slad/model/instant.h"
#include "slad/model/time_form.h"

static struct zone *boston;

static int load_zone(void **state) {
    struct err err;
    (void)state;
    return zone_load("America/New_York", &boston, &err);
}

static int free_zone(void **state) {
    (void)state;
    zone_free(boston);
    return 0;
}

/* form, text, the instant in UTC; "" where it is refused with `says` */
static const struct {
    const char *form, *text, *at, *says;
} table[] = {
    {"%Y-%m-%d %H:%M:%S", "2022-01-21 13:47:00", "2022-01-21T18:47:00.000Z", NULL},
    {"%Y-%m-%d %H:%M:%S", "  2022-01-21   13:47:00 ", "2022-01-21T18:47:00.000Z", NULL},
    {"%Y-%m-%d %H:%M:%S", "2022-07-21 13:47:00", "2022-07-21T17:47:00.000Z", NULL},
    /* twice: the first; skipped: the jump */
    {"%F %T", "2022-11-06 01:30:00", "2022-11-06T05:30:00.000Z", NULL},
    {"%F %R", "2022-03-13 02:30", "2022-03-13T07:00:00.000Z", NULL},
    {"%m/%d/%Y %I:%M %p", "1/5/2022 12:07 am", "2022-01-05T05:07:00.000Z", NULL},
    {"%m/%d/%Y %I:%M %p", "1/5/2022 12:07 PM", "2022-01-05T17:07:00.000Z", NULL},
    {"%d %b %y", "5 February 68", "2068-02-05T05:00:00.000Z", NULL},
    {"%a %b %e %H:%M:%S %Y", "Wed Feb  2 09:00:00 2022", "2022-02-02T14:00:00.000Z", NULL},
    {"%Y%m%d%H%M%S", "20220121134700", "2022-01-21T18:47:00.000Z", NULL},
    {"%F %T.%f", "2022-01-21 13:47:00.0005", "2022-01-21T18:47:00.001Z", NULL},
    {"%F %T %z", "2022-01-21 13:47:00 +0530", "2022-01-21T08:17:00.000Z", NULL},
    {"%F %T%z", "2022-01-21 13:47:00Z", "2022-01-21T13:47:00.000Z", NULL},
    {"%F at %R (100 %%)", "2022-01-21 at 13:47 (100 %)", "2022-01-21T18:47:00.000Z", NULL},
    {"iso", "2022-01-21T13:47:00+02:00", "2022-01-21T11:47:00.000Z", NULL},
    {"iso", "2022-01-21T13:47:00.250+0200", "2022-01-21T11:47:00.250Z", NULL},
    {"iso", "2022-01-21 13:47:00 +02:00", "2022-01-21T11:47:00.000Z", NULL},
    {"iso", "2022-01-21T13:47:00.25", "2022-01-21T18:47:00.250Z", NULL},
    {"iso", "2022-01-21 13:47", "2022-01-21T18:47:00.000Z", NULL},
    {"iso", "2022-01-21", "2022-01-21T05:00:00.000Z", NULL},
    {"epoch", "1642790820", "2022-01-21T18:47:00.000Z", NULL},
    {"epoch", "1642790820.0005", "2022-01-21T18:47:00.001Z", NULL},
    {"epoch_ms", "1642790820250", "2022-01-21T18:47:00.250Z", NULL},
    {"%F %T", "2022-02-30 10:00:00", "", "there is no such date"},
    {"%F %T", "2022-02-03 24:00:00", "", "there is no such date or time of day"},
    {"%F %I %p", "2022-02-03 13 PM", "", "there is no such"},
    {"%F", "2022-02-03 10:00", "", "a time as \"%F\" was expected"},
    {"%F", "", "", "a time as"},
    {"%F %T", "2022-02-03 10:00", "", "a time as"},
    {"%F %a", "2022-02-03 Fre", "", "a time as"},
    {"%F %z", "2022-02-03 +25:00", "", "a time as"},
    {"%F", "1969-12-31", "", "outside 1970 to 9999"},
    {"iso", "21.01.2022", "", "a time such as 2026-03-02T09:00:00 was expected"},
    {"epoch", "now", "", "seconds since 1970 were expected"},
    {"epoch", "-1", "", "outside 1970 to 9999"},
    {"epoch_ms", "999999999999999999", "", "outside 1970 to 9999"},
};

static void forms_and_texts(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct time_form form;
        struct err err = {0};
        struct value value = value_text(span_of(table[i].text));
        int64_t at = -1;
        char text[INSTANT_TEXT_MAX];
        print_message("%s as %s\n", table[i].text, table[i].form);
        assert_int_equal(time_form_parse(table[i].form, &form, &err), 0);
        int code = time_form_read(&form, 1, boston, &value, &at, &err);
        assert_int_equal(code, table[i].says ? ERR_INVALID : 0);
        if (table[i].says)
            assert_non_null(strstr(err.text, table[i].says));
        else
            assert_string_equal(instant_text(at, text), table[i].at);
    }
}

static void numbers_of_json(void **state) {
    (void)state;
    static const struct time_form iso = {TIME_ISO, NULL}, seconds = {TIME_EPOCH, NULL},
                                  ms = {TIME_EPOCH_MS, NULL};
    static const struct time_form day = {TIME_PATTERN, "%Y%m%d"};
    struct err err;
    int64_t at;
    struct value number = value_number(1642790820);
    assert_int_equal(time_form_read(&iso, 1, NULL, &number, &at, &err), 0);
    assert_int_equal(at, 1642790820000);
    assert_int_equal(time_form_read(&seconds, 1, NULL, &number, &at, &err), 0);
    assert_int_equal(at, 1642790820000);
    assert_int_equal(time_form_read(&ms, 1, NULL, &number, &at, &err), 0);
    assert_int_equal(at, 1642790820);
    number = value_number(20220121);
    assert_int_equal(time_form_read(&day, 1, boston, &number, &at, &err), 0);
    assert_int_equal(at, 1642741200000);
    number = value_bool(true);
    assert_int_equal(time_form_read(&iso, 1, NULL, &number, &at, &err), ERR_INVALID);
}

static void without_a_zone_an_offset_is_needed(void **state) {
    (void)state;
    static const struct time_form forms[] = {{TIME_PATTERN, "%d.%m.%Y"}, {TIME_ISO, NULL}};
    struct err err;
    int64_t at;
    struct value text = value_text(SPAN("2022-01-21 13:47"));
    assert_int_equal(time_form_read(&forms[1], 1, NULL, &text, &at, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, "no offset"));
    assert_int_equal(time_form_read(forms, 2, boston, &text, &at, &err), 0);
    text = value_text(SPAN("x"));
    assert_int_equal(time_form_read(forms, 2, boston, &text, &at, &err), ERR_INVALID);
    assert_non_null(strstr(err.text, "one of the 2 forms"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_and_texts),
        cmocka_unit_test(numbers_of_json),
        cmocka_unit_test(without_a_zone_an_offset_is_needed),
    };
    return cmocka_run_group_tests(tests, load_zone, free_zone);
}

/* Every wrong configuration is refused at the right place, with words that help. */
#include "folder.h"

struct wrong {
    const char *text;
    int line, column;
    const char *says;
    size_t errors; /* in all; 0 stands for 1 */
};

#define S "standards:\n  calls: {start: offered, stop: answered, "
#define V "standards:\n  score: {when: scored, value: csat, "
#define C "calendars:\n  office: "

static const struct wrong table[] = {
    /* keys and kinds */
    {"standards:\n  calls:\n    start: a\n    stop: b\n    witin: 2m\n", 5, 5,
        "unknown key \"witin\" in standard \"calls\": did you mean \"within\"?"},
    {"standrads: {}\n", 1, 1, "unknown key \"standrads\" in the configuration: did you mean \"standards\"?"},
    {"xyzzy: 1\n", 1, 1, "unknown key \"xyzzy\" in the configuration: known are database, listen"},
    {"- a\n- b\n", 1, 1, "a list instead of the keys of the configuration"},
    {"hello\n", 1, 1, "\"hello\" instead of the keys"},
    {"standards: [a]\n", 1, 12, "a list instead of a map of names to standards"},
    {"standards: yes\n", 1, 12, "\"yes\" instead of a map"},
    {"standards:\n  calls: 5\n", 2, 10, "\"5\" instead of the keys of standard \"calls\""},
    {"standards:\n  calls:\n", 2, 9, "nothing instead of the keys of standard \"calls\""},
    {"standards:\n  5: {start: a, stop: b}\n", 2, 3,
        "\"5\" (a number) is not the name of a standard: if it is meant, quote it"},
    {"standards:\n  true: {start: a, stop: b}\n", 2, 3, "(a truth value)"},
    {"standards:\n  \"\": {start: a, stop: b}\n", 2, 3, "an empty text is not the name of a standard"},
    {"standards:\n  \"a\\nb\": {start: a, stop: b}\n", 2, 3,
        "\"a\\x0ab\" is not the name of a standard: it holds a control character"},
    {S "repeat: yes}\n", 2, 51, "\"yes\" is not an answer to \"repeat\": write true or false"},
    {S "repeat: \"true\"}\n", 2, 51, "(a text)"},
    {S "describe: 5}\n", 2, 53, "\"5\" (a number) is not a description"},
    {S "describe: [a]}\n", 2, 53, "a list is not a description"},
    /* which keys go together */
    {"standards:\n  calls: {within: 2m}\n", 2, 3,
        "needs \"start\" with \"stop\" or \"fail\", or \"when\" with \"value\""},
    {"standards:\n  calls: {start: a, within: 2m}\n", 2, 3,
        "has a \"start\" and needs a \"stop\" or a \"fail\""},
    {"standards:\n  calls: {start: a, fail: b, reopen: c}\n", 2, 38,
        "\"reopen\" in standard \"calls\" needs a \"stop\""},
    {"standards:\n  calls: {start: a, fail: b, abandon: {event: c}}\n", 2, 39,
        "\"abandon\" in standard \"calls\" needs a \"stop\""},
    {S "within: 2m, due: promised}\n", 2, 60, "\"due\" and \"within\" exclude one another"},
    {S "value: csat}\n", 2, 50, "\"value\" has no meaning in standard \"calls\", which runs a clock"},
    {S "at_least: 4}\n", 2, 53, "\"at_least\" has no meaning"},
    {V "within: 2m}\n", 2, 46, "\"within\" has no meaning in standard \"score\", which measures a value"},
    {V "calendar: always}\n", 2, 48, "\"calendar\" has no meaning"},
    {"standards:\n  score: {when: scored}\n", 2, 3, "has a \"when\" and needs a \"value\""},
    {"standards:\n  score: {value: csat}\n", 2, 3, "has a \"value\" and needs a \"when\""},
    /* names of events */
    {"standards:\n  calls: {start: true, stop: b}\n", 2, 18,
        "\"true\" (a truth value) is not the name of an event: if it is meant, quote it: \"true\""},
    {"standards:\n  calls: {start: 5, stop: b}\n", 2, 18, "\"5\" (a number) is not the name of an event"},
    {"standards:\n  calls: {start: , stop: b}\n", 2, 18, "nothing is not the name of an event"},
    {"standards:\n  calls: {start: [], stop: b}\n", 2, 18, "an empty list names no event"},
    {"standards:\n  calls: {start: [[a]], stop: b}\n", 2, 19, "a list in a list of events"},
    {"standards:\n  calls: {start: {author: x}, stop: b}\n", 2, 18, "an event without its name"},
    {"standards:\n  calls: {start: {event: 0x1F}, stop: b}\n", 2, 26, "\"0x1F\" (a number)"},
    {"standards:\n  calls: {start: {event: a, at: b}, stop: b}\n", 2, 29, "\"at\" is no attribute"},
    /* matches and patterns */
    {S "match: phone}\n", 2, 50, "\"phone\" is not a match: it needs a map"},
    {S "match: []}\n", 2, 50, "an empty list never holds"},
    {S "match: {event: a}}\n", 2, 51, "\"event\" is no attribute"},
    {S "match: {id: a}}\n", 2, 51, "\"id\" is no attribute"},
    {S "match: {5: a}}\n", 2, 51, "\"5\" (a number) is not the name of an attribute"},
    {S "match: {channel: ~}}\n", 2, 60, "an attribute that must be absent is {exists: false}"},
    {S "match: {channel: }}\n", 2, 60, "nothing as a pattern"},
    {S "match: {channel: []}}\n", 2, 60, "an empty list fits nothing"},
    {S "match: {channel: {}}}\n", 2, 60, "an empty map asks for nothing"},
    {S "match: {channel: {nto: a}}}\n", 2, 61, "unknown key \"nto\" in a pattern: did you mean \"not\"?"},
    {S "match: {channel: {in: [a]}}}\n", 2, 61,
        "unknown key \"in\" in a pattern: known are not, exists, glob, at_least or at_most"},
    {S "match: {channel: {exists: yes}}}\n", 2, 69, "write true or false"},
    {S "match: {channel: {glob: 5}}}\n", 2, 67, "\"5\" is not a glob"},
    {S "match: {n: {at_least: \"3\"}}}\n", 2, 65,
        "\"3\" (a text) is not a bound: a number is needed, without quotes"},
    {S "match: {n: {at_most: true}}}\n", 2, 64, "(a truth value) is not a bound"},
    {S "match: {n: 1e999}}\n", 2, 54, "beyond the range of a double"},
    {S "paused_while: [{status: {glob: [a]}}]}\n", 2, 74, "a list is not a glob"},
    /* limits */
    {S "within: 2}\n", 2, 51, "\"2\" is not a duration: a unit is missing, write 2m, 2s"},
    {S "within: 2 minutes}\n", 2, 51, "\"2 minutes\" is not a duration"},
    {S "within: -5s}\n", 2, 51, "\"-5s\" is not a duration"},
    {S "within: }\n", 2, 51, "nothing is not a duration"},
    {S "within: []}\n", 2, 51, "an empty list sets no limit"},
    {S "within: {limit: 2m}}\n", 2, 51, "a map is not a limit"},
    {S "within: [2m]}\n", 2, 52, "\"2m\" instead of the keys of a rule of \"within\""},
    {S "within: [{match: {a: b}}]}\n", 2, 52, "a rule of \"within\" without its \"limit\""},
    {S "within: [{limit: 2m, calender: always}]}\n", 2, 64,
        "unknown key \"calender\" in a rule of \"within\": did you mean \"calendar\"?"},
    {S "calendar: ofice}\n" C "{hours: {mon: \"09:00-10:00\"}}\n", 2, 53,
        "unknown calendar \"ofice\": did you mean \"office\"?"},
    {S "calendar: night}\n", 2, 53, "unknown calendar \"night\": no `calendars` defines it"},
    {S "within: [{limit: 1h, calendar: alway}]}\n", 2, 74, "did you mean \"always\"?"},
    {S "due: 5}\n", 2, 48, "\"5\" (a number) is not the name of an attribute"},
    /* abandon */
    {S "abandon: abandoned}\n", 2, 52, "\"abandoned\" instead of the keys of \"abandon\""},
    {S "abandon: {short: 5s}}\n", 2, 52, "\"abandon\" without its \"event\""},
    {S "abandon: {event: x, short: 5}}\n", 2, 70, "a unit is missing"},
    {S "abandon: {event: x, formula: offerd}}\n", 2, 72,
        "\"offerd\" is not a formula: did you mean \"offered\"?"},
    {S "abandon: {event: x, formula: sum}}\n", 2, 72,
        "write answered, abandons-met, offered, late-abandons, short-met or less-short"},
    {S "abandon: {event: x, after_limit: met}}\n", 2, 76, "\"met\" cannot follow a limit that ran out"},
    {S "abandon: {event: x, before_limit: mised}}\n", 2, 77,
        "\"mised\" is not an outcome: did you mean \"missed\"?"},
    /* subjects and groups */
    {S "by: [queue, queue]}\n", 2, 55, "attribute \"queue\" is given twice"},
    {S "by: event}\n", 2, 47, "\"event\" is no attribute"},
    {S "per: []}\n", 2, 48, "an empty list names no subject"},
    {S "per: {a: b}}\n", 2, 48, "a map is not the name of an attribute"},
    {S "by: [a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q]}\n", 2, 47, "17 attributes: at most 16"},
    /* figures */
    {S "target: 90}\n", 2, 51, "\"90\" is not a target: write 90% or STAT OP NUMBER, such as \"p90 <= 30s\""},
    {S "target: 101%}\n", 2, 51, "from 0% to 100%"},
    {S "target: p90}\n", 2, 51, "\"p90\" is not a target"},
    {S "target: p101 <= 5s}\n", 2, 51, "a percentile is from p0 to p100"},
    {S "target: p90 <= 30}\n", 2, 51, "a duration is needed here: a unit is missing"},
    {S "target: avg <= 30s}\n", 2, 51, "unknown statistic \"avg\": known are attainment, missed"},
    {S "target: maen <= 30s}\n", 2, 51, "unknown statistic \"maen\": did you mean \"mean\"?"},
    {S "target: mean => 30s}\n", 2, 51, "unknown operator \"=>\": write >=, <=, > or <"},
    {S "target: attainment >= 0.9}\n", 2, 51, "attainment needs a percentage"},
    {S "target: missed <= 1.5}\n", 2, 51, "missed needs a whole number"},
    {S "target: [90%, attainment >= 90%]}\n", 2, 57, "target \"attainment >= 90%\" is given twice"},
    {V "target: mean >= 30s}\n", 2, 46, "a value standard needs a number here"},
    {S "window: 30}\n", 2, 51, "a unit is missing"},
    {S "window: 0s}\n", 2, 51, "\"0s\" is too short"},
    {S "window: monht}\n", 2, 51, "\"monht\" is not a window: did you mean \"month\"?"},
    {S "min_count: 0}\n", 2, 54, "\"0\" is not a count: a whole number of at least 1"},
    {S "min_count: 1.5}\n", 2, 54, "a whole number"},
    {S "percentiles: 95}\n", 2, 56, "\"95\" is not a list of percentiles"},
    {S "percentiles: [50, 101]}\n", 2, 61, "\"101\" is not a percentile"},
    {S "percentiles: [50, 50.0]}\n", 2, 61, "percentile \"50.0\" is given twice"},
    {S "percentiles: [p50]}\n", 2, 57, "\"p50\" is not a percentile"},
    {S "timezone: Europe/Rige}\n", 2, 53, "did you mean \"Europe/Riga\"?"},
    {V "at_least: good}\n", 2, 48, "\"good\" is not a bound: a number is needed"},
    /* calendars */
    {"calendars: {always: {hours: {mon: \"09:00-10:00\"}}}\n", 1, 13, "calendar \"always\" is built in"},
    {C "{}\n", 2, 3, "calendar \"office\" is never open"},
    {C "{hors: {mon: \"09:00-10:00\"}}\n", 2, 12,
        "unknown key \"hors\" in calendar \"office\": did you mean \"hours\"?"},
    {C "{hours: \"09:00-10:00\"}\n", 2, 19, "is not a map of days to hours"},
    {C "{hours: {mon-fir: \"09:00-10:00\"}}\n", 2, 20,
        "unknown day \"fir\" in `hours`: did you mean \"fri\"?"},
    {C "{hours: {weekdays: \"09:00-10:00\"}}\n", 2, 20, "known are mon, tue"},
    {C "{hours: {mon: 9-17}}\n", 2, 25, "\"9-17\" is not a span of hours"},
    {C "{hours: {mon: \"09:00-24:30\"}}\n", 2, 25, "is not a span of hours"},
    {C "{hours: {mon: \"09:60-10:00\"}}\n", 2, 25, "is not a span of hours"},
    {C "{hours: {mon: \"09:00-09:00\"}}\n", 2, 25,
        "a span from a time to itself: a whole day is \"00:00-24:00\""},
    {C "{hours: {mon: \"24:00-06:00\"}}\n", 2, 25, "24:00 can only end a day"},
    {C "{hours: {mon: }}\n", 2, 25, "a closed day is []"},
    {C "{hours: {mon: \"09:00-10:00\"}, holidays: 2026-12-25}\n", 2, 51, "is not a list of dates"},
    {C "{hours: {mon: \"09:00-10:00\"}, holidays: [2026-02-30]}\n", 2, 52, "\"2026-02-30\" is not a date"},
    {C "{hours: {mon: \"09:00-10:00\"}, holidays: [{hours: []}]}\n", 2, 52, "a holiday without its \"date\""},
    {C "{hours: {mon: \"09:00-10:00\"}, timezone: Mars/Base}\n", 2, 51, "Mars/Base"},
    /* settings */
    {"timezone: europe/riga\n", 1, 11, "did you mean \"Europe/Riga\"?"},
    {"timezone: 5\n", 1, 11, "is not a time zone"},
    {"grace: 2\n", 1, 8, "a unit is missing"},
    {"publish: 1ms\n", 1, 10, "\"1ms\" is too short: at least 100ms is needed"},
    {"retain: 35d\n", 1, 9, "\"35d\" instead of the keys of \"retain\": events, figures or breaches"},
    {"retain: {event: 35d}\n", 1, 10, "did you mean \"events\"?"},
    {"database: [a]\n", 1, 11, "a list is not the path of a database"},
    {"listen: [{unix: /s, mode: 0999}]\n", 1, 27, "\"0999\" is not a mode"},
    {"listen: [{http: 8470}]\n", 1, 17, "\"8470\" is not an address with a port"},
    {"listen: [{http: example.org:80}]\n", 1, 17, "write it like 127.0.0.1:8470"},
    {"listen: [{http: 127.0.0.1:65536}]\n", 1, 17, "is not an address"},
    {"listen: [{tcp: 127.0.0.1:80}]\n", 1, 11, "\"tcp\" has no place in an entry of \"listen\""},
    {"listen: [{http: 127.0.0.1:80, mode: 0660}]\n", 1, 37, "\"mode\" is for unix sockets"},
    {"inputs: [{unix: /a, tcp: 127.0.0.1:80}]\n", 1, 10, "needs one of unix, tcp or file"},
    {"inputs: [{format: jsonl}]\n", 1, 10, "needs one of unix, tcp or file"},
    {"inputs: [{file: /a, format: csv}]\n", 1, 29, "\"csv\" is not a format of events: write jsonl"},
    {"inputs: [{unix: /a}, {unix: /a}]\n", 1, 22, "the same place is given twice, first in line 1"},
    {"listen: [{unix: "
     "/123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012"
     "34567890}]\n",
        1, 17, "too long for a socket: at most 95 bytes"},
    {"include: missing.yaml\n", 1, 10, "cannot be read: No such file or directory"},
    {"include: {a: b}\n", 1, 10, "a map is not a file or a pattern of files"},
    /* YAML itself */
    {"grace: 2s\ngrace: 3s\n", 2, 1, "key \"grace\" is given twice, first in line 1"},
    {S "within: 2m, within: 3m}\n", 2, 55, "key \"within\" is given twice"},
    {"standards:\n  calls: {start: a, stop: b}\n  calls: {start: a, stop: b}\n", 3, 3,
        "key \"calls\" is given twice, first in line 2"},
    {"standards: !!map {}\n", 1, 12, "tags have no meaning here"},
    {"grace: !mine 2s\n", 1, 8, "tag \"!mine\""},
    {"standards:\n  a: &a {start: x, stop: y}\n  b: {<<: *a, within: 2m}\n", 3, 7,
        "merge keys (<<) are not supported", 2},
    {"standards: {}\n---\ngrace: 2s\n", 2, 1, "a second document"},
    {"[a]: b\n", 1, 1, "a list as a key"},
    {"grace: *g\n", 1, 8, "alias *g of no anchor before it"},
    {"standards: &s {a: *s}\n", 1, 19, "alias *s of no anchor before it"},
    {"grace: \"2s\\0\"\n", 1, 8, "a NUL character", 2},
    {"standards:\n\tcalls: {}\n", 2, 1, "indent with spaces, not tabs"},
    {"grace: @2s\n", 1, 8, "needs quotes"},
    {S "match: {a: {glob: *b*}}}\n", 2, 61, "a text that begins with * needs quotes"},
    {S "match: {a: {glob: *}}}\n", 2, 61, "a text that begins with * needs quotes"},
    {"describe: a: b\n", 1, 12, "a text with \": \" in it needs quotes"},
    {"a: [1, 2\n", 2, 1, "not YAML"},
    {"%TAG ! tag:example.org,2000:\n---\na: b\n", 1, 1, "%TAG: tags have no meaning here"},
    {"grace: 2s\nb: \xff\n", 2, 4, "not UTF-8"},
    {"# \xc3\xa9\xc3\xa9 \x01\n", 1, 6, "a character that YAML does not allow"},
};

static bool is_said(const struct findings *findings, const struct wrong *wrong) {
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *f = &findings->list[i];
        if (!f->is_warning && f->line == wrong->line && f->column == wrong->column &&
            strstr(f->text, wrong->says))
            return true;
    }
    return false;
}

static void each_error_is_placed_and_worded(void **state) {
    (void)state;
    struct folder folder;
    size_t failures = 0;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct wrong *wrong = &table[i];
        struct findings findings = {0};
        struct buf said = {0};
        folder_write(&folder, "slad.yaml", wrong->text);
        struct config *config = folder_load(&folder, &findings);
        findings_render(&findings, &said);
        if (config || !is_said(&findings, wrong) ||
            findings_errors(&findings) != (wrong->errors ? wrong->errors : 1)) {
            print_error("%s  wants %d:%d %s\n  says %s\n", wrong->text, wrong->line, wrong->column,
                wrong->says, buf_text(&said));
            failures++;
        }
        config_free(config);
        buf_fini(&said);
        findings_fini(&findings);
    }
    folder_remove(&folder);
    assert_int_equal(failures, 0);
}

static void all_errors_are_said_at_once(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    struct buf said = {0};
    char wanted[2048];
    folder_make(&folder);
    folder_write(&folder, "slad.yaml",
        "include: [b.yaml, a.yaml]\ngrace: 2\nstandards:\n  one: {start: a, stop: b, within: 2}\n");
    folder_write(&folder, "a.yaml", "standards:\n  two: {start: a, stop: b, witin: 2m, calendar: ofice}\n");
    folder_write(&folder, "b.yaml", "calendars:\n  office: {hours: {mon: \"9-10\"}}\n");
    assert_null(folder_load(&folder, &findings));
    findings_render(&findings, &said);
    const char *at = folder.path;
    snprintf(wanted, sizeof wanted,
        "%s/slad.yaml:2:8: error: \"2\" is not a duration: a unit is missing, write 2m, 2s …\n"
        "%s/slad.yaml:4:36: error: \"2\" is not a duration: a unit is missing, write 2m, 2s …\n"
        "%s/b.yaml:2:25: error: \"9-10\" is not a span of hours: write it like \"09:00-17:30\"\n"
        "%s/a.yaml:2:28: error: unknown key \"witin\" in standard \"two\": did you mean \"within\"?\n"
        "%s/a.yaml:2:49: error: unknown calendar \"ofice\": did you mean \"office\"?\n",
        at, at, at, at, at);
    assert_string_equal(buf_text(&said), wanted);
    buf_fini(&said);
    findings_fini(&findings);
    folder_remove(&folder);
}

/* A calendar that may stand in a file that cannot be parsed is not also called unknown. */
static void a_broken_file_makes_no_other_errors(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    folder_make(&folder);
    folder_write(
        &folder, "slad.yaml", "include: a.yaml\nstandards:\n  one: {start: a, stop: b, calendar: office}\n");
    folder_write(&folder, "a.yaml", "calendars: [\n");
    assert_null(folder_load(&folder, &findings));
    assert_int_equal(findings.count, 1);
    assert_string_equal(findings.list[0].file, folder_at(&folder, "a.yaml"));
    findings_fini(&findings);
    folder_remove(&folder);
}

static void an_error_in_an_aliased_value_is_said_once(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    folder_make(&folder);
    folder_write(&folder, "slad.yaml",
        "standards:\n  one: {start: a, stop: b, match: &m {q: {nto: 1}}}\n  two: {start: a, stop: b, match: "
        "*m}\n");
    assert_null(folder_load(&folder, &findings));
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings_errors(&findings), 1);
    findings_fini(&findings);
    folder_remove(&folder);
}

static void warnings_do_not_refuse(void **state) {
    (void)state;
    static const char *const texts[] = {
        S "pause: held}\n",
        S "within: [{limit: 1h}, {match: {a: b}, limit: 2h}]}\n",
        V "at_least: 4, at_most: 2}\n",
    };
    struct folder folder;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct findings findings = {0};
        folder_write(&folder, "slad.yaml", texts[i]);
        struct config *config = folder_load(&folder, &findings);
        assert_non_null(config);
        assert_int_equal(findings.count, 1);
        assert_true(findings.list[0].is_warning);
        assert_int_equal(findings_errors(&findings), 0);
        config_free(config);
        findings_fini(&findings);
    }
    folder_remove(&folder);
}

static void a_missing_or_odd_main_file_is_an_error(void **state) {
    (void)state;
    struct folder folder;
    struct findings findings = {0};
    struct config *config = NULL;
    folder_make(&folder);
    assert_int_equal(config_load(folder_at(&folder, "none.yaml"), &config, &findings), ERR_INVALID);
    assert_int_equal(config_load(folder.path, &config, &findings), ERR_INVALID);
    assert_null(config);
    assert_int_equal(findings.count, 2);
    assert_string_equal(findings.list[0].text, "cannot be read: No such file or directory");
    assert_int_equal(findings.list[0].line, 0);
    assert_string_equal(findings.list[1].text, "cannot be read: Is a directory");
    findings_fini(&findings);
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_is_placed_and_worded),
        cmocka_unit_test(all_errors_are_said_at_once),
        cmocka_unit_test(a_broken_file_makes_no_other_errors),
        cmocka_unit_test(an_error_in_an_aliased_value_is_said_once),
        cmocka_unit_test(warnings_do_not_refuse),
        cmocka_unit_test(a_missing_or_odd_main_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

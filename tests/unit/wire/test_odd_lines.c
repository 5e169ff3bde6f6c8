/* Holds line_read() against Python's json under the rules of docs/STANDARDS.md: data/lines.tsv, which
 * make_lines.py writes and describes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "slad/base/buf.h"
#include "slad/wire/line.h"

enum column { VERDICT, AT, CONTACT, EVENT, ID, ATTRS, LINE, COLUMNS };

/* %XX is a byte, %*N* a run of N spaces. Appends a NUL-terminated text in exactly its own memory. */
static void decode(const char *coded, struct buf *out) {
    while (*coded) {
        if (*coded != '%') {
            buf_add_char(out, *coded++);
        } else if (coded[1] == '*') {
            char *after;
            for (long n = strtol(coded + 2, &after, 10); n > 0; n--) buf_add_char(out, ' ');
            coded = after + 1;
        } else if (coded[1] == '\0') {
            coded++; /* an empty text */
        } else {
            const char digits[] = {coded[1], coded[2], '\0'};
            buf_add_char(out, (char)strtol(digits, NULL, 16));
            coded += 3;
        }
    }
}

static bool is_text(struct span got, const char *coded) {
    struct buf want = {0};
    decode(coded, &want);
    bool same = span_eq(got, buf_span(&want));
    buf_fini(&want);
    return same;
}

static bool is_value(const struct value *got, char kind, const char *coded) {
    switch (kind) {
    case 'z': return got->kind == VALUE_NULL;
    case 'b': return got->kind == VALUE_BOOL && got->truth == (*coded == '1');
    case 'n': {
        double want = strtod(coded, NULL);
        return got->kind == VALUE_NUMBER && memcmp(&got->number, &want, sizeof want) == 0;
    }
    default: return got->kind == VALUE_TEXT && is_text(got->text, coded);
    }
}

static bool are_attrs(const struct event *event, char *coded) {
    size_t i = 0;
    for (char *rest = coded, *one; rest && *rest; i++) {
        one = strsep(&rest, "&");
        char *value = strchr(one, '=');
        *value++ = '\0';
        if (i >= event->attr_count) return false;
        if (!is_text(event->attrs[i].name, one) || !is_value(&event->attrs[i].value, value[0], value + 2))
            return false;
    }
    return i == event->attr_count;
}

static const char *event_differs(const struct event *event, char *const want[COLUMNS]) {
    bool has_at = strcmp(want[AT], "-") != 0, has_id = strcmp(want[ID], "-") != 0;
    if (!is_text(event->contact, want[CONTACT])) return "contact";
    if (!is_text(event->name, want[EVENT])) return "event";
    if (event->has_at != has_at || (has_at && event->at_ms != strtoll(want[AT], NULL, 10))) return "at";
    if (event->has_id != has_id || (has_id && !is_text(event->id, want[ID]))) return "id";
    return are_attrs(event, want[ATTRS]) ? NULL : "attributes";
}

/* NULL, or what differs. */
static const char *differs(struct line_reader *reader, char *const want[COLUMNS], struct err *err) {
    static const char *const kinds[] = {
        [LINE_EVENT] = "event", [LINE_HELLO] = "hello", [LINE_BLANK] = "blank"};
    struct buf decoded = {0};
    decode(want[LINE], &decoded);
    char *line = malloc(decoded.size + 1); /* exactly: no byte after the last one belongs to it */
    assert_non_null(line);
    if (decoded.size) memcpy(line + 1, decoded.data, decoded.size);
    struct event event = {0};
    enum line_kind kind;
    int rc = line_read(reader, (struct span){line + 1, decoded.size}, &kind, &event, err);
    const char *difference = strcmp(want[VERDICT], rc < 0 ? "rejected" : kinds[kind]) != 0 ? "verdict"
                             : rc == 0 && kind == LINE_EVENT ? event_differs(&event, want)
                             : rc == 0 && kind == LINE_HELLO && !is_text(event.contact, want[CONTACT])
                                 ? "client"
                                 : NULL;
    free(line);
    buf_fini(&decoded);
    return difference;
}

static void test_as_python(void **state) {
    (void)state;
    FILE *file = fopen(TEST_DATA "/unit/wire/data/lines.tsv", "r");
    assert_non_null(file);
    struct line_reader *reader = line_reader_new();
    char *row = NULL;
    size_t capacity = 0;
    int number = 0, wrong = 0;
    while (getline(&row, &capacity, file) > 0) {
        char *want[COLUMNS], *rest = row;
        row[strcspn(row, "\n")] = '\0';
        for (int i = 0; i < COLUMNS; i++) want[i] = strsep(&rest, "\t");
        assert_non_null(want[LINE]);
        struct err err = {0};
        const char *difference = differs(reader, want, &err);
        number++;
        if (!difference) continue;
        print_error("row %d: %s differs (%s): %.200s\n", number, difference, err.text, want[LINE]);
        wrong++;
    }
    free(row);
    line_reader_free(reader);
    fclose(file);
    assert_true(number > 500);
    assert_int_equal(wrong, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_as_python)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

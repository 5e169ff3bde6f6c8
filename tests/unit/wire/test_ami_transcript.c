#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "slad/base/buf.h"
#include "slad/wire/ami.h"

static const struct format recorded = {.kind = FORMAT_AMI};

/* How many lines of events the text tells, and how many of its lines are refused. */
static void play(const char *text, size_t *told, size_t *refused) {
    struct translator *translator = translator_new(&recorded, NULL);
    *told = *refused = 0;
    for (const char *p = text, *end; (end = strchr(p, '\n')); p = end + 1) {
        struct translation out;
        struct err err = {0};
        if (translate(translator, (struct span){p, (size_t)(end - p)}, &out, &err)) ++*refused;
        *told += out.count;
    }
    translator_free(translator);
}

#define JOIN(second)                                                                                         \
    "Event: QueueCallerJoin\r\nTimestamp: " second ".000000\r\nQueue: q\r\nUniqueid: c" second "\r\n\r\n"

static void test_messages(void **state) {
    size_t told, refused;
    (void)state;
    play("Asterisk Call Manager/11.0.0\r\nResponse: Success\r\n\r\n\r\n" JOIN("10") JOIN("11"), &told,
        &refused);
    assert_int_equal(told, 2);
    assert_int_equal(refused, 0);
    /* One without a time does not take others with it; who left is told by the time of what follows. */
    play("Event: QueueCallerJoin\nQueue: q\nUniqueid: x\n\n" JOIN(
             "10") "Event: QueueCallerLeave\r\nTimestamp: 12.000000\r\nQueue: q\r\nUniqueid: "
                   "c10\r\n\r\n" JOIN("20"),
        &told, &refused);
    assert_int_equal(told, 3);
    assert_int_equal(refused, 1);
}

static void test_endless(void **state) {
    struct buf text = {0};
    size_t told, refused;
    (void)state;
    while (text.size <= AMI_MESSAGE_MAX) buf_add_text(&text, "Event: QueueCallerJoin\n");
    buf_add_text(&text, "\n" JOIN("10"));
    play(buf_text(&text), &told, &refused);
    assert_int_equal(told, 1);
    assert_int_equal(refused, 1);
    buf_fini(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages), cmocka_unit_test(test_endless)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

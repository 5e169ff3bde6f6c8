#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/level_notes.h"

enum { NOTES = 3000 };

static struct level_note note(int64_t known, int64_t value, int sign) {
    return (struct level_note){known, {.at = known / 2, .value = value, .outcome = 1, .has_value = true}, sign};
}

/* Most come nearly in order, some, of late events, before all others. */
static void they_leave_in_order(void **state) {
    (void)state;
    struct level_notes notes = {0};
    int64_t last = 0, left = 0;
    for (int64_t i = 0; i < NOTES; i++) {
        struct level_note coming = note(i % 10 == 3 ? last : last + 5 + i * 7 % 40, i, i % 3 ? 1 : -1);
        level_notes_add(&notes, &coming);
        if (i < 700 || i % 4 == 0) continue;
        const struct level_note *front = level_notes_front(&notes);
        assert_true(front->known >= last);
        last = front->known;
        level_notes_drop_front(&notes);
        left++;
    }
    assert_int_equal(level_notes_count(&notes), NOTES - left);
    while (level_notes_front(&notes)) {
        assert_true(level_notes_front(&notes)->known >= last);
        last = level_notes_front(&notes)->known;
        level_notes_drop_front(&notes);
        left++;
    }
    assert_int_equal(left, NOTES);
    level_notes_fini(&notes);
}

struct sums {
    int64_t known, values;
};

static void add_up(void *arg, const struct level_note *n) {
    struct sums *sums = arg;
    assert_true(n->known >= sums->known); /* the earliest first */
    sums->known = n->known;
    sums->values += n->record.value;
}

static void what_puts_a_record_in_is_taken_out(void **state) {
    (void)state;
    struct level_notes notes = {0};
    struct sums sums = {0};
    for (int64_t i = 0; i < 600; i++) {
        struct level_note in = note(10 * i, i, 1), out = note(10 * i + 1, i, -1);
        level_notes_add(&notes, &out);
        level_notes_add(&notes, &in);
    }
    struct record third = note(30, 3, 1).record, other = note(30, 4, 1).record;
    assert_true(level_notes_remove(&notes, &third));
    assert_false(level_notes_remove(&notes, &third)); /* what is left of it takes it out */
    assert_false(level_notes_remove(&notes, &other));
    level_notes_each(&notes, add_up, &sums);
    assert_int_equal(level_notes_count(&notes), 1199);
    assert_int_equal(sums.values, 600 * 599 - 3);
    level_notes_fini(&notes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_leave_in_order),
        cmocka_unit_test(what_puts_a_record_in_is_taken_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "world.h"

#include "ingest/reading.h"

#include "ingest/follow.h"

/* The first thing done, as a process has one clock. */
static int turn_the_clock(void **state) {
    (void)state;
    (void)world_clock();
    return 0;
}

static void a_file_is_read_as_it_grows(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "a\nb\npart");
    start(&world);
    expect_lines(&world, "a\nb\n");
    assert_int_equal(stored(&world, "log")->offset, 4);
    assert_int_equal(stored(&world, "log")->lines, 2);
    append(&world, "log", "ial\r\nbad\nc\n");
    expect_lines(&world, "a\nb\npartial\nc\n");
    assert_int_equal(stored(&world, "log")->offset, 19);
    assert_true(status_has(&world, "\"offset\":19,\"size\":19,\"lag\":0,\"lag_seconds\":0.0,\"lines\":5,\"error\":null"));
    world_close(&world);
}

static void a_file_may_come_later(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "sub/log", NULL);
    start(&world);
    turns(&world, 3);
    assert_true(status_has(&world, "\"error\":\"there is no such file yet\""));
    assert_int_equal(read_as_of(&world, 1000), 1000);
    assert_int_equal(mkdir(path_of(&world, "sub"), 0755), 0);
    append(&world, "sub/log", "a\n");
    assert_int_equal(read_as_of(&world, 2000), 1000); /* it is there, and not read yet */
    expect_lines(&world, "a\n");
    assert_int_equal(read_as_of(&world, 3000), 3000);
    world_close(&world);
}

static void a_restart_goes_on_where_it_was(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "a\nb\n");
    start(&world);
    expect_lines(&world, "a\nb\n");
    stop(&world);
    append(&world, "log", "c\n");
    start(&world);
    assert_int_equal(read_as_of(&world, 1000), 0); /* nothing is known to be read yet */
    expect_lines(&world, "a\nb\nc\n");
    world_close(&world);
}

static void a_renamed_file_is_read_to_its_end(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "a\n");
    start(&world);
    expect_lines(&world, "a\n");
    uint64_t rotated = counter_values[COUNTER_files_rotated];
    rename_file(&world, "log", "log.1");
    turns(&world, 3);
    append(&world, "log.1", "b\n");
    expect_lines(&world, "a\nb\n");
    append(&world, "log", ""); /* made by the rotation; the writer still has the old one open */
    turns(&world, 3);
    assert_int_equal(read_as_of(&world, 1000), 1000);
    append(&world, "log.1", "c\nlast");
    expect_lines(&world, "a\nb\nc\n");
    append(&world, "log", "d\n");
    assert_int_equal(read_as_of(&world, 2000), 1000);
    expect_lines(&world, "a\nb\nc\nd\n");
    assert_int_equal(read_as_of(&world, 3000), 3000);
    append(&world, "log.1", " one\nlast"); /* its writer has not been told yet */
    expect_lines(&world, "a\nb\nc\nd\nlast one\n");
    time_passes(&world, FOLLOW_LAST_LINE_MS, "log");
    expect_lines(&world, "a\nb\nc\nd\nlast one\nlast\n");
    assert_int_equal(counter_values[COUNTER_files_rotated], rotated + 1);
    assert_int_equal(stored(&world, "log")->offset, 2);
    assert_int_equal(stored(&world, "log")->lines, 1);
    assert_true(status_has(&world, "\"old\":true"));
    time_passes(&world, FOLLOW_OLD_MS, "log");
    assert_false(status_has(&world, "\"old\":true"));
    assert_int_equal(stored_count(&world), 2);
    world_close(&world);
}

static void a_file_renamed_while_nobody_looked(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "a\n");
    start(&world);
    expect_lines(&world, "a\n");
    stop(&world);
    append(&world, "log", "b\n");
    rename_file(&world, "log", "log.1");
    append(&world, "log", "c\n");
    start(&world);
    expect_lines(&world, "a\nb\nc\n");
    stop(&world);
    rename_file(&world, "log", "log.2"); /* and the new one has not been made yet */
    append(&world, "log.2", "d\n");
    start(&world);
    expect_lines(&world, "a\nb\nc\nd\n");
    world_close(&world);
}

static void a_truncated_file_is_read_from_its_start(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "first\nsecond\n");
    start(&world);
    expect_lines(&world, "first\nsecond\n");
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    append(&world, "log", "a\n");
    expect_lines(&world, "first\nsecond\na\n");
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    append(&world, "log", "longer than what was there\n"); /* seen by its bytes, not by its size */
    expect_lines(&world, "first\nsecond\na\nlonger than what was there\n");
    stop(&world);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    append(&world, "log", "b\n");
    start(&world);
    expect_lines(&world, "first\nsecond\na\nlonger than what was there\nb\n");
    world_close(&world);
}

/* It is said of it what the matter is, until it leads somewhere or is removed. */
static void a_link_that_leads_nowhere(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "*.log", NULL);
    assert_int_equal(symlink("there", path_of(&world, "a.log")), 0);
    start(&world);
    turns(&world, 5);
    assert_true(status_has(&world, "\"error\":\"it is a symbolic link to a file that is not there\""));
    append(&world, "there", "a\n");
    DRIVE_UNTIL(world.loop, world.service.lines.size == 2);
    assert_true(status_has(&world, "\"error\":null"));
    stop(&world);
    remove_file(&world, "there");
    start(&world);
    turns(&world, 5);
    assert_false(status_has(&world, "\"error\":null"));
    remove_file(&world, "a.log");
    DRIVE_UNTIL(world.loop, status_has(&world, "no file matches yet"));
    world_close(&world);
}

static void a_pattern_finds_files_that_come_later(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "*.jsonl", "*/deep.jsonl");
    start(&world);
    turns(&world, 3);
    assert_true(
        status_has(&world, "*.jsonl\",\"offset\":null,\"size\":null,\"lag\":null,\"lag_seconds\":null,\"lines\":0,\"error\":\"no file"));
    append(&world, "one.jsonl", "a\n");
    expect_lines(&world, "a\n");
    append(&world, "two.jsonl", "b\n");
    append(&world, "other", "x\n");
    expect_lines(&world, "a\nb\n");
    assert_int_equal(mkdir(path_of(&world, "sub"), 0755), 0);
    append(&world, "sub/deep.jsonl", "c\n");
    expect_lines(&world, "a\nb\nc\n");
    append(&world, "one.jsonl", "d\n");
    expect_lines(&world, "a\nb\nc\nd\n");
    world_close(&world);
}

static void a_rename_within_the_pattern_reads_nothing_twice(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log*", NULL);
    append(&world, "log", "a\n");
    start(&world);
    expect_lines(&world, "a\n");
    rename_file(&world, "log", "log-1");
    append(&world, "log-1", "b\n");
    expect_lines(&world, "a\nb\n");
    append(&world, "log", "c\n");
    append(&world, "log-1", "late"); /* followed under its new name now */
    expect_lines(&world, "a\nb\nc\n");
    time_passes(&world, FOLLOW_LAST_LINE_MS, "log-1");
    expect_lines(&world, "a\nb\nc\nlate\n");
    rename_file(&world, "log-1", "log-2");
    rename_file(&world, "log", "log-1");
    append(&world, "log", "d\n");
    expect_lines(&world, "a\nb\nc\nlate\nd\n");
    stop(&world);
    rename_file(&world, "log-2", "log-3");
    rename_file(&world, "log-1", "log-2");
    rename_file(&world, "log", "log-1");
    append(&world, "log", "e\n");
    start(&world);
    expect_lines(&world, "a\nb\nc\nlate\nd\ne\n");
    turns(&world, 20);
    expect_lines(&world, "a\nb\nc\nlate\nd\ne\n");
    world_close(&world);
}

static void what_is_no_file_is_said_and_holds_nothing_up(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "fifo", "log");
    assert_int_equal(mkfifo(path_of(&world, "fifo"), 0644), 0);
    append(&world, "log", "a\n");
    start(&world);
    expect_lines(&world, "a\n");
    assert_true(status_has(&world, "\"error\":\"it is a FIFO; expected a regular file\""));
    assert_int_equal(read_as_of(&world, 1000), 1000);
    remove_file(&world, "fifo");
    append(&world, "fifo", "b\n");
    expect_lines(&world, "a\nb\n");
    assert_false(status_has(&world, "FIFO"));
    world_close(&world);
}

static void a_line_that_is_too_long(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    struct buf text = {0};
    buf_add_text(&text, "a\n");
    for (int i = 0; i < 300 * 1024; i++) buf_add_char(&text, 'x');
    append(&world, "log", text.data);
    start(&world);
    DRIVE_UNTIL(world.loop, world.service.too_long == 1);
    turns(&world, 5);
    assert_int_equal(stored(&world, "log")->offset, 2);
    append(&world, "log", "xx\nb\n");
    expect_lines(&world, "a\nb\n");
    assert_int_equal(world.service.too_long, 1);
    assert_int_equal(stored(&world, "log")->offset, text.size + 5);
    buf_fini(&text);
    world_close(&world);
}

static void a_large_file_is_read_over_many_turns(void **state) {
    (void)state;
    enum { LINES = 60000 };
    struct world world;
    world_open(&world, "log", NULL);
    struct buf text = {0};
    for (int i = 0; i < LINES; i++)
        buf_printf(&text, "line %d of a file that takes several turns to read\n", i);
    append(&world, "log", text.data);
    start(&world);
    loop_turn(world.loop, 0);
    assert_true(world.service.lines.size < text.size);
    assert_int_equal(read_as_of(&world, 1000), 0); /* to here, and at 1000 it had reached its end */
    DRIVE_UNTIL(world.loop, world.service.lines.size == text.size);
    append(&world, "log", "and it grows\n");
    assert_int_equal(read_as_of(&world, 2000), 1000);
    buf_add_text(&text, "and it grows\n");
    expect_lines(&world, text.data);
    assert_int_equal(world.service.handed, LINES + 1);
    buf_fini(&text);
    world_close(&world);
}

/* A client beside a backlog is answered after a chunk or two of it, each time. */
static void a_backlog_keeps_no_client_waiting(void **state) {
    (void)state;
    static const char HELLO[] = "{\"hello\":{\"client\":\"test\"}}\nx\n";
    enum { LINES = 150000, ASKED = 20 };
    struct world world;
    struct buf text = {0}, answers = {0};
    char got[200];
    world_open(&world, "log", "events.sock");
    world.inputs[1].kind = ENDPOINT_UNIX;
    for (int i = 0; i < LINES; i++) buf_printf(&text, "line %d of a file that takes many turns to read\n", i);
    append(&world, "log", text.data);
    start(&world);
    int fd = drive_connect(world.paths[1]);
    assert_int_equal(write(fd, HELLO, strlen(HELLO)), strlen(HELLO));
    for (int i = 1; i <= ASKED; i++) {
        size_t before = world.service.lines.size;
        buf_clear(&answers);
        buf_printf(&answers, "{\"ack\":%d}\n", i);
        memset(got, 0, sizeof got);
        DRIVE_UNTIL(world.loop, read(fd, got, sizeof got - 1) > 0);
        assert_string_equal(got, answers.data);
        if (i > 1) assert_true(world.service.lines.size - before <= 2 * READING_CHUNK_BYTES);
        assert_int_equal(write(fd, "x\n", 2), 2);
    }
    assert_true(world.service.lines.size < text.size);
    close(fd);
    buf_fini(&answers);
    buf_fini(&text);
    world_close(&world);
}

/* So much waits for the commit that lines are left in the file; they come once it is over. */
static void a_full_batch_makes_files_wait(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    world.service.flies = world.service.full = true;
    append(&world, "log", "a\n");
    start(&world);
    DRIVE_UNTIL(world.loop, world.service.is_flying);
    append(&world, "log", "b\n");
    turns(&world, 5);
    assert_int_equal(world.service.handed, 1);
    fake_land(&world.service);
    DRIVE_UNTIL(world.loop, world.service.handed == 2 && world.service.is_flying);
    fake_land(&world.service);
    expect_lines(&world, "a\nb\n");
    world_close(&world);
}

static void a_lost_batch_is_read_again(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "a\n");
    start(&world);
    expect_lines(&world, "a\n");
    world.service.hold = true;
    append(&world, "log", "b\nbad\nc\n");
    DRIVE_UNTIL(world.loop, world.service.handed == 4);
    world.service.fail_commits = 1;
    fake_commit(&world.service);
    world.service.hold = false;
    append(&world, "log", "d\n");
    turns(&world, 5);
    assert_true(fake_has(&world.service, "a\n"));
    fake_recover(&world.service);
    expect_lines(&world, "a\nb\nc\nd\n");
    assert_int_equal(stored(&world, "log")->lines, 5);
    world.service.unable_after = 2;
    append(&world, "log", "e\nf\ng\n");
    DRIVE_UNTIL(world.loop, world.service.failed);
    fake_recover(&world.service);
    expect_lines(&world, "a\nb\nc\nd\ne\nf\ng\n");
    world_close(&world);
}

/* The old file is gone from the folder by the time the batch turns out to be lost. */
static void a_lost_batch_with_a_rotation_in_it(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "a\n");
    start(&world);
    expect_lines(&world, "a\n");
    world.service.hold = true;
    append(&world, "log", "b\nrest\n");
    rename_file(&world, "log", "log.1");
    append(&world, "log", "c\n");
    DRIVE_UNTIL(world.loop, world.service.handed == 4);
    remove_file(&world, "log.1");
    world.service.fail_commits = 1;
    fake_commit(&world.service);
    world.service.hold = false;
    fake_recover(&world.service);
    expect_lines(&world, "a\nb\nrest\nc\n");
    world_close(&world);
}

static void a_lost_first_batch(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "a\nb\n");
    world.service.fail_commits = 2;
    start(&world);
    for (int i = 0; i < 2; i++) {
        DRIVE_UNTIL(world.loop, world.service.failed);
        fake_recover(&world.service);
    }
    expect_lines(&world, "a\nb\n");
    world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read_as_it_grows),
        cmocka_unit_test(a_file_may_come_later),
        cmocka_unit_test(a_restart_goes_on_where_it_was),
        cmocka_unit_test(a_renamed_file_is_read_to_its_end),
        cmocka_unit_test(a_file_renamed_while_nobody_looked),
        cmocka_unit_test(a_truncated_file_is_read_from_its_start),
        cmocka_unit_test(a_link_that_leads_nowhere),
        cmocka_unit_test(a_pattern_finds_files_that_come_later),
        cmocka_unit_test(a_rename_within_the_pattern_reads_nothing_twice),
        cmocka_unit_test(what_is_no_file_is_said_and_holds_nothing_up),
        cmocka_unit_test(a_line_that_is_too_long),
        cmocka_unit_test(a_large_file_is_read_over_many_turns),
        cmocka_unit_test(a_backlog_keeps_no_client_waiting),
        cmocka_unit_test(a_full_batch_makes_files_wait),
        cmocka_unit_test(a_lost_batch_is_read_again),
        cmocka_unit_test(a_lost_batch_with_a_rotation_in_it),
        cmocka_unit_test(a_lost_first_batch),
    };
    return cmocka_run_group_tests(tests, turn_the_clock, NULL);
}

/* Whatever happens to a file: nothing lost, nothing read twice. A folder, a file and a clock; slad up or down. */
#include "world.h"

#include <limits.h>
#include <sys/resource.h>
#include "ingest/follow.h"
#include "ingest/rotated.h"

static int turn_the_clock(void **state) {
    (void)state;
    (void)world_clock();
    return 0;
}

static void write_anew(struct world *world, const char *name, const char *text) {
    int fd = open(path_of(world, name), O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void copy_file(struct world *world, const char *from, const char *to) {
    char command[700];
    snprintf(command, sizeof command, "cp '%s' '%s'", path_of(world, from), path_of(world, to));
    assert_int_equal(system(command), 0);
}

/* As logrotate does: the copy, then the truncation. */
static void copy_and_truncate(struct world *world, const char *name, const char *copy) {
    copy_file(world, name, copy);
    assert_int_equal(truncate(path_of(world, name), 0), 0);
}

/* Begins to follow a file that holds "a". */
static void begin(struct world *world, const char *input) {
    world_open(world, input, NULL);
    append(world, "log", "a\n");
    start(world);
    expect_lines(world, "a\n");
}

/* `count` numbered lines into the file and at the end of *text. */
static void append_many(struct world *world, const char *name, int first, int count, struct buf *text) {
    struct buf more = {0};
    for (int i = first; i < first + count; i++) buf_printf(&more, "line %06d of a log\n", i);
    append(world, name, more.data);
    buf_add_span(text, buf_span(&more));
    buf_fini(&more);
}

/* Files get different times of birth only where the file system's clock has moved on. */
static void a_moment(struct world *world) {
    struct stat first, now;
    append(world, "moment", "");
    assert_int_equal(stat(path_of(world, "moment"), &first), 0);
    do {
        append(world, "moment", "x");
        assert_int_equal(stat(path_of(world, "moment"), &now), 0);
    } while (now.st_mtim.tv_sec == first.st_mtim.tv_sec && now.st_mtim.tv_nsec == first.st_mtim.tv_nsec);
    remove_file(world, "moment");
}

static void names_of_a_rotation(void **state) {
    (void)state;
    static const struct {
        const char *base, *name;
        enum rotated_kind kind;
    } cases[] = {{"log", "log.1", ROTATED_PLAIN}, {"log", "log-20260301", ROTATED_PLAIN},
        {"log", "log.2026-03-01T09:00:00Z", ROTATED_PLAIN}, {"log", "log_3", ROTATED_PLAIN},
        {"log", "log.old", ROTATED_PLAIN}, {"log", "log.1.gz", ROTATED_COMPRESSED},
        {"log", "log-20260301.zst", ROTATED_COMPRESSED}, {"a.log", "a.1.log", ROTATED_PLAIN},
        {"a.log", "a-20260301.log.xz", ROTATED_COMPRESSED}, {"a.log", "a-1.log", ROTATED_NOT},
        {"a.log", "a.log.1", ROTATED_PLAIN}, {"log", "log", ROTATED_NOT}, {"log", "log.gz", ROTATED_NOT},
        {"log", "log.", ROTATED_NOT}, {"log", "log1", ROTATED_NOT}, {"log", "log.bak", ROTATED_NOT},
        {"log", "other.1", ROTATED_NOT}, {"a.log", "b.1.log", ROTATED_NOT}, {".log", ".1.log", ROTATED_NOT},
        {"a.log", ".log", ROTATED_NOT}, {"log", "log.1x", ROTATED_NOT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (rotated_name(cases[i].base, cases[i].name) != cases[i].kind)
            fail_msg("%s of %s", cases[i].name, cases[i].base);
}

static void renamed_more_than_once_while_down(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    stop(&world);
    append(&world, "log", "b\n");
    rename_file(&world, "log", "log.1");
    a_moment(&world);
    append(&world, "log", "c\n");
    rename_file(&world, "log.1", "log.2");
    rename_file(&world, "log", "log.1");
    a_moment(&world);
    append(&world, "log", "d\nd2\n");
    rename_file(&world, "log", "log-20260301");
    a_moment(&world);
    append(&world, "log", "e\n");
    start(&world);
    expect_lines(&world, "a\nb\nc\nd\nd2\ne\n");
    stop(&world);
    start(&world);
    append(&world, "log.1", "late\n"); /* a writer that was not told */
    expect_lines(&world, "a\nb\nc\nd\nd2\ne\nlate\n");
    world_close(&world);
}

static void renamed_more_than_once_and_the_new_one_is_not_there_yet(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    stop(&world);
    rename_file(&world, "log", "log.2");
    a_moment(&world);
    append(&world, "log.1", "b\n");
    start(&world);
    expect_lines(&world, "a\nb\n");
    append(&world, "log", "c\n");
    expect_lines(&world, "a\nb\nc\n");
    world_close(&world);
}

/* Between two looks: as if it had been down. */
static void renamed_more_than_once_in_one_moment(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    for (int i = 0; i < 3; i++) {
        a_moment(&world);
        append(&world, "log", i == 0 ? "b\n" : i == 1 ? "d\n" : "f\n");
        rename_file(&world, "log", i == 0 ? "log.5" : i == 1 ? "log.3" : "log.1");
        a_moment(&world);
        append(&world, "log", i == 0 ? "c\n" : i == 1 ? "e\n" : "g\n");
        if (i < 2) rename_file(&world, "log", i == 0 ? "log.4" : "log.2");
    }
    expect_lines(&world, "a\nb\nc\nd\ne\nf\ng\n");
    world_close(&world);
}

/* Files from before slad came are not its business; nor is what is called otherwise. */
static void older_and_other_files_are_left_alone(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log.1", "old\n");
    a_moment(&world);
    append(&world, "log", "a\n");
    start(&world);
    expect_lines(&world, "a\n");
    stop(&world);
    rename_file(&world, "log", "log.0");
    append(&world, "log.backup", "x\n");
    append(&world, "log.5.gz", "x\n");
    a_moment(&world);
    append(&world, "log", "b\n");
    start(&world);
    expect_lines(&world, "a\nb\n");
    world_close(&world);
}

static void a_globbed_file_renamed_within_its_pattern_while_down(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log*");
    stop(&world);
    append(&world, "log", "b\n");
    rename_file(&world, "log", "log-x");
    start(&world);
    expect_lines(&world, "a\nb\n");
    append(&world, "log", "c\n");
    expect_lines(&world, "a\nb\nc\n");
    stop(&world);
    rename_file(&world, "log-x", "log-y");
    rename_file(&world, "log", "log-x");
    append(&world, "log", "d\n");
    start(&world);
    append(&world, "log-y", "e\n");
    append(&world, "log-x", "f\n");
    DRIVE_UNTIL(world.loop, world.service.lines.size == 12);
    turns(&world, 10);
    assert_int_equal(world.service.lines.size, 12);
    assert_int_equal(stored_count(&world), 3);
    world_close(&world);
}

static void copied_and_truncated(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    append(&world, "log", "b\n"); /* not read yet: only the copy has it */
    copy_and_truncate(&world, "log", "log.1");
    append(&world, "log", "c\n");
    DRIVE_UNTIL(world.loop, world.service.lines.size >= 6);
    turns(&world, 5);
    assert_true(fake_has(&world.service, "a\nb\nc\n"));
    append(&world, "log", "d\n");
    expect_lines(&world, "a\nb\nc\nd\n");
    rename_file(&world, "log.1", "log.2");
    copy_and_truncate(&world, "log", "log.1"); /* all of it was read: the copies hold nothing new */
    append(&world, "log", "e\n");
    expect_lines(&world, "a\nb\nc\nd\ne\n");
    world_close(&world);
}

static void copied_and_truncated_while_down(void **state) {
    (void)state;
    struct world world;
    struct buf text = {0};
    world_open(&world, "log", NULL);
    append_many(&world, "log", 0, 200, &text);
    start(&world);
    expect_lines(&world, text.data);
    stop(&world);
    append_many(&world, "log", 200, 10, &text);
    copy_and_truncate(&world, "log", "log.1");
    a_moment(&world);
    append_many(&world, "log", 210, 20, &text);
    rename_file(&world, "log.1", "log.2");
    copy_and_truncate(&world, "log", "log.1");
    append_many(&world, "log", 230, 400, &text); /* grown past where it was */
    start(&world);
    expect_lines(&world, text.data);
    stop(&world);
    start(&world);
    append_many(&world, "log", 630, 1, &text);
    expect_lines(&world, text.data);
    buf_fini(&text);
    world_close(&world);
}

/* The same where the copy is smaller than what is remembered of a file. */
static void a_small_copy_that_holds_less_than_was_read(void **state) {
    (void)state;
    struct world world;
    struct buf text = {0};
    world_open(&world, "log", NULL);
    append_many(&world, "log", 0, 2, &text);
    start(&world);
    expect_lines(&world, text.data);
    copy_file(&world, "log", "log.1");
    append_many(&world, "log", 2, 200, &text);
    expect_lines(&world, text.data);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    append_many(&world, "log", 202, 1, &text);
    expect_lines(&world, text.data);
    buf_fini(&text);
    world_close(&world);
}

/* Written, copied and truncated before anything of it was read; then slad is stopped at its next turn. */
static void copied_before_anything_was_read(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    turns(&world, 5);
    append(&world, "log", "b\n");
    copy_and_truncate(&world, "log", "log.1");
    append(&world, "log", "c\n");
    DRIVE_UNTIL(world.loop, fake_has(&world.service, "a\nc\nb\n") || fake_has(&world.service, "a\nb\nc\n"));
    stop(&world);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    start(&world);
    turns(&world, 5);
    stop(&world);
    append(&world, "log", "d\n");
    rename_file(&world, "log.1", "log.2");
    copy_and_truncate(&world, "log", "log.1");
    append(&world, "log", "e\n");
    start(&world);
    DRIVE_UNTIL(world.loop, world.service.lines.size == 10);
    turns(&world, 5);
    assert_int_equal(world.service.lines.size, 10);
    world_close(&world);
}

/* Lines were read after the copy was made. */
static void a_copy_that_holds_less_than_was_read(void **state) {
    (void)state;
    struct world world;
    struct buf text = {0};
    world_open(&world, "log", NULL);
    append_many(&world, "log", 0, 100, &text);
    start(&world);
    expect_lines(&world, text.data);
    copy_file(&world, "log", "log.1");
    append_many(&world, "log", 100, 5, &text);
    expect_lines(&world, text.data);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    append_many(&world, "log", 105, 5, &text);
    expect_lines(&world, text.data);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    append_many(&world, "log", 110, 5, &text);
    expect_lines(&world, text.data);
    buf_fini(&text);
    world_close(&world);
}

static void truncated_and_grown_past_where_it_was(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    for (int up = 1; up >= 0; up--) {
        if (!up) stop(&world);
        write_anew(&world, "log", up ? "b\nc\nd\n" : "e\nf\ng\nh\n");
        if (!up) start(&world);
        expect_lines(&world, up ? "a\nb\nc\nd\n" : "a\nb\nc\nd\ne\nf\ng\nh\n");
    }
    world_close(&world);
}

/* The truncated one is not the last that was known: its writer was told to reopen before, or is another. */
static void truncated_and_renamed_while_down(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    a_moment(&world);
    rename_file(&world, "log", "log.1");
    append(&world, "log", "b\n");
    expect_lines(&world, "a\nb\n");
    stop(&world);
    write_anew(&world, "log.1", "later\n");
    rename_file(&world, "log.1", "log.2");
    write_anew(&world, "log", "now\n");
    rename_file(&world, "log", "log.1");
    a_moment(&world);
    append(&world, "log", "c\n");
    start(&world);
    expect_lines(&world, "a\nb\nlater\nnow\nc\n");
    stop(&world);
    start(&world);
    turns(&world, 10);
    expect_lines(&world, "a\nb\nlater\nnow\nc\n");
    world_close(&world);
}

static void written_anew_with_the_same_length(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    write_anew(&world, "log", "b\n");
    expect_lines(&world, "a\nb\n");
    stop(&world);
    write_anew(&world, "log", "c\n");
    start(&world);
    expect_lines(&world, "a\nb\nc\n");
    append(&world, "log", "d");
    turns(&world, 5);
    write_anew(&world, "log", "c\n\n");
    append(&world, "log", "e\n");
    expect_lines(&world, "a\nb\nc\ne\n");
    world_close(&world);
}

static void cut_to_a_part_that_was_read(void **state) {
    (void)state;
    struct world world;
    struct buf text = {0};
    world_open(&world, "log", NULL);
    append_many(&world, "log", 0, 1000, &text);
    start(&world);
    expect_lines(&world, text.data);
    assert_int_equal(truncate(path_of(&world, "log"), 100 * (off_t)strlen("line 000000 of a log\n")), 0);
    turns(&world, 5);
    append_many(&world, "log", 1000, 1, &text);
    expect_lines(&world, text.data);
    buf_fini(&text);
    world_close(&world);
}

/* A writer without O_APPEND goes on where it was: before it is a hole. */
static void a_hole_is_passed_over(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    int fd = open(path_of(&world, "log"), O_WRONLY | O_CLOEXEC);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    assert_int_equal(pwrite(fd, "b\n", 2, 300000), 2);
    expect_lines(&world, "a\nb\n");
    assert_int_equal(world.service.too_long, 0);
    close(fd);
    world_close(&world);
}

static void an_inode_that_is_used_again_at_once(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    for (int up = 1; up >= 0; up--) {
        if (!up) stop(&world);
        remove_file(&world, "log");
        append(&world, "log", up ? "b\n" : "c\n");
        if (!up) start(&world);
        expect_lines(&world, up ? "a\nb\n" : "a\nb\nc\n");
    }
    world_close(&world);
}

static void a_partial_line_across_a_restart(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    append(&world, "log", "be");
    turns(&world, 5);
    stop(&world);
    append(&world, "log", "ginning");
    start(&world);
    turns(&world, 5);
    append(&world, "log", " and end\n");
    expect_lines(&world, "a\nbeginning and end\n");
    stop(&world);
    append(&world, "log", "with a rot");
    rename_file(&world, "log", "log.1");
    a_moment(&world);
    append(&world, "log", "b\n");
    start(&world);
    DRIVE_UNTIL(world.loop, world.service.lines.size == strlen("a\nbeginning and end\nb\n"));
    append(&world, "log.1", "ation\n");
    expect_lines(&world, "a\nbeginning and end\nb\nwith a rotation\n");
    world_close(&world);
}

static void a_removed_file_ends_without_a_newline(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    append(&world, "log", "last");
    turns(&world, 5);
    remove_file(&world, "log");
    append(&world, "other", "");
    time_passes(&world, FOLLOW_LAST_LINE_MS, "other");
    DRIVE_UNTIL(world.loop, fake_has(&world.service, "a\nlast\n"));
    append(&world, "log", "b\n");
    expect_lines(&world, "a\nlast\nb\n");
    world_close(&world);
}

static void marks_and_carriage_returns(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "\xef\xbb\xbf" "a\r\nb\r\n");
    start(&world);
    expect_lines(&world, "a\nb\n");
    stop(&world);
    append(&world, "log", "c\r\n");
    start(&world);
    expect_lines(&world, "a\nb\nc\n");
    assert_int_equal(stored(&world, "log")->offset, 12);
    world_close(&world);
}

static void what_takes_the_place_of_a_file(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    rename_file(&world, "log", "away");
    assert_int_equal(mkfifo(path_of(&world, "log"), 0644), 0);
    append(&world, "away", "b\n");
    expect_lines(&world, "a\nb\n");
    assert_true(status_has(&world, "it is a FIFO"));
    remove_file(&world, "log");
    assert_int_equal(mkdir(path_of(&world, "log"), 0755), 0);
    append(&world, "away", "c\n");
    expect_lines(&world, "a\nb\nc\n");
    DRIVE_UNTIL(world.loop, status_has(&world, "it is a folder"));
    assert_int_equal(rmdir(path_of(&world, "log")), 0);
    assert_int_equal(symlink(path_of(&world, "target"), path_of(&world, "log")), 0);
    append(&world, "target", "d\n");
    expect_lines(&world, "a\nb\nc\nd\n");
    append(&world, "target", "e\n");
    expect_lines(&world, "a\nb\nc\nd\ne\n");
    remove_file(&world, "log");
    assert_int_equal(symlink(path_of(&world, "nothing"), path_of(&world, "log")), 0);
    turns(&world, 5);
    remove_file(&world, "log");
    rename_file(&world, "away", "log"); /* it comes back */
    append(&world, "log", "f\n");
    expect_lines(&world, "a\nb\nc\nd\ne\nf\n");
    world_close(&world);
}

/* Of root nothing is kept, so it becomes somebody else. */
static void permission_is_lost_and_comes_back(void **state) {
    (void)state;
    struct world world;
    bool root = geteuid() == 0;
    begin(&world, "log");
    if (root) assert_int_equal(chown(world.folder, 65534, 65534), 0);
    if (root) assert_int_equal(chown(path_of(&world, "log"), 65534, 65534), 0);
    if (root) assert_int_equal(seteuid(65534), 0);
    assert_int_equal(chmod(path_of(&world, "log"), 0200), 0);
    append(&world, "log", "b\n"); /* it is open still */
    expect_lines(&world, "a\nb\n");
    stop(&world);
    append(&world, "log", "c\n");
    start(&world);
    DRIVE_UNTIL(world.loop, status_has(&world, "no permission"));
    assert_int_equal(chmod(path_of(&world, "log"), 0600), 0);
    expect_lines(&world, "a\nb\nc\n");
    assert_false(status_has(&world, "no permission"));
    if (root) assert_int_equal(seteuid(0), 0);
    world_close(&world);
}

static void a_compressed_file_is_told_of(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    stop(&world);
    append(&world, "log", "b\n");
    rename_file(&world, "log", "log.1.gz"); /* as good as: nobody looks inside, and its inode is another */
    copy_file(&world, "log.1.gz", "log.2.gz");
    remove_file(&world, "log.1.gz");
    a_moment(&world);
    append(&world, "log", "c\n");
    start(&world);
    expect_lines(&world, "a\nc\n");
    world_close(&world);
}

static void a_file_moved_to_another_disk(void **state) {
    (void)state;
    struct world world;
    struct buf text = {0};
    world_open(&world, "log", NULL);
    append_many(&world, "log", 0, 100, &text);
    start(&world);
    expect_lines(&world, text.data);
    stop(&world);
    copy_file(&world, "log", "copy"); /* another inode, and born now */
    remove_file(&world, "log");
    rename_file(&world, "copy", "log");
    append_many(&world, "log", 100, 2, &text);
    start(&world);
    expect_lines(&world, text.data);
    copy_file(&world, "log", "copy"); /* as some editors do */
    rename_file(&world, "copy", "log");
    append_many(&world, "log", 102, 2, &text);
    expect_lines(&world, text.data);
    buf_fini(&text);
    world_close(&world);
}

static void positions_that_cannot_be_read_yet(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    stop(&world);
    append(&world, "log", "b\n");
    world.service.blind = true;
    start(&world);
    turns(&world, 5);
    assert_true(fake_has(&world.service, "a\n"));
    assert_int_equal(read_as_of(&world, 1000), 0);
    world.service.blind = false;
    expect_lines(&world, "a\nb\n");
    world_close(&world);
}

static void positions_of_files_that_are_gone_are_forgotten(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log*");
    append(&world, "log2", "b\n");
    expect_lines(&world, "a\nb\n");
    stop(&world);
    remove_file(&world, "log2");
    *world_clock() += INT64_C(36) * 24 * 3600 * 1000;
    start(&world);
    DRIVE_UNTIL(world.loop, stored_count(&world) == 1);
    append(&world, "log", "c\n");
    expect_lines(&world, "a\nb\nc\n");
    world_close(&world);
}

static void many_that_are_gone_are_forgotten(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    stop(&world);
    struct fake_positions *positions = &world.service.positions;
    for (size_t i = positions->count; i < FAKE_POSITIONS; i = ++positions->count) { /* more than at once */
        positions->list[i] = positions->list[0];
        positions->list[i].inode += i;
        memcpy(positions->names[i], positions->names[0], sizeof positions->names[i]);
    }
    world.service.batch_positions = *positions;
    *world_clock() += INT64_C(36) * 24 * 3600 * 1000;
    start(&world);
    DRIVE_UNTIL(world.loop, stored_count(&world) == 1);
    world_close(&world);
}

/* What was found while looking back is lost with its batch, and found again. */
static void a_lost_batch_with_several_rotations_in_it(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    stop(&world);
    append(&world, "log", "b\n");
    rename_file(&world, "log", "log.2");
    a_moment(&world);
    append(&world, "log.1", "c\n");
    a_moment(&world);
    append(&world, "log", "d\n");
    world.service.hold = true;
    start(&world);
    DRIVE_UNTIL(world.loop, world.service.handed == 4);
    remove_file(&world, "log.1"); /* open still */
    world.service.fail_commits = 1;
    fake_commit(&world.service);
    world.service.hold = false;
    fake_recover(&world.service);
    expect_lines(&world, "a\nb\nc\nd\n");
    world_close(&world);
}

static void rejected_lines_and_the_last_one_are_told_of(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    append(&world, "log", "bad\nb\n");
    expect_lines(&world, "a\nb\n");
    assert_true(status_has(&world, "\"format\":\"jsonl\",\"rejected\":1,\"last_line\":\"20"));
    assert_true(status_has(&world, "\"last_error\":\"it is bad\",\"last_error_at\":\"20"));
    assert_true(status_has(&world, "\"lag_seconds\":0.0,"));
    world_close(&world);
}

/* More than the system keeps for somebody who does not listen: what happened then is not told of. */
static bool more_than_is_told(struct world *world) {
    int limit = 0;
    FILE *file = fopen("/proc/sys/fs/inotify/max_queued_events", "re");
    if (!file || fscanf(file, "%d", &limit) != 1) limit = INT_MAX;
    if (file) fclose(file);
    if (limit > 500000) return false;
    append(world, "noise", "");
    for (int i = 0; i <= limit; i++) /* two events each, none like the one before */
        rename_file(world, i % 2 ? "noise.other" : "noise", i % 2 ? "noise" : "noise.other");
    return true;
}

/* Everything is looked at again: new files, what was renamed, and copies that no look at a file would ask for. */
static void more_happened_than_is_told(void **state) {
    (void)state;
    struct world world;
    begin(&world, "log");
    stop(&world);
    snprintf(world.paths[1], sizeof world.paths[1], "%s/*.day", world.folder);
    world.config.input_count = 2;
    start(&world);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    turns(&world, 5);
    if (!more_than_is_told(&world)) skip();
    append(&world, "log", "b\n");
    copy_and_truncate(&world, "log", "log.1");
    append(&world, "log", "c\n");
    append(&world, "1.day", "d\n");
    DRIVE_UNTIL(world.loop, world.service.lines.size == 8);
    const char *text = buf_text(&world.service.lines);
    assert_true(strstr(text, "b\n") && strstr(text, "c\n") && strstr(text, "d\n"));
    turns(&world, 5);
    assert_int_equal(world.service.lines.size, 8);
    world_close(&world);
}

/* Each costs little, and all of them together are found and read in the time that one after the other takes. */
static void ten_thousand_files(void **state) {
    (void)state;
    enum { FILES = 10000 };
    struct world world;
    char name[32];
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_max < FILES + 100) skip();
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    world_open(&world, "*.jsonl", NULL);
    world.service.no_positions = true;
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%d.jsonl", i);
        append(&world, name, "a\n");
    }
    start(&world);
    DRIVE_UNTIL(world.loop, world.service.handed == FILES);
    for (int i = 0; i < FILES; i += 1000) {
        snprintf(name, sizeof name, "%d.jsonl", i);
        append(&world, name, "b\n");
    }
    DRIVE_UNTIL(world.loop, world.service.handed == FILES + FILES / 1000);
    world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_a_rotation),
        cmocka_unit_test(renamed_more_than_once_while_down),
        cmocka_unit_test(renamed_more_than_once_and_the_new_one_is_not_there_yet),
        cmocka_unit_test(renamed_more_than_once_in_one_moment),
        cmocka_unit_test(older_and_other_files_are_left_alone),
        cmocka_unit_test(a_globbed_file_renamed_within_its_pattern_while_down),
        cmocka_unit_test(copied_and_truncated),
        cmocka_unit_test(copied_and_truncated_while_down),
        cmocka_unit_test(a_copy_that_holds_less_than_was_read),
        cmocka_unit_test(a_small_copy_that_holds_less_than_was_read),
        cmocka_unit_test(copied_before_anything_was_read),
        cmocka_unit_test(truncated_and_grown_past_where_it_was),
        cmocka_unit_test(truncated_and_renamed_while_down),
        cmocka_unit_test(written_anew_with_the_same_length),
        cmocka_unit_test(cut_to_a_part_that_was_read),
        cmocka_unit_test(a_hole_is_passed_over),
        cmocka_unit_test(an_inode_that_is_used_again_at_once),
        cmocka_unit_test(a_partial_line_across_a_restart),
        cmocka_unit_test(a_removed_file_ends_without_a_newline),
        cmocka_unit_test(marks_and_carriage_returns),
        cmocka_unit_test(what_takes_the_place_of_a_file),
        cmocka_unit_test(permission_is_lost_and_comes_back),
        cmocka_unit_test(a_compressed_file_is_told_of),
        cmocka_unit_test(a_file_moved_to_another_disk),
        cmocka_unit_test(positions_that_cannot_be_read_yet),
        cmocka_unit_test(positions_of_files_that_are_gone_are_forgotten),
        cmocka_unit_test(many_that_are_gone_are_forgotten),
        cmocka_unit_test(a_lost_batch_with_several_rotations_in_it),
        cmocka_unit_test(rejected_lines_and_the_last_one_are_told_of),
        cmocka_unit_test(more_happened_than_is_told),
        cmocka_unit_test(ten_thousand_files),
    };
    return cmocka_run_group_tests(tests, turn_the_clock, NULL);
}

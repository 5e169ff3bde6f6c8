/* Copies of followed files, where times do not say which came first: the clock of a file system ticks every few
 * milliseconds. Nothing lost, nothing read twice. */
#include "world.h"

#include <dirent.h>
#include <sys/syscall.h>
#include "ingest/file_id.h"

/* What happens between two looks of slad at a file: done after so many system calls of a kind. */
static struct happening {
    void (*run)(struct world *world);
    struct world *world;
    int statx_left, pread_left, folder_left;
} next;

static void happen(int *left) {
    if (*left == 0 || --*left > 0) return;
    next.run(next.world);
}

static bool no_births; /* as on a file system that does not tell of them */

int statx(int folder, const char *path, int flags, unsigned mask, struct statx *out) {
    int rc = (int)syscall(SYS_statx, folder, path, flags, mask, out);
    if (rc == 0 && no_births) {
        out->stx_mask &= ~STATX_BTIME;
        out->stx_btime.tv_sec = 0;
        out->stx_btime.tv_nsec = 0;
    }
    if (flags & AT_EMPTY_PATH) happen(&next.statx_left);
    return rc;
}

ssize_t pread(int fd, void *out, size_t count, off_t from) {
    happen(&next.pread_left);
    return syscall(SYS_pread64, fd, out, count, from);
}

void rewinddir(DIR *names) { /* before a folder is read */
    happen(&next.folder_left);
    seekdir(names, 0);
}

static int turn_the_clock(void **state) {
    (void)state;
    (void)world_clock();
    return 0;
}

static void copy_file(struct world *world, const char *from, const char *to) {
    char bytes[8192];
    int in = open(path_of(world, from), O_RDONLY | O_CLOEXEC);
    int out = open(path_of(world, to), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    ssize_t count = read(in, bytes, sizeof bytes);
    assert_true(count >= 0 && count < (ssize_t)sizeof bytes);
    assert_int_equal(write(out, bytes, (size_t)count), count);
    close(in);
    close(out);
}

static void copy_and_truncate(struct world *world, const char *name, const char *copy) {
    copy_file(world, name, copy);
    assert_int_equal(truncate(path_of(world, name), 0), 0);
}

static struct file_facts facts_of(struct world *world, const char *name) {
    struct file_facts facts;
    struct err err;
    assert_int_equal(file_facts_at(path_of(world, name), &facts, &err), 0);
    return facts;
}

/* Until the clock of the file system has moved on. */
static void a_moment(struct world *world) {
    append(world, "moment", "");
    int64_t since_ns = facts_of(world, "moment").mtime_ns;
    do append(world, "moment", "x");
    while (facts_of(world, "moment").mtime_ns == since_ns);
    remove_file(world, "moment");
}

/* Makes a file and a copy of it that are born in one tick. */
static void make_at_once(struct world *world, const char *name, const char *text, const char *copy) {
    for (;;) {
        append(world, name, text);
        copy_file(world, name, copy);
        if (facts_of(world, name).birth_ns == facts_of(world, copy).birth_ns) return;
        remove_file(world, name);
        remove_file(world, copy);
    }
}

static void written_when(struct world *world, const char *name, int64_t mtime_ns) {
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {mtime_ns / 1000000000, mtime_ns % 1000000000}};
    assert_int_equal(utimensat(AT_FDCWD, path_of(world, name), times, 0), 0);
}

/* "a", then more than FILE_HASH_BYTES. */
static const char *long_text(void) {
    static char text[2 * FILE_HASH_BYTES];
    memset(text, '-', sizeof text - 1);
    memcpy(text, "a\n", 2);
    text[sizeof text - 2] = '\n';
    return text;
}

static void begin(struct world *world, const char *text) {
    world_open(world, "log", NULL);
    append(world, "log", text);
    start(world);
    expect_lines(world, text);
}

static void start_again(struct world *world) {
    start(world);
    turns(world, 10);
}

/* The copy, what was written after it and was read, and the truncation, all in one tick; slad is killed before it sees
 * the truncation. */
static void killed_when_a_small_copy_was_made(void **state) {
    (void)state;
    struct world world;
    begin(&world, "a\n");
    copy_file(&world, "log", "log.1");
    append(&world, "log", "b\n");
    expect_lines(&world, "a\nb\n");
    stop(&world);
    written_when(&world, "log.1", stored(&world, "log")->mtime_ns);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    append(&world, "log", "c\n");
    start_again(&world);
    expect_lines(&world, "a\nb\nc\n");
    world_close(&world);
}

/* The same stamps, but the small copy is of what came after the truncation. */
static void killed_when_two_copies_were_made(void **state) {
    (void)state;
    struct world world;
    begin(&world, "a\nb\nc\n");
    stop(&world);
    copy_and_truncate(&world, "log", "log.2");
    append(&world, "log", "d\n");
    copy_and_truncate(&world, "log", "log.1");
    written_when(&world, "log.1", stored(&world, "log")->mtime_ns);
    start_again(&world);
    expect_lines(&world, "a\nb\nc\nd\n");
    world_close(&world);
}

static void copied_and_written_to(struct world *world) {
    a_moment(world);
    copy_file(world, "log", "log.1");
    a_moment(world);
    append(world, "log", "c\n");
}

/* The stored time of writing is no older than what was read. */
static void copied_while_it_is_read(void **state) {
    (void)state;
    struct world world;
    begin(&world, "a\n");
    append(&world, "log", "b\n");
    next = (struct happening){.run = copied_and_written_to, .world = &world, .statx_left = 1};
    DRIVE_UNTIL(world.loop, world.service.lines.size > 2);
    stop(&world);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    start_again(&world);
    assert_int_equal(next.statx_left, 0);
    const char *text = buf_text(&world.service.lines);
    const char *first = strstr(text, "b\n");
    assert_non_null(first);
    assert_null(strstr(first + 1, "b\n"));
    world_close(&world);
}

static void copied_twice(struct world *world) {
    copy_and_truncate(world, "log", "log.2");
    append(world, "log", "b\n");
    copy_and_truncate(world, "log", "log.1");
}

/* It is found in place, and truncated before what is in place is taken down. */
static void copied_while_it_is_opened(void **state) {
    (void)state;
    struct world world;
    begin(&world, long_text());
    stop(&world);
    next = (struct happening){.run = copied_twice, .world = &world, .pread_left = 3};
    start_again(&world);
    assert_int_equal(next.pread_left, 0);
    DRIVE_UNTIL(world.loop, world.service.lines.size == strlen(long_text()) + 2);
    assert_non_null(strstr(buf_text(&world.service.lines), "-\nb\n"));
    world_close(&world);
}

static void truncated_and_written(struct world *world) {
    copy_and_truncate(world, "log", "log.1");
    append(world, "log", long_text());
}

/* The first bytes of a file are taken from before the truncation, and what the file says of itself from after it. */
static void copied_while_it_is_read_first(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "log", NULL);
    append(&world, "log", "0\n");
    next = (struct happening){.run = truncated_and_written, .world = &world, .pread_left = 2};
    start_again(&world);
    assert_int_equal(next.pread_left, 0);
    struct buf all = {0};
    buf_printf(&all, "0\n%s", long_text());
    expect_lines(&world, all.data);
    buf_fini(&all);
    world_close(&world);
}

static void copied_and_copied_again(struct world *world) {
    copy_and_truncate(world, "log", "log.2");
    append(world, "log", "c\n");
    copy_file(world, "log", "log.1");
    append(world, "log", "d\n");
}

/* When copies of what was before are looked for, there is one of what came after it, which is still in place. */
static void copied_when_copies_are_looked_for(void **state) {
    (void)state;
    struct world world;
    begin(&world, "a\n");
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    turns(&world, 5);
    next = (struct happening){.run = copied_and_copied_again, .world = &world, .folder_left = 2};
    append(&world, "log", "b\n");
    append(&world, "log.3", "");
    remove_file(&world, "log.3");
    expect_lines(&world, "a\nb\nc\nd\n");
    assert_int_equal(next.folder_left, 0);
    world_close(&world);
}

/* Copies are kept for a year: what is known of them is, too. */
static void a_copy_that_is_kept_for_long(void **state) {
    (void)state;
    struct world world;
    begin(&world, "a\nb\nc\n");
    copy_and_truncate(&world, "log", "log.1");
    append(&world, "log", "d\n");
    expect_lines(&world, "a\nb\nc\nd\n");
    time_passes(&world, INT64_C(2) * 3600 * 1000, "log");
    stop(&world);
    *world_clock() += INT64_C(36) * 24 * 3600 * 1000;
    start_again(&world);
    rename_file(&world, "log.1", "log.2");
    copy_and_truncate(&world, "log", "log.1");
    append(&world, "log", "e\n");
    expect_lines(&world, "a\nb\nc\nd\ne\n");
    world_close(&world);
}

/* Of a file that takes the path; and small ones of the one that had it before. */
static void born_at_once(void **state) {
    (void)state;
    const char *texts[] = {long_text(), "b\n"};
    for (int i = 0; i < 2; i++) {
        struct world world;
        struct buf all = {0};
        begin(&world, "0\n");
        a_moment(&world);
        rename_file(&world, "log", "log.1");
        make_at_once(&world, "log", texts[i], "log.old");
        buf_printf(&all, "0\n%s", texts[i]);
        expect_lines(&world, all.data);
        a_moment(&world);
        rename_file(&world, "log.1", "log.2");
        rename_file(&world, "log", "log.1");
        append(&world, "log", "c\n");
        buf_add_text(&all, "c\n");
        expect_lines(&world, all.data);
        buf_fini(&all);
        world_close(&world);
    }
}

/* A file that is in place is no lost one, of which a copy would have to be read. */
static void born_at_once_and_resumed(void **state) {
    (void)state;
    struct world world;
    begin(&world, "a\n");
    a_moment(&world);
    rename_file(&world, "log", "log.1");
    make_at_once(&world, "log", "b\nc", "log.old");
    expect_lines(&world, "a\nb\n");
    stop(&world);
    append(&world, "log.1", "d\n");
    start_again(&world);
    expect_lines(&world, "a\nb\nd\n");
    assert_int_equal(stored_count(&world), 2);
    world_close(&world);
}

/* Without times of birth. */
static void no_births_are_told(void **state) {
    (void)state;
    struct world world;
    no_births = true;
    begin(&world, "a\n");
    copy_and_truncate(&world, "log", "log.1");
    append(&world, "log", "b\n");
    expect_lines(&world, "a\nb\n");
    a_moment(&world);
    assert_int_equal(truncate(path_of(&world, "log"), 0), 0);
    turns(&world, 5);
    append(&world, "log", "c\n");
    rename_file(&world, "log.1", "log.2");
    copy_and_truncate(&world, "log", "log.1");
    a_moment(&world);
    append(&world, "log", "d\n");
    DRIVE_UNTIL(world.loop, world.service.lines.size == 8);
    assert_non_null(strstr(buf_text(&world.service.lines), "c\n"));
    world_close(&world);
    no_births = false;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_when_a_small_copy_was_made),
        cmocka_unit_test(killed_when_two_copies_were_made),
        cmocka_unit_test(copied_while_it_is_read),
        cmocka_unit_test(copied_while_it_is_opened),
        cmocka_unit_test(copied_while_it_is_read_first),
        cmocka_unit_test(copied_when_copies_are_looked_for),
        cmocka_unit_test(a_copy_that_is_kept_for_long),
        cmocka_unit_test(born_at_once),
        cmocka_unit_test(born_at_once_and_resumed),
        cmocka_unit_test(no_births_are_told),
    };
    return cmocka_run_group_tests(tests, turn_the_clock, NULL);
}

#include "drive.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include "slad/loop/watch.h"

struct watched {
    struct loop *loop;
    struct watch *watch;
    char *folder;
    int changes, names, writes, losses;
    char name[64];
};

static void on_named(void *arg, const char *folder, const char *name) {
    struct watched *watched = arg;
    (void)folder;
    watched->changes++;
    watched->names++;
    snprintf(watched->name, sizeof watched->name, "%s", name);
}

static void on_written(void *arg, void *file) {
    struct watched *watched = arg;
    assert_ptr_equal(file, &watched->writes);
    watched->changes++;
    watched->writes++;
}

static void on_lost(void *arg) {
    struct watched *watched = arg;
    watched->changes++;
    watched->losses++;
}

static const struct watch_events events = {on_named, on_written, on_lost};

static void set_up(struct watched *watched) {
    memset(watched, 0, sizeof *watched);
    watched->loop = drive_loop();
    watched->folder = drive_folder();
    watched->watch = watch_open(watched->loop, &events, watched);
}

static void tear_down(struct watched *watched) {
    watch_close(watched->watch);
    watch_close(NULL);
    loop_free(watched->loop);
    drive_remove(watched->folder);
}

static void write_file(const char *folder, const char *name, const char *text) {
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void settle(struct watched *watched) {
    for (int i = 0; i < 10; i++) loop_turn(watched->loop, 0);
    watched->changes = watched->names = watched->writes = watched->losses = 0;
}

static void names_are_told(void **state) {
    (void)state;
    struct watched watched;
    char from[128], to[128];
    set_up(&watched);
    const struct watched_folder *folder = watch_add_folder(watched.watch, watched.folder);
    assert_ptr_equal(watch_add_folder(watched.watch, watched.folder), folder);
    assert_true(watch_sees(folder) && watch_sees_all(watched.watch));
    settle(&watched);
    snprintf(from, sizeof from, "%s/a", watched.folder);
    snprintf(to, sizeof to, "%s/b", watched.folder);
    write_file(watched.folder, "a", "one");
    watch_take(watched.watch);
    assert_int_equal(watched.names, 1);
    assert_string_equal(watched.name, "a");
    write_file(watched.folder, "a", "two"); /* of files nobody asked for, writing is not told */
    settle(&watched);
    assert_int_equal(rename(from, to), 0);
    DRIVE_UNTIL(watched.loop, watched.names == 2);
    assert_string_equal(watched.name, "b");
    settle(&watched);
    assert_int_equal(chmod(to, 0640), 0);
    DRIVE_UNTIL(watched.loop, watched.names == 1);
    unlink(to);
    DRIVE_UNTIL(watched.loop, watched.names == 2);
    tear_down(&watched);
}

static void writing_is_told_whatever_the_file_is_called(void **state) {
    (void)state;
    struct watched watched;
    char from[128], to[128];
    set_up(&watched);
    snprintf(from, sizeof from, "%s/a", watched.folder);
    snprintf(to, sizeof to, "%s/b", watched.folder);
    write_file(watched.folder, "a", "one");
    int fd = open(from, O_RDONLY | O_CLOEXEC), number = watch_add_file(watched.watch, fd, &watched.writes);
    assert_true(number >= 0);
    write_file(watched.folder, "a", "two");
    watch_take(watched.watch);
    assert_int_equal(watched.writes, 1);
    assert_int_equal(rename(from, to), 0);
    write_file(watched.folder, "b", "three");
    DRIVE_UNTIL(watched.loop, watched.writes == 2);
    assert_int_equal(truncate(to, 0), 0);
    DRIVE_UNTIL(watched.loop, watched.writes == 3);
    write_file(watched.folder, "b", "four");
    watch_remove_file(watched.watch, number); /* what was on its way is not told any more */
    watch_remove_file(watched.watch, -1);
    close(fd);
    settle(&watched);
    write_file(watched.folder, "b", "five");
    watch_take(watched.watch);
    assert_int_equal(watched.changes, 0);
    tear_down(&watched);
}

static void more_than_the_kernel_remembers_is_a_change(void **state) {
    (void)state;
    struct watched watched;
    set_up(&watched);
    watch_add_folder(watched.watch, watched.folder);
    char a[128], b[128];
    snprintf(a, sizeof a, "%s/a", watched.folder);
    snprintf(b, sizeof b, "%s/b", watched.folder);
    write_file(watched.folder, "a", "x");
    watch_add_folder(watched.watch, watched.folder);
    for (int i = 0; i < 20000; i++) { /* the default queue holds 16384 */
        assert_int_equal(rename(a, b), 0);
        assert_int_equal(rename(b, a), 0);
    }
    DRIVE_UNTIL(watched.loop, watched.losses > 0);
    for (int i = 0; i < 100; i++) loop_turn(watched.loop, 0);
    settle(&watched);
    write_file(watched.folder, "c", "y");
    DRIVE_UNTIL(watched.loop, watched.changes > 0); /* and it goes on */
    tear_down(&watched);
}

static void a_folder_may_come_late_and_go(void **state) {
    (void)state;
    struct watched watched;
    set_up(&watched);
    char late[96];
    snprintf(late, sizeof late, "%s/late", watched.folder);
    watch_add_folder(watched.watch, late);
    settle(&watched);
    assert_int_equal(mkdir(late, 0700), 0);
    DRIVE_UNTIL(watched.loop, watched.changes > 0);
    settle(&watched);
    assert_int_equal(rmdir(late), 0);
    DRIVE_UNTIL(watched.loop, watched.changes > 0);
    settle(&watched);
    assert_int_equal(mkdir(late, 0700), 0);
    DRIVE_UNTIL(watched.loop, watched.changes > 0);
    settle(&watched);
    write_file(late, "a", "x");
    DRIVE_UNTIL(watched.loop, watched.changes > 0);
    tear_down(&watched);
}

static void a_folder_that_was_renamed_is_looked_for_again(void **state) {
    (void)state;
    struct watched watched;
    set_up(&watched);
    char one[96], two[96];
    snprintf(one, sizeof one, "%s/one", watched.folder);
    snprintf(two, sizeof two, "%s/two", watched.folder);
    assert_int_equal(mkdir(one, 0700), 0);
    watch_add_folder(watched.watch, one);
    assert_int_equal(rename(one, two), 0);
    assert_int_equal(mkdir(one, 0700), 0);
    DRIVE_UNTIL(watched.loop, watched.changes > 1); /* its going and its coming back */
    settle(&watched);
    write_file(one, "a", "x");
    DRIVE_UNTIL(watched.loop, watched.changes > 0);
    tear_down(&watched);
}

/* In a process of its own, because the limit of descriptors is the whole process's. */
static void without_inotify_it_is_said_each_second(void **state) {
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct watched watched = {.loop = drive_loop()};
        struct rlimit none = {0, 0};
        if (setrlimit(RLIMIT_NOFILE, &none) != 0) _exit(1);
        watched.watch = watch_open(watched.loop, &events, &watched);
        watch_add_folder(watched.watch, "/tmp");
        int64_t end_us = clock_steady_us() + DEADLINE_US;
        while (watched.changes < 2 && clock_steady_us() < end_us) loop_turn(watched.loop, -1);
        watch_close(watched.watch);
        loop_free(watched.loop);
        _exit(watched.changes == 2 ? 0 : 2);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_told),
        cmocka_unit_test(writing_is_told_whatever_the_file_is_called),
        cmocka_unit_test(more_than_the_kernel_remembers_is_a_change),
        cmocka_unit_test(a_folder_may_come_late_and_go),
        cmocka_unit_test(a_folder_that_was_renamed_is_looked_for_again),
        cmocka_unit_test(without_inotify_it_is_said_each_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

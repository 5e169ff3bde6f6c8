/* What is left beside a database, and when it is good for nothing. The "database" here is any file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "slad/base/buf.h"
#include "slad/store/image_file.h"

struct place {
    char folder[40], database[64], file[80], log[80];
    struct err err;
};

static void write_text(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int setup(void **state) {
    struct place *p = calloc(1, sizeof *p);
    strcpy(p->folder, "/tmp/slad-image-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    snprintf(p->database, sizeof p->database, "%s/slad.db", p->folder);
    snprintf(p->file, sizeof p->file, "%s.engine", p->database);
    snprintf(p->log, sizeof p->log, "%s-wal", p->database);
    write_text(p->database, "database");
    write_text(p->log, "log");
    *state = p;
    return 0;
}

static int teardown(void **state) {
    struct place *p = *state;
    char command[80];
    snprintf(command, sizeof command, "rm -rf '%s'", p->folder);
    assert_int_equal(system(command), 0);
    free(p);
    return 0;
}

static void leave(struct place *p, struct span bytes) {
    struct image_writer *writer;
    assert_int_equal(image_file_begin(p->database, &(struct image_care){0}, &writer, &p->err), 0);
    /* In parts of any size. */
    for (size_t at = 0, n = 1; at < bytes.n; at += n, n = n * 3 < bytes.n - at ? n * 3 : bytes.n - at)
        assert_int_equal(image_file_add(writer, (struct span){bytes.p + at, n < bytes.n - at ? n : bytes.n - at}, &p->err), 0);
    assert_int_equal(image_file_finish(writer, 7, &p->err), 0);
    assert_int_equal(image_file_put(writer, &p->err), 0);
}

static void refused(struct place *p, const char *why) {
    struct image_file file;
    assert_int_equal(image_file_open(p->database, &file, &p->err), 1);
    assert_non_null(strstr(p->err.text, why));
}

static void found(struct place *p, struct span bytes, bool is_untouched) {
    struct image_file file;
    assert_int_equal(image_file_open(p->database, &file, &p->err), 0);
    assert_true(span_eq(file.bytes, bytes));
    assert_true(file.number == 7);
    assert_int_equal(file.is_untouched, is_untouched);
    image_file_close(&file);
}
static void taken(struct place *p, struct span bytes) {
    found(p, bytes, true);
}

static void what_is_left_is_found(void **state) {
    struct place *p = *state;
    struct buf bytes = {0};
    uint64_t seed;
    struct stat st;
    refused(p, "there is no");
    assert_int_equal(image_file_seed(p->database, &seed), 1);
    leave(p, SPAN(""));
    taken(p, SPAN(""));
    for (int i = 0; i < 50000; i++) buf_printf(&bytes, "%d,", i); /* some pieces */
    leave(p, buf_span(&bytes));
    taken(p, buf_span(&bytes));
    assert_int_equal(image_file_seed(p->database, &seed), 0);
    assert_true(seed == span_hash_seeded());
    assert_int_equal(stat(p->file, &st), 0);
    assert_int_equal(st.st_mode & 0777 & 07, 0); /* nobody else's: contacts are in it */
    image_file_remove(p->database);
    refused(p, "there is no");
    image_file_remove(p->database);
    buf_fini(&bytes);
}

static void one_that_is_dropped_leaves_nothing(void **state) {
    struct place *p = *state;
    struct image_writer *writer;
    char part[96];
    assert_int_equal(image_file_begin(p->database, &(struct image_care){0}, &writer, &p->err), 0);
    assert_int_equal(image_file_add(writer, SPAN("some"), &p->err), 0);
    refused(p, "there is no"); /* not yet */
    image_file_drop(writer);
    refused(p, "there is no");
    snprintf(part, sizeof part, "%s.part", p->file);
    assert_int_equal(access(part, F_OK), -1);
    /* Nor is one in the way that a crash has left. */
    write_text(part, "half");
    leave(p, SPAN("whole"));
    taken(p, SPAN("whole"));
}

static void a_database_that_changed_is_told(void **state) {
    struct place *p = *state;
    leave(p, SPAN("bytes"));
    write_text(p->database, "otherwise"); /* it says when it was */
    found(p, SPAN("bytes"), false);
    leave(p, SPAN("bytes"));
    write_text(p->log, "more of the log");
    found(p, SPAN("bytes"), false);
    leave(p, SPAN("bytes"));
    unlink(p->log); /* as a reader does that comes last */
    taken(p, SPAN("bytes"));
    write_text(p->log, "");
    taken(p, SPAN("bytes"));
    unlink(p->database);
    found(p, SPAN("bytes"), false);
}

static void what_would_fill_the_disk_is_not_written(void **state) {
    struct place *p = *state;
    struct image_writer *writer;
    struct buf bytes = {0};
    for (int i = 0; i < 50000; i++) buf_printf(&bytes, "%d,", i);
    leave(p, SPAN("before"));
    assert_int_equal(image_file_begin(p->database, &(struct image_care){.leaves_free = UINT64_MAX}, &writer, &p->err), 0);
    assert_int_equal(image_file_add(writer, buf_span(&bytes), &p->err), ERR_FULL);
    assert_non_null(strstr(p->err.text, "would be left"));
    image_file_drop(writer);
    taken(p, SPAN("before"));
    buf_fini(&bytes);
}

static void not_a_byte_may_be_wrong(void **state) {
    struct place *p = *state;
    struct stat st;
    leave(p, SPAN("bytes"));
    assert_int_equal(stat(p->file, &st), 0);
    int fd = open(p->file, O_RDWR);
    for (off_t at = 0; at < st.st_size; at++) {
        char was, is;
        assert_int_equal(pread(fd, &was, 1, at), 1);
        is = (char)(was ^ 1);
        assert_int_equal(pwrite(fd, &is, 1, at), 1);
        struct image_file file;
        /* But what others look at: whose keys, whose database, and how that was. */
        if (image_file_open(p->database, &file, &p->err) == 0) {
            assert_true(at >= 24 && at < 40 + 48);
            assert_int_equal(file.is_untouched, at < 40);
            image_file_close(&file);
        }
        assert_int_equal(pwrite(fd, &was, 1, at), 1);
    }
    taken(p, SPAN("bytes"));
    assert_int_equal(ftruncate(fd, st.st_size - 1), 0);
    refused(p, "not whole");
    assert_int_equal(ftruncate(fd, 3), 0);
    refused(p, "not one of this version");
    close(fd);
}

static void other_keys_cannot_read_it(void **state) {
    struct place *p = *state;
    uint64_t seed = span_hash_seeded();
    leave(p, SPAN("bytes"));
    span_hash_seed(seed + 1);
    refused(p, "not whole");
    span_hash_seed(seed);
    taken(p, SPAN("bytes"));
}

static void where_nothing_can_be_written_it_says_so(void **state) {
    struct place *p = *state;
    struct image_writer *writer;
    assert_true(image_file_begin("/proc/slad.db", &(struct image_care){0}, &writer, &p->err) < 0);
    assert_non_null(strstr(p->err.text, "/proc/slad.db.engine.part"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_left_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(one_that_is_dropped_leaves_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(a_database_that_changed_is_told, setup, teardown),
        cmocka_unit_test_setup_teardown(what_would_fill_the_disk_is_not_written, setup, teardown),
        cmocka_unit_test_setup_teardown(not_a_byte_may_be_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(other_keys_cannot_read_it, setup, teardown),
        cmocka_unit_test_setup_teardown(where_nothing_can_be_written_it_says_so, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

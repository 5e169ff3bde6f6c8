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
#include "slad/base/secret.h"

static char folder[32], path[64];

static void write_secret(const char *text, size_t bytes, mode_t mode) {
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, bytes), bytes);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static int set_up(void **state) {
    (void)state;
    strcpy(folder, "/tmp/slad-secret-XXXXXX");
    if (!mkdtemp(folder)) return -1;
    snprintf(path, sizeof path, "%s/word", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void the_first_line_is_it(void **state) {
    (void)state;
    char out[SECRET_MAX];
    bool exposed;
    struct err err;
    write_secret("open sesame\r\nsecond line\n", 25, 0600);
    assert_int_equal(secret_read(&(struct secret_place){.file = path}, out, &exposed, &err), 0);
    assert_string_equal(out, "open sesame");
    assert_false(exposed);
    for (size_t i = strlen(out); i < sizeof out; i++) assert_int_equal(out[i], 0);
    write_secret("open", 4, 0604);
    assert_int_equal(secret_read(&(struct secret_place){.file = path}, out, &exposed, &err), 0);
    assert_true(exposed);
}

static void a_credential_stands_in_its_folder(void **state) {
    (void)state;
    char out[SECRET_MAX];
    bool exposed;
    struct err err;
    write_secret("sesame", 6, 0600);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(
        secret_read(&(struct secret_place){.credential = "word"}, out, &exposed, &err), ERR_NOT_FOUND);
    assert_non_null(strstr(err.text, "LoadCredential=word:FILE"));
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_int_equal(secret_read(&(struct secret_place){.credential = "word"}, out, &exposed, &err), 0);
    assert_string_equal(out, "sesame");
}

static void what_is_no_secret(void **state) {
    (void)state;
    char out[SECRET_MAX] = "untouched", long_one[SECRET_MAX + 10];
    bool exposed;
    struct err err;
    struct secret_place place = {.file = path};
    unlink(path);
    assert_int_equal(secret_read(&place, out, &exposed, &err), ERR_NOT_FOUND);
    assert_int_equal(secret_read(&(struct secret_place){.file = folder}, out, &exposed, &err), ERR_IO);
    write_secret("\nsecond", 7, 0600);
    assert_int_equal(secret_read(&place, out, &exposed, &err), ERR_INVALID);
    write_secret("a\x01", 2, 0600);
    assert_int_equal(secret_read(&place, out, &exposed, &err), ERR_INVALID);
    memset(long_one, 'x', sizeof long_one);
    write_secret(long_one, sizeof long_one, 0600);
    assert_int_equal(secret_read(&place, out, &exposed, &err), ERR_INVALID);
    assert_string_equal(out, "untouched");
    write_secret(long_one, SECRET_MAX - 2, 0600);
    assert_int_equal(secret_read(&place, out, &exposed, &err), 0);
    assert_int_equal(strlen(out), SECRET_MAX - 2);
}

static void a_token_is_guarded_better(void **state) {
    (void)state;
    static const struct {
        const char *text, *says;
        mode_t mode;
    } wrong[] = {{"0123456789abcdef", "read by every user", 0644}, {"0123456789abcde", "shorter than 16", 0600},
        {"0123456789abcde f", "holds spaces", 0600}, {"0123456789abcde\xc3\xa9", "beyond ASCII", 0600}};
    char out[SECRET_MAX] = "untouched";
    struct err err;
    struct secret_place place = {.file = path};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        write_secret(wrong[i].text, strlen(wrong[i].text), wrong[i].mode);
        assert_int_equal(secret_read_token(&place, out, &err), ERR_INVALID);
        assert_non_null(strstr(err.text, wrong[i].says));
        assert_null(strstr(err.text, wrong[i].text));
        assert_string_equal(out, "untouched");
    }
    write_secret("0123456789abcdef\n", 17, 0640);
    assert_int_equal(secret_read_token(&place, out, &err), 0);
    assert_string_equal(out, "0123456789abcdef");
}

static void only_the_secret_is_the_secret(void **state) {
    (void)state;
    static const char secret[SECRET_MAX] = "0123456789abcdef", none[SECRET_MAX];
    static const char longer[SECRET_MAX + 1] = "0123456789abcdef";
    assert_true(secret_is(secret, SPAN("0123456789abcdef")));
    assert_false(secret_is(secret, SPAN("0123456789abcdeF")));
    assert_false(secret_is(secret, SPAN("1123456789abcdef")));
    assert_false(secret_is(secret, SPAN("0123456789abcde")));
    assert_false(secret_is(secret, SPAN("0123456789abcdef0")));
    assert_false(secret_is(secret, SPAN("")));
    assert_false(secret_is(none, SPAN("")));
    assert_false(secret_is(secret, (struct span){longer, sizeof longer}));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_is_it),
        cmocka_unit_test(a_credential_stands_in_its_folder),
        cmocka_unit_test(what_is_no_secret),
        cmocka_unit_test(a_token_is_guarded_better),
        cmocka_unit_test(only_the_secret_is_the_secret),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

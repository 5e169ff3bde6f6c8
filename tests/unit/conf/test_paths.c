/* Where things are when nobody says so. */
#include "folder.h"

#include "slad/conf/paths.h"

static void assert_path(char *take_path, const char *wanted) {
    assert_string_equal(take_path, wanted);
    free(take_path);
}

static int forget_variables(void **state) {
    (void)state;
    static const char *const names[] = {
        "RUNTIME_DIRECTORY", "STATE_DIRECTORY", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "HOME"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unsetenv(names[i]);
    return 0;
}

static void a_service_is_told_by_systemd(void **state) {
    (void)state;
    setenv("RUNTIME_DIRECTORY", "/run/slad-test:/run/other", 1);
    setenv("STATE_DIRECTORY", "/var/lib/slad-test", 1);
    setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
    assert_path(config_default_socket(), "/run/slad-test/slad.sock");
    assert_path(config_default_events_socket(), "/run/slad-test/events.sock");
    assert_path(config_default_database(), "/var/lib/slad-test/slad.db");
}

static void root_and_users_have_their_places(void **state) {
    (void)state;
    char wanted[100];
    if (geteuid() == 0) {
        assert_path(config_default_socket(), "/run/slad/slad.sock");
        assert_path(config_default_database(), "/var/lib/slad/slad.db");
        return;
    }
    snprintf(wanted, sizeof wanted, "/tmp/slad-%u/slad.sock", (unsigned)geteuid());
    assert_path(config_default_socket(), wanted);
    setenv("XDG_RUNTIME_DIR", "relative", 1); /* the XDG rules: ignored */
    assert_path(config_default_socket(), wanted);
    setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
    assert_path(config_default_events_socket(), "/run/user/7/slad/events.sock");
    setenv("HOME", "/home/u", 1);
    assert_path(config_default_database(), "/home/u/.local/state/slad/slad.db");
    setenv("XDG_STATE_HOME", "/home/u/state", 1);
    assert_path(config_default_database(), "/home/u/state/slad/slad.db");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_service_is_told_by_systemd, forget_variables),
        cmocka_unit_test_setup(root_and_users_have_their_places, forget_variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "drive.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "slad/base/counters.h"
#include "slad/loop/listen.h"

struct accepted {
    int fds[64];
    int count, refused;
};

static void on_accept(void *arg, int fd) {
    struct accepted *accepted = arg;
    accepted->fds[accepted->count++] = fd;
}

static void on_refused(void *arg) {
    struct accepted *accepted = arg;
    accepted->refused++;
}

static void close_all(struct accepted *accepted) {
    for (int i = 0; i < accepted->count; i++) close(accepted->fds[i]);
}

static struct listener *open_at(
    struct loop *loop, const struct listen_options *options, struct accepted *accepted) {
    struct err err;
    struct listener *listener = NULL;
    int rc = listener_open(loop, options, on_accept, on_refused, accepted, &listener, &err);
    if (rc) fail_msg("%s", err.text);
    return listener;
}

static void a_path_appears_ready_and_goes(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    char *folder = drive_folder(), path[96];
    snprintf(path, sizeof path, "%s/new/events.sock", folder);
    char group[16];
    snprintf(group, sizeof group, "%u", (unsigned)getgid());
    struct accepted accepted = {0};
    struct listen_options options = {.unix_path = path, .mode = 0622, .group = group};
    struct listener *listener = open_at(loop, &options, &accepted);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_true(S_ISSOCK(found.st_mode));
    assert_int_equal(found.st_mode & 0777, 0622);
    assert_int_equal(listener_port(listener), 0);
    int client = drive_connect(path);
    assert_true(client >= 0);
    DRIVE_UNTIL(loop, accepted.count == 1);
    close_all(&accepted);
    listener_release(listener);
    close(client);
    listener_close(listener);
    assert_int_not_equal(stat(path, &found), 0);
    loop_free(loop);
    drive_remove(folder);
}

static void a_stale_socket_is_replaced_a_live_one_is_not(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    char *folder = drive_folder(), path[64];
    snprintf(path, sizeof path, "%s/s", folder);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int stale = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(stale, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(stale, 1), 0);
    close(stale);

    struct accepted accepted = {0};
    struct listen_options options = {.unix_path = path};
    struct listener *listener = open_at(loop, &options, &accepted), *second = NULL;
    struct err err;
    assert_int_equal(listener_open(loop, &options, on_accept, NULL, &accepted, &second, &err), ERR_IN_USE);
    assert_non_null(strstr(err.text, path));
    assert_null(second);
    listener_close(listener);
    loop_free(loop);
    drive_remove(folder);
}

static void what_is_no_socket_is_left_alone(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    char *folder = drive_folder(), path[64];
    snprintf(path, sizeof path, "%s/precious", folder);
    close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    struct accepted accepted = {0};
    struct listen_options options = {.unix_path = path};
    struct listener *listener = NULL;
    struct err err;
    assert_int_equal(listener_open(loop, &options, on_accept, NULL, &accepted, &listener, &err), ERR_IN_USE);
    assert_int_equal(access(path, F_OK), 0);
    loop_free(loop);
    drive_remove(folder);
}

static void a_path_taken_over_is_not_removed(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    char *folder = drive_folder(), path[64];
    snprintf(path, sizeof path, "%s/s", folder);
    struct accepted accepted = {0};
    struct listen_options options = {.unix_path = path};
    struct listener *first = open_at(loop, &options, &accepted);
    unlink(path);
    struct listener *second = open_at(loop, &options, &accepted);
    listener_close(first);
    assert_int_equal(access(path, F_OK), 0);
    listener_close(second);
    assert_int_not_equal(access(path, F_OK), 0);
    loop_free(loop);
    drive_remove(folder);
}

static void bad_addresses_are_refused_in_words(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct accepted accepted = {0};
    struct listener *listener = NULL;
    char long_path[300];
    memset(long_path, 'x', sizeof long_path);
    long_path[0] = '/';
    long_path[sizeof long_path - 1] = '\0';
    const struct {
        struct listen_options options;
        int code;
    } cases[] = {
        {{.unix_path = long_path}, ERR_INVALID},
        {{.unix_path = ""}, ERR_INVALID},
        {{.unix_path = "/tmp/slad-no-such/no-such/s"}, ERR_IO},
        {{.unix_path = "/tmp/slad-test-group", .group = "no such group"}, ERR_NOT_FOUND},
        {{.host = "example.invalid", .port = 1}, ERR_INVALID},
        {{.host = "127.0.0.1", .port = 70000}, ERR_INVALID},
        {{.host = "[::1", .port = 0}, ERR_INVALID},
        {{.inherited_fd = 900}, ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        assert_int_equal(listener_open(loop, &cases[i].options, on_accept, NULL, &accepted, &listener, &err),
            cases[i].code);
        assert_int_equal(err.code, cases[i].code);
        assert_true(err.text[0] != '\0');
    }
    assert_int_not_equal(access("/tmp/slad-test-group", F_OK), 0);
    loop_free(loop);
}

static int connect_tcp(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void tcp_on_any_port_and_busy_ports(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct accepted accepted = {0};
    struct listen_options options = {.host = "localhost"};
    struct listener *listener = open_at(loop, &options, &accepted), *second = NULL;
    int port = listener_port(listener);
    assert_true(port > 0);
    int client = connect_tcp(port);
    DRIVE_UNTIL(loop, accepted.count == 1);
    options.port = port;
    struct err err;
    assert_int_equal(listener_open(loop, &options, on_accept, NULL, &accepted, &second, &err), ERR_IN_USE);
    close_all(&accepted);
    close(client);
    listener_close(listener);
    loop_free(loop);
}

static void an_inherited_socket_is_used_as_it_is(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    char *folder = drive_folder(), path[64];
    snprintf(path, sizeof path, "%s/s", folder);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 8), 0);
    struct accepted accepted = {0};
    struct listen_options options = {.unix_path = path, .inherited_fd = fd};
    struct listener *listener = open_at(loop, &options, &accepted);
    int client = drive_connect(path);
    DRIVE_UNTIL(loop, accepted.count == 1);
    close_all(&accepted);
    close(client);
    listener_close(listener);
    assert_int_equal(access(path, F_OK), 0); /* the service manager's */
    loop_free(loop);
    drive_remove(folder);
}

static void connections_over_the_limit_are_closed_at_once(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    char *folder = drive_folder(), path[64], byte;
    snprintf(path, sizeof path, "%s/s", folder);
    struct accepted accepted = {0};
    struct listen_options options = {.unix_path = path, .max_connections = 2};
    struct listener *listener = open_at(loop, &options, &accepted);
    uint64_t before = counter_values[COUNTER_connections_refused];
    int clients[4];
    for (int i = 0; i < 3; i++) clients[i] = drive_connect(path);
    DRIVE_UNTIL(loop, accepted.refused == 1);
    assert_int_equal(accepted.count, 2);
    assert_int_equal(counter_values[COUNTER_connections_refused] - before, 1);
    DRIVE_UNTIL(loop, read(clients[2], &byte, 1) == 0);
    close(accepted.fds[0]);
    listener_release(listener);
    clients[3] = drive_connect(path);
    DRIVE_UNTIL(loop, accepted.count == 3);
    for (int i = 0; i < 4; i++) close(clients[i]);
    close(accepted.fds[1]);
    close(accepted.fds[2]);
    listener_close(listener);
    loop_free(loop);
    drive_remove(folder);
}

/* In a process of its own, because the limit of descriptors is the whole process's. */
static void without_descriptors_accepting_pauses_and_resumes(void **state) {
    (void)state;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct loop *loop = drive_loop();
        char *folder = drive_folder(), path[64];
        snprintf(path, sizeof path, "%s/s", folder);
        struct accepted accepted = {0};
        struct listen_options options = {.unix_path = path};
        struct listener *listener = open_at(loop, &options, &accepted);
        int client = drive_connect(path);
        struct rlimit limit;
        getrlimit(RLIMIT_NOFILE, &limit);
        int next = dup(client);
        close(next);
        struct rlimit low = {.rlim_cur = (rlim_t)next, .rlim_max = limit.rlim_max};
        setrlimit(RLIMIT_NOFILE, &low);
        int64_t end_us = clock_steady_us() + DEADLINE_US;
        int turns = 0;
        while (listener_pauses(listener) < 2 && clock_steady_us() < end_us) loop_turn(loop, -1), turns++;
        bool paused = listener_pauses(listener) == 2 && accepted.count == 0 && turns < 20; /* no spinning */
        setrlimit(RLIMIT_NOFILE, &limit);
        while (accepted.count == 0 && clock_steady_us() < end_us) loop_turn(loop, 20);
        bool resumed = accepted.count == 1;
        close_all(&accepted);
        close(client);
        listener_close(listener);
        loop_free(loop);
        rmdir(folder);
        free(folder);
        _exit(paused && resumed ? 0 : 1 + paused);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_appears_ready_and_goes),
        cmocka_unit_test(a_stale_socket_is_replaced_a_live_one_is_not),
        cmocka_unit_test(what_is_no_socket_is_left_alone),
        cmocka_unit_test(a_path_taken_over_is_not_removed),
        cmocka_unit_test(bad_addresses_are_refused_in_words),
        cmocka_unit_test(tcp_on_any_port_and_busy_ports),
        cmocka_unit_test(an_inherited_socket_is_used_as_it_is),
        cmocka_unit_test(connections_over_the_limit_are_closed_at_once),
        cmocka_unit_test(without_descriptors_accepting_pauses_and_resumes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

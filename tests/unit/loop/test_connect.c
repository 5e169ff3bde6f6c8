#include "drive.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include "slad/loop/connect.h"

struct outcome {
    int fd, count;
    char why[512];
};

static void done(void *arg, int take_fd, const struct err *err) {
    struct outcome *outcome = arg;
    outcome->count++;
    outcome->fd = take_fd;
    snprintf(outcome->why, sizeof outcome->why, "%s", take_fd < 0 ? err->text : "");
}

/* A port of loopback, listened at or not. */
static int take_port(int *port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void connects(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct outcome outcome = {0};
    int port, listening = take_port(&port);
    assert_int_equal(listen(listening, 1), 0);
    assert_non_null(connect_open(loop, "127.0.0.1", port, 60000, done, &outcome));
    assert_int_equal(outcome.count, 0); /* never at once */
    DRIVE_UNTIL(loop, outcome.count == 1);
    assert_true(outcome.fd >= 0 && (fcntl(outcome.fd, F_GETFL) & O_NONBLOCK));
    int accepted = accept(listening, NULL, NULL);
    assert_int_equal(write(outcome.fd, "x", 1), 1);
    char byte;
    assert_int_equal(read(accepted, &byte, 1), 1);
    close(accepted);
    close(outcome.fd);
    close(listening);
    loop_free(loop);
}

static void says_why_not(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct outcome outcome = {0};
    int port, bound = take_port(&port); /* bound, and not listened at: refused */
    (void)!connect_open(loop, "127.0.0.1", port, 60000, done, &outcome);
    DRIVE_UNTIL(loop, outcome.count == 1);
    assert_true(outcome.fd == -1 && strstr(outcome.why, "refused"));
    (void)!connect_open(loop, "exchange.example", port, 60000, done, &outcome);
    assert_int_equal(outcome.count, 1);
    DRIVE_UNTIL(loop, outcome.count == 2);
    assert_true(outcome.fd == -1 && strstr(outcome.why, "not an address"));
    close(bound);
    loop_free(loop);
}

/* A queue of waiting connections that is full lets no more in, and says nothing. */
static void gives_up(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct outcome outcome = {0}, filling = {0};
    int port, listening = take_port(&port);
    assert_int_equal(listen(listening, 0), 0);
    (void)!connect_open(loop, "127.0.0.1", port, 60000, done, &filling);
    DRIVE_UNTIL(loop, filling.count == 1);
    (void)!connect_open(loop, "127.0.0.1", port, 1, done, &outcome);
    DRIVE_UNTIL(loop, outcome.count == 1);
    if (outcome.fd < 0) assert_non_null(strstr(outcome.why, "does not answer"));
    if (outcome.fd >= 0) close(outcome.fd);
    close(filling.fd);
    close(listening);
    loop_free(loop);
}

static void is_cancelled(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct outcome outcome = {0};
    int port, listening = take_port(&port);
    assert_int_equal(listen(listening, 1), 0);
    connect_cancel(connect_open(loop, "127.0.0.1", port, 60000, done, &outcome));
    connect_cancel(connect_open(loop, "nowhere", port, 60000, done, &outcome));
    connect_cancel(NULL);
    loop_turn(loop, 0);
    assert_int_equal(outcome.count, 0);
    close(listening);
    loop_free(loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connects),
        cmocka_unit_test(says_why_not),
        cmocka_unit_test(gives_up),
        cmocka_unit_test(is_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

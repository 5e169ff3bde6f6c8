#include "drive.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include "slad/loop/peer.h"

static void of_a_unix_socket_the_kernel_knows_everything(void **state) {
    (void)state;
    struct peer peer;
    int fds[2];
    gid_t groups[PEER_GROUPS_MAX];
    int count = getgroups(PEER_GROUPS_MAX, groups);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    peer_of(fds[0], &peer);
    assert_int_equal(peer.uid, geteuid());
    assert_true(peer.group_count >= 1 && peer.groups[0] == getegid());
    assert_true(peer_has_group(&peer, getegid()));
    for (int i = 0; i < count; i++) assert_true(peer_has_group(&peer, groups[i]));
    assert_int_equal(peer.group_count, 1 + count);
    assert_false(peer_has_group(&peer, 3999999999u));
    assert_string_equal(peer.name, "");
    peer_fini(&peer);
    assert_int_equal(peer.group_count, 0);
    close(fds[0]);
    close(fds[1]);
}

static void over_tcp_it_has_an_address(void **state) {
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = sizeof address;
    struct peer peer;
    int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &bytes), 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    int accepted = accept(listener, NULL, NULL);
    assert_true(accepted >= 0);
    peer_of(accepted, &peer);
    assert_int_equal(peer.uid, -1);
    assert_false(peer_has_group(&peer, getegid()));
    assert_string_equal(peer.here, "127.0.0.1");
    assert_memory_equal(peer.name, "127.0.0.1:", 10);
    peer_fini(&peer);
    close(accepted);
    close(client);
    close(listener);
}

static void of_what_is_no_socket_nothing_is_known(void **state) {
    (void)state;
    struct peer peer;
    peer_of(-1, &peer);
    assert_true(peer.uid == -1 && peer.group_count == 0 && !*peer.name && !*peer.here);
    peer_fini(&peer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_a_unix_socket_the_kernel_knows_everything),
        cmocka_unit_test(over_tcp_it_has_an_address),
        cmocka_unit_test(of_what_is_no_socket_nothing_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

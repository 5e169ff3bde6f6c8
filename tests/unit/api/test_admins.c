#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>
#include "api/admins.h"

enum { SOMEBODY = 4242, STRANGER = 4343, THEIR_GROUP = 5151, OTHER_GROUP = 5252 };

static bool may(const struct api_server *server, int64_t uid, gid_t group, const char *says) {
    gid_t groups[] = {group, 1};
    struct peer peer = {.uid = uid, .groups = groups, .group_count = 2};
    struct buf why = {0};
    bool yes = admins_have(server, &peer, &why);
    if (says && !strstr(buf_text(&why), says)) fail_msg("%s", buf_text(&why));
    if (yes) assert_int_equal(why.size, 0);
    buf_fini(&why);
    return yes;
}

static void where_nothing_is_said_the_sockets_group_is(void **state) {
    (void)state;
    struct config config = {.path = "slad.yaml"};
    struct api api = {.config = &config};
    struct api_server server = {.api = &api, .has_group = true, .group = THEIR_GROUP};
    admins_look_up(&api);
    assert_true(may(&server, 0, OTHER_GROUP, NULL));
    assert_true(may(&server, (int64_t)geteuid(), OTHER_GROUP, NULL));
    assert_true(may(&server, SOMEBODY, THEIR_GROUP, NULL));
    assert_false(may(&server, SOMEBODY, OTHER_GROUP, "uid 4242 may not do this"));
    assert_false(may(&server, SOMEBODY, OTHER_GROUP, "group (gid 5151); \"admin\" in slad.yaml"));
    server.has_group = false;
    assert_false(may(&server, SOMEBODY, 0, NULL));
    assert_false(may(&server, -1, 0, "uid -1")); /* of no Unix socket */
    admins_fini(&api.admins);
}

static void what_is_said_takes_its_place(void **state) {
    (void)state;
    const char *users[] = {"4242", "no-such-user-anywhere", "4294967295", "-1", "12x"}, *groups[] = {"5252"};
    struct config config = {.path = "slad.yaml",
        .admins = {.is_given = true, .users = users, .user_count = 5, .groups = groups, .group_count = 1, .line = 7}};
    struct api api = {.config = &config};
    struct api_server server = {.api = &api, .has_group = true, .group = THEIR_GROUP};
    admins_look_up(&api);
    assert_true(may(&server, 0, 1, NULL));
    assert_true(may(&server, SOMEBODY, 1, NULL));
    assert_true(may(&server, STRANGER, OTHER_GROUP, NULL));
    assert_false(may(&server, STRANGER, THEIR_GROUP, "\"admin\" (slad.yaml:7)"));
    assert_false(may(&server, -1, 1, NULL));
    config.admins = (struct admins){.is_given = true};
    admins_look_up(&api); /* after a reload */
    assert_false(may(&server, SOMEBODY, OTHER_GROUP, NULL));
    assert_true(may(&server, 0, 1, NULL));
    admins_fini(&api.admins);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_nothing_is_said_the_sockets_group_is),
        cmocka_unit_test(what_is_said_takes_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

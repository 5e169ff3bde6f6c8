/* Who is let in: what entries of `listen` and `inputs` and `admin` take, and what they refuse. */
#include "folder.h"

static void what_they_say(void **state) {
    (void)state;
    struct folder folder;
    folder_make(&folder);
    folder_write(&folder, "slad.yaml",
        "listen:\n"
        "- unix: a.sock\n"
        "- {unix: b.sock, serve: read}\n"
        "- {unix: c.sock, serve: [ingest, read]}\n"
        "- http: 127.0.0.2:80\n"
        "- {http: \"[::1]:80\", credential: wall, hosts: wall.example.org, serve: [read, ingest]}\n"
        "- {http: 0.0.0.0:80, token_file: t, hosts: [a.example, b]}\n"
        "inputs:\n"
        "- tcp: localhost:1\n"
        "- {tcp: \"[::]:1\", token_file: /etc/slad/t, format: cloudevents}\n"
        "admin: {users: [ann, 1000], groups: wheel}\n"
        "standards: {}\n");
    struct config *config = NULL;
    struct findings findings = {0};
    if (config_load(folder_at(&folder, "slad.yaml"), &config, &findings)) {
        struct buf said = {0};
        findings_render(&findings, &said);
        fail_msg("%s", buf_text(&said));
    }
    const struct endpoint *l = config->listens, *in = config->inputs;
    static const unsigned serves[] = {
        SERVE_ALL, SERVE_READ, SERVE_READ | SERVE_INGEST, SERVE_READ, SERVE_READ | SERVE_INGEST, SERVE_READ};
    assert_int_equal(config->listen_count, 6);
    for (size_t i = 0; i < 6; i++) assert_int_equal(l[i].serves, serves[i]);
    assert_true(!l[3].secret_file && !l[3].credential && l[3].host_count == 0);
    assert_string_equal(l[4].credential, "wall");
    assert_int_equal(l[4].host_count, 1);
    assert_string_equal(l[4].hosts[0], "wall.example.org");
    assert_string_equal(l[5].secret_file, folder_at(&folder, "t"));
    assert_string_equal(l[5].hosts[1], "b");
    assert_null(in[0].secret_file);
    assert_string_equal(in[1].secret_file, "/etc/slad/t");
    assert_true(endpoint_same(&l[4], &l[4]) && !endpoint_same(&l[0], &l[1]) && !endpoint_same(&l[4], &l[5]));
    assert_true(config->admins.is_given && config->admins.user_count == 2 && config->admins.group_count == 1);
    assert_string_equal(config->admins.users[1], "1000");
    assert_string_equal(config->admins.groups[0], "wheel");
    assert_int_equal(config->admins.line, 11);
    config_free(config);
    findings_fini(&findings);
    folder_remove(&folder);
}

static void what_they_refuse(void **state) {
    static const struct {
        const char *line, *says;
    } table[] = {
        {"listen: [{http: 0.0.0.0:80}]", "\"0.0.0.0:80\" can be reached from other machines"},
        {"listen: [{http: \"[::]:80\"}]", "can be reached from other machines"},
        {"listen: [{http: 128.0.0.1:80}]", "can be reached from other machines"},
        {"inputs: [{tcp: 192.0.2.1:80}]", "can be reached from other machines"},
        {"listen: [{http: 127.0.0.1:80, serve: ingest}]", "\"ingest\" over http needs"},
        {"listen: [{http: 127.0.0.1:80, serve: [read, admin], token_file: t}]", "unix sockets only"},
        {"listen: [{unix: a, serve: raed}]", "did you mean \"read\"?"},
        {"listen: [{unix: a, serve: []}]", "serves nothing"},
        {"listen: [{unix: a, serve: {read: 1}}]", "is not something that is served"},
        {"listen: [{unix: a, token_file: t}]", "a token is for tcp and http"},
        {"listen: [{unix: a, hosts: h}]", "\"hosts\" is for http"},
        {"listen: [{http: 127.0.0.1:80, hosts: \"http://h\"}]", "without http://"},
        {"listen: [{http: 127.0.0.1:80, hosts: \"*\"}]", "without http://"},
        {"listen: [{http: 127.0.0.1:80, token_file: t, credential: c}]", "choose one"},
        {"listen: [{http: 127.0.0.1:80, credential: ../c}]", "without a folder"},
        {"listen: [{http: 127.0.0.1:80, secret_file: t}]", "has no place in an entry of \"listen\""},
        {"inputs: [{unix: a, credential: c}]", "a token is for tcp and http"},
        {"inputs: [{file: a, token_file: c}]", "a token is for tcp and http"},
        {"inputs: [{unix: a, serve: read}]", "has no place in an entry of \"inputs\""},
        {"inputs: [{ami: \"127.0.0.1:5038\", user: a, credential: b, token_file: c}]", "beside \"ami\""},
        {"admin: {user: ann}", "did you mean \"users\"?"},
        {"admin: [ann]", "users or groups"},
        {"admin: {users: [{a: b}]}", "is not the name of a user"},
        {"admin: {groups: [\"a\\tb\"]}", "control character"},
    };
    (void)state;
    struct folder folder;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[512];
        struct config *config = NULL;
        struct findings findings = {0};
        struct buf said = {0};
        snprintf(text, sizeof text, "%s\nstandards: {}\n", table[i].line);
        folder_write(&folder, "slad.yaml", text);
        assert_int_equal(config_load(folder_at(&folder, "slad.yaml"), &config, &findings), ERR_INVALID);
        findings_render(&findings, &said);
        if (!strstr(buf_text(&said), table[i].says)) fail_msg("%s: %s", table[i].line, buf_text(&said));
        buf_fini(&said);
        findings_fini(&findings);
    }
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_they_say), cmocka_unit_test(what_they_refuse)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Links to an exchange: what their entry takes, and what it refuses. */
#include "folder.h"

static void what_it_says(void **state) {
    (void)state;
    struct folder folder;
    folder_make(&folder);
    folder_write(&folder, "slad.yaml",
        "inputs:\n"
        "- {ami: \"127.0.0.1:5038\", user: slad, secret_file: ami.secret}\n"
        "- {ami: \"[::1]:5038\", user: \"a b\", credential: ami}\n"
        "standards: {}\n");
    struct config *config = NULL;
    struct findings findings = {0};
    assert_int_equal(config_load(folder_at(&folder, "slad.yaml"), &config, &findings), 0);
    assert_int_equal(config->input_count, 2);
    const struct endpoint *first = &config->inputs[0], *second = &config->inputs[1];
    assert_true(first->kind == ENDPOINT_AMI && first->port == 5038 && first->format.kind == FORMAT_AMI);
    assert_string_equal(first->host, "127.0.0.1");
    assert_string_equal(first->user, "slad");
    assert_string_equal(first->secret_file, folder_at(&folder, "ami.secret"));
    assert_null(first->credential);
    assert_string_equal(second->host, "::1");
    assert_string_equal(second->credential, "ami");
    config_free(config);
    findings_fini(&findings);
    folder_remove(&folder);
}

static void what_it_refuses(void **state) {
    static const struct {
        const char *entry, *says;
    } table[] = {
        {"{ami: \"pbx.example:5038\", user: a, credential: b}", "names but localhost are not looked up"},
        {"{ami: \"127.0.0.1:0\", user: a, credential: b}", "listens at a port"},
        {"{ami: \"127.0.0.1:5038\", credential: b}", "needs a \"user\""},
        {"{ami: \"127.0.0.1:5038\", user: a}", "needs either \"secret_file\" or \"credential\""},
        {"{ami: \"127.0.0.1:5038\", user: a, credential: b, secret_file: c}", "needs either"},
        {"{ami: \"127.0.0.1:5038\", user: a, credential: ../b}", "without a folder"},
        {"{ami: \"127.0.0.1:5038\", user: \"a\\r\\nAction: Command\", credential: b}", "control character"},
        {"{ami: \"127.0.0.1:5038\", user: a, credential: b, format: jsonl}", "has no place beside \"ami\""},
        {"{ami: \"127.0.0.1:5038\", user: a, credential: b, mode: \"0600\"}", "is for unix sockets"},
        {"{unix: /run/x, user: a}", "is for inputs \"ami\""},
        {"{ami: \"127.0.0.1:5038\", unix: /run/x, user: a, credential: b}", "unix, tcp, file or ami"},
        {"{file: /var/log/ami, format: ami}", "is for replays"},
    };
    (void)state;
    struct folder folder;
    folder_make(&folder);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[512];
        struct config *config = NULL;
        struct findings findings = {0};
        struct buf said = {0};
        snprintf(text, sizeof text, "inputs:\n- %s\nstandards: {}\n", table[i].entry);
        folder_write(&folder, "slad.yaml", text);
        assert_int_equal(config_load(folder_at(&folder, "slad.yaml"), &config, &findings), ERR_INVALID);
        findings_render(&findings, &said);
        if (!strstr(buf_text(&said), table[i].says)) fail_msg("%s: %s", table[i].entry, buf_text(&said));
        buf_fini(&said);
        findings_fini(&findings);
    }
    folder_remove(&folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_it_says), cmocka_unit_test(what_it_refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}

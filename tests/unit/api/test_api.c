/* The API over real sockets: the asking end is driven from the same loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "slad/api/api.h"
#include "slad/base/clock.h"
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/service/intake.h"
#include "slad/wire/json.h"

/* Far beyond what anything here takes, also under sanitizers on a busy machine. */
#define DEADLINE_US (INT64_C(60) * 1000 * 1000)

struct site {
    char folder[40], config[64], socket[64], database[64];
    struct loop *loop;
    struct service *service;
    struct api *api;
    bool commits; /* the turns end with a commit */
    int idle;
    struct err err;
    struct buf answer; /* of the latest exchange, whole */
    struct json *json;
};

static const char STANDARDS[] =
    "standards:\n  answered: {start: offered, stop: answered, within: 1m, target: 90%, by: [queue]}\n";

static void write_config(const struct site *site, const char *standards) {
    FILE *file = fopen(site->config, "w");
    assert_non_null(file);
    fprintf(file, "database: %s\ninputs: []\nlisten:\n  - unix: %s\n  - http: 127.0.0.1:0\n%s",
        site->database, site->socket, standards);
    fclose(file);
}

static void turn_end(void *arg) {
    struct site *site = arg;
    struct err err;
    service_turn(site->service, loop_now_ms(site->loop));
    if (site->commits) (void)!service_commit(site->service, &err);
    site->idle = service_idle(site->service);
}

static void write_inputs(void *arg, struct json_writer *w) {
    (void)arg;
    json_array_begin(w);
    json_string(w, SPAN("one"));
    json_array_end(w);
}

static int setup_starting(void **state) {
    struct site *site = mem_zalloc(sizeof *site);
    struct config *config;
    struct findings findings = {0};
    static const struct service_options options;
    struct api_options api = {.inputs = write_inputs};
    strcpy(site->folder, "/tmp/slad-api-XXXXXX");
    assert_non_null(mkdtemp(site->folder));
    snprintf(site->config, sizeof site->config, "%s/slad.yaml", site->folder);
    snprintf(site->socket, sizeof site->socket, "%s/slad.sock", site->folder);
    snprintf(site->database, sizeof site->database, "%s/slad.db", site->folder);
    write_config(site, STANDARDS);
    assert_int_equal(config_load(site->config, &config, &findings), 0);
    findings_fini(&findings);
    site->loop = loop_new(&site->err);
    assert_non_null(site->loop);
    loop_on_turn_end(site->loop, turn_end, site);
    site->commits = true;
    assert_int_equal(service_open(config, &options, clock_wall_ms(), &site->service, &site->err), 0);
    if (api_open(site->loop, config, &api, &site->api, &site->err)) fail_msg("%s", site->err.text);
    *state = site;
    return 0;
}

static int setup(void **state) {
    setup_starting(state);
    struct site *site = *state;
    api_begin(site->api, site->service);
    return 0;
}

static int teardown(void **state) {
    struct site *site = *state;
    char command[80];
    service_stop(site->service);
    api_close(site->api);
    service_close(site->service);
    loop_free(site->loop);
    json_free(site->json);
    buf_fini(&site->answer);
    snprintf(command, sizeof command, "rm -rf '%s'", site->folder);
    assert_int_equal(system(command), 0);
    free(site);
    return 0;
}

/* ---------------------------------------------------------------- asking */

static int dial(const struct site *site, bool tcp) {
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    struct sockaddr_in remote = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    snprintf(local.sun_path, sizeof local.sun_path, "%s", site->socket);
    remote.sin_port = htons((uint16_t)api_port(site->api, 1));
    int fd = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const struct sockaddr *address = tcp ? (const struct sockaddr *)&remote : (const struct sockaddr *)&local;
    assert_int_equal(connect(fd, address, tcp ? sizeof remote : sizeof local), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return fd;
}

/* Sends a request on a connection of its own. */
static int send_request(
    struct site *site, bool tcp, const char *method, const char *target, struct span body) {
    int fd = dial(site, tcp);
    struct buf text = {0};
    buf_printf(&text, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n", method, target);
    if (body.n) buf_printf(&text, "Content-Length: %zu\r\n", body.n);
    buf_add_text(&text, "\r\n");
    buf_add_span(&text, body);
    int64_t end = clock_steady_us() + DEADLINE_US;
    for (size_t sent = 0; sent < text.size;) {
        ssize_t n = write(fd, text.data + sent, text.size - sent);
        if (n > 0)
            sent += (size_t)n;
        else
            loop_turn(site->loop, 20);
        if (clock_steady_us() > end) fail_msg("the request was never taken");
    }
    buf_fini(&text);
    return fd;
}

static bool read_some(int fd, struct buf *out) {
    char block[65536];
    ssize_t n;
    while ((n = read(fd, block, sizeof block)) > 0) buf_add(out, block, (size_t)n);
    return n == 0;
}

/* Turns until the answer is whole; its status. */
static int receive(struct site *site, int fd) {
    int64_t end = clock_steady_us() + DEADLINE_US;
    buf_clear(&site->answer);
    while (!read_some(fd, &site->answer)) {
        if (clock_steady_us() > end) fail_msg("no answer came: %s", buf_text(&site->answer));
        loop_turn(site->loop, 20);
    }
    close(fd);
    int status = 0;
    assert_int_equal(sscanf(buf_text(&site->answer), "HTTP/1.1 %d", &status), 1);
    return status;
}

static int ask(struct site *site, const char *method, const char *target, const char *body) {
    return receive(site, send_request(site, false, method, target, span_of(body)));
}

static bool says(const struct site *site, const char *text) {
    return site->answer.size && strstr(buf_text(&site->answer), text);
}

/* The body, read. */
static const struct json *body(struct site *site) {
    const char *text = strstr(buf_text(&site->answer), "\r\n\r\n");
    assert_non_null(text);
    json_free(site->json);
    site->json = NULL;
    if (json_parse(span_of(text + 4), &site->json, &site->err)) fail_msg("%s: %s", site->err.text, text);
    return site->json;
}

static const char *detail(struct site *site) {
    assert_true(says(site, "Content-Type: application/problem+json\r\n"));
    return json_text(json_get(body(site), "detail"));
}

static int64_t number(const struct json *json, const char *key) {
    return json_integer(json_get(json, key), -1);
}

#define OFFERED(c) "{\"contact\":\"" c "\",\"event\":\"offered\",\"id\":\"" c "\",\"queue\":\"q1\"}\n"

/* ---------------------------------------------------------------- tests */

static void questions_are_answered(void **state) {
    struct site *site = *state;
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("a")), 200);
    static const char *const targets[] = {"/v1/status", "/v1/standards", "/v1/standards/answered",
        "/v1/breaches?since=24h", "/v1/figures?group.queue=q1", "/v1/figures?standard=answered&at=1m",
        "/v1/percentiles?q=50&from=1h", "/v1/open?at_risk=10m", "/v1/contacts/a"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        if (ask(site, "GET", targets[i], "") != 200) fail_msg("%s: %s", targets[i], buf_text(&site->answer));
        assert_true(says(site, "Content-Type: application/json\r\n"));
        assert_true(says(site, "Cache-Control: no-store\r\n"));
        assert_true(json_is_object(body(site)));
    }
    assert_int_equal(ask(site, "GET", "/v1/status", ""), 200);
    assert_string_equal(json_text(json_at(json_get(body(site), "inputs"), 0)), "one");
    assert_int_equal(number(json_get(site->json, "engine"), "open"), 1);
    assert_int_equal(ask(site, "GET", "/v1/open", ""), 200);
    assert_string_equal(json_text(json_get(json_at(json_get(body(site), "open"), 0), "contact")), "a");
}

static void a_contact_may_have_any_name(void **state) {
    struct site *site = *state;
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("order/7 \xC4\x81?")), 200);
    assert_int_equal(ask(site, "GET", "/v1/contacts/order%2F7%20%C4%81%3F", ""), 200);
    assert_string_equal(json_text(json_get(body(site), "contact")), "order/7 \xC4\x81?");
    assert_int_equal(ask(site, "GET", "/v1/contacts/order/7%20%C4%81%3F", ""), 200);
    assert_int_equal(ask(site, "GET", "/v1/contacts/none", ""), 404);
    assert_string_equal(detail(site), "the journal holds no event of a contact \"none\": it is named letter by letter, and kept for retain.events");
}

static void a_head_is_a_question_without_body(void **state) {
    struct site *site = *state;
    assert_int_equal(ask(site, "HEAD", "/v1/standards", ""), 200);
    assert_string_equal(strstr(buf_text(&site->answer), "\r\n\r\n"), "\r\n\r\n");
    assert_true(says(site, "Content-Length: "));
}

static void slips_are_told_what_was_meant(void **state) {
    struct site *site = *state;
    static const struct {
        int status;
        const char *method, *target, *detail;
    } cases[] = {
        {404, "GET", "/v1/breeches", "there is nothing at \"/v1/breeches\": did you mean \"/v1/breaches\"?"},
        {404, "GET", "/",
            "there is nothing at \"/\": see /v1/status, /v1/standards, /v1/breaches, /v1/figures, /v1/open"},
        {404, "GET", "/v1/standards/answred", "no standard is named \"answred\": did you mean \"answered\"?"},
        {404, "GET", "/v1/figures?standard=answred",
            "no standard is named \"answred\": did you mean \"answered\"?"},
        {404, "GET", "/v1/standards/", NULL},
        {400, "GET", "/v1/breaches?standrd=x",
            "there is no parameter \"standrd\": did you mean \"standard\"?"},
        {400, "GET", "/v1/figures?since=1h",
            "there is no parameter \"since\" here; there are: standard, at, group.ATTRIBUTE"},
        {400, "GET", "/v1/status?verbose", "there is no parameter \"verbose\" here, nor any other"},
        {400, "GET", "/v1/breaches?limit=5&limit=6", "the parameter \"limit\" is given twice"},
        {400, "GET", "/v1/breaches?group.a=1&group.a=2", "a group attribute is given twice"},
        {400, "GET", "/v1/breaches?kind=levels",
            "kind: \"contact\" or \"level\" was expected, not \"levels\""},
        {400, "GET", "/v1/figures?group.queu=q1",
            "no standard is split by \"queu\": did you mean \"group.queue\"?"},
        {400, "GET", "/v1/figures?at=2999-01-01T00:00:00Z", NULL},
        {400, "GET", "/v1/percentiles?after=1", NULL},
        {405, "POST", "/v1/status", "this can only be asked (GET)"},
        {405, "DELETE", "/v1/contacts/a", "this can only be asked (GET)"},
        {405, "GET", "/v1/events", "this is done with POST"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int status = ask(site, cases[i].method, cases[i].target, "");
        if (status != cases[i].status) fail_msg("%s: %s", cases[i].target, buf_text(&site->answer));
        const char *told = detail(site);
        if (cases[i].detail) assert_string_equal(told, cases[i].detail);
        assert_int_equal(number(site->json, "status"), status);
        assert_string_equal(json_text(json_get(site->json, "type")), "about:blank");
        if (status == 405)
            assert_true(
                says(site, strcmp(cases[i].method, "GET") == 0 ? "Allow: POST\r\n" : "Allow: GET, HEAD\r\n"));
    }
}

static void events_are_answered_once_they_are_on_disk(void **state) {
    struct site *site = *state;
    site->commits = false;
    int fd = send_request(site, false, "POST", "/v1/events",
        SPAN(OFFERED("a") "\n{\"contact\":1}\r\n" OFFERED("a") "  \n" OFFERED("b")));
    for (int i = 0; i < 20; i++) loop_turn(site->loop, 0);
    buf_clear(&site->answer);
    assert_false(read_some(fd, &site->answer));
    assert_int_equal(site->answer.size, 0);
    assert_int_equal(intake_durable(site->service), 0);
    site->commits = true;
    assert_int_equal(receive(site, fd), 200);
    const struct json *told = body(site);
    assert_int_equal(number(told, "accepted"), 2);
    assert_int_equal(number(told, "duplicate"), 1);
    assert_int_equal(number(told, "rejected"), 1);
    assert_int_equal(json_size(json_get(told, "errors")), 1);
    assert_int_equal(number(json_at(json_get(told, "errors"), 0), "line"), 3);
    assert_true(intake_durable(site->service) >= 1);
}

static void a_post_that_changes_nothing_is_answered_too(void **state) {
    struct site *site = *state;
    assert_int_equal(ask(site, "POST", "/v1/events", ""), 200);
    assert_int_equal(number(body(site), "accepted"), 0);
    assert_int_equal(ask(site, "POST", "/v1/events", "{\"hello\":{}}\n\n"), 200);
    assert_int_equal(ask(site, "POST", "/v1/events", "nonsense"), 200);
    assert_int_equal(number(body(site), "rejected"), 1);
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("a")), 200);
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("a")), 200);
    assert_int_equal(number(body(site), "duplicate"), 1);
}

static void at_most_a_hundred_errors_are_listed(void **state) {
    struct site *site = *state;
    struct buf lines = {0};
    for (int i = 0; i < 150; i++) buf_add_text(&lines, "{}\n");
    assert_int_equal(ask(site, "POST", "/v1/events", buf_text(&lines)), 200);
    assert_int_equal(number(body(site), "rejected"), 150);
    assert_int_equal(json_size(json_get(site->json, "errors")), 100);
    buf_fini(&lines);
}

/* No file may grow any more: what a full disk is like. */
static void let_files_grow(bool grow) {
    static struct rlimit before;
    if (!grow) {
        signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    }
    struct rlimit limit = {grow ? before.rlim_cur : 1, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void recover(struct site *site) {
    assert_int_equal(service_recover(site->service, clock_wall_ms(), &site->err), 0);
    while (service_idle(site->service)) continue;
    assert_true(service_accepts(site->service));
}

static void a_lost_batch_is_not_acknowledged(void **state) {
    struct site *site = *state;
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("a")), 200);
    let_files_grow(false);
    int status = ask(site, "POST", "/v1/events", OFFERED("b"));
    let_files_grow(true);
    assert_int_equal(status, 503);
    assert_true(says(site, "Retry-After: 1\r\n"));
    assert_string_equal(detail(site), "nothing of this request was stored; send it again");
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("b")), 503); /* until it has recovered */
    assert_int_equal(ask(site, "GET", "/v1/status", ""), 200);
    assert_string_equal(json_text(json_get(body(site), "state")), "failed");
    assert_non_null(json_text(json_get(site->json, "failure")));
    recover(site);
    assert_int_equal(ask(site, "GET", "/v1/contacts/b", ""), 404);
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("b")), 200);
    assert_int_equal(number(body(site), "accepted"), 1);
}

static void a_post_that_is_lost_half_way_says_how_much_is_stored(void **state) {
    struct site *site = *state;
    struct buf lines = {0};
    for (int i = 0; i < 6000; i++)
        buf_printf(&lines, "%s{\"contact\":\"c%d\",\"event\":\"offered\",\"queue\":\"q1\"}\n", i % 1000 ? "" : "no\n", i);
    int fd = send_request(site, false, "POST", "/v1/events", buf_span(&lines));
    uint64_t before = counter_values[COUNTER_events_accepted];
    while (counter_values[COUNTER_events_accepted] == before) loop_turn(site->loop, 20); /* a part of it is on disk */
    let_files_grow(false);
    int status = receive(site, fd);
    let_files_grow(true);
    assert_int_equal(status, 503);
    assert_non_null(strstr(detail(site), "nothing after them was stored"));
    const struct json *stored = json_get(body(site), "stored");
    int64_t whole = number(stored, "lines"), accepted = number(stored, "accepted"), rejected = number(stored, "rejected");
    assert_true(whole > 0 && whole < 6006);
    assert_true(accepted + rejected == whole && rejected > 0);
    recover(site);
    assert_int_equal(ask(site, "GET", "/v1/status", ""), 200);
    assert_int_equal(number(json_get(body(site), "database"), "events"), accepted); /* exactly those */
    buf_fini(&lines);
}

#define MISSED(c)                                                                                                      \
    "{\"contact\":\"" c "\",\"event\":\"offered\",\"at\":1000}\n{\"contact\":\"" c                                      \
    "\",\"event\":\"answered\",\"at\":2000}\n"

static void a_stream_tells_what_is_on_disk_and_nothing_else(void **state) {
    struct site *site = *state;
    int fd = send_request(site, true, "GET", "/v1/stream?kind=contact", SPAN(""));
    struct buf told = {0};
    for (int i = 0; i < 50 && !strstr(buf_text(&told), "id: 0\n\n"); i++) {
        loop_turn(site->loop, 20);
        assert_false(read_some(fd, &told));
    }
    let_files_grow(false);
    int status = ask(site, "POST", "/v1/events", MISSED("lost"));
    let_files_grow(true);
    assert_int_equal(status, 503);
    recover(site);
    assert_int_equal(ask(site, "POST", "/v1/events", MISSED("kept")), 200);
    for (int i = 0; i < 50 && !strstr(buf_text(&told), "event: breach\n"); i++) {
        loop_turn(site->loop, 20);
        assert_false(read_some(fd, &told));
    }
    assert_non_null(strstr(buf_text(&told), "\"contact\":\"kept\""));
    assert_null(strstr(buf_text(&told), "lost"));
    close(fd);
    buf_fini(&told);
    assert_int_equal(ask(site, "HEAD", "/v1/stream", ""), 200);
    assert_int_equal(ask(site, "GET", "/v1/stream?state=open", ""), 400);
}

static void over_tcp_one_can_only_ask(void **state) {
    struct site *site = *state;
    assert_true(api_port(site->api, 1) > 0);
    assert_int_equal(api_port(site->api, 0), 0);
    assert_int_equal(receive(site, send_request(site, true, "GET", "/v1/status", SPAN(""))), 200);
    assert_int_equal(receive(site, send_request(site, true, "HEAD", "/v1/status", SPAN(""))), 200);
    assert_int_equal(receive(site, send_request(site, true, "POST", "/v1/events", SPAN(OFFERED("a")))), 403);
    assert_int_equal(receive(site, send_request(site, true, "POST", "/v1/reload", SPAN(""))), 403);
    assert_int_equal(receive(site, send_request(site, true, "GET", "/v1/reload", SPAN(""))), 403);
    assert_int_equal(receive(site, send_request(site, true, "GET", "/v1/contacts/a", SPAN(""))), 404);
}

static void while_it_starts_everybody_is_told(void **state) {
    struct site *site = *state;
    assert_int_equal(ask(site, "GET", "/v1/ready", ""), 503);
    assert_string_equal(json_text(json_get(body(site), "detail")), "slad is starting");
    assert_true(says(site, "Retry-After: 1\r\n"));
    api_starting(site->api, "reading the journal: 1 of 2");
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("a")), 503);
    assert_non_null(strstr(json_text(json_get(body(site), "detail")), "starting: reading the journal: 1 of 2"));
    api_begin(site->api, site->service);
    assert_int_equal(ask(site, "GET", "/v1/ready", ""), 200);
    assert_int_equal(ask(site, "GET", "/v1/health", ""), 200);
}

static void a_reload_is_answered_when_it_is_in_force(void **state) {
    struct site *site = *state;
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("a")), 200);
    write_config(site, "standards:\n  answered: {start: offered, stop: answered, within: 2m, by: [queue]}\n");
    int first = send_request(site, false, "POST", "/v1/reload", SPAN(""));
    int second = send_request(site, false, "POST", "/v1/reload", SPAN(""));
    int status = receive(site, second);
    if (status != 409) assert_int_equal(status, 200); /* unless the first was done before the second came */
    assert_int_equal(receive(site, first), 200);
    assert_string_equal(json_text(json_get(body(site), "outcome")), "the configuration is in force");
    assert_int_equal(ask(site, "GET", "/v1/standards/answered", ""), 200);
    assert_int_equal(number(body(site), "version"), 2);
}

static void a_wrong_configuration_is_told_line_by_line(void **state) {
    struct site *site = *state;
    write_config(site, "standards:\n  answered: {start: offered, stop: answered, wihtin: 2m}\n  x: {}\n");
    assert_int_equal(ask(site, "POST", "/v1/reload", ""), 422);
    assert_true(says(site, "Content-Type: application/problem+json\r\n"));
    const struct json *findings = json_get(body(site), "findings");
    assert_true(json_size(findings) >= 2);
    assert_non_null(strstr(json_text(json_at(findings, 0)), "slad.yaml:7:"));
    assert_int_equal(number(site->json, "status"), 422);
    assert_int_equal(ask(site, "GET", "/v1/standards/answered", ""), 200);
    assert_int_equal(number(body(site), "version"), 1);
}

static void one_question_about_the_past_at_a_time(void **state) {
    struct site *site = *state;
    assert_int_equal(ask(site, "POST", "/v1/events", OFFERED("a")), 200);
    int first = send_request(site, false, "GET", "/v1/figures?at=1s", SPAN(""));
    int second = send_request(site, false, "GET", "/v1/figures?at=1s", SPAN(""));
    int status = receive(site, second);
    assert_true(status == 200 || status == 409);
    assert_int_equal(receive(site, first), 200);
    first = send_request(site, false, "GET", "/v1/figures?at=1s", SPAN(""));
    close(first); /* nobody waits */
    for (int i = 0; i < 20; i++) loop_turn(site->loop, 1);
    assert_int_equal(ask(site, "GET", "/v1/figures?at=1s", ""), 200);
}

static void what_waits_at_the_end_is_answered(void **state) {
    struct site *site = *state;
    site->commits = false;
    int events = send_request(site, false, "POST", "/v1/events", SPAN(OFFERED("a")));
    for (int i = 0; i < 20; i++) loop_turn(site->loop, 0);
    service_stop(site->service); /* commits */
    assert_int_equal(receive(site, events), 200);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(questions_are_answered),
        TEST(a_contact_may_have_any_name),
        TEST(a_head_is_a_question_without_body),
        TEST(slips_are_told_what_was_meant),
        TEST(events_are_answered_once_they_are_on_disk),
        TEST(a_post_that_changes_nothing_is_answered_too),
        TEST(at_most_a_hundred_errors_are_listed),
        TEST(a_lost_batch_is_not_acknowledged),
        TEST(a_post_that_is_lost_half_way_says_how_much_is_stored),
        TEST(a_stream_tells_what_is_on_disk_and_nothing_else),
        TEST(over_tcp_one_can_only_ask),
        cmocka_unit_test_setup_teardown(while_it_starts_everybody_is_told, setup_starting, teardown),
        TEST(a_reload_is_answered_when_it_is_in_force),
        TEST(a_wrong_configuration_is_told_line_by_line),
        TEST(one_question_about_the_past_at_a_time),
        TEST(what_waits_at_the_end_is_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

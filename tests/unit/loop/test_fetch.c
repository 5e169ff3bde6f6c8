#include "drive.h"

#include <signal.h>
#include <sys/wait.h>
#include "slad/loop/fetch.h"
#include "slad/loop/http.h"

static char *folder;
static char path[64];

static int set_up(void **state) {
    (void)state;
    folder = drive_folder();
    snprintf(path, sizeof path, "%s/s", folder);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    drive_remove(folder);
    return 0;
}

static int listen_at_path(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 1), 0);
    return fd;
}

/* A server in a process of its own that reads one request's head and answers with these bytes, whatever they
 * are. */
static pid_t serve_once(const char *answer, size_t bytes) {
    int listening = listen_at_path();
    pid_t child = fork();
    if (child == 0) {
        char got[65536];
        size_t size = 0;
        int fd = accept(listening, NULL, NULL);
        while (size < sizeof got - 1 && (got[size] = '\0', !strstr(got, "\r\n\r\n"))) {
            ssize_t n = read(fd, got + size, sizeof got - 1 - size);
            if (n <= 0) _exit(1);
            size += (size_t)n;
        }
        _exit(write(fd, answer, bytes) == (ssize_t)bytes ? 0 : 2);
    }
    close(listening);
    return child;
}

static void reap(pid_t child) {
    assert_int_equal(waitpid(child, NULL, 0), child);
    unlink(path);
}

static int fetch_from(const char *answer, struct fetch_answer *out, struct err *err) {
    pid_t child = serve_once(answer, strlen(answer));
    struct fetch_request request = {.socket_path = path, .target = "/x"};
    int rc = http_fetch(&request, out, err);
    reap(child);
    return rc;
}

static void answers_in_every_framing(void **state) {
    (void)state;
    const struct {
        const char *text;
        int status;
        const char *body;
    } cases[] = {
        {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\nbody and more", 200,
            "body"},
        {"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\nuntil the end", 200, "until the end"},
        {"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
         "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n",
            404, "abcd"},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 \r\nContent-Type: application/json\r\nContent-Length: "
         "0\r\n\r\n",
            201, ""},
        {"HTTP/1.1 204 None\r\nContent-Type: application/json\r\n\r\n", 204, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fetch_answer answer = {0};
        struct err err = {0};
        if (fetch_from(cases[i].text, &answer, &err) != 0) fail_msg("%s: %s", cases[i].text, err.text);
        assert_int_equal(answer.status, cases[i].status);
        assert_string_equal(buf_text(&answer.body), cases[i].body);
        assert_string_equal(answer.content_type, "application/json");
        fetch_answer_fini(&answer);
    }
}

static void answers_that_are_broken(void **state) {
    (void)state;
    const struct {
        const char *text;
        int code;
    } cases[] = {
        {"", ERR_IO},
        {"HTTP/1.1 200 OK\r\n", ERR_IO},
        {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", ERR_IO},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", ERR_IO},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", ERR_INVALID},
        {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", ERR_INVALID},
        {"HTTP/1.1 20x OK\r\n\r\n", ERR_INVALID},
        {"{\"ack\":1}\n\n", ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fetch_answer answer = {0};
        struct err err = {0};
        int rc = fetch_from(cases[i].text, &answer, &err);
        if (rc != cases[i].code) fail_msg("%s: %d %s", cases[i].text, rc, err.text);
        assert_int_equal(answer.status, 0); /* untouched */
        assert_non_null(strstr(err.text, path));
    }
}

static void nobody_there_is_told_apart(void **state) {
    (void)state;
    struct fetch_request request = {.socket_path = path, .target = "/"};
    struct fetch_answer answer = {0};
    struct err err;
    assert_int_equal(http_fetch(&request, &answer, &err), ERR_NOT_FOUND);
    close(listen_at_path());
    assert_int_equal(http_fetch(&request, &answer, &err), ERR_IO);
    assert_non_null(strstr(err.text, "nobody listens"));
    unlink(path);
    int mute = listen_at_path(); /* takes connections, never answers */
    request.timeout_ms = 10;
    assert_int_equal(http_fetch(&request, &answer, &err), ERR_LIMIT);
    close(mute);
    unlink(path);
    char long_path[200];
    memset(long_path, 'x', sizeof long_path);
    long_path[sizeof long_path - 1] = '\0';
    request.socket_path = long_path;
    assert_int_equal(http_fetch(&request, &answer, &err), ERR_INVALID);
}

static void targets_that_would_break_the_request_are_refused(void **state) {
    (void)state;
    const char *targets[] = {"/a b", "x", "", "/a\r\nHost: evil"};
    int listening = listen_at_path();
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct fetch_request request = {.socket_path = path, .target = targets[i]};
        struct fetch_answer answer = {0};
        struct err err;
        assert_int_equal(http_fetch(&request, &answer, &err), ERR_INVALID);
        close(accept(listening, NULL, NULL));
    }
    close(listening);
    unlink(path);
}

/* Against the room's own server, in another process. */

static void echo(void *arg, struct http_request *request) {
    struct buf body = {0};
    (void)arg;
    const char *type = http_header(request, "Content-Type");
    buf_printf(&body, "%s %s q=%s type=%s ", http_method(request), http_path(request),
        http_query(request, "q"), type ? type : "none");
    buf_add_span(&body, http_body(request));
    if (http_query(request, "pieces")) {
        http_stream_start(request, 200, "text/plain");
        for (int i = 0; i < 3; i++) http_stream_write(request, SPAN("piece "));
        http_stream_end(request);
    } else {
        http_reply(request, 200, "text/plain", buf_span(&body));
    }
    buf_fini(&body);
}

static pid_t serve(void) {
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        struct loop *loop = drive_loop();
        struct listen_options listen = {.unix_path = path};
        struct http_server *server;
        struct err err;
        if (http_server_open(loop, &listen, NULL, echo, NULL, &server, &err) != 0) _exit(1);
        if (write(ready[1], "r", 1) != 1) _exit(1);
        _exit(loop_run(loop, NULL, NULL) == 0 ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static int gather(void *arg, struct span piece) {
    struct buf *all = arg;
    buf_add_span(all, piece);
    return all->size >= 12; /* enough after two pieces */
}

static void our_own_server_understands_it(void **state) {
    (void)state;
    pid_t child = serve();
    struct err err;
    struct fetch_answer answer = {0};
    struct buf target = {0}, big = {0};
    buf_add_text(&target, "/v1/");
    fetch_encode(&target, SPAN("a/b ā?"));
    buf_add_text(&target, "?q=");
    fetch_encode(&target, SPAN("1+1=2&3%"));
    struct fetch_request request = {.socket_path = path, .target = buf_text(&target)};
    assert_int_equal(http_fetch(&request, &answer, &err), 0);
    assert_string_equal(buf_text(&answer.body), "GET /v1/a/b ā? q=1+1=2&3% type=none ");
    assert_string_equal(answer.content_type, "text/plain");
    fetch_answer_fini(&answer);

    for (int i = 0; i < 500000; i++) buf_printf(&big, "%d\n", i % 1000);
    answer = (struct fetch_answer){0};
    request = (struct fetch_request){
        .socket_path = path, .method = "POST", .target = "/?q=x", .body = buf_span(&big)};
    assert_int_equal(http_fetch(&request, &answer, &err), 0);
    assert_true(answer.body.size > big.size);
    assert_memory_equal(answer.body.data + answer.body.size - big.size, big.data, big.size);
    fetch_answer_fini(&answer);

    for (int i = 0; i < 2000000; i++)
        buf_add_char(&big, 'x'); /* a body that is refused while it is being sent */
    while (big.size <= HTTP_BODY_BYTES) buf_add_text(&big, "0123456789012345678901234567890123456789");
    answer = (struct fetch_answer){0};
    request.body = buf_span(&big);
    assert_int_equal(http_fetch(&request, &answer, &err), 0);
    assert_int_equal(answer.status, 413);
    fetch_answer_fini(&answer);

    struct buf pieces = {0};
    answer = (struct fetch_answer){0};
    request =
        (struct fetch_request){.socket_path = path, .target = "/?pieces", .on_body = gather, .arg = &pieces};
    assert_int_equal(http_fetch(&request, &answer, &err), 0);
    assert_true(pieces.size >= 12);
    assert_int_equal(answer.body.size, 0);
    fetch_answer_fini(&answer);
    buf_fini(&pieces);
    buf_fini(&big);
    buf_fini(&target);
    kill(child, SIGKILL);
    reap(child);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_in_every_framing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_that_are_broken, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_there_is_told_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(targets_that_would_break_the_request_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(our_own_server_understands_it, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

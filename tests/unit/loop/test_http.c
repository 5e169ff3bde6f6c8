#include "drive.h"

#include <netinet/in.h>
#include "slad/base/buf.h"
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/loop/http.h"

struct site {
    struct loop *loop;
    struct http_server *server;
    char *folder, path[64];
    struct http_request *held; /* the request that "/held" waits with */
    int handled, gone;
    int64_t uid;
    size_t body_bytes;
};

static void on_gone(void *arg) {
    struct site *site = arg;
    site->gone++;
}

static void handle(void *arg, struct http_request *request) {
    struct site *site = arg;
    site->handled++;
    site->uid = http_peer_uid(request);
    site->body_bytes = http_body(request).n;
    if (strcmp(http_path(request), "/held") == 0) {
        http_on_gone(request, on_gone, site);
        site->held = request;
    } else if (strcmp(http_path(request), "/big") == 0) {
        struct span body = {mem_zalloc(8000000), 8000000};
        http_reply(request, 200, "application/octet-stream", body);
        free((char *)body.p);
    } else if (strcmp(http_path(request), "/none") == 0) {
        http_reply(request, 204, NULL, SPAN(""));
    } else {
        struct buf body = {0};
        const char *name, *value;
        buf_printf(&body, "%s %s", http_method(request), http_path(request));
        for (size_t i = 0; i < http_query_count(request); i++) {
            http_query_at(request, i, &name, &value);
            buf_printf(&body, " %s=%s", name, value);
        }
        if (http_query(request, "echo")) buf_add_span(&body, http_body(request));
        const char *tag = http_header(request, "X-Tag");
        if (tag) http_reply_header(request, "X-Tag", tag);
        http_reply_header(request, "X-Evil", "a\r\nb");
        http_reply(request, http_query(request, "teapot") ? 418 : 200, "text/plain", buf_span(&body));
        buf_fini(&body);
    }
}

static void set_up(struct site *site, const struct http_limits *limits, size_t connections) {
    memset(site, 0, sizeof *site);
    site->loop = drive_loop();
    site->folder = drive_folder();
    snprintf(site->path, sizeof site->path, "%s/http.sock", site->folder);
    struct listen_options listen = {.unix_path = site->path, .max_connections = connections};
    struct err err;
    assert_int_equal(http_server_open(site->loop, &listen, limits, handle, site, &site->server, &err), 0);
}

static void tear_down(struct site *site) {
    http_server_close(site->server);
    loop_free(site->loop);
    drive_remove(site->folder);
}

static void say(struct site *site, int client, const char *text) {
    size_t bytes = strlen(text);
    while (bytes > 0) {
        ssize_t sent = 0;
        DRIVE_UNTIL(site->loop, (sent = write(client, text, bytes)) > 0);
        text += sent;
        bytes -= (size_t)sent;
    }
}

/* Reads what there is; true once the connection is closed. */
static bool hear(int client, struct buf *into) {
    char block[65536];
    ssize_t got;
    while ((got = read(client, block, sizeof block)) > 0) buf_add(into, block, (size_t)got);
    return got == 0 || errno == ECONNRESET;
}

/* Sends on a new connection and gathers everything until the server closes it. */
static void exchange(struct site *site, const char *text, struct buf *answer) {
    int client = drive_connect(site->path);
    buf_clear(answer);
    say(site, client, text);
    DRIVE_UNTIL(site->loop, hear(client, answer));
    close(client);
}

static bool holds(const struct buf *answer, const char *text) {
    return strstr(buf_text(answer), text) != NULL;
}

static size_t count_in(const struct buf *answer, const char *text) {
    size_t count = 0;
    for (const char *p = buf_text(answer); (p = strstr(p, text)); p++) count++;
    return count;
}

static void a_request_is_answered(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    set_up(&site, NULL, 0);
    uint64_t served = counter_values[COUNTER_requests_served],
             failed = counter_values[COUNTER_requests_failed];
    exchange(&site,
        "GET /v1/x%20y?a=1&echo=&b=%26 HTTP/1.1\r\nHost: s\r\nX-tag: t\r\nConnection: close\r\n\r\n",
        &answer);
    assert_int_equal(strncmp(buf_text(&answer), "HTTP/1.1 200 OK\r\n", 17), 0);
    assert_true(holds(&answer, "\r\nDate: "));
    assert_true(holds(&answer, "\r\nContent-Type: text/plain\r\n"));
    assert_true(holds(&answer, "\r\nConnection: close\r\n"));
    assert_true(holds(&answer, "\r\nX-Tag: t\r\n"));
    assert_true(holds(&answer, "\r\nX-Evil: a  b\r\n"));
    assert_true(holds(&answer, "\r\nContent-Length: 25\r\n"));
    assert_true(holds(&answer, "\r\n\r\nGET /v1/x y a=1 echo= b=&"));
    assert_int_equal(site.uid, geteuid());
    exchange(&site, "FROB /?teapot HTTP/1.0\r\n\r\n", &answer);
    assert_true(holds(&answer, "HTTP/1.1 418 "));
    assert_true(holds(&answer, "FROB /"));
    assert_int_equal(counter_values[COUNTER_requests_served] - served, 2);
    assert_int_equal(counter_values[COUNTER_requests_failed] - failed, 1);
    buf_fini(&answer);
    tear_down(&site);
}

static void a_head_has_no_body_and_neither_has_204(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    set_up(&site, NULL, 0);
    exchange(&site, "HEAD /abc HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n", &answer);
    assert_true(holds(&answer, "Content-Length: 9\r\n"));
    assert_string_equal(strstr(buf_text(&answer), "\r\n\r\n"), "\r\n\r\n");
    exchange(&site, "GET /none HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n", &answer);
    assert_true(holds(&answer, "204 No Content"));
    assert_false(holds(&answer, "Content-Length"));
    buf_fini(&answer);
    tear_down(&site);
}

static void bodies_by_length_and_in_chunks(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    set_up(&site, NULL, 0);
    exchange(&site, "POST /?echo HTTP/1.1\r\nHost: s\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
        &answer);
    assert_true(holds(&answer, "echo=hello"));
    exchange(&site,
        "POST /?echo HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        &answer);
    assert_true(holds(&answer, "echo=hello"));
    int client = drive_connect(site.path);
    buf_clear(&answer);
    say(&site, client,
        "POST /?echo HTTP/1.1\r\nHost: s\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    DRIVE_UNTIL(site.loop, (hear(client, &answer), holds(&answer, "HTTP/1.1 100 Continue\r\n\r\n")));
    say(&site, client, "ok");
    DRIVE_UNTIL(site.loop, (hear(client, &answer), holds(&answer, "echo=ok")));
    close(client);
    buf_fini(&answer);
    tear_down(&site);
}

static void requests_sent_ahead_are_answered_in_order(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    set_up(&site, NULL, 0);
    int client = drive_connect(site.path);
    struct buf many = {0};
    for (int i = 0; i < 1000; i++) buf_printf(&many, "\r\nGET /%d HTTP/1.1\r\nHost: s\r\n\r\n", i);
    buf_add_text(&many, "GET /held HTTP/1.1\r\nHost: s\r\n\r\n");
    for (int i = 0; i < 1000; i++) buf_printf(&many, "GET /%d HTTP/1.1\r\nHost: s\r\n\r\n", i);
    buf_add_text(&many, "GET /last HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n");
    say(&site, client, buf_text(&many));
    DRIVE_UNTIL(site.loop, (hear(client, &answer), site.held != NULL));
    for (int i = 0; i < 20; i++) loop_turn(site.loop, 0);
    assert_int_equal(site.handled, 1001); /* what follows waits */
    http_reply(site.held, 200, "text/plain", SPAN("held"));
    DRIVE_UNTIL(site.loop, hear(client, &answer));
    assert_int_equal(count_in(&answer, "HTTP/1.1 200 OK"), 2002);
    assert_true(strstr(buf_text(&answer), "GET /999") < strstr(buf_text(&answer), "\r\n\r\nheld"));
    assert_true(holds(&answer, "GET /last"));
    close(client);
    buf_fini(&many);
    buf_fini(&answer);
    tear_down(&site);
}

static void a_client_that_only_stopped_sending_is_answered(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    set_up(&site, NULL, 0);
    int client = drive_connect(site.path);
    say(&site, client, "GET /held HTTP/1.1\r\nHost: s\r\n\r\n");
    shutdown(client, SHUT_WR);
    DRIVE_UNTIL(site.loop, site.held != NULL);
    for (int i = 0; i < 10; i++) loop_turn(site.loop, 0);
    assert_int_equal(site.gone, 0);
    http_reply(site.held, 200, "text/plain", SPAN("late"));
    DRIVE_UNTIL(site.loop, hear(client, &answer));
    assert_true(holds(&answer, "late"));
    close(client);
    buf_fini(&answer);
    tear_down(&site);
}

static void a_client_that_went_away_is_told_of_and_the_reply_is_harmless(void **state) {
    (void)state;
    struct site site;
    set_up(&site, NULL, 0);
    int client = drive_connect(site.path);
    say(&site, client, "POST /held?a=b HTTP/1.1\r\nHost: s\r\nContent-Length: 3\r\n\r\nabc");
    DRIVE_UNTIL(site.loop, site.held != NULL);
    close(client);
    DRIVE_UNTIL(site.loop, site.gone == 1);
    assert_string_equal(http_query(site.held, "a"), "b"); /* still whole */
    assert_int_equal(http_body(site.held).n, 3);
    http_reply_header(site.held, "X", "y");
    http_reply(site.held, 200, "text/plain", SPAN("to nobody"));
    tear_down(&site);
}

static void closing_the_server_leaves_requests_to_their_owner(void **state) {
    (void)state;
    struct site site;
    set_up(&site, NULL, 0);
    int client = drive_connect(site.path), half = drive_connect(site.path);
    say(&site, client, "GET /held HTTP/1.1\r\nHost: s\r\n\r\n");
    say(&site, half, "POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 9\r\n\r\nabc");
    DRIVE_UNTIL(site.loop, site.held != NULL);
    http_server_close(site.server);
    site.server = NULL;
    assert_int_equal(site.gone, 1);
    http_stream_start(site.held, 200, "text/plain");
    http_stream_write(site.held, SPAN("x"));
    assert_int_equal(http_stream_pending(site.held), 0);
    http_stream_end(site.held);
    close(client);
    close(half);
    tear_down(&site);
}

static void limits_are_kept(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0}, long_one = {0};
    struct http_limits limits = {.header_bytes = 1000, .body_bytes = 10};
    set_up(&site, &limits, 0);
    for (int i = 0; i < 5000; i++) buf_add_char(&long_one, 'x');
    struct buf request = {0};
    buf_printf(&request, "GET /%s HTTP/1.1\r\nHost: s\r\n\r\n", buf_text(&long_one));
    exchange(&site, buf_text(&request), &answer); /* whole in one read */
    assert_true(holds(&answer, "HTTP/1.1 431 "));
    buf_clear(&request);
    buf_printf(&request, "GET / HTTP/1.1\r\nHost: %s", buf_text(&long_one));
    exchange(&site, buf_text(&request), &answer); /* never whole */
    assert_true(holds(&answer, "HTTP/1.1 431 "));
    exchange(&site, "POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 11\r\n\r\n", &answer);
    assert_true(holds(&answer, "HTTP/1.1 413 "));
    assert_true(holds(&answer, "larger than the 10 bytes allowed"));
    assert_true(holds(&answer, "application/problem+json"));
    exchange(&site, "POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n",
        &answer);
    assert_true(holds(&answer, "HTTP/1.1 413 "));
    exchange(&site, "POST / HTTP/1.1\r\nHost: s\r\nTransfer-Encoding: chunked\r\n\r\nnot a size", &answer);
    assert_true(holds(&answer, "HTTP/1.1 400 "));
    exchange(&site, "\x16\x03\x01 something else\n\n", &answer);
    assert_true(holds(&answer, "HTTP/1.1 400 "));
    assert_int_equal(site.handled, 0);
    buf_fini(&request);
    buf_fini(&long_one);
    buf_fini(&answer);
    tear_down(&site);
}

static bool drip(int client, struct buf *answer) {
    ssize_t sent = write(client, "x", 1); /* fails once the server is done */
    (void)sent;
    return hear(client, answer);
}

/* A body that arrives drop by drop is never idle: only the deadline for the whole request ends it. */
static void a_slow_drip_ends_at_the_deadline(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    struct http_limits limits = {.request_ms = 100};
    set_up(&site, &limits, 0);
    int client = drive_connect(site.path);
    say(&site, client, "POST / HTTP/1.1\r\nHost: s\r\nContent-Length: 8000000\r\n\r\n");
    DRIVE_UNTIL(site.loop, drip(client, &answer));
    assert_true(holds(&answer, "HTTP/1.1 408 "));
    close(client);
    buf_fini(&answer);
    tear_down(&site);
}

static void idle_connections_and_readers_that_stop_are_closed(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    struct http_limits limits = {.idle_ms = 50, .request_ms = 100};
    set_up(&site, &limits, 0);
    int idle = drive_connect(site.path), stuck = drive_connect(site.path);
    say(&site, stuck, "GET /big HTTP/1.1\r\nHost: s\r\n\r\n");
    DRIVE_UNTIL(site.loop, hear(idle, &answer));
    assert_int_equal(answer.size, 0);
    /* It does not read before it was dropped: then far from all of it is there. */
    DRIVE_UNTIL(site.loop, write(stuck, "x", 1) < 0 && errno != EAGAIN);
    DRIVE_UNTIL(site.loop, hear(stuck, &answer));
    assert_true(answer.size < 8000000);
    close(idle);
    close(stuck);
    buf_fini(&answer);
    tear_down(&site);
}

static void a_big_reply_arrives_whole(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    set_up(&site, NULL, 0);
    exchange(&site, "GET /big HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n", &answer);
    size_t head = (size_t)(strstr(buf_text(&answer), "\r\n\r\n") + 4 - answer.data);
    assert_int_equal(answer.size - head, 8000000);
    buf_fini(&answer);
    tear_down(&site);
}

static void a_reply_in_pieces(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    set_up(&site, NULL, 0);
    int client = drive_connect(site.path);
    say(&site, client, "GET /held HTTP/1.1\r\nHost: s\r\n\r\n");
    DRIVE_UNTIL(site.loop, site.held != NULL);
    http_stream_start(site.held, 200, "text/event-stream");
    http_stream_write(site.held, SPAN("data: 1\n\n"));
    http_stream_write(site.held, SPAN(""));
    DRIVE_UNTIL(site.loop, (hear(client, &answer), holds(&answer, "9\r\ndata: 1\n\n\r\n")));
    struct span block = {mem_zalloc(1000000), 1000000}; /* a reader that stops: the owner sees it grow */
    while (http_stream_pending(site.held) < 3000000) http_stream_write(site.held, block);
    free((char *)block.p);
    http_stream_end(site.held);
    buf_clear(&answer);
    say(&site, client,
        "GET /next HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n"); /* the connection lives on */
    DRIVE_UNTIL(site.loop, hear(client, &answer));
    struct span end = {answer.data + answer.size - 9, 9};
    assert_true(span_eq(end, SPAN("GET /next")));
    close(client);

    site.held = NULL;
    client = drive_connect(site.path);
    buf_clear(&answer);
    say(&site, client, "GET /held HTTP/1.0\r\n\r\n");
    DRIVE_UNTIL(site.loop, site.held != NULL);
    http_stream_start(site.held, 200, "text/plain");
    http_stream_write(site.held, SPAN("plain"));
    http_stream_end(site.held);
    DRIVE_UNTIL(site.loop, hear(client, &answer));
    assert_true(holds(&answer, "\r\n\r\nplain"));
    close(client);
    buf_fini(&answer);
    tear_down(&site);
}

static void a_streams_reader_that_goes_away_is_told_of(void **state) {
    (void)state;
    struct site site;
    set_up(&site, NULL, 0);
    int client = drive_connect(site.path);
    say(&site, client, "GET /held HTTP/1.1\r\nHost: s\r\n\r\n");
    DRIVE_UNTIL(site.loop, site.held != NULL);
    http_stream_start(site.held, 200, "text/event-stream");
    close(client);
    DRIVE_UNTIL(site.loop,
        (site.gone == 0 ? http_stream_write(site.held, SPAN("data: x\n\n")) : (void)0, site.gone == 1));
    http_stream_end(site.held);
    tear_down(&site);
}

static void on_drained(void *arg) {
    ++*(int *)arg;
}

static void a_stream_tells_when_its_reader_has_read(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    int drained = 0;
    set_up(&site, NULL, 0);
    int client = drive_connect(site.path);
    say(&site, client, "GET /held HTTP/1.1\r\nHost: s\r\n\r\n");
    DRIVE_UNTIL(site.loop, site.held != NULL);
    http_on_drained(site.held, on_drained, &drained);
    http_stream_start(site.held, 200, "text/event-stream");
    struct span block = {mem_zalloc(1000000), 1000000};
    http_stream_write(site.held, block);
    for (int i = 0; i < 5; i++) loop_turn(site.loop, 0);
    assert_true(drained == 0 && http_stream_pending(site.held) > 0);
    DRIVE_UNTIL(site.loop, (hear(client, &answer), drained == 1));
    assert_int_equal(http_stream_pending(site.held), 0);

    http_stream_write(site.held, block); /* and now it does not */
    assert_true(http_stream_pending(site.held) > 0);
    http_stream_abort(site.held);
    buf_clear(&answer);
    DRIVE_UNTIL(site.loop, hear(client, &answer));
    assert_true(answer.size < 1000000); /* what had not been taken is lost */
    assert_int_equal(drained, 1);
    assert_int_equal(site.gone, 0);
    free((char *)block.p);
    close(client);
    buf_fini(&answer);
    tear_down(&site);
}

static void connections_are_counted_and_given_back(void **state) {
    (void)state;
    struct site site;
    struct buf answer = {0};
    set_up(&site, NULL, 1);
    for (int i = 0; i < 5; i++) {
        exchange(&site, "GET / HTTP/1.1\r\nHost: s\r\nConnection: close\r\n\r\n", &answer);
        assert_true(holds(&answer, "200 OK"));
    }
    int first = drive_connect(site.path);
    say(&site, first, "GET / HTTP/1.1\r\nHost: s\r\n\r\n");
    DRIVE_UNTIL(site.loop, site.handled == 6);
    exchange(&site, "", &answer);
    assert_int_equal(answer.size, 0);
    close(first);
    buf_fini(&answer);
    tear_down(&site);
}

static void on_tcp_nobody_has_a_uid(void **state) {
    (void)state;
    struct site site;
    set_up(&site, NULL, 0);
    struct listen_options listen = {.host = "127.0.0.1"};
    struct http_server *server;
    struct err err;
    assert_int_equal(http_server_open(site.loop, &listen, NULL, handle, &site, &server, &err), 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)http_server_port(server))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    say(&site, client, "GET / HTTP/1.1\r\nHost: s\r\n\r\n");
    DRIVE_UNTIL(site.loop, site.handled == 1);
    assert_int_equal(site.uid, -1);
    close(client);
    http_server_close(server);
    tear_down(&site);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_answered),
        cmocka_unit_test(a_head_has_no_body_and_neither_has_204),
        cmocka_unit_test(bodies_by_length_and_in_chunks),
        cmocka_unit_test(requests_sent_ahead_are_answered_in_order),
        cmocka_unit_test(a_client_that_only_stopped_sending_is_answered),
        cmocka_unit_test(a_client_that_went_away_is_told_of_and_the_reply_is_harmless),
        cmocka_unit_test(closing_the_server_leaves_requests_to_their_owner),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(a_slow_drip_ends_at_the_deadline),
        cmocka_unit_test(idle_connections_and_readers_that_stop_are_closed),
        cmocka_unit_test(a_big_reply_arrives_whole),
        cmocka_unit_test(a_reply_in_pieces),
        cmocka_unit_test(a_streams_reader_that_goes_away_is_told_of),
        cmocka_unit_test(a_stream_tells_when_its_reader_has_read),
        cmocka_unit_test(connections_are_counted_and_given_back),
        cmocka_unit_test(on_tcp_nobody_has_a_uid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

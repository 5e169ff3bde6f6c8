#include "drive.h"

#include "loop/http_body.h"
#include "loop/http_head.h"
#include "slad/base/buf.h"

static int parse(const char *text, struct arena *arena, struct http_head *head) {
    const char *why = NULL;
    struct span span = span_of(text);
    assert_int_equal(http_head_size(span), span.n);
    int status = http_head_parse(span, arena, head, &why);
    if (status) assert_non_null(why);
    return status;
}

static void a_whole_request_is_understood(void **state) {
    (void)state;
    struct arena arena = {0};
    struct http_head head;
    assert_int_equal(
        parse("POST /v1/b%20r/%C4%81?since=24h&group.queue=a%26b+c&flag&&empty= HTTP/1.1\r\n"
              "Host: slad\r\nContent-Length:  12 \r\nX-Odd:\t v,w\r\nExpect: 100-continue\r\n\r\n",
            &arena, &head),
        0);
    assert_string_equal(head.method, "POST");
    assert_string_equal(head.path, "/v1/b r/ā");
    assert_int_equal(head.params.count, 4);
    assert_string_equal(head.params.all[1].name, "group.queue");
    assert_string_equal(head.params.all[1].value, "a&b c");
    assert_string_equal(head.params.all[2].value, "");
    assert_string_equal(http_field_find(&head.headers, "x-odd"), "v,w");
    assert_true(http_field_has(&head.headers, "X-ODD", "W"));
    assert_false(http_field_has(&head.headers, "x-odd", "v,w"));
    assert_int_equal(head.framing, HTTP_LENGTH);
    assert_int_equal(head.length, 12);
    assert_true(head.keep_alive);
    assert_true(head.expects_continue);
    arena_fini(&arena);
}

static void versions_and_connections(void **state) {
    (void)state;
    const struct {
        const char *text;
        bool keep_alive;
    } cases[] = {
        {"GET / HTTP/1.0\r\n\r\n", false},
        {"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true},
        {"GET / HTTP/1.1\nHost: x\n\n", true},
        {"GET / HTTP/1.1\r\nHost: x\r\nConnection: te, Close\r\n\r\n", false},
        {"OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n", true},
        {"BREW http://host/pot?x=1 HTTP/1.1\r\nHost: x\r\n\r\n", true},
        {"GET http://host HTTP/1.1\r\nHost: x\r\n\r\n", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct http_head head;
        assert_int_equal(parse(cases[i].text, &arena, &head), 0);
        assert_int_equal(head.keep_alive, cases[i].keep_alive);
        arena_fini(&arena);
    }
}

static void what_could_be_read_in_two_ways_is_refused(void **state) {
    (void)state;
    const struct {
        const char *text;
        int status;
    } cases[] = {
        {"GET /\r\n\r\n", 400},
        {"\r\n\r\n", 400},
        {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"G(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET v1 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /#f HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /%2 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET /?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\x01z\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\rz\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551617\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct http_head head;
        if (parse(cases[i].text, &arena, &head) != cases[i].status) fail_msg("%s", cases[i].text);
        arena_fini(&arena);
    }
}

static void too_many_headers_or_parameters(void **state) {
    (void)state;
    struct buf headers = {0}, query = {0};
    buf_add_text(&headers, "GET / HTTP/1.1\r\nHost: x\r\n");
    buf_add_text(&query, "GET /?");
    for (int i = 0; i < 101; i++) {
        buf_add_text(&headers, "a: b\r\n");
        buf_add_text(&query, "a=b&");
    }
    buf_add_text(&headers, "\r\n");
    buf_add_text(&query, " HTTP/1.1\r\nHost: x\r\n\r\n");
    struct arena arena = {0};
    struct http_head head;
    assert_int_equal(parse(buf_text(&headers), &arena, &head), 431);
    assert_int_equal(parse(buf_text(&query), &arena, &head), 400);
    arena_fini(&arena);
    buf_fini(&headers);
    buf_fini(&query);
}

static void a_head_is_whole_with_its_empty_line(void **state) {
    (void)state;
    const char *text = "GET / HTTP/1.1\r\nHost: x\r\n\r\nbody";
    for (size_t n = 0; n <= strlen(text); n++)
        assert_int_equal(http_head_size((struct span){text, n}), n < 27 ? 0 : 27);
    assert_int_equal(http_head_size((struct span){NULL, 0}), 0);
}

/* Feeds the text in pieces of every size; -1 when refused, else the bytes left after the end (or -2: not at
 * its end). */
static int decode(const char *text, size_t step, struct buf *out) {
    struct http_body body = {.framing = HTTP_CHUNKED};
    size_t size = strlen(text);
    for (size_t at = 0; at < size; at += step) {
        struct span data = {text + at, size - at < step ? size - at : step}, piece;
        while (data.n && !body.done) {
            if (http_body_take(&body, &data, &piece) != 0) return -1;
            buf_add_span(out, piece);
        }
        if (body.done) return (int)(size - at - step + data.n + (size - at < step ? step - (size - at) : 0));
    }
    return -2;
}

static void chunks_are_joined_however_they_are_cut(void **state) {
    (void)state;
    const char *text = "5\r\nhello\r\n1;ext=\"1\"\r\n \r\nA \r\n0123456789\r\n000\r\nTrailer: x\r\n\r\n";
    for (size_t step = 1; step <= strlen(text); step++) {
        struct buf out = {0};
        assert_int_equal(decode(text, step, &out), 0);
        assert_string_equal(buf_text(&out), "hello 0123456789");
        buf_fini(&out);
    }
}

static void broken_chunks_are_refused(void **state) {
    (void)state;
    const char *cases[] = {
        "\r\n", "x\r\n", "-1\r\n", "5\r\nhelloX", "123456789\r\n", " 5\r\nhello", "5\r\nhello\r\n\r\n0"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        if (decode(cases[i], 1, &out) != -1) fail_msg("%s", cases[i]);
        buf_fini(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_request_is_understood),
        cmocka_unit_test(versions_and_connections),
        cmocka_unit_test(what_could_be_read_in_two_ways_is_refused),
        cmocka_unit_test(too_many_headers_or_parameters),
        cmocka_unit_test(a_head_is_whole_with_its_empty_line),
        cmocka_unit_test(chunks_are_joined_however_they_are_cut),
        cmocka_unit_test(broken_chunks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

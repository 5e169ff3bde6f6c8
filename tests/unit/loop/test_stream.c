#include "drive.h"

#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "slad/loop/stream.h"

/* An owner that reads lines, as an event input does. */
struct owner {
    struct loop *loop;
    struct stream *stream; /* NULL once closed */
    struct buf lines;      /* whole lines taken, newlines included */
    struct buf rest;
    size_t most_offered, take_at_most;
    int calls, full, ended, drained, closed;
    bool skipping, pause_first, drop_first, echo;
    char reason[100];
};

static size_t on_data(void *arg, struct span data) {
    struct owner *owner = arg;
    owner->calls++;
    if (data.n > owner->most_offered) owner->most_offered = data.n;
    if (owner->pause_first) {
        owner->pause_first = false;
        stream_pause(owner->stream);
        return 0;
    }
    if (owner->drop_first) {
        stream_close(owner->stream, STREAM_DROP);
        owner->stream = NULL;
        return 0;
    }
    if (owner->take_at_most && data.n > owner->take_at_most) data.n = owner->take_at_most;
    const char *newline = memrchr(data.p, '\n', data.n);
    if (!newline) return owner->skipping ? data.n : 0;
    size_t used = (size_t)(newline - data.p) + 1;
    if (owner->skipping) { /* what remains of the long line */
        const char *first = memchr(data.p, '\n', data.n);
        owner->skipping = false;
        return (size_t)(first - data.p) + 1;
    }
    buf_add(&owner->lines, data.p, used);
    if (owner->echo) stream_write(owner->stream, data.p, used);
    return used;
}

static void on_full(void *arg) {
    struct owner *owner = arg;
    owner->full++;
    owner->skipping = true;
}

static void on_end(void *arg, struct span rest) {
    struct owner *owner = arg;
    owner->ended++;
    buf_add_span(&owner->rest, rest);
}

static void on_drained(void *arg) {
    struct owner *owner = arg;
    owner->drained++;
}

static void on_close(void *arg, const char *reason) {
    struct owner *owner = arg;
    owner->closed++;
    owner->stream = NULL;
    snprintf(owner->reason, sizeof owner->reason, "%s", reason);
}

static const struct stream_events all_events = {on_data, on_full, on_end, on_drained, on_close};
static const struct stream_events few_events = {.on_data = on_data, .on_close = on_close};

static int start(
    struct owner *owner, const struct stream_options *options, const struct stream_events *events) {
    int fds[2];
    drive_pair(fds);
    owner->loop = drive_loop();
    owner->stream = stream_open(owner->loop, fds[0], options, events, owner);
    return fds[1];
}

static void finish(struct owner *owner, int client) {
    if (owner->stream) stream_close(owner->stream, STREAM_DROP);
    close(client);
    loop_free(owner->loop);
    buf_fini(&owner->lines);
    buf_fini(&owner->rest);
}

/* Sends all of it, giving the loop turns whenever the socket is full. */
static void send_all(struct owner *owner, int client, const char *data, size_t bytes) {
    while (bytes > 0) {
        ssize_t sent = 0;
        DRIVE_UNTIL(owner->loop, (sent = write(client, data, bytes)) > 0);
        data += sent;
        bytes -= (size_t)sent;
    }
}

static void unconsumed_bytes_come_again_with_more(void **state) {
    (void)state;
    struct owner owner = {0};
    int client = start(&owner, NULL, &all_events);
    send_all(&owner, client, "one\ntw", 6);
    DRIVE_UNTIL(owner.loop, owner.lines.size == 4);
    assert_string_equal(buf_text(&owner.lines), "one\n");
    send_all(&owner, client, "o\nthr", 5);
    DRIVE_UNTIL(owner.loop, owner.lines.size == 8);
    assert_string_equal(buf_text(&owner.lines), "one\ntwo\n");
    shutdown(client, SHUT_WR);
    DRIVE_UNTIL(owner.loop, owner.ended == 1);
    assert_string_equal(buf_text(&owner.rest), "thr");
    assert_false(stream_hung_up(owner.stream));
    stream_write(owner.stream, "bye", 3); /* only its direction has ended */
    char answer[4] = "";
    DRIVE_UNTIL(owner.loop, read(client, answer, 3) == 3);
    assert_string_equal(answer, "bye");
    close(client);
    assert_true(stream_hung_up(owner.stream));
    finish(&owner, open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static void an_endless_line_needs_no_memory(void **state) {
    (void)state;
    struct owner owner = {0};
    int client = start(&owner, NULL, &all_events);
    size_t bytes = 1024 * 1024;
    char *block = mem_alloc(bytes);
    memset(block, 'x', bytes);
    send_all(&owner, client, "before\n", 7);
    for (int i = 0; i < 32; i++) send_all(&owner, client, block, bytes);
    send_all(&owner, client, "\nafter\n", 7);
    DRIVE_UNTIL(owner.loop, owner.lines.size >= 13);
    assert_string_equal(buf_text(&owner.lines), "before\nafter\n");
    assert_int_equal(owner.full, 1);
    assert_true(owner.most_offered <= STREAM_INPUT_DEFAULT + 64 * 1024);
    free(block);
    finish(&owner, client);
}

static void without_on_full_an_endless_line_closes(void **state) {
    (void)state;
    struct owner owner = {0};
    struct stream_options options = {.input_bytes = 100};
    int client = start(&owner, &options, &few_events);
    char line[100];
    memset(line, 'x', sizeof line);
    send_all(&owner, client, line, 99);
    DRIVE_UNTIL(owner.loop, owner.calls == 1);
    assert_int_equal(owner.closed, 0);
    send_all(&owner, client, line, 1);
    DRIVE_UNTIL(owner.loop, owner.closed == 1);
    finish(&owner, client);
}

static void a_line_just_within_the_limit_is_taken(void **state) {
    (void)state;
    struct owner owner = {0};
    int client = start(&owner, NULL, &all_events);
    size_t bytes = STREAM_INPUT_DEFAULT;
    char *line = mem_alloc(bytes);
    memset(line, 'x', bytes);
    line[bytes - 1] = '\n';
    send_all(&owner, client, line, bytes - 1);
    DRIVE_UNTIL(owner.loop, owner.most_offered == bytes - 1);
    send_all(&owner, client, "\n", 1);
    DRIVE_UNTIL(owner.loop, owner.lines.size == bytes);
    assert_int_equal(owner.full, 0);
    free(line);
    finish(&owner, client);
}

static void a_pause_holds_and_a_resume_offers_again(void **state) {
    (void)state;
    struct owner owner = {.pause_first = true};
    int client = start(&owner, NULL, &all_events);
    send_all(&owner, client, "one\ntwo\n", 8);
    shutdown(client, SHUT_WR);
    DRIVE_UNTIL(owner.loop, owner.calls == 1);
    for (int i = 0; i < 10; i++) loop_turn(owner.loop, 0);
    assert_int_equal(owner.calls, 1);
    assert_int_equal(owner.ended, 0);
    stream_resume(owner.stream);
    DRIVE_UNTIL(owner.loop, owner.ended == 1);
    assert_string_equal(buf_text(&owner.lines), "one\ntwo\n");
    assert_int_equal(owner.rest.size, 0);
    finish(&owner, client);
}

static void closing_inside_a_callback_is_the_end(void **state) {
    (void)state;
    struct owner owner = {.drop_first = true};
    int client = start(&owner, NULL, &all_events);
    send_all(&owner, client, "one\n", 4);
    char byte;
    DRIVE_UNTIL(owner.loop, read(client, &byte, 1) >= 0 || errno == ECONNRESET);
    assert_int_equal(owner.calls, 1);
    assert_int_equal(owner.closed, 0);
    finish(&owner, client);
}

static void what_the_peer_does_not_read_is_queued_up_to_the_limit(void **state) {
    (void)state;
    struct owner owner = {0};
    struct stream_options options = {.output_bytes = 1024 * 1024};
    int client = start(&owner, &options, &all_events);
    size_t bytes = 64 * 1024, most = 0;
    char *block = mem_zalloc(bytes);
    for (int i = 0; i < 1000 && owner.stream; i++) {
        stream_write(owner.stream, block, bytes);
        if (stream_pending(owner.stream) > most) most = stream_pending(owner.stream);
        if (i % 100 == 99) loop_turn(owner.loop, 0);
    }
    DRIVE_UNTIL(owner.loop, owner.closed == 1);
    assert_string_equal(owner.reason, "the peer does not read");
    assert_true(most > 512 * 1024 && most <= 1024 * 1024);
    free(block);
    finish(&owner, client);
}

static size_t receive(int client, struct buf *into) {
    char block[65536];
    ssize_t got = read(client, block, sizeof block);
    if (got > 0) buf_add(into, block, (size_t)got);
    return into->size;
}

static void queued_bytes_arrive_whole_and_in_order(void **state) {
    (void)state;
    struct owner owner = {0};
    int client = start(&owner, NULL, &all_events);
    struct buf sent = {0}, got = {0};
    for (int i = 0; i < 200000; i++) buf_printf(&sent, "%d\n", i);
    for (size_t at = 0; at < sent.size; at += 5000)
        stream_write(owner.stream, sent.data + at, sent.size - at < 5000 ? sent.size - at : 5000);
    assert_true(stream_pending(owner.stream) > 0);
    stream_write(owner.stream, "", 0);
    DRIVE_UNTIL(owner.loop, receive(client, &got) == sent.size);
    assert_true(span_eq(buf_span(&got), buf_span(&sent)));
    DRIVE_UNTIL(owner.loop, owner.drained == 1);
    assert_int_equal(stream_pending(owner.stream), 0);
    buf_fini(&sent);
    buf_fini(&got);
    finish(&owner, client);
}

static void a_flushing_close_delivers_what_is_queued(void **state) {
    (void)state;
    struct owner owner = {0};
    int client = start(&owner, NULL, &all_events);
    size_t bytes = 4 * 1024 * 1024;
    char *block = mem_zalloc(bytes), byte;
    struct buf got = {0};
    send_all(&owner, client, "never read by anybody", 21);
    stream_write(owner.stream, block, bytes);
    stream_close(owner.stream, STREAM_FLUSH);
    owner.stream = NULL;
    DRIVE_UNTIL(owner.loop, receive(client, &got) == bytes);
    DRIVE_UNTIL(owner.loop, read(client, &byte, 1) == 0);
    assert_int_equal(owner.calls + owner.drained + owner.closed, 0);
    free(block);
    buf_fini(&got);
    finish(&owner, client);
}

static void freeing_the_loop_drops_what_is_still_flushed(void **state) {
    (void)state;
    struct owner owner = {0};
    int client = start(&owner, NULL, &all_events);
    size_t bytes = 4 * 1024 * 1024;
    char *block = mem_zalloc(bytes);
    stream_write(owner.stream, block, bytes);
    stream_close(owner.stream, STREAM_FLUSH);
    owner.stream = NULL;
    free(block);
    finish(&owner, client); /* the leak checker is the judge */
}

static void lines_of_a_client_that_is_gone_are_still_read(void **state) {
    (void)state;
    struct owner owner = {.echo = true, .take_at_most = 100};
    int client = start(&owner, NULL, &all_events);
    struct buf sent = {0};
    for (int i = 0; i < 5000; i++) buf_printf(&sent, "%d\n", i);
    assert_int_equal(write(client, sent.data, sent.size), sent.size);
    close(client);
    DRIVE_UNTIL(owner.loop, owner.ended + owner.closed == 1);
    owner.take_at_most = 0;
    assert_true(owner.lines.size > 0);
    struct owner all = {.echo = true};
    finish(&owner, open("/dev/null", O_RDONLY | O_CLOEXEC));
    client = start(&all, NULL, &all_events);
    assert_int_equal(write(client, sent.data, sent.size), sent.size);
    close(client);
    DRIVE_UNTIL(all.loop, all.ended + all.closed == 1);
    assert_true(span_eq(buf_span(&all.lines), buf_span(&sent)));
    finish(&all, open("/dev/null", O_RDONLY | O_CLOEXEC));
    buf_fini(&sent);
}

static void the_end_of_input_closes_unless_asked_for(void **state) {
    (void)state;
    struct owner owner = {0};
    int client = start(&owner, NULL, &few_events);
    close(client);
    DRIVE_UNTIL(owner.loop, owner.closed == 1);
    assert_string_equal(owner.reason, "end of input");
    finish(&owner, open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static void timeouts_close(void **state) {
    (void)state;
    const struct stream_options options[] = {
        {.idle_ms = 5}, {.total_ms = 5}, {.idle_ms = 5000000, .total_ms = 5}};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct owner owner = {0};
        int client = start(&owner, &options[i], &all_events);
        DRIVE_UNTIL(owner.loop, owner.closed == 1);
        assert_string_equal(owner.reason, "timeout");
        finish(&owner, client);
    }
}

/* Two streams that never run dry: both must move, and a timer must fire between. */
static void a_busy_stream_starves_nobody(void **state) {
    (void)state;
    struct owner busy = {0}, quiet = {0};
    int busy_client = start(&busy, NULL, &all_events), fds[2];
    drive_pair(fds);
    quiet.loop = busy.loop;
    quiet.stream = stream_open(busy.loop, fds[0], NULL, &all_events, &quiet);
    char block[4096];
    memset(block, '\n', sizeof block);
    assert_int_equal(write(fds[1], "\n", 1), 1);
    for (int turn = 0; turn < 3; turn++) {
        while (write(busy_client, block, sizeof block) > 0) {
        }
        loop_turn(busy.loop, 0);
        buf_clear(&busy.lines);
    }
    assert_true(busy.calls > 0);
    assert_int_equal(quiet.calls, 1);
    stream_close(quiet.stream, STREAM_DROP);
    close(fds[1]);
    buf_fini(&quiet.lines);
    finish(&busy, busy_client);
}

struct order {
    int pieces, asked, pieces_before; /* before the last that was asked */
    int asker;
    bool asks_on;
};

static size_t piece_came(void *arg, struct span data) {
    struct order *order = arg;
    if (!order->pieces++) assert_int_equal(write(order->asker, "?", 1), 1);
    return data.n;
}

static size_t question_came(void *arg, struct span data) {
    struct order *order = arg;
    order->asked++;
    order->pieces_before = order->pieces;
    if (order->asks_on) assert_int_equal(write(order->asker, "?", 1), 1);
    return data.n;
}

static void order_closed(void *arg, const char *reason) {
    (void)arg, (void)reason;
}

/* Two streams that are read in pieces and have many, and one that something comes from when the first piece is read. */
static void take_turn(struct order *order) {
    static const struct stream_events pieces = {.on_data = piece_came, .on_close = order_closed},
                                      questions = {.on_data = question_came, .on_close = order_closed};
    static const struct stream_options in_pieces = {.in_pieces = true};
    struct loop *loop = drive_loop();
    struct stream *streams[3];
    int clients[3];
    char block[4096] = "";
    for (size_t i = 0; i < 3; i++) {
        int fds[2];
        drive_pair(fds);
        clients[i] = fds[1];
        streams[i] = stream_open(loop, fds[0], i < 2 ? &in_pieces : NULL, i < 2 ? &pieces : &questions, order);
        while (i < 2 && write(fds[1], block, sizeof block) > 0) continue;
    }
    order->asker = clients[2];
    if (order->asks_on) assert_int_equal(write(order->asker, "?", 1), 1);
    loop_turn(loop, 0);
    for (size_t i = 0; i < 3; i++) {
        stream_close(streams[i], STREAM_DROP);
        close(clients[i]);
    }
    loop_free(loop);
}

static void a_question_waits_for_one_piece(void **state) {
    (void)state;
    struct order order = {0};
    take_turn(&order);
    assert_int_equal(order.asked, 1);
    assert_int_equal(order.pieces_before, 1);
    assert_true(order.pieces > 1);
}

static void questions_without_end_leave_pieces_their_turn(void **state) {
    (void)state;
    struct order order = {.asks_on = true};
    take_turn(&order);
    assert_true(order.asked > 1);
    assert_true(order.pieces > 0);
}

struct opening {
    struct loop *loop;
    struct stream *pieces, *opener, *opened;
    int fd; /* to be opened; its peer has written */
    int pieces_came, came_after; /* how many pieces before what was opened was read */
};

static size_t next_piece(void *arg, struct span data) {
    struct opening *opening = arg;
    opening->pieces_came++;
    return data.n;
}

static size_t read_opened(void *arg, struct span data) {
    struct opening *opening = arg;
    opening->came_after = opening->pieces_came;
    return data.n;
}

static size_t open_another(void *arg, struct span data) {
    static const struct stream_events events = {.on_data = read_opened, .on_close = order_closed};
    static const struct stream_options at_once = {.at_once = true};
    struct opening *opening = arg;
    opening->pieces_came = 0;
    opening->opened = stream_open(opening->loop, opening->fd, &at_once, &events, opening);
    return data.n;
}

/* As a connection that is accepted, and whose question is there. */
static void what_is_there_is_read_at_once(void **state) {
    (void)state;
    static const struct stream_events pieces = {.on_data = next_piece, .on_close = order_closed},
                                      opener = {.on_data = open_another, .on_close = order_closed};
    static const struct stream_options in_pieces = {.in_pieces = true};
    struct opening opening = {.loop = drive_loop(), .came_after = -1};
    int fds[3][2];
    char block[4096] = "";
    for (size_t i = 0; i < 3; i++) drive_pair(fds[i]);
    opening.fd = fds[2][0];
    opening.pieces = stream_open(opening.loop, fds[0][0], &in_pieces, &pieces, &opening);
    opening.opener = stream_open(opening.loop, fds[1][0], NULL, &opener, &opening);
    while (write(fds[0][1], block, sizeof block) > 0) continue;
    for (size_t i = 1; i < 3; i++) assert_int_equal(write(fds[i][1], "?", 1), 1);
    loop_turn(opening.loop, 0);
    assert_int_equal(opening.came_after, 0);
    stream_close(opening.pieces, STREAM_DROP);
    stream_close(opening.opener, STREAM_DROP);
    stream_close(opening.opened, STREAM_DROP);
    for (size_t i = 0; i < 3; i++) close(fds[i][1]);
    loop_free(opening.loop);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unconsumed_bytes_come_again_with_more),
        cmocka_unit_test(an_endless_line_needs_no_memory),
        cmocka_unit_test(without_on_full_an_endless_line_closes),
        cmocka_unit_test(a_line_just_within_the_limit_is_taken),
        cmocka_unit_test(a_pause_holds_and_a_resume_offers_again),
        cmocka_unit_test(closing_inside_a_callback_is_the_end),
        cmocka_unit_test(what_the_peer_does_not_read_is_queued_up_to_the_limit),
        cmocka_unit_test(queued_bytes_arrive_whole_and_in_order),
        cmocka_unit_test(a_flushing_close_delivers_what_is_queued),
        cmocka_unit_test(freeing_the_loop_drops_what_is_still_flushed),
        cmocka_unit_test(lines_of_a_client_that_is_gone_are_still_read),
        cmocka_unit_test(the_end_of_input_closes_unless_asked_for),
        cmocka_unit_test(timeouts_close),
        cmocka_unit_test(a_busy_stream_starves_nobody),
        cmocka_unit_test(a_question_waits_for_one_piece),
        cmocka_unit_test(questions_without_end_leave_pieces_their_turn),
        cmocka_unit_test(what_is_there_is_read_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

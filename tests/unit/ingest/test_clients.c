#include "fake_service.h"

#include <netinet/in.h>
#include "slad/base/mem.h"

#define HELLO "{\"hello\":{\"client\":\"test\"}}\n"

/* A daemon with one Unix and one TCP input. */
struct world {
    struct service service;
    struct loop *loop;
    struct ingest *ingest;
    struct endpoint inputs[2];
    struct config config;
    char *folder;
    char path[100];
};

static void world_open(struct world *world) {
    struct err err;
    *world = (struct world){0};
    fake_init(&world->service);
    world->folder = drive_folder();
    snprintf(world->path, sizeof world->path, "%s/events.sock", world->folder);
    world->inputs[0] = (struct endpoint){.kind = ENDPOINT_UNIX, .path = world->path};
    world->inputs[1] = (struct endpoint){.kind = ENDPOINT_TCP, .host = "127.0.0.1"};
    world->config = (struct config){.inputs = world->inputs, .input_count = 2};
    world->loop = drive_loop();
    assert_int_equal(
        ingest_open(world->loop, &world->service, &world->config, NULL, &world->ingest, &err), 0);
    loop_on_turn_end(world->loop, fake_turn_end, &world->service);
}

static void world_close(struct world *world) {
    ingest_close(world->ingest);
    loop_free(world->loop);
    fake_fini(&world->service);
    drive_remove(world->folder);
}

static void turns(struct world *world, int count) {
    for (int i = 0; i < count; i++) loop_turn(world->loop, 0);
}

static int client(struct world *world) {
    int fd = drive_connect(world->path);
    assert_true(fd >= 0);
    return fd;
}

static void send_bytes(struct world *world, int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = write(fd, bytes, count);
        if (sent < 0 && errno == EAGAIN) {
            turns(world, 1);
            continue;
        }
        assert_true(sent > 0);
        bytes += sent;
        count -= (size_t)sent;
    }
}

static void send_text(struct world *world, int fd, const char *text) {
    send_bytes(world, fd, text, strlen(text));
}

/* Adds what has come; false at the end. */
static bool receive(int fd, struct buf *got) {
    char bytes[4096];
    ssize_t count = read(fd, bytes, sizeof bytes);
    if (count > 0) buf_add(got, bytes, (size_t)count);
    return count != 0;
}

static void receive_all(int fd, struct buf *got) {
    size_t had;
    do {
        had = got->size;
        receive(fd, got);
    } while (got->size > had);
}

/* Turns until these answers, and no others, have come. */
static void expect_answers(struct world *world, int fd, const char *expected) {
    struct buf got = {0};
    DRIVE_UNTIL(world->loop, (receive(fd, &got), got.size >= strlen(expected)));
    turns(world, 3);
    receive(fd, &got);
    assert_string_equal(buf_text(&got), expected);
    buf_fini(&got);
}

static void expect_silence(struct world *world, int fd) {
    struct buf got = {0};
    turns(world, 5);
    assert_true(receive(fd, &got));
    assert_int_equal(got.size, 0);
}

static void expect_end(struct world *world, int fd, const char *expected) {
    struct buf got = {0};
    DRIVE_UNTIL(world->loop, !receive(fd, &got));
    assert_string_equal(buf_text(&got), expected);
    buf_fini(&got);
    close(fd);
}

static void status(struct world *world, struct buf *out) {
    struct json_writer w = {.out = out};
    buf_clear(out);
    ingest_status(world->ingest, &w);
}

static void lines_are_counted_and_acknowledged(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    send_text(&world, fd, HELLO "a\n\nb\r\ndup\nbad\nc\n");
    expect_answers(&world, fd, "{\"reject\":4,\"reason\":\"it is bad\"}\n{\"ack\":5}\n");
    assert_true(fake_has(&world.service, "a\nb\nc\n"));
    send_text(&world, fd, "d\n");
    expect_answers(&world, fd, "{\"ack\":6}\n");
    close(fd);
    world_close(&world);
}

static void an_answer_waits_for_the_commit(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    world.service.hold = true;
    int fd = client(&world);
    send_text(&world, fd, HELLO "a\nbad\n");
    DRIVE_UNTIL(world.loop, world.service.handed == 2);
    expect_silence(&world, fd);
    assert_int_equal(fake_commit(&world.service), 0);
    expect_answers(&world, fd, "{\"reject\":2,\"reason\":\"it is bad\"}\n{\"ack\":2}\n");
    close(fd);
    world_close(&world);
}

static void what_needs_no_commit_is_answered_without_one(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    send_text(&world, fd, HELLO "bad\ndup\n");
    expect_answers(&world, fd, "{\"reject\":1,\"reason\":\"it is bad\"}\n{\"ack\":2}\n");
    assert_int_equal(world.service.durable, 0);
    close(fd);
    world_close(&world);
}

static void without_a_hello_nothing_is_answered(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    uint64_t rejected = counter_values[COUNTER_events_rejected];
    send_text(&world, fd, "a\nbad\n" HELLO "b\n");
    DRIVE_UNTIL(world.loop, fake_has(&world.service, "a\nb\n"));
    expect_silence(&world, fd);
    assert_int_equal(counter_values[COUNTER_events_rejected], rejected + 1); /* the late hello */
    close(fd);
    world_close(&world);
}

static void a_second_hello_is_rejected(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    send_text(&world, fd, "\n" HELLO HELLO "a\n");
    expect_answers(&world, fd,
        "{\"reject\":1,\"reason\":\"a hello is taken as the first line of a connection "
        "only\"}\n{\"ack\":2}\n");
    close(fd);
    world_close(&world);
}

static void tcp_is_the_same(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    assert_int_equal(ingest_port(world.ingest, 0), 0);
    int port = ingest_port(world.ingest, 1);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    send_text(&world, fd, HELLO "a\n");
    expect_answers(&world, fd, "{\"ack\":1}\n");
    struct buf out = {0}, expected = {0};
    status(&world, &out);
    buf_printf(&expected,
        "[{\"input\":\"unix:%s\",\"clients\":0,\"lines\":0,\"format\":\"jsonl\",\"rejected\":0,"
        "\"last_line\":null,\"last_error\":null,\"last_error_at\":null},"
        "{\"input\":\"tcp:127.0.0.1:%d\",\"clients\":1,\"lines\":1,\"format\":\"jsonl\",\"rejected\":0,\"last_line\":\"20",
        world.path, port);
    assert_memory_equal(out.data, expected.data, expected.size);
    buf_fini(&out);
    buf_fini(&expected);
    close(fd);
    world_close(&world);
}

static void the_last_line_needs_no_newline(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    world.service.hold = true;
    int fd = client(&world);
    send_text(&world, fd, HELLO "a\nb");
    shutdown(fd, SHUT_WR);
    DRIVE_UNTIL(world.loop, world.service.handed == 2);
    expect_silence(&world, fd); /* neither answered nor closed before the commit */
    world.service.hold = false;
    expect_end(&world, fd, "{\"ack\":2}\n");
    assert_true(fake_has(&world.service, "a\nb\n"));
    world_close(&world);
}

/* Bytes of memory in use. */
static long resident(void) {
    long total = 0, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &total, &pages), 2);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

static void an_endless_line_is_rejected_once(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    char *many = mem_alloc(1024 * 1024);
    memset(many, 'x', 1024 * 1024);
    send_text(&world, fd, HELLO "a\n");
    send_bytes(&world, fd, many, 1024 * 1024);
    long before = resident();
    for (int i = 0; i < 40; i++) send_bytes(&world, fd, many, 1024 * 1024);
    assert_true(resident() < before + 8 * 1024 * 1024);
    send_text(&world, fd, "\nb\n");
    DRIVE_UNTIL(world.loop, fake_has(&world.service, "a\nb\n"));
    assert_int_equal(world.service.too_long, 1);
    struct buf got = {0};
    DRIVE_UNTIL(world.loop, (receive(fd, &got), strstr(buf_text(&got), "{\"ack\":3}") != NULL));
    assert_non_null(strstr(got.data, "{\"reject\":2,\"reason\":\"too long\"}\n"));
    buf_fini(&got);
    free(many);
    close(fd);
    world_close(&world);
}

static void a_lost_batch_is_handed_in_again(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int answered = client(&world), plain = client(&world), gone = client(&world);
    send_text(&world, answered, HELLO "a\n");
    expect_answers(&world, answered, "{\"ack\":1}\n");
    world.service.hold = true;
    send_text(&world, answered, "b\nbad\n");
    send_text(&world, plain, "p\npart");
    send_text(&world, gone, "g\nlast");
    close(gone);
    DRIVE_UNTIL(world.loop, world.service.handed == 6);
    world.service.fail_commits = 1;
    fake_commit(&world.service);
    assert_true(world.service.failed);
    world.service.hold = false;
    send_text(&world, answered, "c\n");
    expect_silence(&world, answered);
    assert_true(fake_has(&world.service, "a\n"));
    fake_recover(&world.service);
    expect_answers(&world, answered, "{\"reject\":3,\"reason\":\"it is bad\"}\n{\"ack\":3}\n{\"ack\":4}\n");
    send_text(&world, plain, "ial\n");
    DRIVE_UNTIL(world.loop, strstr(buf_text(&world.service.lines), "partial\n") != NULL);
    const char *lines = world.service.lines.data;
    for (const char *const *line = (const char *const[]){"a\n", "b\n", "p\n", "g\n", "last\n", "c\n", NULL};
         *line; line++)
        assert_non_null(strstr(lines, *line));
    assert_int_equal(strlen(lines), strlen("a\nb\np\ng\nlast\nc\npartial\n")); /* each once */
    close(answered);
    close(plain);
    world_close(&world);
}

static void it_may_fail_again_and_again(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    world.service.fail_commits = 3;
    send_text(&world, fd, HELLO "a\nbad\nb\n");
    for (int i = 0; i < 3; i++) {
        DRIVE_UNTIL(world.loop, world.service.failed);
        expect_silence(&world, fd);
        fake_recover(&world.service);
    }
    expect_answers(&world, fd, "{\"reject\":2,\"reason\":\"it is bad\"}\n{\"ack\":3}\n");
    assert_true(fake_has(&world.service, "a\nb\n"));
    close(fd);
    world_close(&world);
}

static void a_line_that_cannot_be_written_comes_again(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world), last = client(&world);
    world.service.unable_after = 2;
    send_text(&world, fd, HELLO "a\nb\nc\n");
    DRIVE_UNTIL(world.loop, world.service.failed);
    send_text(&world, last, "z"); /* its end is seen while nothing is taken */
    close(last);
    turns(&world, 5);
    fake_recover(&world.service);
    DRIVE_UNTIL(world.loop, world.service.lines.size == strlen("a\nb\nc\nz\n"));
    struct buf got = {0};
    DRIVE_UNTIL(world.loop, (receive(fd, &got), strstr(buf_text(&got), "{\"ack\":3}\n") != NULL));
    buf_fini(&got);
    close(fd);
    world_close(&world);
}

static void who_does_not_read_is_dropped(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world), other = client(&world);
    uint64_t dropped = counter_values[COUNTER_clients_dropped];
    struct buf lines = {0};
    for (int i = 0; i < 1000; i++) buf_add_text(&lines, "bad\n");
    send_text(&world, fd, HELLO);
    int64_t end_us = clock_steady_us() + DEADLINE_US;
    while (counter_values[COUNTER_clients_dropped] == dropped) {
        assert_true(clock_steady_us() < end_us);
        ssize_t sent = write(fd, lines.data, lines.size);
        assert_true(sent > 0 || errno == EAGAIN || errno == EPIPE);
        loop_turn(world.loop, 0);
    }
    send_text(&world, other, HELLO "a\n");
    expect_answers(&world, other, "{\"ack\":1}\n");
    struct buf got = {0};
    status(&world, &got);
    assert_non_null(strstr(got.data, "\"clients\":1,"));
    buf_fini(&got);
    buf_fini(&lines);
    close(fd);
    close(other);
    world_close(&world);
}

/* Answers of a turn are capped by reading no more, not by dropping the client. */
static void many_bad_lines_from_one_that_reads(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    struct buf lines = {0}, got = {0};
    buf_add_text(&lines, HELLO);
    for (int i = 0; i < 20000; i++) buf_add_text(&lines, "bad\n");
    size_t sent = 0;
    DRIVE_UNTIL(world.loop, ({
        ssize_t some = sent < lines.size ? write(fd, lines.data + sent, lines.size - sent) : 0;
        if (some > 0) sent += (size_t)some;
        receive_all(fd, &got);
        strstr(buf_text(&got), "{\"ack\":20000}\n") != NULL;
    }));
    assert_non_null(strstr(got.data, "{\"reject\":20000,"));
    buf_fini(&got);
    buf_fini(&lines);
    close(fd);
    world_close(&world);
}

static void many_clients(void **state) {
    (void)state;
    enum { CLIENTS = 400 }; /* two descriptors each, within the default limit */
    struct world world;
    world_open(&world);
    int fds[CLIENTS];
    for (int i = 0; i < CLIENTS; i++) {
        fds[i] = drive_connect(world.path);
        if (fds[i] < 0) {
            i--;
            turns(&world, 1);
            continue;
        }
        turns(&world, 1);
    }
    for (int i = 0; i < CLIENTS; i++) send_text(&world, fds[i], HELLO "a\n");
    for (int i = 0; i < CLIENTS; i++) expect_answers(&world, fds[i], "{\"ack\":1}\n");
    for (int i = 0; i < CLIENTS; i++) close(fds[i]);
    struct buf out = {0};
    DRIVE_UNTIL(world.loop, (status(&world, &out), strstr(out.data, "\"clients\":0,\"lines\":400") != NULL));
    buf_fini(&out);
    world_close(&world);
}

static void closing_with_everything_under_way(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    world.service.hold = true;
    int fd = client(&world), ended = client(&world), gone = client(&world);
    send_text(&world, fd, HELLO "a\nbad\n");
    send_text(&world, ended, HELLO "b");
    send_text(&world, gone, "c\n");
    shutdown(ended, SHUT_WR);
    close(gone);
    DRIVE_UNTIL(world.loop, world.service.handed == 4);
    world_close(&world);
    close(fd);
    close(ended);
}

static int inherited(void *arg, const char *path) {
    assert_string_equal(path, arg);
    return -1;
}

static void what_cannot_be_opened_is_named(void **state) {
    (void)state;
    struct world world;
    struct ingest *second;
    struct err err;
    world_open(&world);
    struct ingest_options options = {inherited, world.path};
    assert_int_equal(
        ingest_open(world.loop, &world.service, &world.config, &options, &second, &err), ERR_IN_USE);
    assert_non_null(strstr(err.text, world.path));
    world_close(&world);
}

/* While one batch is being committed the next collects: each is acknowledged when it is on disk, and not before. */
static void each_batch_is_acknowledged_by_itself(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world), gone = client(&world);
    world.service.flies = true;
    send_text(&world, gone, "g\nlast");
    close(gone);
    send_text(&world, fd, HELLO "a\nbad\n");
    DRIVE_UNTIL(world.loop, world.service.handed == 4);
    turns(&world, 2);
    assert_true(world.service.is_flying && world.service.durable == 0);
    send_text(&world, fd, "b\nbad\nc\n");
    DRIVE_UNTIL(world.loop, world.service.handed == 7);
    expect_silence(&world, fd);
    fake_land(&world.service);
    fake_take_off(&world.service);
    expect_answers(&world, fd, "{\"reject\":2,\"reason\":\"it is bad\"}\n{\"ack\":2}\n");
    send_text(&world, fd, "dup\n"); /* of one that is on its way, perhaps */
    DRIVE_UNTIL(world.loop, world.service.handed == 8);
    expect_silence(&world, fd);
    fake_land(&world.service);
    expect_answers(&world, fd, "{\"reject\":4,\"reason\":\"it is bad\"}\n{\"ack\":6}\n");
    close(fd);
    world_close(&world);
}

/* So much waits for the commit that lines are left where they are; they come once it is over. */
static void a_full_batch_makes_clients_wait(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    world.service.flies = world.service.full = true;
    send_text(&world, fd, HELLO "a\n");
    DRIVE_UNTIL(world.loop, world.service.is_flying);
    send_text(&world, fd, "b\n");
    expect_silence(&world, fd);
    assert_int_equal(world.service.handed, 1);
    fake_land(&world.service);
    DRIVE_UNTIL(world.loop, world.service.handed == 2 && world.service.is_flying);
    fake_land(&world.service);
    expect_answers(&world, fd, "{\"ack\":1}\n{\"ack\":2}\n");
    close(fd);
    world_close(&world);
}

/* What was on its way when the commit failed is handed in again, and before what came after it. */
static void a_batch_that_is_lost_takes_the_next_with_it(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    int fd = client(&world);
    world.service.flies = true;
    send_text(&world, fd, HELLO "a\nbad\n");
    DRIVE_UNTIL(world.loop, world.service.is_flying);
    send_text(&world, fd, "b\nbad\n");
    DRIVE_UNTIL(world.loop, world.service.handed == 4);
    fake_lose(&world.service);
    send_text(&world, fd, "c\n");
    expect_silence(&world, fd);
    fake_recover(&world.service);
    DRIVE_UNTIL(world.loop, world.service.is_flying);
    fake_land(&world.service);
    assert_memory_equal(buf_text(&world.service.lines), "a\nb\n", 4);
    for (int i = 0; i < 3 && world.service.lines.size < 6; i++) {
        turns(&world, 2);
        if (world.service.is_flying) fake_land(&world.service);
    }
    assert_true(fake_has(&world.service, "a\nb\nc\n"));
    struct buf got = {0};
    DRIVE_UNTIL(world.loop, (receive(fd, &got), strstr(buf_text(&got), "{\"ack\":5}\n") != NULL));
    assert_non_null(strstr(buf_text(&got), "{\"reject\":2,\"reason\":\"it is bad\"}\n{\"reject\":4,\"reason\":\"it is bad\"}\n"));
    buf_fini(&got);
    close(fd);
    world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_counted_and_acknowledged),
        cmocka_unit_test(an_answer_waits_for_the_commit),
        cmocka_unit_test(what_needs_no_commit_is_answered_without_one),
        cmocka_unit_test(without_a_hello_nothing_is_answered),
        cmocka_unit_test(a_second_hello_is_rejected),
        cmocka_unit_test(tcp_is_the_same),
        cmocka_unit_test(the_last_line_needs_no_newline),
        cmocka_unit_test(an_endless_line_is_rejected_once),
        cmocka_unit_test(a_lost_batch_is_handed_in_again),
        cmocka_unit_test(it_may_fail_again_and_again),
        cmocka_unit_test(a_line_that_cannot_be_written_comes_again),
        cmocka_unit_test(each_batch_is_acknowledged_by_itself),
        cmocka_unit_test(a_full_batch_makes_clients_wait),
        cmocka_unit_test(a_batch_that_is_lost_takes_the_next_with_it),
        cmocka_unit_test(who_does_not_read_is_dropped),
        cmocka_unit_test(many_bad_lines_from_one_that_reads),
        cmocka_unit_test(many_clients),
        cmocka_unit_test(closing_with_everything_under_way),
        cmocka_unit_test(what_cannot_be_opened_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The room against the service as it is, with its database. */
#include "../loop/drive.h"

#include <signal.h>
#include <sys/resource.h>
#include "slad/base/buf.h"
#include "slad/base/counters.h"
#include "slad/base/mem.h"
#include "slad/ingest/ingest.h"
#include "slad/service/view.h"

struct daemon {
    char *folder;
    char path[100], log[100], config[100];
    struct loop *loop;
    struct service *service;
    struct ingest *ingest;
    struct err err;
};

static void turn_end(void *arg) {
    struct daemon *daemon = arg;
    service_turn(daemon->service, loop_now_ms(daemon->loop));
    (void)!service_commit(daemon->service, &daemon->err);
}

static void start(struct daemon *daemon) {
    static const struct service_options options = {.progress = NULL};
    struct config *config = NULL;
    struct findings findings = {0};
    assert_int_equal(config_load(daemon->config, &config, &findings), 0);
    findings_fini(&findings);
    daemon->loop = drive_loop();
    assert_int_equal(
        service_open(config, &options, loop_now_ms(daemon->loop), &daemon->service, &daemon->err), 0);
    assert_int_equal(
        ingest_open(daemon->loop, daemon->service, config, NULL, &daemon->ingest, &daemon->err), 0);
    loop_on_turn_end(daemon->loop, turn_end, daemon);
}

static void stop(struct daemon *daemon) {
    service_close(daemon->service);
    ingest_close(daemon->ingest);
    loop_free(daemon->loop);
}

static void daemon_open(struct daemon *daemon) {
    *daemon = (struct daemon){.folder = drive_folder()};
    snprintf(daemon->path, sizeof daemon->path, "%s/events.sock", daemon->folder);
    snprintf(daemon->log, sizeof daemon->log, "%s/log", daemon->folder);
    snprintf(daemon->config, sizeof daemon->config, "%s/slad.yaml", daemon->folder);
    FILE *file = fopen(daemon->config, "w");
    assert_non_null(file);
    fprintf(file, "database: slad.db\ninputs:\n  - unix: events.sock\n  - file: log\n"
                  "standards:\n  calls:\n    start: offered\n    stop: answered\n    within: 2m\n");
    fclose(file);
    start(daemon);
}

static void daemon_close(struct daemon *daemon) {
    stop(daemon);
    drive_remove(daemon->folder);
}

static void append(const char *path, const char *text) {
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void send_text(int fd, const char *text) {
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static bool answered(int fd, struct buf *got, const char *text) {
    char bytes[4096];
    ssize_t count = read(fd, bytes, sizeof bytes);
    if (count > 0) buf_add(got, bytes, (size_t)count);
    return strstr(buf_text(got), text) != NULL;
}

/* How many events the journal has ever held. */
static bool holds(struct daemon *daemon, int events) {
    struct buf status = {0};
    char text[40];
    snprintf(text, sizeof text, "\"events\":%d", events);
    assert_int_equal(view_status(daemon->service, &status, &daemon->err), 0);
    bool has = strstr(status.data, text) != NULL;
    buf_fini(&status);
    return has;
}

static void lines_reach_the_journal(void **state) {
    (void)state;
    struct daemon daemon;
    daemon_open(&daemon);
    struct buf got = {0};
    int fd = drive_connect(daemon.path);
    send_text(fd,
        "{\"hello\":{\"client\":\"pbx\"}}\n{\"contact\":\"a\",\"event\":\"offered\",\"id\":\"1\"}\n\n"
        "{\"contact\":\"a\",\"event\":\"offered\",\"id\":\"1\"}\nnonsense\n");
    DRIVE_UNTIL(daemon.loop, answered(fd, &got, "{\"ack\":3}\n"));
    assert_non_null(strstr(got.data, "{\"reject\":3,"));
    append(daemon.log, "{\"contact\":\"b\",\"event\":\"offered\"}\n{\"contact\":\"c\",");
    DRIVE_UNTIL(daemon.loop, holds(&daemon, 2));
    buf_clear(&got);
    send_text(fd, "nonsense\n"); /* nothing to commit */
    DRIVE_UNTIL(daemon.loop, answered(fd, &got, "{\"ack\":4}\n"));
    close(fd);
    stop(&daemon);
    append(daemon.log, "\"event\":\"offered\"}\n");
    start(&daemon);
    DRIVE_UNTIL(daemon.loop, holds(&daemon, 3));
    buf_fini(&got);
    daemon_close(&daemon);
}

/* A full disk: files may not grow. */
static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_full_disk_loses_nothing(void **state) {
    (void)state;
    struct daemon daemon;
    signal(SIGXFSZ, SIG_IGN);
    daemon_open(&daemon);
    struct buf got = {0}, lines = {0};
    int fd = drive_connect(daemon.path), plain = drive_connect(daemon.path);
    send_text(fd, "{\"hello\":{}}\n{\"contact\":\"a\",\"event\":\"offered\"}\n");
    DRIVE_UNTIL(daemon.loop, answered(fd, &got, "{\"ack\":1}\n"));
    buf_clear(&got);
    for (int i = 0; i < 50; i++)
        buf_printf(&lines, "{\"contact\":\"f%d\",\"event\":\"offered\",\"padding\":\"%0200d\"}\n", i, i);
    limit_files(4096);
    send_text(fd, "{\"contact\":\"b\",\"event\":\"offered\"}\n");
    send_text(plain, "{\"contact\":\"c\",\"event\":\"offered\"}\n{\"contact\":\"d\",\"event\":\"offered\"}");
    close(plain);
    DRIVE_UNTIL(daemon.loop, !service_accepts(daemon.service) && *service_failure(daemon.service));
    limit_files(RLIM_INFINITY);
    append(daemon.log, lines.data);
    for (int i = 0; i < 5; i++) loop_turn(daemon.loop, 0);
    assert_false(answered(fd, &got, "{"));
    assert_int_equal(service_recover(daemon.service, loop_now_ms(daemon.loop), &daemon.err), 0);
    while (service_idle(daemon.service)) continue;
    DRIVE_UNTIL(daemon.loop, answered(fd, &got, "{\"ack\":2}\n"));
    DRIVE_UNTIL(daemon.loop, holds(&daemon, 54));
    buf_fini(&got);
    buf_fini(&lines);
    close(fd);
    daemon_close(&daemon);
}

static void the_last_commit_is_acknowledged(void **state) {
    (void)state;
    struct daemon daemon;
    daemon_open(&daemon);
    struct buf got = {0};
    uint64_t accepted = counter_values[COUNTER_connections_accepted];
    int fd = drive_connect(daemon.path);
    DRIVE_UNTIL(daemon.loop, counter_values[COUNTER_connections_accepted] > accepted);
    loop_on_turn_end(daemon.loop, NULL, NULL);
    send_text(fd, "{\"hello\":{}}\n{\"contact\":\"a\",\"event\":\"offered\"}\n");
    for (int i = 0; i < 5; i++) loop_turn(daemon.loop, 0);
    assert_false(answered(fd, &got, "{"));
    stop(&daemon);
    assert_true(answered(fd, &got, "{\"ack\":1}\n"));
    buf_fini(&got);
    close(fd);
    drive_remove(daemon.folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_reach_the_journal),
        cmocka_unit_test(a_full_disk_loses_nothing),
        cmocka_unit_test(the_last_commit_is_acknowledged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "sim/disk.h"
#include "sim/fault_vfs.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/service/feed.h"
#include "slad/service/intake.h"

/* The store looks at a file that is larger before it is asked for the first time (QUICK_CHECK_BYTES). */
enum { UNCHECKED_BYTES = 65 << 20 };
#define START_MS INT64_C(1780271980000)

static const char standards[] =
    "standards:\n"
    "  calls: {start: offered, stop: answered, within: 10s, target: 90%, window: 1h, by: queue, warn: [50%]}\n"
    "  scores: {when: scored, value: csat, at_least: 4, per: [contact, queue], by: [queue, agent], target: 'mean >= 4'}\n"
    "  all: {match: {queue: {not: sales}}, start: offered, stop: closed, fail: lost, repeat: true, within: 1m, per: queue}\n";

static char folder[64], config_path[96], database[96];
static struct buf image;

static void leave(void) {
    static const char *const suffixes[] = {"", "-wal", ".lock", ".ballast", ".engine"};
    char path[128];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(path, sizeof path, "%s%s", database, suffixes[i]);
        unlink(path);
    }
    unlink(config_path);
    rmdir(folder);
    buf_fini(&image);
    disk_fini();
}

static void make_folder(void) {
    char wal[128];
    snprintf(folder, sizeof folder, "%s/slad-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(folder)) abort();
    snprintf(config_path, sizeof config_path, "%s/slad.yaml", folder);
    snprintf(database, sizeof database, "%s/slad.db", folder);
    FILE *file = fopen(config_path, "w");
    if (!file) abort();
    fprintf(file, "database: %s\n%s", database, standards);
    fclose(file);
    snprintf(wal, sizeof wal, "%s-wal", database); /* the store wants to see one */
    close(open(wal, O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    atexit(leave);
}

static int open_service(struct service **out, struct err *err) {
    static const struct service_options options = {.progress = NULL};
    struct config *config = NULL;
    struct findings findings = {0};
    if (config_load(config_path, &config, &findings)) abort();
    findings_fini(&findings);
    return service_open(config, &options, START_MS + 3600000, out, err);
}

static void turn(struct service *service, int64_t at_ms, int n) {
    static const char *const events[] = {"offered", "answered", "scored", "lost", "closed"};
    static const char *const queues[] = {"sales", "support", "\xc3\xa7"};
    struct err err;
    service_turn(service, at_ms);
    for (int i = 0; i < 12; i++) {
        char line[256];
        int size = snprintf(line, sizeof line,
            "{\"contact\":\"c%d\",\"event\":\"%s\",\"at\":%lld,\"id\":\"%d-%d\",\"queue\":\"%s\",\"csat\":%d}", (n + i) % 7,
            events[(n * 3 + i) % 5], (long long)at_ms, n, i, queues[i % 3], i % 6);
        struct intake_source source = {"fuzz", NULL};
        if (intake_line(service, &source, (struct span){line, (size_t)size}, &err) != INTAKE_ACCEPTED) abort();
    }
    struct intake_position position = {.name = SPAN("/log/a"), .inode = 1, .offset = (uint64_t)n};
    if (intake_position_put(service, &position, &err) || service_commit(service, &err)) abort();
    while (service_idle(service)) {}
}

static void make_image(void) {
    struct service *service = NULL;
    struct err err;
    enum disk_fault fault;
    log_set_level(0);
    fault_vfs_register();
    fault_vfs_set_clock(START_MS);
    make_folder();
    disk_format(1);
    if (open_service(&service, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    for (int n = 0; n < 12; n++) turn(service, START_MS + 3600000 + n * 20000, n);
    service_close(service); /* the log goes into the database */
    struct disk_file *file = disk_open(database, false, &fault);
    size_t bytes = (size_t)disk_size(file), got;
    buf_reserve(&image, bytes);
    if (disk_read(file, image.data, bytes, 0, &got) || got != bytes) abort();
    image.size = bytes;
    disk_close(file);
}

struct span reader_image(void) {
    if (!image.size) make_image();
    return buf_span(&image);
}

int reader_open(struct span bytes, bool is_checked, struct service **out, struct err *err) {
    enum disk_fault fault;
    (void)reader_image();
    disk_format(1);
    struct disk_file *file = disk_open(database, true, &fault);
    if (disk_write(file, bytes.p, bytes.n, 0) || disk_sync(file)) abort();
    disk_close(file);
    int fd = open(database, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || pwrite(fd, bytes.p, bytes.n < 16 ? bytes.n : 16, 0) < 0) abort();
    if (ftruncate(fd, is_checked ? (off_t)bytes.n : UNCHECKED_BYTES)) abort();
    close(fd);
    return open_service(out, err);
}

static void hear(void *arg, const struct feed_message *message) {
    *(size_t *)arg += message->data.n;
}

void reader_ask(struct service *service, const struct view_query *query, struct span contact) {
    struct buf out = {0};
    struct err err = {0};
    struct view_past *past = NULL;
    int64_t through;
    size_t heard = 0;
    struct feed_filter filter;
    (void)!view_status(service, &out, &err);
    (void)!view_standards(service, &out, &err);
    (void)!view_standard(service, span_of(query->standard ? query->standard : "calls"), &out, &err);
    (void)!view_breaches(service, query, &out, &err);
    (void)!view_warnings(service, query, &out, &err);
    (void)!view_figures(service, query, &out, &err);
    (void)!view_percentiles(service, query, &out, &err);
    (void)!view_open(service, query, &out, &err);
    (void)!view_contact(service, contact, query, &out, &err);
    (void)!feed_filter_read(service, query, &filter, &err);
    (void)!feed_read(service, 0, hear, &heard, &through, &err);
    if (query->at && view_past_new(service, query, &past, &err) == 0)
        while (view_past_step(past, &out, &err) > 0) {}
    view_past_free(past);
    buf_fini(&out);
}

/* limits: what this machine can do at most with the same lines and nothing of slad.
 *
 *   limits cjson FILE             parses and frees each line
 *   limits copy FILE              memcpy of the file
 *   limits count FILE             finds its newlines, as wc -l does
 *   limits insert FILE DB [--no-contact-index]
 *                                 inserts each as a row of slad's journal: FULL, 1,000 rows a transaction
 *   limits sync FILE              appends 4 KiB to this new file and syncs, 500 times
 *   limits sink SOCKET            an event socket that reads, counts and acknowledges, until standard input ends
 *
 * The result is one JSON object. What is being read is in memory before the clock starts. */
#include <cjson/cJSON.h>
#include <errno.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "histogram.h"
#include "lines.h"

enum { ROWS_A_TRANSACTION = 1000, SYNCS = 500, SYNC_BYTES = 4096, SINK_CLIENTS = 64, SINK_BYTES = 256 * 1024 };

static size_t line_count(const struct lines *lines) {
    size_t count = 0;
    for (size_t at = 0, n; (n = lines_next(lines, at)); at += n) count++;
    return count;
}

static int say(size_t lines, size_t size, double seconds) {
    printf("{\"events\":%zu,\"bytes\":%zu,\"seconds\":%.6f,\"per_second\":%.1f,\"bytes_per_second\":%.0f}\n", lines, size,
        seconds, (double)lines / seconds, (double)size / seconds);
    return 0;
}

static int cjson(const char *path) {
    struct lines lines = lines_map(path);
    size_t count = line_count(&lines), bad = 0;
    double start = steady();
    for (size_t at = 0, n; (n = lines_next(&lines, at)); at += n) {
        cJSON *object = cJSON_ParseWithLength(lines.data + at, n);
        bad += !object;
        cJSON_Delete(object);
    }
    double seconds = steady() - start;
    if (bad) fprintf(stderr, "limits: %zu lines are no JSON\n", bad);
    return say(count, lines.size, seconds);
}

static int copy(const char *path) {
    struct lines lines = lines_map(path);
    size_t count = line_count(&lines);
    char *to = malloc(lines.size);
    if (!to) give_up("memory");
    memset(to, 1, lines.size);
    double start = steady();
    memcpy(to, lines.data, lines.size);
    __asm__ volatile("" : : "r"(to) : "memory"); /* or there is no reason to copy */
    double seconds = steady() - start;
    free(to);
    return say(count, lines.size, seconds);
}

static int count_newlines(const char *path) {
    struct lines lines = lines_map(path);
    double start = steady();
    size_t count = line_count(&lines);
    return say(count, lines.size, steady() - start);
}

/* ---------------------------------------------------------------- SQLite */

static sqlite3 *db;

static void run(const char *sql) {
    char *text = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &text) == SQLITE_OK) return;
    fprintf(stderr, "limits: %s: %s\n", sql, text);
    exit(1);
}

struct field {
    const char *text;
    int size;
};
struct row {
    struct field contact, event, id, line;
};

static struct field field_of(struct field line, const char *key) {
    size_t n = strlen(key);
    const char *at = memmem(line.text, (size_t)line.size, key, n);
    if (!at) return (struct field){0};
    at += n;
    return (struct field){at, (int)((const char *)memchr(at, '"', (size_t)(line.text + line.size - at)) - at)};
}

static struct row *rows_of(const struct lines *lines, size_t count) {
    struct row *rows = calloc(count, sizeof *rows), *row = rows;
    if (!rows) give_up("memory");
    for (size_t at = 0, n; (n = lines_next(lines, at)); at += n, row++) {
        struct field line = {lines->data + at, (int)n - 1};
        *row = (struct row){field_of(line, "\"contact\":\""), field_of(line, "\"event\":\""),
            field_of(line, "\"id\":\""), line};
    }
    return rows;
}

/* As slad's journal is (docs/STORAGE.md): its settings, its columns, its ids; and as it would be with an index of contacts. */
static void open_db(const char *path, int with_contact_index) {
    if (sqlite3_open(path, &db) != SQLITE_OK) give_up(path);
    run("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA wal_autocheckpoint = 4096; PRAGMA cache_size = -16384; PRAGMA mmap_size = 0");
    run("CREATE TABLE events (seq INTEGER PRIMARY KEY, received INTEGER NOT NULL, at INTEGER NOT NULL,"
        " contact TEXT NOT NULL, event TEXT NOT NULL, id TEXT, line TEXT NOT NULL)");
    run("CREATE UNIQUE INDEX events_id ON events (id) WHERE id IS NOT NULL");
    if (with_contact_index) run("CREATE INDEX events_contact ON events (contact)");
}

static void bind_text(sqlite3_stmt *statement, int place, struct field field) {
    if (field.text) sqlite3_bind_text(statement, place, field.text, field.size, SQLITE_STATIC);
    else sqlite3_bind_null(statement, place);
}

static void insert_row(sqlite3_stmt *statement, const struct row *row, size_t number) {
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)number + 1);
    sqlite3_bind_int64(statement, 2, INT64_C(1772496000000) + (sqlite3_int64)number);
    sqlite3_bind_int64(statement, 3, INT64_C(1772496000000) + (sqlite3_int64)number);
    bind_text(statement, 4, row->contact);
    bind_text(statement, 5, row->event);
    bind_text(statement, 6, row->id);
    bind_text(statement, 7, row->line);
    if (sqlite3_step(statement) != SQLITE_DONE) {
        fprintf(stderr, "limits: insert: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
    sqlite3_reset(statement);
}

static int insert(const char *path, const char *db_path, int with_contact_index) {
    struct lines lines = lines_map(path);
    size_t count = line_count(&lines);
    struct row *rows = rows_of(&lines, count);
    sqlite3_stmt *statement;
    open_db(db_path, with_contact_index);
    if (sqlite3_prepare_v2(db, "INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
            " ON CONFLICT (id) WHERE id IS NOT NULL DO NOTHING", -1, &statement, NULL) != SQLITE_OK)
        give_up(sqlite3_errmsg(db));
    double start = steady();
    for (size_t i = 0; i < count; i++) {
        if (i % ROWS_A_TRANSACTION == 0) run("BEGIN");
        insert_row(statement, &rows[i], i);
        if (i % ROWS_A_TRANSACTION == ROWS_A_TRANSACTION - 1 || i + 1 == count) run("COMMIT");
    }
    double seconds = steady() - start;
    sqlite3_finalize(statement);
    sqlite3_close(db);
    free(rows);
    return say(count, lines.size, seconds);
}

static int sync_file(const char *path) {
    static const char page[SYNC_BYTES];
    static struct histogram took;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) give_up(path);
    for (int i = 0; i < SYNCS; i++) {
        double start = steady();
        if (write(fd, page, sizeof page) != sizeof page || fdatasync(fd)) give_up(path);
        histogram_add(&took, (int64_t)((steady() - start) * 1e6), 1);
    }
    fputs("{\"sync_us\":", stdout);
    histogram_print(&took, stdout);
    puts("}");
    close(fd);
    unlink(path);
    return 0;
}

/* ---------------------------------------------------------------- the sink */

struct sink_client {
    int fd;
    uint64_t lines;
};

static int listening(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) give_up("the socket's path is too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, SINK_CLIENTS)) give_up(path);
    return fd;
}

/* False when it has left. The first line is its hello. */
static int sink_read(struct sink_client *client) {
    static char data[SINK_BYTES];
    char answer[64];
    ssize_t got = read(client->fd, data, sizeof data);
    if (got <= 0) return 0;
    uint64_t before = client->lines;
    for (const char *p = data, *end = data + got; (p = memchr(p, '\n', (size_t)(end - p))); p++) client->lines++;
    if (client->lines == before || client->lines < 2) return 1;
    int n = snprintf(answer, sizeof answer, "{\"ack\":%" PRIu64 "}\n", client->lines - 1);
    return write(client->fd, answer, (size_t)n) == n;
}

static int sink(const char *path) {
    struct sink_client clients[SINK_CLIENTS];
    struct pollfd polls[SINK_CLIENTS + 2];
    nfds_t count = 0;
    int listener = listening(path);
    for (;;) {
        polls[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
        polls[1] = (struct pollfd){.fd = listener, .events = POLLIN};
        for (nfds_t i = 0; i < count; i++) polls[i + 2] = (struct pollfd){.fd = clients[i].fd, .events = POLLIN};
        nfds_t known = count;
        if (poll(polls, known + 2, -1) < 0) give_up("poll");
        if (polls[0].revents) return unlink(path);
        if (polls[1].revents && count < SINK_CLIENTS)
            clients[count++] = (struct sink_client){.fd = accept(listener, NULL, NULL)};
        for (nfds_t i = known; i-- > 0;)
            if (polls[i + 2].revents && !sink_read(&clients[i])) {
                close(clients[i].fd);
                clients[i] = clients[--count];
            }
    }
}

int main(int argc, char **argv) {
    const char *what = argc > 2 ? argv[1] : "";
    if (!strcmp(what, "cjson")) return cjson(argv[2]);
    if (!strcmp(what, "copy")) return copy(argv[2]);
    if (!strcmp(what, "count")) return count_newlines(argv[2]);
    if (!strcmp(what, "insert") && argc > 3) return insert(argv[2], argv[3], argc == 4);
    if (!strcmp(what, "sync")) return sync_file(argv[2]);
    if (!strcmp(what, "sink")) return sink(argv[2]);
    fputs("usage: limits cjson|copy|count|insert|sync|sink FILE...\n", stderr);
    return 2;
}

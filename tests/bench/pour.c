/* pour: sends a file of event lines to an event socket over several connections, and says how fast they were
 * acknowledged.
 *
 *   pour [--connections N] [--rate LINES_A_SECOND] [--clock FILE] SOCKET FILE
 *
 * Lines of one contact go over one connection. Without --rate it sends as fast as the sockets take it. With --rate it is
 * an open loop: each line is due to be sent at an instant of its own, whatever became of those before, and its latency
 * is counted from there, so a stall shows in every line that it held up. The result is one JSON object. Connections,
 * offsets and the lines of each are made ready before the clock starts.
 *
 * With --clock it turns the clock of a daemon that goes by FILE: to the instant of each line as it is sent, so that a day
 * that is sent in seconds passes for the daemon too, as in life. Without, the whole of a past day is new to it at once. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "histogram.h"
#include "lines.h"

enum {
    CONNECTIONS_MAX = 64,
    WRITE_BYTES = 256 * 1024,
    ANSWER_BYTES = 64 * 1024,
    SILENCE_S = 120, /* without an answer: the daemon is given up */
    HELLO_BYTES = 64,
    STEP_LINES = 4096, /* with a clock: no connection is further ahead of the slowest, whose lines would come late */
};

/* The last line that one write finished, and when: what an acknowledgement is timed by without a rate. */
struct mark {
    size_t lines;
    double at;
};

struct link {
    int fd;
    char *bytes;       /* of all its lines, one after another */
    size_t size, room, sent;
    size_t *ends;      /* where each line ends */
    uint32_t *numbers; /* which line of the file it is */
    size_t count, count_room, ready, written, acked, rejected;
    struct mark *marks;
    size_t mark_count, mark_room, mark_at;
    char answers[ANSWER_BYTES];
    size_t answer_bytes;
};

static struct {
    const char *socket, *file, *clock;
    int64_t *latest;         /* with a clock: the latest instant of all lines up to each */
    volatile int64_t *turned; /* the daemon's clock */
    int connections;
    double rate, start, last_answer;
    size_t acked, total;
    struct link links[CONNECTIONS_MAX];
    struct histogram latency, lag; /* to the acknowledgement; from the instant a line was due to its writing */
} pour = {.connections = 4};

/* ---------------------------------------------------------------- making ready */

static void *grown(void *list, size_t *room, size_t needed, size_t width) {
    if (needed <= *room) return list;
    *room = *room ? 2 * *room : 4096;
    while (*room < needed) *room *= 2;
    list = realloc(list, *room * width);
    if (!list) give_up("memory");
    return list;
}

/* Lines begin with {"contact":"…": the sender of a contact is always the same. */
static struct link *link_of(const char *line, size_t size) {
    uint32_t hash = 2166136261u;
    for (size_t i = 12; i < size && line[i] != '"'; i++) hash = (hash ^ (unsigned char)line[i]) * 16777619u;
    return &pour.links[(hash >> 8) % (uint32_t)pour.connections];
}

static void add_line(struct link *link, const char *line, size_t size, uint32_t number) {
    link->bytes = grown(link->bytes, &link->room, link->size + size + 1, 1);
    memcpy(link->bytes + link->size, line, size);
    link->size += size;
    if (line[size - 1] != '\n') link->bytes[link->size++] = '\n';
    size_t room = link->count_room;
    link->ends = grown(link->ends, &room, link->count + 1, sizeof *link->ends);
    link->numbers = grown(link->numbers, &link->count_room, link->count + 1, sizeof *link->numbers);
    link->ends[link->count] = link->size;
    link->numbers[link->count++] = number;
}

static void add_instant(size_t *room, const char *line, size_t size, uint32_t number) {
    int64_t at = lines_instant(line, size);
    pour.latest = grown(pour.latest, room, number + 1, sizeof *pour.latest);
    pour.latest[number] = number && pour.latest[number - 1] > at ? pour.latest[number - 1] : at;
}

static void load(void) {
    struct lines lines = lines_map(pour.file);
    uint32_t number = 0;
    size_t room = 0;
    for (size_t at = 0, n; (n = lines_next(&lines, at)); at += n) {
        if (pour.clock) add_instant(&room, lines.data + at, n, number);
        add_line(link_of(lines.data + at, n), lines.data + at, n, number++);
    }
    pour.total = number;
    munmap((void *)lines.data, lines.size);
}

static void map_clock(void) {
    int fd = open(pour.clock, O_RDWR | O_CLOEXEC);
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *pour.turned, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) give_up(pour.clock);
    pour.turned = map;
    close(fd);
}

static void connect_all(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(pour.socket) >= sizeof address.sun_path) give_up("the socket's path is too long");
    memcpy(address.sun_path, pour.socket, strlen(pour.socket) + 1);
    for (int i = 0; i < pour.connections; i++) {
        char hello[HELLO_BYTES];
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) give_up(pour.socket);
        int n = snprintf(hello, sizeof hello, "{\"hello\":{\"client\":\"pour-%d\"}}\n", i);
        if (write(fd, hello, (size_t)n) != n || fcntl(fd, F_SETFL, O_NONBLOCK)) give_up(pour.socket);
        pour.links[i].fd = fd;
    }
}

/* ---------------------------------------------------------------- sending */

static double due(uint32_t number) {
    return pour.start + number / pour.rate;
}

static int64_t us_since(double then, double now) {
    return (int64_t)((now - then) * 1e6);
}

/* Lines up to this number may be sent. */
static uint32_t step_end(void) {
    uint32_t slowest = (uint32_t)pour.total;
    for (int i = 0; i < pour.connections; i++) {
        const struct link *link = &pour.links[i];
        if (link->written < link->count && link->numbers[link->written] < slowest) slowest = link->numbers[link->written];
    }
    return slowest + STEP_LINES;
}

/* How many of its lines may be sent by now. */
static void make_ready(struct link *link, double now) {
    if (pour.rate <= 0 && !pour.clock) {
        link->ready = link->count;
        return;
    }
    uint32_t end = pour.clock ? step_end() : UINT32_MAX;
    while (link->ready < link->count && link->numbers[link->ready] < end &&
           (pour.rate <= 0 || due(link->numbers[link->ready]) <= now))
        link->ready++;
}

/* To the last line that a write of so many bytes would send: none is ahead of the daemon's clock. */
static void turn_clock(const struct link *link, size_t bytes) {
    size_t last = link->written;
    while (last + 1 < link->ready && link->ends[last] < link->sent + bytes) last++;
    int64_t at = pour.latest[link->numbers[last]];
    if (at > *pour.turned) *pour.turned = at;
}

static void note_written(struct link *link, double now) {
    size_t before = link->written;
    while (link->written < link->ready && link->ends[link->written] <= link->sent) {
        if (pour.rate > 0) histogram_add(&pour.lag, us_since(due(link->numbers[link->written]), now), 1);
        link->written++;
    }
    if (link->written == before || pour.rate > 0) return;
    link->marks = grown(link->marks, &link->mark_room, link->mark_count + 1, sizeof *link->marks);
    link->marks[link->mark_count++] = (struct mark){link->written, now};
}

static size_t to_send(const struct link *link) {
    return link->ready ? link->ends[link->ready - 1] - link->sent : 0;
}

static void send_lines(struct link *link, double now) {
    make_ready(link, now);
    size_t n = to_send(link);
    if (n == 0) return;
    if (n > WRITE_BYTES) n = WRITE_BYTES;
    if (pour.clock) turn_clock(link, n);
    ssize_t wrote = write(link->fd, link->bytes + link->sent, n);
    if (wrote < 0 && errno != EAGAIN && errno != EINTR) give_up("write");
    if (wrote <= 0) return;
    link->sent += (size_t)wrote;
    note_written(link, steady());
}

/* ---------------------------------------------------------------- answers */

static void time_acked(struct link *link, size_t acked, double now) {
    if (pour.rate > 0) {
        for (size_t i = link->acked; i < acked; i++)
            histogram_add(&pour.latency, us_since(due(link->numbers[i]), now), 1);
        return;
    }
    while (link->acked < acked) {
        const struct mark *mark = &link->marks[link->mark_at];
        size_t through = mark->lines < acked ? mark->lines : acked;
        histogram_add(&pour.latency, us_since(mark->at, now), through - link->acked);
        link->acked = through;
        if (mark->lines <= acked) link->mark_at++;
    }
}

static void take_answer(struct link *link, const char *line, double now) {
    unsigned long long n;
    if (sscanf(line, "{\"reject\":%llu", &n) == 1) {
        if (!link->rejected++) fprintf(stderr, "pour: %s\n", line);
        return;
    }
    if (sscanf(line, "{\"ack\":%llu", &n) != 1 || n > link->written || n < link->acked) {
        fprintf(stderr, "pour: no answer that was to be expected: %s\n", line);
        exit(1);
    }
    size_t more = n - link->acked;
    time_acked(link, n, now);
    link->acked = n;
    pour.acked += more;
    pour.last_answer = now;
}

static void read_answers(struct link *link) {
    ssize_t got = read(link->fd, link->answers + link->answer_bytes, ANSWER_BYTES - 1 - link->answer_bytes);
    if (got == 0) errno = ECONNRESET, give_up("the daemon");
    if (got < 0 && errno != EAGAIN && errno != EINTR) give_up("read");
    if (got <= 0) return;
    double now = steady();
    link->answer_bytes += (size_t)got;
    link->answers[link->answer_bytes] = '\0';
    char *line = link->answers, *end;
    for (; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        take_answer(link, line, now);
    }
    link->answer_bytes -= (size_t)(line - link->answers);
    memmove(link->answers, line, link->answer_bytes);
}

/* ---------------------------------------------------------------- the loop */

static void turn(void) {
    static const struct timespec PACED = {.tv_nsec = 200000}, WAIT = {.tv_sec = 1};
    struct pollfd polls[CONNECTIONS_MAX];
    double now = steady();
    for (int i = 0; i < pour.connections; i++) {
        struct link *link = &pour.links[i];
        send_lines(link, now);
        polls[i] = (struct pollfd){.fd = link->fd, .events = to_send(link) ? POLLIN | POLLOUT : POLLIN};
    }
    int n = ppoll(polls, (nfds_t)pour.connections, pour.rate > 0 ? &PACED : &WAIT, NULL);
    if (n < 0 && errno != EINTR) give_up("poll");
    for (int i = 0; n > 0 && i < pour.connections; i++)
        if (polls[i].revents & ~POLLOUT) read_answers(&pour.links[i]);
    if (steady() - pour.last_answer < SILENCE_S) return;
    fprintf(stderr, "pour: no answer for %d s, %zu of %zu lines acknowledged\n", SILENCE_S, pour.acked, pour.total);
    exit(1);
}

static void report(double seconds, double cpu) {
    size_t bytes = 0, rejected = 0;
    for (int i = 0; i < pour.connections; i++) {
        bytes += pour.links[i].size;
        rejected += pour.links[i].rejected;
    }
    printf("{\"events\":%zu,\"bytes\":%zu,\"rejected\":%zu,\"seconds\":%.6f,\"per_second\":%.1f,\"cpu_seconds\":%.3f,"
           "\"ack_us\":", pour.total, bytes, rejected, seconds, (double)pour.total / seconds, cpu);
    histogram_print(&pour.latency, stdout);
    fputs(",\"lag_us\":", stdout);
    histogram_print(&pour.lag, stdout);
    puts("}");
}

static int parse(int argc, char **argv) {
    static const struct option options[] = {{"connections", 1, NULL, 'c'}, {"rate", 1, NULL, 'r'}, {"clock", 1, NULL, 'k'}, {0}};
    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'c') pour.connections = atoi(optarg);
        else if (c == 'r') pour.rate = strtod(optarg, NULL);
        else if (c == 'k') pour.clock = optarg;
        else return -1;
    }
    if (argc - optind != 2 || pour.connections < 1 || pour.connections > CONNECTIONS_MAX) return -1;
    pour.socket = argv[optind];
    pour.file = argv[optind + 1];
    return 0;
}

int main(int argc, char **argv) {
    if (parse(argc, argv)) {
        fputs("usage: pour [--connections N] [--rate LINES_A_SECOND] [--clock FILE] SOCKET FILE\n", stderr);
        return 2;
    }
    load();
    if (pour.clock) map_clock();
    connect_all();
    double cpu = cpu_seconds();
    pour.start = pour.last_answer = steady();
    while (pour.acked < pour.total) turn();
    report(steady() - pour.start, cpu_seconds() - cpu);
    return 0;
}

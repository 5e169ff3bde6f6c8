/* ask: GETs a path over a Unix socket at a steady pace until standard input ends, each over a connection of its own as
 * curl does, and says how long the answers took. An open loop: a question is asked when it is due, whether or not the ones
 * before were answered, and its time is counted from there.
 *
 *   ask [--rate A_SECOND] SOCKET PATH < (something that stays open) */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "histogram.h"
#include "lines.h"

enum {
    ASKED_MAX = 128,      /* at once; further ones wait, and that counts */
    HEAD_BYTES = 12,      /* "HTTP/1.1 200" */
    READ_BYTES = 256 * 1024,
};

struct question {
    int fd;
    double due;
    size_t size;
    char head[HEAD_BYTES];
};

static struct {
    struct sockaddr_un address;
    char request[1024];
    struct question questions[ASKED_MAX];
    size_t count;
    uint64_t asked, bytes, wrong;
    struct histogram latency;
} ask;

static void put(double due) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&ask.address, sizeof ask.address)) give_up(ask.address.sun_path);
    ssize_t n = (ssize_t)strlen(ask.request);
    if (write(fd, ask.request, (size_t)n) != n) give_up(ask.address.sun_path);
    ask.questions[ask.count++] = (struct question){.fd = fd, .due = due};
    ask.asked++;
}

/* True when the answer has ended. */
static bool answered(struct question *q) {
    static char data[READ_BYTES];
    ssize_t got = read(q->fd, data, sizeof data);
    if (got < 0) give_up("read");
    for (ssize_t i = 0; i < got && q->size + (size_t)i < HEAD_BYTES; i++) q->head[q->size + (size_t)i] = data[i];
    q->size += (size_t)got;
    if (got > 0) return false;
    histogram_add(&ask.latency, (int64_t)((steady() - q->due) * 1e6), 1);
    ask.wrong += q->size < HEAD_BYTES || memcmp(q->head, "HTTP/1.1 200", HEAD_BYTES) != 0;
    ask.bytes += q->size;
    close(q->fd);
    return true;
}

/* False once standard input has ended. */
static bool wait_until(double instant) {
    struct pollfd polls[ASKED_MAX + 1] = {{.fd = STDIN_FILENO, .events = POLLIN}};
    size_t known = ask.count;
    double left = instant - steady();
    if (left < 0) left = 0;
    struct timespec rest = {.tv_sec = (time_t)left, .tv_nsec = (long)((left - (double)(time_t)left) * 1e9)};
    for (size_t i = 0; i < known; i++) polls[i + 1] = (struct pollfd){.fd = ask.questions[i].fd, .events = POLLIN};
    if (ppoll(polls, (nfds_t)known + 1, &rest, NULL) < 0 && errno != EINTR) give_up("poll");
    for (size_t i = known; i-- > 0;)
        if (polls[i + 1].revents && answered(&ask.questions[i])) ask.questions[i] = ask.questions[--ask.count];
    return !polls[0].revents;
}

static int parse(int argc, char **argv, double *rate) {
    if (argc == 5 && !strcmp(argv[1], "--rate")) *rate = strtod(argv[2], NULL), argv += 2, argc -= 2;
    if (argc != 3 || *rate <= 0 || strlen(argv[1]) >= sizeof ask.address.sun_path) return -1;
    ask.address.sun_family = AF_UNIX;
    memcpy(ask.address.sun_path, argv[1], strlen(argv[1]) + 1);
    int n = snprintf(ask.request, sizeof ask.request, "GET %s HTTP/1.1\r\nHost: slad\r\nConnection: close\r\n\r\n", argv[2]);
    return n < (int)sizeof ask.request ? 0 : -1;
}

int main(int argc, char **argv) {
    double rate = 20;
    if (parse(argc, argv, &rate)) {
        fputs("usage: ask [--rate A_SECOND] SOCKET PATH\n", stderr);
        return 2;
    }
    double start = steady(), due = start;
    while (wait_until(due)) {
        if (ask.count == ASKED_MAX || steady() < due) continue;
        put(due);
        due = start + (double)ask.asked / rate;
    }
    while (ask.count) wait_until(steady() + 1);
    printf("{\"asked\":%" PRIu64 ",\"wrong\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"answer_us\":", ask.asked, ask.wrong, ask.bytes);
    histogram_print(&ask.latency, stdout);
    puts("}");
    return 0;
}

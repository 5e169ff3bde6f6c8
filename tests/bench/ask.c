/* ask: GETs a path over a Unix socket at a steady pace until standard input ends, each over a connection of its own as
 * curl does, and says how long the answers took. An open loop: counted from the instant a question was due.
 *
 *   ask [--rate A_SECOND] SOCKET PATH < (something that stays open) */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include "histogram.h"
#include "lines.h"

static uint64_t bytes, wrong;

static int connected(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) give_up("the socket's path is too long");
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address)) give_up(path);
    return fd;
}

static void ask(const char *socket, const char *path) {
    static char answer[1 << 20];
    char question[1024];
    int fd = connected(socket);
    int n = snprintf(question, sizeof question, "GET %s HTTP/1.1\r\nHost: slad\r\nConnection: close\r\n\r\n", path);
    if (write(fd, question, (size_t)n) != n) give_up(socket);
    size_t size = 0;
    for (ssize_t got; (got = read(fd, answer + size, sizeof answer - size)) > 0;) size += (size_t)got;
    wrong += size < 12 || memcmp(answer, "HTTP/1.1 200", 12) != 0;
    bytes += size;
    close(fd);
}

static int stopped(double until) {
    double left = until - steady();
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&in, 1, left > 0 ? (int)(left * 1000) : 0) > 0;
}

static void wait_until(double instant) {
    double left = instant - steady();
    if (left <= 0) return;
    struct timespec rest = {.tv_sec = (time_t)left, .tv_nsec = (long)((left - (double)(time_t)left) * 1e9)};
    nanosleep(&rest, NULL);
}

int main(int argc, char **argv) {
    static struct histogram latency;
    double rate = 20;
    if (argc == 5 && !strcmp(argv[1], "--rate")) rate = strtod(argv[2], NULL), argv += 2, argc -= 2;
    if (argc != 3 || rate <= 0) {
        fputs("usage: ask [--rate A_SECOND] SOCKET PATH\n", stderr);
        return 2;
    }
    double start = steady(), due = start;
    for (uint64_t i = 0; !stopped(due); due = start + (double)++i / rate) {
        wait_until(due);
        ask(argv[1], argv[2]);
        histogram_add(&latency, (int64_t)((steady() - due) * 1e6), 1);
    }
    printf("{\"asked\":%" PRIu64 ",\"wrong\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"answer_us\":", latency.total, wrong, bytes);
    histogram_print(&latency, stdout);
    puts("}");
    return 0;
}

/* Invariants:
 * 1. A line goes out in one write(2) of at most LOG_LINE_MAX bytes: lines of several processes never mix.
 * 2. log_line() does not allocate, fail, or wait longer than PATIENCE_MS; after a line was given up, none
 *    waits until one got through again.
 * 3. texts[] are lent out in turn; a lent text stays as it is for the next TEXTS - 1 calls of log_text().
 * 4. buckets[] are filled from the front; `what` of a filled one is not NULL. */
#include "slad/base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "slad/base/clock.h"
#include "slad/base/counters.h"
#include "slad/base/utf8.h"

enum {
    LOG_LINE_MAX = 4096, /* PIPE_BUF: a pipe takes it whole or not at all */
    PATIENCE_MS = 100,   /* how long a reader that is behind may hold us up, once */
    TEXTS = 8,           /* no line has more untrusted texts */
};

static enum log_level threshold = LOG_INFO;
static bool reader_is_stuck;
static struct buf texts[TEXTS];

void log_set_level(enum log_level level) {
    threshold = level;
}

/* Whether stderr is the stream that systemd connected to the journal ("device:inode" in JOURNAL_STREAM); a
 * service may have redirected it since. */
static bool is_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat facts;
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &facts) == 0 &&
           facts.st_dev == device && facts.st_ino == inode;
}

static const char *level_word(enum log_level level) {
    switch (level) {
    case LOG_ERROR: return "error";
    case LOG_WARNING: return "warning";
    case LOG_INFO: return "info";
    case LOG_DEBUG: return "debug";
    }
    return "info";
}

/* The journal knows the time; everybody else is told. Returns the length. */
static size_t put_head(char *line, size_t room, enum log_level level) {
    if (is_journal()) return (size_t)snprintf(line, room, "<%d>", (int)level);
    int64_t now_ms = clock_wall_ms();
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm utc;
    char stamp[64] = "-";
    if (gmtime_r(&seconds, &utc)) strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    return (size_t)snprintf(
        line, room, "%s.%03dZ %s ", stamp, (int)(now_ms % 1000 + 1000) % 1000, level_word(level));
}

/* Copies text with all that is not shown as it is written as \xNN; stops before what does not fit. Returns the length. */
static size_t put_clean(char *out, size_t room, const char *text) {
    size_t size = 0;
    for (const char *p = text, *end = text + strlen(text); p < end;) {
        size_t shown = utf8_shown(p, end);
        if (size + (shown ? shown : 4) >= room) break;
        if (shown)
            memcpy(out + size, p, shown);
        else
            snprintf(out + size, room - size, "\\x%02x", (unsigned)(unsigned char)*p);
        size += shown ? shown : 4;
        p += shown ? shown : 1;
    }
    return size;
}

/* A line that cannot go out soon is lost: the daemon's work comes first. */
static void write_line(const char *line, size_t size) {
    struct pollfd stream = {.fd = STDERR_FILENO, .events = POLLOUT};
    int ready = poll(&stream, 1, reader_is_stuck ? 0 : PATIENCE_MS);
    bool writable = ready == 1 && (stream.revents & POLLOUT) && !(stream.revents & (POLLERR | POLLHUP));
    reader_is_stuck = !writable || write(STDERR_FILENO, line, size) < 0;
}

void log_line(enum log_level level, const char *what, const char *format, ...) {
    if (level > threshold) return;
    char raw[LOG_LINE_MAX], line[LOG_LINE_MAX];
    size_t size = put_head(line, sizeof line, level);
    size += put_clean(line + size, sizeof line - 1 - size, what);
    va_list args;
    va_start(args, format);
    int wanted = vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    if (wanted > 0 && size + 2 < sizeof line) {
        line[size++] = ' ';
        size += put_clean(line + size, sizeof line - 1 - size, raw);
    }
    line[size++] = '\n';
    write_line(line, size);
}

const char *log_text(struct span text) {
    static size_t turn;
    struct buf *buf = &texts[turn++ % TEXTS];
    buf_clear(buf);
    buf_add_char(buf, '"');
    utf8_escape(buf, text, LOG_TEXT_MAX);
    buf_add_char(buf, '"');
    return buf->data;
}

/* One kind of line: BURST of them at once, and one more every REFILL_MS. */
enum { BUCKETS = 64, BURST = 5, REFILL_MS = 10000 };
static struct bucket {
    const char *what;
    int64_t left_ms, last_ms; /* left_ms: REFILL_MS for each line that may still be said */
    uint64_t held;
} buckets[BUCKETS];

/* NULL when the table is full: there are fewer kinds of lines in the program than places. */
static struct bucket *find_bucket(const char *what, int64_t now_ms) {
    for (size_t i = 0; i < BUCKETS; i++) {
        struct bucket *bucket = &buckets[i];
        if (!bucket->what) *bucket = (struct bucket){what, BURST * REFILL_MS, now_ms, 0};
        if (bucket->what == what || strcmp(bucket->what, what) == 0) return bucket;
    }
    return NULL;
}

int log_allow(const char *what, int64_t now_ms, uint64_t *held) {
    struct bucket *bucket = find_bucket(what, now_ms);
    if (!bucket) {
        *held = 0;
        return 1;
    }
    const int64_t full = BURST * REFILL_MS;
    /* A clock that was set back gives nothing and takes nothing. */
    int64_t passed = now_ms > bucket->last_ms ? now_ms - bucket->last_ms : 0;
    bucket->left_ms = passed >= full - bucket->left_ms ? full : bucket->left_ms + passed;
    bucket->last_ms = now_ms;
    if (bucket->left_ms < REFILL_MS) {
        bucket->held++;
        counter_inc(log_lines_held);
        return 0;
    }
    bucket->left_ms -= REFILL_MS;
    *held = bucket->held;
    bucket->held = 0;
    return 1;
}

#include <strings.h>
#include "slad/wire/ami.h"

static struct span line_at(const char *p, const char *end) {
    const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    return (struct span){
        p, newline ? (size_t)(newline - p) + 1 : 0}; /* with its newline; 0: it is not whole */
}

static bool is_empty(struct span line) {
    return line.n == 1 || (line.n == 2 && line.p[0] == '\r');
}

static void advance(struct span *data, size_t bytes) {
    data->p += bytes;
    data->n -= bytes;
}

/* Goes on within a message that is too long, a line at a time: one that is not whole may be empty yet, so its
 * first bytes are kept until it cannot be. */
static enum ami_cut skip(bool *skipping, struct span *data) {
    while (data->n) {
        struct span line = line_at(data->p, data->p + data->n);
        if (line.n && is_empty(line)) {
            advance(data, line.n);
            *skipping = false;
            return AMI_SKIPPED;
        }
        if (!line.n && data->n < 2) break;
        /* A long line is let go of but for its last byte, so that what follows is not taken for a line of its
         * own. */
        advance(data, line.n ? line.n : data->n - 1);
    }
    return AMI_MORE;
}

enum ami_cut ami_cut(bool *skipping, struct span *data, struct span *message) {
    if (*skipping) return skip(skipping, data);
    const char *start = data->p, *p = start, *end = start + data->n;
    for (struct span line; (line = line_at(p, end)).n; p += line.n) {
        if (!is_empty(line)) continue;
        *message = (struct span){start, (size_t)(p - start)};
        advance(data, message->n + line.n);
        return message->n > AMI_MESSAGE_MAX ? AMI_TOO_LONG : AMI_MESSAGE;
    }
    if (data->n <= AMI_MESSAGE_MAX) return AMI_MORE;
    *skipping = true;
    advance(data, data->n - 1);
    return AMI_TOO_LONG;
}

static struct span trimmed(const char *p, const char *end) {
    while (p < end && *p == ' ') p++;
    while (p < end && (end[-1] == '\r' || end[-1] == '\n')) end--;
    return (struct span){p, (size_t)(end - p)};
}

struct span ami_value(struct span message, const char *key) {
    size_t n = strlen(key);
    struct span line;
    if (!message.n) return message;
    const char *end = message.p + message.n;
    for (const char *p = message.p; p < end && (line = line_at(p, end)).n; p += line.n)
        if (line.n > n && line.p[n] == ':' && strncasecmp(line.p, key, n) == 0)
            return trimmed(line.p + n + 1, line.p + line.n);
    return (struct span){0};
}

bool ami_is(struct span message, const char *key, const char *value) {
    return span_eq(ami_value(message, key), span_of(value));
}

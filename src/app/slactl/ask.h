/* ask: a question to the daemon, and what to say when there is no answer to it.
 * Owns: the answer, until answer_fini().
 * Must not know: what the answer says. */
#ifndef SLAD_SLACTL_ASK_H
#define SLAD_SLACTL_ASK_H

#include "command.h"
#include "slad/loop/fetch.h"
#include "slad/wire/json.h"

struct question {
    const char *method; /* NULL: GET */
    const char *target;
    int64_t timeout_ms; /* 0: FETCH_TIMEOUT_MS */
    struct span body;   /* of a POST */
};
struct answer { /* zero-initialise to start */
    struct fetch_answer http;
    struct json *json; /* an object; of an error a problem document, or NULL */
};

/* For what the daemon computes over its whole journal: ten million events take 20 s, twice that a slow
 * machine, and beyond that a person gives up. */
#define ASK_PATIENTLY_MS (10 * 60 * 1000)

/* EXIT_FINE, EXIT_ANSWER or EXIT_UNREACHABLE; in the latter two, why and what to do is added to `trouble`,
 * lines for standard error. */
int ask_quietly(const struct options *options, const struct question *question, struct answer *out,
    struct buf *trouble) WARN_UNUSED;
/* The same with the trouble said. */
int ask(const struct options *options, const struct question *question, struct answer *out) WARN_UNUSED;
/* An answer without end, handed to on_body piece by piece until that returns anything but 0, or the other side ends it:
 * EXIT_FINE. EXIT_ANSWER: the daemon refused, or on_body was never called for what else it said; EXIT_UNREACHABLE: it is
 * not there, the connection broke, or it takes no more of these just now. */
int ask_endlessly(const struct options *options, const char *target, int (*on_body)(void *arg, struct span piece),
    void *arg, struct buf *trouble) WARN_UNUSED;
static inline struct span answer_text(const struct answer *answer) {
    return buf_span(&answer->http.body);
}
/* Shows the answer, indented. */
void answer_print(const struct answer *answer);
void answer_fini(struct answer *answer);

/* A line "slactl: …" for standard error; the text is made safe. */
void complain(struct buf *trouble, const char *format, ...) PRINTF_LIKE(2, 3);

#endif

/* What an exchange's manager interface sends, from a login on: messages, gaps between them, what is saved for a restart.
 * Holds that what is told are event lines, and that what was saved can be loaded. */
#include <stdio.h>
#include <stdlib.h>
#include "slad/wire/ami.h"
#include "slad/wire/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { START_MS = 1000 };

static void check(struct line_reader *reader, const struct translation *out) {
    for (size_t i = 0; i < out->count; i++) {
        struct event event;
        enum line_kind kind;
        struct err err;
        int code = line_read(reader, out->lines[i], &kind, &event, &err);
        if (code != ERR_LIMIT && (code || kind != LINE_EVENT)) {
            fprintf(stderr, "%s: %.*s\n", err.text, SPAN_ARGS(out->lines[i]));
            abort();
        }
    }
}

static struct ami *restart(struct ami *ami) {
    struct buf saved = {0};
    struct err err;
    struct ami *again = ami_new(NULL);
    ami_save(ami, &saved);
    if (ami_load(again, buf_span(&saved), &err)) abort();
    if (ami_waiting(again) != ami_waiting(ami)) abort();
    ami_free(ami);
    buf_fini(&saved);
    return again;
}

/* The first letter of a message's first value tells what happens around it, beside what it says. */
static struct ami *around(struct ami *ami, struct line_reader *reader, struct span message, int64_t now_ms) {
    struct translation out = {0};
    struct span what = ami_value(message, "Fuzz");
    switch (what.n ? what.p[0] : 0) {
    case 'a': ami_away(ami); break;
    case 'r': return restart(ami);
    case 'l': ami_listed(ami, now_ms, &out); break;
    case 's': ami_settle(ami, now_ms, &out); break;
    default: return ami;
    }
    check(reader, &out);
    return ami;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span rest = {(const char *)data, size}, message;
    struct line_reader *reader = line_reader_new();
    struct ami *ami = ami_new(NULL);
    bool skipping = false;
    enum ami_cut cut;
    for (int64_t now = START_MS; (cut = ami_cut(&skipping, &rest, &message)) != AMI_MORE; now += 7) {
        struct translation out = {0};
        struct err err;
        if (cut != AMI_MESSAGE) continue;
        if (ami_event(ami, message, now, &out, &err) == 0) check(reader, &out);
        (void)ami_lacks_time(message);
        ami = around(ami, reader, message, now);
    }
    struct err err;
    struct ami *other = ami_new(NULL);
    (void)!ami_load(other, (struct span){(const char *)data, size}, &err);
    ami_free(other);
    ami_free(ami);
    line_reader_free(reader);
    return 0;
}

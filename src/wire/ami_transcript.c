/* A recorded manager interface, for replays: its messages come a line a time, and their own times are all
 * there is. */
#include <stdlib.h>
#include "slad/base/mem.h"
#include "slad/wire/ami.h"
#include "wire/translator.h"

struct transcript {
    struct ami *ami;
    struct buf message;
    bool skipping;   /* in one that is too long */
    int64_t last_ms; /* the latest time told: items of lists have none of their own */
};

static void *transcript_new(const struct format *format, const struct translate_options *options) {
    (void)format;
    struct transcript *transcript = mem_zalloc(sizeof *transcript);
    transcript->ami = ami_new(options);
    return transcript;
}

static void transcript_free(void *state) {
    struct transcript *transcript = state;
    ami_free(transcript->ami);
    buf_fini(&transcript->message);
    free(transcript);
}

static int add_line(struct transcript *transcript, struct span line, struct err *err) {
    if (transcript->skipping) return 0;
    if (transcript->message.size + line.n >= AMI_MESSAGE_MAX) {
        transcript->skipping = true;
        return err_set(err, ERR_LIMIT, "the message is longer than %d KiB", AMI_MESSAGE_MAX / 1024);
    }
    buf_add_span(&transcript->message, line);
    buf_add_char(&transcript->message, '\n');
    return 0;
}

static int take_message(
    struct transcript *transcript, struct span message, struct translation *out, struct err *err) {
    if (ami_lacks_time(message))
        return err_set(
            err, ERR_INVALID, "the event has no Timestamp: timestampevents was off when it was recorded");
    int code = ami_event(transcript->ami, message, transcript->last_ms, out, err);
    transcript->last_ms = ami_last_ms(transcript->ami);
    return code;
}

static int end_message(struct transcript *transcript, struct translation *out, struct err *err) {
    struct span message = buf_span(&transcript->message);
    int code = 0;
    if (message.n && !transcript->skipping) code = take_message(transcript, message, out, err);
    transcript->skipping = false;
    buf_clear(&transcript->message); /* the lines are the ami's own */
    return code;
}

static int transcript_translate(void *state, struct span line, struct translation *out, struct err *err) {
    struct transcript *transcript = state;
    *out = (struct translation){0};
    if (line.n && line.p[line.n - 1] == '\r') line.n--;
    if (memchr(line.p ? line.p : "", '\0', line.n))
        return err_set(err, ERR_INVALID, "a NUL byte is on the line");
    return line.n ? add_line(transcript, line, err) : end_message(transcript, out, err);
}

const struct translator_kind ami_translator = {
    transcript_new, transcript_free, transcript_translate, NULL, NULL};

#include "ingest/handover.h"

void handover_init(struct handover *handover, struct batch *batch, const struct intake_source *source) {
    *handover = (struct handover){.batch = batch, .source = source};
}

void handover_fini(struct handover *handover) {
    buf_fini(&handover->lines);
}

void handover_add(struct handover *handover, struct span line) {
    buf_add_span(&handover->lines, line);
    buf_add_char(&handover->lines, '\n');
    handover->count++;
}

bool handover_push(struct handover *handover) {
    struct err err;
    while (handover->handed < handover->lines.size) {
        const char *p = handover->lines.data + handover->handed;
        size_t n = (size_t)((const char *)memchr(p, '\n', handover->lines.size - handover->handed) - p);
        if (!batch_takes(handover->batch)) return false;
        if (batch_line(handover->batch, handover->source, (struct span){p, n}, &err) == INTAKE_UNABLE)
            return false;
        handover->handed += n + 1;
    }
    return true;
}

bool handover_is_full(const struct handover *handover) {
    return handover->lines.size >= HANDOVER_BYTES_MAX;
}

void handover_settled(struct handover *handover) {
    if (!batch_is_durable(handover->batch, handover->written)) return;
    buf_drop_front(&handover->lines, handover->awaited);
    handover->handed -= handover->awaited;
    if (handover->lines.size == 0) buf_fini(&handover->lines);
    handover->awaited = handover->handed;
    handover->written = batch_written(handover->batch);
    if (batch_is_durable(handover->batch, handover->written) && handover->awaited) handover_settled(handover);
}

void handover_lost(struct handover *handover) {
    handover->handed = handover->awaited = 0;
    handover->written = 0;
}

/* Invariants:
 *  1. lines[0 … sealed] wait for the batch sealed_in, lines[sealed … handed] for open_in, which is the later one; the rest
 *     was not taken yet;
 *  2. a line is let go as soon as its batch is on disk: one that stayed would be handed in twice when the next is lost. */
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

/* Before a line is handed in: those that were go with the batch that is being committed, if they are not in the open one. */
static void seal(struct handover *handover) {
    handover_settled(handover);
    if (handover->handed == handover->sealed || handover->open_in == intake_batch(handover->batch->service)) return;
    handover->sealed = handover->handed;
    handover->sealed_in = handover->open_in;
}

bool handover_push(struct handover *handover) {
    struct err err;
    while (handover->handed < handover->lines.size) {
        seal(handover);
        const char *p = handover->lines.data + handover->handed;
        size_t n = (size_t)((const char *)memchr(p, '\n', handover->lines.size - handover->handed) - p);
        if (!batch_takes(handover->batch)) return false;
        if (batch_line(handover->batch, handover->source, (struct span){p, n}, &err) == INTAKE_UNABLE)
            return false;
        handover->handed += n + 1;
        handover->open_in = batch_written(handover->batch);
    }
    return true;
}

bool handover_is_full(const struct handover *handover) {
    return handover->lines.size >= HANDOVER_BYTES_MAX;
}

static void let_go(struct handover *handover, size_t bytes) {
    buf_drop_front(&handover->lines, bytes);
    handover->handed -= bytes;
    if (handover->lines.size == 0) buf_fini(&handover->lines);
}

void handover_settled(struct handover *handover) {
    if (!batch_is_durable(handover->batch, handover->sealed_in)) return;
    let_go(handover, handover->sealed);
    handover->sealed = 0;
    if (batch_is_durable(handover->batch, handover->open_in)) let_go(handover, handover->handed);
}

void handover_lost(struct handover *handover) {
    handover->handed = handover->sealed = 0;
    handover->sealed_in = handover->open_in = 0;
}

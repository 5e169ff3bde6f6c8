/* Invariants:
 * 1. A client with a line in `lines` is pending, so its memory outlives the entry.
 * 2. Pending clients are told, and `lines` is emptied, by settle() alone: when nothing is lost and everything
 * written is durable.
 * 3. While lost, stalled is true: no line is handed in before those that were lost.
 * 4. Nothing here changes lists while the service runs (handing): its callbacks then set flags and tasks
 * only.
 *
 *              batch_line: UNABLE             batch_failed
 *   TAKING ──────────────────────▶ STALLED ─────────────────▶ LOST ◀───┐ UNABLE
 *     ▲ ▲ settle() when it accepts    │                        │       │
 *     │ └─────────────────────────────┘        batch_recovered │       │
 *     └──────────────────────────────────────────────── run_replay() ──┘ */
#include "ingest/batch.h"

#include "ingest/client.h"

/* A buffer that grew beyond this is given back once it is empty. */
#define SPARE_BYTES (1024 * 1024)

struct entry {
    struct client *client;
    uint64_t number; /* of the line, as the client counts; 0: it needs no more to be handed in */
    size_t bytes;
};

/* A batch may hold nothing that has to be written: rejected lines, duplicates. Then no commit tells us; but
 * when a turn has ended without a failure, that is settled too. The first run is still before the end of the
 * turn. */
static void schedule_settle(struct batch *batch) {
    if (!batch->settle.next) batch->turn_over = false;
    loop_task_schedule(batch->loop, &batch->settle);
}

static void take_again(struct batch *batch) {
    batch->stalled = false;
    while (batch->waiting) client_resume(batch->waiting);
}

static void settle(struct batch *batch) {
    if (batch->lost || batch->handing || !service_accepts(batch->service)) return;
    if (intake_durable(batch->service) < batch->written) return;
    loop_task_cancel(&batch->settle);
    buf_clear(&batch->lines);
    if (batch->lines.capacity > SPARE_BYTES) buf_fini(&batch->lines);
    while (batch->pending) client_settled(batch->pending);
    take_again(batch);
    batch->go_on(batch->arg);
}

static void run_settle(void *arg) {
    struct batch *batch = arg;
    if (batch->turn_over) {
        settle(batch);
        return;
    }
    batch->turn_over = true;
    loop_task_schedule(batch->loop, &batch->settle);
}

/* Hands the entry in; false when that cannot be done now. */
static bool replay_entry(struct batch *batch, struct entry *entry, struct span line) {
    struct err err = {0};
    if (entry->number == 0) return true;
    switch (batch_line(batch, client_source(entry->client), line, &err)) {
    case INTAKE_UNABLE: return false;
    case INTAKE_REJECTED:
        client_reject(entry->client, entry->number, err.text);
        entry->number = 0;
        break;
    default: break;
    }
    return true;
}

static void run_replay(void *arg) {
    struct batch *batch = arg;
    batch_turn(batch);
    for (size_t at = 0; at < batch->lines.size;) {
        char *p = batch->lines.data + at;
        struct entry entry;
        memcpy(&entry, p, sizeof entry);
        if (!replay_entry(batch, &entry, (struct span){p + sizeof entry, entry.bytes})) return;
        memcpy(p, &entry, sizeof entry);
        at += sizeof entry + entry.bytes;
    }
    batch->lost = false;
    take_again(batch);
    schedule_settle(batch);
    batch->go_on(batch->arg);
}

void batch_init(struct batch *batch, struct loop *loop, struct service *service) {
    *batch = (struct batch){.loop = loop, .service = service};
    batch->settle = (struct loop_task){.run = run_settle, .arg = batch};
    batch->replay = (struct loop_task){.run = run_replay, .arg = batch};
}

void batch_fini(struct batch *batch) {
    loop_task_cancel(&batch->settle);
    loop_task_cancel(&batch->replay);
    buf_fini(&batch->lines);
}

void batch_turn(struct batch *batch) {
    service_turn(batch->service, loop_now_ms(batch->loop));
}

bool batch_takes(const struct batch *batch) {
    return !batch->stalled && batch->lines.size < BATCH_BYTES_MAX;
}

enum intake_verdict batch_line(
    struct batch *batch, const struct intake_source *source, struct span line, struct err *err) {
    batch->handing = true;
    enum intake_verdict verdict = intake_line(batch->service, source, line, err);
    batch->handing = false;
    /* A duplicate waits for what may be its first, in the same batch. */
    if (verdict == INTAKE_ACCEPTED) batch->written = intake_batch(batch->service);
    if (verdict == INTAKE_UNABLE) batch->stalled = true;
    schedule_settle(batch);
    return verdict;
}

enum intake_verdict batch_too_long(struct batch *batch, const struct intake_source *source, struct err *err) {
    schedule_settle(batch);
    return intake_too_long(batch->service, source, err);
}

int batch_position(struct batch *batch, const struct intake_position *position, struct err *err) {
    batch->handing = true;
    int rc = intake_position_put(batch->service, position, err);
    batch->handing = false;
    batch->written = intake_batch(batch->service);
    if (rc != 0) batch->stalled = true;
    schedule_settle(batch);
    return rc;
}

int batch_write(struct batch *batch, int (*write)(void *arg, struct service *service, struct err *err), void *arg,
    struct err *err) {
    batch->handing = true;
    int rc = write(arg, batch->service, err);
    batch->handing = false;
    batch->written = intake_batch(batch->service);
    if (rc != 0) batch->stalled = true;
    schedule_settle(batch);
    return rc;
}

bool batch_is_durable(const struct batch *batch) {
    return !batch->lost && intake_durable(batch->service) >= batch->written;
}

bool batch_is_awaited(const struct batch *batch) {
    return batch->pending != NULL;
}

int batch_forget(struct batch *batch, const struct intake_position *position, struct err *err) {
    batch->handing = true;
    int rc = intake_position_drop(batch->service, position, err);
    batch->handing = false;
    batch->written = intake_batch(batch->service);
    if (rc != 0) batch->stalled = true;
    schedule_settle(batch);
    return rc;
}

void batch_keep(struct batch *batch, struct client *client, uint64_t number, struct span line) {
    struct entry entry = {client, number, line.n};
    buf_add(&batch->lines, &entry, sizeof entry);
    buf_add_span(&batch->lines, line);
    batch_pend(batch, client);
}

void batch_pend(struct batch *batch, struct client *client) {
    client_list_add(&batch->pending, CLIENTS_PENDING, client);
    schedule_settle(batch);
}

void batch_wait(struct batch *batch, struct client *client) {
    stream_pause(client->stream);
    client_list_add(&batch->waiting, CLIENTS_WAITING, client);
}

void batch_committed(struct batch *batch) {
    settle(batch);
}

void batch_failed(struct batch *batch) {
    batch->stalled = batch->lost = true;
    batch->written = 0; /* the next batch has the same number */
    loop_task_cancel(&batch->settle);
    loop_task_cancel(&batch->replay);
}

void batch_recovered(struct batch *batch) {
    loop_task_schedule(batch->loop, &batch->replay);
}

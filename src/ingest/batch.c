/* Invariants:
 * 1. A client with a line in the open or the sealed part is in its list, so its memory outlives the entry.
 * 2. Clients are told, and lines dropped, by settle() alone: when nothing is lost and everything written with them is
 * durable. The sealed part comes first.
 * 3. What is handed in once the service has begun to commit the open part belongs to the next: open is sealed before. One
 * is committed at a time; what is sealed while an earlier part still waits is told with it, later than it could be.
 * 4. While lost, stalled is true: no line is handed in before those that were lost. They are all in the open part.
 * 5. Nothing here changes lists while the service runs (handing): its callbacks then set flags and tasks
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
#define SPARE_BYTES (4 * 1024 * 1024)

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

static void drop_lines(struct buf *lines) {
    buf_clear(lines);
    if (lines->capacity > SPARE_BYTES) buf_fini(lines);
}

static void seal(struct batch *batch) {
    struct part *open = &batch->open, *sealed = &batch->sealed;
    if (sealed->lines.size == 0) {
        struct buf spare = sealed->lines;
        sealed->lines = open->lines;
        open->lines = spare;
    } else {
        buf_add_span(&sealed->lines, buf_span(&open->lines));
    }
    drop_lines(&open->lines);
    if (open->written > sealed->written) sealed->written = open->written;
    open->written = 0;
    while (open->clients) client_seal(open->clients);
}

/* Before anything is handed in. */
static void seal_what_flies(struct batch *batch) {
    bool flies = batch->open.written && batch->open.written < intake_batch(batch->service);
    if (flies && !batch->lost) seal(batch);
}

static bool is_on_disk(const struct batch *batch, const struct part *part) {
    return part->written <= intake_durable(batch->service);
}

static void settle(struct batch *batch) {
    if (batch->lost || batch->handing || !service_accepts(batch->service)) return;
    if (!is_on_disk(batch, &batch->sealed)) return;
    if (is_on_disk(batch, &batch->open)) {
        loop_task_cancel(&batch->settle);
        seal(batch);
    }
    drop_lines(&batch->sealed.lines);
    while (batch->sealed.clients) client_settled(batch->sealed.clients);
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
    struct buf *lines = &batch->open.lines;
    for (size_t at = 0; at < lines->size;) {
        char *p = lines->data + at;
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
    buf_fini(&batch->open.lines);
    buf_fini(&batch->sealed.lines);
}

void batch_turn(struct batch *batch) {
    service_turn(batch->service, loop_now_ms(batch->loop));
}

bool batch_takes(const struct batch *batch) {
    return !batch->stalled && !intake_is_full(batch->service) && batch->open.lines.size + batch->sealed.lines.size < BATCH_BYTES_MAX;
}

static void written(struct batch *batch) {
    batch->open.written = intake_written(batch->service);
}

size_t batch_lines(struct batch *batch, const struct intake_source *source, const struct span *lines, size_t count,
    enum intake_verdict *verdicts, struct err *err) {
    seal_what_flies(batch);
    batch->handing = true;
    size_t done = intake_lines(batch->service, source, lines, count, verdicts, err);
    batch->handing = false;
    /* A duplicate waits for what may be its first. */
    for (size_t i = 0; i < done; i++)
        if (verdicts[i] == INTAKE_ACCEPTED || verdicts[i] == INTAKE_DUPLICATE) written(batch);
    if (verdicts[done - 1] == INTAKE_UNABLE) batch->stalled = true;
    schedule_settle(batch);
    return done;
}

enum intake_verdict batch_line(
    struct batch *batch, const struct intake_source *source, struct span line, struct err *err) {
    enum intake_verdict verdict;
    (void)!batch_lines(batch, source, &line, 1, &verdict, err);
    return verdict;
}

enum intake_verdict batch_too_long(struct batch *batch, const struct intake_source *source, struct err *err) {
    seal_what_flies(batch);
    schedule_settle(batch);
    return intake_too_long(batch->service, source, err);
}

int batch_position(struct batch *batch, const struct intake_position *position, struct err *err) {
    seal_what_flies(batch);
    batch->handing = true;
    int rc = intake_position_put(batch->service, position, err);
    batch->handing = false;
    written(batch);
    if (rc != 0) batch->stalled = true;
    schedule_settle(batch);
    return rc;
}

int batch_write(struct batch *batch, int (*write)(void *arg, struct service *service, struct err *err), void *arg,
    struct err *err) {
    seal_what_flies(batch);
    batch->handing = true;
    int rc = write(arg, batch->service, err);
    batch->handing = false;
    written(batch);
    if (rc != 0) batch->stalled = true;
    schedule_settle(batch);
    return rc;
}

uint64_t batch_written(const struct batch *batch) {
    return intake_written(batch->service);
}

bool batch_is_durable(const struct batch *batch, uint64_t written) {
    return !batch->lost && intake_durable(batch->service) >= written;
}

bool batch_is_awaited(const struct batch *batch) {
    return batch->open.clients != NULL || batch->sealed.clients != NULL;
}

int batch_forget(struct batch *batch, const struct intake_position *position, struct err *err) {
    seal_what_flies(batch);
    batch->handing = true;
    int rc = intake_position_drop(batch->service, position, err);
    batch->handing = false;
    written(batch);
    if (rc != 0) batch->stalled = true;
    schedule_settle(batch);
    return rc;
}

void batch_keep(struct batch *batch, struct client *client, uint64_t number, struct span line) {
    struct entry entry = {client, number, line.n};
    buf_add(&batch->open.lines, &entry, sizeof entry);
    buf_add_span(&batch->open.lines, line);
    batch_pend(batch, client);
}

void batch_pend(struct batch *batch, struct client *client) {
    client_list_add(&batch->open.clients, CLIENTS_PENDING, client);
    schedule_settle(batch);
}

void batch_wait(struct batch *batch, struct client *client) {
    stream_pause(client->stream);
    client_list_add(&batch->waiting, CLIENTS_WAITING, client);
}

void batch_committed(struct batch *batch) {
    settle(batch);
}

/* All of it is to be handed in again, in order. */
static void unseal(struct batch *batch) {
    struct buf later = batch->open.lines;
    batch->open.lines = batch->sealed.lines;
    batch->sealed.lines = (struct buf){0};
    buf_add_span(&batch->open.lines, buf_span(&later));
    buf_fini(&later);
    while (batch->sealed.clients) client_unseal(batch->sealed.clients, &batch->open.clients);
}

void batch_failed(struct batch *batch) {
    batch->stalled = batch->lost = true;
    unseal(batch);
    batch->open.written = batch->sealed.written = 0;
    loop_task_cancel(&batch->settle);
    loop_task_cancel(&batch->replay);
}

void batch_recovered(struct batch *batch) {
    loop_task_schedule(batch->loop, &batch->replay);
}

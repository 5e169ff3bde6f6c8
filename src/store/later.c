/* How writes get from the caller to the thread:
 *
 *     later_do() ──▶ open ──(OPS_AT_ONCE, or it is full)──▶ queue ──▶ the thread ──▶ spare
 *
 * Invariants:
 *  1. The connection that writes, its statements and `found` are the thread's while it is busy or the queue holds anything,
 *     else the caller's: db_write() calls later_settle() first.
 *  2. queue, spare, in_use, keep, busy, ending, code, err and told are read and written under the mutex; open and unsettled are
 *     the caller's.
 *  3. After a failure nothing is carried out until later_drop().
 *  4. What is queued belongs to the transaction that is being committed, whose end and the next one's begin are queued too,
 *     and to the open one. */
#include "store/later.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "slad/base/mem.h"
#include "store/thread.h"

enum {
    CHUNK_BYTES = 64 << 10,
    OPS_AT_ONCE = 64,      /* so that waking the thread, some microseconds, is shared; half a millisecond of its work */
    QUEUE_BYTES = 32 << 20, /* beyond that the caller waits: more than twice what a full batch takes (service/intake.c) */
    KEEP_LEAST = 16,       /* chunks */
    KEEP_DECAY = 16,       /* after a load a commit gives a part in so many back */
};

struct chunk {
    struct chunk *next;
    size_t used, capacity, ops;
    _Alignas(max_align_t) char bytes[];
};
struct later {
    struct store *store;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    struct chunk *open;
    bool unsettled; /* something was given since the caller last waited */
    struct chunk *queue, **queue_end, *spare;
    size_t queued_bytes, spare_count;
    size_t in_use, keep; /* chunks: queued or carried out; so many, spare ones included, are kept to be used again */
    bool busy, ending;
    int code;
    struct err err;
    struct later_told told;
    int wake_fd; /* an eventfd: something was told, or has failed */
};

/* ---------------------------------------------------------------- the thread */

static size_t aligned(size_t bytes) {
    return (bytes + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
}

/* What was put off lies in the chunk, or with the caller. */
static int end_chunk(struct store *store, int code, struct err *err) {
    if (code >= 0) return appends_write(store, err);
    store->appends.count = 0;
    return code;
}

static int run_chunk(struct store *store, const struct chunk *chunk, struct err *err) {
    int code = 0;
    for (size_t at = 0; at < chunk->used && code >= 0;) {
        const struct later_op *op = (const struct later_op *)(const void *)(chunk->bytes + at);
        code = op->run(store, op, err);
        at += aligned(op->bytes);
    }
    return end_chunk(store, code, err);
}

/* Freed by the caller (chunk_for()): memory that one thread takes and another frees has them wait for each other, and when
 * it is soon taken again its pages fault anew; both together were 5 % of the caller's time. */
static void take_back(struct later *later, struct chunk *chunk) {
    later->in_use--;
    chunk->next = later->spare;
    later->spare = chunk;
    later->spare_count++;
}

/* The counter of an eventfd holds more than can ever be added here. */
static void wake(struct later *later) {
    uint64_t one = 1;
    (void)!write(later->wake_fd, &one, sizeof one);
}

void later_tell(struct store *store) {
    struct later *later = store->later;
    struct later_told told = {.is_told = true, .found = store->found_open};
    store->found_open = (struct later_found){0};
    wal_tell(store, &told.log);
    pthread_mutex_lock(&later->mutex);
    later->told = told;
    later->keep -= later->keep / KEEP_DECAY;
    pthread_cond_broadcast(&later->changed);
    pthread_mutex_unlock(&later->mutex);
    wake(later);
}

static void run_first(struct later *later) {
    struct chunk *chunk = later->queue;
    struct err err;
    bool runs = !later->code;
    later->queue = chunk->next;
    if (!later->queue) later->queue_end = &later->queue;
    later->busy = true;
    pthread_mutex_unlock(&later->mutex);
    int code = runs ? run_chunk(later->store, chunk, &err) : 0;
    pthread_mutex_lock(&later->mutex);
    later->busy = false;
    if (code) {
        later->code = code;
        later->err = err;
        wake(later);
    }
    later->queued_bytes -= chunk->capacity;
    take_back(later, chunk);
}

static void *run(void *arg) {
    struct later *later = arg;
    pthread_mutex_lock(&later->mutex);
    while (!later->ending) {
        if (later->queue) run_first(later);
        else pthread_cond_wait(&later->changed, &later->mutex);
        if (!later->queue || later->queued_bytes < QUEUE_BYTES) pthread_cond_broadcast(&later->changed);
    }
    pthread_mutex_unlock(&later->mutex);
    return NULL;
}

int later_start(struct store *store, struct err *err) {
    struct later *later = mem_zalloc(sizeof *later);
    later->store = store;
    later->queue_end = &later->queue;
    pthread_mutex_init(&later->mutex, NULL);
    pthread_cond_init(&later->changed, NULL);
    later->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int code = later->wake_fd < 0 ? err_set(err, ERR_IO, "cannot make an eventfd: %s", strerror(errno)) : 0;
    if (!code) code = thread_start(&later->thread, run, later, err);
    if (code) {
        if (later->wake_fd >= 0) close(later->wake_fd);
        free(later);
        return code;
    }
    store->later = later;
    return 0;
}

static void free_chunks(struct chunk *chunk) {
    while (chunk) {
        struct chunk *next = chunk->next;
        free(chunk);
        chunk = next;
    }
}

void later_stop(struct store *store) {
    struct later *later = store->later;
    if (!later) return;
    later_drop(store);
    pthread_mutex_lock(&later->mutex);
    later->ending = true;
    pthread_cond_broadcast(&later->changed);
    pthread_mutex_unlock(&later->mutex);
    pthread_join(later->thread, NULL);
    pthread_cond_destroy(&later->changed);
    pthread_mutex_destroy(&later->mutex);
    close(later->wake_fd);
    free_chunks(later->spare);
    free(later->open);
    free(later);
    store->later = NULL;
}

/* ---------------------------------------------------------------- the caller */

static void hand_over(struct later *later) {
    struct chunk *chunk = later->open;
    if (!chunk) return;
    later->open = NULL;
    chunk->next = NULL;
    pthread_mutex_lock(&later->mutex);
    *later->queue_end = chunk;
    later->queue_end = &chunk->next;
    later->queued_bytes += chunk->capacity;
    if (++later->in_use > later->keep) later->keep = later->in_use;
    pthread_cond_broadcast(&later->changed);
    while (later->queued_bytes > QUEUE_BYTES) pthread_cond_wait(&later->changed, &later->mutex);
    pthread_mutex_unlock(&later->mutex);
}

static struct chunk *take_spare(struct later *later) {
    struct chunk *chunk = later->spare;
    if (!chunk) return NULL;
    later->spare = chunk->next;
    later->spare_count--;
    return chunk;
}

static bool has_surplus(const struct later *later) {
    size_t keep = later->keep > KEEP_LEAST ? later->keep : KEEP_LEAST;
    return later->spare && (later->spare->capacity > CHUNK_BYTES || later->spare_count + later->in_use > keep);
}

static struct chunk *chunk_for(struct later *later, size_t bytes) {
    pthread_mutex_lock(&later->mutex);
    struct chunk *surplus = has_surplus(later) ? take_spare(later) : NULL;
    struct chunk *chunk = later->spare && later->spare->capacity >= bytes ? take_spare(later) : NULL;
    pthread_mutex_unlock(&later->mutex);
    free(surplus);
    size_t capacity = chunk ? chunk->capacity : bytes < CHUNK_BYTES ? CHUNK_BYTES : bytes;
    if (!chunk) chunk = mem_alloc(sizeof *chunk + capacity);
    *chunk = (struct chunk){.capacity = capacity};
    return chunk;
}

static void *room(struct later *later, size_t bytes) {
    if (later->open && later->open->capacity - later->open->used < bytes) hand_over(later);
    if (!later->open) later->open = chunk_for(later, bytes);
    void *at = later->open->bytes + later->open->used;
    later->open->used += bytes;
    later->open->ops++;
    later->unsettled = true;
    return at;
}

static struct span *text_of(void *op, size_t place) {
    return (struct span *)(void *)((char *)op + place);
}

static void copy_texts(struct later_op *op, size_t size, const size_t *texts, size_t text_count) {
    char *at = (char *)op + size;
    for (size_t i = 0; i < text_count; i++) {
        struct span *text = text_of(op, texts[i]);
        if (!text->p) continue;
        memcpy(at, text->p, text->n);
        text->p = at;
        at += text->n;
    }
}

int later_do(struct store *store, const struct later_op *op, size_t size, const size_t *texts, size_t text_count,
    struct err *err) {
    struct later *later = store->later;
    assert(db_in_transaction(store));
    if (!later) return end_chunk(store, op->run(store, op, err), err);
    size_t bytes = size;
    for (size_t i = 0; i < text_count; i++) bytes += text_of((void *)(uintptr_t)op, texts[i])->n;
    struct later_op *copy = room(later, aligned(bytes));
    memcpy(copy, op, size);
    copy->bytes = bytes;
    copy_texts(copy, size, texts, text_count);
    if (later->open->ops >= OPS_AT_ONCE) hand_over(later);
    return 0;
}

bool later_is_thread(const struct store *store) {
    return store->later && pthread_equal(pthread_self(), store->later->thread);
}

void later_hurry(struct store *store) {
    if (store->later) hand_over(store->later);
}

int later_settle(struct store *store, struct err *err) {
    struct later *later = store->later;
    if (!later || later_is_thread(store) || !later->unsettled) return 0;
    hand_over(later);
    pthread_mutex_lock(&later->mutex);
    while (later->queue || later->busy) pthread_cond_wait(&later->changed, &later->mutex);
    int code = later->code;
    if (code && err) *err = later->err;
    pthread_mutex_unlock(&later->mutex);
    later->unsettled = code != 0;
    return code;
}

void later_drop(struct store *store) {
    struct later *later = store->later;
    if (later && later->unsettled) {
        free(later->open);
        later->open = NULL;
        pthread_mutex_lock(&later->mutex);
        if (!later->code) later->code = ERR_IO; /* what is queued is passed by */
        while (later->queue || later->busy) pthread_cond_wait(&later->changed, &later->mutex);
        later->code = 0;
        later->told.is_told = false;
        pthread_mutex_unlock(&later->mutex);
        later->unsettled = false;
    }
    store->found_open = (struct later_found){0};
}

int later_ask(struct store *store, bool wait, struct later_told *out, struct err *err) {
    struct later *later = store->later;
    pthread_mutex_lock(&later->mutex);
    while (wait && !later->told.is_told && !later->code) pthread_cond_wait(&later->changed, &later->mutex);
    int code = later->told.is_told ? 1 : later->code;
    if (code > 0) *out = later->told;
    if (code < 0 && err) *err = later->err;
    later->told.is_told = false;
    pthread_mutex_unlock(&later->mutex);
    return code;
}

int later_wake_fd(const struct store *store) {
    return store->later ? store->later->wake_fd : -1;
}

struct later_found later_found(struct store *store) {
    struct later_found found = store->found;
    store->found = (struct later_found){0};
    return found;
}

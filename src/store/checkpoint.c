/* Invariants:
 *  1. `db` is used by the thread alone, from its start to its end.
 *  2. `busy` and `ending` are read and written under the mutex; `code`, `copied` and `err` are written by the thread while busy, and
 *     read by others while not.
 *
 *             checkpointer_start()
 *     idle ──────────────────────────▶ busy
 *       ▲      copied, or it failed      │
 *       └────────────────────────────────┘ */
#include "store/checkpoint.h"

#include <assert.h>
#include <stdlib.h>
#include "slad/base/mem.h"
#include "store/db.h"
#include "store/thread.h"

struct checkpointer {
    sqlite3 *db;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool busy, ending;
    int code, copied;
    struct err err;
};

int checkpoint_run(sqlite3 *db, int *copied, struct err *err) {
    int pages = 0, done = 0;
    int rc = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &done);
    if (rc != SQLITE_OK && rc != SQLITE_BUSY) return db_fail(db, "copy the log into the database", err);
    if (rc == SQLITE_OK && pages < 0) return err_set(err, ERR_IO, "cannot copy the log into the database: it is not in use");
    if (done > 0 || rc == SQLITE_OK) *copied = done;
    return 0;
}

static void *run(void *arg) {
    struct checkpointer *c = arg;
    pthread_mutex_lock(&c->mutex);
    while (!c->ending) {
        if (!c->busy) {
            pthread_cond_wait(&c->changed, &c->mutex);
            continue;
        }
        pthread_mutex_unlock(&c->mutex);
        c->code = checkpoint_run(c->db, &c->copied, &c->err);
        pthread_mutex_lock(&c->mutex);
        c->busy = false;
        pthread_cond_broadcast(&c->changed);
    }
    pthread_mutex_unlock(&c->mutex);
    return NULL;
}

int checkpointer_new(sqlite3 *take_db, struct checkpointer **out, struct err *err) {
    struct checkpointer *c = mem_zalloc(sizeof *c);
    c->db = take_db;
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->changed, NULL);
    int code = thread_start(&c->thread, run, c, err);
    if (code) {
        sqlite3_close_v2(take_db);
        free(c);
        return code;
    }
    *out = c;
    return 0;
}

void checkpointer_free(struct checkpointer *c) {
    if (!c) return;
    pthread_mutex_lock(&c->mutex);
    c->ending = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->mutex);
    pthread_join(c->thread, NULL);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->mutex);
    sqlite3_close_v2(c->db);
    free(c);
}

void checkpointer_start(struct checkpointer *c) {
    pthread_mutex_lock(&c->mutex);
    assert(!c->busy);
    c->busy = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->mutex);
}

bool checkpointer_busy(struct checkpointer *c) {
    pthread_mutex_lock(&c->mutex);
    bool busy = c->busy;
    pthread_mutex_unlock(&c->mutex);
    return busy;
}

void checkpointer_wait(struct checkpointer *c) {
    pthread_mutex_lock(&c->mutex);
    while (c->busy) pthread_cond_wait(&c->changed, &c->mutex);
    pthread_mutex_unlock(&c->mutex);
}

int checkpointer_result(const struct checkpointer *c, int *copied, struct err *err) {
    if (c->code) *err = c->err;
    else *copied = c->copied;
    return c->code;
}

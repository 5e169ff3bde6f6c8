#include "disk.h"
#include "fault_vfs.h"
#include "sim.h"
#include "slad/base/err.h"
#include "slad/store/journal.h"
#include "store/db.h"

enum {
    SEEDS_OF_A_CASE = 40,
    DEATHS = 60, /* writes and syncs of a start, and some more */
};

static struct store *start(struct sim *sim) {
    struct store *store;
    struct err err;
    disk_set_faults(NULL);
    sim_show_files(sim);
    if (store_open(sim->database, &store, &err)) sim_fail(sim, "no start: %s", err.text);
    return store;
}

static void crash(struct store *store, enum disk_crash how) {
    disk_kill();
    store_close(store);
    disk_crash(how);
}

static int append_line(struct store *store, const char *id, struct span line) {
    struct span text = span_of(id);
    struct journal_row row = {.contact = text, .event = text, .id = text, .has_id = true, .line = line};
    uint64_t seq;
    struct err err;
    if (store_begin(store, &err)) return -1;
    if (journal_append(store, &row, &seq, &err) == 0) return store_commit(store, &err);
    store_rollback(store);
    return -1;
}

static int append(struct store *store, const char *id) {
    return append_line(store, id, span_of(id));
}

static void must_have(struct sim *sim, struct store *store, const char *id) {
    struct err err;
    if (journal_has_id(store, span_of(id), &err)) sim_fail(sim, "%s was committed, and is lost", id);
}

/* A sync fails; its pages stay in the page cache, taken for written. The daemon is killed, finds them in the log, commits
 * behind them; then the power fails. (docs/STORAGE.md: a start begins a new log.) */
static void a_failed_sync_is_not_built_upon(uint64_t seed) {
    struct sim sim = {.seed = seed};
    disk_format(seed);
    fault_vfs_set_clock(1);
    sim_make_folder(&sim);
    struct store *store = start(&sim);
    if (append(store, "before")) sim_fail(&sim, "no commit without a fault");
    disk_set_faults(&(struct disk_faults){.per_mille[DISK_SYNC] = 1000});
    if (append(store, "lost") == 0) sim_fail(&sim, "a commit that was not synced succeeded");
    crash(store, DISK_PROCESS);
    store = start(&sim);
    if (append(store, "after")) sim_fail(&sim, "no commit without a fault");
    crash(store, DISK_POWER);
    store = start(&sim);
    must_have(&sim, store, "before");
    must_have(&sim, store, "after");
    store_close(store);
    disk_fini();
    sim_remove_folder(&sim);
}

enum { ROWS_OF_A_BATCH = 60 }; /* on a good many pages */

static void row_name(char out[32], int i) {
    snprintf(out, 32, "row-%d", i);
}

static void lose_a_batch(struct sim *sim, struct store *store) {
    struct err err;
    uint64_t seq;
    char name[32], line[400];
    memset(line, 'x', sizeof line);
    if (store_begin(store, &err)) sim_fail(sim, "no batch: %s", err.text);
    for (int i = 0; i < ROWS_OF_A_BATCH; i++) {
        row_name(name, i);
        struct span text = span_of(name);
        struct journal_row row = {.contact = text, .event = text, .id = text, .has_id = true, .line = {line, sizeof line}};
        if (journal_append(store, &row, &seq, &err)) sim_fail(sim, "%s: %s", name, err.text);
    }
    disk_set_faults(&(struct disk_faults){.per_mille[DISK_SYNC] = 1000});
    if (store_commit(store, &err) == 0) sim_fail(sim, "a commit that was not synced succeeded");
}

/* A sync fails; the daemon is killed, and finds the commit in the log, whole, as its pages are in the page cache. While the
 * next start copies it into the database the power fails: of that commit all is there then, or nothing. */
static void a_start_that_dies_leaves_no_half_of_a_commit(uint64_t seed) {
    struct sim sim = {.seed = seed};
    struct err err;
    char name[32];
    int found = 0;
    disk_format(seed);
    fault_vfs_set_clock(1);
    sim_make_folder(&sim);
    struct store *store = start(&sim);
    if (append(store, "before")) sim_fail(&sim, "no commit without a fault");
    lose_a_batch(&sim, store);
    crash(store, DISK_PROCESS);
    disk_set_faults(&(struct disk_faults){.dies_after = 1 + (int)(seed % DEATHS)});
    sim_show_files(&sim);
    if (store_open(sim.database, &store, &err) == 0) store_close(store);
    disk_crash(DISK_POWER);
    store = start(&sim);
    must_have(&sim, store, "before");
    for (int i = 0; i < ROWS_OF_A_BATCH; i++) {
        row_name(name, i);
        found += journal_has_id(store, span_of(name), &err) == 0;
    }
    if (found && found != ROWS_OF_A_BATCH) sim_fail(&sim, "of %d rows of one commit there are %d", ROWS_OF_A_BATCH, found);
    store_close(store);
    disk_fini();
    sim_remove_folder(&sim);
}

/* SQLite says that it has turned on the log before it writes so into the file. When that fails it goes on without. */
static void a_start_has_a_log_or_fails(uint64_t seed) {
    struct sim sim = {.seed = seed};
    struct store *store;
    struct err err;
    disk_format(seed);
    fault_vfs_set_clock(1);
    sim_make_folder(&sim);
    sim_show_files(&sim);
    disk_set_faults(&(struct disk_faults){.per_mille[DISK_SYNC] = 300});
    int code = store_open(sim.database, &store, &err);
    disk_set_faults(NULL);
    if (!code) {
        struct sqlite3_stmt *mode = NULL;
        if (sqlite3_prepare_v2(store->writer, "PRAGMA journal_mode", -1, &mode, NULL) || sqlite3_step(mode) != SQLITE_ROW)
            sim_fail(&sim, "the mode cannot be asked for");
        if (!span_eq(db_span(mode, 0), SPAN("wal"))) sim_fail(&sim, "a start without a write-ahead log");
        sqlite3_finalize(mode);
        store_close(store);
    }
    store = start(&sim);
    if (append(store, "after")) sim_fail(&sim, "no commit without a fault");
    store_close(store);
    disk_fini();
    sim_remove_folder(&sim);
}

/* The log is off, as some tools leave it, and its file is there. */
static void turn_off_log(struct sim *sim) {
    sqlite3 *db;
    int keep = 1;
    if (sqlite3_open_v2(sim->database, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) sim_fail(sim, "no database");
    sqlite3_exec(db, "SELECT 1 FROM meta", NULL, NULL, NULL);
    sqlite3_file_control(db, NULL, SQLITE_FCNTL_PERSIST_WAL, &keep);
    if (sqlite3_exec(db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL)) sim_fail(sim, "the log cannot be turned off");
    sqlite3_close(db);
}

/* To turn it on SQLite writes a journal of the old kind and deletes it. When the power fails, and it is there again, it must
 * not be rolled back over what came since. */
static void what_turned_the_log_on_does_not_come_back(uint64_t seed) {
    struct sim sim = {.seed = seed};
    struct err err;
    char name[32], line[4000]; /* so that the file grows */
    memset(line, 'x', sizeof line);
    disk_format(seed);
    fault_vfs_set_clock(1);
    sim_make_folder(&sim);
    store_close(start(&sim));
    turn_off_log(&sim);
    struct store *store = start(&sim);
    for (int i = 0; i < ROWS_OF_A_BATCH; i++) {
        row_name(name, i);
        if (append_line(store, name, (struct span){line, sizeof line})) sim_fail(&sim, "no commit without a fault");
    }
    if (store_checkpoint(store, &err)) sim_fail(&sim, "the log is not copied: %s", err.text);
    if (append(store, "begins the log anew")) sim_fail(&sim, "no commit without a fault");
    crash(store, DISK_POWER);
    store = start(&sim);
    for (int i = 0; i < ROWS_OF_A_BATCH; i++) {
        row_name(name, i);
        must_have(&sim, store, name);
    }
    store_close(store);
    disk_fini();
    sim_remove_folder(&sim);
}

void sim_cases(void) {
    for (uint64_t seed = 1; seed <= SEEDS_OF_A_CASE; seed++) what_turned_the_log_on_does_not_come_back(seed);
    for (uint64_t seed = 1; seed <= SEEDS_OF_A_CASE; seed++) a_start_has_a_log_or_fails(seed);
    for (uint64_t seed = 1; seed <= SEEDS_OF_A_CASE; seed++) a_failed_sync_is_not_built_upon(seed);
    for (uint64_t seed = 1; seed <= SEEDS_OF_A_CASE * 10; seed++) a_start_that_dies_leaves_no_half_of_a_commit(seed);
}

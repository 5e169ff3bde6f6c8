/* Invariant: the disk is dead only within a step; a step ends with a daemon that runs, accepting or not. */
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "disk.h"
#include "fault_vfs.h"
#include "service/state.h"
#include "sim.h"
#include "slad/base/mem.h"
#include "slad/service/intake.h"
#include "slad/service/view.h"
#include "slad/store/store.h"
#include "store/db.h"

enum { SLICES_MOST = 100000 }; /* of idle work in a row */

void sim_say(const struct sim *sim, const char *format, ...) {
    if (!sim->trace) return;
    va_list args;
    va_start(args, format);
    fprintf(stderr, "  %d at %lld: ", sim->step, (long long)sim->now_ms);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

void sim_fail(const struct sim *sim, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "step %d: ", sim->step);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\nagain, and told as it goes: SLAD_SEED=%llu SLAD_TRACE=1 build/tests/sim_faults\n", (unsigned long long)sim->seed);
    va_end(args);
    _exit(1);
}

/* ---------------------------------------------------------------- configuration */

static void write_config(struct sim *sim) {
    struct world *w = sim->world;
    FILE *file = fopen(sim->config_path, "w");
    if (!file) sim_fail(sim, "cannot write %s", sim->config_path);
    fprintf(file, "database: %s\nkeep_finished: %llu\nkeep_engine: %d\ngrace: %lldms\npublish: %lldms\n%s%s", sim->database,
        (unsigned long long)sim->keep_finished, sim->keep_engine, (long long)sim->grace_ms, (long long)sim->publish_ms, sim->prunes ? "retain: {events: 2h}\n" : "", buf_text(&w->yaml));
    fclose(file);
}

/* Other standards under the same names, or the same ones. */
static void edit_config(struct sim *sim) {
    if (sim_chance(sim, 75)) {
        config_free(sim->world->config);
        buf_clear(&sim->world->yaml);
        world_make_standards(sim->world);
    }
    write_config(sim);
}

/* ---------------------------------------------------------------- faults */

static void draw_faults(struct sim *sim) {
    struct disk_faults faults = {0};
    static const unsigned rates[] = {2, 10, 50, 300};
    if (!sim->careful && sim_chance(sim, 15)) {
        unsigned rate = WORLD_PICK(sim->world, rates);
        for (int op = 0; op < DISK_OPS; op++)
            if (sim_chance(sim, 50)) faults.per_mille[op] = op == DISK_READ ? rate / 4 : rate;
        faults.full = sim_chance(sim, 20);
        sim_say(sim, "faults %u %u %u %u %u %u, full %d", faults.per_mille[0], faults.per_mille[1], faults.per_mille[2],
            faults.per_mille[3], faults.per_mille[4], faults.per_mille[5], faults.full);
    }
    if (sim_chance(sim, 6)) faults.dies_after = 1 + (int)sim_draw(sim, sim_chance(sim, 50) ? 10 : 100);
    if (faults.dies_after) sim_say(sim, "dies after %d", faults.dies_after);
    disk_set_faults(&faults);
}

/* ---------------------------------------------------------------- the daemon's life */

static void failed(void *arg) {
    struct sim *sim = arg;
    sim->said_failed = true;
}

static void recovered(void *arg) {
    struct sim *sim = arg;
    sim->said_recovered = true;
    sim->counts->recovered++;
}

static int64_t read_as_of(void *arg, int64_t now_ms) {
    const struct sim *sim = arg;
    return sim->read_ms < now_ms ? sim->read_ms : now_ms;
}

static int try_open(struct sim *sim, struct err *err) {
    static const struct service_options options = {.progress = NULL};
    struct config *config = NULL;
    struct findings findings = {0};
    if (config_load(sim->config_path, &config, &findings)) sim_fail(sim, "the configuration was refused");
    findings_fini(&findings);
    sim_show_files(sim);
    return service_open(config, &options, sim->now_ms, &sim->service, err);
}

static void crash_disk(struct sim *sim) {
    enum disk_crash how = sim_chance(sim, 70) ? DISK_POWER : DISK_PROCESS;
    if (disk_facts()->open_files) sim_fail(sim, "%zu files were left open", disk_facts()->open_files);
    disk_set_faults(NULL);
    disk_crash(how);
    sim->counts->crashes++;
    sim_say(sim, "crash by %s", how == DISK_POWER ? "power" : "kill");
}

static void start(struct sim *sim) {
    struct err err;
    for (int tries = 0;; tries++) {
        if (tries < 3 && sim_chance(sim, 30)) draw_faults(sim);
        int code = try_open(sim, &err);
        if (code == 0) break;
        sim->service = NULL;
        sim->counts->opens_failed++;
        sim_say(sim, "no start: %s", err.text);
        if (tries >= 3) sim_fail(sim, "cannot start without any fault: %s", err.text);
        crash_disk(sim);
    }
    disk_set_faults(NULL);
    if (disk_is_dead()) return; /* the step goes on to crash again */
    service_listen(sim->service, &(struct service_listener){.failed = failed, .recovered = recovered, .read_as_of = read_as_of, .arg = sim});
    sim->said_failed = sim->said_recovered = false;
    sim_go_back(sim);
    sim->service->store->contacts.piece = 3;
    sim->service->store->contacts.many = 24;
    sqlite3_exec(sim->service->store->writer, sim_chance(sim, 50) ? "PRAGMA wal_autocheckpoint = 8" : "", NULL, NULL, NULL);
    sim_say(sim, "started");
}

static void crash(struct sim *sim) {
    do {
        disk_kill();
        service_close(sim->service);
        sim->service = NULL;
        crash_disk(sim);
        if (sim_chance(sim, 50)) sim->now_ms += (int64_t)sim_draw(sim, 100000);
        start(sim);
    } while (disk_is_dead());
    sim_check_inputs(sim);
}

static void stop_and_start(struct sim *sim) {
    disk_set_faults(NULL);
    bool accepted = service_accepts(sim->service);
    service_close(sim->service);
    if (accepted) sim->batch = 0;
    sim->service = NULL;
    if (disk_facts()->open_files) sim_fail(sim, "%zu files were left open", disk_facts()->open_files);
    start(sim);
    if (disk_is_dead()) crash(sim);
}

/* ---------------------------------------------------------------- steps */

static void move_clock(struct sim *sim) {
    static const int64_t steps[] = {0, 1, 50, 999, 1000, 3000, 10000, 61000, 660000, 1300000, 7200000};
    sim->now_ms += WORLD_PICK(sim->world, steps);
    if (sim->now_ms > sim->latest_ms) sim->latest_ms = sim->now_ms;
    if (sim_chance(sim, 2)) sim->now_ms -= (int64_t)sim_draw(sim, 500); /* NTP */
    fault_vfs_set_clock(sim->now_ms);
}

static void lose_batch(struct sim *sim) {
    if (service_accepts(sim->service)) sim_fail(sim, "a commit failed, and the service accepts");
    sim->counts->failed++;
    sim->said_failed = false;
    sim->batch = 0;
}

static void commit(struct sim *sim) {
    struct err err;
    bool accepted = service_failure(sim->service)[0] == '\0';
    int code = service_commit(sim->service, &err);
    if (code == 0) {
        sim_acknowledge(sim);
        sim->counts->commits++;
    } else if (accepted) {
        sim_say(sim, "lost: %s", err.text);
        if (!sim->said_failed) sim_fail(sim, "a commit failed, and nobody was told");
        lose_batch(sim);
    }
}

/* Recovering is done in slices of idle work, too. */
static void idle(struct sim *sim) {
    for (int more = (int)sim_draw(sim, 4); more > 0; more--) (void)service_idle(sim->service);
    if (sim->said_failed) lose_batch(sim);
    if (!store_in_transaction(sim->service->store) && sim_chance(sim, 10)) {
        struct err err;
        (void)!store_checkpoint(sim->service->store, &err);
    }
}

static void take_up_again(struct sim *sim) {
    if (!sim->said_recovered || disk_is_dead()) return;
    sim->said_recovered = false;
    disk_set_faults(NULL);
    sim_go_back(sim);
}

static void recover(struct sim *sim) {
    struct err err;
    if (service_recover(sim->service, sim->now_ms, &err)) sim_say(sim, "not recovered: %s", err.text);
}

static void reload_done(void *arg, const char *outcome) {
    const struct sim *sim = arg;
    sim_say(sim, "reloaded: %s", outcome);
    sim->counts->reloads++;
}

static void reload(struct sim *sim) {
    struct err err;
    struct buf findings = {0};
    edit_config(sim);
    sim_say(sim, "reload");
    if (service_reload(sim->service, reload_done, sim, &findings, &err)) sim_say(sim, "no reload: %s", err.text);
    buf_fini(&findings);
}

static void ask(struct sim *sim) {
    struct buf out = {0};
    struct err err = {0};
    struct view_query query = {.limit = "50"};
    struct view_past *past = NULL;
    (void)!view_status(sim->service, &out, &err);
    (void)!view_breaches(sim->service, &query, &out, &err);
    (void)!view_warnings(sim->service, &query, &out, &err);
    (void)!view_open(sim->service, &query, &out, &err);
    (void)!view_percentiles(sim->service, &(struct view_query){.standard = "s0"}, &out, &err);
    (void)!view_contact(sim->service, SPAN("c0"), &query, &out, &err);
    query = (struct view_query){.at = "2026-06-01T00:00:10Z"};
    if (sim_chance(sim, 20) && view_past_new(sim->service, &query, &past, &err) == 0)
        while (view_past_step(past, &out, &err) > 0) {}
    view_past_free(past);
    buf_fini(&out);
}

static void step(struct sim *sim) {
    bool accepts = service_accepts(sim->service);
    move_clock(sim);
    draw_faults(sim);
    if (!accepts && sim_chance(sim, 50)) recover(sim);
    service_turn(sim->service, sim->now_ms);
    if (service_accepts(sim->service)) sim_hand_in(sim);
    if (sim_chance(sim, 15)) ask(sim);
    commit(sim);
    if (!disk_is_dead()) sim_check_statements(sim);
    idle(sim);
    take_up_again(sim);
    if (sim_chance(sim, 4)) reload(sim);
    sim->counts->turns++;
    if (disk_is_dead() || sim_chance(sim, 2)) crash(sim);
    else if (sim_chance(sim, 3)) stop_and_start(sim);
    disk_set_faults(NULL);
}

/* Without any fault from here on, the service comes back by itself. */
static void come_to_rest(struct sim *sim) {
    struct err err;
    for (int slices = 0; !service_accepts(sim->service); slices++) {
        if (service_recover(sim->service, sim->now_ms, &err)) sim_fail(sim, "cannot recover without any fault: %s", err.text);
        if (slices == SLICES_MOST) sim_fail(sim, "does not recover");
        (void)service_idle(sim->service);
    }
    take_up_again(sim);
}

/* ---------------------------------------------------------------- one life */

static void draw_run(struct sim *sim) {
    static const int64_t publishes[] = {100, 1000, 10000};
    sim->grace_ms = sim_chance(sim, 60) ? 0 : 2000;
    sim->publish_ms = WORLD_PICK(sim->world, publishes);
    sim->prunes = sim_chance(sim, 15);
    sim->careful = sim_chance(sim, 25);
    sim->keep_finished = sim_chance(sim, 75) ? 0 : sim_draw(sim, 5);
    sim->keep_engine = sim_chance(sim, 60) ? 1 : 100000; /* a journal of so many events is not to be had here */
    sim_say(sim, "grace %lld, publish %lld, prunes %d, careful %d, keeps %llu, engine %d", (long long)sim->grace_ms,
        (long long)sim->publish_ms, sim->prunes, sim->careful, (unsigned long long)sim->keep_finished, sim->keep_engine);
}

void sim_run(uint64_t seed, struct sim_counts *counts) {
    struct sim sim = {.seed = seed, .counts = counts, .trace = getenv("SLAD_TRACE") != NULL};
    sim.world = mem_zalloc(sizeof *sim.world);
    disk_format(seed);
    sqlite3_randomness(0, NULL); /* begin with the disk's numbers again */
    world_make(sim.world, seed);
    sim.now_ms = sim.world->base_ms;
    fault_vfs_set_clock(sim.now_ms);
    sim_make_folder(&sim);
    draw_run(&sim);
    sim_sources_init(&sim);
    write_config(&sim);
    start(&sim);
    if (disk_is_dead()) crash(&sim);
    int steps = 20 + (int)sim_draw(&sim, 100);
    for (sim.step = 1; sim.step <= steps; sim.step++) {
        step(&sim);
        if (sim.step < steps && !sim_chance(&sim, 5)) continue;
        come_to_rest(&sim);
        sim_check(&sim);
    }
    service_close(sim.service);
    if (disk_facts()->open_files) sim_fail(&sim, "%zu files were left open", disk_facts()->open_files);
    sim_sources_fini(&sim);
    disk_fini();
    sim_remove_folder(&sim);
    world_fini(sim.world);
    free(sim.world);
    counts->runs++;
}

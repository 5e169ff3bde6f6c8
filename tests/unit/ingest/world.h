/* world: a daemon that follows files in a folder of its own, with a clock that the test turns.
 * Owns: the folder, the clock.
 * Must not know: what is tested. */
#ifndef SLAD_TESTS_INGEST_WORLD_H
#define SLAD_TESTS_INGEST_WORLD_H

#include "fake_service.h"

#include <sys/mman.h>
#include "slad/base/mem.h"

/* A daemon that follows files in a folder of its own. */
struct world {
    struct service service;
    struct loop *loop;
    struct ingest *ingest;
    struct endpoint inputs[2];
    struct config config;
    char *folder;
    char paths[2][200];
};

static inline void start(struct world *world) {
    struct err err;
    struct service_listener none = {0};
    world->service.listener = none;
    world->loop = drive_loop();
    assert_int_equal(
        ingest_open(world->loop, &world->service, &world->config, NULL, &world->ingest, &err), 0);
    loop_on_turn_end(world->loop, fake_turn_end, &world->service);
}

static inline void stop(struct world *world) {
    ingest_close(world->ingest);
    loop_free(world->loop);
}

/* names: paths or patterns in the folder; the second may be NULL. */
static inline void world_open(struct world *world, const char *name, const char *other) {
    *world = (struct world){0};
    fake_init(&world->service);
    world->folder = drive_folder();
    snprintf(world->paths[0], sizeof world->paths[0], "%s/%s", world->folder, name);
    snprintf(world->paths[1], sizeof world->paths[1], "%s/%s", world->folder, other ? other : "");
    for (int i = 0; i < 2; i++)
        world->inputs[i] =
            (struct endpoint){.kind = ENDPOINT_FILE, .path = world->paths[i]};
    world->config = (struct config){.inputs = world->inputs, .input_count = other ? 2 : 1};
}

static inline void world_close(struct world *world) {
    stop(world);
    fake_fini(&world->service);
    drive_remove(world->folder);
}

static inline void turns(struct world *world, int count) {
    for (int i = 0; i < count; i++) loop_turn(world->loop, 0);
}

static inline const char *path_of(struct world *world, const char *name) {
    static char paths[4][300];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", world->folder, name);
    return path;
}

static inline void append(struct world *world, const char *name, const char *text) {
    int fd = open(path_of(world, name), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static inline void rename_file(struct world *world, const char *from, const char *to) {
    assert_int_equal(rename(path_of(world, from), path_of(world, to)), 0);
}

static inline void remove_file(struct world *world, const char *name) {
    assert_int_equal(unlink(path_of(world, name)), 0);
}

static inline void expect_lines(struct world *world, const char *lines) {
    DRIVE_UNTIL(world->loop, world->service.lines.size >= strlen(lines));
    turns(world, 4);
    assert_string_equal(buf_text(&world->service.lines), lines);
}

static inline bool status_has(struct world *world, const char *text) {
    struct buf out = {0};
    struct json_writer w = {.out = &out};
    ingest_status(world->ingest, &w);
    bool has = strstr(out.data, text) != NULL;
    buf_fini(&out);
    return has;
}

static inline int64_t read_as_of(struct world *world, int64_t now_ms) {
    return world->service.listener.read_as_of(world->service.listener.arg, now_ms);
}

/* Of the youngest file of this name. */
static inline const struct intake_position *stored(struct world *world, const char *name) {
    const struct fake_positions *positions = &world->service.positions;
    const struct intake_position *found = NULL;
    for (size_t i = 0; i < positions->count; i++)
        if (strcmp(positions->names[i], path_of(world, name)) == 0 &&
            (!found || positions->list[i].birth_ns > found->birth_ns))
            found = &positions->list[i];
    assert_non_null(found);
    return found;
}

static inline size_t stored_count(const struct world *world) {
    return world->service.positions.count;
}

/* The wall clock of this process, from now on where the test sets it. */
static inline int64_t *world_clock(void) {
    static int64_t *clock_ms;
    if (clock_ms) return clock_ms;
    char path[] = "/tmp/slad-clock-XXXXXX";
    struct err err;
    int64_t now_ms = clock_wall_ms();
    int fd = mkstemp(path);
    assert_int_equal(write(fd, &now_ms, sizeof now_ms), sizeof now_ms);
    clock_ms = mmap(NULL, sizeof now_ms, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(clock_ms != MAP_FAILED);
    assert_int_equal(clock_use_file(path, &err), 0);
    close(fd);
    unlink(path);
    return clock_ms;
}

/* So much time passes, and the file is looked at. */
static inline void time_passes(struct world *world, int64_t ms, const char *name) {
    *world_clock() += ms;
    assert_int_equal(chmod(path_of(world, name), 0644), 0);
    turns(world, 6);
}

#endif

/* A link's gaps, while one batch collects and the one before it is being committed. */
#include "fake_service.h"

#include "ingest/link_notes.h"

struct world {
    struct service service;
    struct loop *loop;
    struct batch batch;
    struct link_notes notes;
};

static void go_on(void *arg) {
    (void)arg;
}
static void committed(void *arg) {
    struct world *world = arg;
    batch_committed(&world->batch);
    link_notes_settled(&world->notes);
}
static void failed(void *arg) {
    struct world *world = arg;
    batch_failed(&world->batch);
    link_notes_lost(&world->notes);
}
static void recovered(void *arg) {
    struct world *world = arg;
    batch_recovered(&world->batch);
}

static int setup(void **state) {
    static struct world world;
    world = (struct world){0};
    fake_init(&world.service);
    world.service.flies = true;
    world.loop = drive_loop();
    batch_init(&world.batch, world.loop, &world.service);
    world.batch.go_on = go_on;
    world.service.listener = (struct service_listener){.committed = committed, .failed = failed, .recovered = recovered, .arg = &world};
    link_notes_init(&world.notes, &world.batch, SPAN("link"));
    *state = &world;
    return 0;
}

static int teardown(void **state) {
    struct world *world = *state;
    link_notes_fini(&world->notes);
    batch_fini(&world->batch);
    loop_free(world->loop);
    fake_fini(&world->service);
    return 0;
}

static void write_notes(struct world *world) {
    assert_true(link_notes_write(&world->notes));
    fake_take_off(&world->service);
}

static void land(struct world *world) {
    fake_land(&world->service);
    fake_take_off(&world->service);
}

static void lose(struct world *world) {
    fake_lose(&world->service);
    fake_recover(&world->service);
    loop_turn(world->loop, 0);
}

/* Open, and over, but the end is not on disk. */
static void begin(struct world *world) {
    link_notes_gap(&world->notes, 1, "away");
    write_notes(world);
    land(world);
    link_notes_gap_over(&world->notes, 2);
    write_notes(world);
}

/* However much is noted meanwhile: the end was written, so the next gap is one of its own. */
static void a_gap_right_after_another_is_told(void **state) {
    struct world *world = *state;
    begin(world);
    link_notes_seen(&world->notes, 2);
    write_notes(world);
    link_notes_gap(&world->notes, 3, "away");
    write_notes(world);
    land(world);
    land(world);
    link_notes_gap_over(&world->notes, 4);
    write_notes(world);
    land(world);
    assert_true(fake_has(&world->service, "gap since 1: away\nuntil 2\ngap since 3: away\nuntil 4\n"));
}

static void one_whose_end_is_lost_goes_on(void **state) {
    struct world *world = *state;
    begin(world);
    link_notes_gap(&world->notes, 3, "away");
    write_notes(world);
    lose(world);
    write_notes(world); /* nothing: it is open on disk */
    link_notes_gap_over(&world->notes, 4);
    write_notes(world);
    land(world);
    assert_true(fake_has(&world->service, "gap since 1: away\nuntil 4\n"));
}

/* All of both gaps. */
static void what_is_lost_is_one_gap_from_the_first_to_the_last(void **state) {
    struct world *world = *state;
    link_notes_gap(&world->notes, 1, "first");
    write_notes(world);
    link_notes_gap_over(&world->notes, 2);
    write_notes(world);
    link_notes_gap(&world->notes, 3, "then");
    write_notes(world);
    link_notes_gap_over(&world->notes, 4);
    write_notes(world);
    lose(world);
    write_notes(world);
    land(world);
    assert_true(fake_has(&world->service, "gap since 1: first\nuntil 4\n"));
}

static void one_whose_end_was_not_written_yet_goes_on(void **state) {
    struct world *world = *state;
    link_notes_gap(&world->notes, 1, "away");
    write_notes(world);
    link_notes_gap_over(&world->notes, 2);
    link_notes_gap(&world->notes, 3, "away");
    write_notes(world);
    land(world);
    link_notes_gap_over(&world->notes, 4);
    write_notes(world);
    land(world);
    assert_true(fake_has(&world->service, "gap since 1: away\nuntil 4\n"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_gap_right_after_another_is_told),
        TEST(one_whose_end_is_lost_goes_on),
        TEST(what_is_lost_is_one_gap_from_the_first_to_the_last),
        TEST(one_whose_end_was_not_written_yet_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

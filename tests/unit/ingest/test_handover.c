#include "fake_service.h"

#include "ingest/handover.h"

struct world {
    struct service service;
    struct loop *loop;
    struct batch batch;
    struct intake_source source;
    struct handover handover;
};

static void go_on(void *arg) {
    (void)arg;
}
static void committed(void *arg) {
    struct world *world = arg;
    batch_committed(&world->batch);
    handover_settled(&world->handover);
}
static void failed(void *arg) {
    struct world *world = arg;
    batch_failed(&world->batch);
    handover_lost(&world->handover);
}
static void recovered(void *arg) {
    struct world *world = arg;
    batch_recovered(&world->batch);
}

static void world_open(struct world *world) {
    *world = (struct world){.source = {"link", NULL}};
    fake_init(&world->service);
    world->service.flies = true;
    world->loop = drive_loop();
    batch_init(&world->batch, world->loop, &world->service);
    world->batch.go_on = go_on;
    world->service.listener = (struct service_listener){.committed = committed, .failed = failed, .recovered = recovered, .arg = world};
    handover_init(&world->handover, &world->batch, &world->source);
}

static void world_close(struct world *world) {
    handover_fini(&world->handover);
    batch_fini(&world->batch);
    loop_free(world->loop);
    fake_fini(&world->service);
}

static void give(struct world *world, const char *line) {
    handover_add(&world->handover, span_of(line));
    assert_true(handover_push(&world->handover));
    fake_take_off(&world->service);
}

/* Each is kept until its own batch is on disk, and no longer: more is handed over all the time. */
static void lines_go_with_their_batch(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    give(&world, "a");
    give(&world, "b");
    assert_int_equal(world.handover.lines.size, 4);
    fake_land(&world.service);
    assert_int_equal(world.handover.lines.size, 2);
    fake_take_off(&world.service);
    give(&world, "c");
    fake_land(&world.service);
    assert_int_equal(world.handover.lines.size, 2);
    fake_take_off(&world.service);
    fake_land(&world.service);
    assert_int_equal(world.handover.lines.size, 0);
    assert_true(fake_has(&world.service, "a\nb\nc\n"));
    world_close(&world);
}

/* What is on disk is not handed in again when the next batch is lost, and all of that is. */
static void a_lost_batch_is_handed_in_again(void **state) {
    (void)state;
    struct world world;
    world_open(&world);
    give(&world, "a");
    give(&world, "b");
    fake_land(&world.service); /* of a */
    fake_take_off(&world.service);
    give(&world, "c");
    fake_lose(&world.service); /* of b, and c with it */
    assert_int_equal(world.handover.lines.size, 4);
    fake_recover(&world.service);
    loop_turn(world.loop, 0);
    assert_true(handover_push(&world.handover));
    fake_take_off(&world.service);
    fake_land(&world.service);
    assert_true(fake_has(&world.service, "a\nb\nc\n"));
    assert_int_equal(world.handover.lines.size, 0);
    world_close(&world);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_go_with_their_batch),
        cmocka_unit_test(a_lost_batch_is_handed_in_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "drive.h"

#include <signal.h>

struct counted {
    struct loop *loop;
    int count;
    struct loop_timer *timer;
    struct loop_task task;
};

static void count_one(void *arg) {
    struct counted *counted = arg;
    counted->count++;
}

static void count_and_stop(void *arg) {
    struct counted *counted = arg;
    counted->count++;
    loop_stop(counted->loop);
}

static void count_and_set(void *arg) {
    struct counted *counted = arg;
    if (++counted->count < 3) loop_timer_set(counted->timer, 0);
}

static void count_and_schedule(void *arg) {
    struct counted *counted = arg;
    counted->count++;
    loop_task_schedule(counted->loop, &counted->task);
}

static void cancel_other(void *arg) {
    loop_task_cancel(arg);
}

static void run_ends_each_turn_and_stops(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct counted stopper = {.loop = loop}, turns = {.loop = loop};
    stopper.timer = loop_timer_new(loop, count_and_stop, &stopper);
    loop_timer_set(stopper.timer, 0);
    assert_int_equal(loop_run(loop, count_one, &turns), 0);
    assert_int_equal(stopper.count, 1);
    assert_true(turns.count >= 1);
    loop_timer_set(stopper.timer, 0);
    assert_int_equal(loop_run(loop, count_one, &turns), 0); /* a stopped loop can run again */
    assert_int_equal(stopper.count, 2);
    loop_timer_free(stopper.timer);
    loop_free(loop);
}

static void a_timer_runs_once_for_each_set(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct counted counted = {.loop = loop}, never = {.loop = loop};
    counted.timer = loop_timer_new(loop, count_and_set, &counted);
    never.timer = loop_timer_new(loop, count_one, &never);
    loop_timer_set(counted.timer, 1000000);
    loop_timer_set(counted.timer, -5);
    loop_timer_set(never.timer, INT64_MAX);
    loop_timer_set(never.timer, 0);
    loop_timer_cancel(never.timer);
    DRIVE_UNTIL(loop, counted.count == 3);
    for (int i = 0; i < 10; i++) loop_turn(loop, 0);
    assert_int_equal(counted.count, 3);
    assert_int_equal(never.count, 0);
    loop_timer_free(counted.timer);
    loop_timer_free(never.timer);
    loop_timer_free(NULL);
    loop_free(loop);
}

static void a_task_that_schedules_itself_runs_once_a_turn(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct counted counted = {.loop = loop};
    counted.task = (struct loop_task){.run = count_and_schedule, .arg = &counted};
    loop_task_schedule(loop, &counted.task);
    loop_task_schedule(loop, &counted.task);
    for (int turn = 1; turn <= 5; turn++) {
        loop_turn(loop, -1); /* would wait for ever if the task did not keep the loop awake */
        assert_int_equal(counted.count, turn);
    }
    loop_free(loop);
    assert_null(counted.task.next); /* freeing the loop lets go of it */
}

static void a_task_may_cancel_another_of_its_turn(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct counted victim = {.loop = loop};
    victim.task = (struct loop_task){.run = count_one, .arg = &victim};
    struct loop_task canceller = {.run = cancel_other, .arg = &victim.task};
    loop_task_schedule(loop, &canceller);
    loop_task_schedule(loop, &victim.task);
    loop_turn(loop, 0);
    loop_turn(loop, 0);
    assert_int_equal(victim.count, 0);
    loop_free(loop);
}

static void signals_arrive_in_a_turn(void **state) {
    (void)state;
    struct loop *loop = drive_loop();
    struct counted first = {.loop = loop}, second = {.loop = loop};
    loop_on_signal(loop, SIGUSR1, count_one, &first);
    loop_on_signal(loop, SIGUSR2, count_one, &first);
    loop_on_signal(loop, SIGUSR1, count_one, &second); /* replaces */
    raise(SIGUSR1);
    assert_int_equal(second.count, 0);
    DRIVE_UNTIL(loop, second.count == 1);
    assert_int_equal(first.count, 0);
    loop_free(loop);
}

static void wait_for_the_clock(void *arg) {
    struct counted *counted = arg;
    if (loop_now_ms(counted->loop) == 1000000) loop_stop(counted->loop);
}

/* Last: a controlled clock cannot be given back. Nothing else wakes this loop. */
static void a_controlled_clock_is_noticed(void **state) {
    (void)state;
    char *folder = drive_folder(), path[64];
    snprintf(path, sizeof path, "%s/clock", folder);
    int64_t now_ms = 999999;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(pwrite(fd, &now_ms, sizeof now_ms, 0), sizeof now_ms);
    struct err err;
    assert_int_equal(clock_use_file(path, &err), 0);
    struct loop *loop = drive_loop();
    loop_turn(loop, 0);
    assert_int_equal(loop_now_ms(loop), 999999);
    now_ms = 1000000;
    assert_int_equal(pwrite(fd, &now_ms, sizeof now_ms, 0), sizeof now_ms);
    assert_int_equal(loop_now_ms(loop), 999999); /* still the same turn */
    struct counted counted = {.loop = loop};
    assert_int_equal(loop_run(loop, wait_for_the_clock, &counted), 0);
    loop_free(loop);
    close(fd);
    drive_remove(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(run_ends_each_turn_and_stops),
        cmocka_unit_test(a_timer_runs_once_for_each_set),
        cmocka_unit_test(a_task_that_schedules_itself_runs_once_a_turn),
        cmocka_unit_test(a_task_may_cancel_another_of_its_turn),
        cmocka_unit_test(signals_arrive_in_a_turn),
        cmocka_unit_test(a_controlled_clock_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

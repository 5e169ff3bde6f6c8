/* What an image is refused for. That an engine made of one goes on as the other would is held by test_order.c, and by all
 * tests that are played twice (play.h). */
#include "play.h"

static const char EVERYTHING[] =
    "calendars: {office: {hours: {mon: '00:00-24:00', tue: '00:00-24:00'}}}\n"
    "standards:\n"
    "  a: {start: offered, stop: answered, pause: held, resume: resumed, by: queue, warn: [50%], target: 90%, warn_below: 95%,\n"
    "      window: 1h, within: [{match: {tier: gold}, limit: 5s, calendar: office}, {limit: 10s}]}\n"
    "  b: {per: customer, start: closed, fail: offered, within: 1h, repeat: true, target: 'p90 <= 2s'}\n"
    "  c: {when: scored, value: csat, at_least: 4, window: day, target: 'mean >= 3'}\n"
    "  d: {start: offered, stop: closed, match: {vip: true}, within: 1m}\n";

/* Something of each kind: open and ended, paused and idle, shared, waiting, known to levels and not yet. */
static void live_a_little(struct play *p) {
    play_start(p, EVERYTHING, 2000);
    play(p, 1000, "x offered queue=q1 tier=gold customer=k1");
    play(p, 2000, "y offered queue=q2 customer=k1");
    play(p, 3000, "x held");
    play(p, 4000, "y answered");
    play(p, 5000, "y scored csat=3.5");
    play(p, 6000, "y closed");
    play(p, 6000, "z offered vip=true customer=7");
    play_late(p, 60000, "z answered");
    play_until(p, 7500);
    play(p, 8000, "x resumed");
    play(p, 8100, "y scored csat=5");
}

static struct engine *made_new(const struct play *p) {
    struct engine_options options = p->engine->options;
    return engine_new(&p->config->rules, &options);
}

static void an_image_that_ends_too_early_is_refused(void **state) {
    (void)state;
    struct play p;
    live_a_little(&p);
    struct buf image = play_image(&p);
    for (size_t bytes = 0; bytes < image.size; bytes++) {
        struct err err = {0};
        struct engine *engine = made_new(&p);
        char *part = mem_dup(image.data, bytes + 1); /* what lies behind it is not ours to read */
        part = mem_realloc(part, bytes ? bytes : 1);
        assert_int_equal(engine_load(engine, (struct span){part, bytes}, &err), ERR_CORRUPT);
        engine_free(engine);
        free(part);
    }
    buf_fini(&image);
    play_end(&p);
}

/* Whoever wrote it: an image with a wrong byte is refused, or makes some engine; it never does harm. */
static void a_wrong_byte_does_no_harm(void **state) {
    (void)state;
    struct play p;
    live_a_little(&p);
    struct buf image = play_image(&p);
    for (size_t i = 0; i < image.size; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            struct err err = {0};
            struct engine *engine = made_new(&p);
            image.data[i] ^= (char)(1 << bit);
            (void)!engine_load(engine, buf_span(&image), &err);
            image.data[i] ^= (char)(1 << bit);
            engine_free(engine);
        }
    buf_fini(&image);
    play_end(&p);
}

static void an_image_of_other_standards_is_refused(void **state) {
    (void)state;
    struct play p, q;
    struct err err = {0};
    live_a_little(&p);
    play_start(&q, "standards: {a: {start: offered, stop: answered, within: 10s}}", 0);
    struct buf image = play_image(&p);
    assert_int_equal(engine_load(q.engine, buf_span(&image), &err), ERR_CORRUPT);
    buf_fini(&image);
    play_end(&p);
    play_end(&q);
}

static int disk_is_full(void *arg, struct span bytes, struct err *err) {
    (void)arg, (void)bytes;
    return err_set(err, ERR_FULL, "no space");
}

static void a_write_that_fails_is_told(void **state) {
    (void)state;
    struct play p;
    struct err err = {0};
    live_a_little(&p);
    assert_int_equal(engine_save(p.engine, disk_is_full, NULL, &err), ERR_FULL);
    assert_string_equal(err.text, "no space");
    play_end(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image_that_ends_too_early_is_refused),
        cmocka_unit_test(a_wrong_byte_does_no_harm),
        cmocka_unit_test(an_image_of_other_standards_is_refused),
        cmocka_unit_test(a_write_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

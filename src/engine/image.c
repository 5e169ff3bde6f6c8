/* An image: what it was made by, the clocks, then each part of the engine. */
#include "image.h"

#include <assert.h>

/* ---------------------------------------------------------------- made by the same program */

static void image_same(struct image *image, struct span text) {
    size_t bytes = image_count(image, text.n);
    if (bytes != text.n) image->is_bad = true;
    for (size_t i = 0; i < text.n && !image->is_bad; i++)
        if (image_int(image, text.p[i]) != text.p[i]) image->is_bad = true;
}

/* Moments name attributes and events by number. */
static void image_names(struct image *image) {
    const struct program *program = image->engine->program;
    if (image_count(image, program->count) != program->count) image->is_bad = true;
    if (image_count(image, program->slot_count) != program->slot_count) image->is_bad = true;
    for (size_t i = 0; i < program->slot_count; i++) image_same(image, span_of(program->slot_names[i]));
    if (image_count(image, program->name_count) != program->name_count) image->is_bad = true;
    for (size_t i = 0; i < program->name_count; i++) image_same(image, program->names[i]->name);
}

/* ---------------------------------------------------------------- what is not in memory */

static void image_evicted(struct image *image) {
    struct hash_set *evicted = &image->engine->evicted;
    size_t count = image_count(image, evicted->count);
    uint64_t hash;
    if (image->loads)
        while (count-- && !image->is_bad) hash_set_add(evicted, image_word(image, 0));
    else
        for (size_t cursor = 0; hash_set_next(evicted, &cursor, &hash);) image_word(image, hash);
}

static void put_number(void *arg, uint32_t hash, uint64_t number) {
    image_int(arg, hash);
    image_int(arg, (int64_t)number);
}

static void image_numbers(struct image *image, struct hash_numbers *away) {
    size_t count = image_count(image, away->count);
    if (!image->loads) hash_numbers_each(away, put_number, image);
    while (image->loads && count-- && !image->is_bad) {
        uint32_t hash = (uint32_t)image_int(image, 0);
        uint64_t number = (uint64_t)image_int(image, 0);
        if (number) hash_numbers_restore(away, hash, number);
    }
}

static void image_waiting(struct image *image) {
    struct engine *engine = image->engine;
    size_t count = image_count(image, engine->waiting.count);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        struct waiting *waiting = image->loads ? pool_zalloc(&engine->texts.pool, sizeof *waiting)
                                               : (struct waiting *)(void *)engine->waiting.entries[i].node; /* comes first */
        waiting->contact = image_text(image, waiting->contact);
        waiting->received_ms = image_int(image, waiting->received_ms);
        waiting->moment = image_moment(image, waiting->moment);
        if (!image->loads) continue;
        if (!waiting->contact) image->is_bad = true;
        heap_set(&engine->waiting, &waiting->node, waiting->moment->at);
    }
}

/* ---------------------------------------------------------------- all of it */

static void image_engine(struct image *image) {
    struct engine *engine = image->engine;
    image_names(image);
    if (image->is_bad) return;
    engine->now = image_int(image, engine->now);
    engine->held = image_int(image, engine->held);
    engine->open_cycles = (size_t)image_int(image, (int64_t)engine->open_cycles);
    engine->looked = image_index(image, engine->looked, engine->program->count + 1);
    for (size_t i = 0; i < engine->program->count; i++) image_ledger(image, &engine->ledgers[i]);
    image_contacts(image);
    image_subjects(image);
    image_deadlines(image);
    image_waiting(image);
    image_evicted(image);
    image_numbers(image, &engine->timeline.away.subjects);
    image_numbers(image, &engine->timeline.away.settled);
}

int engine_save(struct engine *engine, image_write *write, void *arg, struct err *err) {
    assert(!engine->figures.visit);
    struct image image = {.engine = engine, .write = write, .arg = arg, .err = err};
    image_engine(&image);
    image_flush(&image);
    image_fini(&image);
    return image.code;
}

int engine_load(struct engine *engine, struct span bytes, struct err *err) {
    struct image image = {.loads = true, .engine = engine, .at = bytes.p, .end = bytes.p + bytes.n};
    image_engine(&image);
    bool is_whole = !image.is_bad && image.at == image.end;
    image_fini(&image);
    return is_whole ? 0 : err_set(err, ERR_CORRUPT, "the image of the engine ends too early, or is of another");
}

#include "image.h"

#include <assert.h>
#include <stdlib.h>

enum { PIECE = 64 * 1024, VARINT_MAX = 10 };

/* ---------------------------------------------------------------- bytes */

void image_flush(struct image *image) {
    if (!image->code && image->out.size) image->code = image->write(image->arg, buf_span(&image->out), image->err);
    buf_clear(&image->out);
}

static void put(struct image *image, const void *bytes, size_t count) {
    if (image->out.size >= PIECE) image_flush(image);
    buf_add(&image->out, bytes, count);
}

/* NULL: there are not so many left. */
static const char *take(struct image *image, size_t count) {
    const char *at = image->at;
    if (image->is_bad || (size_t)(image->end - at) < count) {
        image->is_bad = true;
        return NULL;
    }
    image->at += count;
    return at;
}

uint64_t image_word(struct image *image, uint64_t word) {
    if (!image->loads) {
        put(image, &word, sizeof word);
        return word;
    }
    const char *at = take(image, sizeof word);
    word = 0;
    if (at) memcpy(&word, at, sizeof word);
    return word;
}

/* Seven bits a byte, the lowest first; the sign is the lowest of all. */
static void put_int(struct image *image, int64_t value) {
    struct buf *out = &image->out;
    uint64_t left = (uint64_t)value << 1 ^ (uint64_t)(value >> 63);
    if (out->size >= PIECE) image_flush(image);
    if (out->capacity < out->size + VARINT_MAX + 1) buf_reserve(out, PIECE); /* once */
    for (; left >= 0x80; left >>= 7) out->data[out->size++] = (char)(left | 0x80);
    out->data[out->size++] = (char)left;
    out->data[out->size] = '\0';
}

static int64_t take_int(struct image *image) {
    const char *at = image->at, *end = image->end;
    uint64_t bits = 0;
    if (end - at > VARINT_MAX) end = at + VARINT_MAX;
    for (unsigned shift = 0; at < end && !image->is_bad; shift += 7) {
        bits |= (uint64_t)(*at & 0x7F) << shift;
        if (*at++ & 0x80) continue;
        image->at = at;
        return (int64_t)(bits >> 1 ^ -(bits & 1));
    }
    image->is_bad = true;
    return 0;
}

int64_t image_int(struct image *image, int64_t value) {
    if (image->loads) return take_int(image);
    put_int(image, value);
    return value;
}

size_t image_count(struct image *image, size_t count) {
    count = (size_t)image_int(image, (int64_t)count);
    if (!image->loads || count <= (size_t)(image->end - image->at)) return count;
    image->is_bad = true;
    return 0;
}

size_t image_index(struct image *image, size_t index, size_t count) {
    assert(image->loads || index < count);
    index = (size_t)image_int(image, (int64_t)index);
    if (index >= count) image->is_bad = true;
    return index < count ? index : 0;
}

/* ---------------------------------------------------------------- things by number */

static bool is_thing(const void *item, const void *key) {
    return ((const struct numbered_thing *)item)->thing == key;
}

/* Saving: its number, and whether it is met for the first time, when it gets the next one. */
static size_t number_of(struct image *image, struct numbered *numbered, const void *thing, bool *is_new) {
    uint64_t hash = (uint64_t)(uintptr_t)thing * UINT64_C(0x9e3779b97f4a7c15) >> 24;
    struct numbered_thing *met = map_find(&numbered->met, hash, is_thing, thing);
    *is_new = !met;
    if (met) return met->number;
    met = pool_alloc(&image->things, sizeof *met);
    *met = (struct numbered_thing){thing, numbered->count++};
    map_add(&numbered->met, hash, met);
    return met->number;
}

/* Loading. */
static void note_next(struct numbered *numbered, void *thing) {
    numbered->list = mem_grow(numbered->list, &numbered->capacity, numbered->count + 1, sizeof *numbered->list);
    numbered->list[numbered->count++] = thing;
}

static void numbered_fini(struct numbered *numbered) {
    map_fini(&numbered->met);
    free(numbered->list);
}

void image_fini(struct image *image) {
    struct intern *texts = &image->engine->texts;
    if (image->loads) {
        for (size_t i = 0; i < image->texts.count; i++) intern_drop(texts, image->texts.list[i]);
        for (size_t i = 0; i < image->attrs.count; i++) attrs_drop(texts, image->attrs.list[i]);
    }
    numbered_fini(&image->texts);
    numbered_fini(&image->attrs);
    numbered_fini(&image->subjects);
    pool_fini(&image->things);
    buf_fini(&image->out);
}

/* ---------------------------------------------------------------- texts: 0 is none, 1 a new one, others by number + 2 */

static struct sym *take_text(struct image *image) {
    size_t number = (size_t)image_int(image, 0);
    if (number == 1) {
        size_t bytes = image_count(image, 0);
        const char *at = take(image, bytes);
        if (!at) return NULL;
        note_next(&image->texts, intern_get(&image->engine->texts, (struct span){at, bytes}));
        number = image->texts.count + 1;
    }
    if (!number) return NULL;
    if (number - 2 < image->texts.count) return sym_ref(image->texts.list[number - 2]);
    image->is_bad = true;
    return NULL;
}

struct sym *image_text(struct image *image, struct sym *text) {
    bool is_new = false;
    if (image->loads) return take_text(image);
    size_t number = text ? number_of(image, &image->texts, text, &is_new) : 0;
    image_int(image, !text ? 0 : is_new ? 1 : (int64_t)number + 2);
    if (!is_new) return text;
    image_count(image, text->size);
    put(image, text->text, text->size);
    return text;
}

val image_val(struct image *image, val v) {
    bool is_text = image_bool(image, val_is_text(v));
    if (!is_text) {
        v = image_word(image, v);
        return val_is_text(v) ? VAL_ABSENT : v; /* which no image says */
    }
    struct sym *text = image_text(image, image->loads ? NULL : val_sym(v));
    return text ? VAL_TEXT | (val)(uintptr_t)text : VAL_ABSENT;
}

struct own image_own(struct image *image, struct own own) {
    own.slot = (uint16_t)image_index(image, own.slot, image->engine->program->slot_count);
    own.value = image_val(image, own.value);
    return own;
}

/* ---------------------------------------------------------------- attributes: 0 is a new set, others by number + 1 */

static struct attrs *take_attrs(struct image *image) {
    struct engine *engine = image->engine;
    size_t count = image_index(image, 0, engine->program->slot_count + 1);
    struct own *own = mem_zalloc((count + 1) * sizeof *own);
    for (size_t i = 0; i < count; i++) own[i] = image_own(image, own[i]);
    struct attrs *attrs = attrs_after(&engine->texts, engine->timeline.nothing, own, count);
    for (size_t i = 0; i < count; i++) val_drop(&engine->texts, own[i].value);
    free(own);
    return attrs;
}

static void put_attrs(struct image *image, const struct attrs *attrs) {
    image_index(image, attrs->count, image->engine->program->slot_count + 1);
    for (uint16_t i = 0; i < attrs->count; i++)
        image_own(image, (struct own){attrs->vals[i], attrs_slots(attrs)[i]});
}

struct attrs *image_attrs(struct image *image, struct attrs *attrs) {
    bool is_new = false;
    if (!image->loads) {
        size_t number = number_of(image, &image->attrs, attrs, &is_new);
        image_int(image, is_new ? 0 : (int64_t)number + 1);
        if (is_new) put_attrs(image, attrs);
        return attrs;
    }
    size_t number = (size_t)image_int(image, 0);
    if (!number) {
        note_next(&image->attrs, take_attrs(image));
        number = image->attrs.count;
    }
    if (number <= image->attrs.count) return attrs_ref(image->attrs.list[number - 1]);
    image->is_bad = true;
    return attrs_ref(image->engine->timeline.nothing);
}

/* ---------------------------------------------------------------- contacts and subjects */

void image_meet(struct image *image, struct subject *subject) {
    bool is_new;
    if (image->loads) note_next(&image->subjects, subject);
    else number_of(image, &image->subjects, subject, &is_new);
}

struct subject *image_met(struct image *image, struct subject *subject) {
    bool is_new = false;
    size_t number = image->loads ? 0 : number_of(image, &image->subjects, subject, &is_new);
    assert(!is_new);
    number = image_index(image, number, image->subjects.count);
    if (!image->loads) return subject;
    return image->is_bad ? NULL : image->subjects.list[number];
}

struct contact *image_contact(struct image *image, struct contact *contact) {
    struct subject *subject = image_met(image, contact ? &contact->subject : NULL);
    contact = subject ? contact_of(subject) : NULL;
    if (!contact) image->is_bad = true;
    return contact;
}

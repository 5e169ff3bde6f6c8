/* val: an attribute's value in eight bytes: equal values are equal bits.
 * Owns: nothing; a text is a symbol of the engine's intern table, counted by whoever keeps the val.
 * Must not know: attributes' names.
 *
 * Finite doubles stand for themselves; the bit patterns of NaNs, which no event can bring, hold the rest. */
#ifndef SLAD_ENGINE_VAL_H
#define SLAD_ENGINE_VAL_H

#include <string.h>
#include "slad/base/intern.h"
#include "slad/model/value.h"

typedef uint64_t val;

#define VAL_ABSENT UINT64_C(0xFFF8000000000000)
#define VAL_FALSE UINT64_C(0xFFF8000000000001)
#define VAL_TRUE UINT64_C(0xFFF8000000000002)
#define VAL_TEXT UINT64_C(0xFFFC000000000000) /* | address of the struct sym, 48 bits */

static inline bool val_is_number(val v) {
    return (v & UINT64_C(0x7FF0000000000000)) != UINT64_C(0x7FF0000000000000);
}
static inline bool val_is_text(val v) {
    return (v & UINT64_C(0xFFFC000000000000)) == VAL_TEXT;
}
static inline double val_number(val v) {
    double number;
    memcpy(&number, &v, sizeof number);
    return number;
}
static inline struct sym *val_sym(val v) {
    return (struct sym *)(uintptr_t)(v & UINT64_C(0x0000FFFFFFFFFFFF));
}

/* Mixed, as texts are addresses. */
static inline uint64_t val_hash(val v) {
    return (v * UINT64_C(0x9e3779b97f4a7c15)) >> 32;
}

/* With a reference of the caller's when it is a text. hash: of its text; anything where it is none. */
static inline val val_new_hashed(struct intern *texts, const struct value *value, uint64_t hash) {
    switch (value->kind) {
    case VALUE_NULL: return VAL_ABSENT;
    case VALUE_BOOL: return value->truth ? VAL_TRUE : VAL_FALSE;
    case VALUE_NUMBER: {
        val v;
        memcpy(&v, &value->number, sizeof v);
        return v;
    }
    case VALUE_TEXT: break;
    }
    return VAL_TEXT | (val)(uintptr_t)intern_get_hashed(texts, value->text, hash);
}
static inline uint64_t val_text_hash(const struct value *value) {
    return value->kind == VALUE_TEXT ? span_hash(value->text) : 0;
}
static inline val val_new(struct intern *texts, const struct value *value) {
    return val_new_hashed(texts, value, val_text_hash(value));
}
static inline val val_ref(val v) {
    if (val_is_text(v)) sym_ref(val_sym(v));
    return v;
}
static inline void val_drop(struct intern *texts, val v) {
    if (val_is_text(v)) intern_drop(texts, val_sym(v));
}
/* The text that names it in groups and subjects ("true", "3", "0.0000001"), with a reference; NULL when absent. */
struct sym *val_text(struct intern *texts, val v);
/* The same for a moment, without a reference for what is a text already: counting it would write to it. */
static inline struct sym *val_text_borrow(struct intern *texts, val v) {
    return val_is_text(v) ? val_sym(v) : val_text(texts, v);
}
static inline void val_text_return(struct intern *texts, val v, struct sym *text) {
    if (!val_is_text(v)) intern_drop(texts, text);
}
/* Borrowed. */
static inline struct value val_value(val v) {
    if (v == VAL_ABSENT) return value_null();
    if (v == VAL_TRUE || v == VAL_FALSE) return value_bool(v == VAL_TRUE);
    if (val_is_number(v)) return value_number(val_number(v));
    return value_text(sym_span(val_sym(v)));
}

#endif

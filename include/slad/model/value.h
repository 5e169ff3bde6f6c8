/* value: the value of an attribute: absent, a truth value, a number or text.
 * Owns: nothing; the text is borrowed.
 * Must not know: JSON, YAML, interning. */
#ifndef SLAD_MODEL_VALUE_H
#define SLAD_MODEL_VALUE_H

#include "slad/base/span.h"

enum value_kind { VALUE_NULL, VALUE_BOOL, VALUE_NUMBER, VALUE_TEXT };

struct value {
    enum value_kind kind;
    union {
        bool truth;
        double number; /* finite, never -0.0 */
        struct span text;
    };
};

static inline struct value value_null(void) {
    return (struct value){.kind = VALUE_NULL};
}
static inline struct value value_bool(bool truth) {
    return (struct value){.kind = VALUE_BOOL, .truth = truth};
}
static inline struct value value_number(double number) {
    return (struct value){.kind = VALUE_NUMBER, .number = number + 0.0};
}
static inline struct value value_text(struct span text) {
    return (struct value){.kind = VALUE_TEXT, .text = text};
}

#endif

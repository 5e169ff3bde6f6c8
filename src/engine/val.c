#include "val.h"

#include "slad/model/number.h"

struct sym *val_text(struct intern *texts, val v) {
    if (v == VAL_ABSENT) return NULL;
    if (val_is_text(v)) return sym_ref(val_sym(v));
    if (v == VAL_TRUE) return intern_get(texts, SPAN("true"));
    if (v == VAL_FALSE) return intern_get(texts, SPAN("false"));
    char text[NUMBER_TEXT_MAX];
    size_t size = number_text(val_number(v), text);
    return intern_get(texts, (struct span){text, size});
}

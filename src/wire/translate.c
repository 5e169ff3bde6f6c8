#include "slad/wire/translate.h"

#include <stdlib.h>
#include "slad/base/mem.h"
#include "translator.h"

static const struct translator_kind *const kinds[FORMATS] = {
    [FORMAT_JSONL] = &json_translator, /* with a map */
    [FORMAT_CSV] = &csv_translator,
    [FORMAT_CLOUDEVENTS] = &cloudevents_translator,
    [FORMAT_QUEUE_LOG] = &queue_log_translator,
    [FORMAT_AMI] = &ami_translator,
};

struct translator {
    const struct translator_kind *kind;
    void *state;
    struct translate_options options;
    bool begun; /* a record was seen */
};

struct translator *translator_new(const struct format *format, const struct translate_options *options) {
    const struct translator_kind *kind = kinds[format->kind];
    if (!kind || (format->kind == FORMAT_JSONL && !format->map)) return NULL;
    struct translator *translator = mem_zalloc(sizeof *translator);
    translator->kind = kind;
    if (options) translator->options = *options;
    translator->state = kind->new(format, &translator->options);
    return translator;
}

void translator_free(struct translator *translator) {
    if (!translator) return;
    translator->kind->free(translator->state);
    free(translator);
}

void translator_begin(struct translator *translator) {
    if (!translator) return;
    translator->begun = false;
    if (translator->kind->begin) translator->kind->begin(translator->state);
}

bool translator_needs_head(const struct translator *translator) {
    return translator && translator->kind->needs_head && translator->kind->needs_head(translator->state);
}

int translate(struct translator *translator, struct span record, struct translation *out, struct err *err) {
    static const struct span byte_order_mark = {"\xEF\xBB\xBF", 3};
    if (!translator->begun && record.n >= byte_order_mark.n &&
        memcmp(record.p, byte_order_mark.p, byte_order_mark.n) == 0)
        record.p += byte_order_mark.n, record.n -= byte_order_mark.n;
    translator->begun = true;
    return translator->kind->translate(translator->state, record, out, err);
}

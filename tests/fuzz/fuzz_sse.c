/* Server-sent events as slactl reads them. Holds that messages do not depend on how their bytes were cut. */
#include <stdlib.h>
#include "slactl/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int note(void *arg, const char *event, struct span data) {
    struct buf *out = arg;
    buf_printf(out, "%s:", event);
    buf_add_span(out, data);
    buf_add_char(out, '\n');
    return 0;
}

static void take(const uint8_t *data, size_t size, size_t step, struct buf *out) {
    struct sse sse = {.message = note, .arg = out};
    for (size_t at = 0; at < size; at += step)
        if (sse_take(&sse, (struct span){(const char *)data + at, size - at < step ? size - at : step})) break;
    buf_add_text(out, sse.id);
    sse_restart(&sse);
    sse_fini(&sse);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct buf whole = {0}, parts = {0};
    if (size) take(data, size, size, &whole);
    if (size) take(data, size, 1, &parts);
    if (!span_eq(buf_span(&whole), buf_span(&parts))) abort();
    buf_fini(&whole);
    buf_fini(&parts);
    return 0;
}

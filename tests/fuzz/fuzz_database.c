/* A database that is not as it was left. The first byte says whether it is small enough to be checked before it is
 * read; then come changes of it, of eight bytes each: where (four, the lowest first), what is done (1), and what is put
 * there (three). Holds that a start fails with an error, or that every question can be asked. */
#include <stdlib.h>
#include "reader.h"
#include "slad/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHANGE_BYTES = 8, PAGE = 4096 };

/* Pages come up more often than bytes: their headers and cell pointers stand at their start. */
static void change(uint8_t *image, size_t bytes, const uint8_t *c) {
    size_t where = (size_t)c[0] | (size_t)c[1] << 8 | (size_t)c[2] << 16 | (size_t)c[3] << 24;
    size_t at = c[4] & 1 ? where % bytes : (where >> 8) % (bytes / PAGE) * PAGE + where % 64;
    for (size_t i = 0; i < 3 && at + i < bytes; i++)
        if (i == 0 || c[4] & (2U << i)) image[at + i] = c[5 + i];
}

static void run(struct service *service) {
    static const struct view_query query = {.limit = "1000", .at = "2026-06-01T01:01:00Z"};
    struct err err;
    reader_ask(service, &query, SPAN("c1"));
    service_turn(service, INT64_C(1780276000000));
    (void)!service_commit(service, &err);
    for (int i = 0; i < 100 && service_idle(service); i++) {}
    reader_ask(service, &query, SPAN("c2"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span original = reader_image();
    struct service *service = NULL;
    struct err err = {0};
    if (!size) return 0;
    uint8_t *image = mem_dup(original.p, original.n);
    for (size_t i = 1; i + CHANGE_BYTES <= size; i += CHANGE_BYTES) change(image, original.n, data + i);
    if (reader_open((struct span){(const char *)image, original.n}, data[0] & 1, &service, &err) == 0) run(service);
    else if (!err.text[0]) abort();
    service_close(service);
    free(image);
    return 0;
}

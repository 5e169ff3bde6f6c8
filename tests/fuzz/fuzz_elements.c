/* A JSON array and its elements, as a body of CloudEvents has them. Holds that elements lie in the text one behind
 * another, and that a document that is an array has as many. */
#include <stdlib.h>
#include "slad/wire/elements.h"
#include "slad/wire/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span text = {(const char *)data, size}, element;
    struct elements elements = {.text = text};
    struct json *json = NULL;
    struct err err;
    const char *behind = text.p;
    int got;
    while ((got = elements_next(&elements, &element, &err)) > 0) {
        struct buf line = {0};
        if (element.p < behind || element.p + element.n > text.p + text.n) abort();
        behind = element.p + element.n;
        elements_compact(&line, element);
        if (line.size > element.n) abort();
        buf_fini(&line);
    }
    if (json_parse(text, &json, &err) == 0 && json_is_array(json) && (got != 0 || elements.count != json_size(json))) abort();
    json_free(json);
    return 0;
}

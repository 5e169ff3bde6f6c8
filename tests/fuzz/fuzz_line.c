/* Event lines and documents. Holds that the two readers agree: a line that is taken as an event is a document too. */
#include <stdlib.h>
#include "slad/wire/json.h"
#include "slad/wire/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct span text = {(const char *)data, size};
    struct line_reader *reader = line_reader_new();
    struct event event;
    enum line_kind kind;
    struct err err = {0};
    struct json *json = NULL;
    int line = line_read(reader, text, &kind, &event, &err);
    int document = json_parse(text, &json, &err);
    /* Only a long number, which some versions of cJSON cannot read, may tell them apart. */
    if (line == 0 && kind != LINE_BLANK && document < 0 && !strstr(err.text, "cannot be read")) abort();
    json_free(json);
    line_reader_free(reader);
    return 0;
}

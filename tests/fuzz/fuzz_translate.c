/* Files of foreign formats: the first byte says which. Holds that what comes of a record is an event line. */
#include <stdlib.h>
#include "slad/model/mapping.h"
#include "slad/wire/line.h"
#include "slad/wire/lines.h"
#include "slad/wire/translate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const contacts[] = {"a", "a.b"};
static const struct map_value values[] = {{"x", "opened"}};
static const struct map_event events[] = {
    {.field = "b", .values = values, .value_count = 1, .other = MAP_OTHER_KEEP, .at = "c"},
    {.name = "closed", .at = "d"}};
static const struct map_attr attrs[] = {
    {"n", "e", MAP_AS_NUMBER}, {"t", "d", MAP_AS_TIME}, {"y", "f", MAP_AS_BOOLEAN}};
static const struct time_form times[] = {
    {TIME_PATTERN, "%d.%m.%y %I:%M %p"}, {TIME_ISO, NULL}, {TIME_EPOCH, NULL}};
static const struct mapping mapping = {.contacts = contacts,
    .contact_count = 2,
    .events = events,
    .event_count = 2,
    .attrs = attrs,
    .attr_count = 3,
    .keeps_others = true,
    .once = true,
    .times = times,
    .time_count = 3};
static const struct format formats[] = {{FORMAT_CSV, {.headless = true}, &mapping},
    {FORMAT_CSV, {.delimiter = ';'}, &mapping}, {FORMAT_JSONL, {0}, &mapping},
    {FORMAT_CLOUDEVENTS, {0}, NULL}, {FORMAT_QUEUE_LOG, {0}, NULL}, {FORMAT_AMI, {0}, NULL},
    {FORMAT_CLOUDEVENTS, {0}, &mapping}};

static void take(struct translator *translator, struct line_reader *reader, struct span record) {
    struct translation out;
    struct err err;
    if (translate(translator, record, &out, &err)) return;
    for (size_t i = 0; i < out.count; i++) {
        struct event event;
        enum line_kind kind;
        int code = line_read(reader, out.lines[i], &kind, &event, &err);
        if (code != ERR_LIMIT && (code || kind != LINE_EVENT)) abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (!size) return 0;
    const struct format *format = &formats[*data % (sizeof formats / sizeof *formats)];
    struct translator *translator = translator_new(format, NULL);
    struct line_reader *reader = line_reader_new();
    struct span rest = {(const char *)data + 1, size - 1}, record;
    bool skipping = false;
    enum cut cut;
    while ((cut = lines_cut(format_framing(format), &skipping, &rest, &record)) != CUT_MORE)
        if (cut == CUT_LINE) take(translator, reader, record);
    if (!skipping) take(translator, reader, rest);
    line_reader_free(reader);
    translator_free(translator);
    return 0;
}

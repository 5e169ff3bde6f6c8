#include "slad/model/mapping.h"

#define COUNT(list) (sizeof(list) / sizeof *(list))

static const struct time_form iso[] = {{TIME_ISO, NULL}};

static const char *const json_contact[] = {"contact"};
static const struct map_event json_event[] = {
    {.field = "event", .other = MAP_OTHER_KEEP, .at = "at", .at_or_receipt = true}};
static const struct mapping json = {.contacts = json_contact,
    .contact_count = COUNT(json_contact),
    .id = "id",
    .events = json_event,
    .event_count = COUNT(json_event),
    .keeps_others = true,
    .times = iso,
    .time_count = COUNT(iso)};

static const struct mapping csv = {.keeps_others = true, .times = iso, .time_count = COUNT(iso)};

/* CloudEvents 1.0.2: `type` is a kind of occurrence, `subject` what it happened to within the source. */
static const char *const cloud_contact[] = {"subject", "data.contact"};
static const struct map_event cloud_event[] = {
    {.field = "type", .other = MAP_OTHER_KEEP, .at = "time", .at_or_receipt = true}};
static const struct mapping cloudevents = {.contacts = cloud_contact,
    .contact_count = COUNT(cloud_contact),
    .events = cloud_event,
    .event_count = COUNT(cloud_event),
    .keeps_others = true,
    .times = iso,
    .time_count = COUNT(iso)};

const struct mapping *mapping_default(enum format_kind kind) {
    return kind == FORMAT_CSV ? &csv : kind == FORMAT_CLOUDEVENTS ? &cloudevents : &json;
}

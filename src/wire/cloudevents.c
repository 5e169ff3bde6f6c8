/* CloudEvents 1.0.2 in the structured JSON format (cloudevents.io; docs/INPUTS.md, cloudevents). */
#include <stdlib.h>
#include "json_fields.h"
#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "translator.h"

/* Those every event must have; and those about the event's writing, which tell nothing of the contact. */
enum required { SPECVERSION, TYPE, SOURCE, ID, REQUIRED };
static const char *const required[REQUIRED] = {"specversion", "type", "source", "id"};
static const char *const formal[] = {"time", "datacontenttype", "dataschema", "data_base64", "data"};

struct cloudevents {
    const struct mapping *mapping;
    struct mapper *mapper;
    struct json_fields *fields;
    size_t slots[REQUIRED];
    bool keeps_source; /* as an attribute */
    struct buf id;
};

static void *cloudevents_new(const struct format *format, const struct translate_options *options) {
    struct cloudevents *cloud = mem_zalloc(sizeof *cloud);
    (void)options;
    cloud->mapping = format->map ? format->map : mapping_default(FORMAT_CLOUDEVENTS);
    cloud->mapper = mapper_new(cloud->mapping);
    cloud->keeps_source = mapper_place(cloud->mapper, span_of(required[SOURCE])) == MAPPER_KEEP;
    for (int i = 0; i < REQUIRED; i++) cloud->slots[i] = mapper_want(cloud->mapper, span_of(required[i]));
    for (size_t i = 0; i < sizeof formal / sizeof *formal; i++)
        (void)mapper_want(cloud->mapper, span_of(formal[i]));
    cloud->fields = json_fields_new(cloud->mapper, "data");
    return cloud;
}

static void cloudevents_free(void *state) {
    struct cloudevents *cloud = state;
    json_fields_free(cloud->fields);
    mapper_free(cloud->mapper);
    buf_fini(&cloud->id);
    free(cloud);
}

static struct span text_at(const struct cloudevents *cloud, enum required which) {
    return mapper_get(cloud->mapper, cloud->slots[which])->text;
}

static int check(const struct cloudevents *cloud, struct err *err) {
    for (int i = 0; i < REQUIRED; i++) {
        const struct value *value = mapper_get(cloud->mapper, cloud->slots[i]);
        if (value->kind == VALUE_TEXT && value->text.n) continue;
        return err_set(err, ERR_INVALID, "no CloudEvent: \"%s\" %s", required[i],
            value->kind == VALUE_NULL   ? "is missing"
            : value->kind == VALUE_TEXT ? "is empty"
                                        : "is not a string");
    }
    struct span version = text_at(cloud, SPECVERSION);
    if (version.n < 2 || memcmp(version.p, "1.", 2) != 0)
        return err_set(
            err, ERR_INVALID, "\"specversion\" is not 1.0: no other version of CloudEvents is known");
    return 0;
}

/* Source and id together are unique; a source, a URI reference, holds no space. */
static void identify(struct cloudevents *cloud) {
    buf_clear(&cloud->id);
    buf_add_span(&cloud->id, text_at(cloud, SOURCE));
    buf_add_char(&cloud->id, ' ');
    buf_add_span(&cloud->id, text_at(cloud, ID));
    if (!cloud->mapping->id) mapper_identify(cloud->mapper, buf_span(&cloud->id));
}

static int keep_source(struct cloudevents *cloud, struct err *err) {
    if (!cloud->keeps_source) return 0;
    return mapper_keep_at(
        cloud->mapper, span_of(required[SOURCE]), value_text(text_at(cloud, SOURCE)), 0, err);
}

static int cloudevents_translate(void *state, struct span record, struct translation *out, struct err *err) {
    struct cloudevents *cloud = state;
    mapper_start(cloud->mapper);
    int code = json_fields_read(cloud->fields, record, err);
    if (code > 0) *out = (struct translation){0};
    if (!code) code = check(cloud, err);
    if (!code) code = keep_source(cloud, err);
    if (code) return code < 0 ? code : 0;
    identify(cloud);
    return mapper_finish(cloud->mapper, out, err);
}

const struct translator_kind cloudevents_translator = {
    cloudevents_new, cloudevents_free, cloudevents_translate, NULL, NULL};

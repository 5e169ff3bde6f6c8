/* Questions: lines "NAME VALUE", each a parameter of a question that every view is asked. */
#include <stdlib.h>
#include "reader.h"
#include "slad/base/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { GROUPS_MAX = 32 };

struct question {
    struct view_query view;
    const char *attrs[GROUPS_MAX], *values[GROUPS_MAX];
    const char *contact;
};

static struct service *service;

static void close_service(void) {
    service_close(service);
}

static void set(struct question *q, char *name, const char *value) {
    struct view_query *v = &q->view;
    const struct {
        const char *name, **at;
    } places[] = {{"standard", &v->standard}, {"kind", &v->kind}, {"state", &v->state}, {"since", &v->since},
        {"until", &v->until}, {"from", &v->from}, {"to", &v->to}, {"limit", &v->limit}, {"after", &v->after},
        {"at", &v->at}, {"q", &v->q}, {"at_risk", &v->at_risk}, {"figures", &v->figures}, {"contact", &q->contact}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(name, places[i].name) == 0) *places[i].at = value;
    if (strncmp(name, "group.", 6) != 0 || v->group_count == GROUPS_MAX) return;
    q->attrs[v->group_count] = name + 6;
    q->values[v->group_count++] = value;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct err err;
    if (!service) {
        struct span image = reader_image();
        if (reader_open(image, true, &service, &err)) abort();
        atexit(close_service);
    }
    struct question question = {.contact = "c1"};
    question.view.group_attrs = question.attrs;
    question.view.group_values = question.values;
    char *text = mem_dup_text((struct span){(const char *)data, size}), *rest = text, *line;
    while ((line = strsep(&rest, "\n"))) {
        char *name = strsep(&line, " ");
        if (line) set(&question, name, line);
    }
    reader_ask(service, &question.view, span_of(question.contact));
    free(text);
    return 0;
}

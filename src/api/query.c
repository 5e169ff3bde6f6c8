#include "api/query.h"

#include "slad/base/nearest.h"
#include "slad/base/utf8.h"

#define GROUP "group."

/* Where each parameter goes. */
static const struct {
    const char *name;
    size_t offset;
} places[] = {
#define P(name)                                                                                              \
    { #name, offsetof(struct view_query, name) }
    P(standard), P(kind), P(state), P(since), P(until), P(from), P(to), P(limit), P(after), P(at), P(q),
    P(at_risk), P(figures)
#undef P
};

static const char **place_of(struct view_query *view, const char *name) {
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(places[i].name, name) == 0) return (const char **)((char *)view + places[i].offset);
    return NULL;
}

static bool is_known(const char *const *known, const char *name) {
    for (; *known; known++)
        if (strcmp(*known, name) == 0) return true;
    return false;
}

static int unknown(const char *const *known, const char *name, struct err *err) {
    enum { SHOWN_MAX = 60 }; /* bytes: to recognise it by */
    size_t count = 0;
    struct buf text = {0};
    while (known[count]) count++;
    buf_add_text(&text, "there is no parameter \"");
    utf8_escape(&text, span_of(name), SHOWN_MAX);
    const char *nearest = nearest_word(span_of(name), known, count);
    if (nearest)
        buf_printf(
            &text, "\": did you mean \"%s%s\"?", nearest, strcmp(nearest, GROUP) == 0 ? "ATTRIBUTE" : "");
    else if (!count)
        buf_add_text(&text, "\" here, nor any other");
    else
        buf_add_text(&text, "\" here; there are:");
    for (size_t i = 0; i < count && !nearest; i++)
        buf_printf(&text, "%s %s%s", i ? "," : "", known[i], strcmp(known[i], GROUP) == 0 ? "ATTRIBUTE" : "");
    err_set(err, ERR_INVALID, "%s", buf_text(&text));
    buf_fini(&text);
    return ERR_INVALID;
}

static int twice(const char *name, struct err *err) {
    return err_set(err, ERR_INVALID, "the parameter \"%s\" is given twice", name);
}

static int add_group(struct query *query, const char *attr, const char *value, struct err *err) {
    struct view_query *view = &query->view;
    for (size_t i = 0; i < view->group_count; i++)
        if (strcmp(query->attrs[i], attr) == 0)
            return err_set(err, ERR_INVALID, "a group attribute is given twice");
    if (view->group_count == QUERY_GROUPS_MAX) return err_set(err, ERR_LIMIT, "too many group attributes");
    query->attrs[view->group_count] = attr;
    query->values[view->group_count++] = value;
    return 0;
}

int query_read(
    const struct http_request *request, const char *const *known, struct query *out, struct err *err) {
    *out = (struct query){.view = {.group_count = 0}};
    out->view.group_attrs = out->attrs;
    out->view.group_values = out->values;
    for (size_t i = 0; i < http_query_count(request); i++) {
        const char *name, *value;
        int code = 0;
        http_query_at(request, i, &name, &value);
        if (is_known(known, GROUP) && strncmp(name, GROUP, sizeof GROUP - 1) == 0)
            code = add_group(out, name + sizeof GROUP - 1, value, err);
        else if (!is_known(known, name))
            code = unknown(known, name, err);
        else {
            const char **place = place_of(&out->view, name);
            if (*place) code = twice(name, err);
            *place = value;
        }
        if (code) return code;
    }
    return 0;
}

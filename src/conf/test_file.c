#include "slad/conf/test_file.h"

#include <stdlib.h>

#include "conf/endpoints.h"
#include "conf/rules_only.h"
#include "conf/sources.h"
#include "conf/test_expect.h"

enum { CONFIG, TIMEZONE, CALENDARS, STANDARDS, TESTS, KEYS };
static const char *const key_names[KEYS] = {"config", "timezone", "calendars", "standards", "tests"};

/* ---- events */

static bool read_value(struct reader *r, const struct node *node, struct value *out) {
    double number;
    if (node->kind != NODE_SCALAR)
        return reader_error(
                   r, node, "%s is not the value of an attribute: a scalar is needed", reader_shown(r, node)),
               false;
    switch (core_kind(node)) {
    case CORE_NULL: return *out = value_null(), true;
    case CORE_BOOL: return *out = value_bool(core_truth(node)), true;
    case CORE_NUMBER:
        if (!reader_number(r, node, "a value", &number)) return false;
        return *out = value_number(number), true;
    case CORE_TEXT: break;
    }
    return *out = value_text((struct span){arena_text(r->arena, node->text), node->text.n}), true;
}

static bool read_attrs(struct reader *r, const struct node *node, struct event *event) {
    struct attr *attrs = arena_alloc(r->arena, (node->count + 1) * sizeof *attrs);
    bool clean = true;
    for (size_t i = 0; i < node->count; i++) {
        const struct node *key = node_key(node, i);
        bool is_field = span_eq(key->text, SPAN("at")) || span_eq(key->text, SPAN("contact")) ||
                        span_eq(key->text, SPAN("event"));
        if (is_field) continue;
        const char *name;
        struct attr *attr = &attrs[event->attr_count];
        if (!reader_attr(r, key, &name) || !read_value(r, node_value(node, i), &attr->value)) {
            clean = false;
            continue;
        }
        attr->name = span_of(name);
        event->attr_count++;
    }
    event->attrs = attrs;
    return clean;
}

static const struct node *find_value(const struct node *map, const char *key) {
    for (size_t i = 0; i < map->count; i++)
        if (span_eq(node_key(map, i)->text, span_of(key))) return node_value(map, i);
    return NULL;
}

static bool read_event(const struct test_scope *scope, const struct node *node, struct test_event *out) {
    struct reader *r = scope->reader;
    struct event *event = &out->event;
    const char *contact, *name;
    if (node->kind != NODE_MAP)
        return reader_error(r, node, "%s is not an event: write {at: +0s, contact: a, event: offered}",
                   reader_shown(r, node)),
               false;
    const struct node *at = find_value(node, "at"), *whose = find_value(node, "contact"),
                      *what = find_value(node, "event");
    if (!at || !whose || !what)
        return reader_error(r, node, "an event without \"%s\"",
                   !at      ? "at"
                   : !whose ? "contact"
                            : "event"),
               false;
    bool clean = test_instant(scope, at, &event->at_ms);
    clean = reader_text(r, whose, "a contact", &contact) && clean;
    clean = reader_text(r, what, "the name of an event", &name) && clean;
    out->line = node->line;
    event->has_at = true;
    if (!read_attrs(r, node, event) || !clean) return false;
    event->contact = span_of(contact);
    event->name = span_of(name);
    return true;
}

static bool read_events(struct test_scope *scope, const struct node *node, struct test_case *out) {
    struct reader *r = scope->reader;
    bool clean = true;
    if (node->kind != NODE_LIST || node->count > TEST_EVENTS_MAX)
        return reader_error(
                   r, node, "%s is not a list of at most %d events", reader_shown(r, node), TEST_EVENTS_MAX),
               false;
    struct test_event *events = arena_alloc(r->arena, (node->count + 1) * sizeof *events);
    scope->last_ms = scope->base_ms;
    for (size_t i = 0; i < node->count; i++) {
        clean = read_event(scope, node->items[i], &events[i]) && clean;
        if (events[i].event.at_ms > scope->last_ms) scope->last_ms = events[i].event.at_ms;
    }
    out->events = events;
    out->event_count = node->count;
    return clean;
}

/* ---- tests */

static void read_expectations(
    const struct test_scope *scope, const struct node *node, struct test_case *out) {
    struct reader *r = scope->reader;
    size_t count = node_list_count(node);
    if (count == 0) reader_error(r, node, "an empty list expects nothing");
    struct expectation *list = arena_alloc(r->arena, (count + 1) * sizeof *list);
    for (size_t i = 0; i < count; i++) (void)test_expectation(scope, node_list_item(node, i), &list[i]);
    out->expectations = list;
    out->expectation_count = count;
}

static void read_test(struct test_scope *scope, const struct node *node, struct test_case *out) {
    enum { NAME, AT, EVENTS, EXPECT, TEST_KEYS };
    static const char *const keys[TEST_KEYS] = {"name", "at", "events", "expect"};
    struct reader *r = scope->reader;
    const struct node *values[TEST_KEYS];
    bool clean = reader_map(r, node, "a test", keys, TEST_KEYS, values);
    if (node->kind != NODE_MAP) return;
    for (int key = 0; key < TEST_KEYS; key++)
        if (!values[key]) {
            if (clean) reader_error(r, node, "a test without its \"%s\"", keys[key]);
            return;
        }
    out->line = node->line;
    (void)reader_text(r, values[NAME], "the name of a test", &out->name);
    if (values[AT]->kind == NODE_SCALAR && values[AT]->text.n && values[AT]->text.p[0] == '+') {
        reader_error(r, values[AT], "the test's own \"at\" is an instant, such as 2026-03-02T08:00:00Z");
        return;
    }
    if (!test_instant(scope, values[AT], &scope->base_ms)) return;
    out->at_ms = scope->base_ms;
    if (read_events(scope, values[EVENTS], out)) read_expectations(scope, values[EXPECT], out);
}

static void read_tests(struct test_file *file, struct reader *r, const struct node *node) {
    if (node->kind != NODE_LIST || node->count == 0 || node->count > TESTS_MAX) {
        reader_error(r, node, "%s is not a list of 1 to %d tests", reader_shown(r, node), TESTS_MAX);
        return;
    }
    const struct ruleset *rules = &file->config->rules;
    const char **names = arena_alloc(r->arena, (rules->standard_count + 1) * sizeof *names);
    for (size_t i = 0; i < rules->standard_count; i++) names[i] = rules->standards[i]->name;
    file->tests = arena_alloc(r->arena, node->count * sizeof *file->tests);
    file->test_count = node->count;
    for (size_t i = 0; i < node->count; i++) {
        struct test_scope scope = {.reader = r, .rules = rules, .names = names};
        read_test(&scope, node->items[i], &file->tests[i]);
    }
}

/* ---- the file */

/* The configuration that the tests are about; NULL after complaints. */
static struct config *read_config(struct reader *r, const char *path, const struct node *const *values) {
    struct config *config = NULL;
    const char *named;
    if (!values[CONFIG]) {
        (void)!config_load_rules(
            path, &config, r->findings); /* config stays NULL, and the findings say why */
        return config;
    }
    bool clean = true;
    for (int key = TIMEZONE; key <= STANDARDS; key++) {
        clean = clean && !values[key];
        if (values[key])
            reader_error(
                r, values[key], "\"config\" names the configuration: \"%s\" belongs there", key_names[key]);
    }
    if (!reader_text(r, values[CONFIG], "the path of a configuration", &named) || !clean) return NULL;
    (void)!config_load(endpoints_join(r->arena, path, named), &config, r->findings);
    return config;
}

static void read_root(struct test_file *file, struct reader *r, const struct node *root) {
    const struct node *values[KEYS];
    const struct node nowhere = {.file = file->path, .plain = true};
    if (!root) root = &nowhere;
    bool clean = reader_map(r, root, "a file of tests", key_names, KEYS, values);
    if (root->kind != NODE_MAP) return;
    if (!values[TESTS] && clean) reader_error(r, root, "a file of tests without \"tests\"");
    if (!values[CONFIG] && !values[STANDARDS] && clean)
        reader_error(r, root, "tests of what? \"config\" (a path) or \"standards\" is missing");
    else
        file->config = read_config(r, file->path, values);
    if (file->config && values[TESTS]) read_tests(file, r, values[TESTS]);
}

int test_file_load(const char *path, struct test_file **out, struct findings *findings) {
    size_t from = findings->count, errors = findings_errors(findings);
    struct test_file *file = mem_zalloc(sizeof *file);
    struct reader reader = {findings, &file->arena};
    struct sources sources = {0};
    file->path = arena_text(&file->arena, span_of(path));
    sources_read(&sources, &reader, file->path, NULL);
    if (!sources.is_incomplete) read_root(file, &reader, sources.list[0].root);
    findings_sort(findings, from, &file->path, 1);
    sources_fini(&sources);
    if (findings_errors(findings) > errors) {
        test_file_free(file);
        return ERR_INVALID;
    }
    *out = file;
    return 0;
}

void test_file_free(struct test_file *file) {
    if (!file) return;
    config_free(file->config);
    arena_fini(&file->arena);
    free(file);
}

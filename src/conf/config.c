#include "slad/conf/config.h"

#include <stdlib.h>

#include "conf/access.h"
#include "conf/calendars.h"
#include "conf/endpoints.h"
#include "conf/rules_only.h"
#include "conf/sources.h"
#include "conf/standards.h"
#include "conf/warnings.h"
#include "slad/conf/paths.h"

enum key {
    DATABASE,
    LISTEN,
    INPUTS,
    ADMIN,
    RETAIN,
    PUBLISH,
    GRACE,
    MAX_AHEAD,
    KEEP_FINISHED,
    KEEP_ENGINE,
    INCLUDE,
    TIMEZONE,
    CALENDARS,
    STANDARDS,
    KEYS
};
static const char *const key_names[KEYS] = {"database", "listen", "inputs", "admin", "retain", "publish", "grace",
    "max_ahead", "keep_finished", "keep_engine", "include", "timezone", "calendars", "standards"};

enum {
    SECOND_MS = 1000,
    HOUR_MS = 3600 * SECOND_MS,
    PUBLISH_LEAST_MS = 100, /* each publication writes a row for every group that changed */
};
#define DAYS_MS(n) (INT64_C(24) * HOUR_MS * (n))

/* Where it is read from: a path, texts, or an edit of a configuration. */
struct load_from {
    const char *path;
    bool rules_only; /* the file is no configuration, but holds standards */
    const struct config_text *texts;
    size_t text_count;
    const struct config *edited; /* the texts are laid over this one */
};

/* A configuration while it is read. */
struct load {
    struct config *config;
    struct reader reader;
    struct scope scope;
    struct sources sources;
    const struct load_from *from;
    size_t edit; /* the first source of an edit; of none, behind them all */
};

/* ---- settings: the main file only */

static void read_retain(struct reader *r, const struct node *node, struct config *config) {
    static const char *const keys[] = {"events", "figures", "breaches"};
    int64_t *fields[] = {&config->retain_events_ms, &config->retain_figures_ms, &config->retain_breaches_ms};
    const struct node *values[3];
    (void)reader_map(r, node, "\"retain\"", keys, 3, values);
    for (size_t i = 0; i < 3; i++)
        if (values[i]) (void)reader_duration(r, values[i], SECOND_MS, fields[i]);
}

static void read_database(struct reader *r, const struct node *node, struct config *config) {
    const char *path;
    if (node) {
        if (reader_text(r, node, "the path of a database", &path))
            config->database = endpoints_join(r->arena, config->path, path);
        return;
    }
    char *usual = config_default_database();
    config->database = arena_text(r->arena, span_of(usual));
    free(usual);
}

static void read_settings(struct load *load, const struct node *const *values) {
    struct reader *r = &load->reader;
    struct config *config = load->config;
    read_database(r, values[DATABASE], config);
    if (values[ADMIN]) admins_read(r, values[ADMIN], &config->admins);
    if (values[RETAIN]) read_retain(r, values[RETAIN], config);
    if (values[PUBLISH]) (void)reader_duration(r, values[PUBLISH], PUBLISH_LEAST_MS, &config->publish_ms);
    if (values[GRACE]) (void)reader_duration(r, values[GRACE], 0, &config->grace_ms);
    if (values[MAX_AHEAD]) (void)reader_duration(r, values[MAX_AHEAD], 0, &config->max_ahead_ms);
    if (values[KEEP_FINISHED]) (void)reader_whole(r, values[KEEP_FINISHED], "a count", 0, &config->keep_finished);
    if (values[KEEP_ENGINE]) (void)reader_whole(r, values[KEEP_ENGINE], "a count", 0, &config->keep_engine);
    const struct node nowhere = {.file = config->path};
    load->scope.zone = values[TIMEZONE] ? scope_zone(&load->scope, values[TIMEZONE])
                                        : scope_zone_utc(&load->scope, &nowhere);
    if (load->scope.zone) config->timezone = zone_name(load->scope.zone);
    endpoints_read(&load->scope, values[LISTEN], values[INPUTS], config);
}

static struct config *config_new(const char *path) {
    struct config *config = mem_zalloc(sizeof *config);
    config->path = arena_text(&config->rules.arena, span_of(path));
    config->retain_events_ms = DAYS_MS(35);
    config->retain_figures_ms = DAYS_MS(35);
    config->retain_breaches_ms = DAYS_MS(400);
    config->publish_ms = 10 * SECOND_MS;
    config->grace_ms = 2 * SECOND_MS;
    config->max_ahead_ms = DAYS_MS(1);
    config->keep_finished = 64 * 1024; /* some 50 MiB */
    config->keep_engine = 100000;      /* read in a second */
    config->timezone = "UTC";
    return config;
}

/* ---- files */

static const struct node *find_value(const struct source *source, enum key key) {
    return source_value(source, key_names[key]);
}

/* Whether a file is nothing but comments, which is nothing wrong. */
static bool is_empty(const struct source *source) {
    return !source->root || reader_is_null(source->root);
}

static void check_included(struct reader *r, const struct source *source) {
    static const char *const known[] = {"calendars", "standards", "timezone"};
    enum { KNOWN = 3 };
    const struct node *values[KNOWN], *root = source->root;
    if (is_empty(source)) return;
    if (root->kind != NODE_MAP) {
        (void)reader_map(r, root, "an included file", known, KNOWN, values);
        return;
    }
    struct node rest = *root;
    const struct node **items = arena_alloc(r->arena, 2 * root->count * sizeof *items);
    rest.items = items;
    rest.count = 0;
    for (size_t i = 0; i < root->count; i++) {
        const struct node *key = node_key(root, i);
        bool is_setting = false;
        for (int k = 0; k < TIMEZONE; k++)
            is_setting = is_setting || span_eq(key->text, span_of(key_names[k]));
        if (is_setting)
            reader_error(r, key,
                "\"%s\" belongs in the main file: an included file holds calendars, standards and their "
                "timezone",
                key->text.p);
        else
            items[2 * rest.count] = key, items[2 * rest.count++ + 1] = node_value(root, i);
    }
    (void)reader_map(r, &rest, "an included file", known, KNOWN, values);
}

static void take_texts(struct load *load, const struct config_text *texts, size_t count) {
    for (size_t i = 0; i < count; i++)
        sources_take(&load->sources, &load->reader, texts[i].path, texts[i].text);
}

/* The main file comes first. */
static void read_sources(struct load *load) {
    const struct load_from *from = load->from;
    if (from->edited) take_texts(load, from->edited->texts, from->edited->file_count);
    load->edit = from->edited ? load->sources.count : SIZE_MAX;
    if (from->texts)
        take_texts(load, from->texts, from->text_count);
    else
        sources_read(&load->sources, &load->reader, from->path, NULL);
}

static void read_main(struct load *load) {
    const struct node *values[KEYS] = {NULL};
    struct sources *sources = &load->sources;
    read_sources(load);
    if (sources->count == 0) return;
    const struct source source = sources->list[0];
    if (load->from->rules_only)
        values[TIMEZONE] = find_value(&source, TIMEZONE);
    else if (!is_empty(&source))
        (void)reader_map(&load->reader, source.root, "the configuration", key_names, KEYS, values);
    if (values[INCLUDE] && !load->from->texts)
        sources_include(sources, &load->reader, values[INCLUDE], load->from->path, &load->config->includes,
            &load->config->include_count);
    if (!sources->is_incomplete || source.root) read_settings(load, values);
}

/* The zone of an included file is its own, or the main file's. */
static const struct zone *zone_of(struct load *load, const struct source *source) {
    const struct node *node = find_value(source, TIMEZONE);
    return node ? scope_zone(&load->scope, node) : load->scope.zone;
}

static bool is_edited(const struct load *load, enum key key, struct span name) {
    for (size_t i = load->edit; i < load->sources.count; i++) {
        const struct node *map = find_value(&load->sources.list[i], key);
        for (size_t k = 0; map && map->kind == NODE_MAP && k < map->count; k++)
            if (span_eq(node_key(map, k)->text, name)) return true;
    }
    return false;
}

/* The `calendars` or `standards` of a source, without those that an edit takes the place of; or NULL. */
static const struct node *rules_of(struct load *load, size_t i, enum key key) {
    const struct node *map = find_value(&load->sources.list[i], key);
    if (i >= load->edit || load->edit == SIZE_MAX || !map || map->kind != NODE_MAP) return map;
    const struct node **items = arena_alloc(&load->sources.arena, 2 * map->count * sizeof *items);
    struct node *rest = arena_alloc(&load->sources.arena, sizeof *rest);
    *rest = *map;
    rest->items = items;
    rest->count = 0;
    for (size_t k = 0; k < map->count; k++)
        if (!is_edited(load, key, node_key(map, k)->text))
            items[2 * rest->count] = node_key(map, k), items[2 * rest->count++ + 1] = node_value(map, k);
    return rest;
}

static void read_rules(struct load *load) {
    const struct sources *sources = &load->sources;
    const struct zone *main_zone = load->scope.zone;
    const struct zone **zones = mem_zalloc((sources->count + 1) * sizeof *zones);
    load->scope.is_incomplete = sources->is_incomplete;
    for (size_t i = 1; i < sources->count; i++) check_included(&load->reader, &sources->list[i]);
    for (size_t i = 0; i < sources->count; i++) {
        const struct node *map = rules_of(load, i, CALENDARS);
        load->scope.zone = zones[i] = i ? zone_of(load, &sources->list[i]) : main_zone;
        if (map) calendars_read(&load->scope, map);
        load->scope.zone = main_zone;
    }
    for (size_t i = 0; i < sources->count; i++) {
        const struct node *map = rules_of(load, i, STANDARDS);
        load->scope.zone = zones[i];
        if (map) standards_read(&load->scope, map);
    }
    load->scope.zone = main_zone;
    free(zones);
}

static void keep_files(struct load *load) {
    struct config *config = load->config;
    struct arena *arena = &config->rules.arena;
    config->files = arena_alloc(arena, load->sources.count * sizeof *config->files);
    config->texts = arena_alloc(arena, load->sources.count * sizeof *config->texts);
    for (size_t i = 0; i < load->sources.count; i++) {
        const struct source *source = &load->sources.list[i];
        config->files[i] = arena_text(arena, span_of(source->path));
        config->texts[i] = (struct config_text){config->files[i], source->text};
    }
    config->file_count = load->sources.count;
}

/* Of a configuration without an error. */
static void warn(struct load *load) {
    struct ruleset *rules = &load->config->rules;
    struct warnings warnings = {.reader = &load->reader, .config = load->config};
    for (size_t i = 0; i < rules->standard_count; i++)
        standard_set_meaning(&rules->arena, rules->standards[i]);
    for (size_t i = 0; i < load->sources.count; i++) {
        const struct node *map = rules_of(load, i, STANDARDS);
        if (map) warnings_read(&warnings, map);
    }
    warnings_end(&warnings);
    warnings_fini(&warnings);
}

static int load_all(const struct load_from *from, struct config **out, struct findings *findings) {
    size_t first = findings->count, errors = findings_errors(findings);
    struct load load = {.config = config_new(from->path), .from = from};
    struct config *config = load.config;
    load.reader = (struct reader){findings, &config->rules.arena};
    load.scope = (struct scope){.reader = &load.reader, .rules = &config->rules};
    read_main(&load);
    read_rules(&load);
    keep_files(&load);
    bool failed = findings_errors(findings) > errors;
    if (!failed) warn(&load);
    findings_sort(findings, first, (const char *const *)config->files, config->file_count);
    scope_fini(&load.scope);
    sources_fini(&load.sources);
    if (failed) {
        config_free(config);
        return ERR_INVALID;
    }
    *out = config;
    return 0;
}

int config_load(const char *path, struct config **out, struct findings *findings) {
    return load_all(&(struct load_from){.path = path}, out, findings);
}

int config_load_rules(const char *path, struct config **out, struct findings *findings) {
    return load_all(&(struct load_from){.path = path, .rules_only = true}, out, findings);
}

int config_load_texts(
    const struct config_text *texts, size_t count, struct config **out, struct findings *findings) {
    return load_all(
        &(struct load_from){.path = texts[0].path, .texts = texts, .text_count = count}, out, findings);
}

int config_load_edit(const struct config *config, const struct config_text *texts, size_t count,
    struct config **out, struct findings *findings) {
    struct load_from from = {config->path, .texts = texts, .text_count = count, .edited = config};
    return load_all(&from, out, findings);
}

void config_free(struct config *config) {
    if (!config) return;
    ruleset_fini(&config->rules);
    free(config);
}

/* The texts of a configuration, for somebody else to load. */
#include <stdlib.h>

#include "conf/sources.h"
#include "slad/conf/config.h"

/* Whether it holds more than a file that is included may. */
static bool has_settings(const struct source *source) {
    const struct node *root = source->root;
    size_t rules = 0;
    if (!root || root->kind != NODE_MAP) return false;
    rules += source_value(source, "calendars") != NULL;
    rules += source_value(source, "standards") != NULL;
    rules += source_value(source, "timezone") != NULL;
    return root->count > rules;
}

static void add_text(struct config_texts *texts, const struct source *source) {
    texts->list = mem_grow(texts->list, &texts->capacity, texts->count + 1, sizeof *texts->list);
    texts->list[texts->count++] =
        (struct config_text){arena_text(&texts->arena, span_of(source->path)), source->text};
}

int config_texts_read(const char *path, struct config_texts *texts, struct findings *findings) {
    size_t errors = findings_errors(findings);
    struct sources sources = {0};
    struct reader reader = {findings, &texts->arena};
    sources_read(&sources, &reader, path, NULL);
    if (sources.count) {
        const struct node *include = source_value(&sources.list[0], "include");
        const char **patterns;
        size_t count;
        texts->is_whole = texts->is_whole || has_settings(&sources.list[0]);
        if (include) sources_include(&sources, &reader, include, path, &patterns, &count);
    }
    for (size_t i = 0; i < sources.count; i++) add_text(texts, &sources.list[i]);
    sources_fini(&sources);
    return findings_errors(findings) > errors ? ERR_INVALID : 0;
}

void config_texts_fini(struct config_texts *texts) {
    free(texts->list);
    arena_fini(&texts->arena);
    *texts = (struct config_texts){0};
}

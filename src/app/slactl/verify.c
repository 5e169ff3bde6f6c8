/* slactl verify: whether the database is whole, and its record what the journal makes of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "app/both/say.h"
#include "ask.h"
#include "database.h"
#include "slad/base/mem.h"
#include "slad/conf/paths.h"
#include "slad/service/verify.h"

/* The configuration that is named, or that the daemon reads, or the default one. To be freed. */
static char *config_path(const struct options *options) {
    struct answer status = {0};
    struct buf trouble = {0};
    const char *path = options->word_count > 2 ? options->words[2] : NULL;
    if (!path && ask_quietly(options, &(struct question){.target = "/v1/status"}, &status, &trouble) == EXIT_FINE)
        path = json_text(json_get(json_get(status.json, "configuration"), "path"));
    char *copy = mem_dup_text(span_of(path ? path : config_default_file()));
    answer_fini(&status);
    buf_fini(&trouble);
    return copy;
}

static int tell(const struct options *options, const char *database, const struct verify *v, const struct buf *lines) {
    struct buf safe = {0};
    for (const char *line = buf_text(lines), *end; (end = strchr(line, '\n')); line = end + 1) {
        text_safe(&safe, (struct span){line, (size_t)(end - line)});
        buf_add_char(&safe, '\n');
    }
    fputs(buf_text(&safe), stderr);
    buf_fini(&safe);
    if (option_given(options, OPTION_JSON))
        printf("{\"events\": %lld, \"compared\": %lld, \"passed_by\": %lld, \"wrong\": %zu}\n", (long long)v->events,
            (long long)v->compared, (long long)v->passed_by, v->wrong);
    else
        printf("%s: %lld events replayed, %lld records compared, %lld passed by: %s\n", database, (long long)v->events,
            (long long)v->compared, (long long)v->passed_by, v->wrong ? "NOT as it should be" : "all is well");
    return v->wrong ? EXIT_ANSWER : EXIT_FINE;
}

int command_verify(const struct options *options) {
    struct verify result;
    struct buf lines = {0};
    struct err err;
    char *database = NULL;
    int code = database_find(options, options->word_count > 1 ? options->words[1] : NULL, &database);
    if (code) return code;
    char *path = config_path(options);
    struct config *config = say_load(path);
    if (!config) {
        code = EXIT_ANSWER;
    } else if (verify_run(config, database, &lines, &result, &err)) {
        database_complain(&err);
        code = EXIT_ANSWER;
    } else {
        code = tell(options, database, &result, &lines);
    }
    buf_fini(&lines);
    config_free(config);
    free(path);
    free(database);
    return code;
}

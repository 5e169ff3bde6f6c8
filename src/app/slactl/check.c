/* slactl check: the configuration checked here, by the daemon's own rules but without it. */
#include <stdio.h>
#include <stdlib.h>
#include "app/both/findings_json.h"
#include "ask.h"
#include "slad/base/mem.h"
#include "slad/conf/config.h"
#include "slad/conf/paths.h"

static void check_file(const struct options *options, const char *path, struct findings *findings) {
    struct config *config = NULL;
    struct buf name = {0};
    text_safe(&name, span_of(path));
    if (config_load(path, &config, findings) == 0 && !option_given(options, OPTION_JSON))
        printf("%s: %zu standard%s in %zu file%s, no error (checked here, without the daemon)\n",
            buf_text(&name), config->rules.standard_count, config->rules.standard_count == 1 ? "" : "s",
            config->file_count, config->file_count == 1 ? "" : "s");
    config_free(config);
    buf_fini(&name);
}

/* The file that the daemon reads; without a daemon the default one. To be freed. */
static char *file_in_use(const struct options *options) {
    struct answer status = {0};
    struct buf trouble = {0};
    const char *path = NULL;
    if (ask_quietly(options, &(struct question){.target = "/v1/status"}, &status, &trouble) == EXIT_FINE)
        path = json_text(json_get(json_get(status.json, "configuration"), "path"));
    char *file = mem_dup_text(span_of(path ? path : config_default_file()));
    answer_fini(&status);
    buf_fini(&trouble);
    return file;
}

int command_check(const struct options *options) {
    struct findings findings = {0};
    struct buf text = {0};
    if (options->word_count < 2) {
        char *file = file_in_use(options);
        check_file(options, file, &findings);
        free(file);
    }
    for (size_t i = 1; i < options->word_count; i++) check_file(options, options->words[i], &findings);
    bool json = option_given(options, OPTION_JSON);
    if (json)
        findings_json(&findings, &text);
    else
        findings_render(&findings, &text);
    fputs(buf_text(&text), json ? stdout : stderr);
    int code = findings_errors(&findings) ? EXIT_ANSWER : EXIT_FINE;
    buf_fini(&text);
    findings_fini(&findings);
    return code;
}

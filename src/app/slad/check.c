/* slad check: every error of the configuration at once. */
#include <getopt.h>
#include <stdio.h>
#include "app/both/findings_json.h"
#include "commands.h"
#include "slad/conf/config.h"
#include "slad/conf/paths.h"
#include "slad/service/sentence.h"

enum tell { TELL_FILES, TELL_SENTENCES, TELL_JSON };

/* What each standard says, for somebody who wants to know whether it is what was meant. */
static void tell_standards(const struct ruleset *rules) {
    struct buf text = {0};
    for (size_t i = 0; i < rules->standard_count; i++) {
        const struct standard *standard = rules->standards[i];
        buf_printf(&text, "%s:%d: %s: ", standard->file, standard->line, standard->name);
        sentence_standard(standard, &text);
        buf_add_char(&text, '\n');
    }
    fputs(buf_text(&text), stdout);
    buf_fini(&text);
}

static void check_file(const char *path, struct findings *findings, enum tell tell) {
    struct config *config = NULL;
    if (config_load(path, &config, findings) == 0 && tell != TELL_JSON) {
        printf("%s: %zu standard%s in %zu file%s, no error\n", path, config->rules.standard_count,
            config->rules.standard_count == 1 ? "" : "s", config->file_count, config->file_count == 1 ? "" : "s");
        if (tell == TELL_SENTENCES) tell_standards(&config->rules);
    }
    config_free(config);
}

int command_check(int argc, char **argv) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {"verbose", no_argument, NULL, 'v'},
        {"config", required_argument, NULL, 'c'}, {0}};
    enum tell tell = TELL_FILES;
    const char *path = NULL;
    for (int c; (c = getopt_long(argc, argv, "jvc:", options, NULL)) != -1;) {
        if (c == 'j') tell = TELL_JSON;
        else if (c == 'v') tell = tell == TELL_JSON ? TELL_JSON : TELL_SENTENCES;
        else if (c == 'c') path = optarg;
        else return fputs("usage: slad check [--json | --verbose] [--config FILE] [FILE...]\n", stderr), EXIT_USAGE;
    }
    struct findings findings = {0};
    struct buf text = {0};
    if (path || optind == argc) check_file(path ? path : config_default_file(), &findings, tell);
    for (int i = optind; i < argc; i++) check_file(argv[i], &findings, tell);
    if (tell == TELL_JSON) findings_json(&findings, &text);
    else findings_render(&findings, &text);
    fputs(buf_text(&text), tell == TELL_JSON ? stdout : stderr);
    int code = findings_errors(&findings) ? EXIT_WRONG : EXIT_DONE;
    buf_fini(&text);
    findings_fini(&findings);
    return code;
}

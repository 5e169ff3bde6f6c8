/* slad check: every error of the configuration at once. */
#include <getopt.h>
#include <stdio.h>
#include "commands.h"
#include "slad/conf/config.h"
#include "slad/conf/paths.h"
#include "slad/wire/write.h"

static void render_json(const struct findings *findings, struct buf *out) {
    struct json_writer w = {.out = out, .indent = 1};
    json_object_begin(&w);
    json_field_int(&w, "errors", (int64_t)findings_errors(findings));
    json_key(&w, "findings");
    json_array_begin(&w);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *f = &findings->list[i];
        json_object_begin(&w);
        json_field_text(&w, "severity", f->is_warning ? "warning" : "error");
        json_field_text(&w, "file", f->file);
        json_field_int(&w, "line", f->line);
        json_field_int(&w, "column", f->column);
        json_field_text(&w, "text", f->text);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    buf_add_char(out, '\n');
}

static void check_file(const char *path, struct findings *findings, bool quiet) {
    struct config *config = NULL;
    if (config_load(path, &config, findings) == 0 && !quiet)
        printf("%s: %zu standard%s in %zu file%s, no error\n", path, config->rules.standard_count,
            config->rules.standard_count == 1 ? "" : "s", config->file_count, config->file_count == 1 ? "" : "s");
    config_free(config);
}

int command_check(int argc, char **argv) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {"config", required_argument, NULL, 'c'},
        {0}};
    bool json = false;
    const char *path = NULL;
    for (int c; (c = getopt_long(argc, argv, "jc:", options, NULL)) != -1;) {
        if (c == 'j') json = true;
        else if (c == 'c') path = optarg;
        else return fputs("usage: slad check [--json] [FILE...]\n", stderr), EXIT_USAGE;
    }
    struct findings findings = {0};
    struct buf text = {0};
    if (path || optind == argc) check_file(path ? path : config_default_file(), &findings, json);
    for (int i = optind; i < argc; i++) check_file(argv[i], &findings, json);
    if (json) render_json(&findings, &text);
    else findings_render(&findings, &text);
    fputs(buf_text(&text), json ? stdout : stderr);
    int code = findings_errors(&findings) ? EXIT_WRONG : EXIT_DONE;
    buf_fini(&text);
    findings_fini(&findings);
    return code;
}

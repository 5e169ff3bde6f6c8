#include "say.h"

#include <stdio.h>

struct config *say_load(const char *path) {
    struct config *config = NULL;
    struct findings findings = {0};
    struct buf text = {0};
    (void)!config_load(path, &config, &findings); /* config stays NULL, and the findings say why */
    findings_render(&findings, &text);
    fputs(buf_text(&text), stderr);
    buf_fini(&text);
    findings_fini(&findings);
    return config;
}

void say_errors(const struct findings *findings) {
    struct buf text = {0};
    findings_render_errors(findings, &text);
    fputs(buf_text(&text), stderr);
    buf_fini(&text);
}

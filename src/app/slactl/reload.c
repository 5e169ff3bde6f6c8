/* slactl reload: have the daemon read its configuration again. */
#include <stdio.h>
#include "ask.h"
#include "show.h"

int command_reload(const struct options *options) {
    struct answer answer = {0};
    struct question question = {.method = "POST", .target = "/v1/reload", .timeout_ms = ASK_PATIENTLY_MS};
    int code = ask(options, &question, &answer);
    const struct json *outcome = json_get(answer.json, "outcome");
    struct buf text = {0};
    if (code == EXIT_FINE && option_given(options, OPTION_JSON)) {
        answer_print(&answer);
    } else if (code == EXIT_FINE) {
        show_text(&text, outcome);
        puts(json_text(outcome) ? buf_text(&text) : "reloaded");
    }
    buf_fini(&text);
    answer_fini(&answer);
    return code;
}

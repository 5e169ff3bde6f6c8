/* slactl excuse: note why a breach is excused. */
#include <stdio.h>
#include "ask.h"
#include "slad/wire/write.h"

static void complain_of_id(const char *id) {
    struct buf text = {0};
    complain(&text, "excuse \"%s\": expected the number of a breach, as in the column \"id\" of slactl breaches", id);
    fputs(buf_text(&text), stderr);
    buf_fini(&text);
}

int command_excuse(const struct options *options) {
    const char *id = options->words[1];
    if (!*id || id[strspn(id, "0123456789")]) {
        complain_of_id(id);
        return EXIT_USAGE;
    }
    struct answer answer = {0};
    struct buf target = {0}, body = {0};
    struct json_writer w = {.out = &body};
    buf_add_text(&target, "/v1/breaches/");
    fetch_encode(&target, span_of(id));
    buf_add_text(&target, "/excuse");
    json_object_begin(&w);
    json_field_text(&w, "text", options->words[2]);
    json_object_end(&w);
    struct question question = {.method = "POST", .target = buf_text(&target), .body = buf_span(&body)};
    int code = ask(options, &question, &answer);
    if (code == EXIT_FINE && option_given(options, OPTION_JSON)) answer_print(&answer);
    else if (code == EXIT_FINE) puts("excused");
    buf_fini(&target);
    buf_fini(&body);
    answer_fini(&answer);
    return code;
}

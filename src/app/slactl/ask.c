#include "ask.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "raw.h"
#include "socket.h"

void complain(struct buf *trouble, const char *format, ...) {
    char *text = NULL;
    va_list args;
    va_start(args, format);
    int bytes = vasprintf(&text, format, args);
    va_end(args);
    if (bytes < 0) return;
    buf_add_text(trouble, "slactl: ");
    text_safe(trouble, (struct span){text, (size_t)bytes});
    buf_add_char(trouble, '\n');
    free(text);
}

/* The problem document of an error: its title and detail, and the findings of a refused configuration. */
static int tell_problem(const struct answer *answer, struct buf *trouble) {
    const char *title = json_text(json_get(answer->json, "title"));
    const char *detail = json_text(json_get(answer->json, "detail"));
    if (!title) {
        complain(trouble, "the daemon answered %d and did not say why", answer->http.status);
        return EXIT_ANSWER;
    }
    complain(trouble, "%s%s%s", title, detail ? ": " : "", detail ? detail : "");
    const struct json *findings = json_get(answer->json, "findings");
    for (const struct json *finding = json_first(findings); finding; finding = json_next(finding)) {
        const char *text = json_text(finding);
        if (!text) continue;
        text_safe(trouble, span_of(text));
        buf_add_char(trouble, '\n');
    }
    return EXIT_ANSWER;
}

static int judge(struct answer *answer, const char *path, struct buf *trouble) {
    struct err err = {0};
    int rc = json_parse(answer_text(answer), &answer->json, &err);
    if (answer->http.status < 200 || answer->http.status >= 300) return tell_problem(answer, trouble);
    if (rc == 0 && json_is_object(answer->json)) return EXIT_FINE;
    complain(trouble, "%s: what answers there does not speak slad's language (%s)", path,
        rc ? err.text : "expected a JSON object");
    return EXIT_ANSWER;
}

int ask_quietly(
    const struct options *options, const struct question *question, struct answer *out, struct buf *trouble) {
    char *path = socket_path(options);
    struct err err = {0};
    struct fetch_request request = {.socket_path = path,
        .method = question->method,
        .target = question->target,
        .body = question->body,
        .timeout_ms = question->timeout_ms};
    int code;
    if (http_fetch(&request, &out->http, &err) == 0)
        code = judge(out, path, trouble);
    else
        code = socket_explain(path, &err, trouble);
    free(path);
    return code;
}

int ask(const struct options *options, const struct question *question, struct answer *out) {
    struct buf trouble = {0};
    int code = ask_quietly(options, question, out, &trouble);
    fputs(buf_text(&trouble), stderr);
    buf_fini(&trouble);
    return code;
}

int ask_endlessly(const struct options *options, const char *target, int (*on_body)(void *arg, struct span piece),
    void *arg, struct buf *trouble) {
    char *path = socket_path(options);
    struct answer answer = {0};
    struct err err = {0};
    struct fetch_request request = {.socket_path = path, .target = target, .on_body = on_body, .arg = arg};
    int code = EXIT_FINE;
    if (http_fetch(&request, &answer.http, &err))
        code = socket_explain(path, &err, trouble);
    else if (answer.http.status >= 300)
        code = judge(&answer, path, trouble);
    if (answer.http.status == 503) code = EXIT_UNREACHABLE; /* stopping, or full */
    answer_fini(&answer);
    free(path);
    return code;
}

void answer_print(const struct answer *answer) {
    struct buf text = {0};
    raw_indent(&text, answer_text(answer));
    puts(buf_text(&text));
    buf_fini(&text);
}

void answer_fini(struct answer *answer) {
    fetch_answer_fini(&answer->http);
    json_free(answer->json);
    *answer = (struct answer){0};
}

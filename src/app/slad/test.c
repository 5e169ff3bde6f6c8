/* slad test: tests of standards, for their authors and for continuous integration. */
#include <getopt.h>
#include <stdio.h>
#include "app/both/say.h"
#include "commands.h"
#include "slad/base/utf8.h"
#include "slad/service/trial.h"
#include "slad/wire/write.h"

enum {
    EVENTS_SHOWN = 20, /* of those before a failure: more hide it */
    VALUE_SHOWN = 100, /* bytes of an attribute's text */
};

struct session {
    bool json;
    struct json_writer w; /* of the list of results */
    struct buf results;
    size_t tests, failed;
};
/* A test while it runs. */
struct running {
    struct session *session;
    const struct test_file *file;
    const struct test_case *test;
    const struct expectation *told; /* the one whose events were shown last */
    struct buf text;                /* what is said of it, or the list of its failures as JSON */
    struct json_writer w;
};

/* ---------------------------------------------------------------- the events that matter */

static void add_value(struct buf *out, const struct value *value) {
    char number[NUMBER_TEXT_MAX];
    switch (value->kind) {
    case VALUE_NULL: buf_add_text(out, "null"); break;
    case VALUE_BOOL: buf_add_text(out, value->truth ? "true" : "false"); break;
    case VALUE_NUMBER: buf_add(out, number, number_text(value->number, number)); break;
    case VALUE_TEXT: utf8_escape(out, value->text, VALUE_SHOWN); break;
    }
}

static void add_event(struct running *r, const struct test_event *e) {
    struct buf *out = &r->text;
    buf_printf(out, "    %s:%d: ", r->file->path, e->line);
    trial_instant(r->test, e->event.at_ms, out);
    buf_printf(out, " %.*s %.*s", SPAN_ARGS(e->event.contact), SPAN_ARGS(e->event.name));
    for (size_t i = 0; i < e->event.attr_count; i++) {
        const struct attr *attr = &e->event.attrs[i];
        buf_printf(out, " %.*s=", SPAN_ARGS(attr->name));
        add_value(out, &attr->value);
    }
    buf_add_char(out, '\n');
}

static bool matters(const struct expectation *e, const struct test_event *event) {
    const char *contact = e->what.contact;
    return event->event.at_ms <= e->at_ms && (!contact || span_eq(event->event.contact, span_of(contact)));
}

/* Up to the instant of the expectation, the latest in the file. */
static void add_events(struct running *r, const struct expectation *e) {
    size_t count = 0, passed = 0;
    for (size_t i = 0; i < r->test->event_count; i++) count += matters(e, &r->test->events[i]);
    size_t hidden = count > EVENTS_SHOWN ? count - EVENTS_SHOWN : 0;
    buf_add_text(&r->text, count ? "    events until then:\n" : "    no event until then\n");
    if (hidden) buf_printf(&r->text, "    … %zu more\n", hidden);
    for (size_t i = 0; i < r->test->event_count; i++)
        if (matters(e, &r->test->events[i]) && passed++ >= hidden) add_event(r, &r->test->events[i]);
}

/* ---------------------------------------------------------------- a failure */

static void say_failure(struct running *r, const struct trial_failure *f) {
    if (r->told && r->told != f->expectation) add_events(r, r->told);
    r->told = f->expectation;
    buf_printf(&r->text, "  %s:%d: at ", r->file->path, f->line);
    trial_instant(r->test, f->expectation->at_ms, &r->text);
    buf_printf(&r->text, ", %s: expected %s, found %s\n", f->about, f->expected, f->found);
}

static void write_failure(struct running *r, const struct trial_failure *f) {
    json_object_begin(&r->w);
    json_field_int(&r->w, "line", f->line);
    json_field_instant(&r->w, "at", f->expectation->at_ms);
    json_field_text(&r->w, "about", f->about);
    json_field_text(&r->w, "expected", f->expected);
    json_field_text(&r->w, "found", f->found);
    json_object_end(&r->w);
}

static void on_failure(void *arg, const struct trial_failure *failure) {
    struct running *r = arg;
    if (r->session->json)
        write_failure(r, failure);
    else
        say_failure(r, failure);
}

/* ---------------------------------------------------------------- a test, a file */

static void write_result(struct running *r, size_t failures) {
    struct json_writer *w = &r->session->w;
    json_object_begin(w);
    json_field_text(w, "file", r->file->path);
    json_field_int(w, "line", r->test->line);
    json_field_text(w, "name", r->test->name);
    json_field_bool(w, "ok", failures == 0);
    json_field_raw(w, "failures", buf_span(&r->text));
    json_object_end(w);
}

static void say_result(struct running *r, size_t failures) {
    if (r->told) add_events(r, r->told);
    if (failures)
        printf("FAIL  %s:%d: %s\n", r->file->path, r->test->line, r->test->name);
    else
        printf("ok    %s: %s\n", r->file->path, r->test->name);
    fputs(buf_text(&r->text), stdout);
}

static void run_test(struct session *session, const struct test_file *file, const struct test_case *test) {
    struct running r = {.session = session, .file = file, .test = test};
    r.w = (struct json_writer){.out = &r.text};
    if (session->json) json_array_begin(&r.w);
    size_t failures = trial_run(&(struct trial_options){&file->config->rules, test, on_failure, &r});
    if (session->json) json_array_end(&r.w);
    session->tests++;
    session->failed += failures > 0;
    if (session->json)
        write_result(&r, failures);
    else
        say_result(&r, failures);
    buf_fini(&r.text);
}

static int run_file(struct session *session, const char *path) {
    struct test_file *file = NULL;
    struct findings findings = {0};
    int code = test_file_load(path, &file, &findings);
    say_errors(&findings);
    for (size_t i = 0; !code && i < file->test_count; i++) run_test(session, file, &file->tests[i]);
    findings_fini(&findings);
    test_file_free(file);
    return code;
}

static void summarise(struct session *session, size_t unread) {
    if (!session->json) {
        printf("%zu test%s, %zu failed", session->tests, session->tests == 1 ? "" : "s", session->failed);
        if (unread) printf(", %zu file%s with errors", unread, unread == 1 ? "" : "s");
        putchar('\n');
        return;
    }
    struct buf text = {0};
    struct json_writer w = {.out = &text};
    json_object_begin(&w);
    json_field_int(&w, "tests", (int64_t)session->tests);
    json_field_int(&w, "failed", (int64_t)session->failed);
    json_field_int(&w, "files_with_errors", (int64_t)unread);
    json_field_raw(&w, "results", buf_span(&session->results));
    json_object_end(&w);
    puts(buf_text(&text));
    buf_fini(&text);
}

int command_test(int argc, char **argv) {
    static const struct option options[] = {{"json", no_argument, NULL, 'j'}, {0}};
    struct session session = {0};
    size_t unread = 0;
    bool wrong = false;
    for (int c; (c = getopt_long(argc, argv, "j", options, NULL)) != -1;) {
        if (c == 'j') session.json = true;
        else wrong = true;
    }
    if (wrong || optind >= argc) return fputs("usage: slad test [--json] TESTS...\n", stderr), EXIT_USAGE;
    session.w = (struct json_writer){.out = &session.results};
    json_array_begin(&session.w);
    for (int i = optind; i < argc; i++) unread += run_file(&session, argv[i]) != 0;
    json_array_end(&session.w);
    summarise(&session, unread);
    buf_fini(&session.results);
    return unread || session.failed ? EXIT_WRONG : EXIT_DONE;
}

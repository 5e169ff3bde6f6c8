/* slad diff: what an edit of the configuration changes, before it is loaded. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "app/both/say.h"
#include "commands.h"
#include "formats.h"
#include "slad/conf/config.h"
#include "slad/model/instant.h"
#include "slad/service/diff.h"

enum { REJECTED_SHOWN = 10 }; /* bad lines told one by one */

static const char USAGE[] =
    "usage: slad diff OLD NEW [--events FILE...] [--until TIME] [--json]\n"
    "OLD and NEW are configurations; FILEs are read as the inputs of NEW that\n"
    "follow them, else as event lines; \"-\" is standard input.\n";

struct arguments {
    const char *configs[2];
    size_t config_count;
    const char **events; /* room for all arguments */
    size_t event_count;
    int64_t until_ms;
    bool with_events, json;
};

/* OLD and NEW come first, then what belongs to --events. */
static int take_word(struct arguments *a, const char *word) {
    if (a->config_count < 2)
        a->configs[a->config_count++] = word;
    else if (a->with_events)
        a->events[a->event_count++] = word;
    else
        return -1;
    return 0;
}

static int take_until(struct arguments *a, const char *text) {
    struct err err;
    if (instant_parse(span_of(text), &a->until_ms, &err) == 0) return 0;
    fprintf(stderr, "slad diff: --until \"%s\": %s\n", text, err.text);
    return -1;
}

/* 0, or -1. Words are taken in their order ("-" before the options): event files are read as they were named.
 */
static int parse(int argc, char **argv, struct arguments *a) {
    static const struct option options[] = {{"events", required_argument, NULL, 'e'},
        {"until", required_argument, NULL, 'u'}, {"json", no_argument, NULL, 'j'}, {0}};
    int code = 0;
    for (int c; !code && (c = getopt_long(argc, argv, "-e:u:j", options, NULL)) != -1;) {
        if (c == 1)
            code = take_word(a, optarg);
        else if (c == 'e')
            a->with_events = true, a->events[a->event_count++] = optarg;
        else if (c == 'u')
            code = take_until(a, optarg);
        else if (c == 'j')
            a->json = true;
        else
            code = -1;
    }
    for (int i = optind; !code && i < argc; i++) code = take_word(a, argv[i]);
    if (code || a->config_count < 2 || (a->until_ms != INSTANT_NEVER && !a->with_events)) {
        fputs(USAGE, stderr);
        return -1;
    }
    return 0;
}

/* Errors are said as `slad check` says them; warnings are its affair alone, as half of them would be of OLD.
 */
static int load(const char *path, struct config **out) {
    struct findings findings = {0};
    int code = config_load(path, out, &findings);
    say_errors(&findings);
    findings_fini(&findings);
    return code;
}

static void say_rejected(void *arg, const char *file, size_t line, const char *reason) {
    size_t *said = arg;
    if ((*said)++ < REJECTED_SHOWN) fprintf(stderr, "%s:%zu: rejected: %s\n", file, line, reason);
}

/* The files are read as the inputs of the new configuration read them. */
static int run_events(const struct arguments *a, const struct config *after, struct diff *diff) {
    struct err err = {0};
    size_t said = 0;
    const struct format **formats = NULL;
    int code = formats_of_files(after, &(struct formats_choice){0}, a->events, a->event_count, &formats, &err);
    struct replay_options options = {a->events, a->event_count, a->until_ms, say_rejected, &said, formats};
    if (!code) code = diff_replay(diff, &options, &err);
    if (said > REJECTED_SHOWN) fprintf(stderr, "%zu more lines were rejected\n", said - REJECTED_SHOWN);
    if (code) fprintf(stderr, "slad diff: %s\n", err.text);
    free(formats);
    return code;
}

static int compare(const struct arguments *a, const struct config *before, const struct config *after) {
    struct diff *diff = diff_new(before, after, DIFF_PLACES);
    struct buf text = {0};
    int code = a->with_events ? run_events(a, after, diff) : 0;
    if (!code && a->json)
        diff_json(diff, &text);
    else if (!code)
        diff_render(diff, &text);
    if (fwrite(buf_text(&text), 1, text.size, stdout) != text.size || fflush(stdout)) code = -1;
    int answer = code ? EXIT_USAGE : diff_differs(diff) ? EXIT_WRONG : EXIT_DONE;
    buf_fini(&text);
    diff_free(diff);
    return answer;
}

/* As diff(1) exits: 0 for no difference in meaning, 1 for one, 2 for trouble. */
int command_diff(int argc, char **argv) {
    struct arguments a = {.events = calloc((size_t)argc + 1, sizeof *a.events), .until_ms = INSTANT_NEVER};
    struct config *before = NULL, *after = NULL;
    int answer = EXIT_USAGE;
    if (!a.events || parse(argc, argv, &a)) goto out;
    int code = load(a.configs[0], &before);
    if (load(a.configs[1], &after)) code = -1; /* the errors of both are said */
    if (!code) answer = compare(&a, before, after);
out:
    config_free(before);
    config_free(after);
    free(a.events);
    return answer;
}

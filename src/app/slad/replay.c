/* slad replay: event files to a report on standard output. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "app/both/say.h"
#include "commands.h"
#include "formats.h"
#include "slad/conf/config.h"
#include "slad/model/instant.h"
#include "slad/service/replay.h"

enum { REJECTED_SHOWN = 10 }; /* bad lines told one by one; the report counts all */

struct arguments {
    const char *config;
    int64_t until_ms;
    struct formats_choice choice;
    bool quiet;
};

static int parse_until(const char *text, int64_t *until) {
    struct err err;
    if (instant_parse(span_of(text), until, &err) == 0) return 0;
    fprintf(stderr, "slad replay: --until \"%s\": %s\n", text, err.text);
    return -1;
}

/* 0, or -1 when it was said what is wrong. */
static int parse(int argc, char **argv, struct arguments *out) {
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"until", required_argument, NULL, 'u'}, {"quiet", no_argument, NULL, 'q'},
        {"input", required_argument, NULL, 'i'}, {"format", required_argument, NULL, 'f'}, {0}};
    struct arguments a = {.until_ms = INSTANT_NEVER};
    for (int c; (c = getopt_long(argc, argv, "c:u:qi:f:", options, NULL)) != -1;) {
        if (c == 'c') a.config = optarg;
        else if (c == 'u' && parse_until(optarg, &a.until_ms)) return -1;
        else if (c == 'q') a.quiet = true;
        else if (c == 'i') a.choice.input = optarg;
        else if (c == 'f') a.choice.format = optarg;
        else if (c == '?') return -1;
    }
    if (!a.config || optind == argc) {
        fputs("usage: slad replay --config FILE [--until TIME] [--quiet] [--input PATH | --format NAME] EVENTS...\n"
              "EVENTS are files, each read as the input that follows it is, or as --input or --format says, else event\n"
              "lines; \"-\" is standard input.\n",
            stderr);
        return -1;
    }
    *out = a;
    return 0;
}

struct told {
    size_t rejected;
    bool quiet;
    char *first; /* the first of them */
};

static void say_rejected(void *arg, const char *file, size_t line, const char *reason) {
    struct told *told = arg;
    struct buf text = {0};
    if (told->rejected++ >= REJECTED_SHOWN) return;
    buf_printf(&text, "%s:%zu: rejected: %s", file, line, reason);
    if (!told->quiet) fprintf(stderr, "%s\n", text.data);
    if (told->first) buf_fini(&text);
    else told->first = text.data;
}

/* A report of nothing is easily taken for one of a quiet day. */
static int say_nothing_was_accepted(const struct told *told) {
    if (!told->rejected) {
        fputs("slad replay: there are no events: the report is empty\n", stderr);
        return 0;
    }
    fprintf(stderr, "slad replay: no event was accepted, so the report is empty: %zu line%s rejected; %s%s\n"
        "is it another format? --format NAME, or --input PATH of a configuration that reads such files\n", told->rejected,
        told->rejected == 1 ? "" : "s", told->quiet ? "the first: " : "see above", told->quiet ? told->first : "");
    return ERR_INVALID;
}

/* The report of the files to standard output. */
static int replay(const struct config *config, const struct arguments *a, const char *const *files, size_t count) {
    struct buf text = {0};
    struct err err = {0};
    struct told told = {.quiet = a->quiet};
    const struct format **formats = NULL;
    uint64_t accepted = 0;
    int code = formats_of_files(config, &a->choice, files, count, &formats, &err);
    if (!code) {
        struct replay_options options = {.files = files, .file_count = count, .until_ms = a->until_ms,
            .rejected = say_rejected, .arg = &told, .formats = formats, .accepted = &accepted};
        code = replay_report(&options, &config->rules, 1, &text, &err);
    }
    if (code) fprintf(stderr, "slad replay: %s\n", err.text);
    if (!a->quiet && told.rejected > REJECTED_SHOWN)
        fprintf(stderr, "%zu more lines were rejected\n", told.rejected - REJECTED_SHOWN);
    if (!code && (fwrite(text.data, 1, text.size, stdout) != text.size || fflush(stdout))) code = ERR_IO;
    if (!code && !accepted) code = say_nothing_was_accepted(&told);
    free(told.first);
    free(formats);
    buf_fini(&text);
    return code;
}

int command_replay(int argc, char **argv) {
    struct arguments arguments;
    if (parse(argc, argv, &arguments)) return EXIT_USAGE;
    struct config *config = say_load(arguments.config);
    if (!config) return EXIT_WRONG;
    int code = replay(config, &arguments, (const char *const *)argv + optind, (size_t)(argc - optind));
    config_free(config);
    return code ? EXIT_WRONG : EXIT_DONE;
}

/* slad events: the event lines that an input would make of a file: how to see what a map does. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "commands.h"
#include "formats.h"
#include "slad/conf/paths.h"
#include "slad/service/event_file.h"
#include "slad/service/visits.h"
#include "slad/wire/line.h"

static const char USAGE[] = "usage: slad events [--config FILE] [--input PATH | --format NAME] FILE...\n"
                            "FILEs are read as the input that follows them is, or as --input or --format "
                            "says; \"-\" is standard input.\n";

struct arguments {
    const char *config;
    struct formats_choice choice;
};

/* Of all files. */
struct told {
    struct line_reader *reader;
    const char *file;
    uint64_t records, events, rejected;
};

static int parse(int argc, char **argv, struct arguments *out) {
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"input", required_argument, NULL, 'i'}, {"format", required_argument, NULL, 'f'}, {0}};
    struct arguments a = {.config = config_default_file()};
    bool wrong = false;
    for (int c; (c = getopt_long(argc, argv, "c:i:f:", options, NULL)) != -1;) {
        if (c == 'c')
            a.config = optarg;
        else if (c == 'i')
            a.choice.input = optarg;
        else if (c == 'f')
            a.choice.format = optarg;
        else
            wrong = true;
    }
    if (wrong || optind == argc) return fputs(USAGE, stderr), -1;
    *out = a;
    return 0;
}

static void on_rejected(void *arg, size_t number, const char *reason) {
    struct told *told = arg;
    told->rejected++;
    fprintf(stderr, "%s:%zu: rejected: %s\n", told->file, number, reason);
}

/* All events of the record, or the reason why they would not be taken. */
static void on_events(void *arg, size_t number, const struct translation *events) {
    struct told *told = arg;
    enum line_kind kind = LINE_BLANK;
    struct event event;
    struct err err;
    for (size_t i = 0; i < events->count; i++)
        if (line_read(told->reader, events->lines[i], &kind, &event, &err)) {
            on_rejected(told, number, err.text);
            return;
        }
    if (kind != LINE_EVENT) return;
    told->records++;
    told->events += events->count;
    for (size_t i = 0; i < events->count; i++) printf("%.*s\n", SPAN_ARGS(events->lines[i]));
}

static int tell_files(const struct config *config, const struct arguments *a, const char *const *files,
    size_t count, struct told *told, struct err *err) {
    const struct format **formats = NULL;
    struct visits *visits = visits_new(NULL);
    const struct translate_options translation = {visits_visit, visits};
    const struct event_file_visitor visitor = {on_events, on_rejected, told, &translation};
    int code = formats_of_files(config, &a->choice, files, count, &formats, err);
    for (size_t i = 0; !code && i < count; i++) {
        struct event_file file = {0};
        told->file = files[i];
        code = event_file_open(files[i], &file, err);
        if (!code) event_file_visit(&file, formats[i], &visitor);
        event_file_close(&file);
    }
    visits_free(visits);
    free(formats);
    return code;
}

static struct config *load(const char *path) {
    struct config *config = NULL;
    struct findings findings = {0};
    struct buf text = {0};
    if (config_load(path, &config, &findings)) {
        findings_render(&findings, &text);
        fputs(buf_text(&text), stderr);
    }
    buf_fini(&text);
    findings_fini(&findings);
    return config;
}

int command_events(int argc, char **argv) {
    struct arguments arguments;
    struct err err = {0};
    if (parse(argc, argv, &arguments)) return EXIT_USAGE;
    struct config *config = load(arguments.config);
    if (!config) return EXIT_WRONG;
    struct told told = {.reader = line_reader_new()};
    int code = tell_files(
        config, &arguments, (const char *const *)argv + optind, (size_t)(argc - optind), &told, &err);
    if (code)
        fprintf(stderr, "slad events: %s\n", err.text);
    else
        fprintf(stderr, "%llu events of %llu records, %llu rejected\n", (unsigned long long)told.events,
            (unsigned long long)told.records, (unsigned long long)told.rejected);
    if (fflush(stdout)) code = ERR_IO;
    line_reader_free(told.reader);
    config_free(config);
    return code || told.rejected ? EXIT_WRONG : EXIT_DONE;
}

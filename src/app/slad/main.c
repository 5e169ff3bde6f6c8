/* slad: the daemon, and the checks and replays that need none. */
#include "commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int usage(FILE *out, int code) {
    fputs("usage: slad [--config FILE] [--debug]       run the daemon in the foreground; --debug says more\n"
          "       slad --repair [--config FILE]        save what can be had of a damaged database\n"
          "       slad check [--json | --verbose] [--config FILE] [FILE...]\n"
          "                                             say every error of the configuration at once, or in\n"
          "                                             plain words what each standard promises\n"
          "       slad replay --config FILE [--until TIME] [--quiet] [--input PATH | --format NAME] EVENTS...\n"
          "                                             print the report of event files, touching no store\n"
          "       slad events [--config FILE] [--input PATH | --format NAME] FILE...\n"
          "                                             print the events that an input makes of a file\n"
          "       slad test [--json] TESTS...           run tests of standards\n"
          "       slad diff OLD NEW [--events EVENTS...] [--until TIME] [--json]\n"
          "                                             say which standards an edit of the configuration\n"
          "                                             changes, and what that does to event files\n"
          "       slad --version | --help\n",
        out);
    return code;
}

static bool is_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* getopt puts the name before what it has to say. */
static int run_named(int (*command)(int argc, char **argv), int argc, char **argv) {
    char name[16];
    if (argc > 2 && is_help(argv[2])) return usage(stdout, EXIT_DONE);
    snprintf(name, sizeof name, "slad %s", argv[1]);
    argv[1] = name;
    return command(argc - 1, argv + 1);
}

int main(int argc, char **argv) {
    const char *first = argc > 1 ? argv[1] : "";
    if (is_help(first)) return usage(stdout, EXIT_DONE);
    if (strcmp(first, "--version") == 0) return puts("slad " SLAD_VERSION), EXIT_DONE;
    if (strcmp(first, "check") == 0) return run_named(command_check, argc, argv);
    if (strcmp(first, "replay") == 0) return run_named(command_replay, argc, argv);
    if (strcmp(first, "events") == 0) return run_named(command_events, argc, argv);
    if (strcmp(first, "test") == 0) return run_named(command_test, argc, argv);
    if (strcmp(first, "diff") == 0) return run_named(command_diff, argc, argv);
    if (*first && *first != '-') {
        fprintf(stderr, "slad: \"%s\" is no command of slad\n", first);
        return usage(stderr, EXIT_USAGE);
    }
    return command_run(argc, argv);
}

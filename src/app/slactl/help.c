#include "help.h"

#include "slad/base/nearest.h"

static void print_options(FILE *out, unsigned which) {
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        const struct option_row *row = &option_rows[id];
        char shown[64];
        if (!(which >> id & 1)) continue;
        snprintf(shown, sizeof shown, "--%s%s%s", row->name, row->argument ? " " : "",
            row->argument ? row->argument : "");
        fprintf(out, "  %-20s  %s\n", shown, row->help);
    }
}

int help_all(FILE *out) {
    fputs("usage: slactl COMMAND [OPTION...]\n\n", out);
    for (size_t i = 0; i < command_count; i++) {
        char shown[64];
        snprintf(shown, sizeof shown, "%s %s", commands[i].name, commands[i].words);
        fprintf(out, "  %-26s  %s\n", shown, commands[i].help);
    }
    fputs("\nOptions of every command:\n", out);
    print_options(out, OPTIONS_COMMON);
    fputs("\n`slactl help COMMAND` has the other options. WHEN is how long ago (24h, 30m), an instant\n"
          "(2026-03-02T09:04:00Z) or a local time (2026-03-02, \"2026-03-02 09:04\", 09:04 of today).\n"
          "\nExit status: 0 fine; 1 the answer is an error; 2 the command line is wrong;\n"
          "3 the daemon cannot be reached. Data goes to standard output, all else to standard error.\n",
        out);
    return out == stdout ? EXIT_FINE : EXIT_USAGE;
}

int help_command(const struct command *command) {
    printf("usage: slactl %s%s%s%s\n\n%s\n", command->name, *command->words ? " " : "", command->words,
        command->takes ? " [OPTION...]" : "", command->help);
    if (command->more) fputs(command->more, stdout);
    putchar('\n');
    print_options(stdout, command->takes | OPTIONS_COMMON);
    return EXIT_FINE;
}

int help_unknown(const char *word) {
    const char *names[command_count];
    for (size_t i = 0; i < command_count; i++) names[i] = commands[i].name;
    const char *nearest = nearest_word(span_of(word), names, command_count);
    struct buf shown = {0};
    text_safe(&shown, span_of(word));
    fprintf(stderr, "slactl: \"%s\" is no command", buf_text(&shown));
    if (nearest)
        fprintf(stderr, ": did you mean \"%s\"?\n", nearest);
    else
        fputs("; `slactl help` lists them\n", stderr);
    buf_fini(&shown);
    return EXIT_USAGE;
}

int command_help(const struct options *options) {
    if (options->word_count < 2) return help_all(stdout);
    const struct command *command = command_find(options->words[1]);
    return command ? help_command(command) : help_unknown(options->words[1]);
}

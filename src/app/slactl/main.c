/* slactl: asks the daemon, and shows what it answers. */
#include <stdio.h>
#include <string.h>
#include "command.h"
#include "help.h"

#define PAGED (OPTION_BIT(LIMIT) | OPTION_BIT(ALL))
#define BREACHES (OPTION_BIT(STANDARD) | OPTION_BIT(KIND) | OPTION_BIT(STATE) | OPTION_BIT(GROUP))

const struct command commands[] = {
    {"status", "", "how slad is doing: one page; exit 1 when something is wrong", 0, 0, 0, command_status,
        "Exit status: 0 it is healthy; 1 it is not, and \"unhealthy\" says why (what /v1/health says); 2 the command line is\n"
        "wrong; 3 it does not answer. Breaches are no fault of the daemon, and missing data (\"data gaps\") are told of only.\n"},
    {"inputs", "", "sockets and followed files: how far each was read, and what is wrong with it", 0, 0, 0,
        command_inputs,
        "\"read to\" and \"unread\" are in bytes; \"behind\" is how long the oldest of them may have been waiting. \"(old)\"\n"
        "is a file that was rotated away and may still be written to. Below: what keeps one from being read, and why a\n"
        "line of it was rejected last.\n"},
    {"standards", "[NAME]", "the standards in force, or one in full with its history", 0, 0, 1,
        command_standards, NULL},
    {"breaches", "", "missed contacts and levels not held, the newest first",
        PAGED | BREACHES | OPTION_BIT(SINCE) | OPTION_BIT(UNTIL), 0, 0, command_breaches,
        "\"breached\" is the instant at which the outcome was decided, or the level no longer held.\n"},
    {"warnings", "", "contacts and levels that came to be at risk, and what became of them, the newest first",
        PAGED | BREACHES | OPTION_BIT(SINCE) | OPTION_BIT(UNTIL), 0, 0, command_warnings,
        "\"slactl open --at-risk\" shows those that run now.\n"},
    {"figures", "", "attainment, counts and percentiles of each group, now or --at a time",
        OPTION_BIT(STANDARD) | OPTION_BIT(GROUP) | OPTION_BIT(AT) | OPTION_BIT(TARGETS), 0, 0, command_figures, NULL},
    {"percentiles", "", "the history of percentiles, as published",
        PAGED | OPTION_BIT(STANDARD) | OPTION_BIT(GROUP) | OPTION_BIT(PERCENTILE) | OPTION_BIT(SINCE) |
            OPTION_BIT(UNTIL),
        0, 0, command_percentiles, NULL},
    {"open", "", "the clocks that run, the nearest due first",
        OPTION_BIT(LIMIT) | OPTION_BIT(STANDARD) | OPTION_BIT(GROUP) | OPTION_BIT(AT_RISK), 0, 0,
        command_open, NULL},
    {"explain", "CONTACT [STANDARD]", "everything that happened to a contact, and why each verdict", 0, 1, 2,
        command_explain, "--csv gives the clocks; --json the timeline as well.\n"},
    {"tail", "", "breaches, warnings and reloads as they come, until interrupted",
        BREACHES | OPTION_BIT(LIMIT) | OPTION_BIT(ONCE), 0, 0, command_tail,
        "Begins with the last 10 breaches (--limit); a daemon that restarts is waited for, and nothing is left out.\n"
        "--kind may also be \"warning\" or \"reload\". --json gives a line for each: the breach, or {\"warning\":…},\n"
        "{\"reload\":…}.\n"},
    {"send", "FILE", "send event lines (\"-\": standard input), each acknowledged once it is on disk",
        OPTION_BIT(TO) | OPTION_BIT(RETRY) | OPTION_BIT(TOKEN_FILE), 1, 1, command_send,
        "A connection that breaks is taken up again, and what was not acknowledged is sent once more: give each\n"
        "event an \"id\" and nothing is counted twice. Rejected lines are named on standard error. Exit status:\n"
        "0 all is on disk; 1 some lines were rejected, or the token was; 2 FILE cannot be read; 3 the daemon is gone.\n"},
    {"excuse", "ID TEXT", "note why a breach is excused; figures do not change", 0, 2, 2, command_excuse, NULL},
    {"reload", "", "have the daemon read its configuration again; exit 1 when it is refused", 0, 0, 0,
        command_reload, NULL},
    {"check", "[FILE...]", "check the configuration here, without the daemon, and say every error", 0, 0,
        SIZE_MAX, command_check, "Without FILE: the one that the daemon reads, or /etc/slad/slad.yaml.\n"},
    {"diff", "FILE...", "what an edited file would change: standards, and figures and breaches so far", OPTION_BIT(WHOLE), 1,
        SIZE_MAX, command_diff,
        "FILE is a main configuration, which comes with what it includes, or files with only calendars and\n"
        "standards, which take the place of those of the same name in force. Nothing is changed. --csv has a row for each\n"
        "standard that differs, or for each of its groups with other figures. Exit status:\n"
        "0 no standard means anything else; 1 one does; 2 FILE is wrong, or cannot be compared.\n"},
    {"backup", "FILE [DATABASE]", "copy the database while the daemon runs, and check the copy", 0, 1, 2, command_backup,
        "FILE must not be there yet. DATABASE: the running daemon's; who may read it may copy it.\n"},
    {"verify", "[DATABASE [CONFIG]]", "whether the database is whole, and its record what the journal makes of it", 0, 0, 2,
        command_verify,
        "DATABASE: the running daemon's, or a backup. The standards are those of CONFIG, by default what the\n"
        "daemon reads; one that means something else by now is not compared. Nothing is changed. Exit status: 0 all\n"
        "is well; 1 something is not.\n"},
    {"help", "[COMMAND]", "this, or more on a command", 0, 0, 1, command_help, NULL},
};
const size_t command_count = sizeof commands / sizeof *commands;

const struct command *command_find(const char *name) {
    for (size_t i = 0; i < command_count; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

static int wrong_usage(const struct err *err) {
    fprintf(stderr, "slactl: %s\n", err->text);
    return EXIT_USAGE;
}

static int wrong_words(const struct command *command, const struct options *options) {
    struct buf surplus = {0};
    if (options->word_count - 1 > command->words_max) {
        text_safe(&surplus, span_of(options->words[command->words_max + 1]));
        bool of_standard = command->takes & OPTION_BIT(STANDARD);
        fprintf(stderr, "slactl: \"%s\" is one word too many%s%s\n", buf_text(&surplus),
            of_standard ? "; for one standard: --standard " : "", of_standard ? buf_text(&surplus) : "");
    }
    fprintf(stderr, "usage: slactl %s%s%s%s\n", command->name, *command->words ? " " : "", command->words,
        command->takes ? " [OPTION...]" : "");
    buf_fini(&surplus);
    return EXIT_USAGE;
}

static int run(const struct command *command, const struct options *options) {
    size_t words = options->word_count - 1;
    struct err err;
    if (option_given(options, OPTION_HELP)) return help_command(command);
    if (options_check(options, command->name, command->takes, &err)) return wrong_usage(&err);
    if (words < command->words_min || words > command->words_max) return wrong_words(command, options);
    return command->run(options);
}

/* Data that did not arrive is a failure, whatever the answer was. */
static int finish(int code) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return code;
    perror("slactl: standard output");
    return code == EXIT_FINE ? EXIT_ANSWER : code;
}

int main(int argc, char **argv) {
    struct options options;
    struct err err;
    int code;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return finish((puts("slactl " SLAD_VERSION), EXIT_FINE));
    const struct command *command = NULL;
    if (options_parse(argc, argv, &options, &err))
        code = wrong_usage(&err);
    else if (options.word_count == 0)
        code = help_all(option_given(&options, OPTION_HELP) ? stdout : stderr);
    else if ((command = command_find(options.words[0])))
        code = run(command, &options);
    else
        code = help_unknown(options.words[0]);
    options_fini(&options);
    return finish(code);
}

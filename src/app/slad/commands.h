/* commands: what `slad` can be asked to do, a file each.
 * Owns: nothing.
 * Must not know: one another. */
#ifndef SLAD_APP_COMMANDS_H
#define SLAD_APP_COMMANDS_H

enum exit_code {
    EXIT_DONE = 0,
    EXIT_WRONG = 1, /* what was asked about is wrong: an invalid configuration, an unreadable file, a test that fails */
    EXIT_USAGE = 2, /* the command line is; of `slad diff` whatever keeps it from comparing */
};

/* Each gets the arguments from its own name on and returns the exit status. */
int command_run(int argc, char **argv);
int command_check(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_events(int argc, char **argv);
int command_test(int argc, char **argv);
int command_diff(int argc, char **argv);
/* slad --repair: of the database at this path. */
int repair_database(const char *path);

#endif

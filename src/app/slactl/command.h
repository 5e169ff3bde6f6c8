/* command: what `slactl` can be asked to do, a file each, and how it ends.
 * Owns: nothing.
 * Must not know: one another. */
#ifndef SLAD_SLACTL_COMMAND_H
#define SLAD_SLACTL_COMMAND_H

#include "options.h"

enum exit_code {
    EXIT_FINE = 0,
    EXIT_ANSWER = 1,      /* the answer is an error, or says that something is wrong */
    EXIT_USAGE = 2,       /* the command line is wrong; nothing was asked */
    EXIT_UNREACHABLE = 3, /* the daemon is not there, or does not answer */
};

struct command {
    const char *name, *words; /* what may follow it, as usage shows it */
    const char *help;         /* one line */
    unsigned takes;           /* the options beside the common ones: bits 1u << enum option_id */
    size_t words_min, words_max;
    int (*run)(const struct options *options); /* returns one of enum exit_code */
    const char *more;                          /* said by `slactl help COMMAND`; may be NULL */
};
extern const struct command commands[];
extern const size_t command_count;
/* NULL when there is none of that name. */
const struct command *command_find(const char *name);

int command_status(const struct options *options);
int command_inputs(const struct options *options);
int command_standards(const struct options *options);
int command_breaches(const struct options *options);
int command_warnings(const struct options *options);
int command_figures(const struct options *options);
int command_percentiles(const struct options *options);
int command_open(const struct options *options);
int command_explain(const struct options *options);
int command_send(const struct options *options);
int command_tail(const struct options *options);
int command_excuse(const struct options *options);
int command_reload(const struct options *options);
int command_check(const struct options *options);
int command_diff(const struct options *options);
int command_backup(const struct options *options);
int command_verify(const struct options *options);
int command_help(const struct options *options);

#endif

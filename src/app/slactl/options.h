/* options: the command line, read and checked before anything is asked.
 * Owns: the lists in struct options, until options_fini(); all text is borrowed from argv.
 * Must not know: the daemon, what a command does with them. */
#ifndef SLAD_SLACTL_OPTIONS_H
#define SLAD_SLACTL_OPTIONS_H

#include <stdint.h>
#include "screen.h"
#include "slad/base/err.h"

enum option_id {
    OPTION_SOCKET,
    OPTION_JSON,
    OPTION_CSV,
    OPTION_UTC,
    OPTION_NO_COLOR,
    OPTION_HELP,
    OPTION_SINCE, /* from here on: only of commands that say they take it */
    OPTION_UNTIL,
    OPTION_AT,
    OPTION_AT_RISK,
    OPTION_STANDARD,
    OPTION_KIND,
    OPTION_STATE,
    OPTION_PERCENTILE,
    OPTION_GROUP,
    OPTION_LIMIT,
    OPTION_ALL,
    OPTION_ONCE,
    OPTION_TARGETS,
    OPTION_WHOLE,
    OPTION_TO,
    OPTION_RETRY,
    OPTION_TOKEN_FILE,
    OPTION_COUNT,
};
#define OPTION_BIT(id) (1u << (OPTION_##id))
#define OPTIONS_COMMON (OPTION_BIT(SINCE) - 1)

enum option_kind { OPTION_FLAG, OPTION_TEXT, OPTION_TIME, OPTION_DURATION, OPTION_MAYBE_DURATION, OPTION_NUMBER, OPTION_ATTRIBUTE };
struct option_row {
    const char *name, *argument; /* argument as help shows it */
    enum option_kind kind;
    const char *parameter; /* of the daemon's query that it becomes; NULL: none */
    const char *help;
};
extern const struct option_row option_rows[OPTION_COUNT];

enum { LIMIT_DEFAULT = 100 }; /* rows: what a person still scrolls through */

struct options {
    const char *value[OPTION_COUNT]; /* NULL: not given; "" for a flag */
    const char **groups;             /* ATTR=VALUE, each with a "=" */
    size_t group_count;
    const char **words; /* what is no option; the first is the command */
    size_t word_count;
    struct screen screen;
    int64_t limit; /* rows; INT64_MAX with --all */
};

/* ERR_INVALID with prose; then, too, options_fini() is called. */
int options_parse(int argc, char **argv, struct options *out, struct err *err) WARN_UNUSED;
/* Whether only options are given that are common or in this set of bits. */
int options_check(
    const struct options *options, const char *command, unsigned takes, struct err *err) WARN_UNUSED;
void options_fini(struct options *options);

static inline bool option_given(const struct options *options, enum option_id id) {
    return options->value[id] != NULL;
}
/* What was looked for, as "since 24h, state open"; nothing when nothing narrows it. */
void options_describe(const struct options *options, struct buf *out);

#endif

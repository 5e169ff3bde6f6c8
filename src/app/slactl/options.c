#include "options.h"

#include <stdlib.h>
#include "moment.h"
#include "slad/base/mem.h"
#include "slad/base/nearest.h"
#include "slad/model/duration.h"

const struct option_row option_rows[OPTION_COUNT] = {
    [OPTION_SOCKET] = {"socket", "PATH", OPTION_TEXT, NULL,
        "the daemon's socket (default: $SLAD_SOCKET, else yours, else the system's)"},
    [OPTION_JSON] = {"json", NULL, OPTION_FLAG, NULL, "the answer as the daemon gave it, indented"},
    [OPTION_CSV] = {"csv", NULL, OPTION_FLAG, NULL,
        "comma-separated values with a header (RFC 4180): times in UTC, durations in seconds"},
    [OPTION_UTC] = {"utc", NULL, OPTION_FLAG, NULL, "times in UTC instead of the local zone"},
    [OPTION_NO_COLOR] = {"no-color", NULL, OPTION_FLAG, NULL, "no colours, as with $NO_COLOR"},
    [OPTION_HELP] = {"help", NULL, OPTION_FLAG, NULL, "say what can be asked"},
    [OPTION_SINCE] = {"since", "WHEN", OPTION_TIME, "since", "from then on: \"24h\" (ago) or a time"},
    [OPTION_UNTIL] = {"until", "WHEN", OPTION_TIME, "until", "before then"},
    [OPTION_AT] = {"at", "WHEN", OPTION_TIME, "at", "as it was then, by a replay of the journal"},
    [OPTION_AT_RISK] = {"at-risk", "[DURATION]", OPTION_MAYBE_DURATION, "at_risk",
        "only those that have reached a warning, or that are due within so long"},
    [OPTION_STANDARD] = {"standard", "NAME", OPTION_TEXT, "standard", "only of this standard"},
    [OPTION_KIND] = {"kind", "KIND", OPTION_TEXT, "kind", "only \"contact\" or \"level\""},
    [OPTION_STATE] = {"state", "STATE", OPTION_TEXT, "state", "only \"open\", \"closed\" or \"withdrawn\""},
    [OPTION_PERCENTILE] = {"percentile", "Q", OPTION_TEXT, "q", "only this one, such as 95"},
    [OPTION_GROUP] = {"group", "ATTR=VALUE", OPTION_ATTRIBUTE, NULL,
        "only groups with this; \"ATTR=\": where it is absent; may be repeated"},
    [OPTION_LIMIT] = {"limit", "N", OPTION_NUMBER, NULL, "at most so many rows (default 100)"},
    [OPTION_ALL] = {"all", NULL, OPTION_FLAG, NULL, "all rows"},
    [OPTION_WHOLE] = {"whole", NULL, OPTION_FLAG, NULL,
        "FILE is the whole configuration: standards that are not in it go"},
    [OPTION_TO] = {"to", "PLACE", OPTION_TEXT, NULL,
        "unix:PATH or tcp:HOST:PORT (default: events.sock beside the daemon's socket)"},
    [OPTION_RETRY] = {"retry", "DURATION", OPTION_DURATION, NULL,
        "how long to try again when the daemon is gone (default 60s; given, also at the start)"},
    [OPTION_TOKEN_FILE] = {"token-file", "FILE", OPTION_TEXT, NULL,
        "with tcp: whose first line is the token that is asked for there"},
    [OPTION_ONCE] = {"once", NULL, OPTION_FLAG, NULL, "say what there is and end"},
    [OPTION_TARGETS] = {"targets", NULL, OPTION_FLAG, NULL, "a row a target: how far each is from breaking, or from holding"},
};

#define WITHOUT "true" /* the value of an option that needs none */

static int unknown_option(struct span typed, struct err *err) {
    const char *names[OPTION_COUNT];
    for (size_t i = 0; i < OPTION_COUNT; i++) names[i] = option_rows[i].name;
    const char *nearest = nearest_word(typed, names, OPTION_COUNT);
    struct buf shown = {0};
    text_safe(&shown, typed);
    err_set(err, ERR_INVALID, "there is no option --%s%s%s%s", buf_text(&shown),
        nearest ? ": did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
    buf_fini(&shown);
    return ERR_INVALID;
}

static int check_number(const char *text, struct err *err) {
    char *end;
    long long number = strtoll(text, &end, 10);
    if (*end || end == text || number < 1)
        return err_set(err, ERR_INVALID, "expected a whole number from 1 up");
    return 0;
}

static int check_value(enum option_kind kind, const char *text, struct err *err) {
    int64_t ms;
    if (kind == OPTION_TIME) return moment_query(text, NULL, err);
    if (kind == OPTION_DURATION) return duration_parse(span_of(text), &ms, err);
    if (kind == OPTION_MAYBE_DURATION && strcmp(text, WITHOUT) != 0) return duration_parse(span_of(text), &ms, err);
    if (kind == OPTION_NUMBER) return check_number(text, err);
    if (kind == OPTION_ATTRIBUTE && (text[0] == '=' || !strchr(text, '=')))
        return err_set(err, ERR_INVALID, "expected ATTR=VALUE, such as queue=billing");
    return 0;
}

/* An option and, where it takes one and has none after a "=", the word after it. Returns how many words it
 * was, or negative. Times wait for the zone, see check_all(). */
static int take_option(struct options *o, char **argv, int left, struct err *err) {
    const char *text = argv[0] + 2, *value = strchr(text, '=');
    struct span typed = {text, value ? (size_t)(value - text) : strlen(text)};
    size_t id = 0;
    if (strcmp(argv[0], "-h") == 0) typed = SPAN("help");
    while (id < OPTION_COUNT && !span_eq(typed, span_of(option_rows[id].name))) id++;
    if (id == OPTION_COUNT) return unknown_option(typed, err);
    const struct option_row *row = &option_rows[id];
    if (row->kind == OPTION_FLAG) {
        if (value) return err_set(err, ERR_INVALID, "--%s takes no value", row->name);
        o->value[id] = "";
        return 1;
    }
    if (row->kind == OPTION_MAYBE_DURATION && !value && (left < 2 || argv[1][0] < '0' || argv[1][0] > '9')) {
        o->value[id] = WITHOUT;
        return 1;
    }
    if (!value && left < 2)
        return err_set(err, ERR_INVALID, "--%s needs a value: %s", row->name, row->argument);
    o->value[id] = value ? value + 1 : argv[1];
    if (row->kind == OPTION_ATTRIBUTE) o->groups[o->group_count++] = o->value[id];
    return value ? 1 : 2;
}

static int check_one(const struct option_row *row, const char *value, struct err *err) {
    if (!value || check_value(row->kind, value, err) == 0) return 0;
    struct buf shown = {0};
    text_safe(&shown, span_of(value));
    err_add(err, "--%s \"%s\"", row->name, buf_text(&shown));
    buf_fini(&shown);
    return ERR_INVALID;
}

static int check_all(struct options *o, struct err *err) {
    int rc = 0;
    for (size_t id = 0; rc == 0 && id < OPTION_COUNT; id++)
        rc = check_one(&option_rows[id], o->value[id], err);
    for (size_t i = 0; rc == 0 && i < o->group_count; i++)
        rc = check_one(&option_rows[OPTION_GROUP], o->groups[i], err);
    if (rc == 0 && option_given(o, OPTION_JSON) && option_given(o, OPTION_CSV))
        rc = err_set(err, ERR_INVALID, "--json and --csv are two answers: choose one");
    if (rc == 0 && option_given(o, OPTION_LIMIT) && option_given(o, OPTION_ALL))
        rc = err_set(err, ERR_INVALID, "--limit and --all contradict one another");
    return rc;
}

int options_parse(int argc, char **argv, struct options *out, struct err *err) {
    *out = (struct options){0};
    out->groups = mem_zalloc((size_t)argc * sizeof *out->groups);
    out->words = mem_zalloc((size_t)argc * sizeof *out->words);
    bool only_words = false;
    for (int i = 1; i < argc;) {
        int took = 1;
        if (!only_words && strcmp(argv[i], "--") == 0)
            only_words = true;
        else if (only_words || argv[i][0] != '-' || argv[i][1] == '\0')
            out->words[out->word_count++] = argv[i];
        else if (argv[i][1] != '-' && strcmp(argv[i], "-h") != 0)
            return err_set(
                err, ERR_INVALID, "options are written out: \"--limit 5\"; \"slactl help\" lists them");
        else
            took = take_option(out, argv + i, argc - i, err);
        if (took < 0) return took;
        i += took;
    }
    if (option_given(out, OPTION_UTC)) moment_use_utc();
    int rc = check_all(out, err);
    if (rc) return rc;
    const char *limit = out->value[OPTION_LIMIT];
    out->limit = option_given(out, OPTION_ALL) ? INT64_MAX : limit ? strtoll(limit, NULL, 10) : LIMIT_DEFAULT;
    out->screen = screen_of(option_given(out, OPTION_NO_COLOR));
    return 0;
}

int options_check(const struct options *options, const char *command, unsigned takes, struct err *err) {
    for (size_t id = 0; id < OPTION_COUNT; id++)
        if (options->value[id] && !((takes | OPTIONS_COMMON) >> id & 1))
            return err_set(err, ERR_INVALID, "\"%s\" takes no --%s", command, option_rows[id].name);
    return 0;
}

void options_describe(const struct options *options, struct buf *out) {
    const char *comma = "";
    for (size_t id = 0; id < OPTION_COUNT; id++) {
        if (!options->value[id] || !option_rows[id].parameter) continue;
        bool is_bare = option_rows[id].kind == OPTION_MAYBE_DURATION && strcmp(options->value[id], WITHOUT) == 0;
        buf_printf(out, "%s%s%s", comma, option_rows[id].name, is_bare ? "" : " ");
        if (!is_bare) text_safe(out, span_of(options->value[id]));
        comma = ", ";
    }
    for (size_t i = 0; i < options->group_count; i++) {
        buf_add_text(out, comma);
        text_safe(out, span_of(options->groups[i]));
        comma = ", ";
    }
}

void options_fini(struct options *options) {
    free(options->groups);
    free(options->words);
}

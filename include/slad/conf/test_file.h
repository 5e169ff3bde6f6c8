/* test_file: tests of standards as their authors write them: events, and what is expected of them
 * (docs/STANDARDS.md, "Tests of standards").
 * Owns: the tests and the configuration they are about; test_file_free().
 * Must not know: how a test is run. */
#ifndef SLAD_CONF_TEST_FILE_H
#define SLAD_CONF_TEST_FILE_H

#include "slad/conf/config.h"
#include "slad/model/event.h"
#include "slad/model/group.h"
#include "slad/model/instant.h"

enum expected_kind {
    EXPECT_COUNT,   /* number */
    EXPECT_SHARE,   /* decimal: per cent */
    EXPECT_MEASURE, /* number: ms, of a value standard millionths */
    EXPECT_INSTANT, /* number: ms; INSTANT_NEVER for null */
    EXPECT_WORD,    /* number: an enum */
};
enum expected_fact {
    FACT_OPEN,
    FACT_COUNTED,
    FACT_MET,
    FACT_MISSED,
    FACT_EXCLUDED,
    FACT_ATTAINMENT,
    FACT_MEAN,
    FACT_MIN,
    FACT_MAX,
    FACT_STATE,   /* enum state, figures.h */
    FACT_OUTCOME, /* enum expected_outcome */
    FACT_STARTED,
    FACT_DUE,
    FACT_DECIDED,
    FACT_ENDED,
    FACT_ELAPSED,
    FACT_OPENED,
    FACTS
};
extern const char *const fact_names[FACTS];
enum expected_outcome { EXPECT_MET, EXPECT_MISSED, EXPECT_EXCLUDED, EXPECT_RUNNING, EXPECT_NONE };
extern const char *const expected_outcomes[5];

/* One key of an expectation and its value. */
struct expected {
    enum expected_fact fact;
    enum expected_kind kind;
    bool is_null;
    int64_t number;
    struct decimal share;
    int line;
};
/* A breach, a level or a clock, as far as it is described. */
struct description {
    const struct standard *standard;
    const char *contact; /* NULL: not said; of breaches */
    const char *target;  /* NULL: not said; of levels */
    bool has_group;
    struct group group; /* in the order of standard->by */
    const struct expected *facts;
    size_t fact_count;
    int line;
};
struct descriptions {
    bool is_given;
    const struct description *list;
    size_t count;
};

enum expectation_kind { EXPECT_FIGURES, EXPECT_CONTACT, EXPECT_LISTS };
struct expectation {
    enum expectation_kind kind;
    int64_t at_ms;
    /* EXPECT_FIGURES: of the group; EXPECT_CONTACT: of the contact's latest clock; EXPECT_LISTS: only the
     * standard matters, NULL for all of them. */
    struct description what;
    /* Exactly these there are, in any order. */
    struct descriptions breaches, levels;
    int line;
};

struct test_event {
    struct event event; /* seq and received_ms are 0 */
    int line;
};
struct test_case {
    const char *name;
    int64_t at_ms;                   /* what "+30s" counts from */
    const struct test_event *events; /* as written */
    size_t event_count;
    const struct expectation *expectations;
    size_t expectation_count;
    int line;
};
struct test_file {
    const char *path;
    struct config *config;
    struct test_case *tests;
    size_t test_count;
    struct arena arena;
};

enum {
    TESTS_MAX = 10000,       /* of a file; one of 1 MiB holds no more */
    TEST_EVENTS_MAX = 10000, /* of a test: an engine is run over them for each test */
};

/* Reads and checks the file and the configuration that it names, or holds. As config_load(): 0, or
 * ERR_INVALID with every error added to findings and *out untouched. */
int test_file_load(const char *path, struct test_file **out, struct findings *findings) WARN_UNUSED;
void test_file_free(struct test_file *file); /* NULL is fine */

#endif

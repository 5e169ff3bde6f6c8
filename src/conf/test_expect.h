/* test_expect: the expectations of a test (docs/STANDARDS.md, "Tests of standards").
 * Owns: nothing; results lie in the reader's arena.
 * Must not know: files, the events of a test. */
#ifndef SLAD_CONF_TEST_EXPECT_H
#define SLAD_CONF_TEST_EXPECT_H

#include "conf/reader.h"
#include "slad/conf/test_file.h"

/* What expectations refer to. */
struct test_scope {
    struct reader *reader;
    const struct ruleset *rules;
    const char **names; /* of its standards */
    int64_t base_ms;    /* of the test that is read */
    int64_t last_ms;    /* the instant of its latest event */
};

/* "+1m30s" after the test's own instant, or an instant. False after a complaint. */
bool test_instant(const struct test_scope *scope, const struct node *node, int64_t *out);
/* One expectation. False after a complaint. */
bool test_expectation(const struct test_scope *scope, const struct node *node, struct expectation *out);

#endif

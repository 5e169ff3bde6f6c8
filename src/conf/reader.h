/* reader: typed reading of nodes; every complaint becomes a finding and the reading goes on.
 * Owns: nothing; results lie in the arena.
 * Must not know: which keys there are and what they mean. */
#ifndef SLAD_CONF_READER_H
#define SLAD_CONF_READER_H

#include "conf/yaml_core.h"
#include "slad/model/number.h"

struct reader {
    struct findings *findings;
    struct arena *arena; /* of the configuration: outlives the nodes */
};

void reader_error(struct reader *r, const struct node *at, const char *format, ...) PRINTF_LIKE(3, 4);
void reader_warn(struct reader *r, const struct node *at, const char *format, ...) PRINTF_LIKE(3, 4);
/* The value as written, for a message: "90" in quotes and escaped, or `a list`, `a map`, `nothing`. In the
 * arena. */
const char *reader_shown(struct reader *r, const struct node *node);
const char *reader_shown_text(struct reader *r, struct span text);
/* `: did you mean "within"?`, or where no word is near OTHERWISE, after a colon. In the arena. */
const char *reader_nearest(
    struct reader *r, struct span typed, const char *const *words, size_t count, const char *otherwise);
/* "a, b or c". In the arena. */
const char *reader_alternatives(struct reader *r, const char *const *words, size_t count);

/* Whether a plain scalar without a value stands here (nothing, ~, null). */
bool reader_is_null(const struct node *node);

/* All below return false after a complaint, and leave *out as it was. `what` names the value in it: "the name
 * of a calendar", "a duration". */

/* Spreads a map over values[count], by key; absent ones are NULL. Unknown keys are complained of, with
 * `owner` as in `standard "x"`. False when node is no map, or holds an unknown key (values are filled then as
 * well). */
bool reader_map(struct reader *r, const struct node *node, const char *owner, const char *const *keys,
    size_t count, const struct node **values);
/* A string that is not empty, without control characters. */
bool reader_text(struct reader *r, const struct node *node, const char *what, const char **out);
/* A string of any length, lines and all. */
bool reader_prose(struct reader *r, const struct node *node, const char *what, const char **out);
bool reader_bool(struct reader *r, const struct node *node, const char *what, bool *out);
bool reader_number(struct reader *r, const struct node *node, const char *what, double *out);
bool reader_whole(struct reader *r, const struct node *node, const char *what, int64_t least, int64_t *out);
/* `least` in milliseconds. */
bool reader_duration(struct reader *r, const struct node *node, int64_t least, int64_t *out);
/* One of the words; its index. */
bool reader_choice(struct reader *r, const struct node *node, const char *what, const char *const *words,
    size_t count, size_t *out);
/* The name of an attribute: not one of the fields every event has. */
bool reader_attr(struct reader *r, const struct node *node, const char **out);
/* A name or a list of different names of attributes, at most `most`. */
bool reader_attrs(
    struct reader *r, const struct node *node, size_t most, const char *const **out, size_t *count);

/* A node as a list: its items, or itself as the only one. */
static inline size_t node_list_count(const struct node *node) {
    return node->kind == NODE_LIST ? node->count : 1;
}
static inline const struct node *node_list_item(const struct node *node, size_t i) {
    return node->kind == NODE_LIST ? node->items[i] : node;
}

#endif

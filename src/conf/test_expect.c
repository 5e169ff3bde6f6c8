#include "conf/test_expect.h"

#include "slad/model/duration.h"
#include "slad/model/figures.h"

const char *const fact_names[FACTS] = {"open", "counted", "met", "missed", "excluded", "attainment", "mean",
    "min", "max", "state", "outcome", "started", "due", "decided", "ended", "elapsed", "opened"};
const char *const expected_outcomes[] = {"met", "missed", "excluded", "running", "none"};

enum {
    GROUP_ATTRS_MAX = 16, /* of `by`: conf/standards.h */
    LISTED_MAX = 1000,    /* breaches or levels of an expectation: each is held against all there are */
};

/* Which facts may be asked of what, as a set of bits. */
#define BIT(fact) (1u << (fact))
#define FIGURE_FACTS                                                                                         \
    (BIT(FACT_OPEN) | BIT(FACT_COUNTED) | BIT(FACT_MET) | BIT(FACT_MISSED) | BIT(FACT_EXCLUDED) |            \
        BIT(FACT_ATTAINMENT) | BIT(FACT_MEAN) | BIT(FACT_MIN) | BIT(FACT_MAX) | BIT(FACT_STATE))
#define CLOCK_FACTS                                                                                          \
    (BIT(FACT_STARTED) | BIT(FACT_DUE) | BIT(FACT_DECIDED) | BIT(FACT_ENDED) | BIT(FACT_ELAPSED))

/* ---- values */

bool test_instant(const struct test_scope *scope, const struct node *node, int64_t *out) {
    struct reader *r = scope->reader;
    struct err err = {0};
    int64_t at = 0;
    int code = err_set(&err, ERR_INVALID, "write +30s (after the test's \"at\") or 2026-03-02T08:00:00Z");
    if (node->kind == NODE_SCALAR && node->text.n && node->text.p[0] == '+') {
        code = duration_parse((struct span){node->text.p + 1, node->text.n - 1}, &at, &err);
        at += scope->base_ms;
    } else if (node->kind == NODE_SCALAR && core_kind(node) == CORE_TEXT) {
        code = instant_parse(node->text, &at, &err);
    }
    if (!code && at >= INSTANT_END) code = err_set(&err, ERR_INVALID, "it lies beyond the year 9999");
    if (!code) return *out = at, true;
    reader_error(r, node, "%s is not an instant: %s", reader_shown(r, node), err.text);
    return false;
}

static bool read_share(struct reader *r, const struct node *node, struct decimal *out) {
    struct err err;
    struct span text = node->text;
    bool fine = node->kind == NODE_SCALAR && text.n > 1 && text.p[text.n - 1] == '%';
    if (fine && decimal_parse((struct span){text.p, text.n - 1}, out, &err) == 0) return true;
    reader_error(r, node, "%s is not a share: write a percentage, such as 90%%", reader_shown(r, node));
    return false;
}

static bool read_measure(struct reader *r, const struct node *node, const struct standard *s, int64_t *out) {
    enum { VALUE_MAX = 1000000000 }; /* docs/STANDARDS.md, "Value standards" */
    double number;
    if (!s->is_value) return reader_duration(r, node, 0, out);
    if (!reader_number(r, node, "a value", &number)) return false;
    if (number > VALUE_MAX || number < -VALUE_MAX)
        return reader_error(r, node, "%s is beyond all values", reader_shown(r, node)), false;
    return *out = number_micro(number), true;
}

static bool read_word(
    struct reader *r, const struct node *node, const char *const *words, size_t count, int64_t *out) {
    size_t index;
    if (!reader_choice(r, node, "what is expected", words, count, &index)) return false;
    return *out = (int64_t)index, true;
}

static bool read_state(struct reader *r, const struct node *node, int64_t *out) {
    const char *words[] = {state_name(STATE_NO_DATA), state_name(STATE_MET), state_name(STATE_BREACHED)};
    return read_word(r, node, words, 3, out);
}

static enum expected_kind kind_of(enum expected_fact fact) {
    switch (fact) {
    case FACT_ATTAINMENT: return EXPECT_SHARE;
    case FACT_MEAN:
    case FACT_MIN:
    case FACT_MAX:
    case FACT_ELAPSED: return EXPECT_MEASURE;
    case FACT_STATE:
    case FACT_OUTCOME: return EXPECT_WORD;
    case FACT_STARTED:
    case FACT_DUE:
    case FACT_DECIDED:
    case FACT_ENDED:
    case FACT_OPENED: return EXPECT_INSTANT;
    default: return EXPECT_COUNT;
    }
}

static bool read_fact(
    const struct test_scope *scope, const struct node *node, const struct standard *s, struct expected *out) {
    struct reader *r = scope->reader;
    out->kind = kind_of(out->fact);
    out->line = node->line;
    out->is_null = reader_is_null(node) && out->kind != EXPECT_COUNT && out->kind != EXPECT_WORD;
    if (out->is_null) return out->number = INSTANT_NEVER, true;
    switch (out->kind) {
    case EXPECT_COUNT: return reader_whole(r, node, "a count", 0, &out->number);
    case EXPECT_SHARE: return read_share(r, node, &out->share);
    case EXPECT_MEASURE: return read_measure(r, node, s, &out->number);
    case EXPECT_INSTANT: return test_instant(scope, node, &out->number);
    case EXPECT_WORD: break;
    }
    if (out->fact == FACT_STATE) return read_state(r, node, &out->number);
    return read_word(r, node, expected_outcomes, 5, &out->number);
}

static bool read_facts(const struct test_scope *scope, const struct node *const *values, unsigned which,
    struct description *out) {
    struct expected *facts = arena_alloc(scope->reader->arena, FACTS * sizeof *facts);
    bool clean = true;
    out->facts = facts;
    for (int fact = 0; fact < FACTS; fact++) {
        if (!values[fact] || !(which & BIT(fact))) continue;
        struct expected *expected = &facts[out->fact_count++];
        expected->fact = (enum expected_fact)fact;
        clean = read_fact(scope, values[fact], out->standard, expected) && clean;
    }
    return clean;
}

/* ---- standards and groups */

static bool read_standard(
    const struct test_scope *scope, const struct node *node, const struct standard **out) {
    struct reader *r = scope->reader;
    const char *name;
    if (!reader_text(r, node, "the name of a standard", &name)) return false;
    *out = ruleset_find(scope->rules, node->text);
    if (*out) return true;
    reader_error(r, node, "unknown standard %s%s", reader_shown(r, node),
        reader_nearest(r, node->text, scope->names, scope->rules->standard_count,
            "the configuration has none of that name"));
    return false;
}

/* As reports show a value: docs/STANDARDS.md, "A standard". */
static bool read_group_text(struct reader *r, const struct node *node, struct span *out) {
    double number;
    char text[NUMBER_TEXT_MAX];
    if (node->kind != NODE_SCALAR)
        return reader_error(r, node, "%s is not the value of an attribute", reader_shown(r, node)), false;
    *out = (struct span){NULL, 0};
    switch (core_kind(node)) {
    case CORE_NULL: return true;
    case CORE_BOOL: *out = span_of(core_truth(node) ? "true" : "false"); return true;
    case CORE_NUMBER:
        if (!reader_number(r, node, "a value", &number)) return false;
        *out = (struct span){text, number_text(number, text)};
        break;
    case CORE_TEXT: *out = node->text; break;
    }
    *out = (struct span){arena_text(r->arena, *out), out->n};
    return true;
}

static bool read_group(const struct test_scope *scope, const struct node *node, struct description *out) {
    struct reader *r = scope->reader;
    const struct standard *s = out->standard;
    const struct node *values[GROUP_ATTRS_MAX];
    struct span *texts = arena_alloc(r->arena, (s->by_count + 1) * sizeof *texts);
    if (s->by_count == 0 && (node->kind != NODE_MAP || node->count))
        return reader_error(r, node, "standard \"%s\" has no groups: it has no \"by\"", s->name), false;
    bool clean = reader_map(r, node, "the group", s->by, s->by_count, values);
    for (size_t i = 0; clean && i < s->by_count; i++) {
        if (values[i])
            clean = read_group_text(r, values[i], &texts[i]);
        else
            reader_error(r, node, "the group lacks %s: write null for contacts without it",
                reader_shown_text(r, span_of(s->by[i]))),
                clean = false;
    }
    out->has_group = true;
    out->group = (struct group){texts, s->by_count};
    return clean;
}

/* ---- lists of breaches and levels */

enum list { BREACHES, LEVELS };
enum list_key { LIST_STANDARD, LIST_GROUP, LIST_CONTACT, LIST_FACTS };

/* As it was written, or as a bare percentage; NULL: there is none. */
static const char *find_target(const struct standard *s, const char *written) {
    struct buf bare = {0};
    const char *found = NULL;
    buf_printf(&bare, "attainment >= %s", written);
    for (size_t i = 0; i < s->target_count && !found; i++) {
        const char *text = s->targets[i].text;
        if (strcmp(text, written) == 0 || strcmp(text, buf_text(&bare)) == 0) found = text;
    }
    buf_fini(&bare);
    return found;
}

static bool read_target(const struct test_scope *scope, const struct node *node, struct description *out) {
    struct reader *r = scope->reader;
    const struct standard *s = out->standard;
    const char *written;
    if (!reader_text(r, node, "a target", &written)) return false;
    out->target = find_target(s, written);
    if (out->target) return true;
    const char **texts = arena_alloc(r->arena, (s->target_count + 1) * sizeof *texts);
    for (size_t i = 0; i < s->target_count; i++) texts[i] = s->targets[i].text;
    reader_error(r, node, "standard \"%s\" has no target %s%s", s->name, reader_shown(r, node),
        reader_nearest(r, node->text, texts, s->target_count, NULL));
    return false;
}

/* Keys: standard, group, then what only one of both has. */
static bool read_described(const struct test_scope *scope, const struct node *node, enum list list,
    const struct standard *usual, struct description *out) {
    static const char *const breach_keys[] = {
        "standard", "group", "contact", "started", "due", "decided", "ended", "elapsed"};
    static const char *const level_keys[] = {"standard", "group", "target", "opened"};
    static const enum expected_fact breach_facts[] = {
        FACT_STARTED, FACT_DUE, FACT_DECIDED, FACT_ENDED, FACT_ELAPSED};
    struct reader *r = scope->reader;
    const struct node *values[8] = {NULL}, *facts[FACTS] = {NULL};
    bool breach = list == BREACHES;
    bool clean = reader_map(
        r, node, breach ? "a breach" : "a level", breach ? breach_keys : level_keys, breach ? 8 : 4, values);
    if (node->kind != NODE_MAP) return false;
    out->line = node->line;
    out->standard = usual;
    if (values[LIST_STANDARD] && !read_standard(scope, values[LIST_STANDARD], &out->standard)) return false;
    if (!out->standard) return reader_error(r, node, "of which standard? \"standard\" is missing"), false;
    if (values[LIST_GROUP]) clean = read_group(scope, values[LIST_GROUP], out) && clean;
    for (size_t i = 0; breach && i < 5; i++) facts[breach_facts[i]] = values[LIST_FACTS + i];
    if (!breach) facts[FACT_OPENED] = values[LIST_FACTS];
    if (breach && values[LIST_CONTACT])
        clean = reader_text(r, values[LIST_CONTACT], "a contact", &out->contact) && clean;
    if (!breach && values[LIST_CONTACT]) clean = read_target(scope, values[LIST_CONTACT], out) && clean;
    return read_facts(scope, facts, ~0u, out) && clean;
}

static bool read_list(const struct test_scope *scope, const struct node *node, enum list list,
    const struct standard *usual, struct descriptions *out) {
    struct reader *r = scope->reader;
    bool clean = true;
    if (!node) return true;
    if (node->kind != NODE_LIST)
        return reader_error(
                   r, node, "%s is not a list: write [] for none, or [{standard: …}]", reader_shown(r, node)),
               false;
    if (node->count > LISTED_MAX)
        return reader_error(r, node, "%zu are listed: at most %d", node->count, LISTED_MAX), false;
    struct description *items = arena_alloc(r->arena, (node->count + 1) * sizeof *items);
    for (size_t i = 0; i < node->count; i++)
        clean = read_described(scope, node->items[i], list, usual, &items[i]) && clean;
    *out = (struct descriptions){true, items, node->count};
    return clean;
}

/* ---- an expectation */

enum expect_key { AT = FACT_OPENED, STANDARD, GROUP, CONTACT, EXPECTED_BREACHES, EXPECTED_LEVELS, KEYS };

static const struct node *first_of(const struct node *const *values, unsigned which) {
    for (int fact = 0; fact < FACT_OPENED; fact++)
        if (values[fact] && (which & BIT(fact))) return values[fact];
    return NULL;
}

/* What it is about, told by its keys. False after a complaint. */
static bool find_kind(
    struct reader *r, const struct node *node, const struct node *const *values, enum expectation_kind *out) {
    const struct node *figure = first_of(values, FIGURE_FACTS), *clock = first_of(values, CLOCK_FACTS);
    const struct node *lists =
        values[EXPECTED_BREACHES] ? values[EXPECTED_BREACHES] : values[EXPECTED_LEVELS];
    if (!clock) clock = values[FACT_OUTCOME];
    *out = figure ? EXPECT_FIGURES : clock ? EXPECT_CONTACT : EXPECT_LISTS;
    if (!figure && !clock && !lists)
        reader_error(r, node, "nothing is expected: write counts, an outcome, breaches or levels");
    else if (clock && !values[CONTACT])
        reader_error(r, clock, "of which contact? \"contact\" is missing");
    else if (values[CONTACT] && (figure || lists))
        reader_error(r, values[CONTACT], "expect of a contact or of figures: these are two expectations");
    else if (values[GROUP] && !figure && !clock)
        reader_error(r, values[GROUP], "a group has figures: write which");
    else if ((figure || clock) && !values[STANDARD])
        reader_error(r, node, "of which standard? \"standard\" is missing");
    else
        return true;
    return false;
}

/* Where a standard has groups its figures are those of one. */
static bool read_what(const struct test_scope *scope, const struct node *node,
    const struct node *const *values, struct expectation *out) {
    struct reader *r = scope->reader;
    struct description *what = &out->what;
    bool clean = true;
    what->line = node->line;
    if (values[STANDARD] && !read_standard(scope, values[STANDARD], &what->standard)) return false;
    if (values[GROUP]) clean = read_group(scope, values[GROUP], what);
    if (out->kind == EXPECT_FIGURES && !values[GROUP] && what->standard->by_count) {
        struct buf by = {0};
        buf_printf(&by, "of which group? standard \"%s\" has \"by\": write group: {%s: …}",
            what->standard->name, what->standard->by[0]);
        reader_error(r, node, "%s", buf_text(&by));
        buf_fini(&by);
        clean = false;
    }
    if (values[CONTACT]) clean = reader_text(r, values[CONTACT], "a contact", &what->contact) && clean;
    if (out->kind == EXPECT_LISTS) return clean;
    const struct node *facts[FACTS] = {NULL};
    memcpy(facts, values, FACT_OPENED * sizeof *facts);
    return read_facts(scope, facts, ~0u, what) && clean;
}

bool test_expectation(const struct test_scope *scope, const struct node *node, struct expectation *out) {
    const char *keys[KEYS] = {[AT] = "at",
        [STANDARD] = "standard",
        [GROUP] = "group",
        [CONTACT] = "contact",
        [EXPECTED_BREACHES] = "breaches",
        [EXPECTED_LEVELS] = "levels"};
    struct reader *r = scope->reader;
    const struct node *values[KEYS];
    memcpy(keys, fact_names, FACT_OPENED * sizeof *keys);
    bool clean = reader_map(r, node, "an expectation", keys, KEYS, values);
    if (node->kind != NODE_MAP) return false;
    out->line = node->line;
    out->at_ms = scope->last_ms;
    if (values[AT]) clean = test_instant(scope, values[AT], &out->at_ms) && clean;
    if (!clean || !find_kind(r, node, values, &out->kind)) return false;
    clean = read_what(scope, node, values, out);
    if (values[STANDARD] && !out->what.standard) return false;
    clean =
        read_list(scope, values[EXPECTED_BREACHES], BREACHES, out->what.standard, &out->breaches) && clean;
    return read_list(scope, values[EXPECTED_LEVELS], LEVELS, out->what.standard, &out->levels) && clean;
}

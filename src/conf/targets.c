#include "conf/targets.h"

#include "slad/model/duration.h"

/* "p90 <= 30s" in its three parts. */
struct parts {
    struct span stat, op, bound;
};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Digits with an optional fraction: no sign. */
static bool parse_plain(struct span text, struct decimal *out) {
    struct err err;
    return text.n && is_digit(text.p[0]) && decimal_parse(text, out, &err) == 0;
}

static bool is_at_most(struct decimal number, int64_t most) {
    return decimal_cmp(number, (struct decimal){most, 0}) <= 0;
}

bool targets_percentage(struct span text, struct decimal *out) {
    return text.n > 1 && text.p[text.n - 1] == '%' && parse_plain((struct span){text.p, text.n - 1}, out);
}

/* ---- "STAT OP BOUND" */

static bool split(struct span text, struct parts *out) {
    size_t at = 0, start;
    while (at < text.n && !strchr(" <>=", text.p[at])) at++;
    out->stat = (struct span){text.p, at};
    while (at < text.n && text.p[at] == ' ') at++;
    start = at;
    while (at < text.n && strchr("<>=", text.p[at])) at++;
    out->op = (struct span){text.p + start, at - start};
    while (at < text.n && text.p[at] == ' ') at++;
    out->bound = (struct span){text.p + at, text.n - at};
    return out->stat.n && out->op.n && out->bound.n;
}

static bool bad(struct reader *r, const struct node *node, const char *why, const char *what) {
    reader_error(r, node, "%s is not a target: %s%s", reader_shown(r, node), why, what);
    return false;
}

static bool read_statistic(struct reader *r, const struct node *node, struct span word, struct target *out) {
    static const struct {
        const char *name;
        enum statistic stat;
    } known[] = {{"attainment", STAT_ATTAINMENT}, {"missed", STAT_MISSED}, {"mean", STAT_MEAN},
        {"min", STAT_MIN}, {"max", STAT_MAX}};
    enum { KNOWN = sizeof known / sizeof *known };
    const char *names[KNOWN];
    for (size_t i = 0; i < KNOWN; i++) {
        names[i] = known[i].name;
        if (span_eq(word, span_of(known[i].name))) return out->stat = known[i].stat, true;
    }
    if (word.n > 1 && word.p[0] == 'p' &&
        parse_plain((struct span){word.p + 1, word.n - 1}, &out->quantile)) {
        if (!is_at_most(out->quantile, 100)) return bad(r, node, "a percentile is from p0 to p100", "");
        return out->stat = STAT_PERCENTILE, true;
    }
    reader_error(r, node, "%s is not a target: unknown statistic %s%s", reader_shown(r, node),
        reader_shown_text(r, word),
        reader_nearest(r, word, names, KNOWN,
            "known are attainment, missed, mean, min, max and pN (p50 is the median)"));
    return false;
}

static bool read_comparison(
    struct reader *r, const struct node *node, struct span sign, enum comparison *out) {
    for (int op = AT_LEAST; op <= LESS; op++)
        if (span_eq(sign, span_of(comparison_sign((enum comparison)op))))
            return *out = (enum comparison)op, true;
    reader_error(r, node, "%s is not a target: unknown operator %s: write >=, <=, > or <",
        reader_shown(r, node), reader_shown_text(r, sign));
    return false;
}

static bool is_whole(struct span text) {
    for (size_t i = 0; i < text.n; i++)
        if (!is_digit(text.p[i])) return false;
    return text.n > 0;
}

static bool read_bound(struct reader *r, const struct node *node, struct span text,
    const struct standard *standard, struct target *out) {
    struct err err;
    int64_t ms;
    if (out->stat == STAT_ATTAINMENT) {
        if (targets_percentage(text, &out->bound) && is_at_most(out->bound, 100)) return true;
        return bad(r, node, "attainment needs a percentage from 0% to 100%", "");
    }
    if (out->stat == STAT_MISSED) {
        if (is_whole(text) && parse_plain(text, &out->bound)) return true;
        return bad(r, node, "missed needs a whole number", "");
    }
    if (standard->is_value) {
        if (decimal_parse(text, &out->bound, &err) == 0) return true;
        return bad(r, node, "a value standard needs a number here: ", err.text);
    }
    if (duration_parse(text, &ms, &err)) return bad(r, node, "a duration is needed here: ", err.text);
    out->bound = (struct decimal){ms, 3};
    return true;
}

static bool read_target(
    struct reader *r, const struct node *node, const struct standard *standard, struct target *out) {
    const char *example = standard->is_value ? "write 90% or STAT OP NUMBER, such as \"mean >= 4.2\""
                                             : "write 90% or STAT OP NUMBER, such as \"p90 <= 30s\"";
    struct parts parts;
    if (node->kind != NODE_SCALAR || reader_is_null(node)) return bad(r, node, example, "");
    if (targets_percentage(node->text, &out->bound)) {
        if (!is_at_most(out->bound, 100)) return bad(r, node, "a percentage is from 0% to 100%", "");
        struct buf text = {0};
        buf_printf(&text, "attainment >= %s", node->text.p);
        out->text = arena_text(r->arena, buf_span(&text));
        buf_fini(&text);
        out->stat = STAT_ATTAINMENT;
        out->op = AT_LEAST;
        return true;
    }
    if (!split(node->text, &parts)) return bad(r, node, example, "");
    out->text = arena_text(r->arena, node->text);
    return read_statistic(r, node, parts.stat, out) && read_comparison(r, node, parts.op, &out->op) &&
           read_bound(r, node, parts.bound, standard, out);
}

/* Level breaches are told apart by the text of their target. */
static bool is_repeated(const struct target *targets, size_t count, const char *text) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(targets[i].text, text) == 0) return true;
    return false;
}

bool targets_read(struct reader *r, const struct node *node, const struct standard *standard,
    const struct target **out, size_t *count) {
    size_t given = node_list_count(node), kept = 0;
    bool clean = true;
    if (given > TARGETS_MAX)
        return reader_error(r, node, "%zu targets: at most %d", given, TARGETS_MAX), false;
    struct target *targets = arena_alloc(r->arena, given * sizeof *targets);
    for (size_t i = 0; i < given; i++) {
        const struct node *item = node_list_item(node, i);
        struct target target = {0};
        if (!read_target(r, item, standard, &target)) {
            clean = false;
        } else if (is_repeated(targets, kept, target.text)) {
            reader_error(r, item, "target %s is given twice", reader_shown(r, item));
            clean = false;
        } else {
            targets[kept++] = target;
        }
    }
    if (!clean) return false;
    *out = targets;
    *count = kept;
    return true;
}

/* ---- percentiles */

static bool read_percentile(struct reader *r, const struct node *node, struct decimal *out) {
    bool fine = node->kind == NODE_SCALAR && core_kind(node) == CORE_NUMBER && parse_plain(node->text, out) &&
                is_at_most(*out, 100);
    if (!fine)
        reader_error(r, node,
            "%s is not a percentile: a plain number from 0 to 100 is needed, such as 95 or 99.9",
            reader_shown(r, node));
    return fine;
}

bool targets_percentiles(
    struct reader *r, const struct node *node, const struct decimal **out, size_t *count) {
    bool clean = true;
    if (node->kind != NODE_LIST)
        return reader_error(
                   r, node, "%s is not a list of percentiles: write [50, 95]", reader_shown(r, node)),
               false;
    if (node->count > PERCENTILES_MAX)
        return reader_error(r, node, "%zu percentiles: at most %d", node->count, PERCENTILES_MAX), false;
    struct decimal *list = arena_alloc(r->arena, node->count * sizeof *list);
    size_t kept = 0;
    for (size_t i = 0; i < node->count; i++) {
        struct decimal number;
        bool fine = read_percentile(r, node->items[i], &number), repeated = false;
        for (size_t j = 0; fine && j < kept; j++) repeated = repeated || decimal_cmp(list[j], number) == 0;
        if (repeated)
            reader_error(r, node->items[i], "percentile %s is given twice", reader_shown(r, node->items[i]));
        if (fine && !repeated)
            list[kept++] = number;
        else
            clean = false;
    }
    if (!clean) return false;
    *out = list;
    *count = kept;
    return true;
}

const struct decimal *targets_default_percentiles(struct arena *arena, size_t *count) {
    static const struct decimal usual[] = {{50, 0}, {90, 0}, {95, 0}, {99, 0}};
    struct decimal *list = arena_alloc(arena, sizeof usual);
    memcpy(list, usual, sizeof usual);
    *count = sizeof usual / sizeof *usual;
    return list;
}

#include "conf/warn.h"

#include "conf/targets.h"
#include "slad/model/duration.h"

#define WHAT "write a share of the limit, such as 80%, or the time left of it, such as 5m"

static struct decimal hundred(void) {
    return (struct decimal){100, 0};
}

static bool bad(struct reader *r, const struct node *node, const char *why) {
    reader_error(r, node, "%s is not a warning: %s", reader_shown(r, node), why);
    return false;
}

/* ---- warn */

static const char *share_text(struct reader *r, struct decimal share) {
    struct buf text = {0};
    char number[NUMBER_TEXT_MAX];
    decimal_text(share.units, share.digits, number);
    buf_printf(&text, "%s%%", number);
    const char *kept = arena_text(r->arena, buf_span(&text));
    buf_fini(&text);
    return kept;
}

static const char *left_text(struct reader *r, int64_t left_ms) {
    struct buf text = {0};
    char duration[DURATION_TEXT_MAX];
    buf_printf(&text, "%s left", duration_text(left_ms, duration));
    const char *kept = arena_text(r->arena, buf_span(&text));
    buf_fini(&text);
    return kept;
}

static bool read_one(struct reader *r, const struct node *node, struct warn_rule *out) {
    struct err unit;
    if (node->kind != NODE_SCALAR || reader_is_null(node)) return bad(r, node, WHAT);
    if (targets_percentage(node->text, &out->share)) {
        if (out->share.units == 0 || decimal_cmp(out->share, hundred()) >= 0)
            return bad(r, node, "a share lies above 0% and below 100% of the limit");
        return out->text = share_text(r, out->share), true;
    }
    if (core_kind(node) == CORE_NUMBER) return bad(r, node, WHAT);
    if (duration_parse(node->text, &out->left_ms, &unit)) return bad(r, node, WHAT);
    if (out->left_ms <= 0) return bad(r, node, "the time left is longer than nothing");
    return out->text = left_text(r, out->left_ms), true;
}

bool warn_read(struct reader *r, const struct node *node, struct standard *s) {
    size_t given = node_list_count(node), kept = 0;
    bool clean = true;
    if (given == 0) return reader_error(r, node, "an empty list warns of nothing: leave \"warn\" out"), false;
    if (given > WARNINGS_MAX) return reader_error(r, node, "%zu warnings: at most %d", given, WARNINGS_MAX), false;
    struct warn_rule *rules = arena_alloc(r->arena, given * sizeof *rules);
    for (size_t i = 0; i < given; i++) {
        const struct node *item = node_list_item(node, i);
        struct warn_rule rule = {0};
        size_t same = 0;
        if (!read_one(r, item, &rule)) {
            clean = false;
            continue;
        }
        while (same < kept && strcmp(rules[same].text, rule.text) != 0) same++;
        if (same < kept) {
            reader_error(r, item, "warning %s is given twice", reader_shown(r, item));
            clean = false;
        } else {
            rules[kept++] = rule;
        }
    }
    if (!clean) return false;
    s->warnings = rules;
    s->warning_count = kept;
    return true;
}

/* A promised instant may lie any time ahead. */
void warn_check(struct reader *r, const struct node *node, const struct standard *s) {
    int64_t longest = 0;
    char text[DURATION_TEXT_MAX];
    for (size_t i = 0; i < s->limit_count; i++)
        if (s->limits[i].limit_ms > longest) longest = s->limits[i].limit_ms;
    for (size_t i = 0; s->limit_count && i < s->warning_count; i++)
        if (s->warnings[i].left_ms >= longest)
            reader_warn(r, node_list_item(node, i), "%s are never left: the longest limit is %s",
                node_list_item(node, i)->text.p, duration_text(longest, text));
}

/* ---- warn_below */

/* The highest attainment asked for; SIZE_MAX: none is. */
static size_t highest_target(const struct standard *s) {
    size_t highest = SIZE_MAX;
    for (size_t i = 0; i < s->target_count; i++) {
        const struct target *t = &s->targets[i];
        if (t->stat != STAT_ATTAINMENT || (t->op != AT_LEAST && t->op != GREATER)) continue;
        if (highest == SIZE_MAX || decimal_cmp(t->bound, s->targets[highest].bound) > 0) highest = i;
    }
    return highest;
}

bool warn_read_below(struct reader *r, const struct node *node, struct standard *s) {
    struct target *below = arena_alloc(r->arena, sizeof *below);
    size_t target = highest_target(s);
    bool is_text = node->kind == NODE_SCALAR && !reader_is_null(node);
    if (!is_text || !targets_percentage(node->text, &below->bound))
        return reader_error(r, node, "%s is not a level to warn at: write a percentage above the target, such as 93%%",
                   reader_shown(r, node)),
               false;
    if (target == SIZE_MAX)
        return reader_error(r, node,
                   "\"warn_below\" needs a target of attainment, such as \"target: 90%%\", to warn of"),
               false;
    if (decimal_cmp(below->bound, s->targets[target].bound) <= 0 || decimal_cmp(below->bound, hundred()) > 0)
        return reader_error(r, node, "%s warns of nothing: a percentage above the target (%s), up to 100%%, is needed",
                   reader_shown(r, node), s->targets[target].text),
               false;
    below->text = share_text(r, below->bound);
    below->stat = STAT_ATTAINMENT;
    below->op = AT_LEAST;
    s->warn_below = below;
    s->warn_target = target;
    return true;
}

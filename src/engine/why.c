#include "why.h"

/* ---------------------------------------------------------------- limits in their time */

static struct story_limit limit_at(const struct ledger *ledger, const struct moment *m) {
    struct limit limit = limit_of(ledger->rule, m->attrs);
    struct story_limit told = {.since_ms = m->at, .applies = limit.kind != LIMIT_NONE, .rule = limit.rule};
    told.limit_ms = limit.kind == LIMIT_ELAPSED && limit.ms != INSTANT_NEVER ? limit.ms : -1;
    told.promised_ms = limit.kind == LIMIT_AT ? limit.ms : INSTANT_NEVER;
    told.calendar = limit.calendar;
    return told;
}

static bool is_same(const struct story_limit *a, const struct story_limit *b) {
    return a->applies == b->applies && a->rule == b->rule && a->limit_ms == b->limit_ms &&
           a->promised_ms == b->promised_ms && a->calendar == b->calendar;
}

/* The last word of an instant counts. */
static size_t add_limit(struct story_limit *list, size_t count, struct story_limit limit) {
    if (count && list[count - 1].since_ms == limit.since_ms) count--;
    if (count && is_same(&list[count - 1], &limit)) return count;
    if (count == STORY_LIMITS_MAX) memmove(list, list + 1, --count * sizeof *list);
    list[count] = limit;
    return count + 1;
}

size_t why_limits(const struct ledger *ledger, const struct subject *subject, const struct cycle *c,
    struct story_limit out[STORY_LIMITS_MAX]) {
    const struct moments *moments = &subject->moments;
    int64_t until = c->decided != INSTANT_NEVER ? c->decided : c->end; /* nothing is read anew after that */
    size_t count = 0;
    for (size_t i = 0; i < moments->count && moments->list[i]->at <= until; i++)
        if (moments->list[i]->contact == c->contact && moments->list[i]->at >= c->start)
            count = add_limit(out, count, limit_at(ledger, moments->list[i]));
    return count;
}

/* ---------------------------------------------------------------- why not */

/* The first condition that does not hold, of each alternative: had it held … */
static void add_unmet(const struct rule_match *rule, const struct match *match, const struct attrs *attrs,
    struct story_reason *out) {
    for (size_t i = 0; i < match->count && out->unmet_count < STORY_UNMET_MAX; i++) {
        const struct rule_all *all = &rule->alternatives[i];
        for (size_t k = 0; k < all->count; k++) {
            struct rule_all one = {&all->conditions[k], 1};
            if (match_holds(&(struct rule_match){&one, 1}, attrs)) continue;
            out->unmet[out->unmet_count++] = (struct story_unmet){&match->alternatives[i].conditions[k],
                val_value(attrs_get(attrs, all->conditions[k].slot))};
            break;
        }
    }
}

struct story_reason why_not(const struct compiled *rule, const struct attrs *attrs) {
    const struct standard *s = rule->standard;
    struct story_reason reason = {.why = WHY_APPLIES};
    if (!match_holds(rule->match, attrs)) {
        reason.why = WHY_MATCH;
        add_unmet(rule->match, s->match, attrs, &reason);
    } else if (rule->due_slot >= 0 && limit_of(rule, attrs).kind == LIMIT_NONE) {
        reason.why = WHY_DUE;
        reason.attr = s->due_attr;
        reason.value = val_value(attrs_get(attrs, (uint16_t)rule->due_slot));
    } else if (limit_of(rule, attrs).kind == LIMIT_NONE) {
        reason.why = WHY_WITHIN;
        for (size_t i = 0; i < rule->limit_count; i++)
            add_unmet(rule->limits[i].match, s->limits[i].match, attrs, &reason);
    }
    return reason;
}

/* ---------------------------------------------------------------- no clock at all */

static bool begins(const struct engine *engine, uint32_t standard, const struct moment *m) {
    const struct reaction *reaction = program_reaction(engine->program, m->name, standard);
    return reaction && reaction_roles(reaction, m->own, m->own_count) & (ROLE_START | ROLE_WHEN);
}

/* The first attribute of `per` that is absent. */
static const char *absent_key(const struct engine *engine, uint32_t keyspace, const struct attrs *attrs) {
    const struct keyspace *k = &engine->program->keyspaces[keyspace];
    for (size_t i = 0; keyspace && i < k->count; i++)
        if (k->slots[i] != engine->program->contact_slot && attrs_get(attrs, k->slots[i]) == VAL_ABSENT) return k->attrs[i];
    return NULL;
}

bool engine_why(struct engine *engine, struct span name, size_t standard, struct story_reason *out) {
    const struct contact *contact = timeline_find(&engine->timeline, name);
    const struct compiled *rule = &engine->program->standards[standard];
    if (!contact || !contact->subject.moments.count) return false;
    const struct moments *moments = &contact->subject.moments;
    const struct moment *last = NULL;
    for (size_t i = 0; i < moments->count; i++)
        if (begins(engine, (uint32_t)standard, moments->list[i])) last = moments->list[i];
    const struct attrs *attrs = (last ? last : moments->list[moments->count - 1])->attrs;
    *out = why_not(rule, attrs);
    out->began = last != NULL;
    const char *absent = last ? absent_key(engine, rule->keyspace, attrs) : NULL;
    if (absent) {
        *out = (struct story_reason){.why = WHY_NO_SUBJECT, .began = true, .attr = absent};
    } else if (last && out->why == WHY_APPLIES) {
        out->why = rule->standard->is_value ? WHY_NO_NUMBER : WHY_TAKEN;
        out->attr = rule->standard->value_attr;
    }
    return true;
}

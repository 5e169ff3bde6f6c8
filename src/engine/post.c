#include "post.h"

#include "warn.h"

static bool same_record(const struct known_record *a, const struct known_record *b) {
    return a->known == b->known && a->record.at == b->record.at && a->record.value == b->record.value &&
           a->record.group == b->record.group && a->record.outcome == b->record.outcome &&
           a->record.has_value == b->record.has_value;
}

static bool among(const struct known_record *list, size_t count, const struct known_record *r) {
    for (size_t i = 0; i < count; i++)
        if (same_record(&list[i], r)) return true;
    return false;
}

/* An outcome that stands, and only gains or loses the duration counted with it (a reopen): that is news of now. */
static bool stood_before(const struct known_record *old, size_t olds, const struct known_record *r) {
    for (size_t i = 0; i < olds; i++)
        if (old[i].record.at == r->record.at && old[i].record.outcome == r->record.outcome) return true;
    return false;
}

static void post_records(
    struct ledger *ledger, const struct measure *before, const struct measure *after, int64_t cause) {
    struct known_record old[2], new[2];
    size_t olds = before ? measure_records(before, old) : 0, news = after ? measure_records(after, new) : 0;
    for (size_t i = 0; i < olds; i++)
        if (!among(new, news, &old[i]))
            ledger_record(ledger, &old[i].record, -1, cause > old[i].known ? cause : old[i].known);
    for (size_t i = 0; i < news; i++) {
        bool stood = stood_before(old, olds, &new[i]) && cause > new[i].known;
        if (!among(old, olds, &new[i])) ledger_record(ledger, &new[i].record, 1, stood ? cause : new[i].known);
    }
}

static void post_open(
    struct engine *engine, struct ledger *ledger, const struct measure *before, const struct measure *after) {
    struct group_state *was = before && before->open ? before->group : NULL;
    struct group_state *is = after && after->open ? after->group : NULL;
    if (was == is) return;
    if (was) ledger_open(ledger, was, -1);
    if (is) ledger_open(ledger, is, 1);
    engine->open_cycles += (size_t)(is != NULL) - (size_t)(was != NULL);
}

static bool is_missed(const struct measure *m) {
    return m && m->outcome == OUTCOME_MISSED;
}

static bool same_breach(const struct measure *a, const struct measure *b) {
    return a->contact == b->contact && a->group == b->group && a->due == b->due && a->decided == b->decided &&
           a->end == b->end && a->value == b->value;
}

static void post_breach(struct engine *engine, const struct ledger *ledger, const struct subject *subject,
    const struct measure *before, const struct measure *after) {
    if (!engine->options.effect || engine->muted) return;
    if (!is_missed(before) && !is_missed(after)) return;
    if (is_missed(before) && is_missed(after) && same_breach(before, after)) return;
    const struct measure *m = is_missed(after) ? after : before;
    struct effect effect = {.kind = is_missed(after) ? EFFECT_MISSED : EFFECT_WITHDRAWN};
    struct span spare;
    effect.breach = (struct breach){.standard = ledger->rule->standard, .contact = sym_span(m->contact->name)};
    effect.breach.subject = subject_texts(subject, &spare);
    effect.breach.group = ledger_group_texts(ledger, m->group);
    effect.breach.started_ms = m->start;
    effect.breach.nth = m->nth;
    effect.breach.due_ms = m->due;
    effect.breach.decided_ms = m->decided;
    effect.breach.ended_ms = m->end;
    effect.breach.has_elapsed = m->end != INSTANT_NEVER;
    effect.breach.elapsed = m->value;
    engine->options.effect(engine->options.arg, &effect);
}

/* ---------------------------------------------------------------- warnings */

void post_warned(struct engine *engine, uint32_t standard, const struct subject *subject, const struct cycle *c,
    size_t warning) {
    if (!engine->options.effect || engine->muted) return;
    const struct ledger *ledger = &engine->ledgers[standard];
    struct effect effect = {.kind = EFFECT_WARNED};
    struct span spare;
    effect.warning = (struct warning){.standard = ledger->rule->standard, .contact = sym_span(c->contact->name)};
    effect.warning.subject = subject_texts(subject, &spare);
    effect.warning.group = ledger_group_texts(ledger, c->group);
    effect.warning.started_ms = c->start;
    effect.warning.nth = c->nth;
    effect.warning.warning = warning;
    effect.warning.reached_ms = warn_at(c, &ledger->rule->standard->warnings[warning]);
    effect.warning.due_ms = cycle_due(c);
    effect.warning.ended_ms = INSTANT_NEVER;
    engine->options.effect(engine->options.arg, &effect);
}

static enum warning_state warning_state_of(const struct measure *m, size_t warning) {
    static const enum warning_state decided[] = {
        [OUTCOME_MET] = WARNING_MET, [OUTCOME_MISSED] = WARNING_MISSED, [OUTCOME_EXCLUDED] = WARNING_EXCLUDED};
    if (!m || !(m->warned >> warning & 1)) return WARNING_WITHDRAWN;
    if (m->outcome != OUTCOME_NONE) return decided[m->outcome];
    return m->open ? WARNING_OPEN : WARNING_WITHDRAWN;
}

static void post_warnings(struct engine *engine, const struct ledger *ledger, const struct subject *subject,
    const struct measure *before, const struct measure *after, int64_t cause) {
    if (!before || !before->warned || !engine->options.effect || engine->muted) return;
    struct effect effect = {.kind = EFFECT_WARNING_CHANGED};
    struct span spare;
    struct warning *w = &effect.warning;
    *w = (struct warning){.standard = ledger->rule->standard, .contact = sym_span(before->contact->name)};
    w->subject = subject_texts(subject, &spare);
    w->group = ledger_group_texts(ledger, before->group);
    w->started_ms = before->start;
    w->nth = before->nth;
    w->reached_ms = w->due_ms = INSTANT_NEVER;
    for (size_t i = 0; i < ledger->rule->standard->warning_count; i++) {
        if (!(before->warned >> i & 1)) continue;
        w->warning = i;
        w->state = warning_state_of(after, i);
        if (w->state == warning_state_of(before, i)) continue;
        w->ended_ms = w->state == WARNING_OPEN ? INSTANT_NEVER : w->state == WARNING_WITHDRAWN ? cause : after->decided;
        engine->options.effect(engine->options.arg, &effect);
    }
}

void post_change(struct engine *engine, uint32_t standard, const struct subject *subject,
    const struct measure *before, const struct measure *after, int64_t cause) {
    struct ledger *ledger = &engine->ledgers[standard];
    post_open(engine, ledger, before, after);
    post_records(ledger, before, after, cause);
    post_breach(engine, ledger, subject, before, after);
    post_warnings(engine, ledger, subject, before, after, cause);
}

static int by_start(const struct measure *a, const struct measure *b) {
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    return (a->nth > b->nth) - (a->nth < b->nth);
}

void post_changes(struct engine *engine, uint32_t standard, const struct subject *subject,
    const struct measures *before, const struct measures *after, int64_t cause) {
    for (size_t i = 0, k = 0; i < before->count || k < after->count;) {
        const struct measure *old = i < before->count ? &before->list[i] : NULL;
        const struct measure *new = k < after->count ? &after->list[k] : NULL;
        int order = !old ? 1 : !new ? -1 : by_start(old, new);
        post_change(engine, standard, subject, order <= 0 ? old : NULL, order >= 0 ? new : NULL, cause);
        i += order <= 0;
        k += order >= 0;
    }
}

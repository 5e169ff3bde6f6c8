#include "service/view_why.h"

#include "service/phrase.h"
#include "service/view_words.h"

void why_rule(const struct standard *s, int rule, struct buf *out) {
    if (rule < 0 || (size_t)rule >= s->limit_count || phrase_is_open(s->limits[rule].match)) return;
    phrase_when(out, s->limits[rule].match);
}

/* ---------------------------------------------------------------- conditions */

static void add_condition(const struct condition *condition, struct buf *out) {
    phrase_when(out, &(struct match){&(struct match_all){condition, 1}, 1});
}

/* "channel is chat", in the words of a condition that says so. */
static void add_fact(const char *attr, struct value value, struct buf *out) {
    struct condition fact = {attr, {.kind = PATTERN_EQUALS, .value = value}};
    if (value.kind == VALUE_NULL) fact.pattern = (struct pattern){.kind = PATTERN_EXISTS, .value = value_bool(false)};
    add_condition(&fact, out);
}

/* Each attribute is told once what it is, behind the last that asks about it. */
static bool is_asked_again(const struct story_reason *reason, size_t i) {
    for (size_t k = i + 1; k < reason->unmet_count; k++)
        if (strcmp(reason->unmet[k].condition->attr, reason->unmet[i].condition->attr) == 0) return true;
    return false;
}

static void add_unmet(const struct story_reason *reason, struct buf *out) {
    const char *before = "";
    for (size_t i = 0; i < reason->unmet_count; i++, before = ", or ") {
        buf_add_text(out, before);
        buf_add_text(out, "that ");
        add_condition(reason->unmet[i].condition, out);
    }
    before = ", and ";
    for (size_t i = 0; i < reason->unmet_count; i++) {
        if (is_asked_again(reason, i)) continue;
        buf_add_text(out, before);
        add_fact(reason->unmet[i].condition->attr, reason->unmet[i].value, out);
    }
}

void why_not_applying(const struct standard *s, const struct story_reason *reason, struct buf *out) {
    switch (reason->why) {
    case WHY_MATCH:
        buf_add_text(out, "its match asks ");
        add_unmet(reason, out);
        return;
    case WHY_WITHIN:
        buf_add_text(out, "the rules of within ask ");
        add_unmet(reason, out);
        return;
    case WHY_DUE:
        words_quoted(out, span_of(reason->attr));
        buf_add_text(out, " holds no instant: ");
        add_fact(reason->attr, reason->value, out);
        return;
    case WHY_NO_SUBJECT:
        phrase_name(out, reason->attr);
        buf_add_text(out, ", which tells its cases apart, is absent");
        return;
    case WHY_NO_NUMBER:
        words_quoted(out, span_of(reason->attr));
        buf_add_text(out, " is not a number on the event");
        return;
    case WHY_TAKEN:
        buf_add_text(out, "a clock of another contact ran already for the same ");
        phrase_names(out, s->per, s->per_count);
        return;
    case WHY_APPLIES: return;
    }
}

void why_no_clock(const struct standard *s, const struct story_reason *reason, struct buf *out) {
    if (!reason->began) {
        buf_add_text(out, s->is_value ? "No event of this contact is one that it measures, "
                                      : "No event of this contact starts its clock, as would ");
        phrase_events(out, s->is_value ? &s->when : &s->start);
    } else
        buf_add_text(out, "It does not apply to this contact");
    if (reason->why != WHY_APPLIES) {
        buf_add_text(out, reason->began ? ": " : "; besides, ");
        why_not_applying(s, reason, out);
    }
    buf_add_char(out, '.');
}

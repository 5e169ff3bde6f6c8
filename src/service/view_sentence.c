/* A sentence is put together in the order in which things happened: start, end, pauses, limit, verdict. */
#include "service/view_sentence.h"

#include "service/closures.h"
#include "service/phrase.h"
#include "service/view_why.h"
#include "service/view_words.h"

struct telling {
    const struct story_context *context;
    const struct story_cycle *c;
    const struct standard *standard;
    struct words words;
    struct buf *out; /* of the words */
    bool has_limit, promised, ran_out;
};

/* ---------------------------------------------------------------- which event it was */

static bool names(const struct event_patterns *patterns, const char *event) {
    for (size_t i = 0; i < patterns->count; i++)
        if (strcmp(patterns->list[i].event, event) == 0) return true;
    return false;
}

/* The contact's event at this instant, or the only one that it can have been; NULL. */
static const char *event_of(const struct telling *t, const struct event_patterns *patterns, int64_t at_ms) {
    for (size_t i = 0; i < t->context->event_count; i++) {
        const struct story_event *e = &t->context->events[i];
        if (e->at_ms == at_ms && names(patterns, e->name)) return e->name;
    }
    for (size_t i = 1; i < patterns->count; i++)
        if (strcmp(patterns->list[i].event, patterns->list[0].event) != 0) return NULL;
    return patterns->count ? patterns->list[0].event : NULL;
}

static void add_by(
    struct telling *t, const char *verb, const struct event_patterns *patterns, int64_t at_ms) {
    const char *event = event_of(t, patterns, at_ms);
    buf_add_text(t->out, verb);
    if (!event) return;
    buf_add_text(t->out, " by ");
    words_quoted(t->out, span_of(event));
}

/* ---------------------------------------------------------------- start and end */

static void tell_start(struct telling *t) {
    add_by(t, "Started", &t->standard->start, t->c->started_ms);
    if (!span_eq(t->c->contact, t->context->contact)) {
        buf_add_text(t->out, " of ");
        words_quoted(t->out, t->c->contact);
    }
    buf_add_text(t->out, " at ");
    words_instant(&t->words, t->c->started_ms);
    buf_printf(t->out, " (%s)", zone_name(t->standard->zone));
}

static void add_after(struct telling *t) {
    buf_add_text(t->out, " after ");
    words_duration(t->out, t->c->elapsed);
    if (t->c->elapsed != t->c->ended_ms - t->c->started_ms) buf_add_text(t->out, " on the clock");
}

/* What is voided after its end keeps that end; the void stands where the verdict was taken back. */
static bool voided_later(const struct story_cycle *c) {
    return strcmp(c->how, "void") == 0 && c->outcome == OUTCOME_EXCLUDED && c->decided_ms > c->ended_ms;
}

static void tell_voided_later(struct telling *t) {
    buf_add_text(t->out, ", ended at ");
    words_instant(&t->words, t->c->ended_ms);
    add_after(t);
    add_by(t, ", voided", &t->standard->void_, t->c->decided_ms);
    buf_add_text(t->out, " at ");
    words_instant(&t->words, t->c->decided_ms);
}

static void tell_end(struct telling *t) {
    const struct standard *s = t->standard;
    const struct {
        const char *how, *verb;
        const struct event_patterns *patterns;
    } ends[] = {{"stop", ", stopped", &s->stop}, {"fail", ", failed", &s->fail},
        {"cancel", ", cancelled", &s->cancel}, {"abandon", ", abandoned", &s->abandon},
        {"void", ", voided", &s->void_}};
    if (t->c->ended_ms == INSTANT_NEVER) {
        buf_add_text(t->out, t->c->paused ? ", standing still after " : ", running for ");
        words_duration(t->out, t->c->elapsed);
        if (!t->c->paused) buf_add_text(t->out, " so far");
        return;
    }
    if (strcmp(t->c->how, "limit") == 0) return; /* the limit is told of anyway */
    if (voided_later(t->c)) {
        tell_voided_later(t);
        return;
    }
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(ends[i].how, t->c->how) == 0) add_by(t, ends[i].verb, ends[i].patterns, t->c->ended_ms);
    buf_add_text(t->out, " at ");
    words_instant(&t->words, t->c->ended_ms);
    add_after(t);
}

/* ---------------------------------------------------------------- pauses */

/* The last pause; one that never ended lasts until the end, or until now. */
static void add_last_pause(struct telling *t, const int64_t pause[2]) {
    bool lasts = pause[1] == INSTANT_NEVER && t->c->ended_ms == INSTANT_NEVER;
    buf_add_text(t->out, lasts ? "since " : "from ");
    words_instant(&t->words, pause[0]);
    if (lasts) return;
    buf_add_text(t->out, pause[1] == INSTANT_NEVER ? " to its end" : " to ");
    if (pause[1] != INSTANT_NEVER) words_instant(&t->words, pause[1]);
}

static void tell_pauses(struct telling *t) {
    size_t count = t->c->pause_count;
    if (!count) return;
    buf_add_text(t->out, "; paused ");
    if (count > 1) buf_printf(t->out, "%zu times, last ", count);
    add_last_pause(t, &t->c->pauses[2 * (count - 1)]);
    buf_add_text(t->out, t->promised ? ", which moves no promise" : ", which does not count");
}

/* ---------------------------------------------------------------- the limit */

/* What was in force before, as attributes changed. */
static void tell_earlier_limits(struct telling *t) {
    for (size_t i = 0; i + 1 < t->c->limit_count; i++) {
        const struct story_limit *limit = &t->c->limits[i];
        buf_add_text(t->out, "; until ");
        words_instant(&t->words, t->c->limits[i + 1].since_ms);
        if (!limit->applies) {
            buf_add_text(t->out, " it did not apply");
        } else if (limit->promised_ms != INSTANT_NEVER) {
            buf_add_text(t->out, " the promise was ");
            words_instant(&t->words, limit->promised_ms);
        } else {
            buf_add_text(t->out, " the limit was ");
            words_limit(t->out, limit->limit_ms, limit->calendar);
        }
    }
}

static void add_closed(struct telling *t) {
    const struct story_cycle *c = t->c;
    int64_t to = c->ended_ms == INSTANT_NEVER ? t->context->now_ms : c->ended_ms;
    int64_t closed = closures_total(c->calendar, c->started_ms, to);
    buf_add_text(t->out, ", closed hours do not count");
    if (!closed) return;
    buf_add_text(t->out, " (");
    words_duration(t->out, closed);
    buf_add_text(t->out, c->ended_ms == INSTANT_NEVER ? " so far)" : ")");
}

static void tell_limit(struct telling *t) {
    const struct story_cycle *c = t->c;
    if (t->promised) {
        buf_add_text(t->out, "; promised (");
        words_quoted(t->out, span_of(t->standard->due_attr));
        buf_add_text(t->out, ") for ");
        words_instant(&t->words, c->due_ms);
        return;
    }
    if (!t->has_limit) {
        buf_add_text(t->out, "; there is no limit");
        return;
    }
    buf_add_text(t->out, "; the limit is ");
    words_limit(t->out, c->limit_ms, c->calendar);
    if (t->standard->limit_count > 1) {
        buf_printf(t->out, " (rule %d of within", c->limit_rule + 1);
        if (!phrase_is_open(t->standard->limits[c->limit_rule].match)) buf_add_text(t->out, ": ");
        why_rule(t->standard, c->limit_rule, t->out);
        buf_add_char(t->out, ')');
    }
    if (!c->calendar) return;
    buf_add_text(t->out, " of the calendar ");
    words_quoted(t->out, span_of(calendar_name(c->calendar)));
    add_closed(t);
}

/* ---------------------------------------------------------------- the verdict */

/* "so it ran out at …", or for a promise "which passed". */
static void add_ran_out(struct telling *t) {
    if (t->promised) {
        buf_add_text(t->out, ", which had passed");
        return;
    }
    buf_add_text(t->out, ", so it ran out at ");
    words_instant(&t->words, t->c->due_ms);
}

static void add_kept(struct telling *t) {
    if (t->promised)
        buf_add_text(t->out, ", which was kept");
    else if (t->has_limit && t->c->due_ms != INSTANT_NEVER) {
        buf_add_text(t->out, ", so it was due by ");
        words_instant(&t->words, t->c->due_ms);
    }
}

/* What an abandonment of this kind counts as. */
static enum outcome abandonment_counts(const struct telling *t) {
    const struct standard *s = t->standard;
    if (s->short_ms >= 0 && t->c->elapsed <= s->short_ms) return s->short_counts;
    return t->ran_out ? s->after_limit : s->before_limit;
}

static void tell_abandoned(struct telling *t) {
    const struct standard *s = t->standard;
    if (s->short_ms >= 0 && t->c->elapsed <= s->short_ms) {
        buf_add_text(t->out, "; an abandonment within ");
        words_duration(t->out, s->short_ms);
    } else if (t->ran_out) {
        add_ran_out(t);
        buf_add_text(t->out, "; an abandonment after that");
    } else
        buf_add_text(
            t->out, t->has_limit || t->promised ? "; an abandonment within the limit" : "; an abandonment");
    buf_printf(t->out, " counts as %s here: %s", outcome_name(t->c->outcome), outcome_name(t->c->outcome));
}

static void tell_excluded(struct telling *t) {
    if (strcmp(t->c->how, "cancel") == 0)
        buf_add_text(t->out, "; what is cancelled does not count: excluded");
    else if (strcmp(t->c->how, "void") == 0)
        buf_add_text(t->out, "; what is voided does not count: excluded");
    else
        buf_add_text(t->out, "; taken out of the figures by what came later: excluded");
}

static void tell_missed(struct telling *t) {
    const struct story_cycle *c = t->c;
    bool failed = strcmp(c->how, "fail") == 0;
    if (t->ran_out)
        add_ran_out(t);
    else if (failed)
        buf_add_text(t->out, t->has_limit || t->promised ? ", within which this must not happen"
                                                         : ", and this must not happen");
    if (t->ran_out && c->decided_ms > c->due_ms && c->decided_ms != c->ended_ms) {
        buf_add_text(t->out, ", as became known with an event at ");
        words_instant(&t->words, c->decided_ms);
    }
    buf_add_text(t->out, ": missed");
    if (c->ended_ms == INSTANT_NEVER) buf_add_text(t->out, ", and still running");
}

static void tell_met(struct telling *t) {
    if (strcmp(t->c->how, "limit") == 0 && t->c->due_ms != INSTANT_NEVER) {
        if (!t->promised) add_ran_out(t);
        buf_add_text(t->out, ", and nothing had gone wrong by then");
    } else
        add_kept(t);
    buf_add_text(t->out, ": met");
}

static void tell_undecided(struct telling *t) {
    const struct story_cycle *c = t->c;
    if (c->ended_ms != INSTANT_NEVER) {
        buf_add_text(t->out, ": no verdict, for the standard did not apply");
        return;
    }
    if (c->due_ms == INSTANT_NEVER) {
        if (t->has_limit)
            buf_add_text(t->out, c->paused ? "; when it is due is not known while it stands still"
                                           : ", which it never reaches");
    } else if (c->due_ms < t->context->now_ms) {
        add_ran_out(t);
        bool silent = t->standard->abandon.count && t->standard->after_limit == OUTCOME_EXCLUDED;
        buf_add_text(
            t->out, silent ? "; what counts is decided at its end" : "; the verdict waits for late events");
    } else {
        if (!t->promised) {
            buf_add_text(t->out, ", so it is due by ");
            words_instant(&t->words, c->due_ms);
        }
        buf_add_text(t->out, ", in ");
        words_duration(t->out, c->due_ms - t->context->now_ms);
    }
    buf_add_text(t->out, ": not decided yet");
}

static void tell_not_applying(struct telling *t) {
    buf_add_text(t->out, "; ");
    why_not_applying(t->standard, &t->c->reason, t->out);
    buf_add_text(t->out, ", so the standard does not apply: nothing is decided");
}

static void tell_verdict(struct telling *t) {
    bool abandoned = strcmp(t->c->how, "abandon") == 0 && t->c->outcome == abandonment_counts(t);
    /* A miss whose limit had run out before the abandonment is one of the limit. */
    bool by_limit = t->ran_out && t->c->outcome == OUTCOME_MISSED;
    if (abandoned && !by_limit)
        tell_abandoned(t);
    else if (t->c->outcome == OUTCOME_EXCLUDED)
        tell_excluded(t);
    else if (t->c->outcome == OUTCOME_MISSED)
        tell_missed(t);
    else if (t->c->outcome == OUTCOME_MET)
        tell_met(t);
    else
        tell_undecided(t);
}

/* ---------------------------------------------------------------- value standards */

static void add_bounds(struct telling *t) {
    const struct standard *s = t->standard;
    char low[NUMBER_TEXT_MAX], high[NUMBER_TEXT_MAX];
    number_text(s->at_least, low);
    number_text(s->at_most, high);
    if (s->has_at_least && s->has_at_most)
        buf_printf(t->out, "; from %s to %s was asked for", low, high);
    else if (s->has_at_least)
        buf_printf(t->out, "; at least %s was asked for", low);
    else if (s->has_at_most)
        buf_printf(t->out, "; at most %s was asked for", high);
    else
        buf_add_text(t->out, "; any number counts");
}

static void tell_value(struct telling *t) {
    char value[NUMBER_TEXT_MAX];
    decimal_text(t->c->elapsed, standard_digits(t->standard), value);
    add_by(t, "Measured", &t->standard->when, t->c->started_ms);
    buf_add_text(t->out, " at ");
    words_instant(&t->words, t->c->started_ms);
    buf_printf(t->out, " (%s), ", zone_name(t->standard->zone));
    words_quoted(t->out, span_of(t->standard->value_attr));
    buf_printf(t->out, " was %s", value);
    add_bounds(t);
    if (t->c->outcome == OUTCOME_EXCLUDED)
        tell_excluded(t);
    else
        buf_printf(t->out, ": %s", outcome_name(t->c->outcome));
}

void sentence_tell(const struct story_context *context, const struct story_cycle *c, struct buf *out) {
    struct telling t = {.context = context,
        .c = c,
        .standard = c->standard,
        .out = out,
        .words = words_in(c->standard->zone, out)};
    t.has_limit = c->limit_ms >= 0;
    t.promised = c->standard->due_attr && c->due_ms != INSTANT_NEVER;
    t.ran_out = c->due_ms != INSTANT_NEVER && (c->ended_ms == INSTANT_NEVER || c->ended_ms > c->due_ms);
    if (c->standard->is_value)
        tell_value(&t);
    else {
        tell_start(&t);
        tell_end(&t);
        tell_pauses(&t);
        tell_earlier_limits(&t);
        if (c->applies) {
            tell_limit(&t);
            tell_verdict(&t);
        } else
            tell_not_applying(&t);
    }
    buf_add_char(out, '.');
}

/* The canonical JSON of a standard. Keys that were not given are left out, so that a new key of the language
 * leaves the meaning of old standards as it was. What the language lets one write in several ways is written
 * in one. Warnings (`warn`, `warn_below`) decide nothing and are no part of it. */
#include "slad/model/standard.h"

#include <inttypes.h>

#include "meaning.h"

static void put_names(struct buf *out, const char *key, const char *const *names, size_t count) {
    meaning_key(out, key);
    buf_add_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        meaning_next(out);
        meaning_text(out, span_of(names[i]));
    }
    buf_add_char(out, ']');
}

static void put_subject(struct buf *out, const struct standard *s) {
    meaning_match(out, "match", s->match);
    if (s->per_is_list || s->per_count != 1) {
        put_names(out, "per", s->per, s->per_count);
    } else {
        meaning_key(out, "per");
        meaning_text(out, span_of(s->per[0]));
    }
    if (s->by_count) put_names(out, "by", s->by, s->by_count);
}

/* By their descriptions: two names may stand for the same hours. */
static bool same_calendar(const struct calendar *a, const struct calendar *b) {
    if (a == b) return true;
    struct buf x = {0}, y = {0};
    calendar_describe(a, &x);
    calendar_describe(b, &y);
    bool same = span_eq(buf_span(&x), buf_span(&y));
    buf_fini(&x);
    buf_fini(&y);
    return same;
}

static void put_limit(struct buf *out, const struct limit_rule *rule, const struct calendar *usual) {
    buf_add_char(out, '{');
    meaning_match(out, "match", rule->match);
    meaning_key(out, "limit");
    meaning_duration(out, rule->limit_ms);
    if (!same_calendar(rule->calendar, usual)) {
        meaning_key(out, "calendar");
        calendar_describe(rule->calendar, out);
    }
    buf_add_char(out, '}');
}

static void put_limits(struct buf *out, const struct standard *s) {
    if (s->limit_count) {
        const struct limit_rule *first = &s->limits[0];
        meaning_key(out, "within");
        if (s->limit_count == 1 && !first->match && same_calendar(first->calendar, s->calendar)) {
            meaning_duration(out, first->limit_ms);
        } else {
            buf_add_char(out, '[');
            for (size_t i = 0; i < s->limit_count; i++) {
                meaning_next(out);
                put_limit(out, &s->limits[i], s->calendar);
            }
            buf_add_char(out, ']');
        }
    }
    if (s->due_attr) {
        meaning_key(out, "due");
        meaning_text(out, span_of(s->due_attr));
    }
    if (s->calendar) {
        meaning_key(out, "calendar");
        calendar_describe(s->calendar, out);
    }
}

static void put_outcome(struct buf *out, const char *key, enum outcome outcome) {
    meaning_key(out, key);
    meaning_text(out, span_of(outcome_name(outcome)));
}

static void put_abandon(struct buf *out, const struct standard *s) {
    if (!s->abandon.count) return;
    meaning_key(out, "abandon");
    buf_add_char(out, '{');
    meaning_events(out, "event", &s->abandon);
    if (s->short_ms >= 0) {
        meaning_key(out, "short");
        meaning_duration(out, s->short_ms);
        put_outcome(out, "short_counts", s->short_counts);
    }
    put_outcome(out, "before_limit", s->before_limit);
    put_outcome(out, "after_limit", s->after_limit);
    buf_add_char(out, '}');
}

static void put_clock(struct buf *out, const struct standard *s) {
    meaning_events(out, "start", &s->start);
    meaning_events(out, "stop", &s->stop);
    meaning_events(out, "fail", &s->fail);
    meaning_events(out, "cancel", &s->cancel);
    meaning_events(out, "void", &s->void_);
    put_abandon(out, s);
    meaning_events(out, "pause", &s->pause);
    meaning_events(out, "resume", &s->resume);
    meaning_match(out, "paused_while", s->paused_while);
    meaning_events(out, "reopen", &s->reopen);
    if (s->repeat) {
        meaning_key(out, "repeat");
        buf_add_text(out, "true");
    }
    put_limits(out, s);
}

static void put_measure(struct buf *out, const struct standard *s) {
    meaning_events(out, "when", &s->when);
    meaning_events(out, "void", &s->void_);
    meaning_key(out, "value");
    meaning_text(out, span_of(s->value_attr));
    if (s->has_at_least) {
        meaning_key(out, "at_least");
        meaning_number(out, s->at_least);
    }
    if (s->has_at_most) {
        meaning_key(out, "at_most");
        meaning_number(out, s->at_most);
    }
}

static void put_window(struct buf *out, const struct standard *s) {
    static const char *const periods[] = {
        [PERIOD_DAY] = "day",
        [PERIOD_WEEK] = "week",
        [PERIOD_MONTH] = "month",
        [PERIOD_QUARTER] = "quarter",
        [PERIOD_YEAR] = "year",
    };
    if (s->window == WINDOW_ROLLING) {
        meaning_key(out, "window");
        meaning_duration(out, s->window_ms);
    } else if (s->window == WINDOW_PERIOD) {
        meaning_key(out, "window");
        meaning_text(out, span_of(periods[s->period]));
        meaning_key(out, "timezone");
        meaning_text(out, span_of(zone_name(s->zone)));
    }
}

static void put_figures(struct buf *out, const struct standard *s) {
    put_window(out, s);
    if (s->target_count) {
        meaning_key(out, "target");
        buf_add_char(out, '[');
        for (size_t i = 0; i < s->target_count; i++) {
            meaning_next(out);
            meaning_text(out, span_of(s->targets[i].text));
        }
        buf_add_char(out, ']');
        meaning_key(out, "min_count");
        buf_printf(out, "%" PRId64, s->min_count);
    }
    meaning_key(out, "percentiles");
    buf_add_char(out, '[');
    for (size_t i = 0; i < s->percentile_count; i++) {
        char text[NUMBER_TEXT_MAX];
        decimal_text(s->percentiles[i].units, s->percentiles[i].digits, text);
        meaning_next(out);
        buf_add_text(out, text);
    }
    buf_add_char(out, ']');
}

static void put_warnings(struct buf *out, const struct standard *s) {
    meaning_key(out, "warn");
    buf_add_char(out, '[');
    for (size_t i = 0; i < s->warning_count; i++) {
        const struct warn_rule *rule = &s->warnings[i];
        meaning_next(out);
        if (rule->left_ms) meaning_duration(out, rule->left_ms);
        else meaning_text(out, span_of(rule->text));
    }
    buf_add_char(out, ']');
}

void standard_warn_json(const struct standard *s, struct buf *out) {
    buf_add_char(out, '{');
    if (s->warning_count) put_warnings(out, s);
    if (s->warn_below) {
        meaning_key(out, "warn_below");
        meaning_text(out, span_of(s->warn_below->text));
    }
    buf_add_char(out, '}');
}

void standard_set_meaning(struct arena *arena, struct standard *standard) {
    struct buf out = {0};
    buf_add_char(&out, '{');
    put_subject(&out, standard);
    if (standard->is_value)
        put_measure(&out, standard);
    else
        put_clock(&out, standard);
    put_figures(&out, standard);
    buf_add_char(&out, '}');
    standard->meaning = arena_text(arena, buf_span(&out));
    buf_fini(&out);
}

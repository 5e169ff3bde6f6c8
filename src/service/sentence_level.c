#include "service/sentence_level.h"

#include <inttypes.h>
#include "service/phrase.h"
#include "service/view_words.h"

const struct target *level_lead(const struct standard *standard) {
    for (size_t i = 0; i < standard->target_count; i++)
        if (standard->targets[i].stat == STAT_ATTAINMENT) return &standard->targets[i];
    return NULL;
}

static const char *op_words(enum comparison op) {
    static const char *const words[] = {
        [AT_LEAST] = "at least", [AT_MOST] = "at most", [GREATER] = "more than", [LESS] = "less than"};
    return words[op];
}

static void add_decimal(struct buf *out, struct decimal number) {
    char text[NUMBER_TEXT_MAX];
    buf_add(out, text, decimal_text(number.units, number.digits, text));
}

static bool is_hundred(struct decimal number) {
    int64_t hundred = 100;
    for (int i = 0; i < number.digits; i++) hundred *= 10;
    return number.units == hundred;
}

void level_share(struct buf *out, const struct target *lead) {
    if (lead->op != AT_LEAST || !is_hundred(lead->bound)) buf_printf(out, "%s ", op_words(lead->op));
    add_decimal(out, lead->bound);
    buf_add_text(out, " % of");
}

/* ---------------------------------------------------------------- windows and groups */

static void add_window(struct buf *out, const struct standard *s) {
    static const char *const periods[] = {[PERIOD_DAY] = "day",
        [PERIOD_WEEK] = "week (from Monday)",
        [PERIOD_MONTH] = "month",
        [PERIOD_QUARTER] = "quarter",
        [PERIOD_YEAR] = "year"};
    switch (s->window) {
    case WINDOW_ALL: buf_add_text(out, "over all time"); break;
    case WINDOW_ROLLING:
        buf_add_text(out, "over the last ");
        words_limit(out, s->window_ms, NULL);
        break;
    case WINDOW_PERIOD:
        buf_printf(out, "over the %s so far in %s", periods[s->period], zone_name(s->zone));
        break;
    }
    if (!s->by_count) return;
    buf_add_text(out, ", for each ");
    phrase_names(out, s->by, s->by_count);
}

/* ---------------------------------------------------------------- targets */

static void add_percentile(struct buf *out, struct decimal q) {
    static const char *const endings[] = {"th", "st", "nd", "rd"};
    int64_t scale = 1;
    for (int i = 0; i < q.digits; i++) scale *= 10;
    int64_t whole = q.units / scale, last = whole % 10;
    bool teen = whole / 10 % 10 == 1, fraction = q.units % scale != 0;
    add_decimal(out, q);
    buf_add_text(out, endings[!fraction && !teen && last <= 3 ? last : 0]);
    buf_add_text(out, " percentile");
}

static void add_statistic(struct buf *out, const struct standard *s, const struct target *target) {
    const char *time = s->is_value ? "" : " time";
    buf_add_text(out, "the ");
    switch (target->stat) {
    case STAT_ATTAINMENT: buf_add_text(out, "share that is met"); break;
    case STAT_MISSED: buf_add_text(out, "number missed"); break;
    case STAT_MEAN: buf_printf(out, "mean%s", time); break;
    case STAT_MIN: buf_add_text(out, s->is_value ? "lowest" : "shortest time"); break;
    case STAT_MAX: buf_add_text(out, s->is_value ? "highest" : "longest time"); break;
    case STAT_PERCENTILE:
        add_percentile(out, target->quantile);
        if (!s->is_value) buf_add_text(out, " of the times");
        break;
    }
}

static void add_bound(struct buf *out, const struct standard *s, const struct target *target) {
    bool is_time = !s->is_value && target->stat != STAT_ATTAINMENT && target->stat != STAT_MISSED;
    if (is_time)
        words_limit(out, target->bound.units, s->calendar);
    else
        add_decimal(out, target->bound);
    if (target->stat == STAT_ATTAINMENT) buf_add_text(out, " %");
}

static void add_targets(struct buf *out, const struct standard *s, const struct target *but) {
    size_t told = 0, count = s->target_count - (but != NULL);
    for (size_t i = 0; i < s->target_count; i++) {
        const struct target *target = &s->targets[i];
        if (target == but) continue;
        phrase_separate(out, told++, count, " and ");
        add_statistic(out, s, target);
        buf_printf(out, " is %s ", op_words(target->op));
        add_bound(out, s, target);
    }
}

void level_rest(struct buf *out, const struct standard *s) {
    buf_add_text(out, ", ");
    add_window(out, s);
    if (s->target_count == 1) return;
    buf_add_text(out, "; ");
    add_targets(out, s, level_lead(s));
}

void level_alone(struct buf *out, const struct standard *s) {
    size_t start = out->size + 1;
    if (s->target_count == 0)
        buf_add_text(out, " No level is set; figures are taken ");
    else
        buf_add_char(out, ' ');
    add_window(out, s);
    out->data[start] = (char)(out->data[start] == 'o' ? 'O' : out->data[start]);
    if (s->target_count) {
        buf_add_text(out, ", ");
        add_targets(out, s, NULL);
    }
    buf_add_char(out, '.');
}

void level_least(struct buf *out, const struct standard *s) {
    bool share = false, measures = false, missed = false;
    for (size_t i = 0; i < s->target_count; i++) {
        enum statistic stat = s->targets[i].stat;
        if (stat == STAT_ATTAINMENT)
            share = true;
        else if (stat == STAT_MISSED)
            missed = true;
        else
            measures = true;
    }
    if (s->min_count <= 1 || !(share || measures)) return;
    const char *what = s->is_value ? "values" : "times";
    if (share) buf_printf(out, " The share is judged from %" PRId64 " counted on", s->min_count);
    if (measures)
        buf_printf(out, "%s %s%s from %" PRId64 " measured on", share ? ", the" : " The", what,
            share ? "" : " are judged", s->min_count);
    if (missed) buf_add_text(out, ", the number missed always");
    buf_add_char(out, '.');
}

void level_risk(struct buf *out, const struct standard *s) {
    if (!s->warn_below) return;
    buf_add_text(out, " The level is at risk below ");
    add_decimal(out, s->warn_below->bound);
    buf_add_text(out, " %.");
}

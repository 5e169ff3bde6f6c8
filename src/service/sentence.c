/* The promise comes first, in one sentence; what else decides follows, a short sentence a key. Where each
 * contact has at most one cycle the promise is one about contacts; else it is about cases, which are the
 * cycles. */
#include "slad/service/sentence.h"

#include "service/phrase.h"
#include "service/sentence_level.h"
#include "service/view_words.h"

static bool is_per_contact(const struct standard *s) {
    return s->per_count == 1 && strcmp(s->per[0], "contact") == 0;
}

static bool is_of_contacts(const struct standard *s) {
    return is_per_contact(s) && !s->repeat;
}

static void capital(struct buf *out, size_t at) {
    char *c = &out->data[at];
    if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
}

/* ---------------------------------------------------------------- within what limit */

static void add_hours(struct buf *out, const struct calendar *calendar) {
    buf_add_text(out, "hours of calendar ");
    phrase_name(out, calendar_name(calendar));
}

/* Rules up to the first that fits everything: the rest are never reached. */
static size_t reached(const struct standard *s) {
    for (size_t i = 0; i < s->limit_count; i++)
        if (phrase_is_open(s->limits[i].match)) return i + 1;
    return s->limit_count;
}

static bool is_shared(const struct standard *s, size_t rules) {
    for (size_t i = 1; i < rules; i++)
        if (s->limits[i].calendar != s->limits[0].calendar) return false;
    return true;
}

static void add_rule(struct buf *out, const struct limit_rule *rule, bool shared) {
    words_limit(out, rule->limit_ms, rule->calendar);
    if (!shared && rule->calendar) {
        buf_add_text(out, " (");
        add_hours(out, rule->calendar);
        buf_add_char(out, ')');
    } else if (!shared) {
        buf_add_text(out, " (round the clock)");
    }
    if (phrase_is_open(rule->match)) return;
    buf_add_text(out, " when ");
    phrase_when(out, rule->match);
}

static void add_rules(struct buf *out, const struct standard *s) {
    size_t rules = reached(s);
    bool shared = is_shared(s, rules), plain = rules == 1 && phrase_is_open(s->limits[0].match);
    buf_add_text(out, " within ");
    for (size_t i = 0; i < rules; i++) {
        if (i) buf_add_text(out, phrase_is_open(s->limits[i].match) ? ", else " : ", or else ");
        add_rule(out, &s->limits[i], shared);
    }
    buf_add_text(out, plain ? " of " : ", of ");
    phrase_being(out, &s->start);
    if (!shared || !s->limits[0].calendar) return;
    buf_add_text(out, ", counting only ");
    add_hours(out, s->limits[0].calendar);
}

static void add_limit(struct buf *out, const struct standard *s) {
    if (s->limit_count) {
        add_rules(out, s);
        return;
    }
    if (s->due_attr) {
        buf_add_text(out, " by the instant in ");
        phrase_name(out, s->due_attr);
    }
    buf_add_text(out, " after ");
    phrase_being(out, &s->start);
    if (!s->due_attr) buf_add_text(out, ", however late");
}

/* ---------------------------------------------------------------- the promise */

static const char *article(const char *name) {
    return strchr("aeiouAEIOU", name[0]) ? "an " : "a ";
}

static void add_subject(struct buf *out, const struct standard *s) {
    if (s->per_count > 1)
        buf_add_text(out, "a combination of ");
    else
        buf_add_text(out, article(s->per[0]));
    phrase_names(out, s->per, s->per_count);
}

static void add_whose(struct buf *out, const struct standard *s, const struct target *lead) {
    bool contacts = is_of_contacts(s);
    if (!contacts) buf_add_text(out, lead ? "in " : "in each");
    if (lead) level_share(out, lead);
    buf_add_text(out, contacts ? (lead ? " contacts" : "contacts") : lead ? " cases" : " case");
    phrase_with(out, s->match);
    if (contacts) return;
    if (out->data[out->size - 1] != ',') buf_add_char(out, ',');
    buf_add_char(out, ' ');
    add_subject(out, s);
}

static void tell_clock(struct buf *out, const struct standard *s, const struct target *lead) {
    bool they = is_of_contacts(s);
    add_whose(out, s, lead);
    buf_add_char(out, ' ');
    if (s->stop.count)
        phrase_verb(out, &s->stop, they ? VOICE_THEY : VOICE_IT);
    else
        phrase_verb(out, &s->fail, they ? VOICE_THEY_NOT : VOICE_IT_NOT);
    add_limit(out, s);
}

static void add_number(struct buf *out, const char *words, double number) {
    char text[NUMBER_TEXT_MAX];
    number_text(number, text);
    buf_printf(out, " %s %s", words, text);
}

static void tell_value(struct buf *out, const struct standard *s, const struct target *lead) {
    if (lead) level_share(out, lead);
    buf_add_text(out, lead ? " the values of " : "values of ");
    phrase_name(out, s->value_attr);
    buf_add_text(out, " on ");
    phrase_events(out, &s->when);
    if (!phrase_is_open(s->match)) {
        buf_add_text(out, ", from contacts");
        phrase_with(out, s->match);
        if (out->data[out->size - 1] != ',') buf_add_char(out, ',');
    }
    buf_add_text(out, " are");
    if (s->has_at_least) add_number(out, "at least", s->at_least);
    if (s->has_at_least && s->has_at_most) buf_add_text(out, " and");
    if (s->has_at_most) add_number(out, "at most", s->at_most);
    if (!s->has_at_least && !s->has_at_most) buf_add_text(out, " met, whatever they are");
}

/* ---------------------------------------------------------------- what else decides */

static void tell_applies(struct buf *out, const struct standard *s) {
    size_t rules = reached(s);
    if (s->due_attr) {
        buf_add_text(out, " Where ");
        phrase_name(out, s->due_attr);
        buf_add_text(out, " holds no instant, the standard does not apply.");
    } else if (rules && !phrase_is_open(s->limits[rules - 1].match)) {
        buf_add_text(out, " Where none of these holds, the standard does not apply.");
    }
    if (s->limit_count || !s->calendar) return;
    buf_add_text(out, " Times count only ");
    add_hours(out, s->calendar);
    buf_add_char(out, '.');
}

static void tell_subject(struct buf *out, const struct standard *s) {
    if (!is_per_contact(s)) {
        buf_add_text(out, " Events with the same ");
        phrase_names(out, s->per, s->per_count);
        buf_add_text(out, s->repeat ? " belong together" : " belong together, and make one case");
        buf_add_text(out, "; those without are left out.");
    }
    if (s->repeat) buf_add_text(out, " Once a case has ended, the next start begins another.");
}

/* A value needs its subject as a case does, although nothing is told of it unless there is a void. */
static void tell_value_subject(struct buf *out, const struct standard *s) {
    if (is_per_contact(s)) return;
    buf_add_text(out, " Events without ");
    phrase_names(out, s->per, s->per_count);
    buf_add_text(out, " are left out.");
}

static const char *count_words(enum outcome outcome) {
    if (outcome == OUTCOME_MET) return "counts as met";
    return outcome == OUTCOME_MISSED ? "counts as missed" : "is not counted";
}

/* Without any limit everything is within it. */
static void tell_abandon(struct buf *out, const struct standard *s) {
    bool has_limit = s->limit_count || s->due_attr, has_short = s->short_ms >= 0;
    if (!s->abandon.count) return;
    buf_add_text(out, " One that ");
    phrase_verb(out, &s->abandon, VOICE_IT);
    if (has_short) {
        buf_add_text(out, " within ");
        words_limit(out, s->short_ms, s->calendar);
        buf_printf(out, " %s; later", count_words(s->short_counts));
        if (has_limit) buf_add_text(out, ", but within the limit,");
        buf_printf(out, " it %s", count_words(s->before_limit));
    } else {
        buf_printf(out, "%s %s", has_limit ? " within the limit" : "", count_words(s->before_limit));
    }
    if (has_limit) buf_printf(out, "; past the limit it %s", count_words(s->after_limit));
    buf_add_char(out, '.');
    if (has_limit && s->after_limit == OUTCOME_EXCLUDED)
        buf_add_text(out, " A limit that runs out decides nothing before the end.");
}

static void tell_one_that(struct buf *out, const struct event_patterns *events, const char *is) {
    if (!events->count) return;
    buf_add_text(out, " One that ");
    phrase_verb(out, events, VOICE_IT);
    buf_printf(out, " %s.", is);
}

static void tell_void(struct buf *out, const struct standard *s) {
    if (!s->void_.count) return;
    buf_add_char(out, ' ');
    size_t start = out->size;
    phrase_events(out, &s->void_);
    capital(out, start);
    if (s->is_value) {
        buf_add_text(out, " takes back all earlier ones of the same ");
        phrase_names(out, s->per, s->per_count);
    } else if (is_of_contacts(s)) {
        buf_add_text(out, " takes it back, also afterwards");
    } else {
        buf_add_text(out, " takes it back, and all earlier cases of the same ");
        phrase_names(out, s->per, s->per_count);
    }
    buf_add_char(out, '.');
}

static void tell_pauses(struct buf *out, const struct standard *s) {
    if (s->pause.count) {
        buf_add_text(out, " The clock stands still from ");
        phrase_events(out, &s->pause);
        buf_add_text(out, s->resume.count ? " until " : " on");
        if (s->resume.count) phrase_events(out, &s->resume);
    }
    if (s->paused_while) {
        buf_add_text(out, s->pause.count ? ", and while " : " The clock stands still while ");
        phrase_when(out, s->paused_while);
    }
    if (!s->pause.count && !s->paused_while) return;
    buf_add_text(out, s->due_attr ? ", which does not move the promised instant." : ".");
}

static void tell_reopen(struct buf *out, const struct standard *s) {
    if (!s->reopen.count) return;
    buf_add_char(out, ' ');
    size_t start = out->size;
    phrase_events(out, &s->reopen);
    capital(out, start);
    buf_add_text(out, " lets a stopped clock run on.");
}

/* ---------------------------------------------------------------- at risk */

static size_t warnings_of_kind(const struct standard *s, bool shares) {
    size_t count = 0;
    for (size_t i = 0; i < s->warning_count; i++) count += !s->warnings[i].left_ms == shares;
    return count;
}

static void add_warnings(struct buf *out, const struct standard *s, bool shares) {
    size_t told = 0, count = warnings_of_kind(s, shares);
    for (size_t i = 0; i < s->warning_count; i++) {
        const struct warn_rule *rule = &s->warnings[i];
        if (!rule->left_ms != shares) continue;
        phrase_separate(out, told++, count, " or ");
        if (shares) buf_printf(out, "%.*s %%", (int)strlen(rule->text) - 1, rule->text);
        else words_limit(out, rule->left_ms, s->due_attr ? NULL : s->calendar);
    }
}

static void tell_warnings(struct buf *out, const struct standard *s) {
    size_t shares = warnings_of_kind(s, true), times = s->warning_count - shares;
    if (s->warning_count) buf_add_text(out, " One is at risk once ");
    if (shares) {
        add_warnings(out, s, true);
        buf_printf(out, " of its %s is used", s->due_attr ? "time" : "limit");
    }
    if (shares && times) buf_add_text(out, ", or ");
    if (times) {
        add_warnings(out, s, false);
        buf_add_text(out, " are left");
    }
    if (s->warning_count) buf_add_char(out, '.');
}

void sentence_standard(const struct standard *s, struct buf *out) {
    const struct target *lead = level_lead(s);
    size_t start = out->size;
    if (s->is_value)
        tell_value(out, s, lead);
    else
        tell_clock(out, s, lead);
    capital(out, start);
    if (lead) level_rest(out, s);
    buf_add_char(out, '.');
    if (!lead) level_alone(out, s);
    if (!s->is_value) {
        tell_applies(out, s);
        tell_subject(out, s);
        if (s->stop.count) tell_one_that(out, &s->fail, "first is missed");
        tell_abandon(out, s);
        tell_one_that(out, &s->cancel, "is not counted, even if it was missed already");
    }
    if (s->is_value) tell_value_subject(out, s);
    tell_void(out, s);
    if (!s->is_value) {
        tell_pauses(out, s);
        tell_reopen(out, s);
    }
    level_least(out, s);
    tell_warnings(out, s);
    level_risk(out, s);
}

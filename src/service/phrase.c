#include "service/phrase.h"

#include "service/view_words.h"
#include "slad/base/utf8.h"
#include "slad/model/number.h"

/* ---------------------------------------------------------------- names and values */

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool is_plain(struct span text) {
    enum { PLAIN_MAX = 100 }; /* bytes; a longer one is cut, and the quotes say where it ends */
    if (text.n == 0 || text.n > PLAIN_MAX) return false;
    for (size_t i = 0; i < text.n; i++)
        if (!is_letter(text.p[i]) && !strchr("0123456789_-.:/@+#", text.p[i])) return false;
    return true;
}

static void add_word(struct buf *out, struct span text, bool bare) {
    if (bare)
        utf8_escape(out, text, text.n * 4);
    else
        words_quoted(out, text);
}

void phrase_name(struct buf *out, const char *name) {
    add_word(out, span_of(name), is_plain(span_of(name)));
}

/* A text that could be taken for another kind of value, or for a word of the sentence, is quoted. */
static bool is_clear(struct span text) {
    static const char *const taken[] = {
        "true", "false", "null", "and", "or", "not", "like", "present", "absent"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (span_eq(text, span_of(taken[i]))) return false;
    return is_plain(text) && is_letter(text.p[0]);
}

static void add_value(struct buf *out, const struct value *value) {
    char number[NUMBER_TEXT_MAX];
    switch (value->kind) {
    case VALUE_NULL: buf_add_text(out, "nothing"); break;
    case VALUE_BOOL: buf_add_text(out, value->truth ? "true" : "false"); break;
    case VALUE_NUMBER: buf_add(out, number, number_text(value->number, number)); break;
    case VALUE_TEXT: add_word(out, value->text, is_clear(value->text)); break;
    }
}

void phrase_separate(struct buf *out, size_t i, size_t count, const char *last) {
    if (i == 0) return;
    buf_add_text(out, i + 1 < count ? ", " : last);
}

void phrase_names(struct buf *out, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++) {
        phrase_separate(out, i, count, " and ");
        phrase_name(out, names[i]);
    }
}

/* ---------------------------------------------------------------- patterns */

/* {not: x} is a map of one operator, [x] a list of one: both are x. */
static const struct pattern *core(const struct pattern *p) {
    while ((p->kind == PATTERN_ALL || p->kind == PATTERN_ANY) && p->part_count == 1) p = p->parts;
    return p;
}

static bool is_list(const struct pattern *p) {
    return p->kind == PATTERN_ANY || p->kind == PATTERN_ALL;
}

static void add_pattern(struct buf *out, const struct pattern *pattern);

static void add_part(struct buf *out, const struct pattern *part, bool apart) {
    part = core(part);
    if (apart) buf_add_char(out, '(');
    add_pattern(out, part);
    if (apart) buf_add_char(out, ')');
}

static void add_parts(struct buf *out, const struct pattern *p) {
    const char *last = p->kind == PATTERN_ANY ? " or " : " and ";
    size_t shown = p->part_count > PHRASE_LIST_SHOWN ? PHRASE_LIST_SHOWN : p->part_count;
    size_t items = shown + (shown < p->part_count);
    for (size_t i = 0; i < shown; i++) {
        const struct pattern *part = core(&p->parts[i]);
        phrase_separate(out, i, items, last);
        add_part(out, part, is_list(part) || (p->kind == PATTERN_ANY && part->kind == PATTERN_NOT));
    }
    if (shown < p->part_count) buf_printf(out, "%s%zu more", last, p->part_count - shown);
}

/* What follows the attribute: "phone", "at least 3 and at most 5", "not (a or b)". */
static void add_pattern(struct buf *out, const struct pattern *pattern) {
    const struct pattern *p = core(pattern);
    switch (p->kind) {
    case PATTERN_EQUALS: add_value(out, &p->value); return;
    case PATTERN_ANY:
    case PATTERN_ALL: add_parts(out, p); return;
    case PATTERN_NOT:
        buf_add_text(out, "not ");
        add_part(out, p->parts, is_list(core(p->parts)) || core(p->parts)->kind == PATTERN_NOT);
        return;
    case PATTERN_EXISTS: buf_add_text(out, p->value.truth ? "present" : "absent"); return;
    case PATTERN_GLOB:
        buf_add_text(out, "like ");
        words_quoted(out, p->value.text);
        return;
    case PATTERN_AT_LEAST: buf_add_text(out, "at least "); break;
    case PATTERN_AT_MOST: buf_add_text(out, "at most "); break;
    }
    add_value(out, &p->value);
}

/* ---------------------------------------------------------------- matches */

bool phrase_is_open(const struct match *match) {
    if (!match) return true;
    for (size_t i = 0; i < match->count; i++)
        if (match->alternatives[i].count == 0) return true;
    return false;
}

static void add_with(struct buf *out, const struct condition *condition, const char *own) {
    const struct pattern *p = core(&condition->pattern);
    bool without = p->kind == PATTERN_NOT;
    buf_add_text(out, without ? "without " : "with ");
    buf_add_text(out, own);
    phrase_name(out, condition->attr);
    buf_add_char(out, ' ');
    add_pattern(out, without ? p->parts : p);
}

static void add_withs(struct buf *out, const struct match_all *all, const char *own) {
    for (size_t i = 0; i < all->count; i++) {
        phrase_separate(out, i, all->count, " and ");
        add_with(out, &all->conditions[i], own);
    }
}

static void add_whens(struct buf *out, const struct match_all *all) {
    for (size_t i = 0; i < all->count; i++) {
        phrase_separate(out, i, all->count, " and ");
        phrase_name(out, all->conditions[i].attr);
        buf_add_text(out, " is ");
        add_pattern(out, &all->conditions[i].pattern);
    }
}

static size_t alternatives_shown(const struct match *match) {
    return match->count > PHRASE_LIST_SHOWN ? PHRASE_LIST_SHOWN : match->count;
}

static void add_hidden(struct buf *out, const struct match *match) {
    size_t hidden = match->count - alternatives_shown(match);
    if (hidden) buf_printf(out, ", or as %zu more alternatives say", hidden);
}

void phrase_with(struct buf *out, const struct match *match) {
    if (phrase_is_open(match)) return;
    for (size_t i = 0; i < alternatives_shown(match); i++) {
        buf_add_text(out, i ? ", or " : " ");
        add_withs(out, &match->alternatives[i], "");
    }
    add_hidden(out, match);
    if (match->count > 1) buf_add_char(out, ',');
}

void phrase_when(struct buf *out, const struct match *match) {
    if (phrase_is_open(match)) {
        buf_add_text(out, "anything holds");
        return;
    }
    for (size_t i = 0; i < alternatives_shown(match); i++) {
        if (i) buf_add_text(out, ", or ");
        add_whens(out, &match->alternatives[i]);
    }
    add_hidden(out, match);
}

/* ---------------------------------------------------------------- events */

/* How an event's name is used as a verb: "answered" is done to a contact, "arrived" the contact has itself,
 * and of all others we only know that they are events. */
enum use { USE_DONE, USE_HAS, USE_EVENT };

static bool is_one_of(struct span name, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (span_eq(name, span_of(words[i]))) return true;
    return false;
}

static enum use use_of(const struct event_pattern *event) {
    static const char *const own_doing[] = {"appeared", "arrived", "commented", "complained", "departed",
        "expired", "failed", "happened", "occurred", "replied", "responded"};
    static const char *const irregular[] = {"begun", "chosen", "done", "drawn", "found", "given", "held",
        "kept", "lost", "made", "met", "paid", "seen", "sent", "shown", "sold", "taken", "won", "withdrawn",
        "written"};
    struct span name = span_of(event->event);
    if (is_one_of(name, own_doing, sizeof own_doing / sizeof *own_doing)) return USE_HAS;
    if (is_one_of(name, irregular, sizeof irregular / sizeof *irregular)) return USE_DONE;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] < 'a' || name.p[i] > 'z') return USE_EVENT;
    bool participle = name.n > 3 && memcmp(name.p + name.n - 2, "ed", 2) == 0 && name.p[name.n - 3] != 'e';
    return participle ? USE_DONE : USE_EVENT;
}

static void add_event(struct buf *out, const struct event_pattern *event, bool noun) {
    if (noun) buf_add_text(out, "the event ");
    phrase_name(out, event->event);
    if (event->own.count) buf_add_char(out, ' ');
    add_withs(out, &event->own, "own ");
}

/* before: what stands before the event's name, by use; where it is the same as before the event ahead it is
 * not repeated. */
static void add_events(
    struct buf *out, const struct event_patterns *events, const char *const before[3], const char *last) {
    const char *previous = NULL;
    size_t shown = events->count > PHRASE_LIST_SHOWN ? PHRASE_LIST_SHOWN : events->count;
    size_t items = shown + (shown < events->count);
    for (size_t i = 0; i < shown; i++) {
        const struct event_pattern *event = &events->list[i];
        enum use use = use_of(event);
        bool anew = !previous || strcmp(previous, before[use]) != 0;
        phrase_separate(out, i, items, anew ? last : " or ");
        if (anew) buf_add_text(out, before[use]);
        add_event(out, event, use == USE_EVENT);
        previous = before[use];
    }
    if (shown < events->count) buf_printf(out, " or any of %zu more", events->count - shown);
}

void phrase_verb(struct buf *out, const struct event_patterns *events, enum voice voice) {
    static const char *const before[][3] = {
        [VOICE_THEY] = {"are ", "have ", "have "},
        [VOICE_IT] = {"is ", "has ", "has "},
        [VOICE_THEY_NOT] = {"are not ", "have not ", "do not have "},
        [VOICE_IT_NOT] = {"is not ", "has not ", "does not have "},
    };
    add_events(out, events, before[voice], voice == VOICE_THEY || voice == VOICE_IT ? " or " : " and ");
}

void phrase_being(struct buf *out, const struct event_patterns *events) {
    static const char *const before[3] = {"being ", "having ", ""};
    add_events(out, events, before, " or ");
}

void phrase_events(struct buf *out, const struct event_patterns *events) {
    size_t shown = events->count > PHRASE_LIST_SHOWN ? PHRASE_LIST_SHOWN : events->count;
    size_t items = shown + (shown < events->count);
    for (size_t i = 0; i < shown; i++) {
        phrase_separate(out, i, items, " or ");
        add_event(out, &events->list[i], true);
    }
    if (shown < events->count) buf_printf(out, " or any of %zu more", events->count - shown);
}

#include "service/view_params.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "service/state.h"
#include "slad/base/mem.h"
#include "slad/base/nearest.h"
#include "slad/base/utf8.h"
#include "slad/model/duration.h"
#include "slad/model/instant.h"
#include "slad/model/number.h"
#include "slad/store/versions.h"

enum { SHOWN_MAX = 80 }; /* bytes of what was typed that an answer repeats: to recognise it by */

/* What was typed, escaped and cut, for a message. Freed by buf_fini(). */
static struct buf shown(struct span text) {
    struct buf out = {0};
    utf8_escape(&out, text, SHOWN_MAX);
    return out;
}

static int wrong(const char *name, const char *text, const char *expected, struct err *err) {
    struct buf typed = shown(span_of(text));
    err_set(err, ERR_INVALID, "%s: %s was expected, not \"%s\"", name, expected, buf_text(&typed));
    buf_fini(&typed);
    return ERR_INVALID;
}

/* ---------------------------------------------------------------- time */

/* Digits, at most one point among them. */
static bool is_plain_number(const char *text) {
    size_t digits = strspn(text, "0123456789"), after = 0;
    if (text[digits] == '.') after = 1 + strspn(text + digits + 1, "0123456789");
    return digits > 0 && text[digits + after] == '\0';
}

static bool is_date(const char *text) {
    return strspn(text, "0123456789") == 4 && text[4] == '-';
}

/* In a query "+" stands for a space, so "…T10:00:00+02:00" arrives as "…T10:00:00 02:00": what can only be
 * meant so is read so. */
static int parse_date(const char *text, int64_t *out, struct err *err) {
    enum { DATE = 10, OFFSET = 6, TEXT_MAX = 64 };
    char copy[TEXT_MAX];
    size_t n = strlen(text);
    if (n >= TEXT_MAX) return err_set(err, ERR_INVALID, "an instant is shorter");
    memcpy(copy, text, n + 1);
    if (n > DATE + OFFSET && copy[n - OFFSET] == ' ' && copy[n - 3] == ':') copy[n - OFFSET] = '+';
    return instant_parse((struct span){copy, n}, out, err);
}

int param_instant(const char *name, const char *text, int64_t now_ms, int64_t *out, struct err *err) {
    static const char *const expected =
        "an instant (2026-03-02T09:00:00Z, or seconds since 1970) or a duration back from now (24h)";
    enum { NUMBER_MIN = 100000000 }; /* 1973: a smaller number is a duration that lacks its unit */
    struct err why;
    int64_t back;
    if (!text) return 0;
    if (is_date(text)) {
        if (parse_date(text, out, &why) == 0) return 0;
        return err_set(err, ERR_INVALID, "%s: %s", name, why.text);
    }
    if (is_plain_number(text)) {
        double number = strtod(text, NULL);
        if (number < NUMBER_MIN || instant_of_number(number, out, &why))
            return wrong(name, text, expected, err);
        return 0;
    }
    if (duration_parse(span_of(text), &back, &why)) return wrong(name, text, expected, err);
    *out = back < now_ms ? now_ms - back : 0;
    return 0;
}

int param_duration(const char *name, const char *text, int64_t *out, struct err *err) {
    struct err why;
    if (!text || duration_parse(span_of(text), out, &why) == 0) return 0;
    return wrong(name, text, "a duration (10m, 1h30m)", err);
}

/* ---------------------------------------------------------------- numbers and words */

/* A whole number without sign, below 10^18. */
static bool parse_whole(const char *text, int64_t *out) {
    enum { DIGITS_MAX = 18 };
    size_t n = strspn(text, "0123456789");
    if (n == 0 || n > DIGITS_MAX || text[n]) return false;
    *out = strtoll(text, NULL, 10);
    return true;
}

int param_limit(const char *text, size_t max, size_t *out, struct err *err) {
    int64_t number = 0;
    if (!text) return 0;
    if (!parse_whole(text, &number) || number < 1 || (uint64_t)number > max) {
        char expected[64];
        snprintf(expected, sizeof expected, "a whole number from 1 to %zu", max);
        return wrong("limit", text, expected, err);
    }
    *out = (size_t)number;
    return 0;
}

int param_number(const char *name, const char *text, int64_t *out, struct err *err) {
    int64_t number = 0;
    if (!text) return 0;
    if (!parse_whole(text, &number) || number < 1)
        return wrong(name, text, "what an earlier answer gave as \"next\"", err);
    *out = number;
    return 0;
}

int param_quantile(const char *name, const char *text, double *out, struct err *err) {
    struct decimal decimal;
    struct err why;
    if (!text) return 0;
    if (!is_plain_number(text) || decimal_parse(span_of(text), &decimal, &why) || strtod(text, NULL) > 100)
        return wrong(name, text, "a percentage (90, 99.9)", err);
    *out = strtod(text, NULL);
    return 0;
}

int param_word(const char *name, const char *text, const char *const *words, size_t count, size_t *out,
    struct err *err) {
    if (!text) return 0;
    struct buf expected = {0};
    for (size_t i = 0; i < count; i++) {
        if (strcmp(words[i], text) == 0) {
            buf_fini(&expected);
            *out = i + 1;
            return 0;
        }
        buf_printf(&expected, "%s\"%s\"", i == 0 ? "" : i + 1 < count ? ", " : " or ", words[i]);
    }
    int code = wrong(name, text, buf_text(&expected), err);
    buf_fini(&expected);
    return code;
}

/* ---------------------------------------------------------------- groups */

int param_terms(const struct view_query *query, struct view_terms *out, struct err *err) {
    if (query->group_count > GROUP_TERMS_MAX)
        return err_set(err, ERR_LIMIT, "at most %d times group.ATTR=VALUE", GROUP_TERMS_MAX);
    for (size_t i = 0; i < query->group_count; i++) {
        struct span value = span_of(query->group_values[i]);
        if (!query->group_attrs[i][0])
            return err_set(err, ERR_INVALID, "group.: the attribute's name is missing");
        out->list[i] =
            (struct group_term){span_of(query->group_attrs[i]), value.n ? value : (struct span){0}};
    }
    out->count = query->group_count;
    return 0;
}

static bool term_holds(
    const struct group_term *term, const struct standard *standard, const struct group *group) {
    for (size_t i = 0; i < standard->by_count; i++)
        if (span_eq(span_of(standard->by[i]), term->attr)) {
            if (!term->value.p || !group->texts[i].p) return !term->value.p && !group->texts[i].p;
            return span_eq(term->value, group->texts[i]);
        }
    return !term->value.p;
}

bool terms_hold(const struct view_terms *terms, const struct standard *standard, const struct group *group) {
    for (size_t i = 0; i < terms->count; i++)
        if (!term_holds(&terms->list[i], standard, group)) return false;
    return true;
}

static bool list_has(const char *const *list, size_t count, struct span word) {
    for (size_t i = 0; i < count; i++)
        if (span_eq(span_of(list[i]), word)) return true;
    return false;
}

static int not_split_by(const char *const *attrs, size_t count, struct span attr, struct err *err) {
    struct buf typed = shown(attr);
    const char *nearest = nearest_word(attr, attrs, count);
    if (nearest)
        err_set(err, ERR_INVALID, "no standard is split by \"%s\": did you mean \"group.%s\"?",
            buf_text(&typed), nearest);
    else
        err_set(err, ERR_INVALID, "no standard is split by \"%s\"", buf_text(&typed));
    buf_fini(&typed);
    return ERR_INVALID;
}

int terms_known(const struct view_terms *terms, const struct ruleset *rules, struct err *err) {
    const char **attrs = NULL;
    size_t count = 0, capacity = 0;
    int code = 0;
    for (size_t s = 0; s < rules->standard_count; s++)
        for (size_t i = 0; i < rules->standards[s]->by_count; i++) {
            attrs = mem_grow(attrs, &capacity, count + 1, sizeof *attrs);
            attrs[count++] = rules->standards[s]->by[i];
        }
    for (size_t i = 0; i < terms->count && !code; i++)
        if (!list_has(attrs, count, terms->list[i].attr))
            code = not_split_by(attrs, count, terms->list[i].attr, err);
    free(attrs);
    return code;
}

/* ---------------------------------------------------------------- standards */

enum { NAMES_SHOWN = 10 }; /* more than that are looked up */

static void add_names(struct buf *out, const char *const *names, size_t count) {
    buf_add_text(out, count == 0 ? ": there is none" : count == 1 ? ": there is " : ": there are ");
    for (size_t i = 0; i < count && i < NAMES_SHOWN; i++) buf_printf(out, "%s%s", i ? ", " : "", names[i]);
    if (count > NAMES_SHOWN) buf_printf(out, " and %zu more (GET /v1/standards, slactl standards)", count - NAMES_SHOWN);
}

int no_such_standard(const struct ruleset *rules, struct span name, struct err *err) {
    const char **names = mem_alloc((rules->standard_count + 1) * sizeof *names);
    for (size_t i = 0; i < rules->standard_count; i++) names[i] = rules->standards[i]->name;
    const char *nearest = nearest_word(name, names, rules->standard_count);
    struct buf typed = shown(name);
    if (nearest)
        err_set(err, ERR_NOT_FOUND, "no standard is named \"%s\": did you mean \"%s\"?", buf_text(&typed),
            nearest);
    else {
        struct buf others = {0};
        add_names(&others, names, rules->standard_count);
        err_set(err, ERR_NOT_FOUND, "no standard is named \"%s\"%s", buf_text(&typed), buf_text(&others));
        buf_fini(&others);
    }
    buf_fini(&typed);
    free(names);
    return ERR_NOT_FOUND;
}

int param_standard(const struct ruleset *rules, const char *name, size_t *out, struct err *err) {
    if (!name) {
        *out = SIZE_MAX;
        return 0;
    }
    for (size_t i = 0; i < rules->standard_count; i++)
        if (strcmp(rules->standards[i]->name, name) == 0) {
            *out = i;
            return 0;
        }
    return no_such_standard(rules, span_of(name), err);
}

static void note_found(void *arg, const struct version *version) {
    (void)version;
    *(bool *)arg = true;
}

int param_past_standard(struct service *service, const char *name, struct span *out, struct err *err) {
    *out = (struct span){0};
    if (!name) return 0;
    bool found = ruleset_find(&service->judging->rules, span_of(name)) != NULL;
    if (!found) {
        int code = version_list(service->store, span_of(name), note_found, &found, err);
        if (code) return code;
    }
    if (!found) return no_such_standard(&service->judging->rules, span_of(name), err);
    *out = span_of(name);
    return 0;
}

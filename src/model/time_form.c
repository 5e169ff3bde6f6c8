#include "slad/model/time_form.h"

#include "slad/model/instant.h"
#include "slad/model/number.h"
#include "time_pattern.h"

int time_form_parse(const char *text, struct time_form *out, struct err *err) {
    static const char *const names[] = {"iso", "epoch", "epoch_ms"}; /* by enum time_kind */
    for (int kind = TIME_ISO; kind < TIME_PATTERN; kind++)
        if (strcmp(text, names[kind]) == 0) return *out = (struct time_form){(enum time_kind)kind, NULL}, 0;
    if (!strchr(text, '%'))
        return err_set(
            err, ERR_INVALID, "write iso, epoch, epoch_ms, or a pattern such as \"%%Y-%%m-%%d %%H:%%M:%%S\"");
    int code = time_pattern_check(text, err);
    if (!code) *out = (struct time_form){TIME_PATTERN, text};
    return code;
}

static int read_pattern(
    const char *pattern, const struct zone *zone, struct span text, int64_t *out, struct err *err) {
    int code = time_pattern_read(pattern, zone, text, out, err);
    return code > 0 ? err_set(err, ERR_INVALID, "a time as \"%s\" was expected", pattern) : code;
}

/* RFC 3339, and what is often written for it: no offset (and then no seconds, or no time of day), or +0200.
 */
static int read_iso(const struct zone *zone, struct span text, int64_t *out, struct err *err) {
    static const char *const others[] = {"%F %T", "%FT%T", "%F %R", "%FT%R", "%F", "%F %T.%f", "%FT%T.%f",
        "%FT%T.%f%z", "%FT%T%z", "%F %T%z", "%F %T %z"};
    if (instant_parse(text, out, err) == 0) return 0;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        int code = time_pattern_read(others[i], zone, text, out, err);
        if (code <= 0) return code;
    }
    return err_set(
        err, ERR_INVALID, "a time such as 2026-03-02T09:00:00%s was expected", zone ? "" : "+02:00");
}

/* ---- numbers */

static int read_epoch(struct span text, int64_t unit_ms, int64_t *out, struct err *err) {
    struct decimal decimal;
    __int128 divisor = 1;
    if (decimal_parse(text, &decimal, err))
        return err_set(
            err, ERR_INVALID, "%s since 1970 were expected", unit_ms == 1 ? "milliseconds" : "seconds");
    for (int i = 0; i < decimal.digits; i++) divisor *= 10;
    __int128 doubled = (__int128)decimal.units * unit_ms * 2 + divisor; /* halves up */
    __int128 ms = doubled < 0 ? -1 : doubled / (2 * divisor);
    if (ms < 0 || ms >= INSTANT_END) return err_set(err, ERR_INVALID, "the time lies outside 1970 to 9999");
    *out = (int64_t)ms;
    return 0;
}

static struct span trim(struct span text) {
    while (text.n && (*text.p == ' ' || *text.p == '\t')) text.p++, text.n--;
    while (text.n && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t')) text.n--;
    return text;
}

static int read_form(
    const struct time_form *form, const struct zone *zone, struct span text, int64_t *out, struct err *err) {
    switch (form->kind) {
    case TIME_EPOCH: return read_epoch(text, 1000, out, err);
    case TIME_EPOCH_MS: return read_epoch(text, 1, out, err);
    case TIME_PATTERN: return read_pattern(form->pattern, zone, text, out, err);
    case TIME_ISO: break;
    }
    return read_iso(zone, text, out, err);
}

int time_form_read(const struct time_form *forms, size_t count, const struct zone *zone,
    const struct value *value, int64_t *out, struct err *err) {
    char number[NUMBER_TEXT_MAX];
    struct span text = value->kind == VALUE_TEXT ? trim(value->text) : (struct span){number, 0};
    if (value->kind == VALUE_NUMBER) text.n = number_text(value->number, number);
    if (value->kind == VALUE_NULL || value->kind == VALUE_BOOL)
        return err_set(err, ERR_INVALID, "a time was expected");
    for (size_t i = 0; i < count; i++) {
        bool by_size = forms[i].kind == TIME_ISO && value->kind == VALUE_NUMBER;
        int code =
            by_size ? instant_of_number(value->number, out, err) : read_form(&forms[i], zone, text, out, err);
        if (code == 0) return 0;
    }
    if (count > 1)
        err_set(err, ERR_INVALID, "a time in one of the %zu forms of \"time\" was expected", count);
    return ERR_INVALID;
}

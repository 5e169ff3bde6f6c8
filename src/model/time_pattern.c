#include "time_pattern.h"

#include "slad/model/instant.h"

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS };
#define DAY_MS (INT64_C(24) * HOUR_MS)

/* What a pattern has told so far. */
enum part {
    YEAR = 1,
    MONTH = 2,
    DAY = 4,
    HOUR = 8,
    HALF = 16,
    MINUTE = 32,
    SECOND = 64,
    FRACTION = 128,
    OFFSET = 256,
    WEEKDAY = 512,
};
struct parts {
    int year, month, day, hour, minute, second, fraction_ms;
    bool half_day, afternoon; /* %I, %p */
    bool has_offset;
    int64_t offset_ms;
};

static const char known[] = "known are %Y %y %m %d %b %a %H %I %p %M %S %f %z %F %T %R %%";

/* A conversion and what it stands for. */
struct conversion {
    char letter;
    int parts;
    const char *stands_for; /* NULL: read by itself */
};
static const struct conversion conversions[] = {{'Y', YEAR, NULL}, {'y', YEAR, NULL}, {'m', MONTH, NULL},
    {'b', MONTH, NULL}, {'B', MONTH, NULL}, {'d', DAY, NULL}, {'e', DAY, NULL}, {'H', HOUR, NULL},
    {'I', HOUR, NULL}, {'p', HALF, NULL}, {'M', MINUTE, NULL}, {'S', SECOND, NULL}, {'f', FRACTION, NULL},
    {'z', OFFSET, NULL}, {'a', WEEKDAY, NULL}, {'A', WEEKDAY, NULL}, {'%', 0, NULL},
    {'F', YEAR | MONTH | DAY, "%Y-%m-%d"}, {'T', HOUR | MINUTE | SECOND, "%H:%M:%S"},
    {'R', HOUR | MINUTE, "%H:%M"}};

static const struct conversion *find_conversion(char letter) {
    for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
        if (conversions[i].letter == letter) return &conversions[i];
    return NULL;
}

/* ---- checking */

static int check_parts(int parts, bool half_day, struct err *err) {
    static const struct {
        int part;
        const char *lacks;
    } needed[] = {{YEAR, "%Y, the year"}, {MONTH, "%m, the month"}, {DAY, "%d, the day"}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!(parts & needed[i].part)) return err_set(err, ERR_INVALID, "it lacks %s", needed[i].lacks);
    if (half_day && !(parts & HALF)) return err_set(err, ERR_INVALID, "%%I needs %%p, AM or PM");
    if (parts & HALF && !half_day) return err_set(err, ERR_INVALID, "%%p needs %%I, the hour of half a day");
    if (parts & (MINUTE | SECOND) && !(parts & HOUR))
        return err_set(err, ERR_INVALID, "it lacks %%H, the hour");
    if (parts & SECOND && !(parts & MINUTE)) return err_set(err, ERR_INVALID, "it lacks %%M, the minute");
    if (parts & FRACTION && !(parts & SECOND)) return err_set(err, ERR_INVALID, "it lacks %%S, the second");
    return 0;
}

int time_pattern_check(const char *pattern, struct err *err) {
    int parts = 0;
    bool half_day = false;
    for (const char *p = pattern; *p; p++) {
        if (*p != '%') continue;
        const struct conversion *c = find_conversion(*++p);
        if (*p == '\0') return err_set(err, ERR_INVALID, "it ends in %%: %s", known);
        if (!c && (unsigned char)*p < 0x80)
            return err_set(err, ERR_INVALID, "%%%c is unknown: %s", *p, known);
        if (!c) return err_set(err, ERR_INVALID, "an unknown letter follows %%: %s", known);
        if (parts & c->parts) return err_set(err, ERR_INVALID, "%%%c says again what was said before it", *p);
        parts |= c->parts;
        half_day = half_day || *p == 'I';
    }
    return check_parts(parts, half_day, err);
}

/* ---- reading a pattern */

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* least to most digits; most is so few that it fits. */
static bool take_number(struct span *text, int least, int most, int *out) {
    int number = 0, count = 0;
    for (; count < most && text->n && is_digit(*text->p); count++, text->p++, text->n--)
        number = number * 10 + (*text->p - '0');
    *out = number;
    return count >= least;
}

static bool take_char(struct span *text, char c) {
    if (!text->n || *text->p != c) return false;
    text->p++;
    text->n--;
    return true;
}

/* ASCII letters, case ignored. */
static bool take_word(struct span *text, const char *word, size_t bytes) {
    if (text->n < bytes) return false;
    for (size_t i = 0; i < bytes; i++)
        if ((text->p[i] | 0x20) != (word[i] | 0x20)) return false;
    text->p += bytes;
    text->n -= bytes;
    return true;
}

/* An English name in full or its first three letters; its index from 0. */
static bool take_name(struct span *text, const char *const *names, int count, int *out) {
    enum { SHORT = 3 };
    for (int i = 0; i < count; i++)
        if (take_word(text, names[i], strlen(names[i])) || take_word(text, names[i], SHORT))
            return *out = i, true;
    return false;
}

static bool take_month(struct span *text, int *out) {
    static const char *const names[] = {"January", "February", "March", "April", "May", "June", "July",
        "August", "September", "October", "November", "December"};
    int index;
    if (!take_name(text, names, 12, &index)) return false;
    *out = index + 1;
    return true;
}

static bool take_weekday(struct span *text) {
    static const char *const names[] = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    int index;
    return take_name(text, names, 7, &index);
}

/* Digits after the point; to the millisecond, halves up. */
static bool take_fraction(struct span *text, int *ms) {
    int found = 0, place = 0;
    for (; text->n && is_digit(*text->p); place++, text->p++, text->n--) {
        if (place < 3) found = found * 10 + (*text->p - '0');
        if (place == 3 && *text->p >= '5') found++;
    }
    for (int i = place; i < 3; i++) found *= 10;
    *ms = found;
    return place > 0;
}

/* Z, +hh:mm, +hhmm or +hh. */
static bool take_offset(struct span *text, struct parts *parts) {
    int hours, minutes = 0;
    parts->has_offset = true;
    parts->offset_ms = 0;
    if (take_char(text, 'Z') || take_char(text, 'z')) return true;
    bool minus = take_char(text, '-');
    if (!minus && !take_char(text, '+')) return false;
    if (!take_number(text, 2, 2, &hours) || hours > 23) return false;
    bool colon = take_char(text, ':');
    if ((colon || (text->n && is_digit(*text->p))) && (!take_number(text, 2, 2, &minutes) || minutes > 59))
        return false;
    int64_t ms = hours * (int64_t)HOUR_MS + minutes * (int64_t)MINUTE_MS;
    parts->offset_ms = minus ? -ms : ms;
    return true;
}

static bool take_short_year(struct span *text, int *year) {
    enum { PIVOT = 69 }; /* as POSIX has it: 69 is 1969, 68 is 2068 */
    if (!take_number(text, 2, 2, year)) return false;
    *year += *year < PIVOT ? 2000 : 1900;
    return true;
}

static bool take_half(struct span *text, struct parts *parts) {
    parts->half_day = true;
    parts->afternoon = text->n && (*text->p | 0x20) == 'p';
    return take_word(text, parts->afternoon ? "PM" : "AM", 2);
}

static bool take_one(struct span *text, char letter, struct parts *parts) {
    switch (letter) {
    case 'Y': return take_number(text, 4, 4, &parts->year);
    case 'y': return take_short_year(text, &parts->year);
    case 'm': return take_number(text, 1, 2, &parts->month);
    case 'b':
    case 'B': return take_month(text, &parts->month);
    case 'd': return take_number(text, 1, 2, &parts->day);
    case 'e': return (void)take_char(text, ' '), take_number(text, 1, 2, &parts->day);
    case 'H':
    case 'I': return take_number(text, 1, 2, &parts->hour);
    case 'p': return take_half(text, parts);
    case 'M': return take_number(text, 1, 2, &parts->minute);
    case 'S': return take_number(text, 1, 2, &parts->second);
    case 'f': return take_fraction(text, &parts->fraction_ms);
    case 'z': return take_offset(text, parts);
    case 'a':
    case 'A': return take_weekday(text);
    default: return take_char(text, '%');
    }
}

static bool take_spaces(struct span *text) {
    bool any = false;
    while (take_char(text, ' ') || take_char(text, '\t')) any = true;
    return any;
}

static bool take_pattern(struct span *text, const char *pattern, struct parts *parts) {
    for (const char *p = pattern; *p; p++) {
        bool fits;
        if (*p == ' ') {
            fits = take_spaces(text) || (p > pattern && p[-1] == ' ');
        } else if (*p != '%') {
            fits = take_char(text, *p);
        } else {
            const struct conversion *c = find_conversion(*++p);
            fits =
                c->stands_for ? take_pattern(text, c->stands_for, parts) : take_one(text, c->letter, parts);
        }
        if (!fits) return false;
    }
    return true;
}

/* ---- to an instant */

/* False where there is no such date or time of day. */
static bool clock_of(const struct parts *parts, int64_t *wall_ms) {
    int hour = parts->hour;
    if (parts->half_day) {
        if (hour < 1 || hour > 12) return false;
        hour = hour % 12 + (parts->afternoon ? 12 : 0);
    }
    if (parts->month < 1 || parts->month > 12 || parts->day < 1 || parts->day > 31) return false;
    int64_t days = date_to_days(parts->year, parts->month, parts->day);
    if (date_of_days(days).day != parts->day || hour > 23 || parts->minute > 59 || parts->second > 60)
        return false;
    *wall_ms = days * DAY_MS + hour * (int64_t)HOUR_MS + parts->minute * (int64_t)MINUTE_MS +
               parts->second * (int64_t)SECOND_MS + parts->fraction_ms;
    return true;
}

static int instant_of_parts(
    const struct parts *parts, const struct zone *zone, int64_t *out, struct err *err) {
    int64_t wall_ms, at;
    if (!clock_of(parts, &wall_ms)) return err_set(err, ERR_INVALID, "there is no such date or time of day");
    if (parts->has_offset)
        at = wall_ms - parts->offset_ms;
    else if (zone)
        at = zone_instant(zone, wall_ms);
    else
        return err_set(err, ERR_INVALID, "it has no offset from UTC, and no zone is known for it");
    if (at < 0 || at >= INSTANT_END) return err_set(err, ERR_INVALID, "the time lies outside 1970 to 9999");
    *out = at;
    return 0;
}

int time_pattern_read(
    const char *pattern, const struct zone *zone, struct span text, int64_t *out, struct err *err) {
    struct parts parts = {0};
    if (!take_pattern(&text, pattern, &parts) || text.n) return 1;
    return instant_of_parts(&parts, zone, out, err);
}

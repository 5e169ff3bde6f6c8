#include "slad/model/instant.h"

#include <math.h>
#include <stdbool.h>

enum { SECOND_MS = 1000, MINUTE_MS = 60 * SECOND_MS, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

/* Days from the civil calendar and back: Howard Hinnant, "chrono-compatible low-level date algorithms". Years
 * begin in March there, so that the leap day is the last of its year, and repeat after 400. */
enum { ERA_YEARS = 400, ERA_DAYS = 146097, EPOCH_DAY = 719468 /* 1970-01-01 counted from 0000-03-01 */ };

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

int64_t date_to_days(int64_t year, int month, int day) {
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = floor_div(shifted, ERA_YEARS);
    int64_t year_of_era = shifted - era * ERA_YEARS;
    int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * ERA_DAYS + day_of_era - EPOCH_DAY;
}

struct date date_of_days(int64_t days) {
    int64_t shifted = days + EPOCH_DAY;
    int64_t era = floor_div(shifted, ERA_DAYS);
    int64_t day_of_era = shifted - era * ERA_DAYS;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153; /* 0: March */
    int64_t day = day_of_year - (153 * month + 2) / 5 + 1;
    month = month < 10 ? month + 3 : month - 9;
    return (struct date){year_of_era + era * ERA_YEARS + (month <= 2), (int)month, (int)day};
}

int weekday_of_days(int64_t days) {
    return (int)((days % 7 + 7 + 3) % 7); /* 1970-01-01 was a Thursday */
}

/* `count` digits at p as a number; -1 when one is not a digit. */
static int digits_at(const char *p, int count) {
    int number = 0;
    for (int i = 0; i < count; i++) {
        if (p[i] < '0' || p[i] > '9') return -1;
        number = number * 10 + (p[i] - '0');
    }
    return number;
}

static int days_in(int year, int month) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

enum { DATE_CHARS = 10 }; /* 2026-12-25 */

static bool date_at(const char *p, int64_t *days) {
    int year = digits_at(p, 4), month = digits_at(p + 5, 2), day = digits_at(p + 8, 2);
    if (p[4] != '-' || p[7] != '-' || year < 0 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
        return false;
    *days = date_to_days(year, month, day);
    return true;
}

int date_parse(struct span text, int64_t *days, struct err *err) {
    if (text.n != DATE_CHARS || !date_at(text.p, days))
        return err_set(err, ERR_INVALID, "expected a date that exists, such as 2026-12-25");
    return 0;
}

/* The rest of RFC 3339 after the seconds: [.digits] and Z or ±hh:mm. Milliseconds to add, for the fraction
 * and the offset. Offsets up to ±23:59; minutes of 60 and more are taken as such (+05:60 is +06:00). */
static bool read_tail(struct span tail, int64_t *ms) {
    const char *p = tail.p, *end = tail.p + tail.n;
    int64_t fraction = 0;
    if (p < end && *p == '.') {
        int place = 0;
        for (p++; p < end && *p >= '0' && *p <= '9'; p++, place++) {
            if (place < 3) fraction = fraction * 10 + (*p - '0');
            if (place == 3 && *p >= '5') fraction++; /* halves up; what follows cannot change that */
        }
        if (place == 0) return false;
        for (; place < 3; place++) fraction *= 10;
    }
    if (end - p == 1 && (*p == 'Z' || *p == 'z')) {
        *ms = fraction;
        return true;
    }
    if (end - p != 6 || (*p != '+' && *p != '-') || p[3] != ':') return false;
    int hours = digits_at(p + 1, 2), minutes = digits_at(p + 4, 2);
    if (hours < 0 || minutes < 0 || hours * 60 + minutes >= 24 * 60) return false;
    int64_t offset = (int64_t)(hours * 60 + minutes) * MINUTE_MS;
    *ms = fraction + (*p == '-' ? offset : -offset);
    return true;
}

static int checked(int64_t ms, int64_t *out, struct err *err) {
    if (ms < 0 || ms >= INSTANT_END) return err_set(err, ERR_INVALID, "the time lies outside 1970 to 9999");
    *out = ms;
    return 0;
}

static int bad_shape(struct err *err) {
    return err_set(err, ERR_INVALID,
        "expected a time with an offset, such as 2026-03-02T09:00:00Z or 2026-03-02T09:00:00.250+02:00");
}

int instant_parse(struct span text, int64_t *out, struct err *err) {
    enum { FIXED = 19 }; /* 2026-03-02T09:00:00 */
    const char *p = text.p;
    if (text.n < FIXED || (p[10] != 'T' && p[10] != 't' && p[10] != ' ') || p[13] != ':' || p[16] != ':')
        return bad_shape(err);
    int hour = digits_at(p + 11, 2), minute = digits_at(p + 14, 2), second = digits_at(p + 17, 2);
    if (hour < 0 || minute < 0 || second < 0) return bad_shape(err);
    int64_t days, tail_ms;
    if (!date_at(p, &days)) return err_set(err, ERR_INVALID, "there is no such date as %.*s", DATE_CHARS, p);
    if (hour > 23 || minute > 59 || second > 60)
        return err_set(err, ERR_INVALID, "there is no such time of day as %.8s", p + 11);
    if (!read_tail((struct span){p + FIXED, text.n - FIXED}, &tail_ms)) return bad_shape(err);
    /* Second 60 is the next minute of itself. */
    int64_t clock_ms = hour * (int64_t)HOUR_MS + minute * (int64_t)MINUTE_MS + second * (int64_t)SECOND_MS;
    return checked(days * DAY_MS + clock_ms + tail_ms, out, err);
}

int instant_of_number(double number, int64_t *out, struct err *err) {
    const double milliseconds_from = 1e11;
    /* volatile: each step is rounded to a double, as the definition has it, also where the compiler could
     * fuse the product and the sum. */
    volatile double scaled = fabs(number) < milliseconds_from ? number * 1000 : number;
    double ms = floor(scaled + 0.5);
    if (!(ms >= 0 && ms < (double)INSTANT_END)) return checked(-1, out, err);
    return checked((int64_t)ms, out, err);
}

int instant_of_value(const struct value *value, int64_t *out, struct err *err) {
    if (value->kind == VALUE_TEXT) return instant_parse(value->text, out, err);
    if (value->kind == VALUE_NUMBER) return instant_of_number(value->number, out, err);
    return err_set(err, ERR_INVALID, "expected a time as text or as a number");
}

static char *put_digits(char *p, int number, int count) {
    for (int i = count; i-- > 0; number /= 10) p[i] = (char)('0' + number % 10);
    return p + count;
}

const char *instant_text(int64_t ms, char out[INSTANT_TEXT_MAX]) {
    if (ms < 0) ms = 0;
    if (ms >= INSTANT_END) ms = INSTANT_END - 1;
    struct date date = date_of_days(ms / DAY_MS);
    int in_day = (int)(ms % DAY_MS);
    const struct {
        int number, digits;
        char after;
    } parts[] = {
        {(int)date.year, 4, '-'},
        {date.month, 2, '-'},
        {date.day, 2, 'T'},
        {in_day / HOUR_MS, 2, ':'},
        {in_day / MINUTE_MS % 60, 2, ':'},
        {in_day / SECOND_MS % 60, 2, '.'},
        {in_day % SECOND_MS, 3, 'Z'},
    };
    char *p = out;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        p = put_digits(p, parts[i].number, parts[i].digits);
        *p++ = parts[i].after;
    }
    *p = '\0';
    return out;
}

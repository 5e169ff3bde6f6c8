#include "moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "slad/base/clock.h"
#include "slad/model/duration.h"
#include "slad/model/instant.h"

void moment_use_utc(void) {
    setenv("TZ", "UTC", 1);
    tzset();
}

/* What follows "zoneinfo/" in a path, or the text itself where it is no path. */
static const char *zone_in(const char *text) {
    const char *found = strstr(text, "zoneinfo/");
    if (found) return found + strlen("zoneinfo/");
    return *text && *text != '/' ? text : NULL;
}

const char *moment_zone(char out[MOMENT_ZONE_MAX]) {
    char link[256];
    const char *variable = getenv("TZ"), *name = NULL;
    if (variable && *variable) {
        name = zone_in(*variable == ':' ? variable + 1 : variable);
    } else {
        ssize_t size = readlink("/etc/localtime", link, sizeof link - 1);
        link[size > 0 ? size : 0] = '\0';
        name = size > 0 && strstr(link, "zoneinfo/") ? zone_in(link) : NULL;
    }
    if (name) {
        snprintf(out, MOMENT_ZONE_MAX, "%s", strcmp(name, "Etc/UTC") == 0 ? "UTC" : name);
        return out;
    }
    struct tm tm;
    time_t now = (time_t)(clock_wall_ms() / 1000);
    if (!localtime_r(&now, &tm) || strftime(out, MOMENT_ZONE_MAX, "%Z", &tm) == 0)
        snprintf(out, MOMENT_ZONE_MAX, "local time");
    return out;
}

const char *moment_text(int64_t ms, enum moment_precision precision, char out[MOMENT_TEXT_MAX]) {
    struct tm tm;
    time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
    size_t used = 0;
    if (ms != INSTANT_NEVER && localtime_r(&seconds, &tm))
        used = strftime(out, MOMENT_TEXT_MAX, "%Y-%m-%d %H:%M:%S", &tm);
    if (used == 0)
        snprintf(out, MOMENT_TEXT_MAX, "-");
    else if (precision == MOMENT_EXACT)
        snprintf(out + used, MOMENT_TEXT_MAX - used, ".%03d", (int)(ms - seconds * INT64_C(1000)));
    return out;
}

const char *length_text(int64_t ms, char *out) {
    int64_t size = ms < 0 ? -ms : ms, step = size < 60000 ? 1 : size < 86400000 ? 1000 : 60000;
    return duration_text(ms / step * step, out);
}

/* Seconds since the epoch have so many digits since 1973; a shorter number is one that lacks its unit. */
enum { EPOCH_DIGITS_MIN = 9 };

/* A wall-clock time in one of these forms, the whole of the text. Forms without a date are today's. */
static bool parse_local(const char *typed, time_t *out) {
    static const char *const forms[] = {"%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M",
        "%Y-%m-%dT%H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M"};
    time_t now = (time_t)(clock_wall_ms() / 1000);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm tm;
        if (!localtime_r(&now, &tm)) return false;
        tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
        tm.tm_isdst = -1;
        const char *end = strptime(typed, forms[i], &tm);
        if (!end || *end) continue;
        int day = tm.tm_mday;
        *out = mktime(&tm);
        return *out != (time_t)-1 && tm.tm_mday == day; /* 30 February would become March */
    }
    return false;
}

int moment_query(const char *typed, struct buf *out, struct err *err) {
    int64_t ms;
    time_t seconds;
    bool epoch = strlen(typed) >= EPOCH_DIGITS_MIN && strspn(typed, "0123456789.") == strlen(typed);
    char text[INSTANT_TEXT_MAX];
    if (epoch || instant_parse(span_of(typed), &ms, NULL) == 0 ||
        duration_parse(span_of(typed), &ms, NULL) == 0) {
        if (out) buf_add_text(out, typed);
        return 0;
    }
    if (!parse_local(typed, &seconds) || seconds < 0)
        return err_set(err, ERR_INVALID,
            "expected how long ago (24h, 30m) or a time (2026-03-02, \"2026-03-02 09:04\", 09:04, "
            "2026-03-02T09:04:00Z)");
    if (out) buf_add_text(out, instant_text(seconds * INT64_C(1000), text));
    return 0;
}

#include "service/view_words.h"

#include <inttypes.h>
#include "slad/base/utf8.h"
#include "slad/model/instant.h"
#include "slad/model/number.h"

enum { SECOND = 1000, MINUTE = 60000, HOUR = 3600000, DAY = 86400000 };

/* ---------------------------------------------------------------- lengths of time */

static void add_unit(struct buf *out, int64_t number, const char *unit, bool *first) {
    if (!number) return;
    buf_printf(out, "%s%" PRId64 " %s", *first ? "" : " ", number, unit);
    *first = false;
}

void words_duration(struct buf *out, int64_t ms) {
    bool first = true;
    char seconds[NUMBER_TEXT_MAX];
    if (ms < 0) ms = 0;
    add_unit(out, ms / HOUR, "h", &first);
    add_unit(out, ms % HOUR / MINUTE, "min", &first);
    if (ms % MINUTE == 0 && !first) return;
    decimal_text(ms % MINUTE, 3, seconds);
    buf_printf(out, "%s%s s", first ? "" : " ", seconds);
}

void words_limit(struct buf *out, int64_t ms, const struct calendar *calendar) {
    if (!calendar && ms >= DAY && ms % DAY == 0)
        buf_printf(out, "%" PRId64 " d", ms / DAY);
    else
        words_duration(out, ms);
}

/* ---------------------------------------------------------------- instants */

struct words words_in(const struct zone *zone, struct buf *out) {
    return (struct words){zone, out, INT64_MIN};
}

static void add_date(struct buf *out, int64_t day) {
    static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
        "August", "September", "October", "November", "December"};
    struct date date = date_of_days(day);
    buf_printf(out, " on %d %s %" PRId64, date.day, months[date.month - 1], date.year);
}

void words_instant(struct words *words, int64_t at_ms) {
    int64_t wall = zone_wall(words->zone, at_ms);
    int64_t ms = (wall % DAY + DAY) % DAY; /* west of Greenwich the first hours of 1970 lie before it */
    int64_t day = (wall - ms) / DAY;
    buf_printf(words->out, "%02d:%02d:%02d", (int)(ms / HOUR), (int)(ms % HOUR / MINUTE),
        (int)(ms % MINUTE / SECOND));
    if (ms % SECOND) buf_printf(words->out, ".%03d", (int)(ms % SECOND));
    if (day == words->day) return;
    words->day = day;
    add_date(words->out, day);
}

/* ---------------------------------------------------------------- names */

void words_quoted(struct buf *out, struct span text) {
    enum { SHOWN_MAX = 100 }; /* bytes: to recognise it by */
    buf_add_char(out, '"');
    utf8_escape(out, text, SHOWN_MAX);
    buf_add_char(out, '"');
}

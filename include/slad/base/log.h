/* log: one line an occurrence, `what key=value …`, to standard error with a systemd priority where that is the journal.
 * Owns: the level, the rate limits.
 * Must not know: secrets, or what the lines are about. */
#ifndef SLAD_BASE_LOG_H
#define SLAD_BASE_LOG_H

#include "slad/base/err.h"
#include "slad/base/span.h"

enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_INFO = 6, LOG_DEBUG = 7 }; /* syslog's numbers */

/* Lines above this level are dropped; LOG_INFO at start. */
void log_set_level(enum log_level level);
/* `what` in a few words, then "key=value" pairs from the format. Text from outside goes through LOG_TEXT().
 * A newline or control character in the result is escaped. */
void log_line(enum log_level level, const char *what, const char *format, ...) PRINTF_LIKE(3, 4);
#define log_error(what, ...) log_line(LOG_ERROR, what, __VA_ARGS__)
#define log_warning(what, ...) log_line(LOG_WARNING, what, __VA_ARGS__)
#define log_info(what, ...) log_line(LOG_INFO, what, __VA_ARGS__)
#define log_debug(what, ...) log_line(LOG_DEBUG, what, __VA_ARGS__)
/* Text from outside for a "%s" of log_line(): in quotes, escaped, cut after LOG_TEXT_MAX bytes. Borrowed; at most
 * eight in one line. */
const char *log_text(struct span text);
#define LOG_TEXT(text) log_text(text)
enum { LOG_TEXT_MAX = 200 }; /* enough to recognise it by; a line holds eight */

/* At most a few lines a minute for each `what` (a string literal): true when this one may be said. When lines were
 * held back, *held says how many since the last. */
int log_allow(const char *what, int64_t now_ms, uint64_t *held);

#endif

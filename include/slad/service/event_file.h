/* event_file: the event lines of a file, whatever its format.
 * Owns: the file's text, until event_file_close().
 * Must not know: what becomes of its events. */
#ifndef SLAD_SERVICE_EVENT_FILE_H
#define SLAD_SERVICE_EVENT_FILE_H

#include "slad/base/err.h"
#include "slad/wire/translate.h"

/* Zero-initialised it is closed. */
struct event_file {
    struct span text;
    bool mapped;
};
/* "-" is standard input. ERR_NOT_FOUND, ERR_IO. */
int event_file_open(const char *name, struct event_file *out, struct err *err) WARN_UNUSED;
void event_file_close(struct event_file *file);

struct event_file_visitor {
    /* The event lines of the record that begins on this line of the file (from 1); gone when it returns. */
    void (*events)(void *arg, size_t number, const struct translation *events);
    void (*rejected)(void *arg, size_t number, const char *reason);
    void *arg;
    const struct translate_options *options; /* for the translator; may be NULL */
};
/* Visits all records, in order. */
void event_file_visit(
    const struct event_file *file, const struct format *format, const struct event_file_visitor *visitor);

#endif

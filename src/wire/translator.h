/* translator: what a format has to offer to be translated from; a row of the table in translate.c.
 * Owns: nothing.
 * Must not know: which formats there are. */
#ifndef SLAD_WIRE_TRANSLATOR_H
#define SLAD_WIRE_TRANSLATOR_H

#include "slad/wire/translate.h"

struct translator_kind {
    void *(*new)(const struct format *format, const struct translate_options *options); /* options: never NULL */
    void (*free)(void *state);
    int (*translate)(void *state, struct span record, struct translation *out, struct err *err);
    void (*begin)(void *state);            /* NULL: nothing is told by one record that another needs */
    bool (*needs_head)(const void *state); /* NULL: never */
};

/* Each in the file of its name. */
extern const struct translator_kind csv_translator, json_translator, cloudevents_translator;

extern const struct translator_kind queue_log_translator, ami_translator; /* docs/ASTERISK.md */

#endif

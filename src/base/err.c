#include "slad/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Takes an unfinished UTF-8 sequence off the end of a text that was cut. */
static void drop_partial_sequence(char *text) {
    size_t size = strlen(text), start = size;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) start--;
    if (start == 0) return;
    unsigned char lead = (unsigned char)text[start - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (size - (start - 1) < wanted) text[start - 1] = '\0';
}

static void set_text(struct err *err, const char *format, va_list args) {
    int wanted = vsnprintf(err->text, sizeof err->text, format, args);
    if (wanted < 0) err->text[0] = '\0';
    if (wanted >= (int)sizeof err->text) drop_partial_sequence(err->text);
    for (char *c = err->text; *c; c++)
        if (*c == '\n' || *c == '\r') *c = ' ';
}

int err_set(struct err *err, int code, const char *format, ...) {
    if (!err) return code;
    va_list args;
    va_start(args, format);
    struct err fresh = {.code = code}; /* the arguments may point into err->text */
    set_text(&fresh, format, args);
    va_end(args);
    *err = fresh;
    return code;
}

int err_add(struct err *err, const char *format, ...) {
    if (!err) return ERR_INVALID; /* the code is not known, but it was a failure */
    va_list args;
    va_start(args, format);
    struct err fresh = {.code = err->code};
    set_text(&fresh, format, args);
    va_end(args);
    size_t size = strlen(fresh.text), room = sizeof fresh.text - size;
    int wanted = snprintf(fresh.text + size, room, "%s%s", *err->text ? ": " : "", err->text);
    if (wanted >= (int)room) drop_partial_sequence(fresh.text);
    *err = fresh;
    return err->code;
}

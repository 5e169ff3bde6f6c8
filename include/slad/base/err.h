/* err: what went wrong, for the caller (a code) and for a person (prose).
 * Owns: nothing; a struct err is plain storage of the caller's.
 * Must not know: logs, exits, who will read it. */
#ifndef SLAD_BASE_ERR_H
#define SLAD_BASE_ERR_H

#define WARN_UNUSED __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum err_code {
    ERR_INVALID = -1,   /* what was given is wrong; the text says what was expected */
    ERR_NOT_FOUND = -2, /* what was named does not exist */
    ERR_IO = -3,        /* the operating system failed us */
    ERR_FULL = -4,      /* no space left on the device */
    ERR_IN_USE = -5,    /* somebody else holds it */
    ERR_DENIED = -6,    /* no permission */
    ERR_LIMIT = -7,     /* a named cap was reached */
    ERR_CORRUPT = -8,   /* stored data does not hold together */
};

struct err {
    int code;       /* 0 or one of enum err_code */
    char text[512]; /* one line, no newline, UTF-8; cut when longer */
};

/* Sets code and text; returns code, so that `return err_set(err, ERR_IO, …)` reads well. err may be NULL. */
int err_set(struct err *err, int code, const char *format, ...) PRINTF_LIKE(3, 4);
/* Puts a fact that was lacking before the text ("FACT: text"); keeps the code and returns it. */
int err_add(struct err *err, const char *format, ...) PRINTF_LIKE(2, 3);

#endif

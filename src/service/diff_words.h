/* diff_words: a value of a definition's canonical JSON, as JSON again or as one would write it in a file.
 * Owns: nothing.
 * Must not know: which key it belongs to. */
#ifndef SLAD_SERVICE_DIFF_WORDS_H
#define SLAD_SERVICE_DIFF_WORDS_H

#include "slad/base/buf.h"
#include "slad/wire/json.h"
#include "slad/wire/write.h"

void diff_words_json(const struct json *value, struct json_writer *w);
/* On one line, nothing in it that a terminal would obey; NULL as "not given". */
void diff_words_yaml(const struct json *value, struct buf *out);
/* One part of a path to a key, in quotes where a dot in it could mislead. */
void diff_words_name(const char *name, struct buf *out);
bool diff_words_same(const struct json *a, const struct json *b);

#endif

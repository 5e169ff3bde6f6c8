#include "show.h"

#include <math.h>
#include "slad/model/instant.h"
#include "slad/model/number.h"

int64_t instant_of(const struct json *at) {
    int64_t ms;
    const char *text = json_text(at);
    return text && instant_parse(span_of(text), &ms, NULL) == 0 ? ms : INSTANT_NEVER;
}

bool length_of(const struct json *seconds, char out[DURATION_TEXT_MAX]) {
    double number = json_number(seconds, NAN);
    if (!(fabs(number) < (double)DURATION_MAX / 1000)) return false;
    length_text(llround(number * 1000), out);
    return true;
}

void show_text(struct buf *out, const struct json *text) {
    const char *shown = json_text(text);
    text_safe(out, span_of(shown ? shown : "-"));
}

void show_scalar(struct buf *out, const struct json *value) {
    char text[NUMBER_TEXT_MAX];
    if (json_text(value))
        show_text(out, value);
    else if (json_is_number(value))
        buf_add(out, text, number_text(json_number(value, 0), text));
    else if (json_is_bool(value))
        buf_add_text(out, json_is_true(value) ? "true" : "false");
    else
        buf_add_text(out, json_is_array(value) ? "[…]" : json_is_object(value) ? "{…}" : "∅");
}

void show_group(struct buf *out, const struct json *group) {
    const char *comma = "";
    for (const struct json *attr = json_first(group); attr; attr = json_next(attr)) {
        const char *name = json_name(attr);
        buf_add_text(out, comma);
        text_safe(out, span_of(name ? name : "?"));
        buf_add_char(out, '=');
        show_scalar(out, attr);
        comma = ", ";
    }
}

void show_subject(struct buf *out, const struct json *subject) {
    if (!json_is_array(subject)) {
        show_text(out, subject);
        return;
    }
    for (const struct json *part = json_first(subject); part; part = json_next(part)) {
        if (part != json_first(subject)) buf_add_text(out, ", ");
        show_text(out, part);
    }
}

void show_time(struct buf *out, const struct json *at, enum moment_precision precision) {
    char text[MOMENT_TEXT_MAX];
    buf_add_text(out, moment_text(instant_of(at), precision, text));
}

void show_seconds(struct buf *out, const struct json *seconds) {
    char text[NUMBER_TEXT_MAX];
    buf_add_text(out, json_is_number(seconds) && length_of(seconds, text) ? text : "-");
}

#include <math.h>
#include <stdlib.h>
#include "mapper_state.h"
#include "slad/base/utf8.h"
#include "slad/model/instant.h"

bool slot_is_there(const struct slot *slot) {
    return slot->value.kind != VALUE_NULL && !(slot->value.kind == VALUE_TEXT && slot->value.text.n == 0);
}

static void add_value(struct json_writer *w, const struct value *value) {
    char number[NUMBER_TEXT_MAX];
    switch (value->kind) {
    case VALUE_NULL: json_null(w); break;
    case VALUE_BOOL: json_bool(w, value->truth); break;
    case VALUE_NUMBER: json_raw(w, (struct span){number, number_text(value->number, number)}); break;
    case VALUE_TEXT: json_string(w, value->text); break;
    }
}

int slot_complain(const struct slot *slot, struct err *err) {
    struct buf shown = {0}, text = {0};
    struct json_writer w = {.out = &text};
    add_value(&w, &slot->value);
    buf_add_char(&shown, '"');
    utf8_escape(&shown, slot->name, MAPPER_SHOWN_MAX);
    buf_add_text(&shown, "\" is ");
    if (slot->value.kind == VALUE_TEXT) {
        buf_add_char(&shown, '"');
        utf8_escape(&shown, slot->value.text, MAPPER_SHOWN_MAX);
        buf_add_char(&shown, '"');
    } else {
        buf_add_span(&shown, buf_span(&text));
    }
    int code = err_add(err, "%s", buf_text(&shown));
    buf_fini(&shown);
    buf_fini(&text);
    return code;
}

int slot_time(const struct mapper *mapper, const struct slot *slot, int64_t *out, struct err *err) {
    const struct mapping *m = mapper->mapping;
    if (time_form_read(m->times, m->time_count, m->zone, &slot->value, out, err))
        return slot_complain(slot, err);
    return 0;
}

/* Decimal, as programs write it: 3, -4.5, 1e3. */
static bool read_number(const struct mapper *mapper, struct span text, double *out) {
    char copy[NUMBER_TEXT_MAX], *end;
    while (text.n && *text.p == ' ') text.p++, text.n--;
    while (text.n && text.p[text.n - 1] == ' ') text.n--;
    if (!text.n || text.n >= sizeof copy) return false;
    for (size_t i = 0; i < text.n; i++)
        if (!strchr("0123456789+-.eE", text.p[i]) || !text.p[i]) return false;
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    *out = strtod_l(copy, &end, mapper->c_locale);
    return *end == '\0' && isfinite(*out);
}

static bool is_word(struct span text, const char *const *words, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (text.n == strlen(words[i]) && strncasecmp(text.p, words[i], text.n) == 0) return true;
    return false;
}

static bool read_truth(const struct value *value, bool *out) {
    static const char *const yes[] = {"true", "yes", "y", "t", "1"}, *const no[] = {
                                                                         "false", "no", "n", "f", "0"};
    enum { WORDS = 5 };
    if (value->kind == VALUE_NUMBER)
        return *out = value->number == 1, value->number == 0 || value->number == 1;
    if (value->kind != VALUE_TEXT) return false;
    *out = is_word(value->text, yes, WORDS);
    return *out || is_word(value->text, no, WORDS);
}

static int add_time(
    const struct mapper *mapper, struct json_writer *w, const struct slot *slot, struct err *err) {
    int64_t at;
    int code = slot_time(mapper, slot, &at, err);
    if (!code) json_instant(w, at);
    return code;
}

static int add_number(
    const struct mapper *mapper, struct json_writer *w, const struct slot *slot, struct err *err) {
    struct value number = slot->value;
    if (number.kind != VALUE_NUMBER) {
        double found;
        if (number.kind != VALUE_TEXT || !read_number(mapper, number.text, &found)) {
            err_set(err, ERR_INVALID, "a number was expected");
            return slot_complain(slot, err);
        }
        number = value_number(found);
    }
    add_value(w, &number);
    return 0;
}

static int add_boolean(struct json_writer *w, const struct slot *slot, struct err *err) {
    bool truth = slot->value.kind == VALUE_BOOL && slot->value.truth;
    if (slot->value.kind != VALUE_BOOL && !read_truth(&slot->value, &truth)) {
        err_set(err, ERR_INVALID, "true or false, yes or no, 1 or 0 was expected");
        return slot_complain(slot, err);
    }
    json_bool(w, truth);
    return 0;
}

struct span value_as_text(const struct value *value, char number[NUMBER_TEXT_MAX]) {
    if (value->kind == VALUE_TEXT) return value->text;
    if (value->kind == VALUE_BOOL) return value->truth ? SPAN("true") : SPAN("false");
    return (struct span){number, number_text(value->number, number)};
}

static int add_attr(const struct mapper *mapper, struct json_writer *w, enum map_as as,
    const struct slot *slot, struct err *err) {
    char number[NUMBER_TEXT_MAX];
    if (slot->value.kind == VALUE_NULL) as = MAP_AS_IS;
    switch (as) {
    case MAP_AS_TIME: return add_time(mapper, w, slot, err);
    case MAP_AS_NUMBER: return add_number(mapper, w, slot, err);
    case MAP_AS_BOOLEAN: return add_boolean(w, slot, err);
    case MAP_AS_TEXT: json_string(w, value_as_text(&slot->value, number)); return 0;
    case MAP_AS_IS: break;
    }
    add_value(w, &slot->value);
    return 0;
}

int mapper_write_attrs(struct mapper *mapper, struct err *err) {
    const struct mapping *m = mapper->mapping;
    struct json_writer w = {.out = &mapper->attrs};
    buf_clear(&mapper->attrs);
    json_object_begin(&w);
    for (size_t i = 0; i < m->fixed_count; i++) {
        json_key(&w, m->fixed[i].name);
        add_value(&w, &m->fixed[i].value);
    }
    for (size_t i = 0; i < m->attr_count; i++) {
        const struct slot *slot = &mapper->slots[mapper->attr_slots[i]];
        if (!slot->set) continue;
        json_key(&w, m->attrs[i].name);
        int code = add_attr(mapper, &w, m->attrs[i].as, slot, err);
        if (code) return code;
    }
    for (size_t i = 0; i < mapper->kept_count; i++) {
        json_key_span(&w, mapper->kept[i].name);
        add_value(&w, &mapper->kept[i].value);
    }
    json_object_end(&w);
    return 0;
}

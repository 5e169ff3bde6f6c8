/* scan.h checks the text first, so that cJSON sees nothing of what it would take wrongly: text after the
 * value, NUL, invalid UTF-8, 007, 1e999, depth. A struct json is a cJSON item under another name. */
#include "slad/wire/json.h"
#include <cjson/cJSON.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include "scan.h"
#include "slad/base/mem.h"

static int check(struct span text, struct err *err) {
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    struct scan scan = {.start = text.p,
        .p = text.p,
        .end = text.p + text.n,
        .scratch = mem_alloc(text.n + 1),
        .depth_max = JSON_DEPTH_MAX,
        .c_locale = c_locale,
        .err = err};
    struct scan_value value;
    scan_space(&scan);
    int rc = scan_value(&scan, &value);
    if (rc == 0) rc = scan_finish(&scan);
    free(scan.scratch);
    freelocale(c_locale);
    return rc;
}

static bool is_space(const char *p, const char *end) {
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++;
    return p == end;
}

/* The scan takes one thing that some versions of cJSON cannot: of a long number they read 63 characters. */
int json_parse(struct span text, struct json **out, struct err *err) {
    if (!text.p) text = SPAN("");
    if (text.n > JSON_DOCUMENT_MAX)
        return err_set(err, ERR_LIMIT, "a document of more than %d MiB", JSON_DOCUMENT_MAX / (1024 * 1024));
    int rc = check(text, err);
    if (rc < 0) return rc;
    const char *end = text.p;
    /* Else a document would be called unreadable where there was no memory for it. */
    cJSON_InitHooks(&(cJSON_Hooks){mem_alloc, free});
    cJSON *root = cJSON_ParseWithLengthOpts(text.p, text.n, &end, 0);
    if (!root || !is_space(end, text.p + text.n)) {
        cJSON_Delete(root);
        return err_set(err, ERR_INVALID, "byte %zu: a value that cannot be read", (size_t)(end - text.p) + 1);
    }
    *out = (struct json *)root;
    return 0;
}

void json_free(struct json *json) {
    cJSON_Delete((cJSON *)json);
}

static const cJSON *item_of(const struct json *json) {
    return (const cJSON *)json;
}
static const struct json *json_of(const cJSON *item) {
    return (const struct json *)item;
}

const struct json *json_get(const struct json *object, const char *key) {
    return json_is_object(object) ? json_of(cJSON_GetObjectItemCaseSensitive(item_of(object), key)) : NULL;
}

const char *json_text(const struct json *json) {
    return cJSON_GetStringValue(item_of(json));
}

double json_number(const struct json *json, double otherwise) {
    return json_is_number(json) ? item_of(json)->valuedouble : otherwise;
}

int64_t json_integer(const struct json *json, int64_t otherwise) {
    static const double exact_max = 9007199254740992.0; /* 2^53: beyond it doubles skip whole numbers */
    double number = json_number(json, NAN);
    bool whole = fabs(number) <= exact_max && trunc(number) == number;
    return whole ? (int64_t)number : otherwise;
}

bool json_is_true(const struct json *json) {
    return cJSON_IsTrue(item_of(json));
}
bool json_is_null(const struct json *json) {
    return cJSON_IsNull(item_of(json));
}
bool json_is_number(const struct json *json) {
    return cJSON_IsNumber(item_of(json));
}
bool json_is_bool(const struct json *json) {
    return cJSON_IsBool(item_of(json));
}
bool json_is_array(const struct json *json) {
    return cJSON_IsArray(item_of(json));
}
bool json_is_object(const struct json *json) {
    return cJSON_IsObject(item_of(json));
}

size_t json_size(const struct json *json) {
    size_t size = 0;
    for (const struct json *item = json_first(json); item; item = json_next(item)) size++;
    return size;
}

const struct json *json_at(const struct json *json, size_t index) {
    const struct json *item = json_first(json);
    while (item && index--) item = json_next(item);
    return item;
}

const struct json *json_first(const struct json *json) {
    return json_is_array(json) || json_is_object(json) ? json_of(item_of(json)->child) : NULL;
}

const struct json *json_next(const struct json *item) {
    return item ? json_of(item_of(item)->next) : NULL;
}

const char *json_name(const struct json *member) {
    return member ? item_of(member)->string : NULL;
}

#include "units.h"

int units_ask(const struct options *options, struct units *out) {
    *out = (struct units){0};
    if (option_given(options, OPTION_JSON) || option_given(options, OPTION_CSV)) return EXIT_FINE;
    return ask(options, &(struct question){.target = "/v1/standards"}, &out->standards);
}

enum measure units_of(const struct units *units, const struct json *standard) {
    const char *name = json_text(standard);
    const struct json *known = json_first(json_get(units->standards.json, "standards"));
    for (; name && known; known = json_next(known)) {
        const char *its = json_text(json_get(known, "name"));
        if (its && strcmp(its, name) == 0)
            return json_get(json_get(known, "meaning"), "value") ? MEASURE_VALUE : MEASURE_SECONDS;
    }
    return MEASURE_SECONDS;
}

void units_fini(struct units *units) {
    answer_fini(&units->standards);
}

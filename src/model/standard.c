#include "slad/model/standard.h"

#include <stdlib.h>

const char *outcome_name(enum outcome outcome) {
    switch (outcome) {
    case OUTCOME_NONE: return "";
    case OUTCOME_MET: return "met";
    case OUTCOME_MISSED: return "missed";
    case OUTCOME_EXCLUDED: return "excluded";
    }
    return "";
}

const char *comparison_sign(enum comparison op) {
    switch (op) {
    case AT_LEAST: return ">=";
    case AT_MOST: return "<=";
    case GREATER: return ">";
    case LESS: return "<";
    }
    return "";
}

const struct standard *ruleset_find(const struct ruleset *rules, struct span name) {
    for (size_t i = 0; i < rules->standard_count; i++)
        if (span_eq(span_of(rules->standards[i]->name), name)) return rules->standards[i];
    return NULL;
}

void ruleset_fini(struct ruleset *rules) {
    if (!rules) return;
    for (size_t i = 0; i < rules->calendar_count; i++) calendar_free(rules->calendars[i]);
    for (size_t i = 0; i < rules->zone_count; i++) zone_free(rules->zones[i]);
    free(rules->calendars);
    free(rules->zones);
    free(rules->standards);
    arena_fini(&rules->arena);
    *rules = (struct ruleset){0};
}

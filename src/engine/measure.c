#include "measure.h"

#include <stdlib.h>

struct measure measure_of(const struct cycle *c) {
    struct measure m = {.contact = c->contact, .start = c->start, .nth = c->nth, .outcome = c->outcome};
    m.open = cycle_is_open(c);
    m.group = c->group;
    m.decided = c->decided;
    m.known = cycle_known(c);
    m.due = c->due;
    m.end = c->end;
    m.value = c->elapsed;
    m.warned = c->warned;
    m.has_value = c->how == HOW_STOP && (c->outcome == OUTCOME_MET || c->outcome == OUTCOME_MISSED);
    return m;
}

void measures_add(struct measures *measures, const struct measure *m) {
    measures->list = mem_grow(measures->list, &measures->capacity, measures->count + 1, sizeof *measures->list);
    measures->list[measures->count++] = *m;
}

void measures_fini(struct measures *measures) {
    free(measures->list);
    *measures = (struct measures){0};
}

size_t measure_records(const struct measure *m, struct known_record out[2]) {
    if (m->outcome == OUTCOME_NONE) return 0;
    bool together = m->has_value && m->end == m->decided && m->known == m->decided;
    out[0] = (struct known_record){
        {m->decided, together ? m->value : 0, m->group->index, m->outcome, together}, m->known};
    if (!m->has_value || together) return 1;
    out[1] = (struct known_record){{m->end, m->value, m->group->index, OUTCOME_NONE, true}, m->end};
    return 2;
}

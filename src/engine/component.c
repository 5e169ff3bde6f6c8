#include "component.h"

#include <stdlib.h>

bool each_elsewhere(struct engine *engine, const struct contact *contact, subject_visit *visit, void *arg) {
    const struct moments *own = &contact->subject.moments;
    for (uint32_t k = 1; k < engine->program->keyspace_count; k++)
        for (size_t i = 0; i < own->count; i++) {
            struct moment *m = own->list[i];
            if (!moment_matters(engine->program, m, attrs_before(&engine->timeline, own, i), k)) continue;
            struct subject *subject = timeline_subject(&engine->timeline, m->contact, k, m->attrs, m->at, FIND_ONLY);
            if (subject && !visit(engine, arg, subject)) return false;
        }
    return true;
}

static bool add_contact(struct component *component, struct contact *contact) {
    if (contact->marked) return true;
    if (contact->waiting || heap_holds(&contact->subject.deadline)) return false;
    if (contact->quiet_since > component->quiet_since) return false;
    if (component->contact_count == COMPONENT_CONTACTS_MAX) return false;
    component->contacts = mem_grow(component->contacts, &component->contact_capacity, component->contact_count + 1,
        sizeof(struct contact *));
    component->contacts[component->contact_count++] = contact;
    contact->marked = true;
    return true;
}

/* The latest first: who was touched lately is the likeliest to stay. */
static bool add_contacts_of(struct component *component, const struct moments *moments) {
    component->shared_moments += moments->count;
    if (component->shared_moments > COMPONENT_MOMENTS_MAX) return false;
    for (size_t i = moments->count; i-- > 0;)
        if (!add_contact(component, moments->list[i]->contact)) return false;
    return true;
}

static bool add_subject(struct engine *engine, void *arg, struct subject *subject) {
    struct component *component = arg;
    bool shared = subject_is_shared(engine, subject);
    if (subject->marked) return true;
    if (heap_holds(&subject->deadline) || (shared && !engine->options.recall)) return false;
    component->subjects = mem_grow(component->subjects, &component->subject_capacity, component->subject_count + 1,
        sizeof(struct subject *));
    component->subjects[component->subject_count++] = subject;
    subject->marked = true;
    return !shared || add_contacts_of(component, &subject->moments);
}

static void unmark(struct component *component) {
    for (size_t i = 0; i < component->contact_count; i++) component->contacts[i]->marked = false;
    for (size_t i = 0; i < component->subject_count; i++) component->subjects[i]->marked = false;
}

bool component_find(struct engine *engine, struct contact *contact, int64_t quiet_since, struct component *out) {
    out->contact_count = out->subject_count = out->shared_moments = 0;
    out->quiet_since = quiet_since;
    bool all = add_contact(out, contact);
    for (size_t i = 0; i < out->contact_count && all; i++)
        all = each_elsewhere(engine, out->contacts[i], add_subject, out);
    unmark(out);
    return all;
}

void component_fini(struct component *component) {
    free(component->contacts);
    free(component->subjects);
    *component = (struct component){0};
}

/* component: contacts that hang together, as each has moments in a subject that another has moments in as well: who
 * leaves memory leaves with all of them.
 * Owns: its lists; component_fini(). Zero-initialise to start.
 * Must not know: where they go. */
#ifndef SLAD_ENGINE_COMPONENT_H
#define SLAD_ENGINE_COMPONENT_H

#include "state.h"

enum {
    COMPONENT_CONTACTS_MAX = 64,   /* more take milliseconds to be read back, and one event may ask for that */
    COMPONENT_MOMENTS_MAX = 1024,  /* in subjects of several contacts: likewise */
};

struct component {
    struct contact **contacts;
    size_t contact_count, contact_capacity;
    struct subject **subjects; /* of keyspaces > 0 */
    size_t subject_count, subject_capacity;
    size_t shared_moments;
    int64_t quiet_since;
};

/* The contacts and subjects that hang together with the contact. False, and *out is not all of it: something of it is
 * open, waits, or was touched after quiet_since_ms; or it is too large. */
bool component_find(struct engine *engine, struct contact *contact, int64_t quiet_since_ms, struct component *out);
void component_fini(struct component *component);

/* Whether several contacts may have moments in it. */
static inline bool subject_is_shared(const struct engine *engine, const struct subject *subject) {
    return subject->keyspace && !engine->program->keyspaces[subject->keyspace].by_contact;
}
/* The subjects of other keyspaces that the contact's moments are in, until visit says false. One may come twice. */
typedef bool subject_visit(struct engine *engine, void *arg, struct subject *subject);
bool each_elsewhere(struct engine *engine, const struct contact *contact, subject_visit *visit, void *arg);

#endif

#include "foresee.h"

static const struct moment *last_of(const struct subject *subject) {
    return subject->moments.count ? subject->moments.list[subject->moments.count - 1] : NULL;
}

static void fetch_tracks(const struct subject *subject) {
    for (size_t i = 0; i < subject->track_count * sizeof *subject->tracks; i += 64)
        __builtin_prefetch((const char *)subject->tracks + i);
}

void foresee_contact(const struct contact *contact, unsigned step) {
    switch (step) {
    case 1:
        __builtin_prefetch(contact);
        __builtin_prefetch(&contact->name);
        __builtin_prefetch(&contact->idle);
        break;
    case 2:
        __builtin_prefetch(contact->subject.moments.list);
        fetch_tracks(&contact->subject);
        break;
    case 3: __builtin_prefetch(last_of(&contact->subject)); break;
    default: {
        const struct moment *last = last_of(&contact->subject);
        if (last) __builtin_prefetch(last->attrs);
    }
    }
}

static void fetch_subject(const struct subject *subject, unsigned step) {
    switch (step) {
    case FORESEE_SUBJECT:
        __builtin_prefetch(subject);
        __builtin_prefetch(subject + 1); /* its key */
        break;
    case FORESEE_TRACKS:
        if (subject->moments.count) __builtin_prefetch(&subject->moments.list[subject->moments.count - 1]);
        fetch_tracks(subject);
        break;
    default: __builtin_prefetch(last_of(subject));
    }
}

void foresee_subject(const struct engine *engine, uint32_t k, const struct attrs *before, const struct own *own, size_t own_count,
    unsigned step) {
    const struct map *subjects = &engine->timeline.subjects[k];
    uint64_t hash;
    if (!timeline_foresee(&engine->timeline, k, before, own, own_count, &hash)) return;
    if (step == FORESEE_SUBJECTS) {
        map_foresee(subjects, hash);
        return;
    }
    const struct subject *subject = map_hint(subjects, hash);
    if (subject) fetch_subject(subject, step);
}

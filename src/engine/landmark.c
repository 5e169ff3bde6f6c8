/* Invariants:
 *  1. the state of a landmark is what a run from the start of the timeline comes to before its moment;
 *  2. its moment is one of the subject's; it is not looked at while a change of the timeline is under way but for those
 *     before the first moment that changes. */
#include "landmark.h"

static struct landmarks *find(const struct subject *subject, uint32_t standard) {
    struct landmark_book *book = subject->landmarks;
    for (size_t i = 0; book && i < book->count; i++)
        if (book->lists[i].standard == standard) return &book->lists[i];
    return NULL;
}

static struct landmarks *find_or_add(struct pool *pool, struct subject *subject, uint32_t standard) {
    struct landmarks *marks = find(subject, standard);
    if (marks) return marks;
    if (!subject->landmarks) subject->landmarks = pool_zalloc(pool, sizeof *subject->landmarks);
    struct landmark_book *book = subject->landmarks;
    book->lists = pool_grow(pool, book->lists, &book->capacity, book->count + 1, sizeof *book->lists);
    book->lists[book->count] = (struct landmarks){.standard = standard};
    return &book->lists[book->count++];
}

/* How many stand before moments that come before this one. */
static size_t count_before(const struct landmarks *marks, const struct moment *m) {
    size_t lo = 0, hi = marks->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (moment_cmp(marks->list[mid].next, m) < 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

static void drop(struct intern *texts, struct landmark *mark) {
    if (mark->track.exists) cycle_fini(texts, &mark->track.cycle);
}

size_t landmark_before(struct intern *texts, const struct subject *subject, uint32_t standard,
    const struct moment *moment, struct track *track) {
    const struct landmarks *marks = find(subject, standard);
    size_t n = marks ? count_before(marks, moment) : 0;
    if (!n) return 0;
    *track = track_copy(texts, &marks->list[n - 1].track);
    return moments_place(&subject->moments, marks->list[n - 1].next);
}

bool landmark_pass(struct intern *texts, struct subject *subject, const struct moment *next, const struct track *track,
    uint32_t *since) {
    struct landmarks *marks = find_or_add(&texts->pool, subject, track->standard);
    size_t at = count_before(marks, next);
    bool stands = at < marks->count && marks->list[at].next == next;
    if (!stands && ++*since < LANDMARK_EVERY) return false;
    *since = 0;
    if (stands) {
        drop(texts, &marks->list[at]);
    } else {
        marks->list = pool_grow(&texts->pool, marks->list, &marks->capacity, marks->count + 1, sizeof *marks->list);
        memmove(marks->list + at + 1, marks->list + at, (marks->count - at) * sizeof *marks->list);
        marks->count++;
    }
    marks->list[at] = (struct landmark){next, track_copy(texts, track)};
    return true;
}

static void clear(
    struct intern *texts, struct landmarks *marks, const struct moment *from, const struct moment *through) {
    size_t first = count_before(marks, from), end = first;
    if (!marks->count) return;
    while (end < marks->count && moment_cmp(marks->list[end].next, through) <= 0) drop(texts, &marks->list[end++]);
    memmove(marks->list + first, marks->list + end, (marks->count - end) * sizeof *marks->list);
    marks->count -= end - first;
}

void landmark_clear(
    struct intern *texts, struct subject *subject, const struct moment *from, const struct moment *through) {
    struct landmark_book *book = subject->landmarks;
    for (size_t i = 0; book && i < book->count; i++) clear(texts, &book->lists[i], from, through);
}

void landmark_free(struct intern *texts, struct subject *subject) {
    struct landmark_book *book = subject->landmarks;
    for (size_t i = 0; book && i < book->count; i++) {
        for (size_t k = 0; k < book->lists[i].count; k++) drop(texts, &book->lists[i].list[k]);
        pool_free(&texts->pool, book->lists[i].list, book->lists[i].capacity * sizeof *book->lists[i].list);
    }
    if (book) pool_free(&texts->pool, book->lists, book->capacity * sizeof *book->lists);
    pool_free(&texts->pool, book, sizeof *book);
    subject->landmarks = NULL;
}

#include "slad/model/pattern.h"

#include "slad/base/utf8.h"

/* A bracket's set, without the brackets and the `!`. */
struct set {
    const char *p, *end;
    bool negated;
};

/* The set that the `[` before p opens, and where the pattern goes on; false when nothing closes it. A `]` in
 * first place is one of the set. */
static bool read_set(const char *p, const char *end, struct set *set, const char **next) {
    set->negated = p < end && *p == '!';
    if (set->negated) p++;
    set->p = p;
    if (p == end) return false;
    set->end = memchr(p + 1, ']', (size_t)(end - p - 1));
    if (!set->end) return false;
    *next = set->end + 1;
    return true;
}

static bool set_holds(const struct set *set, uint32_t point) {
    const char *p = set->p;
    while (p < set->end) {
        uint32_t low = utf8_next(&p, set->end), high = low;
        if (set->end - p >= 2 && *p == '-') {
            p++;
            high = utf8_next(&p, set->end);
        }
        if (low <= point && point <= high) return !set->negated;
    }
    return set->negated;
}

/* Matches the one element of the glob at *glob (not a `*`) against the code point at *text; moves both past.
 */
static bool step(const char **glob, const char *glob_end, const char **text, const char *text_end) {
    const char *g = *glob;
    uint32_t want = utf8_next(&g, glob_end), point = utf8_next(text, text_end);
    struct set set;
    const char *next;
    *glob = g;
    if (want == '?') return true;
    if (want == '[' && read_set(g, glob_end, &set, &next)) {
        *glob = next;
        return set_holds(&set, point);
    }
    return want == point;
}

/* Going back to the latest `*` is enough: an earlier one could only take what the latest can take too. */
bool glob_matches(struct span glob, struct span text) {
    if (!glob.n || !text.n) {
        for (size_t i = 0; i < glob.n; i++)
            if (glob.p[i] != '*') return false;
        return !text.n;
    }
    const char *g = glob.p, *g_end = glob.p + glob.n, *t = text.p, *t_end = text.p + text.n;
    const char *star = NULL, *resume = NULL; /* after the latest `*`; where its next try begins */
    for (;;) {
        if (g < g_end && *g == '*') {
            star = ++g;
            resume = t;
            continue;
        }
        if (t == t_end) return g == g_end;
        if (g < g_end && step(&g, g_end, &t, t_end)) continue;
        if (!star) return false;
        utf8_next(&resume, t_end);
        g = star;
        t = resume;
    }
}

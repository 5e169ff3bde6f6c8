/* What an edit changes, for people. */
#include "service/diff_state.h"

#include <inttypes.h>
#include <stdio.h>
#include "service/diff_words.h"
#include "service/view_words.h"
#include "slad/base/utf8.h"
#include "slad/model/instant.h"
#include "slad/service/sentence.h"

enum {
    VALUE_SHOWN = 200,  /* bytes: of a longer list only what came and went */
    GROUPS_SHOWN = 20,  /* of those that differ: more nobody reads; JSON has them all */
    NAMES_SHOWN = 20,   /* likewise */
    CONTACTS_SHOWN = 5, /* to look at */
    CONTACT_BYTES = 100,
};

/* ---------------------------------------------------------------- keys */

static bool holds(const struct json *list, const struct json *wanted) {
    for (const struct json *item = json_first(list); item; item = json_next(item))
        if (diff_words_same(item, wanted)) return true;
    return false;
}

/* " without X, Y": the items of a list that the other does not hold. */
static void add_missing(
    const struct json *list, const struct json *other, const char *word, struct buf *out) {
    const char *before = word;
    for (const struct json *item = json_first(list); item; item = json_next(item)) {
        if (holds(other, item)) continue;
        buf_add_text(out, before);
        diff_words_yaml(item, out);
        before = ", ";
    }
}

static void render_lists(const struct diff_key *key, struct buf *out) {
    size_t before = out->size;
    buf_add_text(out, "the list");
    size_t empty = out->size;
    add_missing(key->sides[BEFORE], key->sides[AFTER], " no longer has ", out);
    add_missing(key->sides[AFTER], key->sides[BEFORE], out->size > empty ? ", now has " : " now has ", out);
    if (out->size > empty) return;
    out->size = before;
    buf_add_text(out, "the order of the list");
}

static void render_key(const struct diff_key *key, struct buf *out) {
    struct buf sides[SIDES] = {{0}};
    for (int side = BEFORE; side < SIDES; side++) diff_words_yaml(key->sides[side], &sides[side]);
    bool lists = json_is_array(key->sides[BEFORE]) && json_is_array(key->sides[AFTER]);
    buf_printf(out, "  %s: ", key->path);
    if (lists && sides[BEFORE].size + sides[AFTER].size > VALUE_SHOWN)
        render_lists(key, out);
    else
        buf_printf(out, "%s → %s", buf_text(&sides[BEFORE]), buf_text(&sides[AFTER]));
    buf_add_char(out, '\n');
    buf_fini(&sides[BEFORE]);
    buf_fini(&sides[AFTER]);
}

/* ---------------------------------------------------------------- what became of the events */

static void add_change(const char *what, const char *old, const char *new, struct buf *out) {
    buf_printf(out, "%s %s", what, old);
    if (strcmp(old, new) != 0) buf_printf(out, " → %s", new);
}

static void add_count(const char *what, int64_t old, int64_t new, struct buf *out) {
    char sides[SIDES][24];
    snprintf(sides[BEFORE], sizeof sides[BEFORE], "%" PRId64, old);
    snprintf(sides[AFTER], sizeof sides[AFTER], "%" PRId64, new);
    add_change(what, sides[BEFORE], sides[AFTER], out);
}

/* Cut, not rounded: 89.96 % is not the 90 % that was promised. */
static const char *share_text(const struct diff_figures *f, char out[32]) {
    int64_t counted = f->met + f->missed, tenths = counted ? f->met * 1000 / counted : 0;
    if (!counted) return "none";
    snprintf(out, 32, "%" PRId64 ".%d %%", tenths / 10, (int)(tenths % 10));
    return out;
}

/* Of a standard that was added there is no old: what it comes to is told as it is. */
static void render_figures(const struct diff_standard *s, const struct diff_group *group, struct buf *out) {
    const struct diff_figures *old = &group->sides[s->sides[BEFORE] ? BEFORE : AFTER], *new = &group->sides[AFTER];
    char shares[SIDES][32];
    add_count("counted", old->met + old->missed, new->met + new->missed, out);
    add_count(", met", old->met, new->met, out);
    add_count(", missed", old->missed, new->missed, out);
    if (old->excluded != new->excluded) add_count(", excluded", old->excluded, new->excluded, out);
    add_change(", attainment", share_text(old, shares[BEFORE]), share_text(new, shares[AFTER]), out);
    if (old->state != new->state || !s->sides[BEFORE])
        add_change(", state", state_name(old->state), state_name(new->state), out);
}

static void render_group_name(const char *text, struct buf *out) {
    struct json *group = NULL;
    struct err err;
    if (json_parse(span_of(text), &group, &err) == 0 && json_size(group))
        diff_words_yaml(group, out);
    else
        buf_add_text(out, "figures");
    json_free(group);
}

static void render_groups(const struct diff_standard *s, struct buf *out) {
    const struct diff_groups *groups = &s->groups;
    size_t shown = 0, differ = 0;
    for (size_t i = 0; i < groups->count; i++) differ += !diff_same_figures(&groups->list[i]);
    for (size_t i = 0; i < groups->count && shown < GROUPS_SHOWN; i++) {
        if (diff_same_figures(&groups->list[i])) continue;
        buf_add_text(out, "  ");
        render_group_name(groups->list[i].text, out);
        buf_add_text(out, ": ");
        render_figures(s, &groups->list[i], out);
        buf_add_char(out, '\n');
        shown++;
    }
    size_t same = groups->count - differ;
    if (differ > shown)
        buf_printf(out, "  … %zu more groups%s\n", differ - shown, s->sides[BEFORE] ? " with other counts" : "");
    if (!groups->count)
        buf_printf(out, "  nothing was counted%s\n", s->sides[BEFORE] ? ", by the old or by the new" : "");
    if (same) buf_printf(out, "  the same counts: %zu group%s\n", same, same == 1 ? "" : "s");
}

static void add_contacts(const struct diff_breaches *breaches, const char *what, struct buf *out) {
    if (!breaches->total) return;
    buf_printf(out, "%s%zu %s (", buf_text(out)[out->size - 1] == ':' ? " " : ", ", breaches->total, what);
    for (size_t i = 0; i < breaches->count && i < CONTACTS_SHOWN; i++) {
        if (i) buf_add_text(out, ", ");
        utf8_escape(out, breaches->list[i].contact, CONTACT_BYTES);
    }
    buf_add_text(out, breaches->total > CONTACTS_SHOWN ? ", …)" : ")");
}

static void render_breaches(const struct diff_standard *s, struct buf *out) {
    size_t old = s->breaches[s->sides[BEFORE] ? BEFORE : AFTER];
    add_count("  contact breaches", (int64_t)old, (int64_t)s->breaches[AFTER], out);
    if (s->gained.total + s->lost.total) buf_add_char(out, ':');
    add_contacts(&s->gained, "gained", out);
    add_contacts(&s->lost, "lost", out);
    buf_add_char(out, '\n');
}

/* ---------------------------------------------------------------- a standard */

static void render_sentence(const char *what, const struct standard *standard, struct buf *out) {
    buf_add_text(out, what);
    sentence_standard(standard, out);
    buf_add_char(out, '\n');
}

static void render_describe(const struct diff_standard *s, struct buf *out) {
    if (diff_same_describe(s)) return;
    buf_add_text(out, "  describe: ");
    words_quoted(out, span_of(s->sides[BEFORE]->describe));
    buf_add_text(out, " → ");
    words_quoted(out, span_of(s->sides[AFTER]->describe));
    buf_add_char(out, '\n');
}

static void add_warnings(const struct standard *standard, struct buf *out) {
    struct buf text = {0};
    struct json *warnings = NULL;
    struct err err;
    standard_warn_json(standard, &text);
    if (json_parse(buf_span(&text), &warnings, &err) == 0 && json_size(warnings))
        diff_words_yaml(warnings, out);
    else
        buf_add_text(out, "none");
    json_free(warnings);
    buf_fini(&text);
}

static void render_warnings(const struct diff_standard *s, struct buf *out) {
    if (diff_same_warnings(s)) return;
    buf_add_text(out, "  warnings: ");
    add_warnings(s->sides[BEFORE], out);
    buf_add_text(out, " → ");
    add_warnings(s->sides[AFTER], out);
    buf_add_char(out, '\n');
}

static void render_outcome(const struct diff *diff, const struct diff_standard *s, struct buf *out) {
    if (!diff->has_events) return;
    render_groups(s, out);
    render_breaches(s, out);
}

static void render_changed(const struct diff *diff, const struct diff_standard *s, struct buf *out) {
    for (size_t i = 0; i < s->keys.count; i++) render_key(&s->keys.list[i], out);
    render_describe(s, out);
    render_warnings(s, out);
    render_sentence("  old: ", s->sides[BEFORE], out);
    render_sentence("  new: ", s->sides[AFTER], out);
    render_outcome(diff, s, out);
}

static bool is_only_placed(const struct diff_standard *s) {
    return s->kind == DIFF_NOTED && diff_same_describe(s) && diff_same_warnings(s);
}

static void render_standard(const struct diff *diff, const struct diff_standard *s, struct buf *out) {
    const struct standard *at = s->sides[s->kind == DIFF_REMOVED ? BEFORE : AFTER];
    if (s->kind == DIFF_SAME || is_only_placed(s)) return;
    buf_printf(out, "%s:%d: %s: ", at->file, at->line, at->name);
    switch (s->kind) {
    case DIFF_ADDED:
        render_sentence("added: ", at, out);
        render_outcome(diff, s, out);
        break;
    case DIFF_REMOVED: render_sentence("removed: ", at, out); break;
    case DIFF_CHANGED:
        buf_add_text(out, "changed\n");
        render_changed(diff, s, out);
        break;
    case DIFF_NOTED:
        buf_printf(out, "%s otherwise\n", diff_same_warnings(s) ? "described" : "warned of");
        render_describe(s, out);
        render_warnings(s, out);
        break;
    case DIFF_SAME: break;
    }
}

/* A line added at the top of a file places all standards below it otherwise: named, no more. */
static void render_placed(const struct diff *diff, struct buf *out) {
    size_t count = 0;
    for (size_t i = 0; i < diff->count; i++) {
        if (!is_only_placed(&diff->list[i])) continue;
        if (count < NAMES_SHOWN)
            buf_printf(out, "%s%s", count ? ", " : "placed otherwise: ", diff->list[i].sides[AFTER]->name);
        count++;
    }
    if (count > NAMES_SHOWN) buf_printf(out, " and %zu more", count - NAMES_SHOWN);
    if (count) buf_add_char(out, '\n');
}

void diff_render(const struct diff *diff, struct buf *out) {
    char until[INSTANT_TEXT_MAX];
    for (size_t i = 0; i < diff->count; i++) render_standard(diff, &diff->list[i], out);
    render_placed(diff, out);
    buf_printf(out,
        "%zu changed, %zu added, %zu removed, %zu only described, warned of or placed otherwise, %zu unchanged",
        diff->kinds[DIFF_CHANGED], diff->kinds[DIFF_ADDED], diff->kinds[DIFF_REMOVED],
        diff->kinds[DIFF_NOTED], diff->kinds[DIFF_SAME]);
    if (diff->has_events) buf_printf(out, "; figures as of %s", instant_text(diff->until_ms, until));
    buf_add_char(out, '\n');
}

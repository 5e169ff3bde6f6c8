/* A ledger in an image. What can be had from the rest is not in it: how many cycles and notes point to a group (they say so
 * themselves), and in what order numbers were noted. */
#include "image.h"

#include <stdlib.h>

/* ---------------------------------------------------------------- groups */

static struct counts image_counts(struct image *image, struct counts c) {
    c.met = image_int(image, c.met);
    c.missed = image_int(image, c.missed);
    c.excluded = image_int(image, c.excluded);
    c.durations = image_int(image, c.durations);
    uint64_t low = image_word(image, (uint64_t)c.sum), high = image_word(image, (uint64_t)((unsigned __int128)c.sum >> 64));
    c.sum = (__int128)((unsigned __int128)high << 64 | low);
    return c;
}

static void put_value(void *arg, int64_t value) {
    image_int(arg, value);
}

static void image_spread(struct image *image, struct spread *spread) {
    size_t count = image_count(image, image->loads ? 0 : spread_count(spread));
    if (!image->loads) spread_each(spread, put_value, image);
    else
        while (count--) spread_add(spread, image_int(image, 0));
}

/* Loading: a group of these texts. */
static struct group_state *image_texts(struct image *image, struct ledger *ledger, struct group_state *group) {
    size_t n = ledger->rule->standard->by_count;
    struct sym **texts = mem_zalloc((n + 1) * sizeof *texts);
    for (size_t i = 0; i < n; i++) texts[i] = image_text(image, group ? group->texts[i] : NULL);
    if (image->loads) group = ledger_take_group(ledger, texts);
    free(texts);
    return group;
}

/* Whether it is to be judged, and whether it is read as changed, the ledger's lists say. */
static void image_group(struct image *image, struct ledger *ledger, struct group_state *group) {
    group = image_texts(image, ledger, group);
    group->open = image_int(image, group->open);
    group->outcomes = image_int(image, group->outcomes);
    group->now = image_counts(image, group->now);
    group->held = image_counts(image, group->held);
    for (size_t i = 0; i < ledger->rule->standard->target_count; i++) {
        group->levels[i].below = image_int(image, group->levels[i].below);
        group->levels[i].opened_ms = image_int(image, group->levels[i].opened_ms);
    }
    group->warned_ms = image_int(image, group->warned_ms);
    group->shown = image_bool(image, group->shown);
    image_spread(image, &group->spread);
}

static void leave_place(struct ledger *ledger) {
    ledger->groups = mem_grow(ledger->groups, &ledger->group_capacity, ledger->group_count + 1, sizeof *ledger->groups);
    ledger->groups[ledger->group_count++] = NULL;
}

/* Each at its place; then the free ones, the next to be taken last. */
static void image_groups(struct image *image, struct ledger *ledger) {
    size_t count = image_count(image, ledger->group_count);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        bool is_taken = image_bool(image, !image->loads && ledger->groups[i]);
        if (is_taken) image_group(image, ledger, image->loads ? NULL : ledger->groups[i]);
        else if (image->loads) leave_place(ledger);
    }
    if (image->loads && ledger->group_count != count) image->is_bad = true; /* one came twice */
    count = image_count(image, ledger->place_count);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        if (image->loads)
            ledger->places = mem_grow(ledger->places, &ledger->place_capacity, i + 1, sizeof *ledger->places);
        ledger->places[i] = (uint32_t)image_index(image, image->loads ? 0 : ledger->places[i], ledger->group_count);
        if (ledger->group_count && ledger->groups[ledger->places[i]]) image->is_bad = true;
    }
    ledger->place_count = image->is_bad ? 0 : count;
}

/* Loading: NULL when there is none. */
static struct group_state *image_group_index(struct image *image, struct ledger *ledger, const struct group_state *group) {
    size_t index = image_index(image, group ? group->index : 0, ledger->group_count);
    struct group_state *found = image->is_bad ? NULL : ledger->groups[index];
    if (!found) image->is_bad = true;
    return found;
}

struct group_state *image_group_of(struct image *image, struct ledger *ledger, struct group_state *group) {
    bool is_there = image_bool(image, group != NULL);
    return is_there ? image_group_index(image, ledger, group) : NULL;
}

/* ---------------------------------------------------------------- records */

static struct record image_record(struct image *image, struct ledger *ledger, struct record r) {
    r.at = image_int(image, r.at);
    const struct group_state *group = image_group_index(image, ledger, image->loads ? NULL : ledger->groups[r.group]);
    r.group = group ? group->index : 0;
    r.outcome = (uint8_t)image_index(image, r.outcome, OUTCOME_EXCLUDED + 1);
    r.has_value = image_bool(image, r.has_value);
    if (r.has_value) r.value = image_int(image, r.value);
    return r;
}

struct putting {
    struct image *image;
    struct ledger *ledger;
};

static void put_record(void *arg, const struct record *record) {
    const struct putting *putting = arg;
    image_record(putting->image, putting->ledger, *record);
}

static void image_window(struct image *image, struct ledger *ledger, struct window *window) {
    size_t count = image_count(image, window_records(window));
    if (!image->loads) {
        window_each(window, put_record, &(struct putting){image, ledger});
        return;
    }
    while (count-- && !image->is_bad) {
        struct record record = image_record(image, ledger, (struct record){0});
        if (!image->is_bad) window_add(window, &record);
    }
}

/* ---------------------------------------------------------------- what levels are to learn */

static struct level_note image_note(struct image *image, struct ledger *ledger, struct level_note note) {
    note.known = image_int(image, note.known);
    note.record = image_record(image, ledger, note.record);
    note.sign = (int)image_int(image, note.sign);
    return note;
}

static void put_note(void *arg, const struct level_note *note) {
    const struct putting *putting = arg;
    (void)image_note(putting->image, putting->ledger, *note);
}

static void image_notes(struct image *image, struct ledger *ledger) {
    size_t count = image_count(image, level_notes_count(&ledger->notes));
    if (!image->loads) {
        level_notes_each(&ledger->notes, put_note, &(struct putting){image, ledger});
        return;
    }
    while (count-- && !image->is_bad) {
        struct level_note note = image_note(image, ledger, (struct level_note){0});
        if (image->is_bad) return;
        ledger->groups[note.record.group]->notes++;
        level_notes_add(&ledger->notes, &note);
    }
}

/* ---------------------------------------------------------------- lists of groups */

struct group_list {
    struct group_state ***list;
    size_t *count, *capacity;
};

static void image_list(struct image *image, struct ledger *ledger, const struct group_list *l) {
    size_t count = image_count(image, *l->count);
    for (size_t i = 0; i < count && !image->is_bad; i++) {
        struct group_state *group = image_group_index(image, ledger, image->loads ? NULL : (*l->list)[i]);
        if (!image->loads || !group) continue;
        *l->list = mem_grow(*l->list, l->capacity, i + 1, sizeof **l->list);
        (*l->list)[i] = group;
        *l->count = i + 1;
    }
}

static void image_lists(struct image *image, struct ledger *ledger) {
    image_list(image, ledger, &(struct group_list){&ledger->dirty, &ledger->dirty_count, &ledger->dirty_capacity});
    image_list(image, ledger, &(struct group_list){&ledger->touched, &ledger->touched_count, &ledger->touched_capacity});
    for (size_t i = 0; i < ledger->dirty_count; i++) ledger->dirty[i]->dirty = true;
    for (size_t i = 0; i < ledger->touched_count; i++) ledger->touched[i]->touched = true;
}

void image_ledger(struct image *image, struct ledger *ledger) {
    ledger->edge = image_int(image, ledger->edge);
    ledger->held_edge = image_int(image, ledger->held_edge);
    ledger->judged = image_int(image, ledger->judged);
    ledger->period_end = image_int(image, ledger->period_end);
    ledger->looked = (size_t)image_int(image, (int64_t)ledger->looked);
    image_groups(image, ledger);
    image_window(image, ledger, &ledger->window);
    image_window(image, ledger, &ledger->held);
    image_notes(image, ledger);
    image_lists(image, ledger);
}

/* 1. Between looks, seen holds every breach of the last look as (id, updated).
 * 2. A breach is new when that pair is not among them and it changed no earlier than anything seen: what a
 * filter lets slip in from below is old. */
#include "look.h"

#include <stdlib.h>
#include "query.h"
#include "raw.h"
#include "show.h"
#include "slad/base/mem.h"
#include "slad/model/instant.h"

static bool is_new(const struct look_row *row, const struct look_row *seen, size_t count, int64_t latest_ms) {
    if (row->updated_ms < latest_ms) return false;
    for (size_t i = 0; i < count; i++)
        if (seen[i].id == row->id) return seen[i].updated_ms != row->updated_ms;
    return true;
}

static void push(struct look_row **list, size_t *count, size_t *capacity, const struct look_row *row) {
    *list = mem_grow(*list, capacity, *count + 1, sizeof **list);
    (*list)[(*count)++] = *row;
}

/* Adds what is new on the page to the rows, and all of it to now. Whether all of it was new. */
static bool take_page(struct look *look, const struct answer *page, struct look *now) {
    struct span rest = raw_member(answer_text(page), "breaches"), raw;
    const struct json *breach = json_first(json_get(page->json, "breaches"));
    bool all_new = breach != NULL; /* a page may be empty and the list go on; what is new comes first */
    for (; breach && raw_next(&rest, &raw); breach = json_next(breach)) {
        const struct json *updated = json_get(breach, "updated");
        if (!json_text(updated)) updated = json_get(breach, "recorded");
        struct look_row row = {breach, raw, json_integer(json_get(breach, "id"), 0), instant_of(updated)};
        if (is_new(&row, look->seen, look->seen_count, look->latest_ms))
            push(&look->rows, &look->row_count, &look->row_capacity, &row);
        else
            all_new = false;
        if (row.updated_ms > now->latest_ms && row.updated_ms != INSTANT_NEVER)
            now->latest_ms = row.updated_ms;
        row.breach = NULL;
        row.raw = (struct span){NULL, 0};
        push(&now->seen, &now->seen_count, &now->seen_capacity, &row);
    }
    return all_new;
}

static int by_change(const void *a, const void *b) {
    const struct look_row *x = a, *y = b;
    if (x->updated_ms != y->updated_ms) return x->updated_ms < y->updated_ms ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void forget_pages(struct look *look) {
    while (look->page_count) answer_fini(&look->pages[--look->page_count]);
    look->row_count = 0;
    look->lost = false;
}

/* The first look takes one page: what was long ago is no news. */
static int take_pages(const struct options *options, const char *target, struct look *look, struct look *now,
    struct buf *trouble) {
    struct buf after = {0};
    bool go_on = true, is_first = !look->has_looked;
    int code = EXIT_FINE;
    while (go_on && code == EXIT_FINE && look->page_count < LOOK_PAGES) {
        struct buf asked = {0};
        struct answer *page = &look->pages[look->page_count++];
        buf_add_text(&asked, target);
        query_add_number(&asked, "limit", LOOK_ROWS);
        if (after.size) query_add(&asked, "after", buf_text(&after));
        code = ask_quietly(options, &(struct question){.target = buf_text(&asked)}, page, trouble);
        go_on = code == EXIT_FINE && take_page(look, page, now) && !is_first;
        const char *next = json_text(json_get(page->json, "next"));
        buf_clear(&after);
        buf_add_text(&after, next ? next : "");
        go_on = go_on && next;
        buf_fini(&asked);
    }
    look->lost = go_on && code == EXIT_FINE;
    buf_fini(&after);
    return code;
}

int look_again(const struct options *options, const char *target, struct look *look, struct buf *trouble) {
    struct look now = {.latest_ms = look->latest_ms};
    forget_pages(look);
    int code = take_pages(options, target, look, &now, trouble);
    if (code != EXIT_FINE) {
        look->row_count = 0;
        free(now.seen);
        return code;
    }
    if (look->row_count) qsort(look->rows, look->row_count, sizeof *look->rows, by_change);
    free(look->seen);
    look->seen = now.seen;
    look->seen_count = now.seen_count;
    look->seen_capacity = now.seen_capacity;
    look->latest_ms = now.latest_ms;
    look->has_looked = true;
    return EXIT_FINE;
}

void look_fini(struct look *look) {
    forget_pages(look);
    free(look->rows);
    free(look->seen);
}

#include "listing.h"

#include <inttypes.h>
#include <stdio.h>
#include "query.h"
#include "raw.h"
#include "slad/wire/write.h"

enum { PAGE_ROWS = 1000 }; /* the most the daemon gives at once */

static void take_rows(const struct listing *listing, const struct answer *page, int64_t limit, size_t *rows) {
    struct span rest = raw_member(answer_text(page), listing->list), raw;
    const struct json *row = json_first(json_get(page->json, listing->list));
    while (row && (int64_t)*rows < limit && raw_next(&rest, &raw)) {
        listing->row(listing->arg, row, raw);
        row = json_next(row);
        ++*rows;
    }
}

/* Asks for the page after `after` (its text; "" for the first) and leaves in *out where the next begins. */
static int walk_page(const struct options *options, const struct listing *listing, const char *after,
    struct listing_end *out) {
    int64_t left = options->limit - (int64_t)out->rows;
    struct buf target = {0};
    struct answer page = {0};
    buf_add_text(&target, listing->target);
    query_add_number(&target, "limit", left < PAGE_ROWS ? left : PAGE_ROWS);
    if (*after) query_add(&target, "after", after);
    int code = ask(options, &(struct question){.target = buf_text(&target)}, &page);
    if (code == EXIT_FINE && !json_is_array(json_get(page.json, listing->list))) {
        fprintf(stderr, "slactl: the answer holds no %s: is the daemon of another version?\n", listing->list);
        code = EXIT_ANSWER;
    }
    buf_clear(&out->next);
    if (code == EXIT_FINE) {
        take_rows(listing, &page, options->limit, &out->rows);
        const struct json *next = json_get(page.json, "next");
        if (json_text(next)) buf_add_text(&out->next, json_text(next));
        if (json_is_number(next)) buf_printf(&out->next, "%" PRId64, json_integer(next, 0));
    }
    answer_fini(&page);
    buf_fini(&target);
    return code;
}

/* A page may hold fewer rows than asked for, even none, and the list still go on: only `next` tells. */
int listing_walk(const struct options *options, const struct listing *listing, struct listing_end *out) {
    struct buf after = {0};
    int code;
    do {
        buf_clear(&after);
        buf_add_span(&after, buf_span(&out->next));
        code = walk_page(options, listing, buf_text(&after), out);
        bool moved = !span_eq(buf_span(&after), buf_span(&out->next));
        if (code == EXIT_FINE && out->next.size && !moved) {
            fputs("slactl: the daemon names the same page again and again\n", stderr);
            code = EXIT_ANSWER;
        }
    } while (code == EXIT_FINE && out->next.size && (int64_t)out->rows < options->limit);
    buf_fini(&after);
    return code;
}

static void gather_row(void *arg, const struct json *row, struct span raw) {
    struct buf *rows = arg;
    (void)row;
    if (rows->size) buf_add_char(rows, ',');
    buf_add_span(rows, raw);
}

static int print_merged(const struct options *options, const struct listing *listing) {
    struct buf rows = {0}, merged = {0}, shown = {0};
    struct listing gathering = {listing->target, listing->list, gather_row, &rows};
    struct listing_end end = {0};
    int code = listing_walk(options, &gathering, &end);
    if (code == EXIT_FINE) {
        struct json_writer w = {.out = &merged};
        json_object_begin(&w);
        json_key(&w, listing->list);
        json_array_begin(&w);
        if (rows.size) json_raw(&w, buf_span(&rows));
        json_array_end(&w);
        json_field_text(&w, "next", end.next.size ? buf_text(&end.next) : NULL);
        json_object_end(&w);
        raw_indent(&shown, buf_span(&merged));
        puts(buf_text(&shown));
    }
    buf_fini(&rows);
    buf_fini(&merged);
    buf_fini(&shown);
    buf_fini(&end.next);
    return code;
}

void listing_say_empty(const struct options *options, const char *what) {
    struct buf narrowed = {0};
    options_describe(options, &narrowed);
    fprintf(stderr, "no %s%s%s%s\n", what, narrowed.size ? " (" : "", buf_text(&narrowed),
        narrowed.size ? ")" : "");
    buf_fini(&narrowed);
}

int listing_show(const struct options *options, const struct listing *listing) {
    struct listing_end end = {0};
    if (option_given(options, OPTION_JSON)) return print_merged(options, listing);
    int code = listing_walk(options, listing, &end);
    if (code == EXIT_FINE && end.rows == 0) listing_say_empty(options, listing->list);
    if (code == EXIT_FINE && end.next.size)
        fprintf(stderr, "the first %zu %s; --limit N or --all shows more\n", end.rows, listing->list);
    buf_fini(&end.next);
    return code;
}

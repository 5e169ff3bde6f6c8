#include "look.h"

#include <stdlib.h>
#include "query.h"
#include "raw.h"
#include "show.h"
#include "slad/base/mem.h"

int64_t look_updated(const struct json *breach) {
    const struct json *updated = json_get(breach, "updated");
    return instant_of(json_text(updated) ? updated : json_get(breach, "recorded"));
}

static int by_change(const void *a, const void *b) {
    const struct look_row *x = a, *y = b;
    if (x->updated_ms != y->updated_ms) return x->updated_ms < y->updated_ms ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void take_page(struct look *look) {
    struct span rest = raw_member(answer_text(&look->page), "breaches"), raw;
    const struct json *breach = json_first(json_get(look->page.json, "breaches"));
    for (; breach && raw_next(&rest, &raw); breach = json_next(breach)) {
        look->rows = mem_grow(look->rows, &look->row_capacity, look->row_count + 1, sizeof *look->rows);
        look->rows[look->row_count++] =
            (struct look_row){breach, raw, json_integer(json_get(breach, "id"), 0), look_updated(breach)};
    }
    if (look->row_count) qsort(look->rows, look->row_count, sizeof *look->rows, by_change);
}

int look_at_latest(const struct options *options, const char *target, struct look *look, struct buf *trouble) {
    struct buf asked = {0};
    buf_add_text(&asked, target);
    query_add_number(&asked, "limit", LOOK_ROWS);
    int code = ask_quietly(options, &(struct question){.target = buf_text(&asked)}, &look->page, trouble);
    if (code == EXIT_FINE) take_page(look);
    buf_fini(&asked);
    return code;
}

void look_fini(struct look *look) {
    answer_fini(&look->page);
    free(look->rows);
}

/* slactl breaches: missed contacts and levels not held. */
#include "breach_row.h"
#include "listing.h"
#include "query.h"

static void add_row(void *arg, const struct json *breach, struct span raw) {
    (void)raw;
    breach_row_add(arg, breach);
}

int command_breaches(const struct options *options) {
    struct breach_rows rows;
    struct buf target = {0};
    buf_add_text(&target, "/v1/breaches");
    query_options(&target, options, 0);
    int code = breach_rows_init(&rows, options);
    if (code == EXIT_FINE)
        code = listing_show(options, &(struct listing){buf_text(&target), "breaches", add_row, &rows});
    if (code == EXIT_FINE && !option_given(options, OPTION_JSON)) table_end(&rows.table);
    breach_rows_fini(&rows);
    buf_fini(&target);
    return code;
}

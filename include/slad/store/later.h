/* later: writes that nobody asks the outcome of before the commit. A thread of its own carries them out, in the order they
 * came, while the caller goes on; what else asks the connection that writes waits for them, and so does the commit, which
 * fails when one of them did.
 * Owns: copies of what is to be written.
 * Must not know: when it is time to commit.
 *
 * Within a transaction. Nothing given is kept. Without the thread (store_use_threads()) each is carried out at once. A negative code: the
 * transaction is lost, perhaps for an earlier one. journal_append() (journal.h) is one of these, too. */
#ifndef SLAD_STORE_LATER_H
#define SLAD_STORE_LATER_H

#include "slad/store/breaches.h"
#include "slad/store/positions.h"
#include "slad/store/series.h"
#include "slad/store/warnings.h"

/* breach_put(); breach_withdraw(). The reason of an end is kept as a pointer: a constant. */
int later_breach(struct store *store, const struct breach_record *record, struct err *err) WARN_UNUSED;
int later_withdraw(struct store *store, const struct breach_key *key, const struct breach_end *end, struct err *err) WARN_UNUSED;
/* level_open(), and level_close() unless end is NULL. */
int later_level(struct store *store, const struct breach_record *record, const struct breach_end *end,
    struct err *err) WARN_UNUSED;
/* warning_put(); warning_change(). */
int later_warning(struct store *store, const struct warning_record *record, struct err *err) WARN_UNUSED;
int later_warning_change(struct store *store, const struct warning_record *record, struct err *err) WARN_UNUSED;
/* warning_level_open(), or warning_level_close() unless end is NULL. */
int later_warning_level(struct store *store, const struct warning_record *record, const struct breach_end *end,
    struct err *err) WARN_UNUSED;
/* Figures of a series and its percentiles, if any: series_id(), figures_put(), percentiles_put(). */
struct later_figures {
    struct span standard, group;
    int64_t at_ms;
    struct figures_row row;
    const struct percentile_row *percentiles;
    size_t percentile_count;
};
int later_figures(struct store *store, const struct later_figures *figures, struct err *err) WARN_UNUSED;
/* series_end(). */
int later_series_end(struct store *store, int64_t series, int64_t at_ms, struct err *err) WARN_UNUSED;
/* store_meta_set(); the key is kept as a pointer, too. */
int later_meta(struct store *store, const char *key, int64_t value, struct err *err) WARN_UNUSED;
/* position_put(); position_drop(). */
int later_position(struct store *store, const struct position *position, struct err *err) WARN_UNUSED;
int later_position_drop(struct store *store, const struct position *position, struct err *err) WARN_UNUSED;

/* What came of them, in transactions that were committed. */
struct later_found {
    uint64_t breaches, withdrawn, levels_opened, levels_closed, warnings; /* new ones; withdrawn, closed by this */
};
/* Since it was last asked. */
struct later_found later_found(struct store *store);

#endif

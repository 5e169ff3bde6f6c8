/* The writes that later.h has, each as what a thread carries out. */
#include "store/later.h"

#define TEXTS(list) (list), sizeof(list) / sizeof *(list)

/* ---------------------------------------------------------------- breaches */

struct put {
    struct later_op op;
    struct breach_record record;
    bool ends;
    struct breach_end end;
};
#define RECORD_TEXT(what) offsetof(struct put, record.what)
static const size_t record_texts[] = {RECORD_TEXT(standard), RECORD_TEXT(group), RECORD_TEXT(contact), RECORD_TEXT(subject),
    RECORD_TEXT(target), RECORD_TEXT(reason), RECORD_TEXT(excuse)};

static int run_breach(struct store *store, const struct later_op *op, struct err *err) {
    const struct put *put = (const struct put *)op;
    int64_t id;
    bool is_new = false;
    int code = breach_put(store, &put->record, &id, &is_new, err);
    store->found_open.breaches += is_new;
    return code;
}

int later_breach(struct store *store, const struct breach_record *record, struct err *err) {
    struct put put = {.op = {.run = run_breach}, .record = *record};
    return later_do(store, &put.op, sizeof put, TEXTS(record_texts), err);
}

static int run_level(struct store *store, const struct later_op *op, struct err *err) {
    const struct put *put = (const struct put *)op;
    const struct breach_record *record = &put->record;
    int64_t id;
    bool is_new = false;
    int code = level_open(store, record, &id, &is_new, err);
    store->found_open.levels_opened += is_new;
    if (code || !put->ends) return code;
    struct level_key key = {record->standard, record->group, record->target};
    code = level_close(store, &key, &put->end, &id, err);
    store->found_open.levels_closed += code == 0;
    return code < 0 ? code : 0;
}

int later_level(struct store *store, const struct breach_record *record, const struct breach_end *end, struct err *err) {
    struct put put = {.op = {.run = run_level}, .record = *record, .ends = end != NULL};
    if (end) put.end = *end;
    return later_do(store, &put.op, sizeof put, TEXTS(record_texts), err);
}

struct withdrawal {
    struct later_op op;
    struct breach_key key;
    struct breach_end end;
};
static const size_t withdrawal_texts[] = {
    offsetof(struct withdrawal, key.standard), offsetof(struct withdrawal, key.subject)};

static int run_withdraw(struct store *store, const struct later_op *op, struct err *err) {
    const struct withdrawal *withdrawal = (const struct withdrawal *)op;
    int64_t id;
    int code = breach_withdraw(store, &withdrawal->key, &withdrawal->end, &id, err);
    store->found_open.withdrawn += code == 0;
    return code < 0 ? code : 0;
}

int later_withdraw(struct store *store, const struct breach_key *key, const struct breach_end *end, struct err *err) {
    struct withdrawal withdrawal = {{.run = run_withdraw}, *key, *end};
    return later_do(store, &withdrawal.op, sizeof withdrawal, TEXTS(withdrawal_texts), err);
}

/* ---------------------------------------------------------------- warnings */

struct warn {
    struct later_op op;
    struct warning_record record;
    bool ends;
    struct breach_end end;
};
#define WARNING_TEXT(what) offsetof(struct warn, record.what)
static const size_t warning_texts[] = {WARNING_TEXT(standard), WARNING_TEXT(group), WARNING_TEXT(warning),
    WARNING_TEXT(contact), WARNING_TEXT(subject), WARNING_TEXT(target), WARNING_TEXT(outcome), WARNING_TEXT(reason)};

static int do_warning(struct store *store, const struct warn *warn, struct err *err) {
    return later_do(store, &warn->op, sizeof *warn, TEXTS(warning_texts), err);
}

static int run_warning(struct store *store, const struct later_op *op, struct err *err) {
    bool is_new = false;
    int code = warning_put(store, &((const struct warn *)op)->record, &is_new, err);
    store->found_open.warnings += is_new;
    return code;
}

int later_warning(struct store *store, const struct warning_record *record, struct err *err) {
    return do_warning(store, &(struct warn){.op = {.run = run_warning}, .record = *record}, err);
}

static int run_warning_change(struct store *store, const struct later_op *op, struct err *err) {
    return warning_change(store, &((const struct warn *)op)->record, err);
}

int later_warning_change(struct store *store, const struct warning_record *record, struct err *err) {
    return do_warning(store, &(struct warn){.op = {.run = run_warning_change}, .record = *record}, err);
}

static int run_warning_level(struct store *store, const struct later_op *op, struct err *err) {
    const struct warn *warn = (const struct warn *)op;
    const struct warning_record *record = &warn->record;
    struct level_key key = {record->standard, record->group, record->target};
    bool is_new = false;
    int code = warn->ends ? warning_level_close(store, &key, &warn->end, err)
                          : warning_level_open(store, record, &is_new, err);
    store->found_open.warnings += is_new;
    return code;
}

int later_warning_level(
    struct store *store, const struct warning_record *record, const struct breach_end *end, struct err *err) {
    struct warn warn = {.op = {.run = run_warning_level}, .record = *record, .ends = end != NULL};
    if (end) warn.end = *end;
    return do_warning(store, &warn, err);
}

/* ---------------------------------------------------------------- positions */

struct place {
    struct later_op op;
    struct position position;
};
static const size_t place_texts[] = {offsetof(struct place, position.name)};

static int run_position(struct store *store, const struct later_op *op, struct err *err) {
    return position_put(store, &((const struct place *)op)->position, err);
}

int later_position(struct store *store, const struct position *position, struct err *err) {
    struct place place = {{.run = run_position}, *position};
    return later_do(store, &place.op, sizeof place, TEXTS(place_texts), err);
}

static int run_position_drop(struct store *store, const struct later_op *op, struct err *err) {
    int code = position_drop(store, &((const struct place *)op)->position, err);
    return code < 0 ? code : 0;
}

int later_position_drop(struct store *store, const struct position *position, struct err *err) {
    struct place place = {{.run = run_position_drop}, *position};
    return later_do(store, &place.op, sizeof place, TEXTS(place_texts), err);
}

/* ---------------------------------------------------------------- figures */

struct publish {
    struct later_op op;
    struct later_figures figures;
    struct span percentiles; /* the bytes of these; copied first, right behind this, so that they are aligned */
};
static const size_t publish_texts[] = {offsetof(struct publish, percentiles), offsetof(struct publish, figures.standard),
    offsetof(struct publish, figures.group)};
_Static_assert(sizeof(struct publish) % _Alignof(struct percentile_row) == 0, "percentiles lie behind it");

static int run_publish(struct store *store, const struct later_op *op, struct err *err) {
    const struct publish *publish = (const struct publish *)op;
    const struct later_figures *figures = &publish->figures;
    const struct percentile_row *percentiles = (const void *)publish->percentiles.p;
    int64_t series;
    int code = series_id(store, figures->standard, figures->group, &series, err);
    if (!code) code = figures_put(store, series, figures->at_ms, &figures->row, err);
    if (code || !figures->percentile_count) return code;
    return percentiles_put(store, series, figures->at_ms, percentiles, figures->percentile_count, err);
}

int later_figures(struct store *store, const struct later_figures *figures, struct err *err) {
    struct publish publish = {{.run = run_publish}, *figures,
        {(const char *)figures->percentiles, figures->percentile_count * sizeof *figures->percentiles}};
    return later_do(store, &publish.op, sizeof publish, TEXTS(publish_texts), err);
}

struct series_over {
    struct later_op op;
    int64_t series, at_ms;
};

static int run_series_end(struct store *store, const struct later_op *op, struct err *err) {
    const struct series_over *over = (const struct series_over *)op;
    return series_end(store, over->series, over->at_ms, err);
}

int later_series_end(struct store *store, int64_t series, int64_t at_ms, struct err *err) {
    struct series_over over = {{.run = run_series_end}, series, at_ms};
    return later_do(store, &over.op, sizeof over, NULL, 0, err);
}

/* ---------------------------------------------------------------- numbers */

struct number {
    struct later_op op;
    const char *key;
    int64_t value;
};

static int run_meta(struct store *store, const struct later_op *op, struct err *err) {
    const struct number *number = (const struct number *)op;
    return store_meta_set(store, number->key, number->value, err);
}

int later_meta(struct store *store, const char *key, int64_t value, struct err *err) {
    struct number number = {{.run = run_meta}, key, value};
    return later_do(store, &number.op, sizeof number, NULL, 0, err);
}

#include <inttypes.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "disk.h"
#include "service/state.h"
#include "sim.h"
#include "slad/base/mem.h"
#include "slad/service/verify.h"
#include "slad/wire/report.h"
#include "store/db.h"

/* A limit may be put off by 5 x grace (docs/STANDARDS.md, Time, live); what lies further back has been decided. */
enum { HELD_GRACES = 6, REST_TRIES = 8, IDLE_MOST = 100000 };

/* ---------------------------------------------------------------- texts */

void sim_texts_add(struct sim_texts *texts, const char *format, ...) {
    char text[4096];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    texts->list = mem_grow(texts->list, &texts->capacity, texts->count + 1, sizeof *texts->list);
    texts->list[texts->count++] = mem_dup_text(span_of(text));
}

void sim_texts_fini(struct sim_texts *texts) {
    for (size_t i = 0; i < texts->count; i++) free(texts->list[i]);
    free(texts->list);
    *texts = (struct sim_texts){0};
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct sim_texts *texts) {
    if (texts->count > 1) qsort(texts->list, texts->count, sizeof *texts->list, by_text);
}

/* Sorts both. Returns whether they are the same; else the first that only one of them has. */
static bool same_texts(struct sim_texts *a, struct sim_texts *b, const char **only_a, const char **only_b) {
    size_t i = 0;
    sort(a);
    sort(b);
    while (i < a->count && i < b->count && strcmp(a->list[i], b->list[i]) == 0) i++;
    *only_a = i < a->count ? a->list[i] : "(no more)";
    *only_b = i < b->count ? b->list[i] : "(no more)";
    return i == a->count && i == b->count;
}

/* ---------------------------------------------------------------- the database, asked by another program */

static sqlite3 *open_database(const struct sim *sim) {
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(sim->database, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
        sim_fail(sim, "cannot look: %s", sqlite3_errmsg(db));
    return db;
}

static sqlite3_stmt *ask(const struct sim *sim, sqlite3 *db, const char *sql) {
    sqlite3_stmt *rows = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK) sim_fail(sim, "%s: %s", sql, sqlite3_errmsg(db));
    return rows;
}

static bool next_row(const struct sim *sim, sqlite3_stmt *rows) {
    int rc = sqlite3_step(rows);
    if (rc == SQLITE_ROW) return true;
    if (rc != SQLITE_DONE) sim_fail(sim, "%s: %s", sqlite3_sql(rows), sqlite3_errmsg(sqlite3_db_handle(rows)));
    sqlite3_finalize(rows);
    return false;
}

static const char *text_of(sqlite3_stmt *rows, int column) {
    const char *text = (const char *)sqlite3_column_text(rows, column);
    return text ? text : "";
}

static int64_t instant_of(sqlite3_stmt *rows, int column) {
    return sqlite3_column_type(rows, column) == SQLITE_NULL ? INSTANT_NEVER : sqlite3_column_int64(rows, column);
}

/* A question that has no answers when all is well. */
static void check_none(const struct sim *sim, sqlite3 *db, const char *what, const char *sql) {
    sqlite3_stmt *rows = ask(sim, db, sql);
    /* The journal cannot tell of what it has let go: such breaches stay as they were. */
    if (sqlite3_bind_parameter_count(rows)) sqlite3_bind_int(rows, 1, sim->pruned);
    while (next_row(sim, rows)) sim_fail(sim, "%s: %s %s", what, text_of(rows, 0), text_of(rows, 1));
}

static void check_database(const struct sim *sim, sqlite3 *db) {
    check_none(sim, db, "damaged", "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
    check_none(sim, db, "not found by its contact, or twice",
        "SELECT seq FROM (SELECT seq, contact FROM contact_event_list UNION ALL SELECT seq, contact FROM events)"
        " GROUP BY seq, contact HAVING count(*) <> 2");
    check_none(sim, db, "a breach of no version",
        "SELECT id, standard FROM breaches WHERE version NOT IN (SELECT s.id FROM standards s WHERE s.name = standard)");
    check_none(sim, db, "a warning of no version",
        "SELECT id, standard FROM warnings WHERE version NOT IN (SELECT s.id FROM standards s WHERE s.name = standard)");
    check_none(sim, db, "open, and its version is not in force",
        "SELECT b.id, b.standard FROM breaches b WHERE b.state = 'open'"
        " AND b.version NOT IN (SELECT id FROM standards WHERE until IS NULL)"
        " AND (?1 = 0 OR b.kind = 'level')");
    check_none(sim, db, "a contact breach with a wrong state",
        "SELECT id, state FROM breaches WHERE kind = 'contact' AND state <> 'withdrawn'"
        " AND (state = 'open') <> (ended IS NULL) AND version IN (SELECT id FROM standards WHERE until IS NULL)");
    check_none(sim, db, "a level with a wrong state",
        "SELECT id, state FROM breaches WHERE kind = 'level' AND (state = 'open') <> (closed IS NULL)");
    check_none(sim, db, "a level that closed before it opened",
        "SELECT id, standard FROM breaches WHERE kind = 'level' AND closed < opened");
    check_none(sim, db, "a change of nothing", "SELECT seq, breach FROM changes WHERE breach NOT IN (SELECT id FROM breaches)"
        " AND breach >= (SELECT min(id) FROM breaches)");
}

/* ---------------------------------------------------------------- the journal */

/* Which line of which source a row is: by its id, or by the mark at its start. */
static struct sim_line *line_of(struct sim *sim, const char *id, const char *text) {
    static const char start[] = "{\"mark\":\"";
    int number;
    size_t n;
    if (!*id && strncmp(text, start, sizeof start - 1) == 0) id = text + sizeof start - 1;
    if (sscanf(id, "%d-%zu", &number, &n) != 2 || number < 0 || number >= SIM_SOURCES) return NULL;
    return n < sim->sources[number].ever ? &sim->sources[number].lines[n] : NULL;
}

static void count_rows(struct sim *sim, sqlite3 *db) {
    sqlite3_stmt *rows = ask(sim, db, "SELECT id, line FROM events");
    while (next_row(sim, rows)) {
        struct sim_line *line = line_of(sim, text_of(rows, 0), text_of(rows, 1));
        if (!line) sim_fail(sim, "nobody sent %s", text_of(rows, 1));
        if (strcmp(line->text, text_of(rows, 1)) != 0) sim_fail(sim, "%s stands for %s", text_of(rows, 1), line->text);
        line->copies++;
    }
}

static void check_line(struct sim *sim, const struct sim_source *source, size_t n) {
    struct sim_line *line = &source->lines[n];
    int64_t kept_since = sim->now_ms - service_config(sim->service)->retain_events_ms;
    bool may_be_gone = sim->prunes && line->received_ms < kept_since + 60000;
    if (line->copies > 1) sim_fail(sim, "%u times in the journal: %s", line->copies, line->text);
    if (line->copies == 0 && n < source->acked && !line->pruned) {
        if (!may_be_gone) sim_fail(sim, "acknowledged, and not in the journal: %s", line->text);
        line->pruned = sim->pruned = true;
        sim->counts->prunes++;
    }
    if (line->copies && source->is_file && n >= source->acked) sim_fail(sim, "beyond the position: %s", line->text);
}

void sim_check_inputs(struct sim *sim) {
    sqlite3 *db = open_database(sim);
    for (int i = 0; i < SIM_SOURCES; i++)
        for (size_t n = 0; n < sim->sources[i].count; n++) sim->sources[i].lines[n].copies = 0;
    count_rows(sim, db);
    for (int i = 0; i < SIM_SOURCES; i++)
        for (size_t n = 0; n < sim->sources[i].ever; n++) check_line(sim, &sim->sources[i], n);
    sqlite3_close(db);
}

void sim_check_statements(struct sim *sim) {
    sqlite3 *connections[] = {sim->service->store->writer, sim->service->store->reader};
    for (size_t i = 0; i < 2; i++)
        for (sqlite3_stmt *s = sqlite3_next_stmt(connections[i], NULL); s; s = sqlite3_next_stmt(connections[i], s))
            if (sqlite3_stmt_busy(s)) sim_fail(sim, "left standing: %s", sqlite3_sql(s));
    if (!sqlite3_get_autocommit(sim->service->store->reader)) sim_fail(sim, "a reader's snapshot was left standing");
}

/* ---------------------------------------------------------------- what the daemon says */

static void add_live_figures(void *arg, const struct figures *f) {
    struct buf text = {0};
    struct json_writer w = {.out = &text};
    report_figures(&w, f);
    sim_texts_add(arg, "%s %s", f->standard->name, buf_text(&text));
    buf_fini(&text);
}

static void add_live_level(void *arg, const struct level_state *level) {
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    sim_texts_add(arg, "%s %s %s opened %" PRId64, level->standard->name, buf_text(&group),
        level->standard->targets[level->target].text, level->opened_ms);
    buf_fini(&group);
}

static void read_breaches(const struct sim *sim, sqlite3 *db, struct sim_texts *out) {
    sqlite3_stmt *rows = ask(sim, db,
        "SELECT standard, subject, contact, grp, started, nth, due, decided, ended, elapsed FROM breaches"
        " WHERE kind = 'contact' AND state <> 'withdrawn' AND version IN (SELECT id FROM standards WHERE until IS NULL)");
    while (next_row(sim, rows))
        sim_texts_add(out, "%s %s %s %s started %" PRId64 " nth %d due %" PRId64 " decided %" PRId64 " ended %" PRId64
            " elapsed %.6f", text_of(rows, 0), text_of(rows, 1), text_of(rows, 2), text_of(rows, 3), instant_of(rows, 4),
            sqlite3_column_int(rows, 5), instant_of(rows, 6), instant_of(rows, 7), instant_of(rows, 8),
            sqlite3_column_type(rows, 9) == SQLITE_NULL ? -1e9 : sqlite3_column_double(rows, 9));
}

static void read_levels(const struct sim *sim, sqlite3 *db, bool with_opened, struct sim_texts *out) {
    sqlite3_stmt *rows =
        ask(sim, db, "SELECT standard, grp, target, opened FROM breaches WHERE kind = 'level' AND state = 'open'");
    while (next_row(sim, rows)) {
        if (with_opened)
            sim_texts_add(out, "%s %s %s opened %" PRId64, text_of(rows, 0), text_of(rows, 1), text_of(rows, 2),
                instant_of(rows, 3));
        else
            sim_texts_add(out, "%s %s %s", text_of(rows, 0), text_of(rows, 1), text_of(rows, 2));
    }
}

/* The latest of each series, but for those with nothing to say. */
static void read_published(const struct sim *sim, sqlite3 *db, struct sim_texts *out) {
    sqlite3_stmt *rows = ask(sim, db,
        "SELECT s.standard, s.grp, f.open, f.met, f.missed, f.excluded, f.state, f.durations FROM figures f"
        " JOIN series s ON s.id = f.series WHERE f.at = (SELECT max(at) FROM figures WHERE series = f.series)"
        " AND f.open + f.met + f.missed + f.excluded > 0");
    while (next_row(sim, rows))
        sim_texts_add(out, "%s %s open %" PRId64 " met %" PRId64 " missed %" PRId64 " excluded %" PRId64 " %s %" PRId64,
            text_of(rows, 0), text_of(rows, 1), instant_of(rows, 2), instant_of(rows, 3), instant_of(rows, 4),
            instant_of(rows, 5), text_of(rows, 6), instant_of(rows, 7));
}

/* ---------------------------------------------------------------- both */

/* All there is to find out why. */
static void tell(const struct sim *sim) {
    sqlite3 *db = open_database(sim);
    sqlite3_stmt *rows = ask(sim, db, "SELECT seq, received, at, line FROM events ORDER BY seq");
    while (next_row(sim, rows))
        fprintf(stderr, "event %s received %s at %s %s\n", text_of(rows, 0), text_of(rows, 1), text_of(rows, 2), text_of(rows, 3));
    sqlite3_close(db);
    fprintf(stderr, "now %" PRId64 " held %" PRId64 "\n", engine_now(sim->service->engine), engine_held(sim->service->engine));
    for (int i = 0; i < SIM_CONTACTS; i++)
        if (engine_is_evicted(sim->service->engine, span_of(sim_contacts[i])))
            fprintf(stderr, "not in memory: %s\n", sim_contacts[i]);
    for (size_t i = 0; i < service_config(sim->service)->file_count; i++)
        fprintf(stderr, "%.*s\n", SPAN_ARGS(service_config(sim->service)->texts[i].text));
}

static void must_be_same(const struct sim *sim, const char *what, struct sim_texts *a, struct sim_texts *b) {
    const char *only_a, *only_b;
    if (same_texts(a, b, &only_a, &only_b)) return;
    if (sim->trace) tell(sim);
    sim_fail(sim, "%s differ (%zu, %zu):\n  daemon %s\n  replay %s", what, a->count, b->count, only_a, only_b);
}

/* What an operator would be told. */
static void verify(const struct sim *sim) {
    struct verify verified;
    struct buf lines = {0};
    struct err err;
    if (verify_run(service_config(sim->service), sim->database, &lines, &verified, &err)) sim_fail(sim, "verify: %s", err.text);
    if (verified.wrong && sim->trace) tell(sim);
    if (verified.wrong) sim_fail(sim, "by verify, of %" PRId64 ": %s", verified.compared, buf_text(&lines));
    buf_fini(&lines);
}

static void compare(struct sim *sim, struct sim_known *replayed) {
    struct sim_known live = {0};
    struct sim_texts in_engine = {0}, in_store = {0};
    sqlite3 *db = open_database(sim);
    check_database(sim, db);
    for (size_t i = 0; i < sim->service->judging->rules.standard_count; i++)
        engine_figures(sim->service->engine, i, add_live_figures, &live.figures);
    for (int i = 0; i < SIM_CONTACTS; i++)
        if (!engine_is_evicted(sim->service->engine, span_of(sim_contacts[i])))
            sim_story(sim->service->engine, sim_contacts[i], &live.stories);
    must_be_same(sim, "stories", &live.stories, &replayed->stories);
    must_be_same(sim, "figures", &live.figures, &replayed->figures);
    read_published(sim, db, &live.counts);
    must_be_same(sim, "published figures", &live.counts, &replayed->counts);
    engine_levels(sim->service->engine, add_live_level, &in_engine);
    read_levels(sim, db, true, &in_store);
    must_be_same(sim, "open levels on record and in the engine", &in_store, &in_engine);
    read_levels(sim, db, false, &live.levels);
    must_be_same(sim, "open levels", &live.levels, &replayed->levels);
    if (!sim->pruned) {
        read_breaches(sim, db, &live.breaches);
        must_be_same(sim, "breaches", &live.breaches, &replayed->breaches);
    }
    sqlite3_close(db);
    verify(sim);
    sim_known_fini(&live);
    sim_texts_fini(&in_engine);
    sim_texts_fini(&in_store);
    sim->counts->compared++;
}

static void turn(struct sim *sim) {
    struct err err;
    service_turn(sim->service, sim->now_ms);
    sim_hand_in_rest(sim);
    if (service_commit(sim->service, &err)) sim_fail(sim, "no commit without any fault: %s", err.text);
    sim_acknowledge(sim);
    int idle = 0;
    while (service_idle(sim->service) && ++idle < IDLE_MOST) {}
    (void)service_idle(sim->service); /* retention comes last */
    if (idle == IDLE_MOST) sim_fail(sim, "never idle");
    if (!service_accepts(sim->service)) sim_fail(sim, "failed without any fault: %s", service_failure(sim->service));
}

/* What idle work changes (a reload, the journal's letting go) is published the next time. */
static void publish(struct sim *sim) {
    bool let_go = false;
    for (int publishes = 0; publishes < 2 || let_go; publishes++) {
        int64_t look = sim->service->next_retention_ms;
        sim->now_ms += sim->grace_ms + sim->publish_ms;
        sim->now_ms -= sim->now_ms % sim->publish_ms;
        sim->read_ms = sim->now_ms; /* or what is published now would still change */
        turn(sim);
        let_go = sim->service->next_retention_ms != look;
    }
}

/* Whether limits that may be put off make no difference now. */
static bool is_at_rest(struct sim *sim, struct sim_known *known) {
    int64_t now = engine_now(sim->service->engine), held = engine_held(sim->service->engine);
    struct sim_known before = {0};
    const char *a, *b;
    sim_replay(sim, now, held, known);
    if (sim->grace_ms == 0) return true;
    sim_replay(sim, now, held - HELD_GRACES * sim->grace_ms - 1, &before);
    bool same = same_texts(&known->figures, &before.figures, &a, &b) && same_texts(&known->breaches, &before.breaches, &a, &b) &&
                same_texts(&known->levels, &before.levels, &a, &b);
    sim_known_fini(&before);
    return same;
}

void sim_check(struct sim *sim) {
    /* Until the clock is again where it was, nothing is published (docs/OPERATIONS.md, The clock jumped). */
    if (sim->now_ms < sim->latest_ms) sim->now_ms = sim->latest_ms;
    turn(sim);
    sim_check_inputs(sim);
    bool done = false;
    for (int i = 0; i < REST_TRIES && !done; i++) {
        struct sim_known known = {0};
        sim->now_ms += (1 + (int64_t)sim_draw(sim, 60)) * (7 * sim->grace_ms + 1); /* and past every receipt */
        publish(sim);
        if (sim->prunes) sim_check_inputs(sim); /* what was let go meanwhile */
        done = is_at_rest(sim, &known);
        if (done) compare(sim, &known);
        sim_known_fini(&known);
    }
    sim->counts->checks++;
}

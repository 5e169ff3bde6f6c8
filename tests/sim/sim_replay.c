#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "service/state.h"
#include "sim.h"
#include "slad/base/mem.h"
#include "slad/service/book.h"
#include "slad/wire/line.h"
#include "slad/wire/report.h"

void sim_known_fini(struct sim_known *known) {
    sim_texts_fini(&known->figures);
    sim_texts_fini(&known->counts);
    sim_texts_fini(&known->breaches);
    sim_texts_fini(&known->levels);
    sim_texts_fini(&known->stories);
}

static void feed_all(struct sim *sim, struct engine *engine, int64_t now_ms, int64_t held_ms) {
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    struct line_reader *reader = line_reader_new();
    if (sqlite3_open_v2(sim->database, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(db, "SELECT seq, at, received, line FROM events ORDER BY at, seq", -1, &rows, NULL) != SQLITE_OK)
        sim_fail(sim, "journal: %s", sqlite3_errmsg(db));
    while (sqlite3_step(rows) == SQLITE_ROW) {
        struct event event;
        enum line_kind kind;
        struct err err;
        struct span line = {(const char *)sqlite3_column_text(rows, 3), (size_t)sqlite3_column_bytes(rows, 3)};
        if (line_read(reader, line, &kind, &event, &err)) sim_fail(sim, "in the journal: %s", err.text);
        event.seq = (uint64_t)sqlite3_column_int64(rows, 0);
        event.at_ms = sqlite3_column_int64(rows, 1);
        event.received_ms = sqlite3_column_int64(rows, 2);
        int64_t at = event.at_ms;
        engine_advance(engine, at < now_ms ? at : now_ms, at < held_ms ? at : held_ms);
        engine_event(engine, &event);
    }
    sqlite3_finalize(rows);
    sqlite3_close(db);
    line_reader_free(reader);
    engine_advance(engine, now_ms, held_ms);
    engine_judge(engine, held_ms);
}

static void add_figures(void *arg, const struct figures *f) {
    struct sim_known *known = arg;
    struct buf text = {0}, group = {0};
    struct json_writer w = {.out = &text};
    report_figures(&w, f);
    group_json(f->standard, &f->group, &group);
    sim_texts_add(&known->figures, "%s %s", f->standard->name, buf_text(&text));
    if (f->open || f->met || f->missed || f->excluded)
        sim_texts_add(&known->counts, "%s %s open %" PRId64 " met %" PRId64 " missed %" PRId64 " excluded %" PRId64 " %s %" PRId64,
            f->standard->name, buf_text(&group), f->open, f->met, f->missed, f->excluded, state_name(f->state), f->durations);
    buf_fini(&text);
    buf_fini(&group);
}

static void add_level(void *arg, const struct level_state *level) {
    struct sim_known *known = arg;
    struct buf group = {0};
    group_json(level->standard, &level->group, &group);
    sim_texts_add(&known->levels, "%s %s %s", level->standard->name, buf_text(&group),
        level->standard->targets[level->target].text);
    buf_fini(&group);
}

static void add_breach(struct sim_known *known, const struct breach *b) {
    struct buf group = {0}, subject = {0};
    double elapsed = (double)b->elapsed / (b->standard->is_value ? 1e6 : 1e3);
    group_json(b->standard, &b->group, &group);
    subject_json(b->standard, &b->subject, &subject);
    sim_texts_add(&known->breaches, "%s %s %.*s %s started %" PRId64 " nth %d due %" PRId64 " decided %" PRId64 " ended %" PRId64
        " elapsed %.6f", b->standard->name, buf_text(&subject), SPAN_ARGS(b->contact), buf_text(&group), b->started_ms,
        b->nth, b->due_ms, b->decided_ms, b->ended_ms, b->has_elapsed ? elapsed : -1e9);
    buf_fini(&group);
    buf_fini(&subject);
}

static void add_cycle(void *arg, const struct story_cycle *c) {
    struct buf group = {0}, subject = {0};
    if (c->group.count == c->standard->by_count) group_json(c->standard, &c->group, &group);
    subject_json(c->standard, &c->subject, &subject);
    sim_texts_add(arg, "%s %s %.*s %s started %" PRId64 " due %" PRId64 " limit %" PRId64 " applies %d paused %d outcome %d"
        " decided %" PRId64 " ended %" PRId64 " %s elapsed %" PRId64 " pauses %zu", c->standard->name, buf_text(&subject),
        SPAN_ARGS(c->contact), buf_text(&group), c->started_ms, c->due_ms, c->limit_ms, c->applies, c->paused,
        (int)c->outcome, c->decided_ms, c->ended_ms, c->how, c->elapsed, c->pause_count);
    buf_fini(&group);
    buf_fini(&subject);
}

void sim_story(struct engine *engine, const char *contact, struct sim_texts *out) {
    (void)engine_story(engine, span_of(contact), add_cycle, out);
}

void sim_replay(struct sim *sim, int64_t now_ms, int64_t held_ms, struct sim_known *out) {
    const struct ruleset *rules = &service_config(sim->service)->rules;
    struct book book = {0};
    struct engine_options options = {.grace_ms = 0, .effect = book_effect, .arg = &book};
    struct engine *engine = engine_new(rules, &options);
    size_t count;
    feed_all(sim, engine, now_ms, held_ms);
    for (size_t i = 0; i < rules->standard_count; i++) engine_figures(engine, i, add_figures, out);
    engine_levels(engine, add_level, out);
    for (int i = 0; i < SIM_CONTACTS; i++)
        if (!engine_is_evicted(sim->service->engine, span_of(sim_contacts[i])))
            sim_story(engine, sim_contacts[i], &out->stories);
    struct book_entry **list = book_breaches(&book, &count);
    for (size_t i = 0; i < count; i++) add_breach(out, &list[i]->effect.breach);
    free(list);
    book_fini(&book);
    engine_free(engine);
}

#include <stdio.h>
#include <stdlib.h>
#include "sim.h"
#include "slad/base/mem.h"
#include "slad/service/intake.h"
#include "slad/wire/write.h"

const char *const sim_contacts[SIM_CONTACTS] = {"c0", "c1", "c2", "c3", "c4", "c5", "c6", "ç", "a \"b\""};

void sim_sources_init(struct sim *sim) {
    for (int i = 0; i < SIM_SOURCES; i++) sim->sources[i] = (struct sim_source){.is_file = i >= SIM_CLIENTS, .number = i};
}

void sim_sources_fini(struct sim *sim) {
    for (int i = 0; i < SIM_SOURCES; i++) {
        struct sim_source *source = &sim->sources[i];
        for (size_t n = 0; n < source->count; n++) free(source->lines[n].text);
        free(source->lines);
    }
}

/* ---------------------------------------------------------------- lines */

/* Mostly of now; some late by days, some early. */
static int64_t when(struct sim *sim) {
    static const int64_t late[] = {0, 0, 0, 0, 1, 500, 1000, 2000, 5000, 20000, 61000, 700000, 7200000, 90000000, 400000000};
    int64_t at = sim->now_ms - WORLD_PICK(sim->world, late);
    if (sim_chance(sim, 5)) at = sim->now_ms + (int64_t)sim_draw(sim, 10000);
    return sim_chance(sim, 50) ? at - at % 1000 : at;
}

static void put_value(struct json_writer *w, struct value value) {
    switch (value.kind) {
    case VALUE_TEXT: json_string(w, value.text); break;
    case VALUE_NUMBER: json_double(w, value.number); break;
    default: json_null(w); break;
    }
}

/* Line n of the source, new: its id, or an attribute of its own, tells which it is. */
static char *new_line(struct sim *sim, const struct sim_source *source, size_t n) {
    struct world_event e = {0};
    struct buf text = {0};
    char mark[32];
    e.event.contact = span_of(WORLD_PICK(sim->world, sim_contacts));
    e.event.at_ms = when(sim);
    bool first = sim_chance(sim, 25);
    e.event.name = span_of(first ? "offered" : WORLD_PICK(sim->world, world_names));
    world_attributes(sim->world, &e, first);
    snprintf(mark, sizeof mark, "%d-%zu", source->number, n);
    struct json_writer w = {.out = &text};
    json_object_begin(&w);
    json_field_string(&w, source->is_file ? "mark" : "id", span_of(mark));
    json_field_string(&w, "contact", e.event.contact);
    json_field_string(&w, "event", e.event.name);
    if (!sim_chance(sim, 10)) json_field_int(&w, "at", e.event.at_ms);
    for (size_t i = 0; i < e.event.attr_count; i++) {
        json_key_span(&w, e.attrs[i].name);
        put_value(&w, e.attrs[i].value);
    }
    json_object_end(&w);
    return text.data;
}

static struct sim_line *line_at(struct sim *sim, struct sim_source *source, size_t n) {
    if (n == source->count) {
        source->lines = mem_grow(source->lines, &source->capacity, n + 1, sizeof *source->lines);
        source->lines[source->count++] = (struct sim_line){.text = new_line(sim, source, n)};
    }
    return &source->lines[n];
}

/* ---------------------------------------------------------------- handing in */

/* How many were handed in. */
static size_t hand_all(struct sim *sim, const struct span *lines, size_t count, enum intake_verdict *verdicts) {
    struct intake_source from = {"sim", NULL};
    struct err err = {0};
    size_t done = intake_lines(sim->service, &from, lines, count, verdicts, &err);
    for (size_t i = 0; i < done; i++)
        if (verdicts[i] == INTAKE_ACCEPTED) sim->batch = intake_batch(sim->service);
    if (verdicts[done - 1] == INTAKE_UNABLE) sim_say(sim, "unable: %s", err.text);
    sim->counts->lines += done;
    return done;
}

static enum intake_verdict hand(struct sim *sim, const char *text) {
    enum intake_verdict verdict;
    struct span line = span_of(text);
    (void)!hand_all(sim, &line, 1, &verdict);
    return verdict;
}

/* False: not now. */
static bool pass(struct sim *sim, struct sim_source *source, enum intake_verdict verdict) {
    struct sim_line *line = line_at(sim, source, source->next);
    bool again = source->next < source->ever;
    if (verdict == INTAKE_UNABLE) return false;
    if (verdict == INTAKE_DUPLICATE && (source->is_file || !again)) sim_fail(sim, "a duplicate: %s", line->text);
    if (verdict != INTAKE_DUPLICATE && verdict != INTAKE_ACCEPTED) sim_fail(sim, "refused: %s", line->text);
    if (verdict == INTAKE_ACCEPTED) line->received_ms = sim->now_ms;
    source->next++;
    if (source->ever < source->next) source->ever = source->next;
    return true;
}

/* The next few of it together. False: not now. */
static bool hand_next(struct sim *sim, struct sim_source *source, size_t count) {
    struct span lines[INTAKE_TOGETHER];
    enum intake_verdict verdicts[INTAKE_TOGETHER];
    for (size_t i = 0; i < count; i++) lines[i] = span_of(line_at(sim, source, source->next + i)->text);
    size_t done = hand_all(sim, lines, count, verdicts);
    for (size_t i = 0; i < done; i++)
        if (!pass(sim, source, verdicts[i])) return false;
    return true;
}

static void store_position(struct sim *sim, struct sim_source *source) {
    char name[16];
    struct err err;
    snprintf(name, sizeof name, "/log/%d", source->number);
    struct intake_position position = {.name = span_of(name), .device = 1, .inode = (uint64_t)source->number,
        .offset = source->next * 100, .lines = source->next};
    if (intake_position_put(sim->service, &position, &err) == 0) sim->batch = intake_batch(sim->service);
    else sim_say(sim, "no position: %s", err.text);
}

static void hand_some(struct sim *sim, struct sim_source *source) {
    size_t lines = sim_chance(sim, 5) ? sim_draw(sim, 60) : sim_draw(sim, 6), before = source->next;
    for (size_t count; lines; lines -= count) {
        count = 1 + sim_draw(sim, lines < INTAKE_TOGETHER ? lines : INTAKE_TOGETHER);
        if (!hand_next(sim, source, count)) break;
    }
    if (source->is_file && source->next > before) store_position(sim, source);
}

/* Of what was acknowledged long ago, or of what is no event. */
static void hand_needless(struct sim *sim, const struct sim_source *source) {
    if (sim_chance(sim, 30)) {
        enum intake_verdict verdict = hand(sim, "{\"contact\": 3}");
        if (verdict != INTAKE_REJECTED && verdict != INTAKE_UNABLE) sim_fail(sim, "a bad line was taken");
    } else if (!source->is_file && source->acked) {
        struct sim_line *line = &source->lines[sim_draw(sim, source->acked)];
        enum intake_verdict verdict = hand(sim, line->text);
        if (verdict == INTAKE_ACCEPTED && !sim->prunes) sim_fail(sim, "taken twice: %s", line->text);
        if (verdict == INTAKE_ACCEPTED) line->pruned = true; /* or not, if this batch is lost */
    }
}

void sim_hand_in(struct sim *sim) {
    for (int i = 0; i < SIM_SOURCES; i++) {
        if (sim_chance(sim, 60)) hand_some(sim, &sim->sources[i]);
        if (sim_chance(sim, 8)) hand_needless(sim, &sim->sources[i]);
    }
    if (sim_chance(sim, 80)) sim->read_ms = sim->now_ms;
}

void sim_hand_in_rest(struct sim *sim) {
    for (int i = 0; i < SIM_SOURCES; i++) {
        struct sim_source *source = &sim->sources[i];
        while (source->next < source->count)
            if (!hand_next(sim, source, 1)) sim_fail(sim, "refused without any fault");
        if (source->is_file) store_position(sim, source);
    }
    sim->read_ms = sim->now_ms;
}

void sim_acknowledge(struct sim *sim) {
    if (sim->batch && intake_durable(sim->service) < sim->batch)
        sim_fail(sim, "committed, and batch %llu is not durable", (unsigned long long)sim->batch);
    for (int i = 0; i < SIM_SOURCES; i++)
        if (sim->sources[i].acked < sim->sources[i].next) sim->sources[i].acked = sim->sources[i].next;
    sim->batch = 0;
}

static void go_on_from(void *arg, const struct intake_position *position) {
    struct sim *sim = arg;
    struct sim_source *source = &sim->sources[position->inode];
    if (position->lines < source->acked || position->lines > source->ever || position->offset != position->lines * 100)
        sim_fail(sim, "file %d goes on at %llu, %zu were acknowledged, %zu read", source->number,
            (unsigned long long)position->lines, source->acked, source->ever);
    source->next = source->acked = position->lines;
}

void sim_go_back(struct sim *sim) {
    struct err err;
    for (int i = 0; i < SIM_SOURCES; i++) {
        struct sim_source *source = &sim->sources[i];
        source->next = source->is_file ? 0 : source->acked;
    }
    sim->batch = 0;
    if (intake_positions_each(sim->service, go_on_from, sim, &err)) sim_fail(sim, "positions: %s", err.text);
    for (int i = SIM_CLIENTS; i < SIM_SOURCES; i++)
        if (sim->sources[i].next < sim->sources[i].acked) sim_fail(sim, "the position of file %d is lost", i);
}

/* world: random standards and random contacts for tests, small and dense enough that things collide: few contacts, few
 * names, instants on a coarse grid around a midnight that starts a month.
 * Owns: the configuration and the events; world_fini().
 * Must not know: how an engine works. */
#ifndef TESTS_ENGINE_WORLD_H
#define TESTS_ENGINE_WORLD_H

#include <stdlib.h>
#include <unistd.h>
#include "slad/base/buf.h"
#include "slad/base/mem.h"
#include "slad/conf/config.h"
#include "slad/model/event.h"

/* A long world has few contacts with more events than the engine runs through without landmarks. */
enum { WORLD_EVENTS_MAX = 480, WORLD_EVENTS_FEW = 96, WORLD_ATTRS_MAX = 8 };

struct world_event {
    struct event event;
    struct attr attrs[WORLD_ATTRS_MAX];
};
struct world {
    uint64_t random;
    struct config *config;
    struct buf yaml;
    struct world_event events[WORLD_EVENTS_MAX];
    size_t count;
    int64_t base_ms, until_ms;
    bool settles; /* many contacts of few customers, one after the other: what theirs came to mostly stays (struct away) */
};
static const char *const world_contacts[] = {"c0", "c1", "c2", "c3", "ç", "d0", "d1", "d2", "d3", "d4", "d5", "d6"};
enum { WORLD_CONTACTS = sizeof world_contacts / sizeof *world_contacts, WORLD_CONTACTS_FEW = 5 };

/* xorshift: the same numbers everywhere. */
static inline uint64_t world_draw(struct world *w, uint64_t below) {
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (w->random >> 11) % below;
}
static inline bool world_chance(struct world *w, unsigned per_cent) {
    return world_draw(w, 100) < per_cent;
}
#define WORLD_PICK(w, list) ((list)[world_draw((w), sizeof(list) / sizeof *(list))])

/* ---------------------------------------------------------------- standards */

static const char *const world_matches[] = {"{channel: phone}", "{queue: {not: [sales, no]}}",
    "{priority: {at_least: 2, at_most: 3}}", "[{channel: phone}, {priority: 1}]", "{queue: {glob: '*l*'}}",
    "{agent: {exists: true}}", "{agent: {exists: false}}", "{status: {not: pending}}", "{priority: '1'}",
    "{customer: [k1, 7]}", "{contact: {glob: 'c[0-1]'}}"};
static const char *const world_names[] = {"offered", "answered", "abandoned", "updated", "message", "held", "resumed",
    "priority", "status", "transferred", "closed", "reopened", "cancelled", "scored", "promise", "spam"};
static const char *const world_limits[] = {"1ms", "1s", "2s", "3s", "5s", "10s", "20s", "60s"};
static const char *const world_windows[] = {"1ms", "1s", "5s", "20s", "2m", "day", "week", "month", "year"};
static const char *const world_clock_targets[] = {"90%", "50%", "'attainment > 50%'", "['80%', 'missed < 3']",
    "'missed <= 0'", "'p50 <= 2s'", "'p90 < 5s'", "'p10 > 1s'", "'p99.9 >= 3s'", "'mean <= 3s'", "'mean > 2s'",
    "['min > 1s', 'max <= 10s']"};
static const char *const world_value_targets[] = {
    "75%", "'mean >= 3'", "'p50 > 2'", "['min >= 1.1', 'max <= 4.2']", "'missed < 2'"};
static const char *const world_pers[] = {"customer", "agent", "queue", "[contact, queue]", "[customer, channel]"};
static const char *const world_bys[] = {"queue", "[agent]", "[channel, queue]", "priority", "status", "customer"};
static const char *const world_outcomes[] = {"met", "missed", "excluded"};
static const char *const world_formulas[] = {
    "answered", "abandons-met", "offered", "late-abandons", "short-met", "less-short"};

static inline void world_put_event(struct world *w, const char *key, unsigned own_per_cent) {
    const char *name = WORLD_PICK(w, world_names);
    if (world_chance(w, own_per_cent)) {
        const char *author = world_chance(w, 50) ? "agent" : "customer";
        buf_printf(&w->yaml, ", %s: {event: message, author: %s}", key, author);
    } else if (world_chance(w, 15)) {
        buf_printf(&w->yaml, ", %s: [%s, {event: status, status: {not: open}}]", key, name);
    } else {
        buf_printf(&w->yaml, ", %s: %s", key, name);
    }
}

static inline void world_put_limit(struct world *w, bool calendars) {
    uint64_t kind = world_draw(w, 10);
    if (kind < 5) {
        buf_printf(&w->yaml, ", within: %s", WORLD_PICK(w, world_limits));
    } else if (kind < 7) {
        buf_printf(&w->yaml, ", within: [{match: %s, limit: %s}, {match: %s, limit: %s%s}%s]", WORLD_PICK(w, world_matches),
            WORLD_PICK(w, world_limits), WORLD_PICK(w, world_matches), WORLD_PICK(w, world_limits),
            calendars && world_chance(w, 50) ? ", calendar: night" : "", world_chance(w, 50) ? ", {limit: 4s}" : "");
    } else if (kind < 9) {
        buf_add_text(&w->yaml, ", due: promised_at");
    }
}

static inline void world_put_abandon(struct world *w) {
    buf_add_text(&w->yaml, ", abandon: {event: abandoned");
    if (world_chance(w, 60)) buf_printf(&w->yaml, ", short: %s", WORLD_PICK(w, world_limits));
    if (world_chance(w, 30)) buf_printf(&w->yaml, ", formula: %s", WORLD_PICK(w, world_formulas));
    if (world_chance(w, 40)) buf_printf(&w->yaml, ", short_counts: %s", WORLD_PICK(w, world_outcomes));
    if (world_chance(w, 40)) buf_printf(&w->yaml, ", before_limit: %s", WORLD_PICK(w, world_outcomes));
    if (world_chance(w, 40)) buf_printf(&w->yaml, ", after_limit: %s", world_chance(w, 50) ? "missed" : "excluded");
    buf_add_text(&w->yaml, "}");
}

static inline void world_put_clock(struct world *w, bool calendars) {
    if (world_chance(w, 60)) buf_add_text(&w->yaml, ", start: [offered, updated]");
    else world_put_event(w, "start", 30);
    bool stop = world_chance(w, 80);
    if (stop && world_chance(w, 60)) buf_printf(&w->yaml, ", stop: %s", world_chance(w, 50) ? "answered" : "closed");
    else if (stop) world_put_event(w, "stop", 30);
    if (!stop || world_chance(w, 25)) world_put_event(w, "fail", 20);
    if (world_chance(w, 30)) world_put_event(w, "cancel", 10);
    if (world_chance(w, w->settles ? 95 : 50)) buf_add_text(&w->yaml, ", repeat: true");
    if (stop && world_chance(w, w->settles ? 5 : 50)) world_put_event(w, "reopen", 10);
    if (world_chance(w, w->settles ? 5 : 40)) buf_add_text(&w->yaml, ", pause: held, resume: resumed");
    if (world_chance(w, 40))
        buf_printf(&w->yaml, ", paused_while: %s",
            world_chance(w, 50) ? "{status: [pending, on-hold]}" : "[{status: pending}, {queue: 'no'}]");
    world_put_limit(w, calendars);
    if (stop && world_chance(w, 40)) world_put_abandon(w);
    if (calendars && world_chance(w, 60)) buf_add_text(&w->yaml, ", calendar: office");
}

static inline void world_put_standard(struct world *w, int nth, bool calendars) {
    buf_printf(&w->yaml, "  s%d: {describe: random", nth);
    if (world_chance(w, 45)) buf_printf(&w->yaml, ", match: %s", WORLD_PICK(w, world_matches));
    bool value = world_chance(w, 20);
    if (value) {
        world_put_event(w, "when", 10);
        buf_printf(&w->yaml, ", value: %s", world_chance(w, 50) ? "csat" : "rings");
        if (world_chance(w, 60)) buf_add_text(&w->yaml, ", at_least: 3");
        if (world_chance(w, 40)) buf_add_text(&w->yaml, ", at_most: 4.5");
    } else {
        world_put_clock(w, calendars);
    }
    if (world_chance(w, w->settles ? 5 : 25)) world_put_event(w, "void", 10);
    if (w->settles && world_chance(w, 70)) buf_add_text(&w->yaml, ", per: customer");
    else if (world_chance(w, 45)) buf_printf(&w->yaml, ", per: %s", WORLD_PICK(w, world_pers));
    if (world_chance(w, 60)) buf_printf(&w->yaml, ", by: %s", WORLD_PICK(w, world_bys));
    if (world_chance(w, 80)) {
        const char *target = value ? WORLD_PICK(w, world_value_targets) : WORLD_PICK(w, world_clock_targets);
        buf_printf(&w->yaml, ", target: %s", target);
        if (world_chance(w, 30)) buf_printf(&w->yaml, ", min_count: %d", (int)world_draw(w, 4) + 1);
    }
    if (world_chance(w, 75)) buf_printf(&w->yaml, ", window: %s", WORLD_PICK(w, world_windows));
    buf_add_text(&w->yaml, "}\n");
}

static inline struct config *world_load(const char *yaml, size_t bytes) {
    char path[] = "/tmp/slad-world-XXXXXX";
    int fd = mkstemp(path);
    struct config *config = NULL;
    struct findings findings = {0};
    struct buf said = {0};
    if (fd >= 0 && write(fd, yaml, bytes) == (ssize_t)bytes && config_load(path, &config, &findings) != 0) config = NULL;
    if (fd >= 0) close(fd);
    unlink(path);
    findings_render(&findings, &said);
    if (!config) fprintf(stderr, "%s%s", buf_text(&said), yaml);
    findings_fini(&findings);
    buf_fini(&said);
    return config;
}

static inline void world_make_standards(struct world *w) {
    bool calendars = world_chance(w, 10); /* compiling two of them takes longer than all the rest */
    if (calendars)
        buf_add_text(&w->yaml,
            "calendars:\n"
            "  office: {hours: {sun: '23:00-24:00', mon: ['00:01-00:02', '00:03-01:00']}}\n"
            "  night: {hours: {mon: '00:00-00:01'}}\n");
    buf_add_text(&w->yaml, "standards:\n");
    int count = 1 + (int)world_draw(w, 5);
    for (int i = 0; i < count; i++) world_put_standard(w, i, calendars);
    w->config = world_load(buf_text(&w->yaml), w->yaml.size);
}

/* ---------------------------------------------------------------- events */

static inline void world_set(struct world_event *e, const char *name, struct value value) {
    for (size_t i = 0; i < e->event.attr_count; i++)
        if (span_eq(e->attrs[i].name, span_of(name))) return;
    e->attrs[e->event.attr_count++] = (struct attr){span_of(name), value};
}
static inline struct value world_word(struct world *w, const char *const *list, size_t count) {
    uint64_t i = world_draw(w, count + 1);
    return i == count ? value_null() : value_text(span_of(list[i]));
}
#define WORLD_WORD(w, ...) \
    world_word((w), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static inline void world_attributes(struct world *w, struct world_event *e, bool first) {
    const char *name = e->event.name.p;
    int64_t at = e->event.at_ms;
    if (first || world_chance(w, 10)) world_set(e, "channel", WORLD_WORD(w, "phone", "chat", "social"));
    if (first || world_chance(w, 15) || strcmp(name, "transferred") == 0)
        world_set(e, "queue", WORLD_WORD(w, "billing", "sales", "no"));
    if (first || world_chance(w, 15) || strcmp(name, "priority") == 0) {
        if (world_chance(w, 15)) world_set(e, "priority", WORLD_WORD(w, "1"));
        else world_set(e, "priority", value_number((double)world_draw(w, 4) + 1));
    }
    if (first || world_chance(w, w->settles ? 2 : 20)) {
        if (world_chance(w, 20)) world_set(e, "customer", value_number(7));
        else world_set(e, "customer", WORLD_WORD(w, "k1", "k2", "7"));
    }
    if (world_chance(w, 25) || strcmp(name, "status") == 0)
        world_set(e, "status", WORLD_WORD(w, "open", "pending", "on-hold"));
    if (world_chance(w, 15) || strcmp(name, "answered") == 0) {
        world_set(e, "agent", WORLD_WORD(w, "a1", "a2"));
        world_set(e, "rings", value_number((double)world_draw(w, 6) - 0.5));
    }
    if (e->event.attr_count + 1 < WORLD_ATTRS_MAX && (first || world_chance(w, 15) || strcmp(name, "promise") == 0)) {
        if (world_chance(w, 85)) world_set(e, "promised_at", value_number((double)(at + ((int64_t)world_draw(w, 20) - 5) * 500)));
        else world_set(e, "promised_at", WORLD_WORD(w, "soon"));
    }
    if (e->event.attr_count < WORLD_ATTRS_MAX && strcmp(name, "message") == 0)
        world_set(e, "author", WORLD_WORD(w, "agent", "customer"));
    if (e->event.attr_count < WORLD_ATTRS_MAX && strcmp(name, "scored") == 0)
        world_set(e, "csat", world_chance(w, 90) ? value_number((double)world_draw(w, 10) / 2) : value_null());
    e->event.attrs = e->attrs;
}

static inline void world_make_events(struct world *w) {
    static const int64_t gaps[] = {0, 0, 1, 999, 1000, 1000, 2000, 3000, 5000, 10000};
    size_t contact_count = 1 + world_draw(w, w->settles ? WORLD_CONTACTS : WORLD_CONTACTS_FEW);
    size_t last = 4 + world_draw(w, WORLD_EVENTS_FEW - 4);
    if (!w->settles && world_chance(w, 10)) {
        contact_count = 1 + world_draw(w, 2);
        last = 200 + world_draw(w, WORLD_EVENTS_MAX - 200);
    }
    int64_t grid = world_chance(w, 50) ? 1000 : 1;
    for (size_t c = 0; c < contact_count; c++) {
        int64_t at = w->base_ms + (int64_t)world_draw(w, 20) * 1000;
        if (w->settles) at += (int64_t)(c * world_draw(w, 30)) * 1000;
        for (size_t i = 0; w->count < last && i < last / contact_count + 1; i++) {
            struct world_event *e = &w->events[w->count++];
            at += WORLD_PICK(w, gaps);
            e->event = (struct event){.contact = span_of(world_contacts[c]), .at_ms = at - at % grid, .has_at = true};
            bool first = i == 0 || world_chance(w, 15);
            e->event.name = span_of(first ? "offered" : WORLD_PICK(w, world_names));
            world_attributes(w, e, i == 0);
        }
    }
    w->until_ms = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->events[i].event.at_ms > w->until_ms) w->until_ms = w->events[i].event.at_ms;
    static const int64_t after[] = {-10000, -2000, 0, 1, 4000, 60000, 86400000};
    w->until_ms += WORLD_PICK(w, after);
    if (w->until_ms < w->base_ms) w->until_ms = w->base_ms;
}

/* False when the standards could not be loaded. */
static inline bool world_make(struct world *w, uint64_t seed) {
    *w = (struct world){.random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1};
    w->base_ms = INT64_C(1780271980000); /* 2026-05-31T23:59:40Z, a Sunday */
    for (int i = 0; i < 8; i++) world_draw(w, 2);
    w->settles = world_chance(w, 30);
    world_make_standards(w);
    world_make_events(w);
    return w->config != NULL;
}

static inline void world_fini(struct world *w) {
    config_free(w->config);
    buf_fini(&w->yaml);
}

#endif

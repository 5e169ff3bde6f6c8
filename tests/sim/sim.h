/* sim: a daemon's write path with all around it that can go wrong, driven by one seed: senders that send again what was
 * not acknowledged, followed files, a clock, reloads, a disk that fails, crashes.
 * Owns: the service, its folder, the inputs and what they know; sim_fini().
 * Must not know: sockets, libevent. */
#ifndef TESTS_SIM_SIM_H
#define TESTS_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "../unit/engine/world.h"
#include "slad/base/buf.h"
#include "slad/service/service.h"

enum { SIM_CLIENTS = 2, SIM_FILES = 2, SIM_SOURCES = SIM_CLIENTS + SIM_FILES };

struct sim_line {
    char *text;
    int64_t received_ms; /* when it was last handed in */
    unsigned copies;     /* in the journal, as last counted */
    bool pruned;         /* it was in the journal and is old enough to have left it */
};

/* A client of the event socket, or a followed file. Its lines are numbered from 0. */
struct sim_source {
    bool is_file;
    int number;
    struct sim_line *lines;
    size_t count, capacity;
    size_t next;  /* to be handed in */
    size_t ever;  /* so many were handed in at some time */
    size_t acked; /* so many may never be lost: acknowledged, or below a position that was committed */
};

struct sim {
    uint64_t seed;
    int step;
    bool trace;
    struct world *world; /* the random numbers, and the standards as YAML */
    char folder[64], config_path[96], database[96];

    /* How this run is. */
    int64_t grace_ms, publish_ms;
    uint64_t keep_finished;
    int keep_engine;
    bool prunes; /* the journal lets go within the run */
    bool careful; /* no disk faults but crashes */

    int64_t now_ms, latest_ms; /* the clock may step back */
    struct service *service;
    struct sim_source sources[SIM_SOURCES];
    uint64_t batch;    /* that an accepted line belongs to; 0: none since the last commit */
    bool said_failed;  /* by the listener, since the last commit */
    bool said_recovered;
    int64_t read_ms;   /* when the files were last read to their ends */
    bool pruned;       /* something was */
    struct sim_counts { /* of all runs, to see that they do what they are for */
        uint64_t runs, turns, lines, commits, failed, recovered, crashes, opens_failed, reloads, checks, compared, prunes;
    } *counts;
};

/* One whole life. Ends the process when something is not as it must be. */
void sim_run(uint64_t seed, struct sim_counts *counts);
/* What was found once (sim_cases.c). */
void sim_cases(void);
_Noreturn void sim_fail(const struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);
void sim_say(const struct sim *sim, const char *format, ...) PRINTF_LIKE(2, 3);

static inline uint64_t sim_draw(struct sim *sim, uint64_t below) {
    return world_draw(sim->world, below);
}
static inline bool sim_chance(struct sim *sim, unsigned per_cent) {
    return world_chance(sim->world, per_cent);
}

/* ---- its folder (sim_folder.c) */

void sim_make_folder(struct sim *sim);
void sim_remove_folder(struct sim *sim);
/* Before each start: real files by the names of the database's. */
void sim_show_files(const struct sim *sim);

/* ---- inputs (sim_source.c) */

void sim_sources_init(struct sim *sim);
void sim_sources_fini(struct sim *sim);
/* Hands some lines in, and stores positions, in the turn's batch. */
void sim_hand_in(struct sim *sim);
/* All that files have, and nothing new. */
void sim_hand_in_rest(struct sim *sim);
/* The batch was committed. */
void sim_acknowledge(struct sim *sim);
/* The batch was lost, or the daemon: clients send again, files go on from where the store says. */
void sim_go_back(struct sim *sim);

/* ---- what must be so (sim_check.c, sim_replay.c) */

/* Of the journal and the positions, whatever happened. */
void sim_check_inputs(struct sim *sim);
/* All of it; brings the service to rest first. */
void sim_check(struct sim *sim);
/* After a turn: nothing was left standing. */
void sim_check_statements(struct sim *sim);

/* Lines of text that are held against one another, in no order. */
struct sim_texts {
    char **list;
    size_t count, capacity;
};
void sim_texts_add(struct sim_texts *texts, const char *format, ...) PRINTF_LIKE(2, 3);
void sim_texts_fini(struct sim_texts *texts);

/* What an engine knows: figures as published, breaches, open levels, the stories of contacts. */
struct sim_known {
    struct sim_texts figures, counts, breaches, levels, stories;
};
struct engine;
extern const char *const sim_contacts[];
enum { SIM_CONTACTS = 9 };
/* Of one contact that the engine has in memory. */
void sim_story(struct engine *engine, const char *contact, struct sim_texts *out);
void sim_known_fini(struct sim_known *known);
/* Of an engine that is fed the journal in order, up to these clocks; stories are of the contacts that
 * the daemon has in memory. */
void sim_replay(struct sim *sim, int64_t now_ms, int64_t held_ms, struct sim_known *out);

#endif

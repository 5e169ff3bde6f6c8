/* A daemon's life after a daemon's life on a disk that fails (tests/sim/run):
 *     SLAD_SEED=N   this one alone
 *     SLAD_SEEDS=N  so many, from SLAD_FIRST (1) on
 *     SLAD_TRACE=1  tells what happens */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "fault_vfs.h"
#include "sim.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"

enum { SEEDS = 200 }; /* in half a minute or so, under the sanitizers */

static uint64_t number_of(const char *name, uint64_t otherwise) {
    const char *text = getenv(name);
    return text ? strtoull(text, NULL, 10) : otherwise;
}

int main(void) {
    struct sim_counts c = {0};
    uint64_t one = number_of("SLAD_SEED", 0), first = one ? one : number_of("SLAD_FIRST", 1);
    uint64_t count = one ? 1 : number_of("SLAD_SEEDS", SEEDS);
    if (!getenv("SLAD_TRACE")) log_set_level(0);
    fault_vfs_register();
    if (!one) sim_cases();
    for (uint64_t seed = first; seed < first + count; seed++) sim_run(seed, &c);
    printf("%" PRIu64 " runs: %" PRIu64 " turns, %" PRIu64 " lines, %" PRIu64 " commits, %" PRIu64 " batches lost, %" PRIu64
        " recoveries, %" PRIu64 " crashes, %" PRIu64 " starts that failed, %" PRIu64 " reloads, %" PRIu64
        " events let go, %" PRIu64 " engines kept, %" PRIu64 " checks (%" PRIu64 " at rest)\n", c.runs, c.turns, c.lines, c.commits, c.failed,
        c.recovered, c.crashes, c.opens_failed, c.reloads, c.prunes,
        counter_values[COUNTER_images_kept], c.checks, c.compared);
    return 0;
}

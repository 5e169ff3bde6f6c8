/* slad --repair: what can be had of a damaged database, in a new one; the damaged file is put aside. */
#include <stdio.h>
#include <string.h>
#include "commands.h"
#include "slad/base/clock.h"
#include "slad/model/instant.h"
#include "slad/store/salvage.h"

/* 2026-11-21T06:00:00.000Z without what a file's name should not have. */
static void stamp_of(int64_t now_ms, char stamp[INSTANT_TEXT_MAX]) {
    char text[INSTANT_TEXT_MAX];
    size_t n = 0;
    for (const char *p = instant_text(now_ms, text); *p; p++)
        if (*p != '-' && *p != ':' && *p != '.') stamp[n++] = *p;
    stamp[n] = '\0';
}

int repair_database(const char *path) {
    char stamp[INSTANT_TEXT_MAX];
    struct buf lines = {0};
    struct salvage salvage;
    struct err err;
    stamp_of(clock_wall_ms(), stamp);
    int code = salvage_run(path, stamp, &lines, &salvage, &err);
    fputs(buf_text(&lines), stdout);
    if (code < 0)
        fprintf(stderr, "slad: not repaired, and left as it was: %s%s\n", err.text,
            code == ERR_CORRUPT ? "; restore a backup" : "");
    else if (code > 0)
        printf("%s is not damaged; nothing was done\n", path);
    else
        printf("%s: %lld rows kept, %lld lost; the damaged file is now %s. Start slad: it brings breaches and figures in line "
               "with the journal as it is now\n", path, (long long)salvage.kept, (long long)salvage.lost, salvage.quarantine);
    buf_fini(&lines);
    return code < 0 ? EXIT_WRONG : EXIT_DONE;
}

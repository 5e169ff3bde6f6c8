#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "slad/base/clock.h"

enum { DRAW_US = 200000, BAR = 20 /* columns */ };

void progress_begin(struct progress *progress, uint64_t whole_bytes) {
    const char *terminal = getenv("TERM");
    *progress = (struct progress){.whole = whole_bytes};
    progress->is_shown = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

static void draw_bar(uint64_t bytes, uint64_t whole) {
    unsigned percent = bytes >= whole ? 100 : (unsigned)(bytes / (whole / 100 + 1));
    unsigned filled = percent * BAR / 100;
    fputc('[', stderr);
    for (unsigned i = 0; i < BAR; i++) fputc(i < filled ? '#' : ' ', stderr);
    fprintf(stderr, "] %u %%  ", percent);
}

void progress_draw(struct progress *progress, uint64_t bytes, uint64_t acknowledged, uint64_t rejected) {
    int64_t now_us = clock_steady_us();
    if (!progress->is_shown || now_us - progress->drawn_us < DRAW_US) return;
    progress_clear(progress);
    if (progress->whole) draw_bar(bytes, progress->whole);
    fprintf(stderr, "%" PRIu64 " acknowledged", acknowledged);
    if (rejected) fprintf(stderr, ", %" PRIu64 " rejected", rejected);
    fflush(stderr);
    progress->is_drawn = true;
    progress->drawn_us = now_us;
}

void progress_clear(struct progress *progress) {
    if (progress->is_drawn) fputs("\r\033[K", stderr);
    progress->is_drawn = false;
}

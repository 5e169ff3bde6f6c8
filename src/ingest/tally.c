#include "ingest/tally.h"

#include <stdio.h>
#include "slad/model/instant.h"
#include "slad/wire/report.h"

void tally_line(struct tally *tally, int64_t now_ms) {
    tally->lines++;
    tally->line_ms = now_ms;
}

void tally_rejected(struct tally *tally, const char *reason, int64_t now_ms) {
    tally->rejected++;
    tally->error_ms = now_ms;
    snprintf(tally->error, sizeof tally->error, "%s", reason);
}

static void field_at(struct json_writer *w, const char *name, int64_t ms) {
    json_field_instant(w, name, ms ? ms : INSTANT_NEVER);
}

void tally_write(const struct tally *tally, struct json_writer *w) {
    json_field_int(w, "rejected", (int64_t)tally->rejected);
    field_at(w, "last_line", tally->line_ms);
    json_field_text(w, "last_error", tally->error_ms ? tally->error : NULL);
    field_at(w, "last_error_at", tally->error_ms);
}

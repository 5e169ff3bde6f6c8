/* What keeps the daemon from its work. Missing data (gaps) and refused configurations are no such thing: it does what it
 * can with what it has. */
#include "service/state.h"
#include "slad/model/instant.h"
#include "slad/service/view.h"

enum {
    FREE_BYTES_LEAST = 16 << 20, /* so much a recovery from a full disk asks for: below it the next write may fail */
    LATE_MS = 60000,             /* a followed file that is busily read is a turn behind, not a minute */
};

void view_health_reason(struct json_writer *w, const char *what, const char *detail) {
    json_object_begin(w);
    json_field_text(w, "what", what);
    json_field_text(w, "detail", detail);
    json_object_end(w);
}

static void database(const struct service *service, struct json_writer *w) {
    uint64_t bytes = 0;
    if (!service_accepts(service)) {
        const char *failure = service->failed ? service->failure : service->write_err.text;
        view_health_reason(w, "database", failure);
    } else if (store_free_bytes(service->store, &bytes, NULL) == 0 && bytes < FREE_BYTES_LEAST) {
        struct err text;
        err_set(&text, ERR_FULL, "the disk is nearly full: %llu bytes are free", (unsigned long long)bytes);
        view_health_reason(w, "disk", text.text);
    }
}

static void clocks(const struct service *service, struct json_writer *w) {
    int64_t held = engine_held(service->engine), late = service->now_ms - service->config->grace_ms - held;
    struct err text;
    char decided[INSTANT_TEXT_MAX];
    if (service->clock_behind) {
        err_set(&text, ERR_INVALID, "the clock was set back: limits were decided until %s already",
            instant_text(engine_now(service->engine), decided));
        view_health_reason(w, "clock", text.text);
    } else if (held >= 0 && late > LATE_MS) {
        err_set(&text, ERR_INVALID, "limits are decided %lld s late: a followed file is not read to its end",
            (long long)late / 1000);
        view_health_reason(w, "late", text.text);
    }
}

void view_health(const struct service *service, struct json_writer *w) {
    database(service, w);
    if (!service->failed) clocks(service, w);
}

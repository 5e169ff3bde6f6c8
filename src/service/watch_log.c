#include "watch_log.h"

#include "slad/base/counters.h"
#include "slad/base/log.h"

enum {
    GROWN_BYTES = 128 << 20, /* eight times what is copied into the database at once: somebody is in the way */
    SMALL_BYTES = 33 << 20, /* to here it shrinks (docs/STORAGE.md, journal_size_limit), and a header */
};

static void watch_copying(const struct service *service) {
    const char *failure = store_checkpoint_failure(service->store);
    uint64_t held;
    if (!failure) return;
    counter_inc(checkpoints_failed);
    if (log_allow("database log not copied", service->now_ms, &held))
        log_warning("the log of the database was not copied into it", "error=%s more=%llu next=\"trying again; what was "
            "acknowledged is safe in the log, which grows\"", LOG_TEXT(span_of(failure)), (unsigned long long)held);
}

void watch_log(struct service *service) {
    watch_copying(service);
    uint64_t bytes = store_wal_bytes(service->store);
    if (!service->log_grown && bytes > GROWN_BYTES)
        log_warning("the log of the database grows", "bytes=%llu next=\"a program that reads the database for long holds it "
            "back (fuser -v says which); it shrinks once that ends\"", (unsigned long long)bytes);
    if (service->log_grown && bytes <= SMALL_BYTES)
        log_info("the log of the database is small again", "bytes=%llu", (unsigned long long)bytes);
    service->log_grown = bytes > (service->log_grown ? SMALL_BYTES : GROWN_BYTES);
}

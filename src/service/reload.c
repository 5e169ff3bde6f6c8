/* The configuration is read again: refused, or on its way to take over (adopt.h). */
#include "adopt.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"

static void refuse(struct service *service, const struct findings *found, struct buf *findings) {
    buf_clear(&service->reload_findings);
    findings_render(found, &service->reload_findings);
    service->reload_refused_ms = service->now_ms;
    if (findings) buf_add_span(findings, buf_span(&service->reload_findings));
    counter_inc(reloads_refused);
    feed_reloaded(service, buf_span(&service->reload_findings));
    for (size_t i = 0; i < found->count && i < 20; i++)
        log_error("configuration refused", "file=%s line=%d column=%d error=%s", LOG_TEXT(span_of(found->list[i].file)),
            found->list[i].line, found->list[i].column, LOG_TEXT(span_of(found->list[i].text)));
    log_error("reload refused", "errors=%zu next=\"keeping standards of generation %llu\"", findings_errors(found),
        (unsigned long long)service->generation);
}

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_endpoints(const struct endpoint *a, size_t a_count, const struct endpoint *b, size_t b_count) {
    size_t i = 0;
    while (i < a_count && i < b_count && endpoint_same(&a[i], &b[i])) i++;
    return i == a_count && i == b_count;
}

/* Settings that only a start can change stay as they were opened. */
static void say_what_needs_restart(const struct config *opened, const struct config *new) {
    if (!same_text(opened->database, new->database))
        log_warning("setting needs a restart", "key=database in_force=%s", opened->database);
    if (!same_endpoints(opened->listens, opened->listen_count, new->listens, new->listen_count))
        log_warning("setting needs a restart", "%s", "key=listen");
    if (!same_endpoints(opened->inputs, opened->input_count, new->inputs, new->input_count))
        log_warning("setting needs a restart", "%s", "key=inputs");
}

int service_reload(struct service *service, void (*done)(void *arg, const char *outcome), void *arg,
    struct buf *findings, struct err *err) {
    if (service->failed)
        return err_set(err, ERR_IO, "the database cannot be written; reload again once it can: %s", service->failure);
    if (service->adoption && !service->adoption->from_store)
        return err_set(err, ERR_IN_USE, "a reload is under way; ask again when it is done");
    struct config *config = NULL;
    struct findings found = {0};
    int code = config_load(service->config->path, &config, &found);
    if (code) {
        refuse(service, &found, findings);
        err_set(err, code, "the configuration has %zu error%s; the standards in force were kept",
            findings_errors(&found), findings_errors(&found) == 1 ? "" : "s");
    } else if (service->adoption) {
        config_free(config);
        code = err_set(err, ERR_IN_USE, "breaches are being brought in line after a failed commit; ask again when it is done");
    } else {
        say_what_needs_restart(service->opened_with, config);
        service->adoption = adoption_new(config);
        service->adoption->done = done;
        service->adoption->arg = arg;
    }
    findings_fini(&found);
    return code;
}

void service_reload_by(struct service *service, int64_t uid) {
    if (service->adoption) service->adoption->by_uid = uid;
}

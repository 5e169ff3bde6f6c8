/* Invariants:
 *  1. every turn ends with service_commit(); acknowledgements follow from it, nothing else sends them; a commit that is over
 *     asks for a turn;
 *  2. the tick timer is set after every turn to when the service next has work without an event;
 *  3. while `recovering` it is set to the next try to write again, and no turn puts that off. */
#include "daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "notify.h"
#include "slad/api/api.h"
#include "slad/base/clock.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/ingest/ingest.h"
#include "slad/loop/loop.h"
#include "slad/service/service.h"

enum {
    PROGRESS_LOG_US = 5000000, /* between two lines about a long start */
    EXTEND_US = 60000000,      /* asked of the service manager with each sign of progress */
};

struct daemon {
    struct loop *loop;
    struct service *service;
    struct ingest *ingest;
    struct api *api;
    struct loop_timer *tick, *watchdog;
    struct loop_task idle;
    int64_t watchdog_ms; /* 0: none */
    uint64_t committing; /* the batch that was under way when the watchdog was last thought of */
    bool recovering;
    bool stopping;       /* asked to, by a signal */
    bool reload_waits;   /* a SIGHUP came while another reload was under way, or before the start was done */
    int64_t said_us;     /* progress */
};

/* ---------------------------------------------------------------- telling the service manager */

static void say_status(struct daemon *daemon, const char *more) {
    const struct config *config = service_config(daemon->service);
    notify_send("STATUS=%zu standards, %llu events taken in%s%s", config->rules.standard_count,
        (unsigned long long)counter_values[COUNTER_events_accepted], *more ? "; " : "", more);
}

static bool progress(void *arg, const struct service_progress *p) {
    struct daemon *daemon = arg;
    int64_t now = clock_steady_us();
    char doing[96];
    const char *what = p->is_recording ? "bringing breaches in line" : "reading the journal";
    notify_send("EXTEND_TIMEOUT_USEC=%d\nWATCHDOG=1\nSTATUS=%s: %llu of %llu", EXTEND_US, what,
        (unsigned long long)p->done, (unsigned long long)p->total);
    if (now - daemon->said_us >= PROGRESS_LOG_US) {
        if (daemon->said_us && p->total)
            log_info(what, "done=%llu total=%llu", (unsigned long long)p->done, (unsigned long long)p->total);
        daemon->said_us = now;
    }
    snprintf(doing, sizeof doing, "%s: %llu of %llu", what, (unsigned long long)p->done, (unsigned long long)p->total);
    api_starting(daemon->api, doing);
    (void)loop_turn(daemon->loop, 0); /* there are no inputs yet: signals and questions are all that can come */
    return !daemon->stopping;
}

/* A commit that lasts from one look to the next hangs: events would be taken in, and nothing acknowledged. */
static bool is_stuck(struct daemon *daemon) {
    uint64_t before = daemon->committing;
    daemon->committing = service_committing(daemon->service);
    return before && daemon->committing == before;
}

static void on_watchdog(void *arg) {
    struct daemon *daemon = arg;
    bool stuck = is_stuck(daemon);
    if (!stuck) notify_send("WATCHDOG=1");
    say_status(daemon, stuck ? "a commit does not end: the disk hangs, or is very slow" : service_failure(daemon->service));
    loop_timer_set(daemon->watchdog, daemon->watchdog_ms);
}

/* ---------------------------------------------------------------- turns */

static bool has_failed(const struct daemon *daemon) {
    return *service_failure(daemon->service) != '\0';
}

static void set_tick(struct daemon *daemon) {
    if (daemon->recovering && has_failed(daemon)) return;
    daemon->recovering = has_failed(daemon);
    int64_t delay = service_next_ms(daemon->service) - loop_now_ms(daemon->loop);
    loop_timer_set(daemon->tick, delay > 0 ? delay : 1);
}

static void on_tick(void *arg) {
    struct daemon *daemon = arg;
    struct err err;
    daemon->recovering = false;
    if (has_failed(daemon)) (void)!service_recover(daemon->service, loop_now_ms(daemon->loop), &err); /* tried again */
}

static void on_recovered(void *arg) {
    say_status(arg, "");
}

/* Scheduled while there is a slice of work that can wait: its being due keeps the next turn from waiting. */
static void on_idle(void *arg) {
    (void)arg;
}

static void on_reload(void *arg);

/* A commit is over: the end of the turn looks after it. */
static void on_wake(void *arg) {
    (void)arg;
}

static void turn_end(void *arg) {
    struct daemon *daemon = arg;
    struct err err;
    service_turn(daemon->service, loop_now_ms(daemon->loop));
    if (!has_failed(daemon) && service_commit(daemon->service, &err)) say_status(daemon, err.text);
    bool more = service_idle(daemon->service);
    if (!more && daemon->reload_waits) {
        on_reload(daemon);
        more = true;
    }
    if (more) loop_task_schedule(daemon->loop, &daemon->idle);
    set_tick(daemon);
}

/* ---------------------------------------------------------------- signals */

static void on_stop(void *arg) {
    struct daemon *daemon = arg;
    daemon->stopping = true;
    notify_send("STOPPING=1\nSTATUS=writing down what was taken in");
    log_info("stopping", "%s", "next=\"committing what was taken in\"");
    loop_stop(daemon->loop);
}

static void reload_done(void *arg, const char *outcome) {
    struct daemon *daemon = arg;
    notify_send("READY=1");
    say_status(daemon, outcome);
}

static int reload(struct daemon *daemon, struct err *err) {
    notify_reloading();
    return service_reload(daemon->service, reload_done, daemon, NULL, err);
}

/* The files may have changed since the reload under way has read them. */
static void on_reload(void *arg) {
    struct daemon *daemon = arg;
    struct err err;
    int code = ERR_IN_USE;
    daemon->reload_waits = false;
    if (daemon->service && (code = reload(daemon, &err)) == 0) return;
    if (code == ERR_IN_USE) {
        daemon->reload_waits = true;
        return;
    }
    log_warning("reload not done", "reason=%s", LOG_TEXT(span_of(err.text)));
    reload_done(daemon, err.text);
}

/* ---------------------------------------------------------------- opening and closing */

static void input_status(void *arg, struct json_writer *w) {
    struct daemon *daemon = arg;
    ingest_status(daemon->ingest, w);
}

static void say_place(const char *what, const struct endpoint *e) {
    if (e->path) log_info("listening", "for=%s at=%s", what, LOG_TEXT(span_of(e->path)));
    else log_info("listening", "for=%s at=%s:%d", what, e->host, e->port);
}

static void say_places(const struct config *config) {
    for (size_t i = 0; i < config->listen_count; i++) say_place("questions", &config->listens[i]);
    for (size_t i = 0; i < config->input_count; i++)
        if (config->inputs[i].kind == ENDPOINT_UNIX || config->inputs[i].kind == ENDPOINT_TCP)
            say_place("events", &config->inputs[i]);
}

static int open_faces(struct daemon *daemon, struct err *err) {
    struct ingest_options ingest = {.inherited_fd = notify_listen_fd};
    int code = ingest_open(
        daemon->loop, daemon->service, service_config(daemon->service), &ingest, &daemon->ingest, err);
    if (!code) api_begin(daemon->api, daemon->service);
    return code;
}

/* Whoever asks is told that it starts. Takes the configuration over, on failure too. */
static int open_service(struct daemon *daemon, struct config *config, struct err *err) {
    struct api_options api = {.inherited_fd = notify_listen_fd, .inputs = input_status, .inputs_arg = daemon};
    struct service_options service = {.progress = progress, .arg = daemon, .uses_threads = true};
    int code = api_open(daemon->loop, config, &api, &daemon->api, err);
    if (!code) return service_open(config, &service, clock_wall_ms(), &daemon->service, err);
    config_free(config);
    return code;
}

int daemon_open(struct config *config, struct daemon **out, struct err *err) {
    struct daemon *daemon = mem_zalloc(sizeof *daemon);
    daemon->idle = (struct loop_task){.run = on_idle, .arg = daemon};
    int code = ERR_IO;
    if (!(daemon->loop = loop_new(err))) {
        config_free(config);
        goto failed;
    }
    loop_on_signal(daemon->loop, SIGTERM, on_stop, daemon); /* also while the journal is read */
    loop_on_signal(daemon->loop, SIGINT, on_stop, daemon);
    loop_on_signal(daemon->loop, SIGHUP, on_reload, daemon);
    log_info("starting", "version=%s database=%s standards=%zu", SLAD_VERSION, config->database,
        config->rules.standard_count);
    if ((code = open_service(daemon, config, err))) goto failed;
    if ((code = open_faces(daemon, err))) goto failed;
    loop_on_wake(daemon->loop, service_wake_fd(daemon->service), on_wake, daemon);
    daemon->tick = loop_timer_new(daemon->loop, on_tick, daemon);
    daemon->watchdog = loop_timer_new(daemon->loop, on_watchdog, daemon);
    daemon->watchdog_ms = notify_watchdog_us() / 2000;
    if (daemon->watchdog_ms) on_watchdog(daemon);
    service_listen(daemon->service, &(struct service_listener){.recovered = on_recovered, .arg = daemon});
    *out = daemon;
    return 0;
failed:
    daemon_close(daemon);
    return code;
}

int daemon_run(struct daemon *daemon, struct err *err) {
    notify_send("READY=1");
    say_status(daemon, "");
    say_places(service_config(daemon->service));
    log_info("ready", "standards=%zu pid=%d", service_config(daemon->service)->rules.standard_count, getpid());
    set_tick(daemon);
    if (loop_run(daemon->loop, turn_end, daemon)) return err_set(err, ERR_IO, "the event loop failed");
    return 0;
}

void daemon_close(struct daemon *daemon) {
    if (!daemon) return;
    service_stop(daemon->service); /* its last commit is still acknowledged by the inputs */
    api_close(daemon->api);
    ingest_close(daemon->ingest);
    service_close(daemon->service); /* has the configuration that the others borrow from */
    loop_timer_free(daemon->tick);
    loop_timer_free(daemon->watchdog);
    loop_task_cancel(&daemon->idle);
    if (daemon->loop) loop_free(daemon->loop);
    free(daemon);
}

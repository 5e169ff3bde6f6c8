/* state: what the files of this room share.
 * Owns: see struct api.
 * Must not know: the world outside. */
#ifndef SLAD_API_STATE_H
#define SLAD_API_STATE_H

#include <sys/types.h>
#include "slad/api/api.h"
#include "slad/base/secret.h"
#include "slad/loop/http.h"
#include "slad/service/view.h"

struct posted; /* events that wait for their commit */
struct slow;   /* a question that takes many turns */
struct reload; /* a request that waits for the end of a reload */
struct follower; /* a stream */

struct streams {
    struct follower *first;
    size_t count;
    int64_t place; /* what the live ones have been told; meaningless without them */
    struct loop_task read_on;
    struct loop_timer *beat;
};

struct api_server {
    struct api *api;
    struct http_server *http;
    const struct endpoint *endpoint;
    bool asks_token; /* then every request must have it */
    char token[SECRET_MAX];
    bool has_group; /* of a Unix socket: its file's */
    gid_t group;
};
struct admin_ids { /* admins.h */
    bool is_given;
    unsigned *users, *groups;
    size_t user_count, group_count;
};
struct last_reload {
    int64_t at_ms; /* 0: there was none since the start */
    int64_t by_uid; /* -1: not over HTTP */
    bool in_force;
};
enum { API_STARTING_MAX = 96 }; /* what is done, and two numbers */
struct api {
    struct loop *loop;
    struct service *service;     /* NULL before api_begin() */
    const struct config *config; /* in force */
    char starting[API_STARTING_MAX];
    struct api_server *servers;
    size_t server_count;
    void (*inputs)(void *arg, struct json_writer *w);
    void *inputs_arg;

    struct posted *posted;
    struct loop_task posted_task;
    struct slow *slow;
    struct reload *reload;
    int64_t reload_uid; /* of who asked for the reload under way; -1: nobody here */
    struct last_reload last_reload;
    struct admin_ids admins;
    struct streams streams;
};

/* What a handler is given: a request whose method, path and parameters are in order. */
struct question {
    struct api *api;
    struct http_request *request;
    struct span name;               /* what follows the route's path */
    const struct view_query *query; /* borrowed for the call */
};

/* post.c */
void posted_init(struct api *api);
void post_events(const struct question *question);
/* Answers {"excused":ID} once what was written in this turn is on disk, or that it was lost. */
void posted_excuse(struct api *api, struct http_request *request, int64_t id);
void posted_committed(struct api *api);
void posted_failed(struct api *api);
void posted_drop(struct api *api); /* answers all that is left, as lost */
/* excuse.c */
void post_excuse(const struct question *question);
/* past.c */
void ask_past(const struct question *question);
/* diff.c */
void post_diff(const struct question *question);
/* slow.c */
void slow_drop(struct api *api);
/* stream.c */
void streams_init(struct api *api);
void ask_stream(const struct question *question);
void streams_committed(struct api *api);
void streams_news(struct api *api, const struct feed_message *message);
void streams_drop(struct api *api); /* ends them all */
/* metrics.c */
void ask_metrics(const struct question *question);
/* status.c */
void ask_status(const struct question *question);
void ask_inputs(const struct question *question);
/* health.c */
void ask_health(const struct question *question);
void ask_ready(const struct question *question);
/* {"healthy":true,"reasons":[]} */
void health_write(struct api *api, struct json_writer *w);
/* reload.c */
void post_reload(const struct question *question);
void reload_ended(struct api *api, struct span news); /* whoever asked for it; news: as the feed tells it */
void reload_drop(struct api *api);

#endif

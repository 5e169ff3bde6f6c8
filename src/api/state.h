/* state: what the files of this room share.
 * Owns: see struct api.
 * Must not know: the world outside. */
#ifndef SLAD_API_STATE_H
#define SLAD_API_STATE_H

#include "slad/api/api.h"
#include "slad/loop/http.h"
#include "slad/service/view.h"

struct posted; /* events that wait for their commit */
struct past;   /* a question about the past under way */
struct reload; /* a request that waits for the end of a reload */

struct api_server {
    struct api *api;
    struct http_server *http;
    bool read_only;
};
struct api {
    struct loop *loop;
    struct service *service;
    struct api_server *servers;
    size_t server_count;
    void (*inputs)(void *arg, struct json_writer *w);
    void *inputs_arg;

    struct posted *posted;
    struct loop_task posted_task;
    struct past *past;
    struct reload *reload;
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
void post_excuse(const struct question *question);
void posted_committed(struct api *api);
void posted_failed(struct api *api);
void posted_drop(struct api *api); /* answers all that is left, as lost */
/* past.c */
void ask_past(const struct question *question);
void past_drop(struct api *api);
/* reload.c */
void post_reload(const struct question *question);
void reload_drop(struct api *api);

#endif

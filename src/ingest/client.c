/* Invariants:
 * 1. count >= sealed_count and acked; a client with a line in the batch, or one to be answered, is pending or sealed.
 * 2. Without a stream a client is pending or sealed, and freed by client_settled() at the latest.
 * 3. answers is empty unless the client is greeted and pending, and so is sealed_answers unless it is sealed.
 * 4. Nothing that a client sends before it is admitted goes further than this file: no token gets into the log as part of
 *    a rejected line. */
#include "ingest/client.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "slad/wire/lines.h"
#include "slad/base/counters.h"
#include "slad/base/log.h"
#include "slad/base/mem.h"
#include "slad/wire/ack.h"
#include "slad/wire/json.h"

void client_list_add(struct client **list, enum client_list which, struct client *client) {
    if (client->links[which].link) return;
    client->links[which].next = *list;
    client->links[which].link = list;
    if (*list) (*list)->links[which].link = &client->links[which].next;
    *list = client;
}

void client_list_remove(enum client_list which, struct client *client) {
    struct client *next = client->links[which].next;
    if (!client->links[which].link) return;
    *client->links[which].link = next;
    if (next) next->links[which].link = client->links[which].link;
    client->links[which].next = NULL;
    client->links[which].link = NULL;
}

const struct intake_source *client_source(const struct client *client) {
    return &client->source;
}

/* Its stream is gone. */
static void forget_stream(struct client *client) {
    client->stream = NULL;
    client->input->client_count--;
    listener_release(client->input->listener);
    client_list_remove(CLIENTS_WAITING, client);
}

static void client_free(struct client *client) {
    for (int which = 0; which < CLIENT_LISTS; which++) client_list_remove((enum client_list)which, client);
    buf_fini(&client->answers);
    buf_fini(&client->sealed_answers);
    translator_free(client->source.translator);
    loop_timer_free(client->hello_timer);
    peer_fini(&client->peer);
    free(client);
}

static void end(struct client *client, enum stream_close_how how) {
    if (client->stream) {
        stream_close(client->stream, how);
        forget_stream(client);
    }
    client_free(client);
}

/* Whether the batch has something of it. */
static bool is_awaited(const struct client *client) {
    return client->links[CLIENTS_PENDING].link || client->links[CLIENTS_SEALED].link;
}

/* The token. */

static void keep_out(struct client *client, const char *why) {
    struct buf answer = {0};
    uint64_t held;
    counter_inc(clients_kept_out);
    if (log_allow("event client kept out", loop_now_ms(client->input->batch->loop), &held))
        log_warning("event client kept out", "input=%s peer=%s reason=%s held=%" PRIu64, client->input->source,
            client->peer.name, LOG_TEXT(span_of(why)), held);
    refuse_line(&answer, why);
    stream_write(client->stream, answer.data, answer.size);
    buf_fini(&answer);
    client->kept_out = true;
}

static void on_no_hello(void *arg) {
    struct client *client = arg;
    keep_out(client, "no hello with a token came in time");
    end(client, STREAM_FLUSH);
}

static void admit(struct client *client) {
    loop_timer_free(client->hello_timer);
    client->hello_timer = NULL;
    client->admitted = true;
}

static void take_introduction(struct client *client, struct span line) {
    struct json *json = NULL;
    struct err err;
    if (line.n == 0) return;
    const char *token = json_parse(line, &json, &err) ? NULL : json_text(json_get(json_get(json, "hello"), "token"));
    if (!token) {
        keep_out(client, "a token is asked for here: begin with {\"hello\":{\"client\":\"NAME\",\"token\":\"TOKEN\"}}");
    } else if (!secret_is(client->input->token, span_of(token))) {
        keep_out(client, "the token is not the right one");
    } else {
        admit(client);
        client->greeted = true;
    }
    json_free(json);
}

/* Lines in. */

void client_reject(struct client *client, uint64_t number, const char *reason) {
    if (client->greeted) reject_line(&client->answers, number, reason);
}

static void reject_next(struct client *client, const char *reason) {
    client->count++;
    tally_line(&client->input->tally, loop_now_ms(client->input->batch->loop));
    tally_rejected(&client->input->tally, reason, loop_now_ms(client->input->batch->loop));
    client_reject(client, client->count, reason);
    if (client->greeted) batch_pend(client->input->batch, client);
}

static void take_hello(struct client *client) {
    if (client->count == 0 && !client->greeted) {
        client->greeted = true;
        return;
    }
    counter_inc(events_rejected);
    reject_next(client, "a hello is taken as the first line of a connection only");
}

static void keep_line(struct client *client, struct span line) {
    client->count++;
    tally_line(&client->input->tally, loop_now_ms(client->input->batch->loop));
    batch_keep(client->input->batch, client, client->count, line);
}

/* False when the service cannot take it now. */
static bool answer_for(struct client *client, struct span line, enum intake_verdict verdict, const struct err *err) {
    switch (verdict) {
    case INTAKE_ACCEPTED:
    case INTAKE_DUPLICATE: keep_line(client, line); break;
    case INTAKE_REJECTED: reject_next(client, err->text); break;
    case INTAKE_HELLO: take_hello(client); break;
    case INTAKE_BLANK: break;
    case INTAKE_UNABLE: return false;
    }
    return true;
}

/* How many of them are dealt with; fewer when the service cannot take more now. */
static size_t hand_in(struct client *client, const struct span *lines, size_t count) {
    enum intake_verdict verdicts[INTAKE_TOGETHER];
    for (size_t at = 0; at < count;) {
        struct err err = {0};
        size_t done = batch_lines(client->input->batch, &client->source, lines + at, count - at, verdicts, &err);
        for (size_t i = 0; i < done; i++, at++)
            if (!answer_for(client, lines[at], verdicts[i], &err)) return at;
    }
    return count;
}

static void take_too_long(struct client *client) {
    struct err err = {0};
    if (!client->admitted) {
        keep_out(client, "a token is asked for here, and the first line is longer than 64 KiB");
        return;
    }
    if (batch_too_long(client->input->batch, &client->source, &err) == INTAKE_REJECTED)
        reject_next(client, err.text);
}

static bool takes(const struct client *client) {
    size_t answers = client->answers.size + client->sealed_answers.size;
    return batch_takes(client->input->batch) && answers < CLIENT_ANSWERS_MAX;
}

static enum cut cut(struct client *client, struct span *data, struct span *line) {
    return lines_cut(format_framing(client->input->format), &client->skipping, data, line);
}

/* The next lines, those that stand together. False when the client has to wait with them. */
static bool take_some(struct client *client, struct span *data, enum cut *last) {
    struct span lines[INTAKE_TOGETHER], from[INTAKE_TOGETHER];
    size_t count = 0;
    do from[count] = *data;
    while ((*last = cut(client, data, &lines[count])) == CUT_LINE && ++count < INTAKE_TOGETHER);
    size_t done = hand_in(client, lines, count);
    if (done == count) return true;
    *data = from[done];
    client->skipping = false; /* where a line was cut nothing was being skipped */
    return false;
}

/* Takes in what it can of *data. False when the client has to wait with the rest. */
static bool take_lines(struct client *client, struct span *data) {
    enum cut last = CUT_LINE;
    while (!client->kept_out && last != CUT_MORE) {
        struct span line;
        if (client->admitted && !takes(client)) return false;
        if (client->admitted && !take_some(client, data, &last)) return false;
        if (!client->admitted && (last = cut(client, data, &line)) == CUT_LINE) take_introduction(client, line);
        if (last == CUT_TOO_LONG) take_too_long(client);
    }
    return true;
}

static size_t on_data(void *arg, struct span data) {
    struct client *client = arg;
    struct span rest = data;
    batch_turn(client->input->batch);
    if (!take_lines(client, &rest)) batch_wait(client->input->batch, client);
    if (!client->kept_out) return data.n - rest.n;
    end(client, STREAM_FLUSH);
    return data.n;
}

/* The stream holds this rest no longer, so when the service cannot take it, it waits among the lines of the
 * batch. */
static void on_end(void *arg, struct span rest) {
    struct client *client = arg;
    struct span line = lines_last(rest);
    client->ended = true;
    batch_turn(client->input->batch);
    if (client->admitted && line.n && !client->skipping && (client->input->batch->stalled || !hand_in(client, &line, 1)))
        keep_line(client, line);
    if (!is_awaited(client)) end(client, STREAM_FLUSH);
}

static void on_close(void *arg, const char *reason) {
    struct client *client = arg;
    log_debug("event client gone", "input=%s reason=\"%s\"", client->input->source, reason);
    counter_inc(clients_lost);
    forget_stream(client);
    if (!is_awaited(client)) client_free(client);
}

/* Answers out. */

static bool unread(const struct client *client) {
    return stream_pending(client->stream) + client->sealed_answers.size > CLIENT_UNREAD_MAX;
}

/* What the batch has of it keeps its memory. */
static void leave(struct client *client, enum stream_close_how how) {
    if (!is_awaited(client)) {
        end(client, how);
        return;
    }
    stream_close(client->stream, how);
    forget_stream(client);
}

static void drop(struct client *client) {
    uint64_t held;
    counter_inc(clients_dropped);
    if (log_allow("event client dropped", loop_now_ms(client->input->batch->loop), &held))
        log_warning("event client dropped",
            "input=%s lines=%" PRIu64 " acknowledged=%" PRIu64
            " reason=\"it does not read its answers\" held=%" PRIu64,
            client->input->source, client->count, client->acked, held);
    leave(client, STREAM_DROP);
}

void client_seal(struct client *client) {
    client_list_remove(CLIENTS_PENDING, client);
    client->sealed_count = client->count;
    buf_add_span(&client->sealed_answers, buf_span(&client->answers));
    buf_fini(&client->answers);
    client_list_add(&client->input->batch->sealed.clients, CLIENTS_SEALED, client);
}

void client_unseal(struct client *client, struct client **open) {
    client_list_remove(CLIENTS_SEALED, client);
    buf_add_span(&client->sealed_answers, buf_span(&client->answers));
    buf_fini(&client->answers);
    client->answers = client->sealed_answers;
    client->sealed_answers = (struct buf){0};
    client_list_add(open, CLIENTS_PENDING, client);
}

void client_settled(struct client *client) {
    client_list_remove(CLIENTS_SEALED, client);
    if (!client->stream) {
        if (!is_awaited(client)) client_free(client);
        return;
    }
    if (client->greeted && client->sealed_count > client->acked) ack_line(&client->sealed_answers, client->sealed_count);
    if (unread(client)) {
        drop(client);
        return;
    }
    client->acked = client->sealed_count;
    stream_write(client->stream, client->sealed_answers.data, client->sealed_answers.size);
    buf_fini(&client->sealed_answers);
    if (client->ended && !is_awaited(client)) end(client, STREAM_FLUSH);
}

void client_resume(struct client *client) {
    client_list_remove(CLIENTS_WAITING, client);
    stream_resume(client->stream);
}

/* Life. */

/* Fails harmlessly on AF_UNIX, where the kernel tells at once of a peer that is gone. */
static void probe_the_silent(int fd) {
    int on = 1, silence = CLIENT_SILENCE_S, each = CLIENT_PROBE_S, probes = CLIENT_PROBES;
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &silence, sizeof silence);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &each, sizeof each);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

void client_open(struct input *input, struct loop *loop, int take_fd) {
    static const struct stream_events events = {.on_data = on_data, .on_end = on_end, .on_close = on_close};
    struct client *client = mem_zalloc(sizeof *client);
    probe_the_silent(take_fd);
    peer_of(take_fd, &client->peer);
    client->input = input;
    client->admitted = !input->asks_token;
    client->source = (struct intake_source){input->source, translator_new(input->format, intake_translate_options(input->batch->service))};
    client->stream = stream_open(
        loop, take_fd, &(struct stream_options){.input_bytes = LINES_BYTES_MAX + 1, .in_pieces = true}, &events, client);
    client_list_add(&input->clients, CLIENTS_OF_INPUT, client);
    input->client_count++;
    if (client->admitted) return;
    client->hello_timer = loop_timer_new(loop, on_no_hello, client);
    loop_timer_set(client->hello_timer, CLIENT_HELLO_MS);
}

void client_close(struct client *client) {
    end(client, STREAM_FLUSH);
}

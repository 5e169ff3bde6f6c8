/* counters: what happened how often since the start; each carries its own documentation, and every face
 * that shows them (status, metrics, docs) is made from this one list.
 * Owns: the numbers (process-wide).
 * Must not know: who shows them. */
#ifndef SLAD_BASE_COUNTERS_H
#define SLAD_BASE_COUNTERS_H

#include <stdint.h>

#define COUNTERS(X)                                                                                             \
    X(events_accepted, "events written to the journal")                                                        \
    X(events_duplicate, "events whose id the journal held already, ignored")                                   \
    X(events_rejected, "event lines that could not be taken, whatever the reason")                             \
    X(lines_too_long, "event lines over the limit of 64 KiB, among the rejected")                               \
    X(commits, "transactions committed")                                                                       \
    X(commits_failed, "transactions that could not be committed")                                              \
    X(checkpoints_failed, "times the database's log could not be copied into the database")                    \
    X(breaches_missed, "contact breaches recorded")                                                            \
    X(breaches_withdrawn, "contact breaches withdrawn by later knowledge")                                     \
    X(levels_opened, "level breaches opened")                                                                  \
    X(levels_closed, "level breaches closed")                                                                  \
    X(warnings_told, "warnings recorded: of contacts at risk, and of levels")                                   \
    X(publishes, "times the rolling figures were written")                                                     \
    X(connections_accepted, "connections accepted on event sockets")                                           \
    X(connections_refused, "connections closed at once because a limit was reached")                           \
    X(connections_timed_out, "HTTP connections closed because nothing was asked, or an answer not taken, in time") \
    X(accepts_paused, "times that connections had to wait because no descriptor or no memory was left")         \
    X(clients_dropped, "event clients closed because they did not read their answers")                         \
    X(clients_lost, "event connections that broke off, or whose other end no longer answers")                  \
    X(streams_dropped, "streams closed because they were not read")                                           \
    X(requests_served, "HTTP requests answered")                                                               \
    X(requests_failed, "HTTP requests answered with a status of 400 or more")                                  \
    X(requests_kept_out, "HTTP requests refused for who asked, by which name, from which page or without the token")  \
    X(clients_kept_out, "event connections refused because they had not the token")                            \
    X(reloads, "changes of configuration taken over")                                                          \
    X(reloads_refused, "changes of configuration refused because they held an error")                          \
    X(events_recomputed, "events read back from the journal: by a start, a changed standard, a question about the past") \
    X(images_kept, "times the engine was written beside the database, for a start after a crash")                \
    X(queue_records_passed, "records of Asterisk that tell of nothing that happened to a contact, passed by")    \
    X(queue_records_other, "records of Asterisk of a kind that slad does not know, passed by")                   \
    X(contacts_recalled, "contacts that had left memory, built again from the journal")                         \
    X(files_rotated, "followed files seen to be replaced or truncated")                                        \
    X(log_lines_held, "log lines held back by the rate limit")

enum counter {
#define X(name, help) COUNTER_##name,
    COUNTERS(X)
#undef X
        COUNTER_COUNT
};

extern uint64_t counter_values[COUNTER_COUNT];

#define counter_add(name, n) (counter_values[COUNTER_##name] += (uint64_t)(n))
#define counter_inc(name) counter_add(name, 1)
const char *counter_name(enum counter counter);
const char *counter_help(enum counter counter);

#endif

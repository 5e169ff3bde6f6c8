/* The lines stay where they are (mapped files); of each accepted one only its place and order are kept, and it is read
 * a second time when its turn comes: that costs less than keeping all events taken apart. */
#include "slad/service/replay.h"

#include <stdlib.h>
#include "slad/base/map.h"
#include "slad/base/mem.h"
#include "slad/engine/engine.h"
#include "slad/service/book.h"
#include "slad/service/event_file.h"
#include "slad/service/visits.h"
#include "slad/wire/line.h"
#include "slad/wire/report.h"

enum { JUDGE_EVERY = 1024 }; /* events between two rounds of level judging: bounds what waits to be judged */

struct entry {
    int64_t at;
    struct span line, contact;
};
struct replay {
    struct replay_options options;
    struct line_reader *reader;
    struct visits *visits; /* of calls, over all files */
    struct event_file *files;
    const char *file; /* that is read now */
    struct entry *entries;
    size_t count, capacity;
    bool in_order;
    struct map ids; /* of struct span, in the arena */
    struct arena arena;
    uint64_t accepted, duplicate, rejected;
};

/* ---------------------------------------------------------------- reading */

static bool id_eq(const void *item, const void *key) {
    return span_eq(*(const struct span *)item, *(const struct span *)key);
}

static struct span keep(struct replay *replay, struct span text) {
    return (struct span){arena_text(&replay->arena, text), text.n};
}

static bool is_duplicate(struct replay *replay, const struct event *event) {
    if (!event->has_id) return false;
    uint64_t hash = span_hash(event->id);
    if (map_find(&replay->ids, hash, id_eq, &event->id)) return true;
    struct span *id = arena_alloc(&replay->arena, sizeof *id);
    *id = keep(replay, event->id);
    map_add(&replay->ids, hash, id);
    return false;
}

static void reject(void *arg, size_t number, const char *reason) {
    struct replay *replay = arg;
    replay->rejected++;
    if (replay->options.rejected) replay->options.rejected(replay->options.arg, replay->file, number, reason);
}

/* False when the line is to be rejected. */
static bool read_line(
    struct replay *replay, struct span line, enum line_kind *kind, struct event *event, struct err *err) {
    if (line_read(replay->reader, line, kind, event, err)) return false;
    if (*kind != LINE_EVENT || event->has_at) return true;
    err_set(err, ERR_INVALID, "\"at\" is missing: a replay has no time of receipt to put in its place");
    return false;
}

static void take(struct replay *replay, const struct event *event, struct span line) {
    if (is_duplicate(replay, event)) {
        replay->duplicate++;
        return;
    }
    bool inside = event->contact.p >= line.p && event->contact.p < line.p + line.n;
    struct entry entry = {event->at_ms, line, inside ? event->contact : keep(replay, event->contact)};
    if (replay->count && replay->entries[replay->count - 1].at >= entry.at) replay->in_order = false;
    replay->entries = mem_grow(replay->entries, &replay->capacity, replay->count + 1, sizeof entry);
    replay->entries[replay->count++] = entry;
    replay->accepted++;
}

/* Of several events none is taken before it is known that all can be. */
static bool check_all(struct replay *replay, const struct translation *events, struct err *err) {
    bool fine = true;
    for (size_t i = 0; fine && i < events->count && events->count > 1; i++) {
        struct event event;
        enum line_kind kind;
        fine = read_line(replay, events->lines[i], &kind, &event, err);
    }
    return fine;
}

static void read_events(void *arg, size_t number, const struct translation *events, bool lasting) {
    struct replay *replay = arg;
    struct err err;
    bool fine = check_all(replay, events, &err);
    for (size_t i = 0; fine && i < events->count; i++) {
        struct event event;
        enum line_kind kind;
        struct span line = lasting ? events->lines[i] : keep(replay, events->lines[i]);
        fine = read_line(replay, line, &kind, &event, &err);
        if (fine && kind == LINE_EVENT) take(replay, &event, line);
    }
    if (!fine) reject(replay, number, err.text);
}

static int read_files(struct replay *replay, struct err *err) {
    static const struct format event_lines = {FORMAT_JSONL};
    const struct replay_options *options = &replay->options;
    const struct translate_options translation = {visits_visit, replay->visits};
    const struct event_file_visitor visitor = {read_events, reject, replay, &translation};
    for (size_t i = 0; i < options->file_count; i++) {
        replay->file = options->files[i];
        int code = event_file_open(replay->file, &replay->files[i], err);
        if (code) return code;
        event_file_visit(&replay->files[i], options->formats ? options->formats[i] : &event_lines, &visitor);
    }
    return 0;
}

/* By instant, then contact, then arrival: entries lie in order of arrival, and so do their lines within a file; the
 * sort is stable. */
static int by_time(const void *a, const void *b) {
    const struct entry *x = a, *y = b;
    if (x->at != y->at) return x->at < y->at ? -1 : 1;
    return span_cmp(x->contact, y->contact);
}

static void merge(struct entry *list, struct entry *spare, size_t n) {
    if (n < 2) return;
    size_t half = n / 2, i = 0, j = half, k = 0;
    merge(list, spare, half);
    merge(list + half, spare, n - half);
    if (by_time(&list[half - 1], &list[half]) <= 0) return;
    memcpy(spare, list, half * sizeof *list);
    while (i < half && j < n) list[k++] = by_time(&spare[i], &list[j]) <= 0 ? spare[i++] : list[j++];
    while (i < half) list[k++] = spare[i++];
}

static void sort(struct replay *replay) {
    if (replay->in_order) return;
    struct entry *spare = mem_alloc((replay->count / 2 + 1) * sizeof *spare);
    merge(replay->entries, spare, replay->count);
    free(spare);
}

int replay_open(const struct replay_options *options, struct replay **out, struct err *err) {
    struct replay *replay = mem_zalloc(sizeof *replay);
    *replay = (struct replay){.options = *options, .reader = line_reader_new(), .visits = visits_new(NULL), .in_order = true};
    replay->files = mem_zalloc((options->file_count + 1) * sizeof *replay->files);
    int code = read_files(replay, err);
    if (code) {
        replay_close(replay);
        return code;
    }
    sort(replay);
    *out = replay;
    return 0;
}

void replay_close(struct replay *replay) {
    if (!replay) return;
    for (size_t i = 0; i < replay->options.file_count; i++) event_file_close(&replay->files[i]);
    line_reader_free(replay->reader);
    visits_free(replay->visits);
    free(replay->files);
    free(replay->entries);
    map_fini(&replay->ids);
    arena_fini(&replay->arena);
    free(replay);
}

/* ---------------------------------------------------------------- folding */

static int fold(struct replay *replay, struct engine *engine, int64_t until, struct err *err) {
    for (size_t i = 0; i < replay->count && replay->entries[i].at <= until; i++) {
        struct event event;
        enum line_kind kind;
        int code = line_read(replay->reader, replay->entries[i].line, &kind, &event, err);
        if (code) return err_add(err, "an event file changed while it was read");
        event.seq = i + 1;
        event.received_ms = event.at_ms;
        if (i % JUDGE_EVERY == 0) engine_judge(engine, event.at_ms - 1);
        engine_advance(engine, event.at_ms, event.at_ms);
        engine_event(engine, &event);
    }
    engine_advance(engine, until, until);
    engine_judge(engine, until);
    return 0;
}

int64_t replay_until(const struct replay *replay) {
    if (replay->options.until_ms != INSTANT_NEVER) return replay->options.until_ms;
    return replay->count ? replay->entries[replay->count - 1].at : 0;
}

int replay_run(struct replay *replay, const struct ruleset *rules, replay_visit *visit, void *arg, struct err *err) {
    struct book book = {0};
    struct engine_options options = {.effect = book_effect, .arg = &book};
    struct engine *engine = engine_new(rules, &options);
    int code = fold(replay, engine, replay_until(replay), err);
    if (!code) visit(arg, engine, &book);
    engine_free(engine);
    book_fini(&book);
    return code;
}

/* ---------------------------------------------------------------- telling */

struct telling {
    const struct replay *replay;
    const struct ruleset *rules;
    struct json_writer w;
};

static void tell_figures(void *arg, const struct figures *figures) {
    report_figures(arg, figures);
}

static void tell_breaches(struct json_writer *w, const struct book *book) {
    size_t count;
    struct book_entry **list = book_breaches(book, &count);
    json_key(w, "breaches");
    json_array_begin(w);
    for (size_t i = 0; i < count; i++) report_breach(w, &list[i]->effect.breach);
    for (size_t i = 0; i < book->level_count; i++) report_level(w, &book->levels[i]->effect.level);
    json_array_end(w);
    free(list);
}

static void tell(void *arg, struct engine *engine, const struct book *book) {
    struct telling *telling = arg;
    const struct replay *replay = telling->replay;
    struct json_writer *w = &telling->w;
    json_object_begin(w);
    json_field_instant(w, "until", replay_until(replay));
    json_key(w, "events");
    json_object_begin(w);
    json_field_int(w, "accepted", (int64_t)replay->accepted);
    json_field_int(w, "duplicate", (int64_t)replay->duplicate);
    json_field_int(w, "rejected", (int64_t)replay->rejected);
    json_object_end(w);
    json_key(w, "standards");
    json_array_begin(w);
    for (size_t i = 0; i < telling->rules->standard_count; i++) {
        json_object_begin(w);
        json_field_text(w, "name", telling->rules->standards[i]->name);
        json_key(w, "groups");
        json_array_begin(w);
        engine_figures(engine, i, tell_figures, w);
        json_array_end(w);
        json_object_end(w);
    }
    json_array_end(w);
    tell_breaches(w, book);
    json_object_end(w);
    buf_add_char(w->out, '\n');
}

int replay_report(const struct replay_options *options, const struct ruleset *rules, int indent, struct buf *out,
    struct err *err) {
    struct replay *replay = NULL;
    int code = replay_open(options, &replay, err);
    if (code) return code;
    struct telling telling = {replay, rules, {.out = out, .indent = indent}};
    code = replay_run(replay, rules, tell, &telling, err);
    replay_close(replay);
    return code;
}

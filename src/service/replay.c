/* Each line is read once, into what the engine keeps of it, some lines together; once all are read they are put in order
 * and taken in. */
#include "slad/service/replay.h"

#include <stdlib.h>
#include "event_batch.h"
#include "slad/base/map.h"
#include "slad/base/mem.h"
#include "slad/engine/engine.h"
#include "slad/service/book.h"
#include "slad/service/event_file.h"
#include "slad/service/visits.h"
#include "slad/wire/line.h"
#include "slad/wire/report.h"

enum {
    JUDGE_EVERY = 1024, /* events between two rounds of level judging: bounds what waits to be judged */
};

struct replay {
    struct replay_options options;
    const struct ruleset *rules;
    struct engine *engine;
    struct book book;
    struct line_reader *reader;
    const char *file; /* that is read now */
    struct span text; /* all of it */
    struct event_batch batch; /* its texts are in the file itself */
    uint64_t id_hashes[ENGINE_PREPARE_MOST];
    struct event_entry *entries;
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

static bool is_duplicate(struct replay *replay, const struct event *event, uint64_t hash) {
    if (!event->has_id) return false;
    if (map_find(&replay->ids, hash, id_eq, &event->id)) return true;
    struct span *id = arena_alloc(&replay->arena, sizeof *id);
    *id = (struct span){arena_text(&replay->arena, event->id), event->id.n};
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

static void keep(struct replay *replay, struct event_entry entry) {
    if (replay->count && replay->entries[replay->count - 1].at >= entry.at) replay->in_order = false;
    replay->entries = mem_grow(replay->entries, &replay->capacity, replay->count + 1, sizeof entry);
    replay->entries[replay->count++] = entry;
}

static void take_batch(struct replay *replay) {
    struct event_batch *batch = &replay->batch;
    struct moment *moments[ENGINE_PREPARE_MOST];
    size_t n = 0;
    for (size_t i = 0; i < batch->count; i++) {
        if (is_duplicate(replay, &batch->events[i], replay->id_hashes[i])) {
            replay->duplicate++;
            continue;
        }
        batch->events[n] = batch->events[i];
        batch->events[n++].seq = ++replay->accepted;
    }
    batch->count = 0;
    engine_prepare(replay->engine, batch->events, n, moments);
    for (size_t i = 0; i < n; i++) keep(replay, (struct event_entry){batch->events[i].at_ms, moments[i]});
}

/* Whether the event's texts stay where they are when the next line is read. */
static bool stays(const struct replay *replay, struct span line) {
    bool in_file = line.p >= replay->text.p && line.p < replay->text.p + replay->text.n;
    return in_file && line_in_place(replay->reader);
}

static void take(struct replay *replay, struct span line, struct event *event) {
    struct event_batch *batch = &replay->batch;
    bool stays_there = stays(replay, line);
    if (!stays_there) take_batch(replay);
    uint64_t hash = event->has_id ? span_hash(event->id) : 0;
    if (event->has_id) map_foresee(&replay->ids, hash);
    replay->id_hashes[batch->count] = hash;
    event->received_ms = event->at_ms;
    bool is_own = event_batch_put(batch, event);
    if (!stays_there || !is_own || event_batch_is_full(batch)) take_batch(replay);
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

static void read_events(void *arg, size_t number, const struct translation *events) {
    struct replay *replay = arg;
    struct err err;
    bool fine = check_all(replay, events, &err);
    for (size_t i = 0; fine && i < events->count; i++) {
        struct event event;
        enum line_kind kind;
        fine = read_line(replay, events->lines[i], &kind, &event, &err);
        if (fine && kind == LINE_EVENT) take(replay, events->lines[i], &event);
    }
    if (!fine) reject(replay, number, err.text);
}

static int read_file(struct replay *replay, const struct format *format, struct visits *visits, struct err *err) {
    const struct translate_options translation = {visits_visit, visits};
    const struct event_file_visitor visitor = {read_events, reject, replay, &translation};
    struct event_file file;
    int code = event_file_open(replay->file, &file, err);
    if (code) return code;
    replay->text = file.text;
    event_file_visit(&file, format, &visitor);
    take_batch(replay);
    event_file_close(&file);
    return 0;
}

static int read_files(struct replay *replay, struct err *err) {
    static const struct format event_lines = {FORMAT_JSONL};
    const struct replay_options *options = &replay->options;
    struct visits *visits = visits_new(NULL); /* of calls, over all files */
    int code = 0;
    for (size_t i = 0; i < options->file_count && !code; i++) {
        replay->file = options->files[i];
        code = read_file(replay, options->formats ? options->formats[i] : &event_lines, visits, err);
    }
    visits_free(visits);
    return code;
}

/* Between those of one instant; what no standard asks for may come anywhere. */
static int by_time(const struct event_entry *a, const struct event_entry *b) {
    if (a->at != b->at) return a->at < b->at ? -1 : 1;
    return a->moment && b->moment ? engine_compare(a->moment, b->moment) : (a->moment != NULL) - (b->moment != NULL);
}

/* The first of n in order that comes after an entry. */
static size_t first_after(const struct event_entry *list, size_t n, const struct event_entry *entry) {
    size_t lo = 0, hi = n;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (by_time(&list[mid], entry) <= 0) lo = mid + 1;
        else hi = mid;
    }
    return lo;
}

enum { FEW = 16 };

static void sort_few(struct event_entry *list, size_t n) {
    for (size_t i = 1; i < n; i++) {
        struct event_entry moved = list[i];
        size_t k = i;
        for (; k > 0 && by_time(&list[k - 1], &moved) > 0; k--) list[k] = list[k - 1];
        list[k] = moved;
    }
}

/* Files are out of order by a little: only where the halves overlap is anything moved. */
static void merge(struct event_entry *list, struct event_entry *spare, size_t n) {
    if (n <= FEW) {
        sort_few(list, n);
        return;
    }
    size_t half = n / 2;
    merge(list, spare, half);
    merge(list + half, spare, n - half);
    if (by_time(&list[half - 1], &list[half]) <= 0) return;
    size_t k = first_after(list, half, &list[half]), i = 0, j = half, moved = half - k;
    memcpy(spare, list + k, moved * sizeof *list);
    while (i < moved && j < n) list[k++] = by_time(&spare[i], &list[j]) <= 0 ? spare[i++] : list[j++];
    while (i < moved) list[k++] = spare[i++];
}

static void sort(struct replay *replay) {
    if (replay->in_order) return;
    struct event_entry *spare = mem_alloc((replay->count / 2 + 1) * sizeof *spare);
    merge(replay->entries, spare, replay->count);
    free(spare);
}

int replay_open(
    const struct replay_options *options, const struct ruleset *rules, struct replay **out, struct err *err) {
    struct replay *replay = mem_zalloc(sizeof *replay);
    *replay = (struct replay){.options = *options, .rules = rules, .reader = line_reader_new(), .in_order = true};
    replay->engine = engine_new(
        rules, &(struct engine_options){.effect = book_effect, .arg = &replay->book, .keeps_all = true});
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
    for (size_t i = 0; i < replay->count; i++)
        if (replay->entries[i].moment) engine_discard(replay->engine, replay->entries[i].moment);
    engine_free(replay->engine);
    book_fini(&replay->book);
    line_reader_free(replay->reader);
    free(replay->entries);
    map_fini(&replay->ids);
    arena_fini(&replay->arena);
    free(replay);
}

/* ---------------------------------------------------------------- folding */

int64_t replay_until(const struct replay *replay) {
    if (replay->options.until_ms != INSTANT_NEVER) return replay->options.until_ms;
    return replay->count ? replay->entries[replay->count - 1].at : 0;
}

struct engine *replay_run(struct replay *replay) {
    struct engine *engine = replay->engine;
    int64_t until = replay_until(replay);
    for (size_t i = 0; i < replay->count && replay->entries[i].at <= until; i++) {
        struct event_entry *entry = &replay->entries[i];
        event_entries_foresee(engine, replay->entries, replay->count, i);
        if (i % JUDGE_EVERY == 0) engine_judge(engine, entry->at - 1);
        engine_advance(engine, entry->at, entry->at);
        if (entry->moment) engine_take(engine, entry->moment);
        entry->moment = NULL;
    }
    engine_advance(engine, until, until);
    engine_judge(engine, until);
    return engine;
}

const struct book *replay_book(const struct replay *replay) {
    return &replay->book;
}

/* ---------------------------------------------------------------- telling */

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

static void tell(struct replay *replay, struct json_writer *w) {
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
    for (size_t i = 0; i < replay->rules->standard_count; i++) {
        json_object_begin(w);
        json_field_text(w, "name", replay->rules->standards[i]->name);
        json_key(w, "groups");
        json_array_begin(w);
        engine_figures(replay->engine, i, tell_figures, w);
        json_array_end(w);
        json_object_end(w);
    }
    json_array_end(w);
    tell_breaches(w, &replay->book);
    json_object_end(w);
    buf_add_char(w->out, '\n');
}

int replay_report(const struct replay_options *options, const struct ruleset *rules, int indent, struct buf *out,
    struct err *err) {
    struct replay *replay = NULL;
    int code = replay_open(options, rules, &replay, err);
    if (code) return code;
    struct json_writer w = {.out = out, .indent = indent};
    (void)replay_run(replay);
    tell(replay, &w);
    if (options->accepted) *options->accepted = replay->accepted;
    replay_close(replay);
    return 0;
}

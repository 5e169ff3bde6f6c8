#include "ingest/inputs.h"

#include <fnmatch.h>
#include "slad/model/instant.h"

static const char *format_name(const struct format *format) {
    static const char *const names[FORMATS] = {[FORMAT_JSONL] = "jsonl",
        [FORMAT_CSV] = "csv",
        [FORMAT_CLOUDEVENTS] = "cloudevents",
        [FORMAT_QUEUE_LOG] = "queue_log",
        [FORMAT_AMI] = "ami"};
    return names[format->kind];
}

void inputs_socket(const struct input *input, struct json_writer *w) {
    json_object_begin(w);
    json_field_text(w, "input", input->source);
    json_field_int(w, "clients", (int64_t)input->client_count);
    json_field_int(w, "lines", (int64_t)input->tally.lines);
    json_field_text(w, "format", format_name(input->format));
    tally_write(&input->tally, w);
    json_object_end(w);
}

/* How long the eldest line that is not read may have been waiting: since everything was read last, in this run or,
 * by its stored position, in an earlier one; but no longer than there has been a file. */
static int64_t behind_ms(const struct reading *reading, int64_t now_ms) {
    int64_t since_ms = reading->read_ms, birth_ms = reading->facts.birth_ns / 1000000;
    if (!reading->active) return 0;
    if (!since_ms) since_ms = reading->stored_ms;
    if (since_ms < birth_ms) since_ms = birth_ms;
    return since_ms && since_ms < now_ms ? now_ms - since_ms : 0;
}

/* What is known of a file, or of what is waited for. What is told of a path as a whole is told with the file that
 * has it. */
struct facts_of_file {
    const char *name, *error;
    const struct format *format;
    const struct reading *reading; /* NULL: there is none */
    const struct tally *tally;
    int64_t error_ms, now_ms;
};

static void write_reading(const struct reading *reading, int64_t now_ms, struct json_writer *w) {
    struct file_facts held = {0};
    uint64_t offset = reading->position.offset;
    if (file_facts_of(reading->fd, &held, NULL) != 0) held.size = offset;
    json_field_int(w, "offset", (int64_t)offset);
    json_field_int(w, "size", (int64_t)held.size);
    json_field_int(w, "lag", held.size > offset ? (int64_t)(held.size - offset) : 0);
    json_field_decimal(w, "lag_seconds", behind_ms(reading, now_ms), 3);
}

/* What could not be opened has nothing that could be known of it. */
static void write_unread(struct json_writer *w) {
    static const char *const names[] = {"offset", "size", "lag", "lag_seconds"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) json_field_null(w, names[i]);
}

static void write_file(const struct facts_of_file *file, struct json_writer *w) {
    static const struct tally none;
    const struct reading *reading = file->reading;
    json_object_begin(w);
    json_field_text(w, "input", file->name);
    if (reading)
        write_reading(reading, file->now_ms, w);
    else
        write_unread(w);
    json_field_int(w, "lines", reading ? (int64_t)reading->position.lines : 0);
    json_field_text(w, "error", file->error);
    json_field_instant(w, "error_at", file->error && file->error_ms ? file->error_ms : INSTANT_NEVER);
    json_field_bool(w, "old", reading && reading->newer);
    json_field_text(w, "format", format_name(file->format));
    tally_write(file->tally ? file->tally : &none, w);
    json_object_end(w);
}

/* Each of its rows is rejected: that keeps it from being read as much as anything. */
static void tell_of_head(struct facts_of_file *file) {
    const struct reading *reading = file->reading;
    if (file->error || !reading || !reading->head_fault.code) return;
    file->error = reading->head_fault.text;
    file->error_ms = reading->head_fault_ms;
}

/* The present file first. */
static void write_path(const struct follow *follow, int64_t now_ms, struct json_writer *w) {
    struct facts_of_file file = {.name = follow->name,
        .error = follow->trouble[0] ? follow->trouble : NULL,
        .error_ms = follow->trouble_ms,
        .format = follow->format,
        .reading = follow->newest,
        .tally = &follow->tally,
        .now_ms = now_ms};
    tell_of_head(&file);
    write_file(&file, w);
    file.error = NULL;
    file.tally = NULL;
    while (file.reading && (file.reading = file.reading->older)) write_file(&file, w);
}

static void write_pattern(const struct endpoint *input, struct json_writer *w) {
    struct buf name = {0};
    buf_printf(&name, "file:%s", input->path);
    struct facts_of_file file = {.name = name.data, .error = "no file matches yet", .format = &input->format};
    write_file(&file, w);
    buf_fini(&name);
}

static bool matches_any(const struct files *files, const char *pattern) {
    for (size_t i = 0; i < files_count(files); i++)
        if (fnmatch(pattern, files_follow(files, i)->path, FNM_PATHNAME) == 0) return true;
    return false;
}

void inputs_files(const struct files *files, struct json_writer *w) {
    const struct config *config = files_config(files);
    int64_t now_ms = loop_now_ms(files_batch(files)->loop);
    for (size_t i = 0; i < files_count(files); i++) write_path(files_follow(files, i), now_ms, w);
    for (size_t i = 0; i < config->input_count; i++) {
        const struct endpoint *input = &config->inputs[i];
        if (input->kind == ENDPOINT_FILE && files_is_pattern(input->path) && !matches_any(files, input->path))
            write_pattern(input, w);
    }
}

#include "formats.h"

#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "slad/base/buf.h"
#include "slad/base/mem.h"

enum { ADDRESS_TEXT_MAX = 64 }; /* [IPv6]:port */

/* ---- --format */

static const struct format plain[FORMATS] = {
    {FORMAT_JSONL}, {FORMAT_CSV}, {FORMAT_CLOUDEVENTS}, {FORMAT_QUEUE_LOG}, {FORMAT_AMI}};
static const char *const plain_names[FORMATS] = {
    "jsonl", NULL, "cloudevents", "queue_log", "ami"}; /* csv needs a map */

static int find_plain(const char *name, const struct format **out, struct err *err) {
    for (int i = 0; i < FORMATS; i++)
        if (plain_names[i] && strcmp(plain_names[i], name) == 0) return *out = &plain[i], 0;
    if (strcmp(name, "csv") == 0)
        return err_set(err, ERR_INVALID,
            "--format csv: what the columns mean is in the map of an input: name it with --input");
    return err_set(err, ERR_INVALID, "--format %s: known are jsonl, cloudevents, queue_log and ami", name);
}

/* ---- --input */

static bool ends_in_path(const char *path, const char *name) {
    size_t whole = strlen(path), part = strlen(name);
    return part && part < whole && path[whole - part - 1] == '/' && strcmp(path + whole - part, name) == 0;
}

/* By its path, the last part of it, or its address; `unix:`, `tcp:` or `file:` may stand before. */
static bool is_named(const struct endpoint *input, const char *name) {
    static const char *const kinds[] = {
        "unix:", "tcp:", "http:", "file:", "ami:"}; /* by enum endpoint_kind */
    char address[ADDRESS_TEXT_MAX];
    size_t prefix = strlen(kinds[input->kind]);
    if (strncmp(name, kinds[input->kind], prefix) == 0) name += prefix;
    if (input->path) return strcmp(input->path, name) == 0 || ends_in_path(input->path, name);
    snprintf(
        address, sizeof address, strchr(input->host, ':') ? "[%s]:%d" : "%s:%d", input->host, input->port);
    return strcmp(address, name) == 0;
}

static int find_input(
    const struct config *config, const char *name, const struct format **out, struct err *err) {
    for (size_t i = 0; i < config->input_count; i++)
        if (is_named(&config->inputs[i], name)) return *out = &config->inputs[i].format, 0;
    return err_set(
        err, ERR_NOT_FOUND, "--input %s: no input of %s has this path or address", name, config->path);
}

/* ---- by the file's name */

static bool is_same_file(const char *a, const char *b) {
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Whether the daemon would follow this file by this input, also when both are named from different folders.
 */
static bool follows(const struct endpoint *input, const char *file) {
    char whole_file[PATH_MAX], folder[PATH_MAX];
    if (input->kind != ENDPOINT_FILE) return false;
    if (strcmp(input->path, file) == 0 || fnmatch(input->path, file, FNM_PATHNAME) == 0) return true;
    if (is_same_file(input->path, file)) return true;
    if (!realpath(file, whole_file)) return false;
    if (input->path[0] == '/') return fnmatch(input->path, whole_file, FNM_PATHNAME) == 0;
    if (!realpath(".", folder)) return false;
    struct buf pattern = {0};
    buf_printf(&pattern, "%s/%s", folder, input->path);
    bool fits = fnmatch(buf_text(&pattern), whole_file, FNM_PATHNAME) == 0;
    buf_fini(&pattern);
    return fits;
}

static const struct format *format_of_file(const struct config *config, const char *file) {
    for (size_t i = 0; i < config->input_count; i++)
        if (follows(&config->inputs[i], file)) return &config->inputs[i].format;
    return &plain[FORMAT_JSONL];
}

int formats_of_files(const struct config *config, const struct formats_choice *choice,
    const char *const *files, size_t count, const struct format ***out, struct err *err) {
    const struct format *chosen = NULL;
    if (choice->format && choice->input)
        return err_set(err, ERR_INVALID, "--format and --input exclude one another");
    int code = choice->format  ? find_plain(choice->format, &chosen, err)
               : choice->input ? find_input(config, choice->input, &chosen, err)
                               : 0;
    if (code) return code;
    const struct format **formats = mem_alloc((count + 1) * sizeof *formats);
    for (size_t i = 0; i < count; i++) formats[i] = chosen ? chosen : format_of_file(config, files[i]);
    *out = formats;
    return 0;
}

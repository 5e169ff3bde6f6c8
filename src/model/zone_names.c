#include "zone_names.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "slad/base/mem.h"
#include "slad/base/nearest.h"
#include "slad/base/utf8.h"

enum {
    NAME_MAX_BYTES = 64,          /* the longest today has 32 */
    INDEX_MAX_BYTES = 1024 * 1024 /* tzdata.zi has 110 KB */
};

/* The folder the C library reads zones from. */
static const char *data_folder(void) {
    const char *folder = getenv("TZDIR");
    return folder && *folder ? folder : "/usr/share/zoneinfo";
}

/* The data folder also holds the same zones with leap seconds counted in, and links to this machine's own.
 * They are no IANA names, and a definition that uses them would mean something else elsewhere. */
static bool is_other_data(const char *name) {
    return strncmp(name, "right/", 6) == 0 || strncmp(name, "posix/", 6) == 0 ||
           strcmp(name, "localtime") == 0 || strcmp(name, "posixrules") == 0;
}

/* No way out of the folder, and nothing that TZ would read as a rule rather than as a file. */
static bool is_well_formed(const char *name) {
    size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_BYTES || name[0] == '/' || strstr(name, "..")) return false;
    return strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/") == n;
}

static bool is_zone_file(const char *name) {
    struct buf path = {0};
    buf_printf(&path, "%s/%s", data_folder(), name);
    int fd = open(path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* never waits for a FIFO's writer */
    buf_fini(&path);
    if (fd < 0) return false;
    struct stat st;
    char magic[4];
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && read(fd, magic, sizeof magic) == sizeof magic &&
              memcmp(magic, "TZif", sizeof magic) == 0;
    close(fd);
    return ok;
}

/* The names in the text of tzdata.zi: "Z NAME …" defines a zone, "L TARGET NAME" a second name for one. The
 * text is cut up in place. Returns how many; *names is the caller's to free. */
static size_t index_names(char *text, const char ***names) {
    size_t count = 0, capacity = 0;
    char *lines = NULL;
    for (char *line = strtok_r(text, "\n", &lines); line; line = strtok_r(NULL, "\n", &lines)) {
        char *fields = NULL;
        const char *kind = strtok_r(line, " ", &fields);
        if (!kind || (strcmp(kind, "Z") != 0 && strcmp(kind, "L") != 0)) continue;
        const char *name = strtok_r(NULL, " ", &fields);
        if (*kind == 'L') name = strtok_r(NULL, " ", &fields);
        if (!name) continue;
        *names = mem_grow(*names, &capacity, count + 1, sizeof **names);
        (*names)[count++] = name;
    }
    return count;
}

static void read_index(struct buf *text) {
    struct buf path = {0};
    buf_printf(&path, "%s/tzdata.zi", data_folder());
    FILE *file = fopen(path.data, "re");
    buf_fini(&path);
    if (!file) return; /* then there is no suggestion */
    buf_reserve(text, INDEX_MAX_BYTES);
    text->size = fread(text->data, 1, INDEX_MAX_BYTES, file);
    text->data[text->size] = '\0';
    fclose(file);
}

static const char *city_of(const char *name) {
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

/* The known name that differs in case only, or has this last part, whatever came before: "Riga",
 * "Europe/Tokyo". */
static const char *same_city(const char *name, const char **names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(name, names[i]) == 0) return names[i];
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(city_of(name), city_of(names[i])) == 0) return names[i];
    return NULL;
}

/* The known name with the nearest last part. */
static const char *nearest_city(const char *name, const char **names, size_t count) {
    const char **cities = mem_alloc((count + 1) * sizeof *cities), *found = NULL;
    for (size_t i = 0; i < count; i++) cities[i] = city_of(names[i]);
    const char *city = nearest_word(span_of(city_of(name)), cities, count);
    for (size_t i = 0; city && !found && i < count; i++)
        if (cities[i] == city) found = names[i];
    free(cities);
    return found;
}

static const char *nearest_name(const char *name, const char **names, size_t count) {
    if (strlen(name) > NAME_MAX_BYTES) return NULL;
    const char *found = same_city(name, names, count);
    if (!found) found = nearest_word(span_of(name), names, count);
    return found ? found : nearest_city(name, names, count);
}

static int unknown(const char *name, struct err *err) {
    struct buf text = {0}, shown = {0};
    const char **names = NULL;
    read_index(&text);
    size_t count = text.size ? index_names(text.data, &names) : 0;
    utf8_escape(&shown, span_of(name), NAME_MAX_BYTES);
    const char *near = nearest_name(name, names, count);
    if (near)
        err_set(err, ERR_NOT_FOUND, "unknown time zone \"%s\"; did you mean \"%s\"?", buf_text(&shown), near);
    else
        err_set(err, ERR_NOT_FOUND, "unknown time zone \"%s\"; expected a name such as Europe/Riga or UTC",
            buf_text(&shown));
    free(names);
    buf_fini(&text);
    buf_fini(&shown);
    return ERR_NOT_FOUND;
}

int zone_names_check(const char *name, struct err *err) {
    if (is_well_formed(name) && !is_other_data(name) && is_zone_file(name)) return 0;
    return unknown(name, err);
}

#include "conf/endpoints.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/un.h>

#include "conf/access.h"
#include "conf/format.h"
#include "slad/conf/paths.h"

const char *endpoints_join(struct arena *arena, const char *file, const char *path) {
    const char *slash = strrchr(file, '/');
    if (path[0] == '/' || !slash) return arena_text(arena, span_of(path));
    struct buf joined = {0};
    buf_add(&joined, file, (size_t)(slash - file) + 1);
    buf_add_text(&joined, path);
    const char *text = arena_text(arena, buf_span(&joined));
    buf_fini(&joined);
    return text;
}

/* ---- the values */

enum key { UNIX, TCP, HTTP, FILE_PATH, AMI, USER, SECRET_FILE, CREDENTIAL, MODE, GROUP, SERVE, TOKEN_FILE, HOSTS, FORMAT,
    CSV, MAP, KEYS };
static const char *const key_names[KEYS] = {
    "unix", "tcp", "http", "file", "ami", "user", "secret_file", "credential", "mode", "group", "serve", "token_file", "hosts",
    "format", "csv", "map"};

static bool read_port(struct span text, int *out) {
    int port = 0;
    if (text.n == 0 || text.n > 5) return false;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9') return false;
        port = port * 10 + (text.p[i] - '0');
    }
    *out = port;
    return port <= 65535;
}

/* Names are not looked up: a service must not wait for a name server. localhost is the one that needs none.
 */
static bool read_host(struct reader *r, struct span text, const char **out) {
    unsigned char address[sizeof(struct in6_addr)];
    bool bracketed = text.n > 2 && text.p[0] == '[' && text.p[text.n - 1] == ']';
    const char *host =
        bracketed ? arena_text(r->arena, (struct span){text.p + 1, text.n - 2}) : arena_text(r->arena, text);
    if (strcmp(host, "localhost") == 0) host = "127.0.0.1";
    if (inet_pton(bracketed ? AF_INET6 : AF_INET, host, address) != 1) return false;
    *out = host;
    return true;
}

static bool read_address(struct reader *r, const struct node *node, struct endpoint *out) {
    const char *text, *colon = NULL;
    if (node->kind == NODE_SCALAR && core_kind(node) == CORE_TEXT) {
        text = node->text.p;
        colon = strrchr(text, ':');
        if (colon && read_host(r, (struct span){text, (size_t)(colon - text)}, &out->host) &&
            read_port(span_of(colon + 1), &out->port))
            return true;
    }
    reader_error(r, node, "%s is not an address with a port: write it like 127.0.0.1:8470 or \"[::1]:8470\" (names but localhost are not looked up)",
        reader_shown(r, node));
    return false;
}

static bool read_socket(struct reader *r, const struct node *node, const char *file, struct endpoint *out) {
    enum { PATH_BYTES = 96 }; /* of sockaddr_un's 108; the rest is for the temporary name it is first bound to */
    const char *path;
    if (!reader_text(r, node, "the path of a socket", &path)) return false;
    out->path = endpoints_join(r->arena, file, path);
    if (strlen(out->path) < PATH_BYTES) return true;
    reader_error(r, node, "%s is too long for a socket: at most %d bytes with its folder",
        reader_shown(r, node), PATH_BYTES - 1);
    return false;
}

/* Octal, as chmod has it, quoted or not. */
static bool read_mode(struct reader *r, const struct node *node, unsigned *out) {
    struct span text = node->kind == NODE_SCALAR ? node->text : (struct span){"", 0};
    unsigned mode = 0;
    bool fine = text.n > 0;
    if (text.n > 2 && text.p[0] == '0' && text.p[1] == 'o') text.p += 2, text.n -= 2;
    for (size_t i = 0; fine && i < text.n; i++) {
        fine = text.p[i] >= '0' && text.p[i] <= '7' && mode <= 0777;
        mode = mode * 8 + (unsigned)(text.p[i] - '0');
    }
    if (!fine || mode == 0 || mode > 0777)
        return reader_error(r, node, "%s is not a mode: write permissions in octal, such as 0660",
                   reader_shown(r, node)),
               false;
    *out = mode;
    return true;
}

/* ---- an entry of a list */

/* What the two lists have in common and what tells them apart. */
struct side {
    const char *owner;
    bool takes[KEYS];
};
static const struct side listen_side = {
    "an entry of \"listen\"", {[UNIX] = true,
        [HTTP] = true,
        [CREDENTIAL] = true,
        [MODE] = true,
        [GROUP] = true,
        [SERVE] = true,
        [TOKEN_FILE] = true,
        [HOSTS] = true}};
static const struct side input_side = {"an entry of \"inputs\"",
    {[UNIX] = true,
        [TCP] = true,
        [FILE_PATH] = true,
        [AMI] = true,
        [USER] = true,
        [SECRET_FILE] = true,
        [CREDENTIAL] = true,
        [MODE] = true,
        [GROUP] = true,
        [TOKEN_FILE] = true,
        [FORMAT] = true,
        [CSV] = true,
        [MAP] = true}};

static bool refuse_of_other_side(
    struct reader *r, const struct node *node, const struct side *side, const struct node **values) {
    bool clean = true;
    for (size_t i = 0; i < node->count; i++)
        for (int key = 0; key < KEYS; key++)
            if (!side->takes[key] && span_eq(node_key(node, i)->text, span_of(key_names[key]))) {
                reader_error(r, node_key(node, i), "\"%s\" has no place in %s", key_names[key], side->owner);
                values[key] = NULL;
                clean = false;
            }
    return clean;
}

/* How many of the five kinds are given; *kind is the last of them. */
static int kinds_given(const struct node *const *values, enum key *kind) {
    int given = 0;
    for (int key = UNIX; key <= AMI; key++)
        if (values[key]) given++, *kind = (enum key)key;
    return given;
}

static bool read_place(
    struct reader *r, enum key kind, const struct node *node, const char *file, struct endpoint *out) {
    static const enum endpoint_kind of[] = {ENDPOINT_UNIX, ENDPOINT_TCP, ENDPOINT_HTTP, ENDPOINT_FILE, ENDPOINT_AMI};
    const char *path;
    out->kind = of[kind];
    if (kind == UNIX) return read_socket(r, node, file, out);
    if (kind != FILE_PATH) return read_address(r, node, out);
    if (!reader_text(r, node, "the path of a file", &path)) return false;
    out->path = endpoints_join(r->arena, file, path);
    return true;
}

/* What an exchange is asked with. */
static bool read_login(struct reader *r, const struct node *entry, const struct node *const *values, const char *file,
    struct endpoint *out) {
    bool clean = true;
    if (!values[USER]) clean = (reader_error(r, entry, "an input \"ami\" needs a \"user\" of manager.conf"), false);
    if (out->host && out->port == 0) clean = (reader_error(r, values[AMI], "an exchange listens at a port, mostly 5038"), false);
    if (!values[SECRET_FILE] == !values[CREDENTIAL])
        clean = (reader_error(r, entry, "an input \"ami\" needs either \"secret_file\" or \"credential\""), false);
    if (values[USER]) clean = reader_text(r, values[USER], "a user", &out->user) && clean;
    if (values[CREDENTIAL]) clean = access_credential(r, values[CREDENTIAL], &out->credential) && clean;
    if (values[SECRET_FILE]) {
        const char *path;
        if (!reader_text(r, values[SECRET_FILE], "the path of a file", &path)) return false;
        out->secret_file = endpoints_join(r->arena, file, path);
    }
    for (int key = TOKEN_FILE; key < KEYS; key++)
        if (values[key])
            clean = (reader_error(r, values[key], "\"%s\" has no place beside \"ami\"", key_names[key]), false);
    return clean;
}

static bool refuse_login(struct reader *r, const struct node *const *values) {
    bool clean = true;
    for (int key = USER; key <= SECRET_FILE; key++)
        if (values[key]) clean = (reader_error(r, values[key], "\"%s\" is for inputs \"ami\"", key_names[key]), false);
    return clean;
}

static bool read_endpoint(struct scope *scope, const struct node *node, const struct side *side,
    const char *file, struct endpoint *out) {
    struct reader *r = scope->reader;
    const struct node *values[KEYS];
    enum key kind = UNIX;
    bool clean = reader_map(r, node, side->owner, key_names, KEYS, values);
    if (node->kind != NODE_MAP) return false;
    clean = refuse_of_other_side(r, node, side, values) && clean;
    int given = kinds_given(values, &kind);
    if (given != 1) {
        if (clean)
            reader_error(r, node, "%s needs one of %s", side->owner,
                side == &input_side ? "unix, tcp, file or ami" : "unix or http");
        return false;
    }
    for (int key = MODE; key <= GROUP; key++)
        if (values[key] && kind != UNIX) {
            reader_error(r, values[key], "\"%s\" is for unix sockets", key_names[key]);
            clean = false;
        }
    *out = (struct endpoint){.file = file, .line = node->line};
    clean = read_place(r, kind, values[kind], file, out) && clean;
    if (values[MODE]) clean = read_mode(r, values[MODE], &out->mode) && clean;
    if (values[GROUP]) clean = reader_text(r, values[GROUP], "the name of a group", &out->group) && clean;
    if (kind == AMI) {
        out->format.kind = FORMAT_AMI;
        return read_login(r, node, values, file, out) && clean;
    }
    clean = refuse_login(r, values) && clean;
    const struct access_nodes access = {
        values[kind], values[SERVE], values[TOKEN_FILE], values[CREDENTIAL], values[HOSTS]};
    clean = access_read(r, &access, file, out) && clean;
    clean = format_read(scope, node, values[FORMAT], values[CSV], values[MAP], &out->format) && clean;
    if (clean && out->format.kind == FORMAT_AMI)
        clean = (reader_error(r, values[FORMAT], "\"format: ami\" is for replays of a recorded link: to connect to the "
            "exchange write \"ami: 127.0.0.1:5038\""), false);
    return clean;
}

/* ---- the lists */

static bool same_place(const struct endpoint *a, const struct endpoint *b) {
    if (a->path && b->path) return a->kind == b->kind && strcmp(a->path, b->path) == 0;
    return a->host && b->host && a->port && a->port == b->port && strcmp(a->host, b->host) == 0;
}

static const struct endpoint *find_same(
    const struct endpoint *list, size_t count, const struct endpoint *endpoint) {
    for (size_t i = 0; i < count; i++)
        if (same_place(&list[i], endpoint)) return &list[i];
    return NULL;
}

static void read_side(struct scope *scope, const struct node *node, const struct side *side,
    struct config *config, struct endpoint **list, size_t *count) {
    struct reader *r = scope->reader;
    size_t given = node_list_count(node);
    if (given > ENDPOINTS_MAX) {
        reader_error(r, node, "%zu entries: at most %d", given, ENDPOINTS_MAX);
        return;
    }
    *list = arena_alloc(r->arena, given * sizeof **list);
    for (size_t i = 0; i < given; i++) {
        const struct node *item = node_list_item(node, i);
        struct endpoint endpoint = {0};
        if (!read_endpoint(scope, item, side, config->path, &endpoint)) continue;
        const struct endpoint *first = find_same(config->listens, config->listen_count, &endpoint);
        if (!first) first = find_same(config->inputs, config->input_count, &endpoint);
        if (first)
            reader_error(r, item, "the same place is given twice, first in line %d", first->line);
        else
            (*list)[(*count)++] = endpoint;
    }
}

static void set_default(struct arena *arena, char *take_path, struct endpoint **list, size_t *count) {
    *list = arena_alloc(arena, sizeof **list);
    **list = (struct endpoint){
        .kind = ENDPOINT_UNIX, .path = arena_text(arena, span_of(take_path)), .serves = SERVE_ALL};
    *count = 1;
    free(take_path);
}

void endpoints_read(
    struct scope *scope, const struct node *listen, const struct node *inputs, struct config *config) {
    if (listen)
        read_side(scope, listen, &listen_side, config, &config->listens, &config->listen_count);
    else
        set_default(scope->reader->arena, config_default_socket(), &config->listens, &config->listen_count);
    if (inputs)
        read_side(scope, inputs, &input_side, config, &config->inputs, &config->input_count);
    else
        set_default(scope->reader->arena, config_default_events_socket(), &config->inputs, &config->input_count);
}

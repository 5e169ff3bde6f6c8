#include "conf/access.h"

#include <arpa/inet.h>

#include "conf/endpoints.h"

/* ---- lists of names */

/* A user's, a group's or a host's; numbers stand for themselves. */
static bool read_name(struct reader *r, const struct node *node, const char *what, const char **out) {
    bool is_number = node->kind == NODE_SCALAR && core_kind(node) == CORE_NUMBER;
    if (is_number && strspn(node->text.p, "0123456789") == node->text.n)
        return *out = arena_text(r->arena, node->text), true;
    return reader_text(r, node, what, out);
}

static bool read_names(
    struct reader *r, const struct node *node, const char *what, const char ***out, size_t *count) {
    size_t given = node_list_count(node);
    bool clean = true;
    if (given > ACCESS_NAMES_MAX)
        return reader_error(r, node, "%zu entries: at most %d", given, ACCESS_NAMES_MAX), false;
    *out = arena_alloc(r->arena, (given + 1) * sizeof **out);
    for (size_t i = 0; i < given; i++) {
        if (read_name(r, node_list_item(node, i), what, &(*out)[*count]))
            (*count)++;
        else
            clean = false;
    }
    return clean;
}

/* ---- what is served */

static bool read_serve(struct reader *r, const struct node *node, unsigned *out) {
    static const char *const words[] = {"read", "ingest", "admin"};
    unsigned serves = 0;
    for (size_t i = 0; i < node_list_count(node); i++) {
        size_t word;
        if (!reader_choice(r, node_list_item(node, i), "something that is served", words, 3, &word)) return false;
        serves |= 1U << word;
    }
    if (!serves) return reader_error(r, node, "a place that serves nothing: write read, ingest or admin"), false;
    *out = serves;
    return true;
}

static bool is_loopback(const char *host) {
    struct in6_addr six;
    return strncmp(host, "127.", 4) == 0 ||
           (inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six));
}

static bool has_token(const struct endpoint *endpoint) {
    return endpoint->secret_file || endpoint->credential;
}

/* Over TCP nobody can be told from anybody else but by a token. */
static bool check_tcp(struct reader *r, const struct access_nodes *nodes, const struct endpoint *out) {
    if (out->serves & SERVE_ADMIN)
        return reader_error(r, nodes->serve,
                   "\"admin\" is served on unix sockets only: over TCP nobody knows who asks"),
               false;
    if (has_token(out)) return true;
    if (out->kind == ENDPOINT_HTTP && (out->serves & SERVE_INGEST))
        return reader_error(r, nodes->serve,
                   "\"ingest\" over http needs a \"token_file\" or \"credential\": any program of this machine could "
                   "send events"),
               false;
    if (is_loopback(out->host)) return true;
    return reader_error(r, nodes->place,
               "%s can be reached from other machines: it needs a \"token_file\" or \"credential\", a word that clients "
               "must know; or listen on 127.0.0.1",
               reader_shown(r, nodes->place)),
           false;
}

/* ---- the token */

bool access_credential(struct reader *r, const struct node *node, const char **out) {
    if (!reader_text(r, node, "the name of a credential", out)) return false;
    if (!strchr(*out, '/')) return true;
    return reader_error(r, node, "%s is not the name of a credential: one of $CREDENTIALS_DIRECTORY, without a folder",
               reader_shown(r, node)),
           false;
}

static bool read_token(struct reader *r, const struct access_nodes *nodes, const char *file, struct endpoint *out) {
    const struct node *given = nodes->token_file ? nodes->token_file : nodes->credential;
    const char *path;
    if (!given) return true;
    if (out->kind != ENDPOINT_TCP && out->kind != ENDPOINT_HTTP)
        return reader_error(r, given, "a token is for tcp and http: who may open a unix socket is said by \"mode\" and "
                   "\"group\""), false;
    if (nodes->token_file && nodes->credential)
        return reader_error(r, nodes->credential, "\"token_file\" or \"credential\": choose one"), false;
    if (nodes->credential) return access_credential(r, nodes->credential, &out->credential);
    if (!reader_text(r, nodes->token_file, "the path of a file", &path)) return false;
    out->secret_file = endpoints_join(r->arena, file, path);
    return true;
}

/* ---- an entry */

static bool check_host_names(struct reader *r, const struct node *node, const struct endpoint *out) {
    for (size_t i = 0; i < out->host_count; i++)
        if (strpbrk(out->hosts[i], "/: *"))
            return reader_error(r, node_list_item(node, i), "%s is not the name of a host: write it without http:// and "
                       "port", reader_shown_text(r, span_of(out->hosts[i]))), false;
    return true;
}

static bool read_hosts(struct reader *r, const struct node *node, struct endpoint *out) {
    if (out->kind != ENDPOINT_HTTP) return reader_error(r, node, "\"hosts\" is for http"), false;
    return read_names(r, node, "the name of a host", &out->hosts, &out->host_count) && check_host_names(r, node, out);
}

bool access_read(struct reader *r, const struct access_nodes *nodes, const char *file, struct endpoint *out) {
    bool is_tcp = out->kind == ENDPOINT_TCP || out->kind == ENDPOINT_HTTP;
    out->serves = out->kind == ENDPOINT_HTTP ? SERVE_READ : out->kind == ENDPOINT_TCP ? SERVE_INGEST : SERVE_ALL;
    bool clean = !nodes->serve || read_serve(r, nodes->serve, &out->serves);
    clean = read_token(r, nodes, file, out) && clean;
    if (nodes->hosts) clean = read_hosts(r, nodes->hosts, out) && clean;
    return clean && (!is_tcp || !out->host || check_tcp(r, nodes, out));
}

/* ---- admin */

void admins_read(struct reader *r, const struct node *node, struct admins *out) {
    static const char *const keys[] = {"users", "groups"};
    const struct node *values[2];
    if (!reader_map(r, node, "\"admin\"", keys, 2, values)) return;
    *out = (struct admins){.is_given = true, .line = node->line};
    if (values[0]) (void)read_names(r, values[0], "the name of a user", &out->users, &out->user_count);
    if (values[1]) (void)read_names(r, values[1], "the name of a group", &out->groups, &out->group_count);
}

/* ---- sameness */

static bool same_text(const char *a, const char *b) {
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_hosts(const struct endpoint *a, const struct endpoint *b) {
    size_t i = 0;
    while (i < a->host_count && i < b->host_count && strcmp(a->hosts[i], b->hosts[i]) == 0) i++;
    return i == a->host_count && i == b->host_count;
}

bool endpoint_same(const struct endpoint *a, const struct endpoint *b) {
    return a->kind == b->kind && same_text(a->path, b->path) && same_text(a->host, b->host) && a->port == b->port &&
           a->mode == b->mode && same_text(a->group, b->group) && same_text(a->user, b->user) &&
           same_text(a->secret_file, b->secret_file) && same_text(a->credential, b->credential) &&
           a->serves == b->serves && same_hosts(a, b) && a->format.kind == b->format.kind;
}

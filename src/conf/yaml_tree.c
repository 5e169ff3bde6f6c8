/* Invariants while a text is read:
 * 1. frames[0..depth) are the open lists and maps, outermost first; depth <= YAML_DEPTH_MAX.
 * 2. total is the weight of all nodes that were added so far, aliases followed; total <= YAML_NODES_MAX, so
 * no alias has to be copied, and no walk of the tree is longer.
 * 3. An anchor is in the list only once its node is complete: no node contains itself. */
#include "conf/yaml_tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

#include "slad/base/map.h"
#include "slad/base/utf8.h"

struct frame {
    struct node *node;
    const struct node **items; /* keys and values alternate in a map */
    size_t count, capacity;
    const char *anchor; /* NULL: none */
};
struct anchor {
    const char *name;
    const struct node *node;
};
struct builder {
    struct arena *arena;
    struct findings *findings;
    const char *file;
    struct span text;
    struct frame frames[YAML_DEPTH_MAX];
    size_t depth;
    struct anchor *anchors;
    size_t anchor_count, anchor_capacity;
    size_t total;
    const struct node *root;
};

PRINTF_LIKE(4, 5) static int complain(struct builder *b, int line, int column, const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    findings_add(b->findings,
        &(struct finding){.file = (char *)b->file, .line = line, .column = column, .text = text});
    return ERR_INVALID;
}

static int line_of(yaml_mark_t mark) {
    return (int)mark.line + 1;
}

static int column_of(yaml_mark_t mark) {
    return (int)mark.column + 1;
}

/* ---- nodes */

static struct node *node_new(struct builder *b, enum node_kind kind, yaml_mark_t mark) {
    struct node *node = arena_alloc(b->arena, sizeof *node);
    *node = (struct node){.kind = kind,
        .file = b->file,
        .line = line_of(mark),
        .column = column_of(mark),
        .weight = 1,
        .height = 1};
    return node;
}

/* Hangs a complete node below the innermost open one. */
static void attach(struct builder *b, const struct node *node) {
    if (b->depth == 0) {
        b->root = node;
        return;
    }
    struct frame *frame = &b->frames[b->depth - 1];
    frame->items = mem_grow(frame->items, &frame->capacity, frame->count + 1, sizeof *frame->items);
    frame->items[frame->count++] = node;
    frame->node->weight += node->weight;
    if (frame->node->height <= node->height) frame->node->height = node->height + 1;
}

static int count_in(struct builder *b, size_t weight, yaml_mark_t mark) {
    b->total += weight;
    if (b->total <= YAML_NODES_MAX) return 0;
    return complain(b, line_of(mark), column_of(mark),
        "too much: with its aliases written out this file holds more than %d values", YAML_NODES_MAX);
}

static int remember(struct builder *b, const char *anchor, const struct node *node) {
    if (!anchor) return 0;
    if (b->anchor_count == YAML_ANCHORS_MAX)
        return complain(b, node->line, node->column, "too many anchors: at most %d", YAML_ANCHORS_MAX);
    b->anchors = mem_grow(b->anchors, &b->anchor_capacity, b->anchor_count + 1, sizeof *b->anchors);
    b->anchors[b->anchor_count++] = (struct anchor){anchor, node};
    return 0;
}

static void refuse_tag(struct builder *b, const yaml_char_t *tag, yaml_mark_t mark) {
    if (!tag) return;
    struct buf shown = {0};
    utf8_escape(&shown, span_of((const char *)tag), 60);
    complain(b, line_of(mark), column_of(mark), "tag \"%s\": tags have no meaning here, leave it out",
        buf_text(&shown));
    buf_fini(&shown);
}

static const char *keep_anchor(struct builder *b, const yaml_char_t *anchor) {
    return anchor ? arena_text(b->arena, span_of((const char *)anchor)) : NULL;
}

/* ---- events */

static int on_scalar(struct builder *b, const yaml_event_t *event) {
    struct node *node = node_new(b, NODE_SCALAR, event->start_mark);
    struct span text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    refuse_tag(b, event->data.scalar.tag, event->start_mark);
    if (text.n && memchr(text.p, '\0', text.n)) {
        complain(b, node->line, node->column, "a NUL character in a text");
        text.n = 0;
    }
    node->text = (struct span){arena_text(b->arena, text), text.n};
    attach(b, node);
    int failed = count_in(b, 1, event->start_mark);
    if (failed) return failed;
    return remember(b, keep_anchor(b, event->data.scalar.anchor), node);
}

static int on_open(struct builder *b, const yaml_event_t *event, enum node_kind kind) {
    const yaml_char_t *anchor =
        kind == NODE_LIST ? event->data.sequence_start.anchor : event->data.mapping_start.anchor;
    refuse_tag(b, kind == NODE_LIST ? event->data.sequence_start.tag : event->data.mapping_start.tag,
        event->start_mark);
    if (b->depth == YAML_DEPTH_MAX)
        return complain(b, line_of(event->start_mark), column_of(event->start_mark),
            "nested too deeply: at most %d lists and maps inside one another", YAML_DEPTH_MAX);
    b->frames[b->depth++] =
        (struct frame){.node = node_new(b, kind, event->start_mark), .anchor = keep_anchor(b, anchor)};
    return count_in(b, 1, event->start_mark);
}

static bool same_text(const void *item, const void *key) {
    return span_eq(((const struct node *)item)->text, *(const struct span *)key);
}

/* Whether this key may stay in the map; if not, says why. */
static bool accept_key(struct builder *b, struct map *seen, const struct node *key) {
    if (key->kind != NODE_SCALAR) {
        complain(b, key->line, key->column, "a %s as a key: a key is a word",
            key->kind == NODE_LIST ? "list" : "map");
        return false;
    }
    if (key->plain && span_eq(key->text, SPAN("<<"))) {
        complain(b, key->line, key->column, "merge keys (<<) are not supported: write the keys out");
        return false;
    }
    uint64_t hash = span_hash(key->text);
    const struct node *first = map_find(seen, hash, same_text, &key->text);
    if (!first) {
        map_add(seen, hash, (void *)key);
        return true;
    }
    struct buf shown = {0};
    utf8_escape(&shown, key->text, 60);
    complain(b, key->line, key->column, "key \"%s\" is given twice, first in line %d", buf_text(&shown),
        first->line);
    buf_fini(&shown);
    return false;
}

static void drop_bad_keys(struct builder *b, struct frame *frame) {
    struct map seen = {0};
    size_t kept = 0;
    for (size_t i = 0; i + 1 < frame->count; i += 2) {
        if (!accept_key(b, &seen, frame->items[i])) continue;
        frame->items[kept++] = frame->items[i];
        frame->items[kept++] = frame->items[i + 1];
    }
    frame->count = kept;
    map_fini(&seen);
}

static int on_close(struct builder *b) {
    struct frame *frame = &b->frames[b->depth - 1];
    struct node *node = frame->node;
    if (node->kind == NODE_MAP) drop_bad_keys(b, frame);
    size_t bytes = frame->count * sizeof *frame->items;
    const struct node **items = arena_alloc(b->arena, bytes);
    if (bytes) memcpy(items, frame->items, bytes);
    free(frame->items);
    frame->items = NULL;
    node->items = items;
    node->count = node->kind == NODE_MAP ? frame->count / 2 : frame->count;
    b->depth--;
    attach(b, node);
    return remember(b, frame->anchor, node);
}

static const struct node *find_anchor(const struct builder *b, const char *name) {
    for (size_t i = b->anchor_count; i-- > 0;) /* a name may be used again: the latest counts */
        if (strcmp(b->anchors[i].name, name) == 0) return b->anchors[i].node;
    return NULL;
}

static int on_alias(struct builder *b, const yaml_event_t *event) {
    yaml_mark_t mark = event->start_mark;
    const char *name = (const char *)event->data.alias.anchor; /* libyaml: letters, digits, - and _ only */
    const struct node *node = find_anchor(b, name);
    if (!node)
        return complain(b, line_of(mark), column_of(mark),
            "alias *%.60s of no anchor before it: a text that begins with * needs quotes", name);
    if (b->depth + node->height > YAML_DEPTH_MAX)
        return complain(b, line_of(mark), column_of(mark),
            "nested too deeply: with this alias written out more than %d lists and maps inside one another",
            YAML_DEPTH_MAX);
    int failed = count_in(b, node->weight, mark);
    if (failed) return failed;
    attach(b, node);
    return 0;
}

static int on_event(struct builder *b, const yaml_event_t *event) {
    switch (event->type) {
    case YAML_SCALAR_EVENT: return on_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT: return on_open(b, event, NODE_LIST);
    case YAML_MAPPING_START_EVENT: return on_open(b, event, NODE_MAP);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return on_close(b);
    case YAML_ALIAS_EVENT: return on_alias(b, event);
    case YAML_DOCUMENT_START_EVENT:
        if (!b->root) return 0;
        return complain(b, line_of(event->start_mark), column_of(event->start_mark),
            "a second document: a file holds one, without --- between its parts");
    default: return 0;
    }
}

/* ---- errors of libyaml's own */

/* The reader names a byte, not a place. */
static int complain_of_byte(struct builder *b, const yaml_parser_t *parser) {
    size_t offset = parser->problem_offset < b->text.n ? parser->problem_offset : b->text.n;
    int line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        if (b->text.p[i] == '\n')
            line++, column = 1;
        else if ((b->text.p[i] & 0xC0) != 0x80)
            column++;
    }
    bool is_control = parser->problem && strstr(parser->problem, "control");
    return complain(b, line, column, "%s", is_control ? "a character that YAML does not allow" : "not UTF-8");
}

/* What people who are met by libyaml's words have usually done. */
static const char *hint(const struct builder *b, const yaml_parser_t *parser) {
    const char *problem = parser->problem, *context = parser->context ? parser->context : "";
    size_t index = 0, line = 0; /* the mark's own index counts characters, not bytes */
    while (line < parser->problem_mark.line && index < b->text.n) line += b->text.p[index++] == '\n';
    struct span rest = {b->text.p + index, b->text.n - index};
    size_t indent = 0;
    while (indent < rest.n && (rest.p[indent] == ' ' || rest.p[indent] == '\t')) indent++;
    if (indent && memchr(rest.p, '\t', indent)) return ": indent with spaces, not tabs";
    if (strstr(context, "alias")) return ": a text that begins with * needs quotes";
    if (strstr(context, "anchor")) return ": a text that begins with & needs quotes";
    if (strstr(problem, "cannot start any token"))
        return ": a text that begins with this character needs quotes";
    if (strstr(problem, "mapping values are not allowed"))
        return ": is the line indented right? a text with \": \" in it needs quotes";
    if (strstr(problem, "expected key") || strstr(problem, "'-' indicator"))
        return ": is the line indented like those beside it?";
    if (strstr(context, "block scalar")) return ": a text that begins with > or | needs quotes";
    return "";
}

static int complain_of_syntax(struct builder *b, const yaml_parser_t *parser) {
    if (parser->error == YAML_MEMORY_ERROR) mem_out(0);
    if (parser->error == YAML_READER_ERROR) return complain_of_byte(b, parser);
    bool is_name = parser->context && (strstr(parser->context, "alias") || strstr(parser->context, "anchor"));
    yaml_mark_t mark = is_name ? parser->context_mark : parser->problem_mark; /* where the * stands */
    char where[64] = "";
    if (parser->context_mark.line != mark.line && parser->context)
        snprintf(where, sizeof where, " (begun in line %d)", line_of(parser->context_mark));
    return complain(b, line_of(mark), column_of(mark), "not YAML: %s%s%s%s%s",
        parser->problem, parser->context ? " " : "", parser->context ? parser->context : "", where, hint(b, parser));
}

/* ---- the whole text */

/* %TAG lines are compared with one another by libyaml, all with all; and tags have no meaning here. */
static int refuse_directives(struct builder *b) {
    int line = 1;
    for (const char *p = b->text.p, *end = p + b->text.n; p && p < end; line++) {
        if (end - p >= 4 && memcmp(p, "%TAG", 4) == 0)
            return complain(b, line, 1, "%%TAG: tags have no meaning here, leave it out");
        p = memchr(p, '\n', (size_t)(end - p));
        if (p) p++;
    }
    return 0;
}

static int read_events(struct builder *b, yaml_parser_t *parser) {
    for (;;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event)) return complain_of_syntax(b, parser);
        bool last = event.type == YAML_STREAM_END_EVENT;
        int failed = on_event(b, &event);
        yaml_event_delete(&event);
        if (failed || last) return failed;
    }
}

static int read_text(struct builder *b) {
    if (b->text.n > YAML_BYTES_MAX) return complain(b, 0, 0, "larger than %d bytes", YAML_BYTES_MAX);
    int failed = refuse_directives(b);
    if (failed) return failed;
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) mem_out(0);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(b->text.p ? b->text.p : ""), b->text.n);
    failed = read_events(b, &parser);
    yaml_parser_delete(&parser);
    return failed;
}

int yaml_tree_read(struct arena *arena, const char *file, struct span text, struct findings *findings,
    const struct node **root) {
    if (text.n >= 3 && memcmp(text.p, "\xEF\xBB\xBF", 3) == 0)
        text.p += 3, text.n -= 3; /* a byte order mark */
    struct builder b = {.arena = arena, .findings = findings, .file = file, .text = text};
    int failed = read_text(&b);
    for (size_t i = 0; i < b.depth; i++) free(b.frames[i].items);
    free(b.anchors);
    if (!failed) *root = b.root;
    return failed;
}

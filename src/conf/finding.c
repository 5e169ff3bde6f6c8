#include "slad/conf/finding.h"

#include <stdlib.h>

#include "slad/base/mem.h"
#include "slad/base/utf8.h"

enum { FILE_NAME_SHOWN = 4096 }; /* PATH_MAX: no name is longer */

/* A message that was cut to its buffer may end inside a character. */
static struct span whole_characters(struct span text) {
    enum { UTF8_MOST = 4 };
    for (int i = 1; i < UTF8_MOST && text.n && !utf8_valid(text); i++) text.n--;
    return text;
}

void findings_add(struct findings *findings, const struct finding *borrowed) {
    findings->errors += !borrowed->is_warning;
    /* One more than the cap when it is an error, so that a thousand warnings never hide that there is one. */
    if (findings->count >= FINDINGS_MAX + (borrowed->is_warning ? 0 : 1)) {
        findings->dropped++;
        return;
    }
    findings->list =
        mem_grow(findings->list, &findings->capacity, findings->count + 1, sizeof *findings->list);
    struct finding *added = &findings->list[findings->count++];
    *added = *borrowed;
    added->file = mem_dup_text(span_of(borrowed->file));
    added->text = mem_dup_text(whole_characters(span_of(borrowed->text)));
    for (char *c = added->text; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F) *c = ' ';
}

size_t findings_errors(const struct findings *findings) {
    return findings->errors;
}

static void render(const struct finding *f, struct buf *out) {
    utf8_escape(out, span_of(f->file), FILE_NAME_SHOWN);
    if (f->line > 0) buf_printf(out, ":%d:%d", f->line, f->column);
    buf_printf(out, ": %s: %s\n", f->is_warning ? "warning" : "error", f->text);
}

void findings_render(const struct findings *findings, struct buf *out) {
    for (size_t i = 0; i < findings->count; i++) render(&findings->list[i], out);
    if (findings->dropped) buf_printf(out, "… and %zu more\n", findings->dropped);
}

void findings_render_errors(const struct findings *findings, struct buf *out) {
    for (size_t i = 0; i < findings->count; i++)
        if (!findings->list[i].is_warning) render(&findings->list[i], out);
}

struct file_order {
    const char *const *files;
    size_t count;
};

static size_t place_of(const struct file_order *order, const char *file) {
    for (size_t i = 0; i < order->count; i++)
        if (strcmp(order->files[i], file) == 0) return i + 1;
    return 0;
}

static int compare(const void *pa, const void *pb, void *arg) {
    const struct finding *a = pa, *b = pb;
    const struct file_order *order = arg;
    size_t place_a = place_of(order, a->file), place_b = place_of(order, b->file);
    if (place_a != place_b) return place_a < place_b ? -1 : 1;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    return strcmp(a->text, b->text);
}

void findings_sort(struct findings *findings, size_t from, const char *const *files, size_t file_count) {
    struct file_order order = {files, file_count};
    if (findings->count <= from) return;
    qsort_r(findings->list + from, findings->count - from, sizeof *findings->list, compare, &order);
    size_t kept = from + 1;
    for (size_t i = kept; i < findings->count; i++) {
        struct finding *f = &findings->list[i];
        if (compare(f, &findings->list[kept - 1], &order) == 0 &&
            strcmp(f->file, findings->list[kept - 1].file) == 0) {
            findings->errors -= !f->is_warning;
            free(f->file);
            free(f->text);
        } else {
            findings->list[kept++] = *f;
        }
    }
    findings->count = kept;
}

void findings_fini(struct findings *findings) {
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->list[i].file);
        free(findings->list[i].text);
    }
    free(findings->list);
    *findings = (struct findings){0};
}

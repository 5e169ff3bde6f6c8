#include "level_notes.h"

enum { SIZE = sizeof(struct level_note) };
_Static_assert(offsetof(struct level_note, known) == 0, "chunks order by it");

void level_notes_add(struct level_notes *notes, const struct level_note *note) {
    chunks_add(&notes->notes, SIZE, note);
}

const struct level_note *level_notes_front(const struct level_notes *notes) {
    return chunks_front(&notes->notes, SIZE);
}

void level_notes_drop_front(struct level_notes *notes) {
    chunks_drop_front(&notes->notes);
}

bool level_notes_remove(struct level_notes *notes, const struct record *record) {
    for (size_t at = 0; at < notes->notes.count; at++) {
        const struct chunk *c = chunks_live(&notes->notes)[at];
        for (uint32_t i = c->lo; i < c->hi; i++) {
            const struct level_note *note = chunk_item(c, SIZE, i);
            if (note->sign < 0 || !record_same(&note->record, record)) continue;
            chunks_remove(&notes->notes, SIZE, at, i);
            return true;
        }
    }
    return false;
}

void level_notes_each(const struct level_notes *notes, void (*visit)(void *arg, const struct level_note *note), void *arg) {
    for (size_t at = 0; at < notes->notes.count; at++) {
        const struct chunk *c = chunks_live(&notes->notes)[at];
        for (uint32_t i = c->lo; i < c->hi; i++) visit(arg, chunk_item(c, SIZE, i));
    }
}

void level_notes_fini(struct level_notes *notes) {
    chunks_fini(&notes->notes);
}

#include "slad/base/nearest.h"

/* Longer words are not compared: the cost is the product of the lengths, and no key is near as long. */
enum { WORD_MAX = 64 };

static char fold_case(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours that make b out of a, no byte touched twice
 * ("optimal string alignment"). Three rows of the table are enough. */
static size_t distance(struct span a, struct span b) {
    size_t rows[3][WORD_MAX + 1];
    size_t *before = rows[0], *above = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b.n; j++) above[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            char x = fold_case(a.p[i - 1]), y = fold_case(b.p[j - 1]);
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == fold_case(b.p[j - 2]) && y == fold_case(a.p[i - 2]))
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *free_row = before;
        before = above, above = row, row = free_row;
    }
    return above[b.n];
}

static size_t allowed(size_t length) {
    return length < 6 ? 1 : length < 9 ? 2 : 3;
}

const char *nearest_word(struct span typed, const char *const *words, size_t count) {
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    if (typed.n == 0 || typed.n > WORD_MAX) return NULL;
    for (size_t i = 0; i < count; i++) {
        struct span word = span_of(words[i]);
        if (word.n > WORD_MAX) continue;
        size_t d = distance(typed, word);
        /* A distance as long as the word means that nothing of it was typed. */
        if (d > allowed(word.n) || d >= word.n || d >= best_distance) continue;
        best = words[i];
        best_distance = d;
    }
    return best;
}

#include "screen.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "slad/base/utf8.h"

struct screen screen_of(bool without_color) {
    struct screen screen = {.is_terminal = isatty(STDOUT_FILENO) != 0};
    if (!screen.is_terminal) return screen;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    struct winsize size;
    screen.has_color =
        !without_color && !(no_color && *no_color) && term && *term && strcmp(term, "dumb") != 0;
    screen.columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return screen;
}

const char *tint_begin(enum tint tint) {
    switch (tint) {
    case TINT_GOOD: return "\033[32m";
    case TINT_BAD: return "\033[31m";
    case TINT_WARNING: return "\033[33m";
    case TINT_FAINT: return "\033[2m";
    case TINT_BOLD: return "\033[1m";
    case TINT_NONE: break;
    }
    return "";
}

struct range {
    uint32_t from, to;
};
/* The blocks that matter of Unicode's categories Mn, Me and Cf, and of East Asian Width W and F (UAX #11). */
static const struct range no_width[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD},
    {0x0610, 0x061A}, {0x064B, 0x065F}, {0x093C, 0x093C}, {0x0941, 0x0948}, {0x094D, 0x094D},
    {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},
    {0x200B, 0x200F}, {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0x302A, 0x302D}, {0x3099, 0x309A},
    {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};
static const struct range wide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF}, {0xA000, 0xA4CF}, {0xA960, 0xA97F}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
    {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD}};

static bool is_in(uint32_t code, const struct range *ranges, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (code >= ranges[i].from && code <= ranges[i].to) return true;
    return false;
}

static size_t code_width(uint32_t code) {
    if (code < 0x300) return 1;
    if (is_in(code, no_width, sizeof no_width / sizeof *no_width)) return 0;
    return is_in(code, wide, sizeof wide / sizeof *wide) ? 2 : 1;
}

size_t text_width(struct span text) {
    const char *p = text.p, *end = text.n ? p + text.n : p;
    size_t width = 0;
    while (p < end) width += code_width(utf8_next(&p, end));
    return width;
}

size_t text_fitting(struct span text, size_t columns) {
    const char *p = text.p, *end = text.n ? p + text.n : p;
    size_t width = 0;
    while (p < end) {
        const char *next = p;
        width += code_width(utf8_next(&next, end));
        if (width > columns) break;
        p = next;
    }
    return (size_t)(p - text.p);
}

/* utf8_escape() is made for texts in quotes, and these stand in none. */
void text_safe(struct buf *out, struct span text) {
    if (text.n == 0) return;
    for (size_t from = 0, i = 0; i <= text.n; i++) {
        if (i < text.n && text.p[i] != '"' && text.p[i] != '\\') continue;
        utf8_escape(out, (struct span){text.p + from, i - from}, SIZE_MAX);
        if (i < text.n) buf_add_char(out, text.p[i]);
        from = i + 1;
    }
}

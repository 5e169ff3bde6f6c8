#include "slad/base/utf8.h"

/* The length of the well-formed sequence at p, 0 when there is none (RFC 3629, section 4). p < end. */
static size_t sequence(const unsigned char *p, const unsigned char *end) {
    unsigned char lead = *p, low = 0x80, high = 0xBF; /* bounds of the second byte */
    size_t size;
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    if (lead < 0xE0) {
        size = 2;
    } else if (lead < 0xF0) {
        size = 3;
        if (lead == 0xE0) low = 0xA0;  /* overlong below */
        if (lead == 0xED) high = 0x9F; /* surrogates above */
    } else {
        size = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F; /* beyond U+10FFFF above */
    }
    if ((size_t)(end - p) < size || p[1] < low || p[1] > high) return 0;
    for (size_t i = 2; i < size; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    return size;
}

bool utf8_valid(struct span text) {
    const unsigned char *p = (const unsigned char *)text.p;
    if (text.n == 0) return true;
    const unsigned char *end = p + text.n;
    while (p < end) {
        uint64_t word;
        if (end - p >= 8 &&
            (memcpy(&word, p, 8), (word & 0x8080808080808080) == 0)) { /* eight of ASCII at once */
            p += 8;
            continue;
        }
        size_t size = sequence(p, end);
        if (size == 0) return false;
        p += size;
    }
    return true;
}

uint32_t utf8_next(const char **p, const char *end) {
    const unsigned char *s = (const unsigned char *)*p;
    size_t size = sequence(s, (const unsigned char *)end);
    if (size <= 1) { /* ASCII; a stray byte, which a valid text has not, stands for itself */
        *p += 1;
        return *s;
    }
    uint32_t code = s[0] & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) code = code << 6 | (s[i] & 0x3Fu);
    *p += size;
    return code;
}

/* What a terminal or a log reader could take for more than a character: C0, DEL, C1, line separators and the marks that
 * turn the direction of writing. */
static bool must_escape(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code <= 0x9F) || (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

size_t utf8_shown(const char *p, const char *end) {
    size_t size = sequence((const unsigned char *)p, (const unsigned char *)end);
    return size && !must_escape(utf8_next(&p, end)) ? size : 0;
}

static bool is_quoted(char c) {
    return c == '"' || c == '\\';
}

void utf8_escape(struct buf *buf, struct span text, size_t max) {
    const char *p = text.p, *end = text.n ? p + text.n : p;
    for (size_t added = 0; p < end;) {
        size_t size = sequence((const unsigned char *)p, (const unsigned char *)end);
        const char *next = p;
        bool escaped = size == 0 || must_escape(utf8_next(&next, end));
        if (size == 0) size = 1;
        bool quoted = is_quoted(*p);
        size_t wanted = escaped ? 4 * size : size + quoted;
        if (wanted > max - added) {
            buf_add_text(buf, "…");
            return;
        }
        if (escaped)
            for (size_t i = 0; i < size; i++) buf_printf(buf, "\\x%02x", (unsigned)(unsigned char)p[i]);
        else {
            if (quoted) buf_add_char(buf, '\\');
            buf_add(buf, p, size);
        }
        added += wanted;
        p += size;
    }
}

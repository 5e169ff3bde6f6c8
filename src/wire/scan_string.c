/* Strings are most of a line, so runs without anything special are skipped sixteen bytes at a time, or eight where the
 * processor has no SSE2 or the line ends. */
#include "scan.h"
#ifdef __SSE2__
#include <emmintrin.h>
#endif
#include <endian.h>
#include "slad/base/utf8.h"
#include "special.h"

/* To the first special byte, or the end; *high becomes non-zero when a byte before it is not ASCII. */
static inline const char *plain_run(const char *p, const char *end, uint64_t *high) {
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1F);
    for (; end - p >= 16; p += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i stops = _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        stops = _mm_or_si128(stops, _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes)); /* at most 0x1F */
        unsigned special = (unsigned)_mm_movemask_epi8(stops), not_ascii = (unsigned)_mm_movemask_epi8(bytes);
        if (special) {
            *high |= not_ascii & ((special & -special) - 1);
            return p + __builtin_ctz(special);
        }
        *high |= not_ascii;
    }
#endif
    for (; end - p >= 8; p += 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        word = le64toh(word); /* the first byte lowest */
        uint64_t special = special_bytes(word);
        if (special) {
            uint64_t first = special & -special;
            *high |= word & HIGH_BITS & (first - 1);
            return p + __builtin_ctzll(special) / 8;
        }
        *high |= word & HIGH_BITS;
    }
    for (; p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; p++)
        *high |= (unsigned char)*p & 0x80u;
    return p;
}

/* Four hexadecimal digits at p; -1 when they are not. */
static int32_t hex4(const char *p, const char *end) {
    int32_t code = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return -1;
        code = code * 16 + digit;
    }
    return code;
}

static size_t put_utf8(char *out, uint32_t code) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(lead[more] | code >> 6 * more);
    for (size_t i = 1; i <= more; i++) out[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3F));
    return more + 1;
}

/* \uXXXX, or two of them for a character beyond U+FFFF; scan->p is past the u. */
static int unescape_unicode(struct scan *scan) {
    const char *escape = scan->p - 2;
    int32_t code = hex4(scan->p, scan->end);
    if (code < 0) return scan_fail_at(scan, escape, "\\u is not followed by four hexadecimal digits");
    if (code == 0) return scan_fail_at(scan, escape, "a NUL in a string");
    scan->p += 4;
    if (code >= 0xD800 && code <= 0xDFFF) {
        int32_t low = -1;
        if (code < 0xDC00 && scan->end - scan->p >= 6 && scan->p[0] == '\\' && scan->p[1] == 'u')
            low = hex4(scan->p + 2, scan->end);
        if (low < 0xDC00 || low > 0xDFFF) return scan_fail_at(scan, escape, "a lone surrogate in a string");
        scan->p += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    scan->used += put_utf8(scan->scratch + scan->used, (uint32_t)code);
    return 0;
}

/* scan->p is at the backslash. */
static int unescape_one(struct scan *scan) {
    char plain;
    switch (scan->end - scan->p < 2 ? '\0' : scan->p[1]) {
    case '"': plain = '"'; break;
    case '\\': plain = '\\'; break;
    case '/': plain = '/'; break;
    case 'b': plain = '\b'; break;
    case 'f': plain = '\f'; break;
    case 'n': plain = '\n'; break;
    case 'r': plain = '\r'; break;
    case 't': plain = '\t'; break;
    case 'u': scan->p += 2; return unescape_unicode(scan);
    default: return scan_fail_at(scan, scan->p, "an unknown escape");
    }
    scan->p += 2;
    scan->scratch[scan->used++] = plain;
    return 0;
}

/* The rest of a string of which the run from `run` to scan->p is plain. */
static int unescape(struct scan *scan, const char *run, uint64_t *high, struct span *out) {
    size_t from = scan->used;
    for (;;) {
        size_t plain = (size_t)(scan->p - run);
        memcpy(scan->scratch + scan->used, run, plain);
        scan->used += plain;
        if (scan->p == scan->end) return scan_fail_at(scan, scan->p, "a string has no end");
        if (*scan->p == '"') break;
        if (*scan->p != '\\') return scan_fail_at(scan, scan->p, "a control character in a string");
        int rc = unescape_one(scan);
        if (rc < 0) return rc;
        run = scan->p;
        scan->p = plain_run(run, scan->end, high);
    }
    *out = (struct span){scan->scratch + from, scan->used - from};
    return 0;
}

int scan_string(struct scan *scan, struct span *out) {
    const char *open = ++scan->p;
    uint64_t high = 0;
    scan->p = plain_run(open, scan->end, &high);
    struct span text = {open, (size_t)(scan->p - open)};
    if (scan->p == scan->end || *scan->p != '"') {
        int rc = unescape(scan, open, &high, &text);
        if (rc < 0) return rc;
    }
    if (high && !utf8_valid((struct span){open, (size_t)(scan->p - open)}))
        return scan_fail_at(scan, open, "a string that is not UTF-8");
    scan->p++;
    *out = text;
    return 0;
}

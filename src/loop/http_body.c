#include "http_body.h"

/* A chunk's extensions and the trailer mean nothing to us: a peer that sends more of them than this plays
 * games. */
#define EXTRA_BYTES_MAX (16 * 1024)
/* Hexadecimal digits of a chunk's size: 4 GiB, beyond every limit on a body. */
#define SIZE_DIGITS_MAX 8

static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static void size_line_ended(struct http_body *body) {
    body->place = body->left ? CHUNK_DATA : CHUNK_TRAILER;
    body->digits = body->line_bytes = body->extra_bytes = 0;
}

static int take_size(struct http_body *body, char c) {
    int digit = hex(c);
    if (digit >= 0) {
        if (++body->digits > SIZE_DIGITS_MAX) return -1;
        body->left = body->left << 4 | (uint64_t)digit;
        return 0;
    }
    if (body->digits == 0) return -1;
    if (c == '\n')
        size_line_ended(body);
    else if (c == ';' || c == '\r' || c == ' ' || c == '\t')
        body->place = CHUNK_EXTENSION;
    else
        return -1;
    return 0;
}

static int take_extra(struct http_body *body, char c) {
    if (++body->extra_bytes > EXTRA_BYTES_MAX) return -1;
    if (body->place == CHUNK_EXTENSION) {
        if (c == '\n') size_line_ended(body);
    } else if (c == '\n') {
        body->done = body->line_bytes == 0;
        body->line_bytes = 0;
    } else if (c != '\r') {
        body->line_bytes++;
    }
    return 0;
}

/* One byte of what is around the data of chunks. */
static int take_framing(struct http_body *body, char c) {
    switch (body->place) {
    case CHUNK_SIZE: return take_size(body, c);
    case CHUNK_END:
        if (c == '\n') body->place = CHUNK_SIZE;
        return c == '\n' || c == '\r' ? 0 : -1;
    default: return take_extra(body, c);
    }
}

static struct span take_data(struct http_body *body, struct span *data) {
    struct span piece = *data;
    if (body->framing != HTTP_UNTIL_CLOSE) {
        if (piece.n > body->left) piece.n = (size_t)body->left;
        body->left -= piece.n;
    }
    data->p += piece.n;
    data->n -= piece.n;
    return piece;
}

int http_body_take(struct http_body *body, struct span *data, struct span *piece) {
    *piece = (struct span){NULL, 0};
    if (body->framing != HTTP_CHUNKED) {
        if (body->framing != HTTP_NO_BODY) *piece = take_data(body, data);
        body->done = body->framing == HTTP_NO_BODY || (body->framing == HTTP_LENGTH && body->left == 0);
        return 0;
    }
    while (data->n && !body->done && body->place != CHUNK_DATA) {
        if (take_framing(body, data->p[0]) != 0) return -1;
        data->p++;
        data->n--;
    }
    if (body->place == CHUNK_DATA && data->n) {
        *piece = take_data(body, data);
        if (body->left == 0) body->place = CHUNK_END;
    }
    return 0;
}

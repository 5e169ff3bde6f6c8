#include "published.h"

#include "slad/store/later.h"

#define PREFIX "published_"

int published_set(struct store *store, const struct published *published, struct err *err) {
    int code = later_meta(store, PREFIX "at", published->at_ms, err);
    if (!code) code = later_meta(store, PREFIX "held", published->held_ms, err);
    if (!code) code = later_meta(store, PREFIX "seq", published->through_seq, err);
    if (!code) code = later_meta(store, PREFIX "version", published->version, err);
    return code ? code : later_meta(store, PREFIX "whole", published->is_whole, err);
}

int published_get(struct store *store, struct published *out, struct err *err) {
    struct published got;
    int64_t is_whole = 0;
    int code = store_meta_get(store, PREFIX "at", &got.at_ms, err);
    if (!code) code = store_meta_get(store, PREFIX "held", &got.held_ms, err);
    if (!code) code = store_meta_get(store, PREFIX "seq", &got.through_seq, err);
    if (!code) code = store_meta_get(store, PREFIX "version", &got.version, err);
    if (!code) code = store_meta_get(store, PREFIX "whole", &is_whole, err);
    if (code) return code;
    got.is_whole = is_whole;
    *out = got;
    return 0;
}

int published_let_go(struct store *store, struct err *err) {
    return store_meta_set(store, PREFIX "whole", false, err);
}

int published_back(struct store *store, int64_t at_ms, struct err *err) {
    int code = series_cut(store, at_ms, err);
    return code ? code : store_meta_drop(store, PREFIX, err);
}

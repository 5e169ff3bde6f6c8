/* rotated: what the files of a rotation are called.
 * Owns: nothing.
 * Must not know: folders, which files there are. */
#ifndef SLAD_INGEST_ROTATED_H
#define SLAD_INGEST_ROTATED_H

enum rotated_kind {
    ROTATED_NOT,
    ROTATED_PLAIN,
    ROTATED_COMPRESSED,
};
/* Whether a file of this name, in the same folder, may be an earlier one of `base`. With base "calls.log":
 *
 *     calls.log.1  calls.log-20260301  calls.log.2026-03-01T09:00:00  calls.log_3  calls.log.old
 *     calls.1.log  calls-20260301.log  calls_2026-03-01.log      (a plain number only after a ".")
 *
 * and each of them with .gz, .bz2, .xz, .zst, .lz4, .lzma, .Z or .zip after it. */
enum rotated_kind rotated_name(const char *base, const char *name);

#endif

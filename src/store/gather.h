/* gather: SQLite's default file system, but that a transaction's frames of the write-ahead log are handed to the kernel many
 * at a time.
 * Owns: the name it is known to SQLite by; a buffer for each log that is written.
 * Must not know: what is written, and by which connection. */
#ifndef SLAD_STORE_GATHER_H
#define SLAD_STORE_GATHER_H

/* What sqlite3_open_v2() takes. Made known to SQLite at the first call, on top of what is its default by then; not from
 * several threads. */
const char *gather_vfs(void);

#endif

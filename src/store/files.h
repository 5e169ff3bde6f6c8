/* files: the database's file before SQLite opens it, and the names beside it.
 * Owns: nothing.
 * Must not know: what is in the database. */
#ifndef SLAD_STORE_FILES_H
#define SLAD_STORE_FILES_H

#include <stdint.h>
#include "slad/base/err.h"

/* Says which system call failed why ("cannot DOING PATH: …"). Returns the code. */
int files_fail(const char *doing, const char *path, int reason, struct err *err);
/* "<path><suffix>"; free() it. */
char *files_beside(const char *path, const char *suffix);
/* Makes the folder of `path`, and those above it, when missing (0750). */
int files_make_folder(const char *path, struct err *err) WARN_UNUSED;
/* Makes the file (0640) when missing, and checks that it is empty or begins as a SQLite database does; *bytes
 * is its size. Must not be called while SQLite has it open: closing it would drop SQLite's POSIX locks. */
int files_check_database(const char *path, uint64_t *bytes, struct err *err) WARN_UNUSED;
/* The size of a file, 0 when it is not there. */
uint64_t files_bytes(const char *path);

#endif

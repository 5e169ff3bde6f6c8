/* reader: a small database in memory, made by a service, and everything that can be asked of one.
 * Owns: a folder under /dev/shm with the configuration and an empty file by the database's name.
 * Must not know: what is wrong with the database. */
#ifndef TESTS_FUZZ_READER_H
#define TESTS_FUZZ_READER_H

#include "slad/service/service.h"
#include "slad/service/view.h"

/* The bytes of a database with events, breaches, levels, figures, versions. Borrowed. */
struct span reader_image(void);
/* Opens a service on these bytes as the database. As service_open(). */
int reader_open(struct span image, bool is_checked, struct service **out, struct err *err) WARN_UNUSED;
/* Asks every view this. */
void reader_ask(struct service *service, const struct view_query *query, struct span contact);

#endif

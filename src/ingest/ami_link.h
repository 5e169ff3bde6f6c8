/* ami_link: the connection to an Asterisk's manager interface, made again whenever it breaks
 * (docs/ASTERISK.md). Owns: the connection, what it has told and is not yet on disk, the record of when it
 * was down. Must not know: what an event means. */
#ifndef SLAD_INGEST_AMI_LINK_H
#define SLAD_INGEST_AMI_LINK_H

#include "ingest/batch.h"
#include "slad/wire/write.h"

struct ami_link;

/* Connects once the loop turns; the endpoint is borrowed. */
struct ami_link *ami_link_open(struct batch *batch, const struct endpoint *endpoint);
void ami_link_close(struct ami_link *link); /* NULL is fine */
/* The batch's go_on(). */
void ami_link_go_on(struct ami_link *link);
/* The batch is lost. */
void ami_link_lost(struct ami_link *link);
void ami_link_status(const struct ami_link *link, struct json_writer *w);

#endif

/* json_fields: the scalars of a JSON object, by name or dotted path, into a mapper (RFC 8259; docs/INPUTS.md,
 * Fields).
 * Owns: the text of strings with escapes, until the next record.
 * Must not know: what a field means. */
#ifndef SLAD_WIRE_JSON_FIELDS_H
#define SLAD_WIRE_JSON_FIELDS_H

#include "mapper.h"

struct json_fields;
/* `inside` names an object whose members are kept as those beside it are; NULL: none. Both are borrowed. */
struct json_fields *json_fields_new(struct mapper *mapper, const char *inside);
void json_fields_free(struct json_fields *fields);
/* 0; 1: nothing but white space; ERR_INVALID, ERR_LIMIT, as line_read(). Of arrays nothing is taken. */
int json_fields_read(struct json_fields *fields, struct span record, struct err *err) WARN_UNUSED;

#endif

/* yaml_core: what kind of thing a scalar is, by YAML 1.2's core schema (docs/STANDARDS.md, "YAML").
 * Owns: nothing.
 * Must not know: keys, messages. */
#ifndef SLAD_CONF_YAML_CORE_H
#define SLAD_CONF_YAML_CORE_H

#include "conf/yaml_tree.h"

/* Infinity and NaN (.inf, .nan) are text here: nothing could be done with them. */
enum core_kind { CORE_NULL, CORE_BOOL, CORE_NUMBER, CORE_TEXT };

enum core_kind core_kind(const struct node *scalar);
/* Of a CORE_BOOL. */
bool core_truth(const struct node *scalar);
/* Of a CORE_NUMBER: decimal, 0o17, 0x1F, 1.5e3. ERR_INVALID when it is beyond a double's range. */
int core_number(const struct node *scalar, double *out) WARN_UNUSED;
/* Of a CORE_NUMBER: a whole number written in decimal. ERR_INVALID for any other and beyond int64_t. */
int core_whole(const struct node *scalar, int64_t *out) WARN_UNUSED;

#endif

/* satisfy: whether any value at all fits what patterns ask of an attribute.
 * Owns: nothing.
 * Must not know: YAML, messages. */
#ifndef SLAD_CONF_SATISFY_H
#define SLAD_CONF_SATISFY_H

#include "slad/model/pattern.h"

/* False only when it is certain that no value fits both; b may be NULL. An absent attribute is a value, too.
 */
bool satisfy_both(const struct pattern *a, const struct pattern *b);
/* Whether an absent attribute fits. */
bool satisfy_absent(const struct pattern *pattern);

#endif

/* view_past: what a change of standards has to tell the questions about the past.
 * Owns: nothing.
 * Must not know: the change. */
#ifndef SLAD_SERVICE_VIEW_PAST_H
#define SLAD_SERVICE_VIEW_PAST_H

#include "slad/service/view.h"

/* The rules that questions under way were built on are about to be freed: they end with ERR_IN_USE. To be called before
 * config_free() of a configuration that was in force. */
void view_past_standards_change(struct service *service);

#endif

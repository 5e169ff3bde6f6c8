/* zone_names: which time zones the system's zone data knows, by name.
 * Owns: nothing; reads the files when asked.
 * Must not know: what a zone's time is. */
#ifndef SLAD_MODEL_ZONE_NAMES_H
#define SLAD_MODEL_ZONE_NAMES_H

#include "slad/base/buf.h"

/* 0 when the zone data has a zone of exactly this name, else ERR_NOT_FOUND with the nearest known name. */
int zone_names_check(const char *name, struct err *err) WARN_UNUSED;

#endif

/* view_warnings: the shape in which a recorded warning is shown, wherever it is.
 * Owns: nothing; what is written with is that of breaches.
 * Must not know: which warnings are asked for. */
#ifndef SLAD_SERVICE_VIEW_WARNINGS_H
#define SLAD_SERVICE_VIEW_WARNINGS_H

#include "service/view_breaches.h"
#include "slad/store/warnings.h"

/* A warning_visit: adds the record as one object. writing: struct breach_writing. */
void warning_write(void *writing, const struct warning_record *record);

#endif

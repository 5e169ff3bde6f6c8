/* A configuration of one file. Holds that one without an error can be checked again, and that a wrong one is told why. */
#include <stdlib.h>
#include "slad/conf/config.h"
#include "slad/model/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct config_text text = {"fuzz.yaml", {(const char *)data, size}};
    struct config *config = NULL, *edited = NULL;
    struct findings findings = {0};
    int code = config_load_texts(&text, 1, &config, &findings);
    if (code && !findings_errors(&findings)) abort();
    if (!code && findings_errors(&findings)) abort();
    findings_fini(&findings);
    if (code) return 0;
    findings = (struct findings){0};
    if (config_load_edit(config, &text, 1, &edited, &findings) == 0) config_free(edited);
    findings_fini(&findings);
    config_free(config);
    return 0;
}

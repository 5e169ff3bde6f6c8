#include "ingest/head.h"

#include <errno.h>
#include <unistd.h>
#include "slad/wire/lines.h"

int head_tell(struct translator *translator, const struct format *format, int fd, char *scratch,
    size_t scratch_bytes, struct err *err) {
    struct span data = {scratch, 0}, record;
    struct translation dropped;
    struct err said; /* what is wrong with it was said when it came, and is said of each record after it */
    bool skipping = false;
    if (!translator_needs_head(translator)) return 0;
    ssize_t got = pread(fd, scratch, scratch_bytes, 0);
    if (got < 0) return err_set(err, ERR_IO, "%s", strerror(errno));
    data.n = (size_t)got;
    while (translator_needs_head(translator) &&
           lines_cut(format_framing(format), &skipping, &data, &record) == CUT_LINE)
        (void)!translate(translator, record, &dropped, &said);
    return 0;
}

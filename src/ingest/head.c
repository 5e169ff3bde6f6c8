#include "ingest/head.h"

#include <errno.h>
#include <unistd.h>
#include "slad/wire/lines.h"

int head_tell(struct translator *translator, const struct format *format, int fd, char *scratch,
    size_t scratch_bytes, struct err *said, struct err *err) {
    struct span data = {scratch, 0}, record;
    struct translation dropped;
    bool skipping = false;
    if (!translator_needs_head(translator)) return 0;
    ssize_t got = pread(fd, scratch, scratch_bytes, 0);
    if (got < 0) return err_set(err, ERR_IO, "%s", strerror(errno));
    data.n = (size_t)got;
    size_t mark = head_mark(data);
    data = (struct span){data.p + mark, data.n - mark};
    while (translator_needs_head(translator) &&
           lines_cut(format_framing(format), &skipping, &data, &record) == CUT_LINE)
        if (translate(translator, record, &dropped, said) == 0) said->code = 0;
    return 0;
}

size_t head_mark(struct span data) {
    return data.n >= 3 && memcmp(data.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

#include "database.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "ask.h"
#include "slad/base/mem.h"

void database_complain(const struct err *err) {
    struct buf trouble = {0};
    complain(&trouble, "%s", err->text);
    fputs(buf_text(&trouble), stderr);
    buf_fini(&trouble);
}

int database_find(const struct options *options, const char *named, char **out) {
    if (named && access(named, R_OK) != 0) {
        struct err err;
        err_set(&err, ERR_IO, "cannot read the database %s: %s", named, strerror(errno));
        database_complain(&err);
        return EXIT_ANSWER;
    }
    if (named) return *out = mem_dup_text(span_of(named)), EXIT_FINE;
    struct answer status = {0};
    struct buf trouble = {0};
    int code = ask_quietly(options, &(struct question){.target = "/v1/status"}, &status, &trouble);
    const char *path = code == EXIT_FINE ? json_text(json_get(json_get(status.json, "database"), "path")) : NULL;
    if (path) *out = mem_dup_text(span_of(path));
    else complain(&trouble, "name the database after the file, as the daemon does not say which it is");
    fputs(buf_text(&trouble), stderr);
    answer_fini(&status);
    buf_fini(&trouble);
    return path ? EXIT_FINE : code ? code : EXIT_ANSWER;
}

/* slactl backup: a checked copy of the database, while the daemon runs. It is read here and not by the daemon, which has
 * no time to stand still for it; who may read the file may copy it. */
#include <stdio.h>
#include <stdlib.h>
#include "database.h"
#include "slad/store/backup.h"

int command_backup(const struct options *options) {
    struct backup backup;
    struct err err;
    char *database = NULL;
    int code = database_find(options, options->word_count > 2 ? options->words[2] : NULL, &database);
    if (code) return code;
    if (backup_take(database, options->words[1], &backup, &err)) {
        database_complain(&err);
        code = EXIT_ANSWER;
    } else if (option_given(options, OPTION_JSON)) {
        printf("{\"events\": %lld, \"breaches\": %lld, \"bytes\": %lld}\n", (long long)backup.events,
            (long long)backup.breaches, (long long)(backup.pages * backup.page_bytes));
    } else {
        printf("%s: %lld events, %lld breaches, %lld bytes; checked, nothing is wrong with it\n", options->words[1],
            (long long)backup.events, (long long)backup.breaches, (long long)(backup.pages * backup.page_bytes));
    }
    free(database);
    return code;
}

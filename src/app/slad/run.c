/* slad: the daemon in the foreground. */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>
#include "app/both/say.h"
#include "commands.h"
#include "daemon.h"
#include "slad/base/clock.h"
#include "slad/base/log.h"
#include "slad/base/span.h"
#include "slad/conf/paths.h"
#include "slad/store/image_file.h"

struct arguments {
    const char *config;
    const char *clock;
    bool debug, repair;
};

/* 0, or -1 when it was said what is wrong. */
static int parse(int argc, char **argv, struct arguments *out) {
    static const struct option options[] = {{"config", required_argument, NULL, 'c'},
        {"clock", required_argument, NULL, 'k'}, {"debug", no_argument, NULL, 'd'}, {"repair", no_argument, NULL, 'r'}, {0}};
    struct arguments a = {.config = config_default_file()};
    for (int c; (c = getopt_long(argc, argv, "c:d", options, NULL)) != -1;) {
        if (c == 'c') a.config = optarg;
        else if (c == 'k') a.clock = optarg;
        else if (c == 'd') a.debug = true;
        else if (c == 'r') a.repair = true;
        else return fputs("slad --help says what there is\n", stderr), -1;
    }
    if (optind < argc) return fprintf(stderr, "slad: \"%s\" is one argument too many\n", argv[optind]), -1;
    *out = a;
    return 0;
}

/* A standard stream that we were started without must not come to be the database, or a socket that the log is then
 * written to. */
static void hold_standard_streams(void) {
    for (int fd = open("/dev/null", O_RDWR); fd >= 0; fd = open("/dev/null", O_RDWR))
        if (fd > STDERR_FILENO) {
            close(fd);
            return;
        }
}

/* Hash keys that nobody outside can guess: those by which the engine of the last stop was kept, or new ones. */
static void seed_hashes(const char *database) {
    uint64_t seed;
    if (image_file_seed(database, &seed) == 0 || getrandom(&seed, sizeof seed, 0) == sizeof seed) span_hash_seed(seed);
}

/* As many descriptors as we may have. */
static void prepare_process(void) {
    hold_standard_streams();
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

int command_run(int argc, char **argv) {
    struct arguments arguments;
    struct err err = {0};
    if (parse(argc, argv, &arguments)) return EXIT_USAGE;
    if (arguments.debug) log_set_level(LOG_DEBUG);
    prepare_process();
    if (arguments.clock && clock_use_file(arguments.clock, &err)) {
        fprintf(stderr, "slad: %s\n", err.text);
        return EXIT_WRONG;
    }
    struct config *config = say_load(arguments.config);
    if (!config) {
        fputs("slad: the configuration has errors, not starting\n", stderr);
        return EXIT_WRONG;
    }
    if (arguments.repair) {
        int repaired = repair_database(config->database);
        config_free(config);
        return repaired;
    }
    struct daemon *daemon = NULL;
    seed_hashes(config->database);
    int code = daemon_open(config, &daemon, &err);
    if (!code) code = daemon_run(daemon, &err);
    daemon_close(daemon);
    if (code < 0)
        log_error("stopped", "error=%s%s", LOG_TEXT(span_of(err.text)),
            code == ERR_CORRUPT ? " next=\"restore a backup, or try slad --repair\"" : "");
    return code < 0 ? EXIT_WRONG : EXIT_DONE;
}

#include "commands.h"

int command_run(int argc, char **argv) {
    (void)argc;
    (void)argv;
    return EXIT_USAGE;
}

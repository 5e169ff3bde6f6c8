#include "slad/conf/paths.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "slad/base/buf.h"

/* A variable that holds an absolute path, as the XDG rules have it; NULL otherwise. */
static const char *folder_in(const char *variable) {
    const char *folder = getenv(variable);
    return folder && folder[0] == '/' ? folder : NULL;
}

/* systemd separates several folders with colons; ours is the first. */
static void add_first_folder(struct buf *path, const char *folders) {
    buf_add(path, folders, strcspn(folders, ":"));
}

static char *runtime_path(const char *name) {
    struct buf path = {0};
    const char *folder;
    if ((folder = folder_in("RUNTIME_DIRECTORY")))
        add_first_folder(&path, folder);
    else if (geteuid() == 0)
        buf_add_text(&path, "/run/slad");
    else if ((folder = folder_in("XDG_RUNTIME_DIR")))
        buf_printf(&path, "%s/slad", folder);
    else
        buf_printf(&path, "/tmp/slad-%lu", (unsigned long)geteuid());
    buf_printf(&path, "/%s", name);
    return path.data;
}

char *config_default_socket(void) {
    return runtime_path("slad.sock");
}

char *config_default_events_socket(void) {
    return runtime_path("events.sock");
}

char *config_default_database(void) {
    struct buf path = {0};
    const char *folder;
    if ((folder = folder_in("STATE_DIRECTORY")))
        add_first_folder(&path, folder);
    else if (geteuid() == 0)
        buf_add_text(&path, "/var/lib/slad");
    else if ((folder = folder_in("XDG_STATE_HOME")))
        buf_printf(&path, "%s/slad", folder);
    else if ((folder = folder_in("HOME")))
        buf_printf(&path, "%s/.local/state/slad", folder);
    else
        buf_printf(&path, "/tmp/slad-%lu", (unsigned long)geteuid());
    buf_add_text(&path, "/slad.db");
    return path.data;
}

const char *config_default_file(void) {
    return "/etc/slad/slad.yaml";
}

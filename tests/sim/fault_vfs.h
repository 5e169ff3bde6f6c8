/* fault_vfs: SQLite's file system on the disk of disk.h, the default one of this process.
 * Owns: nothing; the disk has the files.
 * Must not know: what is stored. */
#ifndef TESTS_SIM_FAULT_VFS_H
#define TESTS_SIM_FAULT_VFS_H

#include <stdint.h>

void fault_vfs_register(void);
/* What SQLite takes for the wall clock. */
void fault_vfs_set_clock(int64_t now_ms);

#endif

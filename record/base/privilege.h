/* What this process may do, and the commands that give it what it lacks (for limits and causes). Tried as
 * user nobody: with these capabilities everything is recorded; a low perf_event_paranoid alone leaves
 * tracepoints and other users' mappings out. No state, any thread. */
#ifndef HT_RECORD_BASE_PRIVILEGE_H
#define HT_RECORD_BASE_PRIVILEGE_H

#include "schema/status.h"

#define HT_MEND_CAPABILITIES                                                                                 \
    "sudo setcap cap_perfmon,cap_sys_ptrace,cap_syslog,cap_dac_read_search=ep $(command -v hitm-record)"
/* Of root that lacks capabilities, and under a seccomp filter. */
#define HT_MEND_CONTAINER                                                                                    \
    "start the container with --cap-add=PERFMON --cap-add=SYSLOG --cap-add=SYS_PTRACE (docker, podman), or " \
    "record on the host"
#define HT_MEND_PRIVILEGE "run it with sudo, or once: " HT_MEND_CAPABILITIES

int ht_has_capability(int capability); /* CAP_..., in force now */

/* Gives up what the file's capabilities gave to an ordinary user; root stays what it is. For --sysroot: files
 * that the user names may be read with the user's own rights only. */
enum ht_status ht_drop_file_capabilities(struct ht_cause *cause);

#endif

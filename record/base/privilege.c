#include "record/base/privilege.h"

#include <sys/capability.h>
#include <unistd.h>

int ht_has_capability(int capability) {
    cap_flag_value_t set = CAP_CLEAR;
    cap_t caps = cap_get_proc();
    if (caps == NULL || cap_get_flag(caps, capability, CAP_EFFECTIVE, &set) != 0)
        set = CAP_CLEAR;
    cap_free(caps);
    return set == CAP_SET;
}

enum ht_status ht_drop_file_capabilities(struct ht_cause *cause) {
    if (getuid() == 0)
        return HT_OK;
    cap_t none = cap_init();
    enum ht_status status = HT_OK;
    if (none == NULL || cap_set_proc(none) != 0)
        status = ht_fail_errno(cause, "cannot give up capabilities for --sysroot");
    cap_free(none);
    return status;
}

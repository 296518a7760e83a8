#include "record/events/refusals.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "record/base/privilege.h"
#include "record/events/denial.h"

#define MEND_FILES "raise the limit of open files: ulimit -n, or LimitNOFILE= of the service"

int ht_refusal_is_denied(int error) {
    return error == EACCES || error == EPERM;
}

const char *ht_refusal_mend(int error) {
    return ht_refusal_is_denied(error) ? HT_MEND_PRIVILEGE
           : error == EMFILE           ? MEND_FILES
           : error == ENFILE           ? "sudo sysctl fs.file-max=9223372036854775807"
           : error == EBUSY            ? "end what holds it: hitm-record --doctor lists other perf users"
                                       : "";
}

void ht_refusals_say(const struct ht_plan *plan, struct ht_limits *limits) {
    uint64_t said = 0;
    for (unsigned i = 0; i < plan->events; i++) {
        int error = plan->event[i].error;
        uint64_t which = 0, refused = 0;
        char list[1024];
        if (error == 0 || said >> i & 1)
            continue;
        for (unsigned e = i; e < plan->events; e++) {
            if (plan->event[e].error != error)
                continue;
            said |= 1ull << e;
            which |= 1ull << (plan->event[e].source - ht_sources);
            refused += plan->event[e].refused;
        }
        ht_sources_list(which, 0, list, sizeof list);
        ht_limits_add(limits, refused, (which & (which - 1)) == 0 ? plan->event[i].source->name : "events",
                      ht_refusal_mend(error), "no %s: perf_event_open says %s", list, strerror(error));
    }
}

enum ht_status ht_refused_all(enum ht_refused what, int error, struct ht_cause *cause) {
    struct ht_denial denial;
    const char *mend = ht_refusal_mend(error);
    if (error == ESRCH)
        return ht_fail(cause, HT_GONE, "the target ended before it could be recorded");
    if (error == ENOSYS || error == ENOENT || error == EOPNOTSUPP)
        return ht_fail(cause, HT_UNSUPPORTED,
                       "this kernel has no perf events (%s): it needs CONFIG_PERF_EVENTS=y", strerror(error));
    if (!ht_refusal_is_denied(error))
        return ht_fail(cause, HT_SYSTEM, "no event could be opened: %s%s%s", strerror(error),
                       *mend != '\0' ? ": " : "", mend);
    ht_denial_gather(what, error, &denial);
    return ht_denial_say(&denial, cause);
}

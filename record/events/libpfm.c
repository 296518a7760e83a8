#include "record/events/libpfm.h"

#include <stdlib.h>
#include <string.h>

/* Brings its own perf_event.h: nothing here may include the kernel's. */
#include <perfmon/pfmlib.h>
#include <perfmon/pfmlib_perf_event.h>

static int is_open;

/* Sets a variable for as long as the library reads its environment; 1 where it was not set before. */
static int lend(const char *name, const char *value) {
    return getenv(name) == NULL && setenv(name, value, 1) == 0;
}

static void take_back(const char *name, int lent) {
    if (lent)
        (void)unsetenv(name);
}

/* Events of CPUs that are not this one are wanted too: the family is read under a sysroot, and Emerald Rapids
 * may have no table of its own. Its PMU "perf" would read the number of every tracepoint. */
static enum ht_status open_library(struct ht_cause *cause) {
    int inactive = getenv("LIBPFM_FORCE_PMU") == NULL && lend("LIBPFM_ENCODE_INACTIVE", "1");
    int disabled = lend("LIBPFM_DISABLED_PMUS", "perf");
    int result = pfm_initialize();
    take_back("LIBPFM_ENCODE_INACTIVE", inactive);
    take_back("LIBPFM_DISABLED_PMUS", disabled);
    if (result != PFM_SUCCESS)
        return ht_fail(cause, HT_NOT_FOUND, "libpfm4: %s", pfm_strerror(result));
    is_open = 1;
    return HT_OK;
}

enum ht_status ht_libpfm_encode(const char *event, struct ht_pmu_code *code, struct ht_cause *cause) {
    struct perf_event_attr attr;
    pfm_perf_encode_arg_t argument;
    memset(code, 0, sizeof *code);
    if (!is_open) {
        enum ht_status status = open_library(cause);
        if (status != HT_OK)
            return status;
    }
    memset(&attr, 0, sizeof attr);
    attr.size = sizeof attr;
    memset(&argument, 0, sizeof argument);
    argument.attr = &attr;
    argument.size = sizeof argument;
    int result = pfm_get_os_event_encoding(event, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT, &argument);
    if (result != PFM_SUCCESS)
        return ht_fail(cause, HT_NOT_FOUND, "libpfm4: %s: %s", event, pfm_strerror(result));
    code->word[0] = attr.config;
    code->word[1] = attr.config1;
    code->word[2] = attr.config2;
    return HT_OK;
}

void ht_libpfm_close(void) {
    if (is_open)
        pfm_terminate();
    is_open = 0;
}

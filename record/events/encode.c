#include "record/events/encode.h"

#include <stdio.h>
#include <string.h>

#include "record/events/libpfm.h"

#define MOST_LATENCY  0xffff /* MSR_PEBS_LD_LAT_THRESHOLD */
#define LEAST_LATENCY 3      /* the hardware counts from there */

static unsigned latency(const struct ht_encode *how) {
    return how->least_cycles < LEAST_LATENCY  ? LEAST_LATENCY
           : how->least_cycles > MOST_LATENCY ? MOST_LATENCY
                                              : how->least_cycles;
}

/* Sysfs may hold codes for fields that other machines lack; libpfm4 and the table are made for other kernels
 * than this. */
static int fits(const struct ht_encode *how, const struct ht_pmu_code *code) {
    struct ht_pmu_code bits;
    ht_pmu_fields(how->root, how->pmu, &bits);
    for (unsigned i = 0; i < HT_PMU_WORDS; i++)
        if (code->word[i] & ~bits.word[i])
            return 0;
    return 1;
}

static int from_sysfs(const struct ht_encode *how, const struct ht_event_code *row,
                      struct ht_encoded *encoded, struct ht_cause *cause) {
    char terms[256], threshold[32];
    memset(&encoded->code, 0, sizeof encoded->code);
    if (row->sysfs == NULL ||
        ht_pmu_event(how->root, how->pmu, row->sysfs, terms, sizeof terms, NULL) != HT_OK ||
        ht_pmu_terms(how->root, how->pmu, terms, &encoded->code, cause) != HT_OK)
        return 0;
    snprintf(threshold, sizeof threshold, "ldlat=%u", latency(how));
    return !row->threshold || ht_pmu_terms(how->root, how->pmu, threshold, &encoded->code, cause) == HT_OK;
}

static struct ht_pmu_code own_code(const struct ht_encode *how, const struct ht_event_code *row) {
    return (struct ht_pmu_code){{row->config, row->threshold ? latency(how) : row->config1, 0}};
}

static int same(const struct ht_pmu_code *a, const struct ht_pmu_code *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

static int from_libpfm(const struct ht_encode *how, const struct ht_event_code *row,
                       struct ht_encoded *encoded, struct ht_cause *cause) {
    (void)cause;
    struct ht_pmu_code own = own_code(how, row);
    struct ht_pmu_code wrong = {{row->wrong_config, row->wrong_config1, 0}};
    char event[160], threshold[32] = "";
    if (row->libpfm == NULL || how->family->libpfm == NULL)
        return 0;
    if (row->threshold)
        snprintf(threshold, sizeof threshold, ":ldlat=%u", latency(how));
    snprintf(event, sizeof event, "%s::%s%s", how->family->libpfm, row->libpfm, threshold);
    if (ht_libpfm_encode(event, &encoded->code, NULL) != HT_OK)
        return 0;
    encoded->corrected = row->wrong_config != 0 && same(&encoded->code, &wrong);
    encoded->differs = !encoded->corrected && row->config != 0 && !same(&encoded->code, &own);
    return !encoded->corrected;
}

/* On hybrid CPUs the upper half of the config names the PMU (Linux 5.13). */
static int from_kernel(const struct ht_encode *how, const struct ht_event_code *row,
                       struct ht_encoded *encoded, struct ht_cause *cause) {
    (void)cause;
    int is_hybrid = strncmp(how->pmu->name, "cpu_", 4) == 0;
    if (row->generic == 0)
        return 0;
    encoded->type = PERF_TYPE_HARDWARE;
    memset(&encoded->code, 0, sizeof encoded->code);
    encoded->code.word[0] = (is_hybrid ? (uint64_t)how->pmu->type << 32 : 0) | (row->generic - 1);
    return 1;
}

static int from_table(const struct ht_encode *how, const struct ht_event_code *row,
                      struct ht_encoded *encoded, struct ht_cause *cause) {
    (void)cause;
    encoded->code = own_code(how, row);
    encoded->differs = 0;
    return row->config != 0;
}

/* A PMU without PEBS says so in caps/max_precise; mocks and old kernels say nothing. */
static enum ht_status set_precise(const struct ht_encode *how, const struct ht_event_code *row,
                                  struct ht_encoded *encoded, struct ht_cause *cause) {
    int64_t most = ht_pmu_cap(how->root, how->pmu, "max_precise");
    encoded->precise = row->precise;
    if (row->precise > 0 && most == 0)
        return ht_fail(cause, HT_UNSUPPORTED,
                       "%s takes no precise events (caps/max_precise is 0), as in most virtual machines",
                       how->pmu->name);
    if (most > 0 && most < row->precise)
        encoded->precise = (unsigned)most;
    return HT_OK;
}

enum ht_status ht_encode(const struct ht_encode *how, const struct ht_event_code *row,
                         struct ht_encoded *encoded, struct ht_cause *cause) {
    static const struct {
        enum ht_code_source source;
        int (*get)(const struct ht_encode *, const struct ht_event_code *, struct ht_encoded *,
                   struct ht_cause *); /* cause: it has the event, but cannot say its code */
    } sources[] = {
        {HT_CODE_SYSFS, from_sysfs},
        {HT_CODE_LIBPFM, from_libpfm},
        {HT_CODE_GENERIC, from_kernel},
        {HT_CODE_TABLE, from_table},
    };
    struct ht_cause unread = {""};
    int too_large = 0;
    memset(encoded, 0, sizeof *encoded);
    if (row->name == NULL)
        return ht_fail(cause, HT_NOT_FOUND, "%s", row->none);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        encoded->type = how->pmu->type;
        if (!sources[i].get(how, row, encoded, &unread))
            continue;
        encoded->source = sources[i].source;
        if (sources[i].source == HT_CODE_GENERIC || fits(how, &encoded->code))
            return set_precise(how, row, encoded, cause);
        too_large = 1;
    }
    if (too_large)
        return ht_fail(cause, HT_NOT_FOUND, "%s has no bits for the code of %s", how->pmu->name, row->name);
    if (unread.text[0] != '\0')
        return ht_fail(cause, HT_NOT_FOUND, "the kernel's event %s is not to be used: %.200s", row->sysfs,
                       unread.text);
    if (row->none != NULL)
        return ht_fail(cause, HT_NOT_FOUND, "%s", row->none);
    return ht_fail(cause, HT_NOT_FOUND, "the kernel names no event %s on %s", row->sysfs, how->pmu->name);
}

const char *ht_code_source_name(enum ht_code_source source) {
    static const char *const names[] = {"sysfs", "libpfm4", "kernel", "table"};
    return names[source];
}

/* What the feature sections of a perf.data say about the machine, the events and the recording.
 *
 * Damaged, unknown and unused sections are counted in skips and never stop the import. Owns everything until
 * ht_perf_facts_free. One thread. Layouts: tools/perf/Documentation/perf.data-file-format.txt of Linux, and
 * what perf 6.1 writes. */
#ifndef HT_IMPORT_PERF_FEATURES_H
#define HT_IMPORT_PERF_FEATURES_H

#include "analyze/import/build_ids.h"
#include "analyze/import/perf_attrs.h"
#include "analyze/import/skip.h"
#include "schema/table.h"

#define HT_PERF_CPUS_MAX  65536u
#define HT_PERF_NODES_MAX 4096u
#define HT_PERF_PMUS_MAX  1024u

struct ht_perf_pmu {
    uint32_t type;
    char *name;
};

/* -1 unknown; online: whether a node or core list has it. */
struct ht_perf_cpu {
    int64_t node, socket, die, core, l3;
    uint32_t line_bytes;
    uint8_t online;
};

struct ht_perf_facts {
    /* NULL where the file does not say */
    char *hostname, *kernel, *version, *arch, *cpu_model, *cpuid, *command;
    char **event_name; /* by event; NULL entries where the file does not say */
    uint32_t events;
    struct ht_perf_pmu *pmu;
    uint32_t pmus;
    struct ht_perf_cpu *cpu;
    uint32_t cpus, cpus_online;
    uint64_t listed;                   /* CPUs of all lists so far */
    int lists_seen;                    /* some section said which CPUs are online */
    uint64_t memory_bytes, line_bytes; /* 0 unknown */
    uint64_t sample_first_ns, sample_last_ns;
    uint64_t clock_resolution_ns, clock_realtime_ns, clock_event_ns; /* CLOCKID, CLOCK_DATA; 0 unknown */
    uint32_t clockid;
    struct ht_table node, mem_block, tp_format, condition;
    struct ht_build_ids build_ids;
    int simpleperf; /* written by it: it has sections of its own */
};

/* Begins with nothing known; names have room for the events of attrs. */
enum ht_status ht_perf_facts_start(struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                                   struct ht_cause *cause);

/* Adds what one section says. */
enum ht_status ht_perf_facts_section(struct ht_perf_facts *facts, const struct ht_perf_attrs *attrs,
                                     unsigned bit, struct ht_section *section, struct ht_skips *skips,
                                     struct ht_cause *cause);

/* Starts, and adds all sections of a file. */
enum ht_status ht_perf_facts_read(struct ht_perf_data *data, const struct ht_perf_attrs *attrs,
                                  struct ht_skips *skips, struct ht_perf_facts *facts,
                                  struct ht_cause *cause);
void ht_perf_facts_free(struct ht_perf_facts *facts);

/* Rows of CPU, from what the sections said together. */
enum ht_status ht_perf_facts_cpus(const struct ht_perf_facts *facts, struct ht_table *cpu);

const char *ht_perf_facts_pmu(const struct ht_perf_facts *facts, uint32_t type); /* NULL unknown */

enum ht_status ht_perf_facts_condition(struct ht_perf_facts *facts, const char *name, const char *value);

/* The parts of this module that have files of their own; DAMAGED where the section is not what it should be.
 */
enum ht_status ht_perf_cpu_topology(struct ht_section *section, struct ht_perf_facts *facts);
enum ht_status ht_perf_numa_topology(struct ht_section *section, struct ht_perf_facts *facts);
enum ht_status ht_perf_mem_topology(struct ht_section *section, struct ht_perf_facts *facts);
enum ht_status ht_perf_caches(struct ht_section *section, struct ht_perf_facts *facts);
enum ht_status ht_perf_tracing_data(struct ht_section *section, const struct ht_perf_attrs *attrs,
                                    struct ht_perf_facts *facts);
enum ht_status ht_perf_simple_meta(struct ht_section *section, const struct ht_perf_attrs *attrs,
                                   struct ht_perf_facts *facts);

#endif

/* The conditions a measurement was made under (boot line, NUMA balancing, huge pages, frequency, SMT, perf
 * limits, load, placement of the targets), from one table of files. Read at start and at the end, because a
 * change during the window is itself a finding. A file that a machine lacks leaves no row. One thread. */
#ifndef HT_RECORD_HOST_CONDITIONS_H
#define HT_RECORD_HOST_CONDITIONS_H

#include <sys/types.h>

#include "schema/table.h"

/* Appends rows of this phase (0 start, 1 end) to a CONDITION table: the machine's, and those of each target
 * as process.PID.NAME. Times: cheap files only, a few milliseconds on a large machine. */
enum ht_status ht_conditions_read(const char *root, unsigned phase, const pid_t *target, size_t targets,
                                  struct ht_table *table, struct ht_cause *cause);

/* "model name" of /proc/cpuinfo, or what stands for it on other architectures; empty where nothing does. */
void ht_conditions_cpu_model(const char *root, char *text, size_t size);

#endif

/* Facts about the capture as a whole: the META chunk. Written once at the start (so that a cut capture has
 * them) and once at the end; a later row replaces an earlier one with the same key.
 *
 * Keys written by hitm-record. At start:
 *   tool_version producer            "0.1.0", "hitm-record"
 *   hostname kernel arch cpu_model   uname and /proc/cpuinfo
 *   command_line                     of hitm-record, words separated by blanks
 *   level level_reason               "software"; why no better level was taken
 *   mode                             "cpu-wide" or "per-task" (without privilege)
 *   target target_kind               as people read it; "system", "pid", "cgroup" or "command"
 *   target_cgroup target_cgroup_hierarchy   path as in /proc/PID/cgroup; "v2", or "memory" and the like
 *   target_pids                      numbers with commas; absent for the whole system
 *   recorder_pid                     the recorder's own process: its samples are kept, findings leave it out
 *   pid_namespace                    "initial" or "own" (a container's); absent where /proc does not tell
 *   privileges                       "root", "capabilities: cap_perfmon,..." or "none"
 *   duration_requested_ns            absent where the window has no set length
 *   window_start_ns                  perf clock
 *   start_realtime_ns                CLOCK_REALTIME of the same moment
 *   line_bytes page_bytes cpus_online cpus_recorded
 *   cpulist_recorded                 the CPUs with events, "0-3,8"
 *   ring_bytes round_ns              of each CPU's ring; length of a round
 *   cpu_clock_period_ns              absent where CPUs are not sampled
 *   numa_maps_processes              "8 largest of 143": whose numa_maps are read, where there are no targets
 *   max_overhead                     share of the machine's CPU time, "0" no limit
 * At the end:
 *   window_end_ns end_reason         perf clock; "duration", "interrupt", "command exited" or "target gone"
 *   recorder_cpu_ns                  CPU time of the recorder in the window
 *   recorder_cpu_share               that, as a share of the machine's CPU time in the window
 *   recorder_total_cpu_ns            CPU time of the recorder in all, with set-up and symbols
 *   command_status                   "exit 0" or "signal 9"; absent without a command or while it still runs
 *   node_statistics_read_ns cgroup_statistics_read_ns numa_maps_read_ns   CPU time of those readings;
 *                                  of numa_maps wall time
 *   samples lost                     over all events (lost: exact where COUNTER.lost_known, else at least)
 *   late_rows                        rows older than the ROUND before them
 *   unknown_records malformed_records ignored_records   what the reader threads could not use
 *   foreign_id_samples               page faults that carried the identifier of another perf session */
#ifndef HT_RECORD_META_H
#define HT_RECORD_META_H

#include "schema/capture_write.h"

struct ht_meta {
    struct ht_table table;
    enum ht_status status; /* first failure; put reports it */
};

void ht_meta_init(struct ht_meta *meta);
void ht_meta_set(struct ht_meta *meta, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void ht_meta_set_text(struct ht_meta *meta, const char *key, const char *value); /* of any length */

/* hostname, kernel, arch, cpu_model, privileges: what the machine and our own process say. */
void ht_meta_machine(struct ht_meta *meta, const char *root);

/* Writes the rows as one chunk and forgets them. */
enum ht_status ht_meta_put(struct ht_meta *meta, struct ht_writer *writer, struct ht_encoder *encoder,
                           struct ht_cause *cause);
void ht_meta_free(struct ht_meta *meta);

#endif

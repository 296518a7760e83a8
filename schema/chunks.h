/* The kinds of chunks a capture has, and the columns of each: the one list that the writer, the reader, the
 * recorder and the loader share. schema/CAPTURE.md describes the same list for other programs; a test
 * compares them.
 *
 * A column's number is its position here. Only append: numbers and meanings never change within a format
 * version. Types: U64 unsigned, I64 signed (two's complement in a uint64_t), BYTES (text without NUL, or raw
 * bytes). Codings (how the encoder starts; it takes CONST by itself where all rows agree): DELTA zigzag
 * difference to the row above; PLAIN varint; DICT dictionary while distinct values are few, else DELTA. Times
 * are perf clock nanoseconds unless the name says otherwise. Addresses are bytes. */
#ifndef HT_SCHEMA_CHUNKS_H
#define HT_SCHEMA_CHUNKS_H

/* ---- facts about the capture and the machine ---- */

/* Key/value facts of the capture; a later row replaces an earlier one with the same key. Keys: see
 * CAPTURE.md. */
#define HT_META_COLUMNS(C)                                                                                   \
    C(META, KEY, "key", BYTES, PLAIN)                                                                        \
    C(META, VALUE, "value", BYTES, PLAIN)

/* User's --label K=V. */
#define HT_LABEL_COLUMNS(C)                                                                                  \
    C(LABEL, KEY, "key", BYTES, PLAIN)                                                                       \
    C(LABEL, VALUE, "value", BYTES, PLAIN)

/* A condition of the measurement, read at start (phase 0) and at the end (phase 1). */
#define HT_CONDITION_COLUMNS(C)                                                                              \
    C(CONDITION, PHASE, "phase", U64, PLAIN)                                                                 \
    C(CONDITION, NAME, "name", BYTES, PLAIN)                                                                 \
    C(CONDITION, VALUE, "value", BYTES, PLAIN)

/* Something that could not be recorded: what, why, and the command or setting that would allow it. */
#define HT_LIMIT_COLUMNS(C)                                                                                  \
    C(LIMIT, WHAT, "what", BYTES, PLAIN)                                                                     \
    C(LIMIT, WHY, "why", BYTES, PLAIN)                                                                       \
    C(LIMIT, MEND, "mend", BYTES, PLAIN)                                                                     \
    C(LIMIT, COUNT, "count", U64, PLAIN)

#define HT_NODE_COLUMNS(C)                                                                                   \
    C(NODE, NODE, "node", U64, PLAIN)                                                                        \
    C(NODE, MEMORY, "memory_bytes", U64, PLAIN)                                                              \
    C(NODE, CPULIST, "cpulist", BYTES, PLAIN)

#define HT_NODE_DISTANCE_COLUMNS(C)                                                                          \
    C(NODE_DISTANCE, FROM, "from_node", U64, PLAIN)                                                          \
    C(NODE_DISTANCE, TO, "to_node", U64, PLAIN)                                                              \
    C(NODE_DISTANCE, DISTANCE, "distance", U64, PLAIN)

/* One CPU. -1 where unknown. l3 numbers the last-level caches of the machine from 0. */
#define HT_CPU_COLUMNS(C)                                                                                    \
    C(CPU, CPU, "cpu", U64, PLAIN)                                                                           \
    C(CPU, NODE, "node", I64, PLAIN)                                                                         \
    C(CPU, SOCKET, "socket", I64, PLAIN)                                                                     \
    C(CPU, DIE, "die", I64, PLAIN)                                                                           \
    C(CPU, CORE, "core", I64, PLAIN)                                                                         \
    C(CPU, L3, "l3", I64, PLAIN)                                                                             \
    C(CPU, ONLINE, "online", U64, PLAIN)                                                                     \
    C(CPU, LINE_SIZE, "line_bytes", U64, PLAIN)

/* A range of physical memory and the node that holds it. */
#define HT_MEM_BLOCK_COLUMNS(C)                                                                              \
    C(MEM_BLOCK, START, "start", U64, DELTA)                                                                 \
    C(MEM_BLOCK, BYTES, "bytes", U64, PLAIN)                                                                 \
    C(MEM_BLOCK, NODE, "node", U64, PLAIN)

/* An opened event. kind: enum ht_event_kind. flags: the attr bit field of perf_event_attr as one u64. */
#define HT_EVENT_COLUMNS(C)                                                                                  \
    C(EVENT, EVENT, "event", U64, PLAIN)                                                                     \
    C(EVENT, NAME, "name", BYTES, PLAIN)                                                                     \
    C(EVENT, KIND, "kind", U64, PLAIN)                                                                       \
    C(EVENT, TYPE, "type", U64, PLAIN)                                                                       \
    C(EVENT, CONFIG, "config", U64, PLAIN)                                                                   \
    C(EVENT, CONFIG1, "config1", U64, PLAIN)                                                                 \
    C(EVENT, CONFIG2, "config2", U64, PLAIN)                                                                 \
    C(EVENT, PERIOD, "period", U64, PLAIN)                                                                   \
    C(EVENT, SAMPLE_TYPE, "sample_type", U64, PLAIN)                                                         \
    C(EVENT, READ_FORMAT, "read_format", U64, PLAIN)                                                         \
    C(EVENT, FLAGS, "flags", U64, PLAIN)

/* Text of a tracepoint's `format` file, for libtraceevent. */
#define HT_TP_FORMAT_COLUMNS(C)                                                                              \
    C(TP_FORMAT, EVENT, "event", U64, PLAIN)                                                                 \
    C(TP_FORMAT, SYSTEM, "system", BYTES, PLAIN)                                                             \
    C(TP_FORMAT, NAME, "name", BYTES, PLAIN)                                                                 \
    C(TP_FORMAT, FORMAT, "format", BYTES, PLAIN)

/* The same instant on three clocks; uncertainty is the width of the bracket. */
#define HT_CLOCK_COLUMNS(C)                                                                                  \
    C(CLOCK, TIME, "time_ns", U64, DELTA)                                                                    \
    C(CLOCK, MONOTONIC, "monotonic_ns", U64, DELTA)                                                          \
    C(CLOCK, REALTIME, "realtime_ns", U64, DELTA)                                                            \
    C(CLOCK, UNCERTAINTY, "uncertainty_ns", U64, PLAIN)

/* A stretch of the window in which an event had one period. */
#define HT_SLICE_COLUMNS(C)                                                                                  \
    C(SLICE, SLICE, "slice", U64, PLAIN)                                                                     \
    C(SLICE, START, "start_ns", U64, DELTA)                                                                  \
    C(SLICE, END, "end_ns", U64, DELTA)                                                                      \
    C(SLICE, EVENT, "event", U64, PLAIN)                                                                     \
    C(SLICE, PERIOD, "period", U64, PLAIN)                                                                   \
    C(SLICE, FILTER, "filter", BYTES, PLAIN)

/* End of a round: chunks after this one have no row before end_ns, except rows counted as late. */
#define HT_ROUND_COLUMNS(C)                                                                                  \
    C(ROUND, ROUND, "round", U64, DELTA)                                                                     \
    C(ROUND, START, "start_ns", U64, DELTA)                                                                  \
    C(ROUND, END, "end_ns", U64, DELTA)

/* ---- what happened in the window ---- */

/* A memory access. data_src: union perf_mem_data_src, raw. weight: latency in cycles, 0 missing. phys 0:
 * unknown. cpumode: PERF_RECORD_MISC_CPUMODE of the record. */
#define HT_MEM_SAMPLE_COLUMNS(C)                                                                             \
    C(MEM_SAMPLE, TIME, "time_ns", U64, DELTA)                                                               \
    C(MEM_SAMPLE, EVENT, "event", U64, DICT)                                                                 \
    C(MEM_SAMPLE, CPU, "cpu", I64, DICT)                                                                     \
    C(MEM_SAMPLE, PID, "pid", I64, DICT)                                                                     \
    C(MEM_SAMPLE, TID, "tid", I64, DICT)                                                                     \
    C(MEM_SAMPLE, IP, "ip", U64, DICT)                                                                       \
    C(MEM_SAMPLE, ADDRESS, "address", U64, DICT)                                                             \
    C(MEM_SAMPLE, PHYS, "phys_address", U64, DICT)                                                           \
    C(MEM_SAMPLE, DATA_SRC, "data_src", U64, DICT)                                                           \
    C(MEM_SAMPLE, WEIGHT, "weight_cycles", U64, PLAIN)                                                       \
    C(MEM_SAMPLE, WEIGHT2, "weight2", U64, DICT)                                                             \
    C(MEM_SAMPLE, WEIGHT3, "weight3", U64, DICT)                                                             \
    C(MEM_SAMPLE, PERIOD, "period", U64, PLAIN)                                                              \
    C(MEM_SAMPLE, CPUMODE, "cpumode", U64, DICT)

/* Where a CPU was (cpu-clock), or a software event with code and, for page faults, a data address. chain: the
 * number of its CHAIN, 0 none was taken. */
#define HT_CPU_SAMPLE_COLUMNS(C)                                                                             \
    C(CPU_SAMPLE, TIME, "time_ns", U64, DELTA)                                                               \
    C(CPU_SAMPLE, EVENT, "event", U64, DICT)                                                                 \
    C(CPU_SAMPLE, CPU, "cpu", I64, DICT)                                                                     \
    C(CPU_SAMPLE, PID, "pid", I64, DICT)                                                                     \
    C(CPU_SAMPLE, TID, "tid", I64, DICT)                                                                     \
    C(CPU_SAMPLE, IP, "ip", U64, DICT)                                                                       \
    C(CPU_SAMPLE, ADDRESS, "address", U64, DELTA)                                                            \
    C(CPU_SAMPLE, PERIOD, "period", U64, PLAIN)                                                              \
    C(CPU_SAMPLE, CPUMODE, "cpumode", U64, DICT)                                                             \
    C(CPU_SAMPLE, CHAIN, "chain", U64, DICT)

/* A tracepoint hit; the payload is what TP_FORMAT of the event describes. One event a chunk. */
#define HT_TRACEPOINT_COLUMNS(C)                                                                             \
    C(TRACEPOINT, TIME, "time_ns", U64, DELTA)                                                               \
    C(TRACEPOINT, EVENT, "event", U64, DICT)                                                                 \
    C(TRACEPOINT, CPU, "cpu", I64, DICT)                                                                     \
    C(TRACEPOINT, PID, "pid", I64, DICT)                                                                     \
    C(TRACEPOINT, TID, "tid", I64, DICT)                                                                     \
    C(TRACEPOINT, PAYLOAD, "payload", BYTES, PLAIN)

/* A context switch (attr.context_switch). out: 1 switched out, 0 in. pid, tid: -1 where the task had ended by
 * then and is not told. other_*: next or previous task, -1 unknown. */
#define HT_SWITCH_COLUMNS(C)                                                                                 \
    C(SWITCH, TIME, "time_ns", U64, DELTA)                                                                   \
    C(SWITCH, CPU, "cpu", I64, DICT)                                                                         \
    C(SWITCH, PID, "pid", I64, DICT)                                                                         \
    C(SWITCH, TID, "tid", I64, DICT)                                                                         \
    C(SWITCH, OUT, "out", U64, DICT)                                                                         \
    C(SWITCH, PREEMPT, "preempt", U64, DICT)                                                                 \
    C(SWITCH, OTHER_PID, "other_pid", I64, DICT)                                                             \
    C(SWITCH, OTHER_TID, "other_tid", I64, DICT)

/* Life of tasks. kind: enum ht_task_kind. For SNAPSHOT rows (read from /proc) ppid is the parent where known.
 */
#define HT_TASK_COLUMNS(C)                                                                                   \
    C(TASK, TIME, "time_ns", U64, DELTA)                                                                     \
    C(TASK, KIND, "kind", U64, PLAIN)                                                                        \
    C(TASK, PID, "pid", I64, DELTA)                                                                          \
    C(TASK, TID, "tid", I64, DELTA)                                                                          \
    C(TASK, PPID, "ppid", I64, DELTA)                                                                        \
    C(TASK, PTID, "ptid", I64, DELTA)                                                                        \
    C(TASK, COMM, "comm", BYTES, PLAIN)

/* A mapping became valid. data: PERF_RECORD_MISC_MMAP_DATA. source: enum ht_mmap_source. prot and flags are
 * valid where source is MMAP2 or PROC. build_id: raw bytes or empty. pid -1: the kernel's. */
#define HT_MMAP_COLUMNS(C)                                                                                   \
    C(MMAP, TIME, "time_ns", U64, DELTA)                                                                     \
    C(MMAP, SOURCE, "source", U64, PLAIN)                                                                    \
    C(MMAP, CPUMODE, "cpumode", U64, PLAIN)                                                                  \
    C(MMAP, DATA, "data", U64, PLAIN)                                                                        \
    C(MMAP, PID, "pid", I64, DELTA)                                                                          \
    C(MMAP, TID, "tid", I64, DELTA)                                                                          \
    C(MMAP, START, "start", U64, DELTA)                                                                      \
    C(MMAP, LENGTH, "length_bytes", U64, PLAIN)                                                              \
    C(MMAP, PGOFF, "pgoff_bytes", U64, PLAIN)                                                                \
    C(MMAP, MAJOR, "dev_major", U64, DICT)                                                                   \
    C(MMAP, MINOR, "dev_minor", U64, DICT)                                                                   \
    C(MMAP, INODE, "inode", U64, DICT)                                                                       \
    C(MMAP, GENERATION, "inode_generation", U64, DICT)                                                       \
    C(MMAP, PROT, "prot", U64, DICT)                                                                         \
    C(MMAP, FLAGS, "flags", U64, DICT)                                                                       \
    C(MMAP, BUILD_ID, "build_id", BYTES, PLAIN)                                                              \
    C(MMAP, FILE, "file", BYTES, PLAIN)

/* A frame of a call chain: the rows of one chain are together and in order, the sampled instruction first,
 * then its callers. Chains are numbered from 1 and unique in the capture; one belongs to one process, or
 * (pid -1) is kernel code alone. time: of the first sample that had it. */
#define HT_CHAIN_COLUMNS(C)                                                                                  \
    C(CHAIN, TIME, "time_ns", U64, DELTA)                                                                    \
    C(CHAIN, CHAIN, "chain", U64, DELTA)                                                                     \
    C(CHAIN, PID, "pid", I64, DICT)                                                                          \
    C(CHAIN, IP, "ip", U64, DELTA)                                                                           \
    C(CHAIN, CPUMODE, "cpumode", U64, DICT)

/* Kernel code that came (registered 1) or went (0) in the window, as BPF programs do. type:
 * PERF_RECORD_KSYMBOL_TYPE. */
#define HT_KSYMBOL_COLUMNS(C)                                                                                \
    C(KSYMBOL, TIME, "time_ns", U64, DELTA)                                                                  \
    C(KSYMBOL, ADDRESS, "address", U64, PLAIN)                                                               \
    C(KSYMBOL, LENGTH, "length_bytes", U64, PLAIN)                                                           \
    C(KSYMBOL, TYPE, "type", U64, PLAIN)                                                                     \
    C(KSYMBOL, REGISTERED, "registered", U64, PLAIN)                                                         \
    C(KSYMBOL, NAME, "name", BYTES, PLAIN)

/* A BPF program was loaded (1) or unloaded (0). tag: its 8 raw bytes, as bpf_prog_TAG_name shows them. */
#define HT_BPF_PROGRAM_COLUMNS(C)                                                                            \
    C(BPF_PROGRAM, TIME, "time_ns", U64, DELTA)                                                              \
    C(BPF_PROGRAM, LOADED, "loaded", U64, PLAIN)                                                             \
    C(BPF_PROGRAM, PROGRAM, "program", U64, PLAIN)                                                           \
    C(BPF_PROGRAM, TAG, "tag", BYTES, PLAIN)

/* Lost or throttled. kind: enum ht_loss_kind. event -1: not attributable to one event. */
#define HT_LOSS_COLUMNS(C)                                                                                   \
    C(LOSS, TIME, "time_ns", U64, DELTA)                                                                     \
    C(LOSS, KIND, "kind", U64, PLAIN)                                                                        \
    C(LOSS, CPU, "cpu", I64, PLAIN)                                                                          \
    C(LOSS, EVENT, "event", I64, PLAIN)                                                                      \
    C(LOSS, COUNT, "count", U64, PLAIN)

/* Reading of an event on a CPU (cpu -1: per task): cumulative value, times, and PERF_FORMAT_LOST (lost_known
 * 1). */
#define HT_COUNTER_COLUMNS(C)                                                                                \
    C(COUNTER, TIME, "time_ns", U64, DELTA)                                                                  \
    C(COUNTER, CPU, "cpu", I64, PLAIN)                                                                       \
    C(COUNTER, EVENT, "event", U64, PLAIN)                                                                   \
    C(COUNTER, VALUE, "value", U64, PLAIN)                                                                   \
    C(COUNTER, ENABLED, "enabled_ns", U64, PLAIN)                                                            \
    C(COUNTER, RUNNING, "running_ns", U64, PLAIN)                                                            \
    C(COUNTER, LOST, "lost", U64, PLAIN)                                                                     \
    C(COUNTER, LOST_KNOWN, "lost_known", U64, PLAIN)

/* ---- snapshots ---- */

/* One mapping of /proc/PID/numa_maps. kind: enum ht_numa_map_kind. snapshot counts from 0 for each pid. */
#define HT_NUMA_MAP_COLUMNS(C)                                                                               \
    C(NUMA_MAP, TIME, "time_ns", U64, DELTA)                                                                 \
    C(NUMA_MAP, SNAPSHOT, "snapshot", U64, PLAIN)                                                            \
    C(NUMA_MAP, PID, "pid", I64, PLAIN)                                                                      \
    C(NUMA_MAP, START, "start", U64, DELTA)                                                                  \
    C(NUMA_MAP, KIND, "kind", U64, PLAIN)                                                                    \
    C(NUMA_MAP, PAGE_BYTES, "page_bytes", U64, PLAIN)                                                        \
    C(NUMA_MAP, ANON, "anon_pages", U64, PLAIN)                                                              \
    C(NUMA_MAP, DIRTY, "dirty_pages", U64, PLAIN)                                                            \
    C(NUMA_MAP, MAPPED, "mapped_pages", U64, PLAIN)                                                          \
    C(NUMA_MAP, POLICY, "policy", BYTES, PLAIN)                                                              \
    C(NUMA_MAP, FILE, "file", BYTES, PLAIN)

#define HT_NUMA_MAP_NODE_COLUMNS(C)                                                                          \
    C(NUMA_MAP_NODE, SNAPSHOT, "snapshot", U64, PLAIN)                                                       \
    C(NUMA_MAP_NODE, PID, "pid", I64, PLAIN)                                                                 \
    C(NUMA_MAP_NODE, START, "start", U64, DELTA)                                                             \
    C(NUMA_MAP_NODE, NODE, "node", U64, PLAIN)                                                               \
    C(NUMA_MAP_NODE, PAGES, "pages", U64, PLAIN)

/* A node's statistic; node -1: the machine's. name: "meminfo.MemFree", "numastat.numa_hit",
 * "vmstat.pgmigrate_success". meminfo values are bytes, numastat and vmstat values are what the file says
 * (pages or events). */
#define HT_NODE_STAT_COLUMNS(C)                                                                              \
    C(NODE_STAT, TIME, "time_ns", U64, DELTA)                                                                \
    C(NODE_STAT, NODE, "node", I64, PLAIN)                                                                   \
    C(NODE_STAT, NAME, "name", BYTES, PLAIN)                                                                 \
    C(NODE_STAT, VALUE, "value", U64, PLAIN)

/* A control group that a recorded process lives in. cgroup: the inode of its directory, which is the kernel's
 * own number of it. path: below the mount, as /proc/PID/cgroup has it. */
#define HT_CGROUP_COLUMNS(C)                                                                                 \
    C(CGROUP, TIME, "time_ns", U64, DELTA)                                                                   \
    C(CGROUP, CGROUP, "cgroup", U64, DELTA)                                                                  \
    C(CGROUP, PATH, "path", BYTES, PLAIN)

/* A line of a control group's memory.numa_stat ("anon", "file"), by node; node -1: the sum that the file says
 * (version 1). Bytes, also where the file counts pages (version 1). */
#define HT_CGROUP_STAT_COLUMNS(C)                                                                            \
    C(CGROUP_STAT, TIME, "time_ns", U64, DELTA)                                                              \
    C(CGROUP_STAT, CGROUP, "cgroup", U64, PLAIN)                                                             \
    C(CGROUP_STAT, NODE, "node", I64, PLAIN)                                                                 \
    C(CGROUP_STAT, NAME, "name", BYTES, PLAIN)                                                               \
    C(CGROUP_STAT, VALUE, "value_bytes", U64, PLAIN)

/* What /proc says of a process beyond its name. cgroup 0: not known. namespace_pid: its pid inside its own
 * pid namespace; equals pid where that is the recorder's, 0 not known. */
#define HT_PROCESS_COLUMNS(C)                                                                                \
    C(PROCESS, TIME, "time_ns", U64, DELTA)                                                                  \
    C(PROCESS, PID, "pid", I64, DELTA)                                                                       \
    C(PROCESS, CGROUP, "cgroup", U64, PLAIN)                                                                 \
    C(PROCESS, NS_PID, "namespace_pid", I64, PLAIN)

/* A network or disk device. kind: "net" or "block". node -1: the firmware names none. irqs: its interrupts,
 * as a list ("24-27"); irq_affinity: the CPUs that take them. Both empty where not known. */
#define HT_DEVICE_COLUMNS(C)                                                                                 \
    C(DEVICE, NAME, "name", BYTES, PLAIN)                                                                    \
    C(DEVICE, KIND, "kind", BYTES, PLAIN)                                                                    \
    C(DEVICE, NODE, "node", I64, PLAIN)                                                                      \
    C(DEVICE, IRQS, "irqs", BYTES, PLAIN)                                                                    \
    C(DEVICE, IRQ_AFFINITY, "irq_affinity", BYTES, PLAIN)

/* ---- names ---- */

/* A file or pseudo file that holds code or data. state: enum ht_dso_state. Offsets of SYMBOL, CODE and
 * SOURCE_LINE are file offsets (ip - map start + pgoff) where absolute is 0, else the addresses themselves
 * (kernel, JIT maps). */
#define HT_DSO_COLUMNS(C)                                                                                    \
    C(DSO, DSO, "dso", U64, PLAIN)                                                                           \
    C(DSO, STATE, "state", U64, PLAIN)                                                                       \
    C(DSO, ABSOLUTE, "absolute", U64, PLAIN)                                                                 \
    C(DSO, MAJOR, "dev_major", U64, PLAIN)                                                                   \
    C(DSO, MINOR, "dev_minor", U64, PLAIN)                                                                   \
    C(DSO, INODE, "inode", U64, PLAIN)                                                                       \
    C(DSO, BUILD_ID, "build_id", BYTES, PLAIN)                                                               \
    C(DSO, PATH, "path", BYTES, PLAIN)

/* kind: 0 code, 1 data. bytes 0: size unknown (up to the next symbol). Names are as in the file (mangled). */
#define HT_SYMBOL_COLUMNS(C)                                                                                 \
    C(SYMBOL, DSO, "dso", U64, PLAIN)                                                                        \
    C(SYMBOL, START, "start", U64, DELTA)                                                                    \
    C(SYMBOL, BYTES, "bytes", U64, PLAIN)                                                                    \
    C(SYMBOL, KIND, "kind", U64, PLAIN)                                                                      \
    C(SYMBOL, NAME, "name", BYTES, PLAIN)

/* The bytes from a sampled instruction on (at most 16; fewer at the end of a section). */
#define HT_CODE_COLUMNS(C)                                                                                   \
    C(CODE, DSO, "dso", U64, PLAIN)                                                                          \
    C(CODE, OFFSET, "offset", U64, DELTA)                                                                    \
    C(CODE, BYTES, "bytes", BYTES, PLAIN)

#define HT_SOURCE_LINE_COLUMNS(C)                                                                            \
    C(SOURCE_LINE, DSO, "dso", U64, PLAIN)                                                                   \
    C(SOURCE_LINE, OFFSET, "offset", U64, DELTA)                                                             \
    C(SOURCE_LINE, LINE, "line", U64, PLAIN)                                                                 \
    C(SOURCE_LINE, FILE, "file", BYTES, PLAIN)

/* What an import could not use. loses: 1 where something of the window is missing for it, 0 where it only
 * described the file or was a part of samples that are there. */
#define HT_IMPORT_SKIP_COLUMNS(C)                                                                            \
    C(IMPORT_SKIP, REASON, "reason", BYTES, PLAIN)                                                           \
    C(IMPORT_SKIP, RECORDS, "records", U64, PLAIN)                                                           \
    C(IMPORT_SKIP, BYTES, "bytes", U64, PLAIN)                                                               \
    C(IMPORT_SKIP, LOSES, "loses", U64, PLAIN)

/* The shortcut at the end; see CAPTURE.md. */
#define HT_INDEX_COLUMNS(C)                                                                                  \
    C(INDEX, OFFSET, "offset", U64, DELTA)                                                                   \
    C(INDEX, KIND, "kind", U64, PLAIN)                                                                       \
    C(INDEX, ROUND, "round", U64, DELTA)                                                                     \
    C(INDEX, ROWS, "rows", U64, PLAIN)                                                                       \
    C(INDEX, TIME_FIRST, "time_first_ns", U64, DELTA)                                                        \
    C(INDEX, TIME_LAST, "time_last_ns", U64, DELTA)

/* X(NAME, number, "name") */
#define HT_CHUNKS(X)                                                                                         \
    X(META, 1, "meta")                                                                                       \
    X(LABEL, 2, "label")                                                                                     \
    X(CONDITION, 3, "condition")                                                                             \
    X(LIMIT, 4, "limit")                                                                                     \
    X(NODE, 5, "node")                                                                                       \
    X(NODE_DISTANCE, 6, "node_distance")                                                                     \
    X(CPU, 7, "cpu")                                                                                         \
    X(MEM_BLOCK, 8, "mem_block")                                                                             \
    X(EVENT, 9, "event")                                                                                     \
    X(TP_FORMAT, 10, "tp_format")                                                                            \
    X(CLOCK, 11, "clock")                                                                                    \
    X(SLICE, 12, "slice")                                                                                    \
    X(ROUND, 13, "round")                                                                                    \
    X(MEM_SAMPLE, 16, "mem_sample")                                                                          \
    X(CPU_SAMPLE, 17, "cpu_sample")                                                                          \
    X(TRACEPOINT, 18, "tracepoint")                                                                          \
    X(SWITCH, 19, "switch")                                                                                  \
    X(TASK, 20, "task")                                                                                      \
    X(MMAP, 21, "mmap")                                                                                      \
    X(LOSS, 22, "loss")                                                                                      \
    X(COUNTER, 23, "counter")                                                                                \
    X(NUMA_MAP, 24, "numa_map")                                                                              \
    X(NUMA_MAP_NODE, 25, "numa_map_node")                                                                    \
    X(NODE_STAT, 26, "node_stat")                                                                            \
    X(CGROUP, 27, "cgroup")                                                                                  \
    X(DSO, 28, "dso")                                                                                        \
    X(SYMBOL, 29, "symbol")                                                                                  \
    X(CODE, 30, "code")                                                                                      \
    X(SOURCE_LINE, 31, "source_line")                                                                        \
    X(IMPORT_SKIP, 32, "import_skip")                                                                        \
    X(CGROUP_STAT, 33, "cgroup_stat")                                                                        \
    X(PROCESS, 34, "process")                                                                                \
    X(DEVICE, 35, "device")                                                                                  \
    X(CHAIN, 36, "chain")                                                                                    \
    X(KSYMBOL, 37, "ksymbol")                                                                                \
    X(BPF_PROGRAM, 38, "bpf_program")                                                                        \
    X(INDEX, 48, "index")

enum ht_chunk_kind {
#define X(name, number, text) HT_CHUNK_##name = number,
    HT_CHUNKS(X)
#undef X
};

/* HT_MMAP_START and so on: the column's number within its chunk; HT_MMAP_COLUMN_COUNT. */
#define HT_COLUMN_ENUM(chunk, column, text, type, coding) HT_##chunk##_##column,
#define X(name, number, text)                             enum { HT_##name##_COLUMNS(HT_COLUMN_ENUM) HT_##name##_COLUMN_COUNT };
HT_CHUNKS(X)
#undef X

/* What an event is for; numbers are stored. */
enum ht_event_kind {
    HT_EVENT_KIND_OTHER = 0,
    HT_EVENT_KIND_CPU_CLOCK = 1,  /* where CPUs are */
    HT_EVENT_KIND_PAGE_FAULT = 2, /* page faults, with address */
    HT_EVENT_KIND_TRACEPOINT = 3,
    HT_EVENT_KIND_SIDEBAND = 4,     /* the dummy that carries MMAP2, COMM, FORK, EXIT */
    HT_EVENT_KIND_MEM_LOAD = 5,     /* load latency sampling */
    HT_EVENT_KIND_MEM_STORE = 6,    /* store sampling */
    HT_EVENT_KIND_MEM_ANY = 7,      /* loads and stores in one event (IBS, SPE) */
    HT_EVENT_KIND_HITM = 8,         /* a precise transfer event: its class is the event itself */
    HT_EVENT_KIND_COUNTER = 9,      /* counted, never sampled */
    HT_EVENT_KIND_MAJOR_FAULT = 10, /* page faults that waited for a device; they are page faults too */
    HT_EVENT_KIND_SWITCH = 11,      /* the dummy that carries context switches */
    HT_EVENT_KIND_SNAPSHOT = 12,    /* files read every `period` ns: nothing that perf_event_open gave */
};

enum ht_task_kind {
    HT_TASK_KIND_COMM = 0, /* new name */
    HT_TASK_KIND_EXEC = 1, /* new name by exec: the old mappings are gone */
    HT_TASK_KIND_FORK = 2, /* pid == ppid: a new thread */
    HT_TASK_KIND_EXIT = 3,
    HT_TASK_KIND_SNAPSHOT = 4, /* existed already, read from /proc */
};

enum ht_mmap_source {
    HT_MMAP_SOURCE_MMAP = 0,  /* PERF_RECORD_MMAP: no device, inode, prot */
    HT_MMAP_SOURCE_MMAP2 = 1, /* PERF_RECORD_MMAP2 */
    HT_MMAP_SOURCE_PROC = 2,  /* read from /proc/PID/maps */
};

enum ht_loss_kind {
    HT_LOSS_KIND_RING = 0,       /* PERF_RECORD_LOST: records that found the ring full */
    HT_LOSS_KIND_SAMPLES = 1,    /* PERF_RECORD_LOST_SAMPLES: dropped by the hardware or the kernel */
    HT_LOSS_KIND_THROTTLE = 2,   /* count 1 */
    HT_LOSS_KIND_UNTHROTTLE = 3, /* count 1 */
    HT_LOSS_KIND_RECORDER = 4,   /* dropped by the recorder itself */
    HT_LOSS_KIND_GAP = 5, /* a source was off from then on, or (event -1) a whole CPU; count: nanoseconds */
};

enum ht_numa_map_kind {
    HT_NUMA_MAP_KIND_OTHER = 0,
    HT_NUMA_MAP_KIND_HEAP = 1,
    HT_NUMA_MAP_KIND_STACK = 2,
    HT_NUMA_MAP_KIND_HUGE = 3, /* hugetlbfs */
    HT_NUMA_MAP_KIND_FILE = 4,
    HT_NUMA_MAP_KIND_ANON = 5,
};

enum ht_dso_state {
    HT_DSO_READ = 0,    /* symbols come from the very file that was mapped (inode or build id matched) */
    HT_DSO_CHANGED = 1, /* the path now holds another file: nothing of it was believed */
    HT_DSO_MISSING = 2, /* could not be opened */
    HT_DSO_NO_SYMBOLS = 3,
    HT_DSO_HIDDEN = 4, /* kallsyms with addresses hidden by kptr_restrict */
};

#endif

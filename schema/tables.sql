-- The tables of a hitmtrace database. Several captures can live in one: capture_id is everywhere.
--
-- Units stand in names: _ns nanoseconds of the perf clock of that capture, _bytes, _pages (of the size that the row
-- says), _cycles. Addresses are signed 64-bit INTEGER, as SQLite has no other: kernel addresses are negative here and
-- text 0x... in the views. NULL means not known; 0 means zero. Booleans are 0 and 1.
-- pid is the process (thread group), tid the thread; -1 as pid is the kernel's own address space.
-- Public names are those of this file and of schema/views; they change only with user_version.

PRAGMA user_version = 2;

-- One row a capture file. level: 'memory sampling', 'counters' or 'software': what the recording could see at best.
-- complete 0: the file was cut or damaged, missing says how; everything else holds what could be read.
CREATE TABLE capture (
    capture_id         INTEGER PRIMARY KEY,
    path               TEXT NOT NULL,
    file_bytes         INTEGER NOT NULL,
    complete           INTEGER NOT NULL,
    missing            TEXT,
    producer           TEXT,               -- 'hitm-record' or 'perf' (imported)
    tool_version       TEXT,
    hostname           TEXT,
    kernel             TEXT,
    arch               TEXT,
    cpu_model          TEXT,
    command            TEXT,               -- the recorder's command line
    target             TEXT,               -- what was asked for: 'system', 'pid 1,2', 'command ...'
    level              TEXT NOT NULL,
    level_reason       TEXT,               -- why not a higher one
    start_realtime_ns  INTEGER,            -- CLOCK_REALTIME at window_start_ns; NULL where the recording has none
    window_start_ns    INTEGER,
    window_end_ns      INTEGER,
    end_reason         TEXT,
    line_bytes         INTEGER NOT NULL,   -- coherence granule used for cache_line; 64 where unknown
    line_bytes_known   INTEGER NOT NULL,
    recorder_cpu_ns    INTEGER,
    mem_samples        INTEGER NOT NULL,
    cpu_samples        INTEGER NOT NULL,   -- cpu-clock and page faults (a major one is counted as a page fault)
    lost_samples       INTEGER NOT NULL,   -- sum over events of loss, ring losses that name no event included
    lost_exact         INTEGER NOT NULL,   -- 0: "at least" (kernel before 6.0, or a cut capture)
    throttles          INTEGER NOT NULL,
    unmapped_samples   INTEGER NOT NULL,   -- memory samples whose address or code is in no known mapping
    late_rows          INTEGER NOT NULL    -- rows older than the round they came in
) STRICT;

-- --label K=V of the recording.
CREATE TABLE capture_label (
    capture_id INTEGER NOT NULL,
    key        TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (capture_id, key)
) STRICT, WITHOUT ROWID;

-- The conditions of the measurement. phase 'start' and 'end': files read then; 'capture': facts the recorder stated
-- about itself; 'limit': what it could not record (name), why (value), the command that would allow it (mend).
CREATE TABLE condition (
    capture_id INTEGER NOT NULL,
    phase      TEXT NOT NULL,
    name       TEXT NOT NULL,
    value      TEXT,
    mend       TEXT,
    count      INTEGER,
    PRIMARY KEY (capture_id, phase, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE node (
    capture_id   INTEGER NOT NULL,
    node         INTEGER NOT NULL,
    memory_bytes INTEGER,
    cpulist      TEXT,                     -- '' for a node of memory only
    socket       INTEGER,                  -- NULL where it has no CPU or spans several
    PRIMARY KEY (capture_id, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE node_distance (
    capture_id INTEGER NOT NULL,
    from_node  INTEGER NOT NULL,
    to_node    INTEGER NOT NULL,
    distance   INTEGER NOT NULL,           -- ACPI SLIT: 10 is local
    PRIMARY KEY (capture_id, from_node, to_node)
) STRICT, WITHOUT ROWID;

-- NUMA node and interrupt affinity of network and disk devices.
CREATE TABLE device (
    capture_id   INTEGER NOT NULL,
    name         TEXT NOT NULL,
    kind         TEXT NOT NULL,            -- 'net' or 'block'
    node         INTEGER,                  -- NULL: the firmware names none
    irqs         TEXT,                     -- '24-27'; NULL not known
    irq_affinity TEXT,                     -- the CPUs that take them, '0-3,8'
    PRIMARY KEY (capture_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE cpu (
    capture_id INTEGER NOT NULL,
    cpu        INTEGER NOT NULL,
    node       INTEGER,
    socket     INTEGER,
    die        INTEGER,
    core       INTEGER,                    -- unique within a socket
    l3         INTEGER,                    -- number of the last-level cache, unique in the machine
    online     INTEGER NOT NULL,
    PRIMARY KEY (capture_id, cpu)
) STRICT, WITHOUT ROWID;

-- Control groups that recorded processes live in; cgroup_id is the kernel's own (the inode of the directory).
CREATE TABLE cgroup (
    capture_id INTEGER NOT NULL,
    cgroup_id  INTEGER NOT NULL,
    path       TEXT NOT NULL,
    PRIMARY KEY (capture_id, cgroup_id)
) STRICT, WITHOUT ROWID;

-- memory.numa_stat of a control group. node NULL: the sum that the file says (version 1).
CREATE TABLE cgroup_stat (
    capture_id  INTEGER NOT NULL,
    time_ns     INTEGER NOT NULL,
    cgroup_id   INTEGER NOT NULL,
    node        INTEGER,
    name        TEXT NOT NULL,             -- 'anon', 'file', ...
    value_bytes INTEGER NOT NULL
) STRICT;

-- What was opened, and its account: count is what the kernel counted, samples what reached the capture.
CREATE TABLE event (
    capture_id  INTEGER NOT NULL,
    event_id    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    kind        TEXT NOT NULL,             -- cpu clock, page fault, major fault, tracepoint, sideband, switch, snapshot, load, store,
                                           -- memory, hitm, counter, other
    type        INTEGER NOT NULL,          -- perf_event_attr.type
    config      INTEGER NOT NULL,
    config1     INTEGER NOT NULL,
    config2     INTEGER NOT NULL,
    period      INTEGER NOT NULL,          -- 0 where frequency-based; ns between readings of a snapshot
    sample_type INTEGER NOT NULL,
    flags       INTEGER NOT NULL,          -- the attr's bit field
    samples     INTEGER NOT NULL,
    count       INTEGER,                   -- last reading summed over CPUs; NULL where none was taken
    lost        INTEGER NOT NULL,
    lost_exact  INTEGER NOT NULL,
    enabled_ns  INTEGER,
    running_ns  INTEGER,
    PRIMARY KEY (capture_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE slice (
    capture_id INTEGER NOT NULL,
    slice_id   INTEGER NOT NULL,
    event_id   INTEGER NOT NULL,
    start_ns   INTEGER NOT NULL,
    end_ns     INTEGER NOT NULL,
    period     INTEGER NOT NULL,
    filter     TEXT,
    PRIMARY KEY (capture_id, slice_id, event_id)
) STRICT, WITHOUT ROWID;

-- A pid that was reused within the window is one row here; its mappings are kept apart by time.
CREATE TABLE process (
    capture_id  INTEGER NOT NULL,
    pid         INTEGER NOT NULL,
    ppid        INTEGER,
    comm        TEXT,                      -- the last name seen
    start_ns    INTEGER,                   -- NULL: ran before the window
    exit_ns     INTEGER,
    is_target   INTEGER NOT NULL,
    is_recorder INTEGER NOT NULL,
    cgroup_id   INTEGER,                   -- NULL not known
    namespace_pid INTEGER,                 -- its pid inside its own pid namespace; NULL not known
    PRIMARY KEY (capture_id, pid)
) STRICT, WITHOUT ROWID;

CREATE TABLE thread (
    capture_id  INTEGER NOT NULL,
    tid         INTEGER NOT NULL,
    pid         INTEGER NOT NULL,
    comm        TEXT,
    start_ns    INTEGER,
    exit_ns     INTEGER,
    mem_samples INTEGER NOT NULL,
    cpu_samples INTEGER NOT NULL,          -- cpu-clock only: samples x period is CPU time
    PRIMARY KEY (capture_id, tid)
) STRICT, WITHOUT ROWID;

-- A mapping that a sample fell into (others are left out). Valid from time_ns until a newer one covers it.
CREATE TABLE mapping (
    capture_id       INTEGER NOT NULL,
    mapping_id       INTEGER NOT NULL,
    time_ns          INTEGER NOT NULL,
    pid              INTEGER NOT NULL,
    start_address    INTEGER NOT NULL,
    length_bytes     INTEGER NOT NULL,
    pgoff_bytes      INTEGER NOT NULL,
    dev_major        INTEGER,
    dev_minor        INTEGER,
    inode            INTEGER,
    inode_generation INTEGER,
    prot             INTEGER,
    flags            INTEGER,
    dso_id           INTEGER,
    file             TEXT NOT NULL,        -- as the kernel names it: path, '//anon', '[heap]', '[kernel.kallsyms]'
    PRIMARY KEY (capture_id, mapping_id)
) STRICT, WITHOUT ROWID;

-- state: 'read', 'changed' (the path holds another file now: not believed), 'missing', 'no symbols', 'hidden'.
CREATE TABLE dso (
    capture_id INTEGER NOT NULL,
    dso_id     INTEGER NOT NULL,
    path       TEXT NOT NULL,
    build_id   TEXT,                       -- hexadecimal
    state      TEXT NOT NULL,
    absolute   INTEGER NOT NULL,           -- 1: offsets below are addresses (kernel, JIT), 0: file offsets
    PRIMARY KEY (capture_id, dso_id)
) STRICT, WITHOUT ROWID;

-- Only symbols that were hit.
CREATE TABLE symbol (
    capture_id   INTEGER NOT NULL,
    symbol_id    INTEGER NOT NULL,
    dso_id       INTEGER NOT NULL,
    start_offset INTEGER NOT NULL,
    size_bytes   INTEGER NOT NULL,
    kind         TEXT NOT NULL,            -- 'code' or 'data'
    name         TEXT NOT NULL,            -- demangled
    raw_name     TEXT NOT NULL,
    PRIMARY KEY (capture_id, symbol_id)
) STRICT, WITHOUT ROWID;

-- A sampled instruction. reads, writes: whether it accesses memory that way; NULL where it could not be decoded.
CREATE TABLE code_bytes (
    capture_id   INTEGER NOT NULL,
    code_id      INTEGER NOT NULL,
    dso_id       INTEGER,
    offset       INTEGER NOT NULL,
    code_address INTEGER NOT NULL,         -- of the first sample seen there
    bytes        BLOB,
    instruction  TEXT,                     -- disassembled
    reads        INTEGER,
    writes       INTEGER,
    access_bytes INTEGER,                  -- width of the data access; NULL unknown
    symbol_id    INTEGER,
    source_file  TEXT,
    source_line  INTEGER,
    PRIMARY KEY (capture_id, code_id)
) STRICT, WITHOUT ROWID;

-- Every memory sample; filled by `load`, left empty by `report` on a capture. class: the true decode.
CREATE TABLE mem_sample (
    capture_id    INTEGER NOT NULL,
    time_ns       INTEGER NOT NULL,
    event_id      INTEGER NOT NULL,
    cpu           INTEGER,
    pid           INTEGER,
    tid           INTEGER,
    ip            INTEGER NOT NULL,
    address       INTEGER NOT NULL,
    phys_address  INTEGER,
    data_src      INTEGER NOT NULL,        -- union perf_mem_data_src, raw
    weight_cycles INTEGER,                 -- NULL: missing
    period        INTEGER NOT NULL,
    class         INTEGER NOT NULL,        -- see view mem_class
    line_id       INTEGER,                 -- NULL: a line without a transfer
    code_id       INTEGER
) STRICT;

-- Every cpu-clock sample and page fault (address: the faulting one, NULL for cpu-clock); filled by `load`.
CREATE TABLE cpu_sample (
    capture_id INTEGER NOT NULL,
    time_ns    INTEGER NOT NULL,
    event_id   INTEGER NOT NULL,
    cpu        INTEGER,
    pid        INTEGER,
    tid        INTEGER,
    ip         INTEGER NOT NULL,
    address    INTEGER,
    period     INTEGER NOT NULL,
    code_id    INTEGER,
    chain_id   INTEGER                     -- NULL: no call chain was taken
) STRICT;

-- Call chains of cpu-clock samples (hitm-record -g), each once. pid -1: kernel code alone, which processes share.
CREATE TABLE call_chain (
    capture_id  INTEGER NOT NULL,
    chain_id    INTEGER NOT NULL,
    pid         INTEGER NOT NULL,
    cpu_samples INTEGER NOT NULL,
    PRIMARY KEY (capture_id, chain_id)
) STRICT, WITHOUT ROWID;

-- depth 0: the sampled instruction, 1: its caller (the call, not where it returns to), and so on.
CREATE TABLE call_chain_frame (
    capture_id INTEGER NOT NULL,
    chain_id   INTEGER NOT NULL,
    depth      INTEGER NOT NULL,
    code_id    INTEGER NOT NULL,
    PRIMARY KEY (capture_id, chain_id, depth)
) STRICT, WITHOUT ROWID;

-- Context switches (attr.context_switch): of the targets, or of all with --switches. out 1: the thread left the CPU
-- (preempt 1: it could have run on); other_*: who came or went, NULL not told. Millions of rows: filled by `load`, left
-- empty by `report` on a capture; thread_switch and residence have their sums either way.
CREATE TABLE switch (
    capture_id INTEGER NOT NULL,
    time_ns    INTEGER NOT NULL,
    cpu        INTEGER NOT NULL,
    pid        INTEGER,
    tid        INTEGER,
    out        INTEGER NOT NULL,
    preempt    INTEGER NOT NULL,
    other_pid  INTEGER,
    other_tid  INTEGER
) STRICT;

-- A task moved between CPUs (sched_migrate_task). Nodes NULL where the CPU's node is unknown.
CREATE TABLE migration (
    capture_id INTEGER NOT NULL,
    time_ns    INTEGER NOT NULL,
    tid        INTEGER NOT NULL,
    comm       TEXT,
    from_cpu   INTEGER NOT NULL,
    to_cpu     INTEGER NOT NULL,
    from_node  INTEGER,
    to_node    INTEGER,
    by_tid     INTEGER                     -- who was running when it was moved
) STRICT;

-- The kernel moved pages (migrate:mm_migrate_pages): counts and a reason, no addresses.
CREATE TABLE page_migration (
    capture_id      INTEGER NOT NULL,
    time_ns         INTEGER NOT NULL,
    cpu             INTEGER,
    tid             INTEGER,
    succeeded_pages INTEGER NOT NULL,      -- before Linux 5.9 a huge page counts as one
    failed_pages    INTEGER NOT NULL,
    mode            INTEGER,
    reason          TEXT NOT NULL          -- the kernel's word: numa_misplaced, compaction, syscall_or_cpuset, ...
) STRICT;

-- A page got its new place (migrate:remove_migration_pte, thp:remove_migration_pmd): once for each mapping of it, told
-- by the task that moved it, which need not be the one whose address it is. Told as well where the old place is the new
-- one: a move that failed, a huge page that was split. to_node NULL: the new page's node is not known.
CREATE TABLE page_move (
    capture_id   INTEGER NOT NULL,
    time_ns      INTEGER NOT NULL,
    by_pid       INTEGER,
    by_tid       INTEGER,
    address      INTEGER NOT NULL,
    pages        INTEGER NOT NULL,         -- of the base page size; a huge page is many
    phys_address INTEGER,                  -- of the new page, from its page table entry; NULL not known
    to_node      INTEGER
) STRICT;

-- What automatic NUMA balancing decided for a task (sched:sched_move_numa, sched_swap_numa, sched_stick_numa). kind:
-- 'move' to a better node, 'swap' with another task, 'stick': it wanted to move and could not.
CREATE TABLE balancing (
    capture_id INTEGER NOT NULL,
    time_ns    INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    tid        INTEGER NOT NULL,
    pid        INTEGER,
    from_cpu   INTEGER,
    to_cpu     INTEGER,                    -- NULL: none was found
    from_node  INTEGER,
    to_node    INTEGER,
    other_tid  INTEGER                     -- the task to swap with; NULL none
) STRICT;

-- Memory was short (vmscan tracepoints). kind: 'kswapd wake', 'kswapd sleep' (node), 'direct begin', 'direct end' (the
-- task tid had to free pages itself; reclaimed_pages at the end), 'cgroup begin', 'cgroup end' (the same because its
-- control group reached its limit), 'node begin', 'node end' (the same on one node, by zone_reclaim_mode).
CREATE TABLE reclaim (
    capture_id      INTEGER NOT NULL,
    time_ns         INTEGER NOT NULL,
    kind            TEXT NOT NULL,
    cpu             INTEGER,
    node            INTEGER,
    tid             INTEGER,
    page_order      INTEGER,               -- pages wanted: 2 to this power
    reclaimed_pages INTEGER
) STRICT;

-- Kernel code that came or went in the window, as BPF programs do (PERF_RECORD_KSYMBOL).
CREATE TABLE kernel_symbol (
    capture_id   INTEGER NOT NULL,
    time_ns      INTEGER NOT NULL,
    address      INTEGER NOT NULL,
    length_bytes INTEGER NOT NULL,
    kind         TEXT NOT NULL,            -- 'bpf', 'out of line', 'unknown'
    registered   INTEGER NOT NULL,         -- 1 came, 0 went
    name         TEXT NOT NULL
) STRICT;

CREATE TABLE bpf_program (
    capture_id INTEGER NOT NULL,
    time_ns    INTEGER NOT NULL,
    loaded     INTEGER NOT NULL,           -- 1 loaded, 0 unloaded
    program_id INTEGER NOT NULL,
    tag        TEXT NOT NULL               -- hexadecimal
) STRICT;

-- /proc/PID/numa_maps. kind: heap, stack, huge, file, anon, other.
CREATE TABLE numa_map (
    capture_id    INTEGER NOT NULL,
    numa_map_id   INTEGER NOT NULL,
    time_ns       INTEGER NOT NULL,
    snapshot      INTEGER NOT NULL,        -- counts from 0 for each pid
    pid           INTEGER NOT NULL,
    start_address INTEGER NOT NULL,
    kind          TEXT NOT NULL,
    policy        TEXT NOT NULL,
    file          TEXT,
    page_bytes    INTEGER NOT NULL,
    anon_pages    INTEGER NOT NULL,
    dirty_pages   INTEGER NOT NULL,
    mapped_pages  INTEGER NOT NULL,
    PRIMARY KEY (capture_id, numa_map_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE numa_map_node (
    capture_id  INTEGER NOT NULL,
    numa_map_id INTEGER NOT NULL,
    node        INTEGER NOT NULL,
    pages       INTEGER NOT NULL,          -- of numa_map.page_bytes
    PRIMARY KEY (capture_id, numa_map_id, node)
) STRICT, WITHOUT ROWID;

-- node NULL: the machine's. meminfo.* are bytes, numastat.* and vmstat.* what the file says.
CREATE TABLE node_stat (
    capture_id INTEGER NOT NULL,
    time_ns    INTEGER NOT NULL,
    node       INTEGER,
    name       TEXT NOT NULL,
    value      INTEGER NOT NULL
) STRICT;

-- Readings of events: cumulative since the event was opened.
CREATE TABLE counter (
    capture_id INTEGER NOT NULL,
    time_ns    INTEGER NOT NULL,
    cpu        INTEGER,                    -- NULL: a per-task event
    event_id   INTEGER NOT NULL,
    value      INTEGER NOT NULL,
    enabled_ns INTEGER NOT NULL,
    running_ns INTEGER NOT NULL,
    lost       INTEGER                     -- NULL: the kernel does not tell (before 6.0)
) STRICT;
CREATE INDEX counter_by_event ON counter (capture_id, event_id);

-- kind: 'ring', 'samples', 'throttle', 'unthrottle', 'recorder', 'gap' (a source, or where event_id is NULL the CPU, was
-- off from then on; count is nanoseconds).
CREATE TABLE loss (
    capture_id INTEGER NOT NULL,
    time_ns    INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    cpu        INTEGER,
    event_id   INTEGER,
    count      INTEGER NOT NULL
) STRICT;

-- A cache line with at least one transfer between caches, or with remote memory accesses that make a finding.
-- Columns c2c_* count as perf c2c 6.1 counts; the others are the true decode, one class a sample.
CREATE TABLE cache_line (
    capture_id        INTEGER NOT NULL,
    line_id           INTEGER NOT NULL,    -- the rank, from 1: by cost where known, then by transfers
    address           INTEGER NOT NULL,    -- virtual, of the line's start, as first seen
    identity          TEXT NOT NULL,       -- 'kernel', 'file', 'private', 'unmapped'
    pid               INTEGER,             -- of private memory; NULL where processes share the line
    mapping_id        INTEGER,
    object            TEXT,                -- symbol+offset, or the mapping's name
    home_nodes        TEXT,                -- '0' or '0,1' by pages seen; NULL: physical addresses unknown
    pages             INTEGER,             -- distinct physical pages seen; NULL unknown
    first_ns          INTEGER NOT NULL,
    last_ns           INTEGER NOT NULL,
    samples           INTEGER NOT NULL,
    loads             INTEGER NOT NULL,
    stores            INTEGER NOT NULL,
    locked            INTEGER NOT NULL,
    transfers         INTEGER NOT NULL,    -- samples whose data came from another core's cache
    transfers_modified INTEGER NOT NULL,   -- of these, said to be modified there (HITM)
    transfers_same_node INTEGER NOT NULL,
    transfers_other_node INTEGER NOT NULL, -- another node, perhaps of the same socket
    transfers_other_socket INTEGER NOT NULL,
    transfers_unknown INTEGER NOT NULL,    -- distance not told
    remote_memory     INTEGER NOT NULL,    -- samples served by another node's DRAM
    local_memory      INTEGER NOT NULL,
    writers           INTEGER NOT NULL,    -- distinct threads seen writing
    readers           INTEGER NOT NULL,    -- distinct threads seen reading
    writer_cores      INTEGER NOT NULL,
    node_pair         TEXT,                -- 'writer>reader' nodes most seen; NULL unknown
    verdict           TEXT NOT NULL,       -- false sharing, true sharing, mixed, remote placement, no finding, cannot tell
    scope             TEXT NOT NULL,       -- cross-socket, cross-node, within node, unknown
    confidence        REAL NOT NULL,       -- 0 to 1
    confidence_reason TEXT NOT NULL,
    false_share       REAL,                -- shares of the accesses that met another core's write, split by the numbers
                                           -- of the writes they met: disjoint bytes, overlapping, not known
    true_share        REAL,
    unknown_share     REAL,
    cost_cycles_low   INTEGER,             -- NULL: no latency was sampled
    cost_cycles_high  INTEGER,
    cost_share        REAL,                -- of the CPU time of the threads that paid; NULL unknown
    writer_code_id    INTEGER,             -- the code most seen writing, and paying
    reader_code_id    INTEGER,
    c2c_records       INTEGER NOT NULL,
    c2c_rmt_hitm      INTEGER NOT NULL,
    c2c_lcl_hitm      INTEGER NOT NULL,
    c2c_rmt_peer      INTEGER NOT NULL,
    c2c_lcl_peer      INTEGER NOT NULL,
    c2c_stores        INTEGER NOT NULL,
    c2c_st_l1hit      INTEGER NOT NULL,
    c2c_st_l1miss     INTEGER NOT NULL,
    c2c_st_na         INTEGER NOT NULL,
    c2c_fb            INTEGER NOT NULL,
    c2c_l1            INTEGER NOT NULL,
    c2c_l2            INTEGER NOT NULL,
    c2c_llc_hit       INTEGER NOT NULL,
    c2c_rmt_hit       INTEGER NOT NULL,
    c2c_lcl_dram      INTEGER NOT NULL,
    c2c_rmt_dram      INTEGER NOT NULL,
    c2c_home_node     INTEGER,             -- of the first physical address seen
    PRIMARY KEY (capture_id, line_id)
) STRICT, WITHOUT ROWID;

-- Who touched which byte of a cache_line, from which code, thread and CPU; for the first 10,000 lines (what is left
-- out is counted in import_skip).
CREATE TABLE line_access (
    capture_id      INTEGER NOT NULL,
    line_id         INTEGER NOT NULL,
    offset          INTEGER NOT NULL,      -- of the first byte within the line
    code_id         INTEGER NOT NULL,
    pid             INTEGER NOT NULL,
    tid             INTEGER NOT NULL,
    cpu             INTEGER NOT NULL,      -- -1 unknown
    samples         INTEGER NOT NULL,
    loads           INTEGER NOT NULL,
    stores          INTEGER NOT NULL,      -- store samples; a load that also writes is in loads, see code_bytes.writes
    transfers       INTEGER NOT NULL,
    weight_cycles   INTEGER NOT NULL,      -- sum over samples of transfers that had a latency
    weighted        INTEGER NOT NULL,      -- number of these
    first_ns        INTEGER NOT NULL,
    last_ns         INTEGER NOT NULL,
    c2c_records     INTEGER NOT NULL,
    c2c_rmt_hitm    INTEGER NOT NULL,
    c2c_lcl_hitm    INTEGER NOT NULL,
    c2c_st_l1hit    INTEGER NOT NULL,
    c2c_st_l1miss   INTEGER NOT NULL,
    c2c_st_na       INTEGER NOT NULL,
    c2c_rmt_cycles  INTEGER NOT NULL,      -- sum of weights over c2c_rmt_hitm samples
    c2c_lcl_cycles  INTEGER NOT NULL,      -- the same over samples counted local and not remote
    c2c_lcl_means   INTEGER NOT NULL       -- number of these
) STRICT;
CREATE INDEX line_access_by_line ON line_access (capture_id, line_id);

-- Samples by code: of memory on lines of cache_line, of the CPU profile, of page faults.
CREATE TABLE code_profile (
    capture_id  INTEGER NOT NULL,
    code_id     INTEGER NOT NULL,
    mem_samples INTEGER NOT NULL,
    transfers   INTEGER NOT NULL,          -- of these, served by another core's cache
    loads       INTEGER NOT NULL,
    stores      INTEGER NOT NULL,
    cpu_samples INTEGER NOT NULL,          -- cpu-clock
    faults      INTEGER NOT NULL,          -- page faults, major ones too
    PRIMARY KEY (capture_id, code_id)
) STRICT, WITHOUT ROWID;

-- Page faults that had to wait for a device, by thread and code.
CREATE TABLE major_fault (
    capture_id INTEGER NOT NULL,
    tid        INTEGER NOT NULL,
    code_id    INTEGER NOT NULL,
    faults     INTEGER NOT NULL,
    first_ns   INTEGER NOT NULL,
    last_ns    INTEGER NOT NULL,
    PRIMARY KEY (capture_id, tid, code_id)
) STRICT, WITHOUT ROWID;

-- Physical pages seen behind a line.
CREATE TABLE line_page (
    capture_id INTEGER NOT NULL,
    line_id    INTEGER NOT NULL,
    phys_page  INTEGER NOT NULL,
    node       INTEGER,
    samples    INTEGER NOT NULL,
    first_ns   INTEGER NOT NULL,
    last_ns    INTEGER NOT NULL,
    PRIMARY KEY (capture_id, line_id, phys_page)
) STRICT, WITHOUT ROWID;

-- Context switches of each thread, summed; where they were recorded. A stay is the time from coming to a CPU to leaving
-- it.
CREATE TABLE thread_switch (
    capture_id      INTEGER NOT NULL,
    tid             INTEGER NOT NULL,
    switches        INTEGER NOT NULL,      -- times it left a CPU
    preempted       INTEGER NOT NULL,      -- of these, though it could have run on
    stays           INTEGER,               -- whose both ends are known; NULL, like the next two, where rows were lost
    stay_ns         INTEGER,               -- their sum, also of what lies outside of the window
    longest_stay_ns INTEGER,
    PRIMARY KEY (capture_id, tid)
) STRICT, WITHOUT ROWID;

-- CPU time of a thread by node, on the CPUs that were recorded: from context switches where those of the thread were
-- recorded over the whole window and none was lost (source 'switches', exact; interrupts and what a hypervisor took are
-- in it), else from cpu-clock samples (source 'cpu clock', at most the window). Without the idle tasks.
CREATE TABLE residence (
    capture_id INTEGER NOT NULL,
    tid        INTEGER NOT NULL,
    node       INTEGER NOT NULL,
    cpu_ns     INTEGER,                    -- NULL where the samples count cycles instead of time
    samples    INTEGER NOT NULL,           -- cpu-clock samples, or stays on a CPU
    source     TEXT NOT NULL,
    PRIMARY KEY (capture_id, tid, node)
) STRICT, WITHOUT ROWID;

-- The time axis: at most 1,200 buckets of equal width over the window, numbered from 0. Only non-zero rows.
-- metric: 'transfers' (accessor node, home node), 'migrations' (from, to), 'page_migrations' (NULL, NULL),
-- 'page_faults' and 'major_faults' (node), 'cpu_samples' (node), 'remote_memory' and 'local_memory' (node),
-- 'page_moves' (NULL, to; pages), 'switches' (node; off a CPU, without idle tasks), 'direct_reclaim' (node; tasks that began to
-- free memory, of any kind), 'loss'.
CREATE TABLE bucket (
    capture_id INTEGER NOT NULL,
    bucket     INTEGER NOT NULL,
    metric     TEXT NOT NULL,
    from_node  INTEGER,
    to_node    INTEGER,
    value      INTEGER NOT NULL
) STRICT;

-- A conclusion, most important first. kind: 'line', 'memory pressure', 'major faults', 'stolen time', 'placement',
-- 'allocation', 'migration', 'page migration', 'NUMA balancing', 'CPU pressure', 'page faults', 'device', 'level',
-- 'condition changed', 'loss'. confidence 0: it says what cannot be told.
CREATE TABLE finding (
    capture_id INTEGER NOT NULL,
    finding_id INTEGER NOT NULL,           -- the rank, from 1
    kind       TEXT NOT NULL,
    verdict    TEXT,
    scope      TEXT NOT NULL,
    confidence REAL NOT NULL,
    sentence   TEXT NOT NULL,
    advice     TEXT,
    line_id    INTEGER,
    PRIMARY KEY (capture_id, finding_id)
) STRICT, WITHOUT ROWID;

-- The numbers behind a finding.
CREATE TABLE finding_evidence (
    capture_id INTEGER NOT NULL,
    finding_id INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (capture_id, finding_id, position)
) STRICT, WITHOUT ROWID;

-- What an import, or this load, could not use.
CREATE TABLE import_skip (
    capture_id INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    records    INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    loses      INTEGER NOT NULL,           -- 1: something of the window is missing for it
    PRIMARY KEY (capture_id, reason)
) STRICT, WITHOUT ROWID;

-- Behind view c2c_stats; position is the order in which perf prints.
CREATE TABLE c2c_stat (
    capture_id INTEGER NOT NULL,
    position   INTEGER NOT NULL,
    name       TEXT NOT NULL,
    value      INTEGER NOT NULL,
    PRIMARY KEY (capture_id, position)
) STRICT, WITHOUT ROWID;

/* The types of records and what becomes of them; mappings and tasks, which change the address spaces. */
#include "analyze/import/rows.h"

#include <string.h>

#include "analyze/import/perf_format.h"
#include "analyze/import/row.h"

enum ht_status ht_row_add(struct ht_records *r, const struct ht_record *in, enum ht_chunk_kind kind,
                          enum ht_output_rank rank, int64_t pid, struct ht_row *row) {
    struct ht_output_key key = {in->time_ns, rank, pid, pid};
    return ht_output_row(r->output, kind, in->event, &key, &row->table, &row->row, r->cause);
}

enum ht_status ht_row_text(struct ht_records *r, struct ht_row *row, unsigned column, const uint8_t *text,
                           uint32_t room) {
    enum ht_status status = ht_table_set_bytes(row->table, column, text, strnlen((const char *)text, room));
    return status == HT_OK ? HT_OK : ht_fail(r->cause, status, "out of memory for names");
}

/* ---- mappings and tasks: they change the address spaces ---- */

static enum ht_status changed(struct ht_records *r, enum ht_status status) {
    ht_hits_changed(r->hits);
    return status == HT_OK ? HT_OK : ht_fail(r->cause, status, "out of memory for address spaces");
}

/* MMAP:  u32 pid tid, u64 start length pgoff, file
 * MMAP2: u32 pid tid, u64 start length pgoff, 24 bytes of identity, u32 prot flags, file
 *        identity: u32 major minor, u64 inode generation; or u8 size, 3 unused, build id[20] */
static enum ht_status add_mmap(struct ht_records *r, const struct ht_record *in,
                               const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    int is_mmap2 = in->type == HT_PERF_MMAP2;
    uint32_t fixed = is_mmap2 ? 64 : 32;
    struct ht_row p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + fixed)
        return HT_DAMAGED;
    int is_kernel = (in->misc & HT_PERF_MISC_CPUMODE) == HT_PERF_MISC_KERNEL;
    r->maps_cut += (in->misc & HT_PERF_MISC_MAPS_CUT) != 0;
    enum ht_status status =
        ht_row_add(r, in, HT_CHUNK_MMAP, HT_RANK_MMAP, is_kernel ? HT_PID_ALL : ht_record_task(in, at), &p);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_MMAP_SOURCE, is_mmap2 ? HT_MMAP_SOURCE_MMAP2 : HT_MMAP_SOURCE_MMAP);
    HT_ROW_SET(&p, HT_MMAP_CPUMODE, in->misc & HT_PERF_MISC_CPUMODE);
    HT_ROW_SET(&p, HT_MMAP_DATA, (in->misc & HT_PERF_MISC_MMAP_DATA) != 0);
    HT_ROW_SET(&p, HT_MMAP_PID, ht_record_task(in, at));
    HT_ROW_SET(&p, HT_MMAP_TID, ht_record_task(in, at + 4));
    HT_ROW_SET(&p, HT_MMAP_START, ht_record_u64(in, at + 8));
    HT_ROW_SET(&p, HT_MMAP_LENGTH, ht_record_u64(in, at + 16));
    HT_ROW_SET(&p, HT_MMAP_PGOFF, ht_record_u64(in, at + 24));
    if (is_mmap2) {
        HT_ROW_SET(&p, HT_MMAP_PROT, ht_record_u32(in, at + 56));
        HT_ROW_SET(&p, HT_MMAP_FLAGS, ht_record_u32(in, at + 60));
    }
    if (is_mmap2 && in->misc & HT_PERF_MISC_MMAP_BUILD_ID) {
        status = ht_table_set_bytes(p.table, HT_MMAP_BUILD_ID, at + 36, at[32] <= 20 ? at[32] : 20);
        if (status != HT_OK)
            return ht_fail(r->cause, status, "out of memory for names");
    } else if (is_mmap2) {
        HT_ROW_SET(&p, HT_MMAP_MAJOR, ht_record_u32(in, at + 32));
        HT_ROW_SET(&p, HT_MMAP_MINOR, ht_record_u32(in, at + 36));
        HT_ROW_SET(&p, HT_MMAP_INODE, ht_record_u64(in, at + 40));
        HT_ROW_SET(&p, HT_MMAP_GENERATION, ht_record_u64(in, at + 48));
    }
    status = ht_row_text(r, &p, HT_MMAP_FILE, at + fixed, body - HT_PERF_RECORD_HEADER - fixed);
    return status == HT_OK ? changed(r, ht_spaces_mmap(r->spaces, p.table, p.row)) : status;
}

/* u32 pid tid, name */
static enum ht_status add_comm(struct ht_records *r, const struct ht_record *in,
                               const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    struct ht_row p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + 8)
        return HT_DAMAGED;
    enum ht_status status = ht_row_add(r, in, HT_CHUNK_TASK, HT_RANK_NONE, -1, &p);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_TASK_KIND, in->misc & HT_PERF_MISC_COMM_EXEC ? HT_TASK_KIND_EXEC : HT_TASK_KIND_COMM);
    HT_ROW_SET(&p, HT_TASK_PID, ht_record_task(in, at));
    HT_ROW_SET(&p, HT_TASK_TID, ht_record_task(in, at + 4));
    HT_ROW_SET(&p, HT_TASK_PPID, -1);
    HT_ROW_SET(&p, HT_TASK_PTID, -1);
    status = ht_row_text(r, &p, HT_TASK_COMM, at + 8, body - HT_PERF_RECORD_HEADER - 8);
    return status == HT_OK ? changed(r, ht_spaces_task(r->spaces, p.table, p.row)) : status;
}

/* FORK, EXIT: u32 pid ppid tid ptid, u64 time. A fork that perf made up for a task it found in /proc inherits
 * nothing. */
static enum ht_status add_fork_exit(struct ht_records *r, const struct ht_record *in,
                                    const struct ht_perf_sample *trailer, uint32_t body) {
    const uint8_t *at = in->at + HT_PERF_RECORD_HEADER;
    int existed = in->type == HT_PERF_FORK && in->misc & HT_PERF_MISC_FORK_EXISTED;
    enum ht_output_rank rank = in->type == HT_PERF_FORK && !existed ? HT_RANK_FORK : HT_RANK_NONE;
    struct ht_row p;
    (void)trailer;
    if (body < HT_PERF_RECORD_HEADER + 24)
        return HT_DAMAGED;
    struct ht_output_key key = {in->time_ns, rank, ht_record_task(in, at), ht_record_task(in, at + 4)};
    enum ht_status status = ht_output_row(r->output, HT_CHUNK_TASK, 0, &key, &p.table, &p.row, r->cause);
    if (status != HT_OK)
        return status;
    HT_ROW_SET(&p, HT_TASK_KIND,
               in->type == HT_PERF_EXIT ? HT_TASK_KIND_EXIT
               : existed                ? HT_TASK_KIND_SNAPSHOT
                                        : HT_TASK_KIND_FORK);
    HT_ROW_SET(&p, HT_TASK_PID, ht_record_task(in, at));
    HT_ROW_SET(&p, HT_TASK_PPID, ht_record_task(in, at + 4));
    HT_ROW_SET(&p, HT_TASK_TID, ht_record_task(in, at + 8));
    HT_ROW_SET(&p, HT_TASK_PTID, ht_record_task(in, at + 12));
    return changed(r, ht_spaces_task(r->spaces, p.table, p.row));
}

/* ---- by type ---- */

static ht_row_maker *const by_type[] = {
    [HT_PERF_MMAP] = add_mmap,
    [HT_PERF_LOST] = ht_row_lost,
    [HT_PERF_COMM] = add_comm,
    [HT_PERF_EXIT] = add_fork_exit,
    [HT_PERF_THROTTLE] = ht_row_throttle,
    [HT_PERF_UNTHROTTLE] = ht_row_throttle,
    [HT_PERF_FORK] = add_fork_exit,
    [HT_PERF_MMAP2] = add_mmap,
    [HT_PERF_LOST_SAMPLES] = ht_row_lost_samples,
    [HT_PERF_SWITCH] = ht_row_switch,
    [HT_PERF_SWITCH_CPU_WIDE] = ht_row_switch,
    [HT_PERF_KSYMBOL] = ht_row_ksymbol,
    [HT_PERF_BPF_EVENT] = ht_row_bpf_event,
    [HT_PERF_CGROUP] = ht_row_cgroup,
};

int ht_rows_has_use(uint32_t type) {
    return type < sizeof by_type / sizeof by_type[0] && by_type[type] != NULL;
}

enum ht_status ht_rows_add(struct ht_records *records, const struct ht_record *in) {
    if (in->type == HT_PERF_SAMPLE)
        return ht_row_sample(records, in);
    if (!ht_rows_has_use(in->type))
        return ht_fail(records->cause, HT_IO, "%s: changed while it was read", records->data->path);
    struct ht_perf_sample trailer;
    uint32_t body;
    enum ht_status status =
        ht_perf_trailer_parse(&records->attrs->attr[in->event], in->at, in->bytes, &trailer, &body);
    if (status == HT_OK)
        status = by_type[in->type](records, in, &trailer, body);
    if (status != HT_DAMAGED)
        return status;
    ht_skip(records->skips, HT_SKIP_BROKEN_RECORD, in->bytes);
    return HT_OK;
}

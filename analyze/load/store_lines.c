#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/load/db.h"
#include "analyze/load/store.h"
#include "analyze/names/demangle.h"

static const char line_columns[] =
    "line_id,address,identity,pid,mapping_id,object,home_nodes,pages,first_ns,last_ns,samples,loads,stores,"
    "locked,"
    "transfers,transfers_modified,transfers_same_node,transfers_other_node,transfers_other_socket,transfers_"
    "unknown,"
    "remote_memory,local_memory,writers,readers,writer_cores,node_pair,verdict,scope,confidence,confidence_"
    "reason,"
    "false_share,true_share,unknown_share,cost_cycles_low,cost_cycles_high,cost_share,writer_code_id,reader_"
    "code_id,"
    "c2c_records,c2c_rmt_hitm,c2c_lcl_hitm,c2c_rmt_peer,c2c_lcl_peer,c2c_stores,c2c_st_l1hit,c2c_st_l1miss,"
    "c2c_st_na,"
    "c2c_fb,c2c_l1,c2c_l2,c2c_llc_hit,c2c_rmt_hit,c2c_lcl_dram,c2c_rmt_dram,c2c_home_node";

static const char access_columns[] = "line_id,offset,code_id,pid,tid,cpu,samples,loads,stores,transfers,"
                                     "weight_cycles,weighted,first_ns,last_ns,"
                                     "c2c_records,c2c_rmt_hitm,c2c_lcl_hitm,c2c_st_l1hit,c2c_st_l1miss,c2c_"
                                     "st_na,c2c_rmt_cycles,c2c_lcl_cycles,"
                                     "c2c_lcl_means";

static void put_share(struct ht_insert *in, double value) {
    if (value < 0)
        ht_put_null(in);
    else
        ht_put_real(in, value);
}

static void put_code(struct ht_insert *in, uint32_t code) {
    ht_put_known(in, code != HT_NONE ? (int64_t)code + 1 : -1);
}

/* Distinct home nodes and pages of a line; its pages stand together. */
struct homes {
    char nodes[64];
    int64_t pages; /* -1: no physical address was seen */
};

static void find_homes(const struct ht_load *load, uint32_t kept, uint32_t *at, struct homes *homes) {
    uint64_t seen[4] = {0};
    size_t length = 0;
    homes->nodes[0] = '\0';
    homes->pages = -1;
    for (; *at < load->pages.count && load->pages.page[*at].line == kept; (*at)++) {
        int node = ht_topology_home(&load->topology, load->pages.page[*at].page << 12);
        homes->pages = homes->pages < 0 ? 1 : homes->pages + 1;
        if (node < 0 || node >= 256 || seen[node / 64] & UINT64_C(1) << node % 64)
            continue;
        seen[node / 64] |= UINT64_C(1) << node % 64;
    }
    for (int node = 0; node < 256 && length + 6 < sizeof homes->nodes; node++)
        if (seen[node / 64] & UINT64_C(1) << node % 64)
            length += (size_t)snprintf(homes->nodes + length, sizeof homes->nodes - length, "%s%d",
                                       length > 0 ? "," : "", node);
}

void ht_store_object(struct ht_load *load, const struct ht_line *line, char *text, size_t size) {
    text[0] = '\0';
    const struct ht_mapping *m =
        line->mapping != HT_NO_MAPPING ? ht_spaces_mapping(load->spaces, line->mapping) : NULL;
    if (m == NULL)
        return;
    snprintf(text, size, "%s", m->file);
    const struct ht_mapping *file =
        ht_mapping_is_file(m) || m->cpumode == 1
            ? m
            : ht_spaces_bss_file(load->spaces, m->pid, m->tid, line->virtual_line);
    uint32_t dso;
    if (file == NULL || ht_known_dso(&load->names, file, &dso) != HT_OK)
        return;
    unsigned bytes = ht_lines_bytes(load->lines);
    uint64_t start = ht_known_offset(&load->names.dso[dso], file, line->virtual_line);
    /* A line may begin before the object that lies in it. */
    for (unsigned at = 0; at < bytes; at += 8) {
        uint32_t symbol = ht_known_symbol(&load->names, dso, 1, start + at);
        if (symbol == HT_NONE)
            continue;
        const struct ht_symbol *s = &load->names.symbol[symbol];
        char *name = ht_demangle(s->name);
        if (start >= s->start)
            snprintf(text, size, start > s->start ? "%s+0x%llx" : "%s", name != NULL ? name : s->name,
                     (unsigned long long)(start - s->start));
        else
            snprintf(text, size, "%s (from byte %u of the line)", name != NULL ? name : s->name,
                     (unsigned)(s->start - start));
        free(name);
        return;
    }
}

static void put_line_identity(struct ht_load *load, struct ht_insert *in, const struct ht_kept *kept,
                              uint32_t number, uint32_t *page_at) {
    static const char *const identities[] = {"kernel", "file", "private", "unmapped"};
    const struct ht_line *line = ht_lines_get(load->lines, kept->line);
    const struct ht_line_space *space = ht_lines_space(load->lines, line->space);
    char object[512];
    struct homes homes;
    ht_store_object(load, line, object, sizeof object);
    find_homes(load, number, page_at, &homes);
    ht_put_int(in, (int64_t)number + 1);
    ht_put_int(in, (int64_t)line->virtual_line);
    ht_put_text(in, identities[space->identity]);
    ht_put_known(in, space->pid);
    ht_put_known(in, line->mapping != HT_NO_MAPPING ? (int64_t)line->mapping : -1);
    ht_put_text(in, object[0] != '\0' ? object : NULL);
    ht_put_text(in, homes.nodes[0] != '\0' ? homes.nodes : NULL);
    ht_put_known(in, homes.pages);
}

static void put_line_counts(struct ht_insert *in, const struct ht_kept *k) {
    uint64_t samples = 0;
    for (unsigned i = 0; i < HT_CLASSES; i++)
        samples += k->class[i];
    const int64_t values[] = {(int64_t)k->first_ns,
                              (int64_t)k->last_ns,
                              (int64_t)samples,
                              k->loads,
                              k->stores,
                              k->locked,
                              k->transfers,
                              k->modified,
                              k->class[HT_CLASS_CACHE_SAME_NODE],
                              k -> class[HT_CLASS_CACHE_OTHER_NODE],
                              k -> class[HT_CLASS_CACHE_OTHER_SOCKET],
                              k -> class[HT_CLASS_CACHE_UNKNOWN],
                              k -> class[HT_CLASS_REMOTE_MEMORY],
                              k -> class[HT_CLASS_LOCAL_MEMORY]};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        ht_put_int(in, values[i]);
}

static void put_judgement(struct ht_insert *in, const struct ht_line_judgement *j) {
    ht_put_int(in, j->writers);
    ht_put_int(in, j->readers);
    ht_put_int(in, j->writer_cores);
    ht_put_text(in, j->node_pair[0] != '\0' ? j->node_pair : NULL);
    ht_put_text(in, j->verdict);
    ht_put_text(in, j->scope);
    ht_put_real(in, j->confidence);
    ht_put_text(in, j->reason);
    put_share(in, j->false_share);
    put_share(in, j->true_share);
    put_share(in, j->unknown_share);
    ht_put_known(in, j->cost_cycles_low);
    ht_put_known(in, j->cost_cycles_high);
    put_share(in, j->cost_share);
    put_code(in, j->writer_code);
    put_code(in, j->reader_code);
}

/* The numbers of perf's line table, by its formulas. */
static void put_c2c(struct ht_insert *in, const struct ht_kept *kept) {
    const uint32_t *c = kept->c2c;
    int64_t misses =
        (int64_t)c[HT_C2C_LCL_DRAM] + c[HT_C2C_RMT_DRAM] + c[HT_C2C_RMT_HITM] + c[HT_C2C_RMT_HIT];
    int64_t hits = (int64_t)c[HT_C2C_LD_FBHIT] + c[HT_C2C_LD_L1HIT] + c[HT_C2C_LD_L2HIT] +
                   c[HT_C2C_LD_LLCHIT] + c[HT_C2C_LCL_HITM];
    int64_t stores = (int64_t)c[HT_C2C_ST_L1HIT] + c[HT_C2C_ST_L1MISS] + c[HT_C2C_ST_NA];
    const int64_t values[] = {misses + hits + stores,
                              c[HT_C2C_RMT_HITM],
                              c[HT_C2C_LCL_HITM],
                              c[HT_C2C_RMT_PEER],
                              (int64_t)c[HT_C2C_LCL_PEER] + c[HT_C2C_LCL_PEER_AGAIN],
                              c[HT_C2C_STORE],
                              c[HT_C2C_ST_L1HIT],
                              c[HT_C2C_ST_L1MISS],
                              c[HT_C2C_ST_NA],
                              c[HT_C2C_LD_FBHIT],
                              c[HT_C2C_LD_L1HIT],
                              c[HT_C2C_LD_L2HIT],
                              c[HT_C2C_LD_LLCHIT],
                              c[HT_C2C_RMT_HIT],
                              c[HT_C2C_LCL_DRAM],
                              c[HT_C2C_RMT_DRAM]};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        ht_put_int(in, values[i]);
    ht_put_known(in, kept->home_node);
}

static enum ht_status store_accesses(struct ht_load *load, struct ht_insert *in, uint32_t kept,
                                     struct ht_cause *cause) {
    enum ht_status status = HT_OK;
    uint32_t first, count = ht_accesses_of_line(load->accesses, kept, &first);
    for (uint32_t i = 0; status == HT_OK && i < count; i++) {
        const struct ht_access *a = ht_accesses_ordered(load->accesses, first + i);
        const struct ht_thread *thread = &load->threads.thread[a->thread];
        const int64_t values[] = {(int64_t)kept + 1,
                                  a->offset,
                                  (int64_t)a->code + 1,
                                  thread->pid,
                                  thread->tid,
                                  a->cpu,
                                  a->samples,
                                  a->loads,
                                  a->stores,
                                  a->transfers,
                                  (int64_t)a->weight,
                                  a->weighted,
                                  (int64_t)(load->window_start_ns + (uint64_t)a->first_us * load->tick_ns),
                                  (int64_t)(load->window_start_ns + (uint64_t)a->last_us * load->tick_ns),
                                  a->c2c_records,
                                  a->c2c_rmt_hitm,
                                  a->c2c_lcl_hitm,
                                  a->c2c_st_l1hit,
                                  a->c2c_st_l1miss,
                                  a->c2c_st_na,
                                  (int64_t)a->c2c_rmt_cycles,
                                  (int64_t)a->c2c_lcl_cycles,
                                  a->c2c_lcl_means};
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++)
            ht_put_int(in, values[k]);
        status = ht_insert_row(in, cause);
    }
    return status;
}

static enum ht_status store_pages(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "line_page", "line_id,phys_page,node,samples,first_ns,last_ns",
                       load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->pages.count; i++) {
        const struct ht_line_page *p = &load->pages.page[i];
        ht_put_int(&in, (int64_t)p->line + 1);
        ht_put_int(&in, (int64_t)p->page);
        ht_put_known(&in, ht_topology_home(&load->topology, p->page << 12));
        ht_put_int(&in, p->samples);
        ht_put_int(&in, (int64_t)p->first_ns);
        ht_put_int(&in, (int64_t)p->last_ns);
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}

enum ht_status ht_store_lines(struct ht_load *load, ht_judge_fn judge, struct ht_cause *cause) {
    struct ht_insert line = {0}, access = {0};
    enum ht_status status =
        ht_insert_open(load->db, "cache_line", line_columns, load->capture_id, &line, cause);
    if (status == HT_OK)
        status = ht_insert_open(load->db, "line_access", access_columns, load->capture_id, &access, cause);
    uint32_t page_at = 0;
    for (uint32_t i = 0; status == HT_OK && i < load->kept_lines; i++) {
        const struct ht_kept *kept = &load->kept[i];
        struct ht_line_judgement judgement = {0};
        judge(load, i, &judgement);
        put_line_identity(load, &line, kept, i, &page_at);
        put_line_counts(&line, kept);
        put_judgement(&line, &judgement);
        put_c2c(&line, kept);
        status = ht_insert_row(&line, cause);
        if (status == HT_OK && i < (load->keep_rows ? HT_LINES_IN_DETAIL : HT_LINES_IN_REPORT))
            status = store_accesses(load, &access, i, cause);
    }
    ht_insert_close(&line);
    ht_insert_close(&access);
    return status == HT_OK ? store_pages(load, cause) : status;
}

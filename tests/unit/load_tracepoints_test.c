/* Tracepoints into tables, by the formats of Linux 4.18, 5.10, 6.1 and 6.18 (/sys/kernel/tracing/events), and
 * payloads that no kernel writes. */
#include "load_maker.h"

#include "analyze/load/page_entry.h"

#define F(type, name, offset, size, sign)                                                                    \
    "\tfield:" type " " name ";\toffset:" #offset ";\tsize:" #size ";\tsigned:" #sign ";\n"
#define COMMON                                                                                               \
    F("unsigned short", "common_type", 0, 2, 0)                                                              \
    F("unsigned char", "common_flags", 2, 1, 0)                                                              \
    F("unsigned char", "common_preempt_count", 3, 1, 0) F("int", "common_pid", 4, 4, 1) "\n"

/* Macros in a row have no layout that it settles on. */
/* clang-format off */
/* sched_migrate_task of 4.18 to 6.1, and of 6.18, where comm is a __data_loc */
#define MIGRATE_4_18                                                                                         \
    F("char", "comm[16]", 8, 16, 1)                                                                          \
    F("pid_t", "pid", 24, 4, 1)                                                                              \
    F("int", "prio", 28, 4, 1) F("int", "orig_cpu", 32, 4, 1) F("int", "dest_cpu", 36, 4, 1)
#define MIGRATE_6_18                                                                                         \
    F("__data_loc char[]", "comm", 8, 4, 0)                                                                  \
    F("pid_t", "pid", 12, 4, 1)                                                                              \
    F("int", "prio", 16, 4, 1) F("int", "orig_cpu", 20, 4, 1) F("int", "dest_cpu", 24, 4, 1)
/* sched_move_numa of all versions, sched_stick_numa before 5.5 */
#define MOVE                                                                                                 \
    F("pid_t", "pid", 8, 4, 1)                                                                               \
    F("pid_t", "tgid", 12, 4, 1)                                                                             \
    F("pid_t", "ngid", 16, 4, 1)                                                                             \
    F("int", "src_cpu", 20, 4, 1)                                                                            \
    F("int", "src_nid", 24, 4, 1) F("int", "dst_cpu", 28, 4, 1) F("int", "dst_nid", 32, 4, 1)
/* sched_swap_numa of all versions, sched_stick_numa of 5.10 */
#define PAIR                                                                                                 \
    F("pid_t", "src_pid", 8, 4, 1)                                                                           \
    F("pid_t", "src_tgid", 12, 4, 1)                                                                         \
    F("pid_t", "src_ngid", 16, 4, 1)                                                                         \
    F("int", "src_cpu", 20, 4, 1)                                                                            \
    F("int", "src_nid", 24, 4, 1) F("pid_t", "dst_pid", 28, 4, 1) F("pid_t", "dst_tgid", 32, 4, 1)           \
    F("pid_t", "dst_ngid", 36, 4, 1) F("int", "dst_cpu", 40, 4, 1) F("int", "dst_nid", 44, 4, 1)
#define PAGES_4_18                                                                                           \
    F("unsigned long", "succeeded", 8, 8, 0)                                                                 \
    F("unsigned long", "failed", 16, 8, 0)                                                                   \
    F("enum migrate_mode", "mode", 24, 4, 0) F("int", "reason", 28, 4, 1)
#define PAGES_6_1                                                                                            \
    F("unsigned long", "succeeded", 8, 8, 0)                                                                 \
    F("unsigned long", "failed", 16, 8, 0)                                                                   \
    F("unsigned long", "thp_succeeded", 24, 8, 0)                                                            \
    F("unsigned long", "thp_failed", 32, 8, 0)                                                               \
    F("unsigned long", "thp_split", 40, 8, 0) F("enum migrate_mode", "mode", 48, 4, 0)                       \
    F("int", "reason", 52, 4, 1)
#define REASON_PRINT                                                                                         \
    "\"nr_succeeded=%lu reason=%s\", REC->succeeded, __print_symbolic(REC->reason, {0, \"compaction\"}, "    \
    "{5, \"numa_misplaced\"})"
#define MOVED_PTE                                                                                            \
    F("unsigned long", "addr", 8, 8, 0) F("unsigned long", "pte", 16, 8, 0) F("int", "order", 24, 4, 1)
#define MOVED_PMD F("unsigned long", "addr", 8, 8, 0) F("unsigned long", "pmd", 16, 8, 0)
#define WAKE      F("int", "nid", 8, 4, 1) F("int", "zid", 12, 4, 1) F("int", "order", 16, 4, 1)
#define SLEEP     F("int", "nid", 8, 4, 1)
#define BEGIN_4_18                                                                                           \
    F("int", "order", 8, 4, 1)                                                                               \
    F("int", "may_writepage", 12, 4, 1) F("gfp_t", "gfp_flags", 16, 4, 0) F("int", "classzone_idx", 20, 4, 1)
#define BEGIN_5_10 F("int", "order", 8, 4, 1) F("gfp_t", "gfp_flags", 12, 4, 0)
#define BEGIN_6_18 F("int", "order", 8, 4, 1) F("unsigned long", "gfp_flags", 16, 8, 0)
#define END        F("unsigned long", "nr_reclaimed", 8, 8, 0)
/* clang-format on */
#define NODE_BEGIN                                                                                           \
    F("int", "nid", 8, 4, 1) F("int", "order", 12, 4, 1) F("unsigned long", "gfp_flags", 16, 8, 0)

struct value {
    unsigned offset, size;
    uint64_t value;
};

#define NONE ((uint64_t)-1)

/* One hit: its time is 1000 + its number, its CPU 1 (of node 1), its pid 70, its tid 71. */
static const struct {
    int line;
    const char *system, *name, *fields, *print;
    struct value value[12];
    unsigned length; /* of the payload */
    const char *table, *wanted;
} hits[] = {
    {__LINE__,
     "sched",
     "sched_migrate_task",
     MIGRATE_4_18,
     "\"\"",
     {{8, 8, 0x72656b726f77}, {24, 4, 311}, {32, 4, 0}, {36, 4, 1}},
     40,
     "migration",
     "311|worker|0|1|0|1|71"},
    {__LINE__,
     "sched",
     "sched_migrate_task",
     MIGRATE_6_18,
     "\"\"",
     {{8, 4, 28 | 7 << 16}, {12, 4, 312}, {20, 4, 1}, {24, 4, 9}, {28, 8, 0x72656b726f77}},
     36,
     "migration",
     "312|worker|1|9|1|-|71"},
    {__LINE__,
     "sched",
     "sched_move_numa",
     MOVE,
     "\"\"",
     {{8, 4, 311}, {12, 4, 310}, {20, 4, 0}, {24, 4, 0}, {28, 4, 1}, {32, 4, 1}},
     36,
     "balancing",
     "move|311|310|0|1|0|1|-"},
    {__LINE__,
     "sched",
     "sched_stick_numa",
     MOVE,
     "\"\"",
     {{8, 4, 311}, {12, 4, 310}, {20, 4, 0}, {24, 4, 0}, {28, 4, NONE}, {32, 4, 57}},
     36,
     "balancing",
     "stick|311|310|0|-|0|-|-"},
    {__LINE__,
     "sched",
     "sched_stick_numa",
     PAIR,
     "\"\"",
     {{8, 4, 311}, {12, 4, 310}, {20, 4, 1}, {24, 4, 1}, {28, 4, 0}, {40, 4, NONE}, {44, 4, NONE}},
     48,
     "balancing",
     "stick|311|310|1|-|1|-|-"},
    {__LINE__,
     "sched",
     "sched_swap_numa",
     PAIR,
     "\"\"",
     {{8, 4, 311}, {12, 4, 310}, {20, 4, 1}, {24, 4, 1}, {28, 4, 411}, {32, 4, 410}, {40, 4, 0}, {44, 4, 0}},
     48,
     "balancing",
     "swap|311|310|1|0|1|0|411"},
    {__LINE__,
     "migrate",
     "mm_migrate_pages",
     PAGES_4_18,
     REASON_PRINT,
     {{8, 8, 30}, {16, 8, 2}, {24, 4, 1}, {28, 4, 5}},
     32,
     "page_migration",
     "1|71|30|2|1|numa_misplaced"},
    {__LINE__,
     "migrate",
     "mm_migrate_pages",
     PAGES_6_1,
     REASON_PRINT,
     {{8, 8, 7}, {16, 8, 0}, {48, 4, 2}, {52, 4, 0}},
     56,
     "page_migration",
     "1|71|7|0|2|compaction"},
    {__LINE__,
     "migrate",
     "mm_migrate_pages",
     PAGES_6_1,
     REASON_PRINT,
     {{8, 8, 7}, {16, 8, 0}, {48, 4, 2}, {52, 4, 11}},
     56,
     "page_migration",
     "1|71|7|0|2|0xb"},
    /* present, of node 1 (from 0x100000000 on); as PROT_NONE; huge, with a bit that is no address; a PMD */
    {__LINE__,
     "migrate",
     "remove_migration_pte",
     MOVED_PTE,
     "\"\"",
     {{8, 8, 0x7f0000001000}, {16, 8, 0x8000000100005867}, {24, 4, 0}},
     28,
     "page_move",
     "70|71|139637976731648|1|4294987776|1"},
    {__LINE__,
     "migrate",
     "remove_migration_pte",
     MOVED_PTE,
     "\"\"",
     {{8, 8, 0x7f0000001000}, {16, 8, 0x800ffffeffffa166}, {24, 4, 0}},
     28,
     "page_move",
     "70|71|139637976731648|1|-|-"},
    {__LINE__,
     "migrate",
     "remove_migration_pte",
     MOVED_PTE,
     "\"\"",
     {{8, 8, 0x7f0000200000}, {16, 8, 0x80000000002010e7}, {24, 4, 9}},
     28,
     "page_move",
     "70|71|139637978824704|512|2097152|0"},
    {__LINE__,
     "thp",
     "remove_migration_pmd",
     MOVED_PMD,
     "\"\"",
     {{8, 8, 0x7f0000200000}, {16, 8, 0x80000000004000e7}},
     24,
     "page_move",
     "70|71|139637978824704|512|4194304|0"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_kswapd_wake",
     WAKE,
     "\"\"",
     {{8, 4, 1}, {12, 4, 3}, {16, 4, 2}},
     20,
     "reclaim",
     "kswapd wake|1|1|71|2|-"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_kswapd_sleep",
     SLEEP,
     "\"\"",
     {{8, 4, 1}},
     12,
     "reclaim",
     "kswapd sleep|1|1|71|-|-"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_direct_reclaim_begin",
     BEGIN_4_18,
     "\"\"",
     {{8, 4, 3}, {12, 4, 1}},
     24,
     "reclaim",
     "direct begin|1|-|71|3|-"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_direct_reclaim_begin",
     BEGIN_5_10,
     "\"\"",
     {{8, 4, 9}},
     16,
     "reclaim",
     "direct begin|1|-|71|9|-"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_direct_reclaim_begin",
     BEGIN_6_18,
     "\"\"",
     {{8, 4, 0}},
     24,
     "reclaim",
     "direct begin|1|-|71|0|-"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_direct_reclaim_end",
     END,
     "\"\"",
     {{8, 8, 64}},
     16,
     "reclaim",
     "direct end|1|-|71|-|64"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_memcg_reclaim_begin",
     BEGIN_6_18,
     "\"\"",
     {{8, 4, 0}},
     24,
     "reclaim",
     "cgroup begin|1|-|71|0|-"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_memcg_reclaim_end",
     END,
     "\"\"",
     {{8, 8, 0}},
     16,
     "reclaim",
     "cgroup end|1|-|71|-|0"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_node_reclaim_begin",
     NODE_BEGIN,
     "\"\"",
     {{8, 4, 1}, {12, 4, 0}},
     24,
     "reclaim",
     "node begin|1|1|71|0|-"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_node_reclaim_end",
     END,
     "\"\"",
     {{8, 8, 5}},
     16,
     "reclaim",
     "node end|1|-|71|-|5"},
    /* what no table takes, and what is too short or lacks a field */
    {__LINE__, "sched", "sched_switch", MOVE, "\"\"", {{8, 4, 1}}, 36, NULL, NULL},
    {__LINE__, "sched", "sched_switch", MOVE, "\"\"", {{8, 4, 1}}, 36, NULL, NULL},
    {__LINE__, "sched", "sched_move_numa", MOVE, "\"\"", {{8, 4, 1}}, 35, NULL, NULL},
    {__LINE__, "sched", "sched_swap_numa", SLEEP, "\"\"", {{8, 4, 1}}, 48, NULL, NULL},
    {__LINE__,
     "vmscan",
     "mm_vmscan_kswapd_wake",
     "\tfield:int nid;\toffset:8;\tsize:9999;\tsigned:1;\n",
     "\"\"",
     {{8, 4, 1}},
     48,
     NULL,
     NULL},
    {__LINE__, "migrate", "remove_migration_pte", MOVED_PTE, "\"\"", {{0, 0, 0}}, 0, NULL, NULL},
    /* a text that lies outside of the payload, an order that no page has, a field of no number's size */
    {__LINE__,
     "sched",
     "sched_migrate_task",
     MIGRATE_6_18,
     "\"\"",
     {{8, 4, 0xfff0ffff}, {12, 4, NONE}, {20, 4, NONE}, {24, 4, 0x7fffffff}},
     28,
     "migration",
     "-1||-1|2147483647|-|-|71"},
    {__LINE__,
     "migrate",
     "remove_migration_pte",
     MOVED_PTE,
     "\"\"",
     {{8, 8, NONE}, {16, 8, NONE}, {24, 4, 0x7fffffff}},
     28,
     "page_move",
     "70|71|-1|1|-|-"},
    {__LINE__,
     "vmscan",
     "mm_vmscan_kswapd_sleep",
     F("int", "nid[4]", 8, 16, 1),
     "\"\"",
     {{8, 4, 1}},
     24,
     "reclaim",
     "kswapd sleep|1|0|71|-|-"},
};

#define HITS (sizeof hits / sizeof hits[0])

static void put_format(struct making *m, unsigned number) {
    char text[4096];
    int length = snprintf(text, sizeof text, "name: %s\nID: %u\nformat:\n" COMMON "%s\nprint fmt: %s\n",
                          hits[number].name, 300 + number, hits[number].fields, hits[number].print);
    assert_true(length > 0 && (size_t)length < sizeof text);
    ADD(m, number);
    assert_int_equal(ht_table_set_text(&m->table, HT_TP_FORMAT_SYSTEM, hits[number].system), HT_OK);
    assert_int_equal(ht_table_set_text(&m->table, HT_TP_FORMAT_NAME, hits[number].name), HT_OK);
    assert_int_equal(ht_table_set_text(&m->table, HT_TP_FORMAT_FORMAT, text), HT_OK);
}

static void put_hit(struct making *m, unsigned number) {
    uint16_t id = (uint16_t)(300 + number);
    uint8_t payload[64] = {0};
    memcpy(payload, &id, sizeof id);
    for (const struct value *v = hits[number].value; v->size > 0; v++)
        memcpy(payload + v->offset, &v->value, v->size); /* little endian, as captures are */
    ADD(m, 1000 + number, number, 1, 70, 71);
    assert_int_equal(ht_table_set_bytes(&m->table, HT_TRACEPOINT_PAYLOAD, payload, hits[number].length),
                     HT_OK);
}

static void put_machine(struct making *m) {
    maker_meta(&m->table, "page_bytes", "4096");
    maker_meta(&m->table, "window_start_ns", "500");
    maker_meta(&m->table, "window_end_ns", "100000");
    next(m, HT_CHUNK_CPU);
    ADD(m, 0, 0, 0, 0, 0, 0, 1, 64);
    ADD(m, 1, 1, 1, 0, 1, 1, 1, 64);
    next(m, HT_CHUNK_MEM_BLOCK);
    ADD(m, 0, UINT64_C(0x100000000), 0);
    ADD(m, UINT64_C(0x100000000), UINT64_C(0x100000000), 1);
}

static sqlite3 *load_hits(void) {
    char capture[64];
    struct making m;
    maker_temporary(capture);
    begin(&m, capture);
    put_machine(&m);
    next(&m, HT_CHUNK_EVENT);
    for (unsigned i = 0; i < HITS; i++) {
        uint32_t row = ADD(&m, i);
        m.table.number[HT_EVENT_KIND][row] = HT_EVENT_KIND_TRACEPOINT;
    }
    next(&m, HT_CHUNK_TP_FORMAT);
    for (unsigned i = 0; i < HITS; i++)
        put_format(&m, i);
    for (unsigned i = 0; i < HITS; i++) {
        next(&m, HT_CHUNK_TRACEPOINT);
        put_hit(&m, i);
    }
    end(&m);
    sqlite3 *db = load_new(capture, NULL);
    unlink(capture);
    return db;
}

/* The row of a time, all columns but capture_id and time_ns, NULL as '-'. */
static void row_text(sqlite3 *db, const char *table, int64_t time, char *text, size_t size) {
    char sql[128];
    sqlite3_stmt *select;
    snprintf(sql, sizeof sql, "SELECT * FROM %s WHERE time_ns = %lld", table, (long long)time);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK);
    size_t at = 0;
    text[0] = '\0';
    if (sqlite3_step(select) == SQLITE_ROW)
        for (int i = 2; i < sqlite3_column_count(select); i++) {
            const char *value = (const char *)sqlite3_column_text(select, i);
            at +=
                (size_t)snprintf(text + at, size - at, "%s%s", i > 2 ? "|" : "", value != NULL ? value : "-");
        }
    sqlite3_finalize(select);
}

static void test_rows(void **state) {
    (void)state;
    sqlite3 *db = load_hits();
    for (unsigned i = 0; i < HITS; i++) {
        char text[256];
        if (hits[i].table == NULL)
            continue;
        row_text(db, hits[i].table, 1000 + i, text, sizeof text);
        if (strcmp(text, hits[i].wanted) != 0)
            fail_msg("hit of line %d: \"%s\", not \"%s\"", hits[i].line, text, hits[i].wanted);
    }
    expect(db,
           "SELECT group_concat(n) FROM (SELECT count(*) AS n FROM migration UNION ALL SELECT count(*) FROM "
           "balancing UNION ALL SELECT count(*) FROM page_migration UNION ALL SELECT count(*) FROM page_move "
           "UNION ALL SELECT count(*) FROM reclaim)",
           "3,4,3,5,11");
    /* sched_switch came as two events; sched_swap_numa lacks a field, kswapd_wake has one that is no kernel's
     */
    expect(db, "SELECT group_concat(reason || ' ' || records || ' ' || loses, '; ') FROM import_skip",
           "tracepoint hits shorter than their format: migrate:remove_migration_pte 1 1; "
           "tracepoint hits shorter than their format: sched:sched_move_numa 1 1; "
           "tracepoint hits that no table takes: sched:sched_swap_numa 1 1; "
           "tracepoint hits that no table takes: sched:sched_switch 2 1; "
           "tracepoint hits that no table takes: vmscan:mm_vmscan_kswapd_wake 1 1");
    expect(db, "SELECT count(*) || ' ' || sum(samples) FROM event", "32 32");
    ht_db_close(db);
}

/* page_moves counts pages by the node they went to, direct_reclaim where tasks began to free memory. */
static void test_timeline(void **state) {
    (void)state;
    sqlite3 *db = load_hits();
    expect(
        db,
        "SELECT group_concat(metric || ' ' || coalesce(from_node, '-') || '>' || coalesce(to_node, '-') || ' "
        "' "
        "|| n, '; ') FROM (SELECT metric, from_node, to_node, sum(value) AS n FROM bucket GROUP BY 1, 2, 3)",
        "direct_reclaim 1>- 5; migrations ->- 1; migrations 0>1 1; migrations 1>- 1; page_migrations ->- 44; "
        "page_moves ->- 2; page_moves ->0 1024; page_moves ->1 1");
    ht_db_close(db);
}

static void test_page_entries(void **state) {
    (void)state;
    static struct ht_mem_block block[] = {{0, UINT64_C(1) << 40, 0}};
    struct ht_topology known = {.block = block, .blocks = 1}, unknown = {0};
    static const struct {
        int line;
        enum ht_page_arch arch;
        uint64_t entry;
        int64_t order;
        int blocks_known;
        uint64_t pages, place;
    } rows[] = {
        {__LINE__, HT_PAGE_X86_64, 0x8000000123456867, 0, 1, 1, 0x123456000},
        {__LINE__, HT_PAGE_X86_64, 0x8000000123456866, 0, 1, 1, 0},           /* not present */
        {__LINE__, HT_PAGE_X86_64, 0x0008000123456867, 0, 1, 1, 0x123456000}, /* encrypted: bit 51 */
        {__LINE__, HT_PAGE_X86_64, 0x0000800123456867, 0, 1, 1, 0x123456000}, /* bit 47 */
        {__LINE__, HT_PAGE_X86_64, 0x0008000123456867, 0, 0, 1, 0},           /* who knows */
        {__LINE__, HT_PAGE_X86_64, 0x0000000123456867, 0, 0, 1, 0x123456000},
        {__LINE__, HT_PAGE_X86_64, 0x00000001234560e7, 9, 1, 512,
         0x123400000}, /* huge; PAT is not the address */
        {__LINE__, HT_PAGE_X86_64, 0x0000000123456067, 9, 1, 1, 0x123456000}, /* a part of a huge page */
        {__LINE__, HT_PAGE_X86_64, 0x00000001234560e7, 40, 1, 1, 0x123456000},
        {__LINE__, HT_PAGE_X86_64, 0x00000001234560e7, -1, 1, 512, 0x123400000},
        {__LINE__, HT_PAGE_AARCH64_4K, 0x0068000123456f43, 0, 1, 1, 0x123456000},
        {__LINE__, HT_PAGE_AARCH64_4K, 0x0068000123456f42, 0, 1, 1, 0},
        {__LINE__, HT_PAGE_AARCH64_4K, 0x0068000123400f41, 9, 1, 512, 0x123400000}, /* a block */
        {__LINE__, HT_PAGE_AARCH64_4K, 0x0078000123450f43, 4, 1, 16, 0x123450000},  /* contiguous */
        {__LINE__, HT_PAGE_AARCH64_4K, 0x0068000123456f43, 4, 1, 1, 0x123456000},
        {__LINE__, HT_PAGE_OTHER, 0x0000000123456867, 0, 1, 1, 0},
        {__LINE__, HT_PAGE_OTHER, 0x0000000123456867, 9, 1, 512, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t pages = ht_page_entry_pages(rows[i].arch, 4096, rows[i].entry, rows[i].order);
        uint64_t place =
            ht_page_entry_place(rows[i].arch, rows[i].entry, pages, rows[i].blocks_known ? &known : &unknown);
        if (pages != rows[i].pages || place != rows[i].place)
            fail_msg("row of line %d: %llu pages at 0x%llx", rows[i].line, (unsigned long long)pages,
                     (unsigned long long)place);
    }
    assert_int_equal(ht_page_entry_pages(HT_PAGE_OTHER, 65536, 0, -1), 8192);
    assert_int_equal(ht_page_arch_of("x86_64", 0), HT_PAGE_X86_64);
    assert_int_equal(ht_page_arch_of("aarch64", 4096), HT_PAGE_AARCH64_4K);
    assert_int_equal(ht_page_arch_of("aarch64", 65536), HT_PAGE_OTHER);
    assert_int_equal(ht_page_arch_of("aarch64", 0), HT_PAGE_OTHER);
    assert_int_equal(ht_page_arch_of(NULL, 4096), HT_PAGE_OTHER);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_timeline),
        cmocka_unit_test(test_page_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

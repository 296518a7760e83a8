/* Captures made by hand into the database: what the loader concludes from them, and that a load is done whole
 * or not at all. */
#include "load_maker.h"

#define TEXT_AT     UINT64_C(0x401000)
#define DATA_AT     UINT64_C(0x601000)
#define REMOTE_HITM UINT64_C(0x3600800042)

enum { PRIVATE = 2, SHARED = 1, READ_WRITE = 3, READ_EXEC = 5, USER = 2 };

static void add_mmap(struct making *m, uint64_t pid, uint64_t start, uint64_t pgoff, uint64_t prot,
                     uint64_t flags) {
    ADD(m, 1, HT_MMAP_SOURCE_MMAP2, USER, 0, pid, pid, start, 0x1000, pgoff, 8, 1, 7, 0, prot, flags);
    assert_int_equal(ht_table_set_text(&m->table, HT_MMAP_FILE, "/bin/server"), HT_OK);
}

/* Two processes of one program, on two sockets, that add to the same variable of their .data all the time. */
static void make_two_processes(const char *path, uint64_t flags) {
    static const uint8_t lock_add[] = {0xf0, 0x48, 0x83, 0x07, 0x01}; /* lock add qword [rdi], 1 */
    struct making m;
    begin(&m, path);
    next(&m, HT_CHUNK_CPU);
    for (uint64_t cpu = 0; cpu < 2; cpu++)
        ADD(&m, cpu, cpu, cpu, 0, 0, cpu, 1, 64);
    next(&m, HT_CHUNK_EVENT);
    ADD(&m, 0);
    m.table.number[HT_EVENT_KIND][0] = HT_EVENT_KIND_MEM_LOAD;
    next(&m, HT_CHUNK_MMAP);
    for (uint64_t pid = 100; pid <= 200; pid += 100) {
        add_mmap(&m, pid, TEXT_AT, 0x1000, READ_EXEC, PRIVATE);
        add_mmap(&m, pid, DATA_AT, 0x3000, READ_WRITE, flags);
    }
    next(&m, HT_CHUNK_MEM_SAMPLE);
    for (uint64_t i = 0; i < 200; i++) {
        uint64_t which = i % 2, pid = which ? 100 : 200;
        ADD(&m, 1000 + i * 1000, 0, which, pid, pid, TEXT_AT, DATA_AT, 0, REMOTE_HITM, 300, 0, 0, 1, USER);
    }
    next(&m, HT_CHUNK_DSO);
    ADD(&m, 1, HT_DSO_READ, 0, 8, 1, 7);
    assert_int_equal(ht_table_set_text(&m.table, HT_DSO_PATH, "/bin/server"), HT_OK);
    next(&m, HT_CHUNK_CODE);
    ADD(&m, 1, 0x1000);
    assert_int_equal(ht_table_set_bytes(&m.table, HT_CODE_BYTES, lock_add, sizeof lock_add), HT_OK);
    end(&m);
}

/* perf counts both under one file and offset; what they write are copies of their own, unless it is shared.
 */
static void test_private_copies(void **state) {
    (void)state;
    char capture[64];
    maker_temporary(capture);
    make_two_processes(capture, SHARED);
    sqlite3 *db = load_new(capture, NULL);
    expect(db, "SELECT verdict || ', ' || scope || ', ' || writers FROM cache_line",
           "true sharing, cross-socket, 2");
    ht_db_close(db);
    make_two_processes(capture, PRIVATE);
    db = load_new(capture, NULL);
    expect(
        db,
        "SELECT verdict || ', ' || transfers || ', ' || (confidence_reason LIKE '%own copy') FROM cache_line",
        "cannot tell, 200, 1");
    ht_db_close(db);
    unlink(capture);
}

/* What fails on the way to the last conclusion leaves the database as it was. */
static void test_all_or_nothing(void **state) {
    (void)state;
    char capture[64], path[80];
    struct ht_ingest_options options = {.keep_rows = 1};
    struct ht_cause cause;
    int64_t id;
    maker_temporary(capture);
    make_two_processes(capture, SHARED);
    snprintf(path, sizeof path, "%s.db", capture);
    sqlite3 *db = load_new(capture, path);
    assert_int_equal(sqlite3_exec(db, "DROP TABLE finding_evidence", NULL, NULL, NULL), SQLITE_OK);
    ht_db_close(db);
    assert_int_equal(ht_db_open(path, HT_DB_ADD, &db, &cause), HT_OK);
    assert_int_not_equal(ht_ingest(db, capture, &options, &id, &cause), HT_OK);
    expect(db, "SELECT (SELECT count(*) FROM capture) || ' ' || (SELECT count(*) FROM mem_sample)", "1 200");
    ht_db_close(db);
    unlink(path);
    unlink(capture);
}

/* Mappings and their pages come apart; of a process with many they still meet in no time. */
static void test_many_numa_maps(void **state) {
    (void)state;
    enum { MAPS = 30000 };
    char capture[64];
    struct making m;
    maker_temporary(capture);
    begin(&m, capture);
    next(&m, HT_CHUNK_NUMA_MAP);
    for (uint64_t i = 0; i < MAPS; i++)
        ADD(&m, 5, 0, 77, i << 20, 0, 4096);
    next(&m, HT_CHUNK_NUMA_MAP_NODE);
    for (uint64_t i = 0; i < MAPS; i++)
        ADD(&m, 0, 77, i << 20, i % 2, i);
    end(&m);
    sqlite3 *db = load_new(capture, NULL);
    expect(db, "SELECT count(*) || ' ' || sum(pages = numa_map_id - 1) FROM numa_map_node", "30000 30000");
    ht_db_close(db);
    unlink(capture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_private_copies),
        cmocka_unit_test(test_all_or_nothing),
        cmocka_unit_test(test_many_numa_maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

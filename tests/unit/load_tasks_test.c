/* Control groups, pid namespaces, devices, major faults and the accounts of snapshots, from chunks to tables.
 */
#include "load_maker.h"

enum { CLOCK_EVENT, FAULT_EVENT, MAJOR_EVENT, SNAPSHOT_EVENT, SIDEBAND_EVENT };

static void put_event(struct making *m, uint64_t number, uint64_t kind) {
    uint32_t row = ADD(m, number);
    m->table.number[HT_EVENT_KIND][row] = kind;
}

static void put_task(struct making *m, uint64_t time, uint64_t kind, uint64_t pid, uint64_t ppid) {
    ADD(m, time, kind, pid, pid, ppid, ppid);
}

/* 10 was there and lives in group 77; 11, 12 and 13 are its child, grandchild and another one that moved to
 * 78; 20 was there, and nothing was read of it; 21 is its child. */
static void make_processes(struct making *m) {
    next(m, HT_CHUNK_TASK);
    put_task(m, 1, HT_TASK_KIND_SNAPSHOT, 10, 1);
    put_task(m, 1, HT_TASK_KIND_SNAPSHOT, 20, 10);
    put_task(m, 100, HT_TASK_KIND_FORK, 11, 10);
    put_task(m, 200, HT_TASK_KIND_FORK, 12, 11);
    put_task(m, 300, HT_TASK_KIND_FORK, 13, 10);
    put_task(m, 400, HT_TASK_KIND_FORK, 21, 20);
    put_task(m, 1, HT_TASK_KIND_SNAPSHOT, 0, 0);
    assert_int_equal(ht_table_set_text(&m->table, HT_TASK_COMM, "swapper"), HT_OK);
    put_task(m, 500, HT_TASK_KIND_FORK, 30, 30); /* its own parent: no kernel says so */
    next(m, HT_CHUNK_PROCESS);
    ADD(m, 1, 10, 77, 1);
    ADD(m, 900, 13, 78, 0);
    ADD(m, 400, 13, 77, 5); /* older, told later */
    next(m, HT_CHUNK_CGROUP);
    ADD(m, 1, 77);
    assert_int_equal(ht_table_set_text(&m->table, HT_CGROUP_PATH, "/a"), HT_OK);
    ADD(m, 1, UINT64_C(0x8000000000000000));
    assert_int_equal(ht_table_set_text(&m->table, HT_CGROUP_PATH, "/b"), HT_OK);
    next(m, HT_CHUNK_CGROUP_STAT);
    ADD(m, 5, 77, 0);
    assert_int_equal(ht_table_set_text(&m->table, HT_CGROUP_STAT_NAME, "anon"), HT_OK);
    m->table.number[HT_CGROUP_STAT_VALUE][0] = 4096;
    ADD(m, 5, 77, (uint64_t)-1);
    assert_int_equal(ht_table_set_text(&m->table, HT_CGROUP_STAT_NAME, "anon"), HT_OK);
    next(m, HT_CHUNK_DEVICE);
    static const char *const text[][4] = {{"eth0", "net", "24-27", "0-3"}, {"lo", "net", "", ""}};
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t row;
        assert_int_equal(ht_table_add(&m->table, &row), HT_OK);
        m->table.number[HT_DEVICE_NODE][row] = i == 0 ? 1 : (uint64_t)-1;
        static const unsigned columns[] = {HT_DEVICE_NAME, HT_DEVICE_KIND, HT_DEVICE_IRQS,
                                           HT_DEVICE_IRQ_AFFINITY};
        for (unsigned c = 0; c < 4; c++)
            assert_int_equal(ht_table_set_text(&m->table, columns[c], text[i][c]), HT_OK);
    }
}

static void make_faults(struct making *m) {
    next(m, HT_CHUNK_CPU);
    ADD(m, 0, 0, 0, 0, 0, 0, 1, 64);
    next(m, HT_CHUNK_EVENT);
    put_event(m, CLOCK_EVENT, HT_EVENT_KIND_CPU_CLOCK);
    put_event(m, FAULT_EVENT, HT_EVENT_KIND_PAGE_FAULT);
    put_event(m, MAJOR_EVENT, HT_EVENT_KIND_MAJOR_FAULT);
    put_event(m, SNAPSHOT_EVENT, HT_EVENT_KIND_SNAPSHOT);
    put_event(m, SIDEBAND_EVENT, HT_EVENT_KIND_SIDEBAND);
    next(m, HT_CHUNK_CPU_SAMPLE);
    ADD(m, 1000, CLOCK_EVENT, 0, 10, 10, 0x1000, 0, 1000, 2);
    ADD(m, 1050, CLOCK_EVENT, 0, 0, 0, 0x1000, 0, 1000, 2);
    ADD(m, 1100, FAULT_EVENT, 0, 10, 10, 0x2000, 0x7000, 1, 2);
    ADD(m, 1200, FAULT_EVENT, 0, 10, 10, 0x2000, 0x8000, 1, 2);
    ADD(m, 1201, MAJOR_EVENT, 0, 10, 10, 0x2000, 0x8000, 1, 2);
    ADD(m, 1301, MAJOR_EVENT, 0, 10, 10, 0x2000, 0x9000, 1, 2);
    ADD(m, 1401, MAJOR_EVENT, 0, 11, 11, 0x2000, 0x9000, 1, 2);
    next(m, HT_CHUNK_COUNTER);
    ADD(m, 2000, 0, CLOCK_EVENT, 1, 10, 10, 0, 1);
    ADD(m, 2000, 0, FAULT_EVENT, 2, 10, 10, 0, 1);
    ADD(m, 2000, 0, MAJOR_EVENT, 3, 10, 10, 0, 1);
    ADD(m, 1000, (uint64_t)-1, SNAPSHOT_EVENT, 4, 10, 10, 0, 0);
    ADD(m, 2000, (uint64_t)-1, SNAPSHOT_EVENT, 5, 10, 10, 0, 0);
}

/* kind: META target_kind, namespace: pid_namespace. */
static sqlite3 *load_of(const char *kind, const char *namespace) {
    char capture[64];
    struct making m;
    maker_temporary(capture);
    begin(&m, capture);
    maker_meta(&m.table, "recorder_pid", "20");
    maker_meta(&m.table, "target_pids", "7, 110,10,x,99999999999999999999");
    maker_meta(&m.table, "target_kind", kind);
    maker_meta(&m.table, "pid_namespace", namespace);
    make_faults(&m);
    make_processes(&m);
    end(&m);
    sqlite3 *db = load_new(capture, NULL);
    unlink(capture);
    return db;
}

static sqlite3 *load_made(void) {
    return load_of("command", "initial");
}

/* What a command or a control group forked in the window is a target, also where the recorder never saw it;
 * what stood there before is not, though its parent is. Of a process that was named, its children are not. */
static void test_targets(void **state) {
    (void)state;
    static const char *const kinds[][2] = {
        {"command", "10,11,12,13"}, {"cgroup", "10,11,12,13"}, {"pid", "10"}, {"system", "10"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        sqlite3 *db = load_of(kinds[i][0], "initial");
        expect(db, "SELECT group_concat(pid) FROM process WHERE is_target", kinds[i][1]);
        ht_db_close(db);
    }
}

/* In a pid namespace of its own, 0 is everything outside. */
static void test_outside(void **state) {
    (void)state;
    sqlite3 *db = load_of("system", "initial");
    expect(db, "SELECT (SELECT comm FROM thread WHERE tid = 0) || ' ' || comm FROM process WHERE pid = 0",
           "swapper swapper");
    expect(db, "SELECT count(*) > 0 FROM traced_thread", "1");
    ht_db_close(db);
    db = load_of("system", "own");
    expect(
        db,
        "SELECT (SELECT comm FROM thread WHERE tid = 0) IS NULL AND comm IS NULL FROM process WHERE pid = 0",
        "1");
    expect(db, "SELECT (SELECT count(*) FROM thread) > 0 AND (SELECT count(*) FROM traced_thread) = 0", "1");
    ht_db_close(db);
}

static void test_cgroups(void **state) {
    (void)state;
    sqlite3 *db = load_made();
    expect(db,
           "SELECT group_concat(pid || ' ' || coalesce(cgroup_id, '-') || ' ' || coalesce(namespace_pid, "
           "'-'), ', ') "
           "FROM process",
           "0 - -, 10 77 1, 11 77 -, 12 77 -, 13 78 -, 20 - -, 21 - -, 30 - -");
    expect(db, "SELECT group_concat(cgroup_id || ' ' || path, ', ') FROM cgroup",
           "-9223372036854775808 /b, 77 /a");
    expect(db,
           "SELECT group_concat(cgroup_id || ' ' || coalesce(node, '-') || ' ' || name || ' ' || "
           "value_bytes, ', ') "
           "FROM cgroup_stat",
           "77 0 anon 4096, 77 - anon 0");
    expect(db,
           "SELECT group_concat(name || ' ' || kind || ' ' || coalesce(node, '-') || ' ' || coalesce(irqs, "
           "'-') || ' ' "
           "|| coalesce(irq_affinity, '-'), ', ') FROM device",
           "eth0 net 1 24-27 0-3, lo net - - -");
    ht_db_close(db);
}

/* A major fault is a page fault, and told as one: it is not counted again. */
static void test_major_faults(void **state) {
    (void)state;
    sqlite3 *db = load_made();
    expect(db, "SELECT cpu_samples FROM capture", "4");
    expect(db, "SELECT sum(faults) || ' ' || sum(cpu_samples) FROM code_profile", "2 2");
    expect(db,
           "SELECT group_concat(tid || ' ' || faults || ' ' || first_ns || ' ' || last_ns || ' ' || "
           "code_address, ', ') "
           "FROM major_fault JOIN code_bytes USING (capture_id, code_id)",
           "10 2 1201 1301 8192, 11 1 1401 1401 8192");
    expect(db, "SELECT group_concat(coalesce(address, '-')) FROM cpu_sample",
           "-,-,28672,32768,32768,36864,36864");
    expect(db,
           "SELECT group_concat(metric || ' ' || n, ', ') FROM (SELECT metric, sum(value) AS n FROM bucket "
           "GROUP BY 1)",
           "cpu_samples 2, major_faults 3, page_faults 2");
    expect(db, "SELECT group_concat(tid || ' ' || cpu_samples, ', ') FROM thread WHERE tid IN (10, 11)",
           "10 1, 11 0");
    ht_db_close(db);
}

/* The last reading of a snapshot says how many there were; nothing of it can be lost. */
static void test_snapshots(void **state) {
    (void)state;
    sqlite3 *db = load_made();
    expect(db, "SELECT group_concat(kind || ' ' || samples || ' ' || lost_exact, ', ') FROM event",
           "cpu clock 2 1, page fault 2 1, major fault 3 1, snapshot 5 1, sideband 0 0");
    expect(db, "SELECT lost_samples || ' ' || lost_exact FROM capture", "0 1");
    ht_db_close(db);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets),      cmocka_unit_test(test_outside),   cmocka_unit_test(test_cgroups),
        cmocka_unit_test(test_major_faults), cmocka_unit_test(test_snapshots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

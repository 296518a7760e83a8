/* Call chains, and kernel code that came and went in the window: which names their addresses get. */
#include "load_maker.h"

enum { KERNEL = 1, USER = 2, READ_EXEC = 5 };

#define KERNEL_TEXT UINT64_C(0xffffffff81000000)
#define BPF_TEXT    UINT64_C(0xffffffffc0000000)

static void put_text(struct making *m, uint64_t time, int64_t pid, uint64_t start, uint64_t length,
                     uint64_t pgoff, const char *file) {
    ADD(m, time, HT_MMAP_SOURCE_MMAP2, pid < 0 ? KERNEL : USER, 0, (uint64_t)pid, (uint64_t)pid, start,
        length, pgoff, 0, 0, 0, 0, READ_EXEC, 2);
    assert_int_equal(ht_table_set_text(&m->table, HT_MMAP_FILE, file), HT_OK);
}

static void put_symbol(struct making *m, uint64_t dso, uint64_t start, uint64_t bytes, const char *name) {
    ADD(m, dso, start, bytes, 0);
    assert_int_equal(ht_table_set_text(&m->table, HT_SYMBOL_NAME, name), HT_OK);
}

static void put_names(struct making *m) {
    next(m, HT_CHUNK_DSO);
    ADD(m, 1, HT_DSO_READ, 0);
    assert_int_equal(ht_table_set_text(&m->table, HT_DSO_PATH, "/bin/a"), HT_OK);
    ADD(m, 2, HT_DSO_READ, 1);
    assert_int_equal(ht_table_set_text(&m->table, HT_DSO_PATH, "[kernel.kallsyms]"), HT_OK);
    ADD(m, 3, HT_DSO_READ, 0);
    assert_int_equal(ht_table_set_text(&m->table, HT_DSO_PATH, "/bin/b"), HT_OK);
    next(m, HT_CHUNK_SYMBOL);
    put_symbol(m, 1, 0x100, 0x100, "main");
    put_symbol(m, 1, 0x200, 0x100, "worker");
    put_symbol(m, 1, 0x300, 0x100, "spin");
    put_symbol(m, 2, KERNEL_TEXT + 0x100, 0x100, "sys_write");
    put_symbol(m, 3, 0x300, 0x100, "other");
}

static void put_events(struct making *m) {
    next(m, HT_CHUNK_EVENT);
    static const uint64_t kinds[] = {HT_EVENT_KIND_CPU_CLOCK, HT_EVENT_KIND_PAGE_FAULT};
    for (unsigned i = 0; i < 2; i++) {
        uint32_t row = ADD(m, i);
        m->table.number[HT_EVENT_KIND][row] = kinds[i];
    }
}

#define FRAMES                                                                                               \
    "SELECT group_concat(chain_id || ':' || depth || ' ' || coalesce(name, '-'), ', ') FROM (SELECT f.*, "   \
    "s.name FROM call_chain_frame f JOIN code_bytes USING (capture_id, code_id) LEFT JOIN symbol s "         \
    "USING (capture_id, symbol_id) ORDER BY 2, 3)"

/* Process 7 runs /bin/a until it maps /bin/b over it at 2000. Chains come before, behind and without their
 * samples. */
static void make_chains(const char *path) {
    struct making m;
    begin(&m, path);
    put_events(&m);
    next(&m, HT_CHUNK_MMAP);
    put_text(&m, 1, -1, KERNEL_TEXT, 0x100000, 0, "[kernel.kallsyms]_text");
    put_text(&m, 1, 7, 0x400000, 0x1000, 0, "/bin/a");
    put_text(&m, 2000, 7, 0x400000, 0x1000, 0, "/bin/b");
    next(&m, HT_CHUNK_CHAIN);
    /* returns to the first byte behind main and behind worker: the calls were in these */
    ADD(&m, 1000, 1, 7, 0x400310, USER);
    ADD(&m, 1000, 1, 7, 0x400300, USER);
    ADD(&m, 1000, 1, 7, 0x400200, USER);
    /* in the kernel, entered at the first byte of spin, by an interrupt */
    ADD(&m, 1100, 2, 7, KERNEL_TEXT + 0x150, KERNEL);
    ADD(&m, 1100, 2, 7, KERNEL_TEXT + 0x200, KERNEL);
    ADD(&m, 1100, 2, 7, 0x400300, USER);
    ADD(&m, 1100, 2, 7, 0x400300, USER);
    next(&m, HT_CHUNK_CPU_SAMPLE);
    ADD(&m, 1000, 0, 0, 7, 7, 0x400310, 0, 1000, USER, 1);
    ADD(&m, 1010, 0, 0, 7, 8, 0x400310, 0, 1000, USER, 1);
    ADD(&m, 1100, 0, 0, 7, 7, KERNEL_TEXT + 0x150, 0, 1000, KERNEL, 2);
    ADD(&m, 1200, 1, 0, 7, 7, 0x400310, 0x5000, 1, USER, 1); /* a page fault: no CPU time */
    ADD(&m, 1300, 0, 0, 7, 7, 0x400310, 0, 1000, USER, 0);
    ADD(&m, 2100, 0, 0, 7, 7, 0x400310, 0, 1000, USER, 3);
    ADD(&m, 2200, 0, 0, 7, 7, 0x400310, 0, 1000, USER, 99); /* its frames are not there */
    next(&m, HT_CHUNK_CHAIN);
    ADD(&m, 2100, 3, 7, 0x400310, USER);
    ADD(&m, 2300, 4, (uint64_t)-1, KERNEL_TEXT + 0x150, KERNEL);
    put_names(&m);
    end(&m);
}

static void test_chains(void **state) {
    (void)state;
    char capture[64];
    maker_temporary(capture);
    make_chains(capture);
    sqlite3 *db = load_new(capture, NULL);
    expect(db, FRAMES,
           "1:0 spin, 1:1 worker, 1:2 main, 2:0 sys_write, 2:1 sys_write, 2:2 spin, 2:3 worker, 3:0 other, "
           "4:0 sys_write");
    expect(db, "SELECT group_concat(chain_id || ' ' || pid || ' ' || cpu_samples, ', ') FROM call_chain",
           "1 7 2, 2 7 1, 3 7 1, 4 -1 0");
    expect(db, "SELECT group_concat(coalesce(chain_id, '-')) FROM cpu_sample", "1,1,2,1,-,3,99");
    expect(
        db,
        "SELECT group_concat(stack || ' ' || cpu_samples, ', ') FROM call_chain_report WHERE cpu_samples > 0",
        "main;worker;spin 2, other 1, worker;spin;sys_write;sys_write 1");
    /* what only called is no profile */
    expect(db, "SELECT sum(cpu_samples) || ' ' || sum(faults) FROM code_profile", "6 1");
    ht_db_close(db);
    unlink(capture);
}

static void put_ksymbol(struct making *m, uint64_t time, uint64_t at, uint64_t length, uint64_t type,
                        uint64_t registered, const char *name) {
    ADD(m, time, at, length, type, registered);
    assert_int_equal(ht_table_set_text(&m->table, HT_KSYMBOL_NAME, name), HT_OK);
}

static void put_kernel_sample(struct making *m, uint64_t time, uint64_t ip) {
    ADD(m, time, 0, 0, 7, 7, ip, 0, 1000, KERNEL, 0);
}

/* Two programs at one address, one after the other; one inside the kernel's text, where its own names go
 * first. */
static void make_ksymbols(const char *path) {
    struct making m;
    begin(&m, path);
    put_events(&m);
    next(&m, HT_CHUNK_MMAP);
    put_text(&m, 1, -1, KERNEL_TEXT, 0x100000, 0, "[kernel.kallsyms]_text");
    next(&m, HT_CHUNK_KSYMBOL);
    put_ksymbol(&m, 1000, BPF_TEXT, 0x100, 1, 1, "bpf_prog_1");
    put_ksymbol(&m, 2000, BPF_TEXT, 0x100, 1, 0, "bpf_prog_1");
    put_ksymbol(&m, 3000, BPF_TEXT, 0x100, 1, 1, "bpf_prog_2");
    put_ksymbol(&m, 1000, KERNEL_TEXT, 0x1000, 2, 1, "patched");
    put_ksymbol(&m, 2000, BPF_TEXT + 0x2000, 0x100, 1, 0, "was_there");
    put_ksymbol(&m, 1000, BPF_TEXT + 0x1000, 0, 7, 1, "empty");
    put_ksymbol(&m, 1000, UINT64_MAX - 15, 0x1000, 7, 1, "last");
    next(&m, HT_CHUNK_CPU_SAMPLE);
    put_kernel_sample(&m, 900, BPF_TEXT + 0x10);
    put_kernel_sample(&m, 1000, BPF_TEXT + 0x10); /* at the time it came: it is there */
    put_kernel_sample(&m, 1500, BPF_TEXT + 0xff);
    put_kernel_sample(&m, 1500, BPF_TEXT + 0x100);
    put_kernel_sample(&m, 1600, BPF_TEXT + 0x2010);
    put_kernel_sample(&m, 2500, BPF_TEXT + 0x2010);
    put_kernel_sample(&m, 2500, BPF_TEXT + 0x10);
    put_kernel_sample(&m, 3500, BPF_TEXT + 0x10);
    put_kernel_sample(&m, 3500, KERNEL_TEXT + 0x150);
    put_kernel_sample(&m, 3500, KERNEL_TEXT + 0x300);
    put_kernel_sample(&m, 3500, UINT64_MAX - 1);
    next(&m, HT_CHUNK_BPF_PROGRAM);
    ADD(&m, 1000, 1, 42);
    assert_int_equal(ht_table_set_bytes(&m.table, HT_BPF_PROGRAM_TAG, "\x6d\xee\xf7\x35\x7e\x7b\x45\x30", 8),
                     HT_OK);
    put_names(&m);
    end(&m);
}

static void test_ksymbols(void **state) {
    (void)state;
    char capture[64];
    maker_temporary(capture);
    make_ksymbols(capture);
    sqlite3 *db = load_new(capture, NULL);
    expect(db,
           "SELECT group_concat(time_ns || ' ' || coalesce(name, '-'), ', ') FROM (SELECT c.time_ns, s.name "
           "FROM "
           "cpu_sample c JOIN code_bytes USING (capture_id, code_id) LEFT JOIN symbol s USING (capture_id, "
           "symbol_id) "
           "ORDER BY c.rowid)",
           "900 -, 1000 bpf_prog_1, 1500 bpf_prog_1, 1500 -, 1600 was_there, 2500 -, 2500 -, 3500 "
           "bpf_prog_2, 3500 sys_write, 3500 "
           "patched, "
           "3500 last");
    expect(db,
           "SELECT group_concat(symbol || ' ' || dso || ' ' || cpu_samples, ', ') FROM symbol_report WHERE "
           "dso <> "
           "'[kernel.kallsyms]'",
           "bpf_prog_1 [bpf] 2, bpf_prog_2 [bpf] 1, last [kernel code] 1, patched [kernel code] 1, "
           "was_there [bpf] 1");
    expect(db,
           "SELECT group_concat(time_ns || ' ' || kind || ' ' || registered || ' ' || name, ', ') FROM "
           "kernel_symbol",
           "1000 bpf 1 bpf_prog_1, 2000 bpf 0 bpf_prog_1, 3000 bpf 1 bpf_prog_2, 1000 out of line 1 patched, "
           "2000 bpf 0 was_there, "
           "1000 "
           "unknown 1 empty, 1000 unknown 1 last");
    expect(db, "SELECT loaded || ' ' || program_id || ' ' || tag FROM bpf_program", "1 42 6deef7357e7b4530");
    ht_db_close(db);
    unlink(capture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains),
        cmocka_unit_test(test_ksymbols),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

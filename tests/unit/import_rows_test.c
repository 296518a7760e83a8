/* Whole imports of records that perf has written since 4.3: context switches, BPF, control groups, call
 * chains, leader sampling; in both byte orders. */
#include "import_maker.h"

#define SMALL (HT_PS_IDENTIFIER | HT_PS_IP | HT_PS_TID | HT_PS_TIME | HT_PS_CPU | HT_PS_PERIOD)

struct maker_event {
    uint32_t type;
    uint64_t config, period, sample_type, read_format, flags;
};

/* Events with the ids 11, 12, ... */
static void begin(struct fixture *f, const struct maker_event *event, uint32_t count) {
    memset(f->bytes, 0, sizeof f->bytes);
    f->length = HT_PERF_HEADER_BYTES;
    for (uint32_t i = 0; i < count; i++)
        put64(f, 11 + i);
    uint64_t attrs = f->length;
    for (uint32_t i = 0; i < count; i++) {
        size_t start = f->length;
        put32(f, event[i].type), put32(f, ATTR_BYTES), put64(f, event[i].config), put64(f, event[i].period);
        put64(f, event[i].sample_type), put64(f, event[i].read_format);
        put_bits(f, event[i].flags | HT_PA_SAMPLE_ID_ALL);
        f->length = start + ATTR_BYTES;
        put64(f, HT_PERF_HEADER_BYTES + i * 8), put64(f, 8);
    }
    f->data_start = f->length;
    memcpy(f->bytes, f->big ? HT_PERF_MAGIC_SWAPPED : HT_PERF_MAGIC, 8);
    set64(f, 8, HT_PERF_HEADER_BYTES), set64(f, 16, ATTR_BYTES + 16);
    set64(f, 24, attrs), set64(f, 32, count * (ATTR_BYTES + 16));
}

static void check_import(struct fixture *f) {
    set64(f, 40, f->data_start), set64(f, 48, f->length - f->data_start);
    if (import(f, f->length) != HT_OK)
        fail_msg("%s", f->cause.text);
}

static uint64_t cell(struct fixture *f, enum ht_chunk_kind kind, unsigned column, uint32_t row) {
    struct ht_table t;
    read_back(f, kind, &t);
    assert_true(row < t.rows);
    uint64_t value = t.number[column][row];
    ht_table_free(&t);
    return value;
}

static void check_text(struct fixture *f, enum ht_chunk_kind kind, unsigned column, uint32_t row,
                       const char *expected) {
    struct ht_table t;
    char text[128] = "";
    read_back(f, kind, &t);
    assert_true(row < t.rows);
    ht_table_copy_text(&t, column, row, text, sizeof text);
    ht_table_free(&t);
    assert_string_equal(text, expected);
}

static uint32_t rows_of(struct fixture *f, enum ht_chunk_kind kind) {
    struct ht_table t;
    read_back(f, kind, &t);
    uint32_t rows = t.rows;
    ht_table_free(&t);
    return rows;
}

/* Records skipped for a reason that begins so; -1: loses nothing of the window. */
static int64_t skipped(struct fixture *f, const char *reason) {
    struct ht_table t;
    char text[128];
    int64_t records = 0;
    read_back(f, HT_CHUNK_IMPORT_SKIP, &t);
    for (uint32_t i = 0; i < t.rows; i++) {
        ht_table_copy_text(&t, HT_IMPORT_SKIP_REASON, i, text, sizeof text);
        if (strncmp(text, reason, strlen(reason)) == 0)
            records = ht_table_i64(&t, HT_IMPORT_SKIP_RECORDS, i);
    }
    ht_table_free(&t);
    return records;
}

static void test_switches(void **state) {
    static const struct maker_event events[] = {
        {1, 0, 1000, SMALL, 0, HT_PA_MMAP | HT_PA_COMM | HT_PA_TASK},
        {1, 9, 1, SMALL, 0, HT_PA_CONTEXT_SWITCH},
        {1, 9, 1, SMALL, 0, HT_PA_CONTEXT_SWITCH | HT_PA_MMAP},
    };
    struct fixture *f = *state;
    for (f->big = 0; f->big < 2; f->big++) {
        begin(f, events, 3);
        head(f, HT_PERF_SWITCH, 0, 40), trailer(f, 40, 100, 12);
        head(f, HT_PERF_SWITCH, HT_PERF_MISC_SWITCH_OUT, 40), trailer(f, 40, 200, 12);
        head(f, HT_PERF_SWITCH_CPU_WIDE, HT_PERF_MISC_SWITCH_OUT | HT_PERF_MISC_SWITCH_PREEMPT, 48);
        put32(f, 50), put32(f, 51), trailer(f, 40, 300, 12);
        check_import(f);
        assert_int_equal(f->summary.skipped, 0);
        assert_int_equal(rows_of(f, HT_CHUNK_SWITCH), 3);
        for (uint32_t i = 0; i < 3; i++) {
            assert_int_equal(cell(f, HT_CHUNK_SWITCH, HT_SWITCH_TIME, i), 100 + 100 * i);
            assert_int_equal(cell(f, HT_CHUNK_SWITCH, HT_SWITCH_PID, i), 40);
            assert_int_equal(cell(f, HT_CHUNK_SWITCH, HT_SWITCH_CPU, i), 1);
            assert_int_equal(cell(f, HT_CHUNK_SWITCH, HT_SWITCH_OUT, i), i > 0);
            assert_int_equal(cell(f, HT_CHUNK_SWITCH, HT_SWITCH_PREEMPT, i), i == 2);
        }
        assert_true(cell(f, HT_CHUNK_SWITCH, HT_SWITCH_OTHER_PID, 1) == (uint64_t)-1);
        assert_int_equal(cell(f, HT_CHUNK_SWITCH, HT_SWITCH_OTHER_TID, 2), 51);
        assert_int_equal(cell(f, HT_CHUNK_EVENT, HT_EVENT_KIND, 0), HT_EVENT_KIND_CPU_CLOCK);
        assert_int_equal(cell(f, HT_CHUNK_EVENT, HT_EVENT_KIND, 1), HT_EVENT_KIND_SWITCH);
        assert_int_equal(cell(f, HT_CHUNK_EVENT, HT_EVENT_KIND, 2), HT_EVENT_KIND_SIDEBAND);
    }
}

static void test_kernel_code_and_groups(void **state) {
    static const struct maker_event events[] = {{1, 0, 1000, SMALL, 0, 0}};
    static const uint8_t tag[8] = {1, 2, 3, 4, 5, 6, 7, 0};
    struct fixture *f = *state;
    struct ht_table t;
    for (f->big = 0; f->big < 2; f->big++) {
        begin(f, events, 1);
        head(f, HT_PERF_KSYMBOL, 0, 64), put64(f, 0xffffffffc0000000), put32(f, 300), put16(f, 1),
            put16(f, 0);
        put_name(f, "bpf_p"), trailer(f, 0, 100, 11);
        head(f, HT_PERF_KSYMBOL, 0, 64), put64(f, 0xffffffffc0000000), put32(f, 300), put16(f, 1),
            put16(f, 1);
        put_name(f, "bpf_p"), trailer(f, 0, 200, 11);
        for (uint16_t i = 1; i < 3; i++) {
            head(f, HT_PERF_BPF_EVENT, 0, 56), put16(f, i), put16(f, 0), put32(f, 77);
            memcpy(f->bytes + f->length, tag, 8), f->length += 8;
            trailer(f, 0, 100 * i, 11);
        }
        head(f, HT_PERF_CGROUP, 0, 56), put64(f, 4711), put_name(f, "/a/b"), trailer(f, 0, 0, 0);
        head(f, HT_PERF_KSYMBOL, 0, 48), put64(f, 0), trailer(f, 0, 300, 11); /* too short */
        check_import(f);
        assert_int_equal(rows_of(f, HT_CHUNK_KSYMBOL), 2);
        assert_true(cell(f, HT_CHUNK_KSYMBOL, HT_KSYMBOL_ADDRESS, 0) == 0xffffffffc0000000);
        assert_int_equal(cell(f, HT_CHUNK_KSYMBOL, HT_KSYMBOL_LENGTH, 0), 300);
        assert_int_equal(cell(f, HT_CHUNK_KSYMBOL, HT_KSYMBOL_TYPE, 0), 1);
        assert_int_equal(cell(f, HT_CHUNK_KSYMBOL, HT_KSYMBOL_REGISTERED, 0), 1);
        assert_int_equal(cell(f, HT_CHUNK_KSYMBOL, HT_KSYMBOL_REGISTERED, 1), 0);
        check_text(f, HT_CHUNK_KSYMBOL, HT_KSYMBOL_NAME, 1, "bpf_p");
        read_back(f, HT_CHUNK_BPF_PROGRAM, &t);
        assert_int_equal(t.rows, 2);
        assert_int_equal(ht_table_u64(&t, HT_BPF_PROGRAM_LOADED, 0), 1);
        assert_int_equal(ht_table_u64(&t, HT_BPF_PROGRAM_LOADED, 1), 0);
        assert_int_equal(ht_table_u64(&t, HT_BPF_PROGRAM_PROGRAM, 1), 77);
        assert_int_equal(ht_table_bytes(&t, HT_BPF_PROGRAM_TAG, 1).length, 8);
        assert_memory_equal(ht_table_bytes(&t, HT_BPF_PROGRAM_TAG, 1).data, tag, 8);
        ht_table_free(&t);
        assert_int_equal(cell(f, HT_CHUNK_CGROUP, HT_CGROUP_CGROUP, 0), 4711);
        check_text(f, HT_CHUNK_CGROUP, HT_CGROUP_PATH, 0, "/a/b");
        assert_int_equal(skipped(f, "records shorter than"), 1);
        assert_int_equal(f->summary.skipped, 1);
    }
}

static void chain_sample(struct fixture *f, uint64_t id, uint32_t pid, uint64_t time, uint64_t leaf,
                         uint64_t group) {
    head(f, HT_PERF_SAMPLE, HT_PERF_MISC_KERNEL, 104);
    put64(f, id), put64(f, leaf), put32(f, pid), put32(f, pid), put64(f, time);
    put32(f, 1), put32(f, 0), put64(f, 1000);
    put64(f, 4), put64(f, (uint64_t)-128), put64(f, leaf), put64(f, (uint64_t)-512), put64(f, 0x401010);
    put64(f, group);
}

static void test_chains(void **state) {
    static const struct maker_event events[] = {
        {1, 0, 1000, SMALL | HT_PS_CALLCHAIN | HT_PS_CGROUP, 0, 0},
        {1, 6, 1, SMALL | HT_PS_CALLCHAIN | HT_PS_CGROUP, 0, 0},
        {9, 0, 1, SMALL | HT_PS_CALLCHAIN | HT_PS_CGROUP, 0, 0}, /* no data source: no memory event */
        {2, 7, 1, SMALL | HT_PS_CALLCHAIN | HT_PS_CGROUP, 0, 0},
    };
    static const uint64_t chains[] = {1, 1, 2, 3};
    struct fixture *f = *state;
    for (f->big = 0; f->big < 2; f->big++) {
        begin(f, events, 4);
        chain_sample(f, 11, 40, 100, 0xffffffff81000000, 5);
        chain_sample(f, 11, 40, 200, 0xffffffff81000000, 5);
        chain_sample(f, 12, 40, 300, 0xffffffff81000008, 6);
        chain_sample(f, 13, 41, 400, 0xffffffff81000000, 5);
        chain_sample(f, 14, 41, 500, 0xffffffff81000000, 5);
        check_import(f);
        assert_int_equal(f->summary.samples, 5);
        assert_int_equal(rows_of(f, HT_CHUNK_CHAIN), 6);
        for (uint32_t i = 0; i < 4; i++)
            assert_int_equal(cell(f, HT_CHUNK_CPU_SAMPLE, HT_CPU_SAMPLE_CHAIN, i), chains[i]);
        assert_int_equal(cell(f, HT_CHUNK_CHAIN, HT_CHAIN_CHAIN, 3), 2);
        assert_int_equal(cell(f, HT_CHUNK_CHAIN, HT_CHAIN_TIME, 3), 300);
        assert_int_equal(cell(f, HT_CHUNK_CHAIN, HT_CHAIN_CPUMODE, 2), 1);
        assert_int_equal(cell(f, HT_CHUNK_CHAIN, HT_CHAIN_CPUMODE, 3), 2);
        assert_int_equal(cell(f, HT_CHUNK_CHAIN, HT_CHAIN_PID, 5), 41);
        assert_true(cell(f, HT_CHUNK_CHAIN, HT_CHAIN_IP, 2) == 0xffffffff81000008);
        assert_int_equal(cell(f, HT_CHUNK_EVENT, HT_EVENT_KIND, 1), HT_EVENT_KIND_MAJOR_FAULT);
        assert_int_equal(skipped(f, "part of samples that were imported: callchain"),
                         1); /* the tracepoint's */
        assert_int_equal(skipped(f, "part of samples that were imported: cgroup"), 0);
        assert_int_equal(rows_of(f, HT_CHUNK_PROCESS), 3); /* a row where it changes */
        assert_int_equal(cell(f, HT_CHUNK_PROCESS, HT_PROCESS_CGROUP, 1), 6);
        assert_int_equal(cell(f, HT_CHUNK_PROCESS, HT_PROCESS_PID, 2), 41);
    }
}

/* Each member of the group counts for itself; one that stood still has no sample, as in perf. */
static void test_leader_sampling(void **state) {
    static const uint64_t format = HT_PF_GROUP | HT_PF_ID | HT_PF_LOST | HT_PF_ENABLED;
    static const struct maker_event events[] = {
        {1, 0, 1000, SMALL | HT_PS_READ, HT_PF_GROUP | HT_PF_ID | HT_PF_LOST | HT_PF_ENABLED, 0},
        {1, 2, 0, SMALL | HT_PS_READ, HT_PF_GROUP | HT_PF_ID | HT_PF_LOST | HT_PF_ENABLED, 0},
    };
    static const uint64_t counts[][2] = {{1000, 3}, {2500, 3}, {2600, 9}};
    static const uint64_t expected[][2] = {{0, 1000}, {1, 3}, {0, 1500}, {0, 100}, {1, 6}};
    struct fixture *f = *state;
    assert_int_equal(events[0].read_format, format);
    for (f->big = 0; f->big < 2; f->big++) {
        begin(f, events, 2);
        for (uint64_t i = 0; i < 3; i++) {
            head(f, HT_PERF_SAMPLE, HT_PERF_MISC_USER, 144);
            put64(f, 11), put64(f, 0x401010), put32(f, 40), put32(f, 41), put64(f, 100 + i);
            put32(f, 1), put32(f, 0), put64(f, 77);
            put64(f, 3), put64(f, 5555);
            put64(f, counts[i][0]), put64(f, 11), put64(f, 0);
            put64(f, counts[i][1]), put64(f, 12), put64(f, 0);
            put64(f, 1), put64(f, 99), put64(f, 0); /* of an event that the file does not list */
        }
        check_import(f);
        assert_int_equal(rows_of(f, HT_CHUNK_CPU_SAMPLE), 5);
        for (uint32_t i = 0; i < 5; i++) {
            assert_int_equal(cell(f, HT_CHUNK_CPU_SAMPLE, HT_CPU_SAMPLE_EVENT, i), expected[i][0]);
            assert_int_equal(cell(f, HT_CHUNK_CPU_SAMPLE, HT_CPU_SAMPLE_PERIOD, i), expected[i][1]);
        }
        assert_int_equal(skipped(f, "counter values"), 3);
        assert_int_equal(skipped(f, "part of samples that were imported: counter"), 0);
    }
}

/* What is known before the first record is written before it; what is found later replaces it. */
static void test_meta_first(void **state) {
    struct fixture *f = *state;
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table meta = {0};
    char text[64];
    int samples = 0, level = 0;
    build(f);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_int_equal(ht_reader_open(f->output, &reader, &f->cause), HT_OK);
    assert_int_equal(ht_reader_next(reader, &info, &f->cause), HT_OK);
    assert_int_equal(info.kind, HT_CHUNK_META);
    assert_int_equal(ht_reader_table(reader, &info, &meta, &f->cause), HT_OK);
    for (uint32_t row = 0; row < meta.rows; row++) {
        ht_table_copy_text(&meta, HT_META_KEY, row, text, sizeof text);
        samples |= strcmp(text, "import_samples") == 0;
        level |= strcmp(text, "level") == 0;
    }
    assert_true(level && !samples);
    ht_table_free(&meta);
    ht_reader_close(reader);
}

/* Binaries that are not there are said, with what mends it, and stored. */
static void test_missing_binary(void **state) {
    static const struct maker_event events[] = {{1, 0, 1000, SMALL, 0, 0}};
    struct fixture *f = *state;
    begin(f, events, 1);
    head(f, HT_PERF_MMAP2, HT_PERF_MISC_USER | HT_PERF_MISC_MAPS_CUT, 112);
    put32(f, 40), put32(f, 40), put64(f, 0x400000), put64(f, 0x2000), put64(f, 0x1000), put32(f, 8),
        put32(f, 1);
    put64(f, 777), put64(f, 3), put32(f, 5), put32(f, 2), put_name(f, "/bin/x"), trailer(f, 40, 0, 0);
    head(f, HT_PERF_SAMPLE, HT_PERF_MISC_USER, 56);
    put64(f, 11), put64(f, 0x401010), put32(f, 40), put32(f, 41), put64(f, 100);
    put32(f, 1), put32(f, 0), put64(f, 77);
    check_import(f);
    assert_int_equal(f->summary.warnings, 2);
    assert_non_null(strstr(f->summary.warning[1],
                           "1 of 1 binaries that samples hit are not under /nonexistent: "
                           "/bin/x. Their"));
    assert_non_null(strstr(f->summary.warning[1], "--symfs DIR"));
    assert_non_null(strstr(f->summary.warning[0], "did not read the mappings of 1 processes to the end"));
    assert_int_equal(rows_of(f, HT_CHUNK_LIMIT), 2);
    assert_int_equal(cell(f, HT_CHUNK_LIMIT, HT_LIMIT_COUNT, 0), 1);
    check_text(f, HT_CHUNK_LIMIT, HT_LIMIT_WHAT, 0, "names and code of binaries");
}

/* Counts of perf stat: the time of a round stands behind its values. */
static void test_stat(void **state) {
    static const struct maker_event events[] = {{1, 0, 0, HT_PS_IDENTIFIER, 0, 0},
                                                {1, 2, 0, HT_PS_IDENTIFIER, 0, 0}};
    struct fixture *f = *state;
    for (f->big = 0; f->big < 2; f->big++) {
        begin(f, events, 2);
        for (uint64_t round = 1; round < 4; round++) {
            for (uint32_t i = 0; i < 2; i++) {
                head(f, HT_PERF_STAT, 0, 48), put64(f, 11 + i), put32(f, i == 0 ? 7 : UINT32_MAX),
                    put32(f, 0);
                put64(f, 100 * round + i), put64(f, 50 * round), put64(f, 40 * round);
            }
            if (round < 3)
                head(f, HT_PERF_STAT_ROUND, 0, 24), put64(f, 0), put64(f, 1000 * round);
        }
        head(f, HT_PERF_STAT, 0, 48), put64(f, 99),
            f->length += 32; /* of an event that the file does not list */
        head(f, HT_PERF_STAT, 0, 24), put64(f, 11), put64(f, 0);
        check_import(f);
        assert_int_equal(rows_of(f, HT_CHUNK_COUNTER), 6);
        for (uint32_t i = 0; i < 6; i++) {
            assert_int_equal(cell(f, HT_CHUNK_COUNTER, HT_COUNTER_TIME, i),
                             i < 2 ? 1000 : 2000); /* the third is cut */
            assert_int_equal(cell(f, HT_CHUNK_COUNTER, HT_COUNTER_EVENT, i), i % 2);
            assert_int_equal(cell(f, HT_CHUNK_COUNTER, HT_COUNTER_VALUE, i), 100 * (i / 2 + 1) + i % 2);
            assert_int_equal(cell(f, HT_CHUNK_COUNTER, HT_COUNTER_RUNNING, i), 40 * (i / 2 + 1));
            assert_true(cell(f, HT_CHUNK_COUNTER, HT_COUNTER_CPU, i) == (i % 2 == 0 ? 7 : UINT64_MAX));
        }
        assert_int_equal(skipped(f, "counter values"), 1);
        assert_int_equal(skipped(f, "records shorter than"), 1);
        assert_non_null(strstr(f->summary.warning[0], "holds no samples, but counts of perf stat"));
    }
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_switches),       TEST(test_kernel_code_and_groups),
        TEST(test_chains),         TEST(test_leader_sampling),
        TEST(test_stat),           TEST(test_meta_first),
        TEST(test_missing_binary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

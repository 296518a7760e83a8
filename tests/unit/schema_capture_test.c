/* Writer and reader: round trips, files cut at every byte, what a reader passes over and what it refuses,
 * threads. */
#include "tests/unit/capture_maker.h"

#include <pthread.h>

struct walk {
    uint32_t chunks, rows, unknown, damaged;
    enum ht_status end;
};

/* Reads a file to its end. HT_OK never comes out: END, TRUNCATED, DAMAGED, or what open said. */
static struct walk walk_file(const char *path, struct ht_cause *cause) {
    struct walk walk = {0};
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table table = {0};
    walk.end = ht_reader_open(path, &reader, cause);
    if (walk.end != HT_OK)
        return walk;
    while ((walk.end = ht_reader_next(reader, &info, cause)) == HT_OK) {
        enum ht_status status = ht_reader_table(reader, &info, &table, cause);
        walk.chunks += status == HT_OK;
        walk.rows += status == HT_OK ? table.rows : 0;
        walk.unknown += status == HT_UNSUPPORTED;
        walk.damaged += status == HT_DAMAGED;
    }
    ht_table_free(&table);
    ht_reader_close(reader);
    return walk;
}

static void test_round_trip(void **state) {
    (void)state;
    char path[64];
    struct ht_cause cause;
    maker_temporary(path);
    maker_small(path);
    struct walk walk = walk_file(path, &cause);
    assert_int_equal(walk.end, HT_END);
    assert_int_equal(walk.chunks, 3); /* META, LOSS, INDEX */
    assert_int_equal(walk.rows, 1 + 3 + 2);
    unlink(path);
}

static void test_existing_file(void **state) {
    (void)state;
    char path[64];
    struct ht_writer *writer;
    struct ht_cause cause;
    maker_temporary(path);
    maker_write(path, "precious", 8);
    assert_int_equal(ht_writer_open(path, 0, 0, &writer, &cause), HT_EXISTS);
    assert_null(writer);
    assert_non_null(strstr(cause.text, path));
    struct maker_file file = maker_read(path);
    assert_int_equal(file.length, 8);
    assert_memory_equal(file.data, "precious", 8);
    free(file.data);
    unlink(path);
    assert_int_equal(ht_writer_open("/nonexistent/x.hitm", 0, 0, &writer, &cause), HT_NOT_FOUND);
}

/* An empty table makes no chunk, and a capture without any chunk is no capture. */
static void test_empty(void **state) {
    (void)state;
    char path[64];
    struct ht_writer *writer;
    struct ht_table table;
    struct ht_cause cause;
    struct ht_encoder *encoder = ht_encoder_new(1);
    maker_temporary(path);
    assert_int_equal(ht_writer_open(path, 1, 0, &writer, &cause), HT_OK);
    ht_table_init(&table, HT_CHUNK_LOSS);
    assert_int_equal(ht_writer_put(writer, encoder, &table, 0, &cause), HT_OK);
    assert_int_equal(ht_writer_bytes(writer), HT_FILE_HEADER_BYTES);
    assert_int_equal(ht_writer_close(writer, &cause), HT_FORMAT);
    assert_int_equal(walk_file(path, &cause).end, HT_TRUNCATED);
    ht_encoder_free(encoder);
    ht_table_free(&table);
    unlink(path);
}

/* Where the chunks of the small capture end: known from schema/CAPTURE.md, not from the reader. */
static uint32_t whole_chunks(size_t length) {
    return length >= 0x161 ? 3 : length >= 0xf2 ? 2 : length >= 0x7c ? 1 : 0;
}

static void test_cut_everywhere(void **state) {
    (void)state;
    char path[64];
    struct ht_cause cause;
    maker_temporary(path);
    maker_small(path);
    struct maker_file whole = maker_read(path);
    for (size_t length = 0; length < whole.length; length++) {
        maker_write(path, whole.data, length);
        struct walk walk = walk_file(path, &cause);
        if (walk.end != (length == 0 ? HT_FORMAT : HT_TRUNCATED) || walk.chunks != whole_chunks(length) ||
            walk.damaged != 0)
            fail_msg("cut at %zu: end %d, %u chunks", length, walk.end, walk.chunks);
        char where[64];
        snprintf(where, sizeof where, length < 32 ? "%zu of 32 bytes" : "at byte %zu:", length);
        if (length > 0 && strstr(cause.text, where) == NULL)
            fail_msg("cut at %zu: %s", length, cause.text);
    }
    free(whole.data);
    unlink(path);
}

static void test_bytes_behind(void **state) {
    (void)state;
    char path[64];
    struct ht_cause cause;
    maker_temporary(path);
    maker_small(path);
    struct maker_file file = maker_read(path);
    file.data[file.length] = 'x'; /* maker_read has room for one */
    maker_write(path, file.data, file.length + 1);
    struct walk walk = walk_file(path, &cause);
    assert_int_equal(walk.end, HT_DAMAGED);
    assert_int_equal(walk.chunks, 3);
    free(file.data);
    unlink(path);
}

/* A LOSS chunk with columns of a later version, in another order and with one missing. */
static const uint8_t strange_loss[] = {0x63, 0x00,
                                       9,    77,
                                       3,    0,
                                       0,    0, /* column 99: unknown type and encoding */
                                       0x04, 0x00,
                                       0,    0,
                                       2,    0,
                                       0,    0, /* column 4, PLAIN u64 */
                                       0xff, 0xff,
                                       0,    2,
                                       0,    0,
                                       0,    0, /* column 65535, empty */
                                       0x00, 0x00,
                                       1,    0,
                                       2,    0,
                                       0,    0, /* column 0, DELTA u64 */
                                       0xaa, 0xbb,
                                       0xcc, /* 99 */ 0x05,
                                       0x06, /* 4 */ 0x14,
                                       0x02}; /* 0: 10, 11 */

static void test_unknown_kinds_and_columns(void **state) {
    (void)state;
    char path[64];
    struct ht_cause cause;
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table table = {0};
    maker_temporary(path);
    FILE *out = fopen(path, "wb");
    maker_header(out, 1, 40); /* a header with 8 bytes that only a later version knows */
    maker_chunk(out, &(struct maker_chunk){4711, 7, 1, 0, (const uint8_t *)"whatever", 8, 0});
    maker_chunk(out, &(struct maker_chunk){HT_CHUNK_LOSS, 4, 2, 3, strange_loss, sizeof strange_loss, 0});
    maker_trailer(out, 2);
    fclose(out);
    assert_int_equal(ht_reader_open(path, &reader, &cause), HT_OK);
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(ht_reader_next(reader, &info, &cause), HT_OK);
        assert_int_equal(ht_reader_table(reader, &info, &table, &cause), HT_UNSUPPORTED);
        assert_int_equal(ht_reader_next(reader, &info, &cause), HT_OK);
        assert_int_equal(ht_reader_table(reader, &info, &table, &cause), HT_OK);
        assert_int_equal(table.rows, 2);
        assert_int_equal(table.present, 1u << HT_LOSS_TIME | 1u << HT_LOSS_COUNT);
        assert_int_equal(ht_table_u64(&table, HT_LOSS_TIME, 1), 11);
        assert_int_equal(ht_table_u64(&table, HT_LOSS_COUNT, 1), 6);
        assert_int_equal(ht_table_u64(&table, HT_LOSS_EVENT, 1), 0);
        assert_int_equal(ht_reader_next(reader, &info, &cause), HT_END);
        ht_reader_rewind(reader);
    }
    ht_table_free(&table);
    ht_reader_close(reader);
    unlink(path);
}

struct refusal {
    int line;
    struct maker_chunk chunk;
};

#define CONTENT(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define LOSS         HT_CHUNK_LOSS

static const struct refusal refusals[] = {
    /* a known column of another type; twice; with an encoding of the other type */
    {__LINE__, {LOSS, 1, 1, 0, CONTENT(0, 0, 3, 1, 1, 0, 0, 0, 5), 0}},
    {__LINE__, {LOSS, 2, 1, 0, CONTENT(0, 0, 3, 0, 1, 0, 0, 0, 0, 0, 3, 0, 1, 0, 0, 0, 5, 5), 0}},
    {__LINE__, {LOSS, 1, 1, 0, CONTENT(0, 0, 4, 0, 1, 0, 0, 0, 5), 0}},
    /* data longer and shorter than the directory says; a directory longer than the content */
    {__LINE__, {LOSS, 1, 1, 0, CONTENT(0, 0, 3, 0, 1, 0, 0, 0, 5, 5), 0}},
    {__LINE__, {LOSS, 1, 1, 0, CONTENT(0, 0, 3, 0, 2, 0, 0, 0, 5), 0}},
    {__LINE__, {LOSS, 1, 1, 0, CONTENT(0, 0, 3, 0, 255, 255, 255, 255, 5), 0}},
    {__LINE__, {LOSS, 2, 1, 0, CONTENT(0, 0, 3, 0, 1, 0, 0, 0, 5), 0}},
    {__LINE__, {LOSS, 65535, 1, 0, CONTENT(0, 0, 3, 0, 1, 0, 0, 0, 5), 0}},
    /* more or fewer rows than values */
    {__LINE__, {LOSS, 1, 2, 0, CONTENT(0, 0, 0, 0, 1, 0, 0, 0, 5), 0}},
    {__LINE__, {LOSS, 1, 1, 0, CONTENT(0, 0, 0, 0, 2, 0, 0, 0, 5, 5), 0}},
    /* the frame holds more or less than the header says */
    {__LINE__, {LOSS, 1, 1, 0, CONTENT(0, 0, 3, 0, 1, 0, 0, 0, 5), 1}},
    {__LINE__, {LOSS, 1, 1, 0, CONTENT(0, 0, 3, 0, 1, 0, 0, 0, 5), -1}},
};

/* A chunk that is damaged inside does not harm the one behind it. */
static void test_damaged_inside(void **state) {
    (void)state;
    static const uint8_t good[] = {0, 0, 3, 0, 1, 0, 0, 0, 5};
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        char path[64];
        struct ht_cause cause;
        maker_temporary(path);
        FILE *out = fopen(path, "wb");
        maker_header(out, 1, 32);
        maker_chunk(out, &refusals[i].chunk);
        maker_chunk(out, &(struct maker_chunk){LOSS, 1, 9, 0, good, sizeof good, 0});
        maker_trailer(out, 2);
        fclose(out);
        struct walk walk = walk_file(path, &cause);
        if (walk.end != HT_END || walk.damaged != 1 || walk.chunks != 1 || walk.rows != 9)
            fail_msg("row of line %d: end %d, %u damaged, %u chunks", refusals[i].line, walk.end,
                     walk.damaged, walk.chunks);
        unlink(path);
    }
}

/* Limits of the chunk header, with a checksum that is right. */
static void test_header_limits(void **state) {
    (void)state;
    static const struct {
        int line;
        size_t offset;
        uint32_t value;
    } rows[] = {{__LINE__, 8, 0},           {__LINE__, 8, 262145},           {__LINE__, 32, (64u << 20) + 1},
                {__LINE__, 32, UINT32_MAX}, {__LINE__, 36, (64u << 20) + 1}, {__LINE__, 36, UINT32_MAX}};
    char path[64];
    struct ht_cause cause;
    maker_temporary(path);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        maker_small(path);
        struct maker_file file = maker_read(path);
        uint8_t *h = file.data + 0x7c;
        ht_put_u32(h + rows[i].offset, rows[i].value);
        ht_put_u32(h + 44, ht_crc32(h, 44));
        maker_write(path, file.data, file.length);
        struct walk walk = walk_file(path, &cause);
        if (walk.end != HT_DAMAGED || walk.chunks != 1 || strstr(cause.text, "chunk 1 at byte 124") == NULL)
            fail_msg("row of line %d: end %d: %s", rows[i].line, walk.end, cause.text);
        free(file.data);
    }
    unlink(path);
}

static void check_header(uint32_t version, uint32_t bytes, enum ht_status wanted, const char *words) {
    char path[64];
    struct ht_cause cause;
    maker_temporary(path);
    FILE *out = fopen(path, "wb");
    maker_header(out, version, bytes);
    fclose(out);
    assert_int_equal(walk_file(path, &cause).end, wanted);
    if (words != NULL)
        assert_non_null(strstr(cause.text, words));
    unlink(path);
}

static void test_versions(void **state) {
    (void)state;
    check_header(1, 32, HT_TRUNCATED, NULL);
    check_header(2, 32, HT_VERSION, "format 2, this program reads format 1");
    check_header(0, 32, HT_VERSION, NULL);
    check_header(UINT32_MAX, 32, HT_VERSION, NULL);
    check_header(1, 31, HT_DAMAGED, NULL);
    check_header(1, 0, HT_DAMAGED, NULL);
    check_header(1, 65537, HT_DAMAGED, NULL);
    check_header(1, 65536, HT_TRUNCATED, NULL);
}

#define THREADS         4
#define CHUNKS_A_THREAD 40

struct putter {
    pthread_t thread;
    struct ht_writer *writer;
    uint32_t number;
    enum ht_status status;
};

static void *put_chunks(void *argument) {
    struct putter *p = argument;
    struct ht_encoder *encoder = ht_encoder_new(1);
    struct ht_cause cause;
    for (uint32_t i = 0; i < CHUNKS_A_THREAD && p->status == HT_OK; i++) {
        struct ht_table table;
        maker_loss(&table, p->number * 1000 + i, i % 7 + 1);
        for (uint32_t row = 0; row < table.rows; row++)
            table.number[HT_LOSS_CPU][row] = p->number;
        p->status = ht_writer_put(p->writer, encoder, &table, i, &cause);
        ht_table_free(&table);
    }
    ht_encoder_free(encoder);
    return NULL;
}

/* Four threads put at once: every chunk is there once, whole, and each thread's in its order. */
static void test_threads(void **state) {
    (void)state;
    char path[64];
    struct ht_writer *writer;
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table table = {0};
    struct ht_cause cause;
    struct putter putter[THREADS];
    uint32_t next[THREADS] = {0};
    maker_temporary(path);
    assert_int_equal(ht_writer_open(path, 1, 0, &writer, &cause), HT_OK);
    for (uint32_t i = 0; i < THREADS; i++) {
        putter[i] = (struct putter){.writer = writer, .number = i};
        assert_int_equal(pthread_create(&putter[i].thread, NULL, put_chunks, &putter[i]), 0);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(putter[i].thread, NULL), 0);
        assert_int_equal(putter[i].status, HT_OK);
    }
    assert_int_equal(ht_writer_close(writer, &cause), HT_OK);
    assert_int_equal(ht_reader_open(path, &reader, &cause), HT_OK);
    enum ht_status status;
    while ((status = ht_reader_next(reader, &info, &cause)) == HT_OK) {
        assert_int_equal(ht_reader_table(reader, &info, &table, &cause), HT_OK);
        if (info.kind != HT_CHUNK_LOSS)
            continue;
        uint64_t thread = ht_table_u64(&table, HT_LOSS_CPU, 0);
        assert_true(thread < THREADS);
        uint32_t i = next[thread]++;
        assert_int_equal(info.round, i);
        assert_int_equal(table.rows, i % 7 + 1);
        assert_int_equal(ht_table_u64(&table, HT_LOSS_TIME, 0), thread * 1000 + i);
        assert_int_equal(info.time_last_ns, thread * 1000 + i + table.rows - 1);
    }
    assert_int_equal(status, HT_END);
    for (uint32_t i = 0; i < THREADS; i++)
        assert_int_equal(next[i], CHUNKS_A_THREAD);
    ht_table_free(&table);
    ht_reader_close(reader);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),     cmocka_unit_test(test_existing_file),
        cmocka_unit_test(test_empty),          cmocka_unit_test(test_cut_everywhere),
        cmocka_unit_test(test_bytes_behind),   cmocka_unit_test(test_unknown_kinds_and_columns),
        cmocka_unit_test(test_damaged_inside), cmocka_unit_test(test_header_limits),
        cmocka_unit_test(test_versions),       cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

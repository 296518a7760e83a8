/* COMPRESSED and COMPRESSED2 records, and the folders of perf record --threads: the same records packed in
 * every way give the same capture. */
#include <sys/stat.h>

#include <zstd.h>

#include "tests/unit/import_maker.h"

/* Compresses the records of the built file in pieces of piece bytes, whatever the records' lengths are. */
struct packer {
    ZSTD_CStream *stream;
    uint8_t out[16384];
    size_t length;
};

static void pack(struct packer *p, const uint8_t *bytes, size_t length, uint32_t type) {
    uint8_t payload[8192];
    ZSTD_inBuffer in = {bytes, length, 0};
    ZSTD_outBuffer out = {payload, sizeof payload, 0};
    assert_false(ZSTD_isError(ZSTD_compressStream(p->stream, &out, &in)));
    assert_int_equal(ZSTD_flushStream(p->stream, &out), 0);
    size_t head = type == HT_PERF_COMPRESSED2 ? 16 : 8;
    size_t total = type == HT_PERF_COMPRESSED2 ? (head + out.pos + 7) / 8 * 8 : head + out.pos;
    assert_true(p->length + total <= sizeof p->out);
    ht_put_u32(p->out + p->length, type);
    ht_put_u16(p->out + p->length + 4, 0);
    ht_put_u16(p->out + p->length + 6, (uint16_t)total);
    if (type == HT_PERF_COMPRESSED2)
        ht_put_u64(p->out + p->length + 8, out.pos);
    memset(p->out + p->length + head, 0xee, total - head);
    memcpy(p->out + p->length + head, payload, out.pos);
    p->length += total;
}

/* Rounds stay outside, as perf writes them. */
static void pack_file(struct fixture *f, size_t piece, uint32_t type) {
    struct packer p = {.stream = ZSTD_createCStream()};
    assert_non_null(p.stream);
    ZSTD_initCStream(p.stream, 1);
    size_t at = f->data_start, from = at;
    while (at <= f->length) {
        int round = at < f->length && ht_get_u32(f->bytes + at) == HT_PERF_FINISHED_ROUND;
        for (; (round || at == f->length) && from < at; from += piece < at - from ? piece : at - from)
            pack(&p, f->bytes + from, piece < at - from ? piece : at - from, type);
        if (round) {
            memcpy(p.out + p.length, f->bytes + at, 8);
            p.length += 8;
            from = at + 8;
        }
        at += at < f->length ? ht_get_u16(f->bytes + at + 6) : 1;
    }
    ZSTD_freeCStream(p.stream);
    memcpy(f->bytes + f->data_start, p.out, p.length);
    f->length = f->data_start + p.length;
    ht_put_u64(f->bytes + 48, p.length);
}

static void check_same(struct fixture *f) {
    struct ht_table t;
    assert_int_equal(f->summary.samples, 3);
    assert_int_equal(f->summary.lost, 5);
    assert_int_equal(f->summary.skipped, 2);
    read_back(f, HT_CHUNK_MEM_SAMPLE, &t);
    assert_int_equal(t.rows, 2);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_TIME, 0), 200);
    assert_int_equal(ht_table_u64(&t, HT_MEM_SAMPLE_ADDRESS, 1), 0x5000);
    ht_table_free(&t);
}

static void test_pieces(void **state) {
    struct fixture *f = *state;
    static const size_t pieces[] = {1, 3, 7, 8, 72, 73, 100, 4096};
    static const uint32_t types[] = {HT_PERF_COMPRESSED, HT_PERF_COMPRESSED2};
    for (size_t i = 0; i < 16; i++) {
        build(f);
        pack_file(f, pieces[i / 2], types[i % 2]);
        assert_int_equal(import(f, f->length), HT_OK);
        check_same(f);
        assert_string_equal(f->summary.warning[0], "1 samples belong to events that the file does not list");
    }
}

static void test_every_cut_of_packed(void **state) {
    struct fixture *f = *state;
    build(f);
    pack_file(f, 100, HT_PERF_COMPRESSED2);
    uint64_t last = 0;
    for (size_t cut = f->data_start; cut <= f->length; cut++) {
        enum ht_status status = import(f, cut);
        assert_true(status == HT_OK || (last == 0 && status == HT_TRUNCATED)); /* not one whole record */
        assert_true(f->summary.samples >= last);
        last = f->summary.samples;
    }
    assert_int_equal(last, 3);
}

static void test_damaged_stream(void **state) {
    struct fixture *f = *state;
    build(f);
    pack_file(f, 150, HT_PERF_COMPRESSED);
    size_t second = f->data_start + ht_get_u16(f->bytes + f->data_start + 6);
    memset(f->bytes + second + 8, 0xff, 12);
    assert_int_equal(import(f, f->length), HT_OK);
    assert_non_null(strstr(f->summary.warning[0], "data damaged at byte"));
    build(f);
    pack_file(f, 150, HT_PERF_COMPRESSED2);
    ht_put_u64(f->bytes + f->data_start + 8, UINT64_MAX); /* length of the payload */
    assert_int_equal(import(f, f->length), HT_TRUNCATED);
    assert_non_null(strstr(f->cause.text, "data damaged at byte"));
    /* A record inside whose size cannot be. */
    build(f);
    ht_put_u16(f->bytes + f->data_start + 112 + 72 + 6, 3);
    ht_put_u32(f->bytes + f->data_start + 112 + 72 + 72, HT_PERF_COMM); /* no round: all in one */
    struct packer p = {.stream = ZSTD_createCStream()};
    ZSTD_initCStream(p.stream, 1);
    pack(&p, f->bytes + f->data_start, f->length - f->data_start, HT_PERF_COMPRESSED);
    ZSTD_freeCStream(p.stream);
    memcpy(f->bytes + f->data_start, p.out, p.length);
    ht_put_u64(f->bytes + 48, p.length);
    assert_int_equal(import(f, f->data_start + p.length), HT_OK);
    assert_int_equal(f->summary.samples, 1);
    assert_non_null(strstr(f->summary.warning[0], "compressed: a record of 3 bytes"));
}

static void write_file(const char *folder, const char *name, const uint8_t *bytes, size_t length) {
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    assert_int_equal(fclose(file), 0);
}

/* perf record --threads: header in DIR/data, records in DIR/data.N, each a zstd stream of its own with -z. */
static void test_folder(void **state) {
    struct fixture *f = *state;
    static const char *const names[] = {"data", "data.0", "data.1"};
    char folder[128], path[160];
    snprintf(folder, sizeof folder, "%s/folder", f->folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    struct ht_import_options options = {folder, f->output, "/nonexistent", 1};
    assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_FORMAT);
    for (int packed = 0; packed < 2; packed++) {
        build(f);
        size_t split = f->data_start + 112 + 72 + 72, length = f->length - split;
        struct packer p = {.stream = ZSTD_createCStream()};
        ZSTD_initCStream(p.stream, 1);
        pack(&p, f->bytes + split, length, HT_PERF_COMPRESSED);
        ZSTD_freeCStream(p.stream);
        ht_put_u64(f->bytes + 48, 112);
        write_file(folder, "data", f->bytes, f->data_start + 112);
        write_file(folder, "data.0", f->bytes + f->data_start + 112, 144);
        write_file(folder, "data.1", packed ? p.out : f->bytes + split, packed ? p.length : length);
        assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_OK);
        check_same(f);
    }
    write_file(folder, "data.1", f->bytes + f->data_start + 112, 100);
    assert_int_equal(ht_import(&options, &f->summary, &f->cause), HT_OK);
    assert_non_null(strstr(f->summary.warning[0], "data.1: last record cut off at byte 72"));
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(folder), 0);
}

int main(void) {
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_pieces),
        TEST(test_every_cut_of_packed),
        TEST(test_damaged_stream),
        TEST(test_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

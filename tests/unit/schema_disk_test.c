/* A disk that is full at the Nth byte (RLIMIT_FSIZE): whatever N, the file stays a capture that is valid up
 * to its last whole chunk, every later put repeats the first cause, and the failure is told when it is
 * closed. */
#include "tests/unit/capture_maker.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

static void limit_file(rlim_t bytes) {
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Chunks that a reader gets out of the file, and how it ends. */
static uint32_t read_chunks(const char *path, enum ht_status *end) {
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table table = {0};
    struct ht_cause cause;
    uint32_t chunks = 0;
    *end = ht_reader_open(path, &reader, &cause);
    if (*end != HT_OK)
        return 0;
    while ((*end = ht_reader_next(reader, &info, &cause)) == HT_OK) {
        assert_int_equal(ht_reader_table(reader, &info, &table, &cause), HT_OK);
        chunks++;
    }
    ht_table_free(&table);
    ht_reader_close(reader);
    return chunks;
}

/* Writes three chunks below the limit; returns how many puts went well, 0xff where even the header did not
 * fit. */
static uint32_t write_below(const char *path, rlim_t limit, enum ht_status *closed) {
    struct ht_writer *writer;
    struct ht_table table;
    struct ht_cause cause, first = {{0}};
    uint32_t good = 0;
    struct ht_encoder *encoder = ht_encoder_new(1);
    assert_non_null(encoder);
    maker_loss(&table, 1000, 5);
    limit_file(limit);
    enum ht_status status = ht_writer_open(path, 1, 0, &writer, &cause);
    if (status != HT_OK) {
        assert_int_equal(status, HT_IO);
        good = 0xff;
    }
    for (uint32_t i = 0; status == HT_OK && i < 3; i++) {
        enum ht_status put = ht_writer_put(writer, encoder, &table, i, &cause);
        good += put == HT_OK;
        if (put != HT_OK && first.text[0] == '\0')
            first = cause;
        else if (put != HT_OK)
            assert_string_equal(cause.text, first.text);
    }
    if (status == HT_OK)
        *closed = ht_writer_close(writer, &cause);
    limit_file(RLIM_INFINITY);
    if (first.text[0] != '\0') {
        assert_int_equal(*closed, HT_IO);
        assert_non_null(strstr(first.text, path));
        assert_non_null(strstr(first.text, strerror(EFBIG)));
    }
    ht_encoder_free(encoder);
    ht_table_free(&table);
    return good;
}

static void test_full_at_every_byte(void **state) {
    (void)state;
    char path[64];
    enum ht_status closed = HT_OK, end;
    signal(SIGXFSZ, SIG_IGN);
    maker_temporary(path);
    assert_int_equal(write_below(path, RLIM_INFINITY, &closed), 3);
    assert_int_equal(closed, HT_OK);
    struct maker_file whole = maker_read(path);
    uint32_t seen[5] = {0};
    for (size_t limit = 0; limit < whole.length; limit++) {
        uint32_t good = write_below(path, limit, &closed);
        if (limit < HT_FILE_HEADER_BYTES) {
            assert_int_equal(good, 0xff);
            assert_int_not_equal(access(path, F_OK), 0); /* nothing is left behind */
            continue;
        }
        assert_int_equal(closed, HT_IO);
        uint32_t chunks = read_chunks(path, &end);
        assert_int_equal(end, HT_TRUNCATED);
        /* the INDEX may have found room and the trailer not */
        if (chunks != good && !(good == 3 && chunks == 4))
            fail_msg("limit %zu: %u puts went well, %u chunks are there", limit, good, chunks);
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        assert_true((size_t)st.st_size <= limit);
        seen[chunks]++;
    }
    for (uint32_t chunks = 0; chunks < 5; chunks++)
        assert_true(seen[chunks] > 0);
    free(whole.data);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_at_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

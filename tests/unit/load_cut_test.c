/* Files cut at every byte, in one process: a perf.data file through import, a capture through load and the
 * text report. Each cut has a clear end: an error with a cause and no output, or a result that says what is
 * missing. */
#include "tests/unit/capture_maker.h"

#include <glob.h>

#include "analyze/import/import.h"
#include "analyze/ingest.h"
#include "analyze/load/db.h"
#include "analyze/show/text.h"

#define SMALL_PERF_DATA "tests/golden-errors/small.perf.data"

static char in_path[64], out_path[80];

static int setup(void **state) {
    (void)state;
    maker_temporary(in_path);
    snprintf(out_path, sizeof out_path, "%s.hitm", in_path);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    unlink(in_path);
    unlink(out_path);
    return 0;
}

/* Nothing unfinished beside the output, whatever it may be called. */
static int is_alone(void) {
    char pattern[96];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s?*", out_path);
    int alone = glob(pattern, 0, NULL, &found) == GLOB_NOMATCH;
    globfree(&found);
    return alone;
}

static enum ht_status import_file(struct ht_import_summary *summary, struct ht_cause *cause) {
    const struct ht_import_options options = {
        .perf_data = in_path, .output = out_path, .symfs = "/nonexistent", .force = 1};
    memset(summary, 0, sizeof *summary);
    cause->text[0] = '\0';
    return ht_import(&options, summary, cause);
}

/* Every chunk decodes and the trailer is there. */
static void assert_whole_capture(const char *path) {
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table table = {0};
    struct ht_cause cause;
    enum ht_status status;
    assert_int_equal(ht_reader_open(path, &reader, &cause), HT_OK);
    while ((status = ht_reader_next(reader, &info, &cause)) == HT_OK)
        assert_int_equal(ht_reader_table(reader, &info, &table, &cause), HT_OK);
    assert_int_equal(status, HT_END);
    ht_table_free(&table);
    ht_reader_close(reader);
}

/* Warnings besides the one that the sample's binary is not here. */
static unsigned warnings_of_cut(const struct ht_import_summary *summary) {
    unsigned count = 0;
    for (unsigned i = 0; i < summary->warnings; i++)
        count += strstr(summary->warning[i], "binaries that samples hit") == NULL;
    return count;
}

static void test_import(void **state) {
    (void)state;
    struct maker_file whole = maker_read(SMALL_PERF_DATA);
    struct ht_import_summary summary;
    struct ht_cause cause;
    unsigned imported = 0;
    for (size_t length = 0; length < whole.length; length++) {
        maker_write(in_path, whole.data, length);
        unlink(out_path);
        enum ht_status status = import_file(&summary, &cause);
        assert_true(is_alone());
        if (status == HT_OK) {
            assert_whole_capture(out_path);
            if (warnings_of_cut(&summary) == 0)
                fail_msg("cut at %zu: imported, and nothing is said to be missing", length);
            imported++;
        } else if (cause.text[0] == '\0' || access(out_path, F_OK) == 0) {
            fail_msg("cut at %zu: status %d, \"%s\"", length, status, cause.text);
        }
    }
    /* The data begins at 424 with an ID_INDEX of 144 bytes; the first record with a place in a capture is the
     * MMAP behind it, 96 bytes: from byte 664 on there is something to import. */
    assert_int_equal(imported, whole.length - 664);
    maker_write(in_path, whole.data, whole.length);
    assert_int_equal(import_file(&summary, &cause), HT_OK);
    assert_int_equal(summary.warnings, 1);
    assert_int_equal(warnings_of_cut(&summary), 0);
    assert_int_equal(summary.samples, 1);
    free(whole.data);
}

static int64_t ask(sqlite3 *db, const char *sql, int64_t capture_id) {
    sqlite3_stmt *select;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &select, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_bind_int64(select, 1, capture_id), SQLITE_OK);
    assert_int_equal(sqlite3_step(select), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(select, 0);
    sqlite3_finalize(select);
    return answer;
}

/* A report of a capture that is not whole says so. */
static void report(sqlite3 *db, int64_t id, int64_t complete) {
    struct ht_cause cause;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    assert_int_equal(ht_show_text(db, id, 0, &(struct ht_sheet){.out = out, .width = HT_TEXT_WIDTH}, &cause),
                     HT_OK);
    fclose(out);
    assert_int_equal(strstr(text, "is cut at byte") != NULL, !complete);
    free(text);
}

/* Loads in_path; *samples, *complete: what the database says. */
static enum ht_status load_file(sqlite3 *db, int64_t *samples, int64_t *complete, int with_report,
                                struct ht_cause *cause) {
    const struct ht_ingest_options options = {.keep_rows = 1};
    int64_t id;
    cause->text[0] = '\0';
    enum ht_status status = ht_ingest(db, in_path, &options, &id, cause);
    if (status != HT_OK)
        return status;
    *samples = ask(db, "SELECT count(*) FROM mem_sample WHERE capture_id = ?1", id);
    *complete = ask(db, "SELECT complete FROM capture WHERE capture_id = ?1", id);
    assert_int_equal(ask(db, "SELECT missing IS NULL FROM capture WHERE capture_id = ?1", id), *complete);
    if (with_report)
        report(db, id, *complete);
    return HT_OK;
}

static void test_load(void **state) {
    (void)state;
    struct maker_file perf_data = maker_read(SMALL_PERF_DATA);
    struct ht_import_summary summary;
    struct ht_cause cause;
    sqlite3 *db;
    int64_t samples = -1, complete = -1, most = 0;
    maker_write(in_path, perf_data.data, perf_data.length);
    assert_int_equal(import_file(&summary, &cause), HT_OK);
    struct maker_file whole = maker_read(out_path);
    assert_int_equal(ht_db_open(NULL, HT_DB_NEW, &db, &cause), HT_OK);
    for (size_t length = 0; length < whole.length; length++) {
        if (length % 256 == 255) { /* a database of few captures is faster */
            ht_db_close(db);
            assert_int_equal(ht_db_open(NULL, HT_DB_NEW, &db, &cause), HT_OK);
        }
        maker_write(in_path, whole.data, length);
        enum ht_status status = load_file(db, &samples, &complete, length % 16 == 0, &cause);
        if (length < HT_FILE_HEADER_BYTES) {
            assert_int_equal(status, length == 0 ? HT_FORMAT : HT_TRUNCATED);
            assert_true(cause.text[0] != '\0');
            continue;
        }
        if (status != HT_OK || complete || samples < most)
            fail_msg("cut at %zu: status %d, complete %d, %d samples", length, status, (int)complete,
                     (int)samples);
        most = samples; /* more of the file never means fewer samples */
    }
    assert_int_equal(most, 1);
    maker_write(in_path, whole.data, whole.length);
    assert_int_equal(load_file(db, &samples, &complete, 1, &cause), HT_OK);
    assert_int_equal(samples, 1);
    assert_int_equal(complete, 1);
    ht_db_close(db);
    free(whole.data);
    free(perf_data.data);
}

/* A damaged chunk anywhere: the rest is loaded, and the database says that something is missing. Samples and
 * mappings are read in walks of their own, so each kind is tried. */
static void test_damaged_chunk_of_each_kind(void **state) {
    (void)state;
    struct maker_file whole = maker_read("tests/golden/format-1.hitm");
    const struct ht_ingest_options options = {.keep_rows = 1};
    struct ht_cause cause;
    sqlite3 *db;
    unsigned chunks = 0;
    assert_int_equal(ht_db_open(NULL, HT_DB_NEW, &db, &cause), HT_OK);
    for (size_t at = HT_FILE_HEADER_BYTES; ht_get_u32(whole.data + at) == HT_CHUNK_MAGIC; chunks++) {
        uint32_t stored = ht_get_u32(whole.data + at + 32);
        unsigned kind = ht_get_u16(whole.data + at + 4);
        size_t last = at + HT_CHUNK_HEADER_BYTES + stored - 1; /* of the frame's checksum */
        int64_t id;
        whole.data[last] ^= 1;
        maker_write(in_path, whole.data, whole.length);
        whole.data[last] ^= 1;
        assert_int_equal(ht_ingest(db, in_path, &options, &id, &cause), HT_OK);
        /* the index alone is never needed, so never looked at */
        if (ask(db, "SELECT complete FROM capture WHERE capture_id = ?1", id) != (kind == HT_CHUNK_INDEX))
            fail_msg("a damaged %s chunk is not told", ht_chunk_desc(kind)->name);
        at = last + 1;
    }
    assert_int_equal(chunks, 30);
    ht_db_close(db);
    free(whole.data);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_import),
        TEST(test_load),
        TEST(test_damaged_chunk_of_each_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every single bit of a small capture turned over, every byte replaced: the reader never crashes, and finds
 * the damage, or the bit is one that means nothing to zstd itself. */
#include "tests/unit/capture_maker.h"

/* All that a walk can see: chunk headers, present columns, every number and every text. */
static void add_digest(uint64_t *digest, const void *data, size_t length) {
    const uint8_t *p = data;
    for (size_t i = 0; i < length; i++)
        *digest = (*digest ^ p[i]) * 0x100000001b3u;
}

/* 0 where anything was wrong. */
static uint64_t digest_file(const char *path) {
    struct ht_reader *reader;
    struct ht_chunk_info info;
    struct ht_table table = {0};
    struct ht_cause cause;
    uint64_t digest = 0xcbf29ce484222325u;
    if (ht_reader_open(path, &reader, &cause) != HT_OK)
        return 0;
    uint64_t created = ht_reader_created_ns(reader);
    enum ht_status status, result = HT_OK;
    add_digest(&digest, &created, sizeof created);
    while ((status = ht_reader_next(reader, &info, &cause)) == HT_OK) {
        add_digest(&digest, &info.kind, sizeof info.kind);
        add_digest(&digest, &info.round, sizeof info.round);
        status = ht_reader_table(reader, &info, &table, &cause);
        result = status != HT_OK ? status : result;
        for (unsigned column = 0; status == HT_OK && column < table.desc->columns; column++)
            for (uint32_t row = 0; row < table.rows; row++) {
                struct ht_bytes cell = {0};
                if (table.desc->column[column].type == HT_TYPE_BYTES)
                    cell = ht_table_bytes(&table, column, row);
                else
                    cell = (struct ht_bytes){(const char *)&table.number[column][row], sizeof(uint64_t)};
                add_digest(&digest, cell.data, cell.length);
            }
    }
    ht_table_free(&table);
    ht_reader_close(reader);
    return status == HT_END && result == HT_OK ? digest : 0;
}

/* Bits that nobody looks at can only be in a zstd frame: bit 4 of its descriptor byte is unused, without bit
 * 5 the size that follows is taken for the window's (RFC 8878, 3.1.1.1.1), and a compressed block ends in
 * bits of padding. The content is under the frame's checksum, everything outside of frames under a crc32. */
static int is_in_frame(const uint8_t *file, size_t length, size_t byte) {
    for (size_t at = HT_FILE_HEADER_BYTES; at + HT_TRAILER_BYTES < length;) {
        size_t frame = at + HT_CHUNK_HEADER_BYTES, end = frame + ht_get_u32(file + at + 32);
        if (byte >= frame && byte < end)
            return 1;
        at = end;
    }
    return 0;
}

static void test_every_bit(void **state) {
    (void)state;
    char path[64];
    unsigned ignored = 0;
    maker_temporary(path);
    maker_small(path);
    struct maker_file file = maker_read(path);
    uint64_t whole = digest_file(path);
    assert_int_not_equal(whole, 0);
    for (size_t byte = 0; byte < file.length; byte++)
        for (unsigned bit = 0; bit < 8; bit++) {
            int in_frame = is_in_frame(file.data, file.length, byte);
            file.data[byte] ^= (uint8_t)(1u << bit);
            maker_write(path, file.data, file.length);
            uint64_t digest = digest_file(path);
            if (digest != 0 && (digest != whole || !in_frame))
                fail_msg("bit %u of byte 0x%zx: %s", bit, byte,
                         digest == whole ? "nobody looks at it" : "other rows, and nobody says so");
            ignored += digest != 0;
            file.data[byte] ^= (uint8_t)(1u << bit);
        }
    assert_in_range(ignored, 6, 30); /* of 3,016; 6: two in each descriptor */
    free(file.data);
    unlink(path);
}

/* The same with every byte set to 0 and to 255: runs of the same bit. */
static void test_every_byte(void **state) {
    (void)state;
    static const uint8_t values[] = {0, 0xff, 0x80, 0x7f};
    char path[64];
    maker_temporary(path);
    maker_small(path);
    struct maker_file file = maker_read(path), whole_file = maker_read(path);
    uint64_t whole = digest_file(path);
    for (size_t byte = 0; byte < file.length; byte++)
        for (size_t i = 0; i < sizeof values; i++) {
            uint8_t old = file.data[byte];
            file.data[byte] = values[i];
            if (old != values[i]) {
                maker_write(path, file.data, file.length);
                uint64_t digest = digest_file(path);
                if (digest != 0 && (digest != whole || !is_in_frame(whole_file.data, file.length, byte)))
                    fail_msg("byte 0x%zx as 0x%02x is not found", byte, values[i]);
            }
            file.data[byte] = old;
        }
    free(whole_file.data);
    free(file.data);
    unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_bit),
        cmocka_unit_test(test_every_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

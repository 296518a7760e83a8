/* The layout of a capture file in bytes; schema/CAPTURE.md is the specification. All numbers little endian.
 *
 *   file    header (32 bytes), chunks, and at a clean end an INDEX chunk and the trailer (24 bytes)
 *   chunk   header (48 bytes), then stored_bytes of one zstd frame with checksum; its content is
 *           for each column {u16 number, u8 encoding, u8 type, u32 size}, then the columns' bytes in that
 * order A file without a trailer is a cut capture: valid up to its last whole chunk. */
#ifndef HT_SCHEMA_CAPTURE_H
#define HT_SCHEMA_CAPTURE_H

#include <stdint.h>

#define HT_CAPTURE_MAGIC   "\x89HITM\r\n\x1a"
#define HT_CAPTURE_VERSION 1u

#define HT_FILE_HEADER_BYTES 32u
/* magic 0 (8), version 8 (4), header bytes 12 (4), created CLOCK_REALTIME ns 16 (8), flags 24 (4), crc32 28
 * (4) */

#define HT_CHUNK_MAGIC        0x31435448u /* "HTC1" */
#define HT_CHUNK_HEADER_BYTES 48u
/* magic 0 (4), kind 4 (2), columns 6 (2), rows 8 (4), round 12 (4), time_first 16 (8), time_last 24 (8),
 * stored_bytes 32 (4), raw_bytes 36 (4), flags 40 (4), crc32 of bytes 0-43 44 (4) */

#define HT_COLUMN_HEADER_BYTES 8u

#define HT_TRAILER_MAGIC "HITMEND\n"
#define HT_TRAILER_BYTES 24u
/* magic 0 (8), offset of the INDEX chunk 8 (8), number of chunks with the index 16 (4), crc32 of bytes 0-19
 * 20 (4) */

#define HT_CHUNK_BYTES_MAX (64u << 20) /* stored and raw */

struct ht_chunk_info {
    uint64_t offset; /* of the chunk header in the file */
    uint32_t number; /* counts from 0 */
    uint16_t kind, columns;
    uint32_t rows, round;
    uint64_t time_first_ns, time_last_ns; /* 0, 0 for kinds without time */
    uint32_t stored_bytes, raw_bytes;
};

#endif

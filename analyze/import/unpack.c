#include "analyze/import/unpack.h"

#include <stdlib.h>

#include <zstd.h>

#include "analyze/import/spool.h"

#define BUFFER_BYTES (128u << 10)

struct ht_unpack {
    ZSTD_DStream *stream;
    uint8_t buffer[BUFFER_BYTES];
};

struct ht_unpack *ht_unpack_new(void) {
    struct ht_unpack *unpack = malloc(sizeof *unpack);
    if (unpack == NULL || (unpack->stream = ZSTD_createDStream()) == NULL) {
        free(unpack);
        return NULL;
    }
    return unpack;
}

void ht_unpack_free(struct ht_unpack *unpack) {
    if (unpack == NULL)
        return;
    ZSTD_freeDStream(unpack->stream);
    free(unpack);
}

void ht_unpack_restart(struct ht_unpack *unpack) {
    ZSTD_DCtx_reset(unpack->stream, ZSTD_reset_session_only);
}

enum ht_status ht_unpack_piece(struct ht_unpack *unpack, const uint8_t *payload, size_t length, int spool,
                               uint64_t *bytes, struct ht_cause *cause) {
    ZSTD_inBuffer in = {payload, length, 0};
    ZSTD_outBuffer out;
    uint64_t piece = 0;
    do {
        size_t before = in.pos;
        out = (ZSTD_outBuffer){unpack->buffer, BUFFER_BYTES, 0};
        size_t result = ZSTD_decompressStream(unpack->stream, &out, &in);
        if (ZSTD_isError(result) || (in.pos == before && out.pos == 0 && in.pos < in.size))
            return HT_DAMAGED;
        piece += out.pos;
        if (piece > HT_UNPACK_PIECE_MAX)
            return HT_DAMAGED;
        enum ht_status status = ht_spool_append(spool, unpack->buffer, out.pos, cause);
        if (status != HT_OK)
            return status;
        *bytes += out.pos;
    } while (in.pos < in.size || out.pos == BUFFER_BYTES);
    return HT_OK;
}

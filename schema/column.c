#include "schema/column.h"

#include <stdlib.h>
#include <string.h>

#include "schema/endian.h"

#define DICT_MAX          65536u
#define HASH_SLOTS        (1u << 18)
#define STRIDE_MAX        4096u
#define STRIDED_BYTES_MAX (64u << 20) /* CONST words expand without bound otherwise */

enum ht_status ht_buffer_reserve(struct ht_buffer *buffer, size_t more) {
    if (more > SIZE_MAX / 4 || buffer->length > SIZE_MAX / 4)
        return HT_LIMIT;
    if (buffer->length + more <= buffer->capacity)
        return HT_OK;
    size_t grown =
        buffer->capacity * 2 > buffer->length + more ? buffer->capacity * 2 : buffer->length + more;
    uint8_t *moved = realloc(buffer->data, grown);
    if (moved == NULL)
        return HT_NOMEM;
    buffer->data = moved;
    buffer->capacity = grown;
    return HT_OK;
}

void ht_column_scratch_free(struct ht_column_scratch *scratch) {
    free(scratch->key);
    free(scratch->slot);
    free(scratch->entry);
    free(scratch->index);
    free(scratch->low);
    free(scratch->word);
    memset(scratch, 0, sizeof *scratch);
}

static inline uint64_t zigzag(uint64_t difference) {
    return (difference << 1) ^ (uint64_t)((int64_t)difference >> 63);
}

static inline uint64_t unzigzag(uint64_t coded) {
    return (coded >> 1) ^ (0 - (coded & 1));
}

static inline uint8_t *put_varint(uint8_t *p, uint64_t value) {
    while (value >= 0x80) {
        *p++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *p++ = (uint8_t)value;
    return p;
}

/* NULL where the bytes end or the varint is longer than 10 bytes or overflows. */
static inline const uint8_t *get_varint(const uint8_t *p, const uint8_t *end, uint64_t *value) {
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (p == end)
            return NULL;
        uint8_t byte = *p++;
        if (shift == 63 && byte > 1)
            return NULL;
        v |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *value = v;
            return p;
        }
    }
    return NULL;
}

static enum ht_status encode_varints(const uint64_t *value, uint32_t rows, int delta, struct ht_buffer *out) {
    enum ht_status status = ht_buffer_reserve(out, (size_t)rows * 10);
    if (status != HT_OK)
        return status;
    uint8_t *p = out->data + out->length;
    uint64_t above = 0;
    for (uint32_t i = 0; i < rows; i++) {
        p = put_varint(p, delta ? zigzag(value[i] - above) : value[i]);
        above = value[i];
    }
    out->length = (size_t)(p - out->data);
    return HT_OK;
}

static int all_equal(const uint64_t *value, uint32_t rows) {
    for (uint32_t i = 1; i < rows; i++)
        if (value[i] != value[0])
            return 0;
    return rows > 0;
}

static enum ht_status scratch_ready(struct ht_column_scratch *s, uint32_t rows) {
    if (s->index_capacity < rows) {
        uint16_t *index = realloc(s->index, rows * sizeof *index);
        s->index = index != NULL ? index : s->index;
        uint8_t *low = realloc(s->low, rows);
        s->low = low != NULL ? low : s->low;
        if (index == NULL || low == NULL)
            return HT_NOMEM;
        s->index_capacity = rows;
    }
    if (s->key == NULL)
        s->key = malloc(HASH_SLOTS * sizeof *s->key);
    if (s->slot == NULL)
        s->slot = malloc(HASH_SLOTS * sizeof *s->slot);
    if (s->entry == NULL)
        s->entry = malloc(DICT_MAX * sizeof *s->entry);
    return s->key != NULL && s->slot != NULL && s->entry != NULL ? HT_OK : HT_NOMEM;
}

static inline uint32_t hash_slot(uint64_t value, uint32_t mask) {
    return (uint32_t)((value * 0x9e3779b97f4a7c15u) >> 40) & mask;
}

/* Fills entry[] in order of appearance and index[] by row; 0 where there are too many distinct values to be
 * worth a dictionary. The hash is sized by the limit, so that a small chunk does not clear a large table. */
static uint32_t collect_dictionary(const uint64_t *value, uint32_t rows, struct ht_column_scratch *s) {
    uint32_t limit = rows / 4 < DICT_MAX ? rows / 4 : DICT_MAX;
    uint32_t slots = 16;
    while (slots < limit * 2)
        slots *= 2;
    uint32_t mask = slots - 1, count = 0;
    memset(s->slot, 0, slots * sizeof *s->slot);
    uint64_t near[2] = {0, 0}; /* the last two distinct values: most rows have one of them */
    uint16_t at[2] = {0, 0};
    for (uint32_t i = 0; i < rows; i++) {
        uint64_t v = value[i];
        if (v != near[0] || i == 0) {
            uint16_t index = at[1];
            if (v != near[1] || count < 2) {
                uint32_t h = hash_slot(v, mask);
                while (s->slot[h] != 0 && s->key[h] != v)
                    h = (h + 1) & mask;
                if (s->slot[h] == 0) {
                    if (count == limit)
                        return 0;
                    s->key[h] = v;
                    s->entry[count] = v;
                    s->slot[h] = ++count;
                }
                index = (uint16_t)(s->slot[h] - 1);
            }
            near[1] = near[0];
            at[1] = at[0];
            near[0] = v;
            at[0] = index;
        }
        s->index[i] = at[0];
        s->low[i] = (uint8_t)at[0];
    }
    return count;
}

static enum ht_status encode_dictionary(uint32_t rows, const struct ht_column_scratch *s, uint32_t count,
                                        struct ht_buffer *out) {
    enum ht_status status = ht_buffer_reserve(out, 10 + (size_t)count * 10 + (size_t)rows * 2);
    if (status != HT_OK)
        return status;
    out->length = (size_t)(put_varint(out->data + out->length, count) - out->data);
    status = encode_varints(s->entry, count, 1, out);
    if (status == HT_OK)
        status = ht_buffer_reserve(out, (size_t)rows * 2);
    if (status != HT_OK)
        return status;
    uint8_t *p = out->data + out->length;
    if (count <= 256)
        memcpy(p, s->low, rows);
    else
        for (uint32_t i = 0; i < rows; i++)
            ht_put_u16(p + (size_t)i * 2, s->index[i]);
    out->length += (size_t)rows * (count <= 256 ? 1 : 2);
    return HT_OK;
}

static enum ht_status encode_numbers(const uint64_t *value, uint32_t rows, enum ht_coding coding,
                                     struct ht_column_scratch *s, struct ht_buffer *out,
                                     enum ht_encoding *encoding) {
    if (all_equal(value, rows)) {
        *encoding = HT_ENCODING_CONST;
        return encode_varints(value, 1, 0, out);
    }
    if (coding == HT_CODING_DICT) {
        enum ht_status status = scratch_ready(s, rows);
        if (status != HT_OK)
            return status;
        uint32_t count = collect_dictionary(value, rows, s);
        if (count > 0) {
            *encoding = HT_ENCODING_DICT;
            return encode_dictionary(rows, s, count, out);
        }
        coding = HT_CODING_DELTA;
    }
    *encoding = coding == HT_CODING_DELTA ? HT_ENCODING_DELTA : HT_ENCODING_PLAIN;
    return encode_varints(value, rows, coding == HT_CODING_DELTA, out);
}

/* Length of all rows where they agree and are long enough to be worth words, else 0. */
static uint32_t common_length(const struct ht_byte_column *c, uint32_t rows) {
    uint32_t length = rows > 1 ? c->end[0] : 0;
    for (uint32_t i = 1; i < rows; i++)
        if (c->end[i] - c->end[i - 1] != length)
            return 0;
    return length >= 8 && length <= STRIDE_MAX && (uint64_t)length * rows <= STRIDED_BYTES_MAX ? length : 0;
}

static enum ht_status encode_strided(const struct ht_byte_column *c, uint32_t rows, uint32_t length,
                                     struct ht_column_scratch *s, struct ht_buffer *out) {
    if (s->word_capacity < rows) {
        uint64_t *moved = realloc(s->word, rows * sizeof *moved);
        if (moved == NULL)
            return HT_NOMEM;
        s->word = moved;
        s->word_capacity = rows;
    }
    enum ht_status status = ht_buffer_reserve(out, 10);
    if (status != HT_OK)
        return status;
    out->length = (size_t)(put_varint(out->data + out->length, length) - out->data);
    for (uint32_t at = 0; at < length; at += 8) {
        uint32_t width = length - at < 8 ? length - at : 8;
        for (uint32_t i = 0; i < rows; i++) {
            uint8_t padded[8] = {0};
            memcpy(padded, c->data + (size_t)i * length + at, width);
            s->word[i] = ht_get_u64(padded);
        }
        if ((status = ht_buffer_reserve(out, 5)) != HT_OK)
            return status;
        size_t header = out->length;
        out->length += 5;
        enum ht_encoding encoding;
        status = encode_numbers(s->word, rows, HT_CODING_DICT, s, out, &encoding);
        if (status != HT_OK)
            return status;
        out->data[header] = (uint8_t)encoding;
        ht_put_u32(out->data + header + 1, (uint32_t)(out->length - header - 5));
    }
    return HT_OK;
}

static enum ht_status encode_bytes(const struct ht_byte_column *c, uint32_t rows, struct ht_buffer *out) {
    enum ht_status status = ht_buffer_reserve(out, (size_t)rows * 5 + c->length);
    if (status != HT_OK)
        return status;
    uint8_t *p = out->data + out->length;
    uint32_t above = 0;
    for (uint32_t i = 0; i < rows; i++) {
        p = put_varint(p, c->end[i] - above);
        above = c->end[i];
    }
    if (c->length > 0)
        memcpy(p, c->data, c->length);
    out->length = (size_t)(p - out->data) + c->length;
    return HT_OK;
}

enum ht_status ht_column_encode(const struct ht_table *table, unsigned column,
                                struct ht_column_scratch *scratch, struct ht_buffer *out,
                                enum ht_encoding *encoding) {
    const struct ht_column_desc *desc = &table->desc->column[column];
    if (desc->type != HT_TYPE_BYTES)
        return encode_numbers(table->number[column], table->rows, desc->coding, scratch, out, encoding);
    uint32_t length = common_length(&table->bytes[column], table->rows);
    *encoding = length > 0 ? HT_ENCODING_STRIDED : HT_ENCODING_BYTES;
    return length > 0 ? encode_strided(&table->bytes[column], table->rows, length, scratch, out)
                      : encode_bytes(&table->bytes[column], table->rows, out);
}

static const uint8_t *decode_varints(uint64_t *value, uint32_t rows, int delta, const uint8_t *p,
                                     const uint8_t *end) {
    uint64_t above = 0;
    for (uint32_t i = 0; i < rows && p != NULL; i++) {
        uint64_t coded = 0;
        p = get_varint(p, end, &coded);
        above = delta && p != NULL ? above + unzigzag(coded) : coded;
        value[i] = above;
    }
    return p;
}

static enum ht_status decode_dictionary(uint64_t *value, uint32_t rows, const uint8_t *p,
                                        const uint8_t *end) {
    uint64_t count;
    p = get_varint(p, end, &count);
    if (p == NULL || count == 0 || count > DICT_MAX || count > (uint64_t)(end - p))
        return HT_DAMAGED;
    uint64_t *entry = malloc((size_t)count * sizeof *entry);
    if (entry == NULL)
        return HT_NOMEM;
    size_t width = count > 256 ? 2 : 1;
    enum ht_status status = HT_DAMAGED;
    p = decode_varints(entry, (uint32_t)count, 1, p, end);
    if (p == NULL || (size_t)(end - p) != (size_t)rows * width)
        goto out;
    for (uint32_t i = 0; i < rows; i++, p += width) {
        uint32_t index = width == 2 ? (uint32_t)(p[0] | p[1] << 8) : p[0];
        if (index >= count)
            goto out;
        value[i] = entry[index];
    }
    status = HT_OK;
out:
    free(entry);
    return status;
}

static enum ht_status decode_numbers(uint64_t *value, uint32_t rows, unsigned encoding, const uint8_t *data,
                                     size_t length) {
    const uint8_t *p = data, *end = data + length;
    uint64_t constant = 0;
    switch (encoding) {
    case HT_ENCODING_PLAIN:
    case HT_ENCODING_DELTA:
        p = decode_varints(value, rows, encoding == HT_ENCODING_DELTA, p, end);
        return p == end ? HT_OK : HT_DAMAGED;
    case HT_ENCODING_DICT:
        return decode_dictionary(value, rows, p, end);
    case HT_ENCODING_CONST:
        p = get_varint(p, end, &constant);
        for (uint32_t i = 0; i < rows && p == end; i++)
            value[i] = constant;
        return p == end ? HT_OK : HT_DAMAGED;
    default:
        return HT_DAMAGED;
    }
}

static enum ht_status byte_column_ready(struct ht_byte_column *c, size_t length) {
    if (length > c->capacity) {
        char *moved = realloc(c->data, length);
        if (moved == NULL)
            return HT_NOMEM;
        c->data = moved;
        c->capacity = length;
    }
    c->length = length;
    return HT_OK;
}

static enum ht_status decode_bytes(struct ht_byte_column *c, uint32_t rows, const uint8_t *data,
                                   size_t length) {
    const uint8_t *p = data, *end = data + length;
    uint64_t total = 0;
    for (uint32_t i = 0; i < rows; i++) {
        uint64_t row_length;
        p = get_varint(p, end, &row_length);
        if (p == NULL || row_length > length)
            return HT_DAMAGED;
        total += row_length;
        if (total > length)
            return HT_DAMAGED;
        c->end[i] = (uint32_t)total;
    }
    if ((uint64_t)(end - p) != total)
        return HT_DAMAGED;
    enum ht_status status = byte_column_ready(c, (size_t)total);
    if (status == HT_OK && total > 0)
        memcpy(c->data, p, (size_t)total);
    return status;
}

static enum ht_status decode_strided(struct ht_byte_column *c, uint32_t rows, const uint8_t *data,
                                     size_t length) {
    const uint8_t *p = data, *end = data + length;
    uint64_t stride;
    p = get_varint(p, end, &stride);
    if (p == NULL || stride < 8 || stride > STRIDE_MAX || stride * rows > STRIDED_BYTES_MAX)
        return HT_DAMAGED;
    enum ht_status status = byte_column_ready(c, (size_t)stride * rows);
    if (status != HT_OK)
        return status;
    uint64_t *word = malloc(rows * sizeof *word + 1);
    if (word == NULL)
        return HT_NOMEM;
    for (uint32_t at = 0; at < stride; at += 8) {
        status = HT_DAMAGED;
        if (end - p < 5 || p[0] > HT_ENCODING_CONST)
            goto out;
        unsigned encoding = p[0];
        uint32_t size = ht_get_u32(p + 1);
        p += 5;
        if (size > (size_t)(end - p))
            goto out;
        status = decode_numbers(word, rows, encoding, p, size);
        if (status != HT_OK)
            goto out;
        p += size;
        size_t width = stride - at < 8 ? (size_t)stride - at : 8;
        for (uint32_t i = 0; i < rows; i++) {
            uint8_t padded[8];
            ht_put_u64(padded, word[i]);
            memcpy(c->data + (size_t)i * stride + at, padded, width);
        }
    }
    for (uint32_t i = 0; i < rows; i++)
        c->end[i] = (uint32_t)((i + 1) * stride);
    status = p == end ? HT_OK : HT_DAMAGED;
out:
    free(word);
    return status;
}

enum ht_status ht_column_decode(struct ht_table *table, unsigned column, uint32_t rows, unsigned encoding,
                                const uint8_t *data, size_t length) {
    int is_bytes = table->desc->column[column].type == HT_TYPE_BYTES;
    if (!is_bytes)
        return decode_numbers(table->number[column], rows, encoding, data, length);
    if (encoding == HT_ENCODING_BYTES)
        return decode_bytes(&table->bytes[column], rows, data, length);
    if (encoding == HT_ENCODING_STRIDED)
        return decode_strided(&table->bytes[column], rows, data, length);
    return HT_DAMAGED;
}

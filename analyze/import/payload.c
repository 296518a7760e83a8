#include "analyze/import/payload.h"

#include <stdlib.h>
#include <string.h>

static void turn(uint8_t *at, unsigned long size) {
    for (unsigned long i = 0; i < size / 2; i++) {
        uint8_t byte = at[i];
        at[i] = at[size - 1 - i];
        at[size - 1 - i] = byte;
    }
}

static int number_behind(const char *line, const char *end, const char *word, unsigned long *number) {
    const char *at = memmem(line, (size_t)(end - line), word, strlen(word));
    if (at == NULL)
        return 0;
    *number = strtoul(at + strlen(word), NULL, 10);
    return 1;
}

/* A line of a format: "\tfield:unsigned int flags;\toffset:16;\tsize:4;\tsigned:0;". An array has brackets,
 * unless they say that it lies behind the fields and the field is the number that tells where (__data_loc,
 * __rel_loc). */
void ht_payload_turn(const char *format, uint8_t *payload, uint32_t bytes) {
    const char *line = format, *end;
    for (; *line != '\0'; line = *end != '\0' ? end + 1 : end) {
        unsigned long offset, size;
        end = strchrnul(line, '\n');
        const char *field = memmem(line, (size_t)(end - line), "field:", 6);
        if (field == NULL || !number_behind(field, end, "offset:", &offset) ||
            !number_behind(field, end, "size:", &size))
            continue;
        int is_place = strncmp(field + 6, "__data_loc", 10) == 0 || strncmp(field + 6, "__rel_loc", 9) == 0;
        const char *semicolon = memchr(field, ';', (size_t)(end - field));
        int is_array = semicolon != NULL && memchr(field, '[', (size_t)(semicolon - field)) != NULL;
        if ((is_array && !is_place) || (size != 2 && size != 4 && size != 8) || offset > bytes ||
            size > bytes - offset)
            continue;
        turn(payload + offset, size);
    }
}

static char *format_of(const struct ht_table *tp_format, uint32_t event) {
    for (uint32_t row = 0; row < tp_format->rows; row++) {
        if (ht_table_u64(tp_format, HT_TP_FORMAT_EVENT, row) != event)
            continue;
        struct ht_bytes text = ht_table_bytes(tp_format, HT_TP_FORMAT_FORMAT, row);
        return strndup(text.data != NULL ? text.data : "", text.length);
    }
    return strdup("");
}

enum ht_status ht_payload_store(const struct ht_table *tp_format, uint32_t event, const uint8_t *raw,
                                uint32_t bytes, struct ht_table *tracepoint) {
    uint8_t *payload = malloc(bytes + 1u);
    char *format = format_of(tp_format, event);
    enum ht_status status = HT_NOMEM;
    if (payload == NULL || format == NULL)
        goto out;
    memcpy(payload, raw != NULL ? raw : payload, raw != NULL ? bytes : 0);
    ht_payload_turn(format, payload, raw != NULL ? bytes : 0);
    status = ht_table_set_bytes(tracepoint, HT_TRACEPOINT_PAYLOAD, payload, raw != NULL ? bytes : 0);
out:
    free(payload);
    free(format);
    return status;
}

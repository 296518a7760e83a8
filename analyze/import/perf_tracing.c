/* TRACING_DATA: the formats of the tracepoints that were recorded, copied into TP_FORMAT. Layout:
 * trace-cmd.dat(5), in the version that perf writes: 23 8 68 "tracing" version\0, u8 big endian, u8 bytes of
 * a long, u32 bytes of a page, "header_page\0" u64 size text, "header_event\0" u64 size text, u32 formats of
 * ftrace itself, each u64 size text, u32 systems, each name\0 u32 formats, each u64 size text, ... */
#include <stdlib.h>

#include "analyze/import/perf_features.h"
#include "analyze/import/perf_format.h"

/* The value of a line of the format, "ID: 313": -1 where there is none. */
static int64_t id_in(const char *text, size_t length) {
    const char *at = memmem(text, length, "\nID: ", 5);
    if (at == NULL)
        return -1;
    at += 5;
    int64_t id = 0;
    while (at < text + length && *at >= '0' && *at <= '9' && id < INT32_MAX)
        id = id * 10 + (*at++ - '0');
    return id;
}

static size_t name_in(const char *text, size_t length, const char **name) {
    if (length < 6 || memcmp(text, "name: ", 6) != 0)
        return 0;
    *name = text + 6;
    const char *end = memchr(*name, '\n', length - 6);
    return end != NULL ? (size_t)(end - *name) : 0;
}

static enum ht_status add_format(const struct ht_perf_attrs *attrs, struct ht_perf_facts *facts,
                                 const char *system, const char *text, size_t length) {
    int64_t id = id_in(text, length);
    const char *name = "";
    size_t name_bytes = name_in(text, length, &name);
    enum ht_status status = HT_OK;
    if (id < 0)
        return HT_OK;
    for (uint32_t event = 0; event < attrs->count && status == HT_OK; event++) {
        uint32_t row;
        if (attrs->attr[event].type != HT_PERF_TYPE_TRACEPOINT || attrs->attr[event].config != (uint64_t)id)
            continue;
        if ((status = ht_table_add(&facts->tp_format, &row)) != HT_OK)
            return status;
        facts->tp_format.number[HT_TP_FORMAT_EVENT][row] = event;
        status = ht_table_set_text(&facts->tp_format, HT_TP_FORMAT_SYSTEM, system);
        if (status == HT_OK)
            status = ht_table_set_bytes(&facts->tp_format, HT_TP_FORMAT_NAME, name, name_bytes);
        if (status == HT_OK)
            status = ht_table_set_bytes(&facts->tp_format, HT_TP_FORMAT_FORMAT, text, length);
    }
    return status;
}

static enum ht_status add_formats(struct ht_section *s, const struct ht_perf_attrs *attrs,
                                  struct ht_perf_facts *facts, const char *system) {
    uint32_t count = ht_section_u32(s);
    for (uint32_t i = 0; i < count && !s->bad; i++) {
        uint64_t bytes = ht_section_u64(s);
        const uint8_t *text = ht_section_bytes(s, bytes);
        enum ht_status status =
            text != NULL ? add_format(attrs, facts, system, (const char *)text, bytes) : HT_OK;
        if (status != HT_OK)
            return status;
    }
    return s->bad ? HT_DAMAGED : HT_OK;
}

static void skip_header(struct ht_section *s, const char *name) {
    if (strcmp(ht_section_text(s), name) != 0)
        s->bad = 1;
    ht_section_bytes(s, ht_section_u64(s));
}

enum ht_status ht_perf_tracing_data(struct ht_section *s, const struct ht_perf_attrs *attrs,
                                    struct ht_perf_facts *facts) {
    const uint8_t *magic = ht_section_bytes(s, 10);
    if (magic == NULL || memcmp(magic, "\x17\x08\x44tracing", 10) != 0)
        return HT_DAMAGED;
    ht_section_text(s);
    const uint8_t *machine = ht_section_bytes(s, 2);
    if (machine == NULL || machine[0] > 1)
        return HT_DAMAGED;
    s->swap = machine[0]; /* it says for itself which byte order it has */
    ht_section_u32(s);
    skip_header(s, "header_page");
    skip_header(s, "header_event");
    enum ht_status status = add_formats(s, attrs, facts, "ftrace");
    uint32_t systems = ht_section_u32(s);
    for (uint32_t i = 0; i < systems && status == HT_OK && !s->bad; i++) {
        const char *system = ht_section_text(s);
        status = add_formats(s, attrs, facts, system);
    }
    return status == HT_OK && s->bad ? HT_DAMAGED : status;
}

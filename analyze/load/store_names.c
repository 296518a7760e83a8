#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/load/db.h"
#include "analyze/load/store.h"
#include "analyze/names/demangle.h"

static void hexadecimal(const uint8_t *bytes, size_t length, char *text) {
    for (size_t i = 0; i < length; i++)
        snprintf(text + i * 2, 3, "%02x", bytes[i]);
    text[length * 2] = '\0';
}

static enum ht_status store_dsos(struct ht_load *load, struct ht_cause *cause) {
    static const char *const states[] = {"read", "changed", "missing", "no symbols", "hidden"};
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "dso", "dso_id,path,build_id,state,absolute", load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->names.dsos; i++) {
        const struct ht_dso *d = &load->names.dso[i];
        char build_id[2 * sizeof d->build_id + 1];
        hexadecimal(d->build_id, d->build_id_bytes, build_id);
        ht_put_int(&in, (int64_t)i + 1);
        ht_put_text(&in, d->path);
        ht_put_text(&in, d->build_id_bytes > 0 ? build_id : NULL);
        ht_put_text(&in, d->state < sizeof states / sizeof states[0] ? states[d->state] : "unknown");
        ht_put_int(&in, d->absolute);
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}

/* Symbols of kernel code that came in the window are numbered behind those of files. */
static uint32_t ksymbol_number(const struct ht_load *load, uint32_t dso) {
    return load->names.symbols + dso;
}

static enum ht_status store_ksymbol(struct ht_insert *in, const struct ht_load *load, uint32_t dso,
                                    struct ht_cause *cause) {
    const struct ht_mapping *m = load->names.dso[dso].ksymbol;
    ht_put_int(in, (int64_t)ksymbol_number(load, dso) + 1);
    ht_put_int(in, (int64_t)dso + 1);
    ht_put_int(in, (int64_t)m->start);
    ht_put_int(in, (int64_t)m->length);
    ht_put_text(in, "code");
    ht_put_text(in, m->file);
    ht_put_text(in, m->file);
    return ht_insert_row(in, cause);
}

static enum ht_status store_symbols(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "symbol", "symbol_id,dso_id,start_offset,size_bytes,kind,name,raw_name",
                       load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->names.dsos; i++)
        if (load->names.dso[i].ksymbol != NULL)
            status = store_ksymbol(&in, load, i, cause);
    for (uint32_t i = 0; status == HT_OK && i < load->names.symbols; i++) {
        const struct ht_symbol *s = &load->names.symbol[i];
        char *name = ht_demangle(s->name);
        ht_put_int(&in, (int64_t)i + 1);
        ht_put_int(&in, s->dso != HT_NONE ? (int64_t)s->dso + 1 : 0);
        ht_put_int(&in, (int64_t)s->start);
        ht_put_int(&in, (int64_t)s->bytes);
        ht_put_text(&in, s->kind == 0 ? "code" : "data");
        ht_put_text(&in, name != NULL ? name : s->name);
        ht_put_text(&in, s->name);
        free(name);
        status = ht_insert_row(&in, cause);
    }
    ht_insert_close(&in);
    return status;
}

static void put_flag(struct ht_insert *in, int known, int value) {
    ht_put_known(in, known ? value : -1);
}

static void put_code(struct ht_load *load, struct ht_insert *in, uint32_t number) {
    const struct ht_code *c = ht_codes_decoded(load->codes, number);
    const struct ht_code_cell *cell = NULL;
    const struct ht_source_cell *source = NULL;
    uint32_t symbol = HT_NONE;
    struct ht_instruction instruction;
    ht_codes_instruction(load->codes, number, &instruction);
    if (c->dso != HT_NONE) {
        cell = ht_known_code(&load->names, c->dso, c->offset);
        source = ht_known_source(&load->names, c->dso, c->offset);
        symbol = load->names.dso[c->dso].ksymbol != NULL
                     ? ksymbol_number(load, c->dso)
                     : ht_known_symbol(&load->names, c->dso, 0, c->offset);
    }
    ht_put_int(in, (int64_t)number + 1);
    ht_put_known(in, c->dso != HT_NONE ? (int64_t)c->dso + 1 : -1);
    ht_put_int(in, (int64_t)c->offset);
    ht_put_int(in, (int64_t)c->address);
    if (cell != NULL)
        ht_put_blob(in, cell->bytes, cell->length);
    else
        ht_put_null(in);
    ht_put_text(in, instruction.text[0] != '\0' ? instruction.text : NULL);
    put_flag(in, c->known, c->reads);
    put_flag(in, c->known, c->writes);
    put_flag(in, c->width_known, c->bytes);
    ht_put_known(in, symbol != HT_NONE ? (int64_t)symbol + 1 : -1);
    ht_put_text(in, source != NULL ? source->file : NULL);
    ht_put_known(in, source != NULL ? (int64_t)source->line : -1);
}

static enum ht_status store_codes(struct ht_load *load, struct ht_cause *cause) {
    struct ht_insert in, profile = {0};
    enum ht_status status =
        ht_insert_open(load->db, "code_bytes",
                       "code_id,dso_id,offset,code_address,bytes,instruction,reads,writes,"
                       "access_bytes,symbol_id,source_file,source_line",
                       load->capture_id, &in, cause);
    if (status == HT_OK)
        status = ht_insert_open(load->db, "code_profile",
                                "code_id,mem_samples,transfers,loads,stores,cpu_samples,faults",
                                load->capture_id, &profile, cause);
    uint32_t count = ht_codes_count(load->codes);
    for (uint32_t i = 0; status == HT_OK && i < count; i++) {
        const struct ht_code *c = ht_codes_get(load->codes, i);
        if (!c->wanted)
            continue;
        put_code(load, &in, i);
        status = ht_insert_row(&in, cause);
        if (status == HT_OK && c->mem_samples + c->cpu_samples + c->faults > 0) {
            ht_put_int(&profile, (int64_t)i + 1);
            ht_put_int(&profile, c->mem_samples);
            ht_put_int(&profile, c->transfers);
            ht_put_int(&profile, c->loads);
            ht_put_int(&profile, c->stores);
            ht_put_int(&profile, c->cpu_samples);
            ht_put_int(&profile, c->faults);
            status = ht_insert_row(&profile, cause);
        }
    }
    ht_insert_close(&in);
    ht_insert_close(&profile);
    return status;
}

/* Mappings under kept lines only: a table of all of them would be /proc/PID/maps of the whole machine. */
static void mark_mappings(struct ht_load *load, uint8_t *wanted) {
    for (uint32_t i = 0; i < load->kept_lines; i++) {
        uint32_t mapping = ht_lines_get(load->lines, load->kept[i].line)->mapping;
        if (mapping != HT_NO_MAPPING)
            wanted[mapping] = 1;
    }
}

static enum ht_status store_mapping(struct ht_load *load, struct ht_insert *in, const struct ht_mapping *m,
                                    struct ht_cause *cause) {
    uint32_t dso;
    int detailed = m->source != HT_MMAP_SOURCE_MMAP;
    enum ht_status status = ht_known_dso(&load->names, m, &dso);
    if (status != HT_OK)
        return ht_fail(cause, status, "out of memory");
    ht_put_int(in, m->id);
    ht_put_int(in, (int64_t)m->time_ns);
    ht_put_int(in, m->pid);
    ht_put_int(in, (int64_t)m->start);
    ht_put_int(in, (int64_t)m->length);
    ht_put_int(in, (int64_t)m->pgoff);
    put_flag(in, detailed, (int)m->major);
    put_flag(in, detailed, (int)m->minor);
    ht_put_known(in, detailed ? (int64_t)m->inode : -1);
    ht_put_known(in, detailed ? (int64_t)m->generation : -1);
    put_flag(in, detailed, (int)m->prot);
    put_flag(in, detailed, (int)m->flags);
    ht_put_int(in, (int64_t)dso + 1);
    ht_put_text(in, m->file);
    return ht_insert_row(in, cause);
}

static enum ht_status store_mappings(struct ht_load *load, struct ht_cause *cause) {
    uint32_t count = ht_spaces_count(load->spaces);
    uint8_t *wanted = calloc((size_t)count + 1, 1);
    if (wanted == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    mark_mappings(load, wanted);
    struct ht_insert in;
    enum ht_status status =
        ht_insert_open(load->db, "mapping",
                       "mapping_id,time_ns,pid,start_address,length_bytes,pgoff_bytes,dev_major,"
                       "dev_minor,inode,inode_generation,prot,flags,dso_id,file",
                       load->capture_id, &in, cause);
    for (uint32_t i = 0; status == HT_OK && i < count; i++)
        if (wanted[i])
            status = store_mapping(load, &in, ht_spaces_mapping(load->spaces, i), cause);
    ht_insert_close(&in);
    free(wanted);
    return status;
}

enum ht_status ht_store_names(struct ht_load *load, struct ht_cause *cause) {
    /* Mappings first: asking for their files may add some. */
    enum ht_status status = store_mappings(load, cause);
    if (status == HT_OK)
        status = store_dsos(load, cause);
    if (status == HT_OK)
        status = store_symbols(load, cause);
    return status == HT_OK ? store_codes(load, cause) : status;
}

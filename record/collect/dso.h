/* The files (and pseudo files) behind sampled addresses: which one an address lies in, whether the file is
 * still the one that was mapped, and what it says. A file is believed only where the process's own map_files
 * link leads to it or its inode is the one that was mapped. One thread. */
#ifndef HT_RECORD_COLLECT_DSO_H
#define HT_RECORD_COLLECT_DSO_H

#include "record/collect/elf_file.h"
#include "record/collect/jit_map.h"
#include "record/collect/spaces.h"
#include "schema/table.h"

#define HT_DSO_SOURCES 8 /* processes that are asked for the file, while one may have ended */

enum ht_dso_kind { HT_DSO_KIND_FILE, HT_DSO_KIND_VDSO, HT_DSO_KIND_JIT };

struct ht_dso {
    uint32_t number;
    enum ht_dso_kind kind;
    uint32_t major, minor;
    uint64_t inode;
    int32_t jit_pid; /* JIT: one for each process */
    char *path;
    unsigned state; /* enum ht_dso_state; MISSING until it was opened */
    int denied;
    uint8_t build_id[64];
    size_t build_id_bytes;
    struct {
        int32_t pid;
        uint64_t start, end; /* a mapping of it there */
    } source[HT_DSO_SOURCES];
    unsigned sources;
    uint64_t mapped_ns; /* perf clock: the newest mapping of it */
    struct ht_elf *elf; /* while open */
    struct ht_jit_map jit;
};

struct ht_dsos {
    struct ht_dso *dso;
    size_t count, capacity;
    const struct ht_mapping *last_mapping; /* addresses come in order: the last answer is often right */
    uint32_t last_dso;
};

struct ht_dso_symbol {
    uint64_t start, bytes;
    const char *name; /* valid until ht_dso_close */
};

struct ht_dso_counts {
    uint64_t missing, denied, changed;
};

/* The DSO and offset of an address; NOT_FOUND where nothing is known to be mapped there. */
enum ht_status ht_dsos_locate(struct ht_dsos *dsos, const struct ht_spaces *spaces, int32_t pid, uint64_t ip,
                              uint32_t *dso, uint64_t *offset);
enum ht_status ht_dsos_rows(const struct ht_dsos *dsos, struct ht_table *table); /* DSO rows */
void ht_dsos_count(const struct ht_dsos *dsos, struct ht_dso_counts *counts);
void ht_dsos_free(struct ht_dsos *dsos);

/* Opens what is behind the DSO and sets its state and build id; NOMEM is the only failure. realtime_offset:
 * CLOCK_REALTIME minus perf clock, to tell whether a file is younger than its mapping. */
enum ht_status ht_dso_open(struct ht_dso *dso, const char *root, int64_t realtime_offset);
void ht_dso_close(struct ht_dso *dso);
int ht_dso_find(const struct ht_dso *dso, uint64_t offset, struct ht_dso_symbol *symbol);
size_t ht_dso_code(const struct ht_dso *dso, uint64_t offset, uint8_t code[HT_CODE_LENGTH_MAX]);

#endif

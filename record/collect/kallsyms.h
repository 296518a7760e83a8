/* The kernel's own symbols: /proc/kallsyms and /proc/modules. Built once after the window, read-only then. */
#ifndef HT_RECORD_COLLECT_KALLSYMS_H
#define HT_RECORD_COLLECT_KALLSYMS_H

#include <stddef.h>
#include <stdint.h>

#include "schema/status.h"

struct ht_ksymbol {
    uint64_t start, bytes; /* up to the next symbol; 0 for the last one */
    const char *name;
    const char *module; /* "" for the kernel itself */
};

struct ht_kallsyms {
    char *text;
    struct ht_ksymbol *symbol; /* code only, by address */
    size_t symbols;
    uint64_t text_start, text_end; /* _stext and _etext; 0 where unknown */
    int hidden;                    /* all addresses are zero: kptr_restrict */
};

/* NOT_FOUND or PERMISSION with a cause; a file with hidden addresses is read and marked. */
enum ht_status ht_kallsyms_read(const char *root, struct ht_kallsyms *kallsyms, struct ht_cause *cause);
void ht_kallsyms_free(struct ht_kallsyms *kallsyms); /* a zeroed one is fine */

const struct ht_ksymbol *ht_kallsyms_find(const struct ht_kallsyms *kallsyms, uint64_t address);

#endif

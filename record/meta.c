#include "record/meta.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <linux/capability.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "record/base/privilege.h"
#include "record/host/conditions.h"

void ht_meta_init(struct ht_meta *meta) {
    memset(meta, 0, sizeof *meta);
    ht_table_init(&meta->table, HT_CHUNK_META);
}

void ht_meta_set(struct ht_meta *meta, const char *key, const char *format, ...) {
    char value[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(value, sizeof value, format, args);
    va_end(args);
    ht_meta_set_text(meta, key, value);
}

void ht_meta_set_text(struct ht_meta *meta, const char *key, const char *value) {
    uint32_t row;
    enum ht_status status = ht_table_add(&meta->table, &row);
    if (status == HT_OK)
        status = ht_table_set_text(&meta->table, HT_META_KEY, key);
    if (status == HT_OK)
        status = ht_table_set_text(&meta->table, HT_META_VALUE, value);
    if (meta->status == HT_OK)
        meta->status = status;
}

/* Capabilities that matter here, as they are in force. */
static void describe_privileges(char *text, size_t size) {
    static const struct {
        int number;
        const char *name;
    } wanted[] = {
        {CAP_PERFMON, "cap_perfmon"},       {CAP_SYS_ADMIN, "cap_sys_admin"},
        {CAP_SYS_PTRACE, "cap_sys_ptrace"}, {CAP_SYSLOG, "cap_syslog"},
        {CAP_IPC_LOCK, "cap_ipc_lock"},     {CAP_DAC_READ_SEARCH, "cap_dac_read_search"},
    };
    size_t at = 0, has = 0;
    snprintf(text, size, "none");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && at < size; i++) {
        if (!ht_has_capability(wanted[i].number))
            continue;
        at += (size_t)snprintf(text + at, size - at, "%s%s", has++ == 0 ? "capabilities: " : ",",
                               wanted[i].name);
    }
    if (geteuid() == 0 && has == sizeof wanted / sizeof wanted[0])
        snprintf(text, size, "root");
}

void ht_meta_machine(struct ht_meta *meta, const char *root) {
    struct utsname name;
    char text[512];
    if (uname(&name) == 0) {
        ht_meta_set(meta, "hostname", "%s", name.nodename);
        ht_meta_set(meta, "kernel", "%s", name.release);
        ht_meta_set(meta, "arch", "%s", name.machine);
    }
    ht_conditions_cpu_model(root, text, sizeof text);
    ht_meta_set(meta, "cpu_model", "%s", text);
    describe_privileges(text, sizeof text);
    ht_meta_set(meta, "privileges", "%s", text);
}

enum ht_status ht_meta_put(struct ht_meta *meta, struct ht_writer *writer, struct ht_encoder *encoder,
                           struct ht_cause *cause) {
    enum ht_status status = meta->status;
    if (status != HT_OK)
        ht_fail(cause, status, "facts of the capture: %s", ht_status_text(status));
    else
        status = ht_writer_put(writer, encoder, &meta->table, 0, cause);
    ht_table_clear(&meta->table);
    return status;
}

void ht_meta_free(struct ht_meta *meta) {
    ht_table_free(&meta->table);
}

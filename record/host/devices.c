#include "record/host/devices.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/base/cpu_list.h"
#include "record/base/files.h"

#define DEVICES_MAX   256
#define IRQS_MAX      4096 /* of all devices together */
#define NUMBERS_MAX   HT_CPUS_MAX
#define PATHS_MAX     16 /* controllers behind one multipath disk */
#define AFFINITY_TEXT 16384
#define LIST_BYTES    65536 /* of a list as text */

/* ---- sets of small numbers, as text "0-3,8" ---- */

struct numbers {
    uint8_t bit[NUMBERS_MAX / 8];
    int any;
};

static void add_range(struct numbers *set, unsigned first, unsigned last) {
    for (unsigned n = first; n <= last && n < NUMBERS_MAX; n++) {
        set->bit[n / 8] |= (uint8_t)(1u << n % 8);
        set->any = 1;
    }
}

static int has(const struct numbers *set, unsigned n) {
    return n < NUMBERS_MAX && set->bit[n / 8] >> n % 8 & 1;
}

static void print_list(const struct numbers *set, int number[NUMBERS_MAX], char *text, size_t size) {
    struct ht_cpu_list list = {number, 0};
    for (unsigned n = 0; set->any && n < NUMBERS_MAX; n++)
        if (has(set, n))
            number[list.cpus++] = (int)n;
    ht_cpu_list_text(&list, text, size);
}

/* ---- one device ---- */

struct scan {
    const char *root;
    struct ht_table *table;
    unsigned devices, irqs;
    uint64_t devices_left, irqs_left;
    struct numbers irq, cpu; /* of the device in hand */
    int number[NUMBERS_MAX];
    char irq_list[LIST_BYTES], cpu_list[LIST_BYTES];
};

static void add_affinity(struct scan *scan, unsigned irq) {
    static const char *const files[] = {"effective_affinity_list", "smp_affinity_list"};
    char path[128], text[AFFINITY_TEXT];
    unsigned first, last;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "/proc/irq/%u/%s", irq, files[i]);
        if (ht_file_read_line(scan->root, path, text, sizeof text) <= 0)
            continue; /* absent (kernels without it), or empty: never started */
        for (const char *p = text; ht_list_next(&p, &first, &last);)
            add_range(&scan->cpu, first, last);
        return;
    }
}

static void add_irq(struct scan *scan, unsigned irq) {
    if (has(&scan->irq, irq))
        return;
    if (scan->irqs == IRQS_MAX || irq >= NUMBERS_MAX) {
        scan->irqs_left++;
        return;
    }
    scan->irqs++;
    add_range(&scan->irq, irq, irq);
    add_affinity(scan, irq);
}

/* MSI vectors are named by a directory; without MSI, `irq` holds the line, 0 where there is none. */
static void add_function_irqs(struct scan *scan, const char *function) {
    char path[HT_PATH_MAX];
    int any = 0;
    snprintf(path, sizeof path, "%s%s/msi_irqs", scan->root, function);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        if (!isdigit((unsigned char)entry->d_name[0]))
            continue;
        add_irq(scan, (unsigned)strtoul(entry->d_name, NULL, 10));
        any = 1;
    }
    if (dir != NULL)
        closedir(dir);
    snprintf(path, sizeof path, "%s/irq", function);
    int64_t line = any ? 0 : ht_file_number(scan->root, path, 0);
    if (line > 0 && line < NUMBERS_MAX)
        add_irq(scan, (unsigned)line);
}

/* From the device up to its PCI function (every one has `irq`), and on for the node: a leaf such as a virtio
 * device or a SCSI target has none, and -1 above all means that the firmware names none. */
static void walk_up(struct scan *scan, char *path, int64_t *node) {
    int at_function = 0;
    char file[HT_PATH_MAX];
    for (char *slash; strncmp(path, "/sys/devices/", 13) == 0 && (slash = strrchr(path, '/')) != NULL;) {
        if (*node < 0 && (size_t)snprintf(file, sizeof file, "%s/numa_node", path) < sizeof file)
            *node = ht_file_number(scan->root, file, -1);
        if (!at_function && (size_t)snprintf(file, sizeof file, "%s/irq", path) < sizeof file &&
            ht_file_number(scan->root, file, -1) >= 0) {
            at_function = 1;
            add_function_irqs(scan, path);
        }
        *slash = '\0';
    }
}

/* The directory that a link of sysfs leads to, as a path below root; 0 where it leads nowhere or outside. */
static int resolve(const char *root, const char *link, char *path) {
    char full[HT_PATH_MAX], real_root[PATH_MAX] = "", real[PATH_MAX];
    if ((size_t)snprintf(full, sizeof full, "%s%s", root, link) >= sizeof full ||
        realpath(full, real) == NULL)
        return 0;
    if (*root != '\0' && (realpath(root, real_root) == NULL || strcmp(real_root, "/") == 0))
        real_root[0] = '\0';
    size_t skip = strlen(real_root);
    if (strncmp(real, real_root, skip) != 0 || real[skip] != '/')
        return 0;
    memmove(path, real + skip, strlen(real + skip) + 1);
    return 1;
}

/* A multipath NVMe disk hangs on a virtual subsystem, which holds links to its controllers. */
static void walk_controllers(struct scan *scan, const char *subsystem, int64_t *node) {
    char path[HT_PATH_MAX], link[HT_PATH_MAX], target[PATH_MAX];
    unsigned looked = 0;
    int seen = 0;
    snprintf(path, sizeof path, "%s%s", scan->root, subsystem);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return;
    for (struct dirent *entry; looked < PATHS_MAX && (entry = readdir(dir)) != NULL;) {
        int64_t own = -1;
        if (strncmp(entry->d_name, "nvme", 4) != 0 || !isdigit((unsigned char)entry->d_name[4]) ||
            strchr(entry->d_name + 4, 'n') != NULL ||
            (size_t)snprintf(link, sizeof link, "%s/%s", subsystem, entry->d_name) >= sizeof link ||
            !resolve(scan->root, link, target))
            continue;
        looked++;
        walk_up(scan, target, &own);
        *node = seen++ == 0 || *node == own ? own : -1; /* paths from two nodes: no one node */
    }
    closedir(dir);
}

static enum ht_status put_row(struct scan *scan, const char *name, const char *kind, int64_t node) {
    uint32_t row;
    enum ht_status status = ht_table_add(scan->table, &row);
    if (status != HT_OK)
        return status;
    print_list(&scan->irq, scan->number, scan->irq_list, sizeof scan->irq_list);
    print_list(&scan->cpu, scan->number, scan->cpu_list, sizeof scan->cpu_list);
    scan->table->number[HT_DEVICE_NODE][row] = (uint64_t)node;
    if ((status = ht_table_set_text(scan->table, HT_DEVICE_NAME, name)) == HT_OK &&
        (status = ht_table_set_text(scan->table, HT_DEVICE_KIND, kind)) == HT_OK &&
        (status = ht_table_set_text(scan->table, HT_DEVICE_IRQS, scan->irq_list)) == HT_OK)
        status = ht_table_set_text(scan->table, HT_DEVICE_IRQ_AFFINITY, scan->cpu_list);
    return status;
}

static enum ht_status add_device(struct scan *scan, const char *folder, const char *name, const char *kind) {
    char path[HT_PATH_MAX], target[PATH_MAX];
    int64_t node = -1;
    snprintf(path, sizeof path, "%s/%s/hidden", folder, name);
    if (ht_file_number(scan->root, path, 0) == 1)
        return HT_OK; /* one path of a multipath disk, which has a row of its own */
    snprintf(path, sizeof path, "%s/%s/device", folder, name);
    if (!resolve(scan->root, path, target))
        return HT_OK; /* nothing but software */
    if (scan->devices == DEVICES_MAX) {
        scan->devices_left++;
        return HT_OK;
    }
    scan->devices++;
    memset(&scan->irq, 0, sizeof scan->irq);
    memset(&scan->cpu, 0, sizeof scan->cpu);
    if (strncmp(target, "/sys/devices/virtual/", 21) == 0)
        walk_controllers(scan, target, &node);
    else
        walk_up(scan, target, &node);
    return put_row(scan, name, kind, node < 0 ? -1 : node);
}

/* Sorted, so that the same machine gives the same rows. */
static enum ht_status scan_folder(struct scan *scan, const char *folder, const char *kind) {
    char path[HT_PATH_MAX];
    struct dirent **entry = NULL;
    snprintf(path, sizeof path, "%s%s", scan->root, folder);
    int entries = scandir(path, &entry, NULL, alphasort);
    enum ht_status status = HT_OK;
    for (int i = 0; i < entries; i++) {
        if (status == HT_OK && entry[i]->d_name[0] != '.')
            status = add_device(scan, folder, entry[i]->d_name, kind);
        free(entry[i]);
    }
    free(entry);
    return status;
}

enum ht_status ht_devices_read(const char *root, struct ht_table *table, struct ht_limits *limits,
                               struct ht_cause *cause) {
    struct scan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        return ht_fail(cause, HT_NOMEM, "out of memory");
    scan->root = root;
    scan->table = table;
    enum ht_status status = scan_folder(scan, "/sys/class/net", "net");
    if (status == HT_OK)
        status = scan_folder(scan, "/sys/block", "block");
    if (scan->devices_left > 0)
        ht_limits_add(limits, scan->devices_left, "devices", "",
                      "more than %d network and disk devices: the rest have no node and no interrupts here",
                      DEVICES_MAX);
    if (scan->irqs_left > 0)
        ht_limits_add(limits, scan->irqs_left, "interrupts of devices", "",
                      "more than %d in all: where the rest go is not known", IRQS_MAX);
    free(scan);
    return status == HT_OK ? HT_OK : ht_fail(cause, status, "devices: %s", ht_status_text(status));
}

/* Network and disk devices of machines that the test makes, and of this one against /proc/interrupts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "record/base/files.h"
#include "record/host/devices.h"
#include "tests/unit/record_tree.h"

#define NIC   "/sys/devices/pci0000:40/0000:40:01.1/0000:41:00.0"
#define NVME  "/sys/devices/pci0000:80/0000:80:03.0/0000:81:00.0"
#define NVME2 "/sys/devices/pci0000:00/0000:00:04.0"
#define SATA  "/sys/devices/pci0000:00/0000:00:1f.2"
#define VIRT  "/sys/devices/pci0000:00/0000:00:02.0"

struct fixture {
    struct tree tree;
    struct ht_limits limits;
    struct ht_table table;
};

static int set_up(void **state) {
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    tree_make(&f->tree);
    ht_limits_init(&f->limits);
    ht_table_init(&f->table, HT_CHUNK_DEVICE);
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    tree_remove(&f->tree);
    ht_limits_free(&f->limits);
    ht_table_free(&f->table);
    free(f);
    return 0;
}

static void put_function(const struct tree *t, const char *function, const char *node, const char *line) {
    char path[256];
    snprintf(path, sizeof path, "%s/numa_node", function);
    tree_put(t, path, node);
    snprintf(path, sizeof path, "%s/irq", function);
    tree_put(t, path, line);
}

static void put_vector(const struct tree *t, const char *function, unsigned irq, const char *effective,
                       const char *asked) {
    char path[256];
    if (function != NULL) {
        snprintf(path, sizeof path, "%s/msi_irqs/%u", function, irq);
        tree_put(t, path, "msix\n");
    }
    snprintf(path, sizeof path, "/proc/irq/%u/smp_affinity_list", irq);
    tree_put(t, path, asked);
    if (effective == NULL)
        return;
    snprintf(path, sizeof path, "/proc/irq/%u/effective_affinity_list", irq);
    tree_put(t, path, effective);
}

/* The row of a device; fails where there is none. */
static uint32_t row_of(const struct fixture *f, const char *name) {
    char text[64];
    for (uint32_t row = 0; row < f->table.rows; row++) {
        ht_table_copy_text(&f->table, HT_DEVICE_NAME, row, text, sizeof text);
        if (strcmp(text, name) == 0)
            return row;
    }
    fail_msg("no row of %s", name);
    return 0;
}

static void check(const struct fixture *f, const char *name, const char *kind, int node, const char *irqs,
                  const char *cpus) {
    char text[256];
    uint32_t row = row_of(f, name);
    assert_int_equal(ht_table_i64(&f->table, HT_DEVICE_NODE, row), node);
    ht_table_copy_text(&f->table, HT_DEVICE_KIND, row, text, sizeof text);
    assert_string_equal(text, kind);
    ht_table_copy_text(&f->table, HT_DEVICE_IRQS, row, text, sizeof text);
    assert_string_equal(text, irqs);
    ht_table_copy_text(&f->table, HT_DEVICE_IRQ_AFFINITY, row, text, sizeof text);
    assert_string_equal(text, cpus);
}

static void read_devices(struct fixture *f) {
    assert_int_equal(ht_devices_read(f->tree.root, &f->table, &f->limits, NULL), HT_OK);
}

static void test_network_card_with_msix(void **state) {
    struct fixture *f = *state;
    put_function(&f->tree, NIC, "1\n", "90\n");
    put_vector(&f->tree, NIC, 120, "3\n", "0-7\n");
    put_vector(&f->tree, NIC, 121, "4\n", "0-7\n");
    put_vector(&f->tree, NIC, 122, "5\n", "0-7\n");
    put_vector(&f->tree, NIC, 130, NULL, "0,8-9\n"); /* a kernel without effective affinity */
    tree_link(&f->tree, NIC "/net/eth7/device", "../../../0000:41:00.0");
    tree_link(&f->tree, "/sys/class/net/eth7", "../../devices/pci0000:40/0000:40:01.1/0000:41:00.0/net/eth7");
    tree_put(&f->tree, "/sys/devices/virtual/net/lo/mtu", "65536\n");
    tree_link(&f->tree, "/sys/class/net/lo", "../../devices/virtual/net/lo");
    read_devices(f);
    assert_int_equal(f->table.rows, 1);
    check(f, "eth7", "net", 1, "120-122,130", "0,3-5,8-9");
}

/* The bridge above has vectors of its own, for hotplug: they are not the disk's. */
static void test_nvme_disk(void **state) {
    struct fixture *f = *state;
    put_function(&f->tree, "/sys/devices/pci0000:80/0000:80:03.0", "1\n", "30\n");
    put_vector(&f->tree, "/sys/devices/pci0000:80/0000:80:03.0", 30, "63\n", "63\n");
    put_function(&f->tree, NVME, "-1\n", "0\n");
    tree_put(&f->tree, NVME "/nvme/nvme0/model", "x\n");
    tree_link(&f->tree, NVME "/nvme/nvme0/nvme0n1/device", "../../nvme0");
    tree_link(&f->tree, "/sys/block/nvme0n1",
              "../devices/pci0000:80/0000:80:03.0/0000:81:00.0/nvme/nvme0/nvme0n1");
    read_devices(f);
    check(f, "nvme0n1", "block", 1, "", "");       /* the node of the bridge, as the function names none */
    put_vector(&f->tree, NVME, 40, "\n", "0-1\n"); /* a queue that was never started */
    put_vector(&f->tree, NVME, 41, "2\n", "2-3\n");
    ht_table_clear(&f->table);
    read_devices(f);
    check(f, "nvme0n1", "block", 1, "40-41", "0-2");
}

static void put_path(const struct tree *t, const char *function, const char *link, unsigned irq,
                     const char *node) {
    char path[256];
    put_function(t, function, node, "0\n");
    put_vector(t, function, irq, "1\n", "1\n");
    snprintf(path, sizeof path, "%s/model", link);
    tree_put(t, path, "x\n");
}

static void test_nvme_disk_behind_two_controllers(void **state) {
    struct fixture *f = *state;
    put_path(&f->tree, NVME, NVME "/nvme/nvme0", 50, "1\n");
    put_path(&f->tree, NVME2, NVME2 "/nvme/nvme1", 51, "0\n");
    tree_link(&f->tree, "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
              "../../../pci0000:80/0000:80:03.0/0000:81:00.0/nvme/nvme0");
    tree_link(&f->tree, "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme1",
              "../../../pci0000:00/0000:00:04.0/nvme/nvme1");
    tree_link(&f->tree, "/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/device",
              "../../nvme-subsys0");
    tree_link(&f->tree, "/sys/block/nvme0n1", "../devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1");
    tree_put(&f->tree, NVME "/nvme/nvme0/nvme0c0n1/hidden", "1\n");
    tree_link(&f->tree, NVME "/nvme/nvme0/nvme0c0n1/device", "../../nvme0");
    tree_link(&f->tree, "/sys/block/nvme0c0n1",
              "../devices/pci0000:80/0000:80:03.0/0000:81:00.0/nvme/nvme0/nvme0c0n1");
    read_devices(f);
    assert_int_equal(f->table.rows, 1);
    check(f, "nvme0n1", "block", -1, "50-51", "1"); /* two nodes are no node */
}

static void test_virtio_disk(void **state) {
    struct fixture *f = *state;
    put_function(&f->tree, VIRT, "-1\n", "0\n");
    put_vector(&f->tree, VIRT, 35, "1\n", "0-1\n");
    put_vector(&f->tree, VIRT, 36, "1\n", "0-1\n");
    tree_put(&f->tree, VIRT "/virtio1/status", "0x0f\n");
    tree_link(&f->tree, VIRT "/virtio1/block/vda/device", "../../../virtio1");
    tree_link(&f->tree, "/sys/block/vda", "../devices/pci0000:00/0000:00:02.0/virtio1/block/vda");
    tree_put(&f->tree, "/sys/devices/virtual/block/loop0/size", "0\n");
    tree_link(&f->tree, "/sys/block/loop0", "../devices/virtual/block/loop0");
    read_devices(f);
    assert_int_equal(f->table.rows, 1);
    check(f, "vda", "block", -1, "35-36", "1");
}

static void test_scsi_disk_on_a_line(void **state) {
    struct fixture *f = *state;
    put_function(&f->tree, SATA, "0\n", "19\n");
    put_vector(&f->tree, NULL, 19, "2\n", "0-3\n");
    tree_put(&f->tree, SATA "/ata1/host0/target0:0:0/0:0:0:0/vendor", "ATA\n");
    tree_link(&f->tree, SATA "/ata1/host0/target0:0:0/0:0:0:0/block/sda/device", "../../../0:0:0:0");
    tree_link(&f->tree, "/sys/block/sda",
              "../devices/pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0/block/sda");
    read_devices(f);
    check(f, "sda", "block", 0, "19", "2");
}

static void test_links_that_lead_outside(void **state) {
    struct fixture *f = *state;
    tree_link(&f->tree, "/sys/class/net/out/device", "/usr");
    tree_link(&f->tree, "/sys/class/net/gone/device", "../../../devices/none");
    tree_link(&f->tree, "/sys/class/net/round/device", "device");
    read_devices(f);
    assert_int_equal(f->table.rows, 0);
    assert_int_equal(f->limits.table.rows, 0);
}

static void test_more_than_are_looked_at(void **state) {
    struct fixture *f = *state;
    put_function(&f->tree, NIC, "0\n", "0\n");
    for (unsigned i = 0; i < 260; i++) {
        char path[128];
        snprintf(path, sizeof path, NIC "/net/p%u/device", i);
        tree_link(&f->tree, path, "../../../0000:41:00.0");
        char link[128], target[128];
        snprintf(link, sizeof link, "/sys/class/net/p%u", i);
        snprintf(target, sizeof target, "../../devices/pci0000:40/0000:40:01.1/0000:41:00.0/net/p%u", i);
        tree_link(&f->tree, link, target);
    }
    read_devices(f);
    assert_int_equal(f->table.rows, 256);
    assert_int_equal(f->limits.table.rows, 1);
    assert_int_equal(f->limits.table.number[HT_LIMIT_COUNT][0], 4);
}

/* "1-3,7" has 7? */
static int in_list(const char *list, unsigned n) {
    unsigned first, last;
    while (ht_list_next(&list, &first, &last))
        if (n >= first && n <= last)
            return 1;
    return 0;
}

/* On this machine: the interrupts in a virtio device's list are those whose action names it. */
static void test_this_machine(void **state) {
    struct fixture *f = *state;
    char *text, *save = NULL, *irqs = calloc(1, 65536);
    size_t length;
    assert_int_equal(ht_devices_read("", &f->table, &f->limits, NULL), HT_OK);
    assert_int_equal(ht_file_read_all("", "/proc/interrupts", 1 << 20, &text, &length, NULL), HT_OK);
    for (uint32_t row = 0; row < f->table.rows; row++) {
        char name[64], kind[16], path[256], link[256];
        ht_table_copy_text(&f->table, HT_DEVICE_NAME, row, name, sizeof name);
        ht_table_copy_text(&f->table, HT_DEVICE_KIND, row, kind, sizeof kind);
        ht_table_copy_text(&f->table, HT_DEVICE_IRQS, row, irqs, 65536);
        snprintf(path, sizeof path, "/sys/%s/%s/device", strcmp(kind, "net") == 0 ? "class/net" : "block",
                 name);
        ssize_t n = readlink(path, link, sizeof link - 1);
        assert_true(n > 0);
        link[n] = '\0';
        const char *leaf = strrchr(link, '/') != NULL ? strrchr(link, '/') + 1 : link;
        if (strncmp(leaf, "virtio", 6) != 0)
            continue;
        char *copy = strdup(text), action[300];
        snprintf(action, sizeof action, " %s-", leaf);
        for (char *line = strtok_r(copy, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
            char *end;
            unsigned irq = (unsigned)strtoul(line, &end, 10);
            if (*end == ':' && strstr(line, action) != NULL)
                assert_true(in_list(irqs, irq));
            if (*end == ':' && in_list(irqs, irq))
                assert_non_null(strstr(line, leaf));
        }
        free(copy);
    }
    free(text);
    free(irqs);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_network_card_with_msix),
        TEST(test_nvme_disk),
        TEST(test_nvme_disk_behind_two_controllers),
        TEST(test_virtio_disk),
        TEST(test_scsi_disk_on_a_line),
        TEST(test_links_that_lead_outside),
        TEST(test_more_than_are_looked_at),
        TEST(test_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

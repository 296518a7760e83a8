/* Network and disk devices: the node each is attached to, its interrupts and the CPUs that take them. Only
 * devices with hardware behind them: loop, ram, zram, bridges and the like have none. From sysfs
 * (sysfs-bus-pci in the kernel's ABI documents) and /proc/irq. One thread. */
#ifndef HT_RECORD_HOST_DEVICES_H
#define HT_RECORD_HOST_DEVICES_H

#include "record/base/limits.h"
#include "schema/table.h"

/* Appends a row for each device below root to a DEVICE table. What the machine does not tell stays -1 or
 * empty; more devices or interrupts than are looked at become a limit. */
enum ht_status ht_devices_read(const char *root, struct ht_table *table, struct ht_limits *limits,
                               struct ht_cause *cause);

#endif

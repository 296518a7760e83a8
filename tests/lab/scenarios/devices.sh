# A disk and a network card on node 1: node and interrupts of each against sysfs and /proc.
machine=two_nodes

guest() {
    for device in block/vdb net/eth0; do
        name=${device#*/}
        truth "${name}_node" "$(cat "/sys/class/$device/device/../numa_node")"
        irqs=$(ls "/sys/class/$device/device/../msi_irqs" | sort -n)
        truth "${name}_irqs" "$(echo "$irqs" | tr '\n' ' ')"
        truth "${name}_cpus" "$(for irq in $irqs; do
            cat "/proc/irq/$irq/effective_affinity_list"
        done | sort -u | tr '\n' ' ')"
    done
    truth vda_node "$(cat /sys/class/block/vda/device/../numa_node)"
    record capture -a -d 1
}

# expand LIST: "0-2,8" as "0 1 2 8 "
expand() {
    echo "$1" | tr ', ' '\n\n' | awk -F - 'NF { for (i = $1; i <= ($2 == "" ? $1 : $2); i++) print i }' | sort -nu | tr '\n' ' '
}

check() {
    recorded capture || return
    for name in vdb eth0; do
        same "node of $name" "$(truth ${name}_node)" "$(ask capture "SELECT node FROM device WHERE name = '$name'")"
        same "interrupts of $name" "$(expand "$(truth ${name}_irqs)")" \
            "$(expand "$(ask capture "SELECT irqs FROM device WHERE name = '$name'")")"
        same "the CPUs that take them, of $name" "$(expand "$(truth ${name}_cpus)")" \
            "$(expand "$(ask capture "SELECT irq_affinity FROM device WHERE name = '$name'")")"
    done
    same 'kinds' 'eth0 net,vdb block' "$(ask capture "SELECT group_concat(name || ' ' || kind) FROM (SELECT * FROM device WHERE
        name IN ('vdb', 'eth0') ORDER BY name)")"
    same 'a disk of no node' 1 "$(ask capture "SELECT node IS NULL FROM device WHERE name = 'vda'")"
}

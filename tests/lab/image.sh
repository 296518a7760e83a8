#!/bin/sh
# image.sh CACHE KERNEL BUILD OUT: makes the guest's file system, OUT/initrd, and copies its kernel to OUT/vmlinuz. In it:
# busybox, numactl, perf of this system, the recorder (hitm-record with its libraries, hitm-record-static without), the
# workloads, and the scenarios under /lab.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tools=$1/tools/root kernel=$1/$2/root build=$3 out=$4
busybox=$tools/bin/busybox root=$out/root
rm -rf "$root"
mkdir -p "$root/bin" "$root/lab" "$root/etc" "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/lib"

cp "$busybox" "$root/bin/"
cp "$tools/usr/bin/numactl" "$tools/usr/bin/numastat" "$tools/usr/bin/migratepages" "$root/bin/"
cp "$build/hitm-record" "$(command -v perf)" "$root/bin/"
cp "$build/static/hitm-record" "$root/bin/hitm-record-static"
cp "$build"/lab/bin/* "$root/bin/"
cp -r "$here/init" "$here/guest.sh" "$here/scenarios" "$root/lab/"
chmod 755 "$root/lab/init"
ln -s lab/init "$root/init"
printf 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"

# The libraries, where the loader looks for them: those of this system, and libnuma of the package.
numa=$(dirname "$(find "$tools" -name 'libnuma.so.1' | head -n 1)")
LD_LIBRARY_PATH=$numa ldd "$root/bin/hitm-record" "$root/bin/perf" "$root/bin/numactl" "$root/bin/numastat" |
    sed -nE 's/^.*=> (\/[^ ]+) .*/\1/p; s/^[[:space:]]*(\/[^ ]*ld-linux[^ ]*) .*/\1/p' | sort -u | while read -r library; do
    case $library in
    "$numa"/*) into=/lib ;;
    *) into=$(dirname "$library") ;;
    esac
    mkdir -p "$root$into"
    cp -L "$library" "$root$into/"
done

# Modules that a disk needs; some are built into some kernels. busybox cannot load packed ones.
modules=$(find "$kernel" -type d -path '*lib/modules/*' -prune | head -n 1)
release=$(basename "$modules")
mkdir -p "$root/lib/modules/$release"
for name in virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk \
    failover net_failover virtio_net; do
    find "$modules" -name "$name.ko*" | while read -r file; do
        case $file in
        *.xz) xz -dc "$file" >"$root/lib/modules/$release/$name.ko" ;;
        *) cp "$file" "$root/lib/modules/$release/" ;;
        esac
    done
done
(cd "$root" && find . | "$busybox" cpio -o -H newc -R 0:0 2>/dev/null) >"$out/initrd"
find "$kernel" -name 'vmlinuz*' -exec cat {} + >"$out/vmlinuz"
[ -s "$out/vmlinuz" ] || { echo "lab: no kernel in $kernel" >&2; exit 1; }

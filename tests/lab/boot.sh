#!/bin/sh
# boot.sh MACHINE OUT SECONDS SCENARIO...: boots MACHINE (a file of machines/) from OUT/initrd, lets it run the scenarios
# and unpacks what they left into OUT/results. Ends with the guest's exit code: 0, 1 a scenario failed, 2 no results; 3
# the guest panicked, 124 it took longer than SECONDS. LAB_THREADS=single emulates all CPUs in one thread.
# The processor is emulated: a /dev/kvm may be there and not work, and with KVM the guest might see a PMU of the host's.
# Without cmpxchg16b: QEMU 7.2 breaks the flags register on it, and kernels from 6.4 on use it to allocate memory.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
machine=$1 out=$2 seconds=$3
shift 3
memory="" arguments="" kernel_line=""
. "$here/machines/$machine"
console=$out/$machine.console
mkdir -p "$out/results"
rm -f "$out/$machine.tar" "$out/$machine.data" "$console"
truncate -s 128M "$out/$machine.tar"
truncate -s 320M "$out/$machine.data"
scenarios=$(echo "$*" | tr ' ' ',')
code=0
# shellcheck disable=SC2086
timeout --foreground "$seconds" nice -n "${LAB_NICE:-0}" \
    qemu-system-x86_64 -accel "tcg,thread=${LAB_THREADS:-multi}" -machine q35 -cpu EPYC,-svm,-cx16 \
    -m $memory -nodefaults -display none -no-reboot -serial "file:$console" \
    -drive "file=$out/$machine.tar,if=none,format=raw,id=results" -device virtio-blk-pci,drive=results \
    -drive "file=$out/$machine.data,if=none,format=raw,id=data,cache=unsafe" $arguments \
    -kernel "$out/vmlinuz" -initrd "$out/initrd" \
    -append "console=ttyS0 quiet oops=panic panic=-1 lab=$scenarios $kernel_line" >"$out/$machine.qemu" 2>&1 || code=$?
rm -f "$out/$machine.data"
if [ "$code" -ne 0 ]; then
    [ "$code" -ne 124 ] || echo "lab: $machine was not done after $seconds s" >&2
    tail -n 5 "$out/$machine.qemu" "$console" >&2
    exit "$code"
fi
guest=$(tr -d '\r' <"$console" | sed -n 's/^LAB-EXIT //p')
[ -n "$guest" ] || {
    echo "lab: $machine ended without an exit code:" >&2
    tail -n 20 "$console" >&2
    exit 3
}
tar -xf "$out/$machine.tar" -C "$out/results" --strip-components=1
rm -f "$out/$machine.tar"
exit "$guest"

#!/bin/sh
# run.sh BUILD [KERNEL [SCENARIO...]]: makes the guest, runs the scenarios in it and judges here what they recorded.
# Prints "ok NAME" or "not ok NAME" for each check and ends with "N passed, N failed". LAB_TIMEOUT: seconds for each boot;
# LAB_NICE: niceness of the guest; LAB_CACHE: where downloads are kept (default BUILD/lab/cache).
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-build}" && pwd) || exit 1
kernel=${2:-debian}
[ $# -lt 2 ] || shift
[ $# -lt 1 ] || shift
out=$build/lab/$kernel
cache=${LAB_CACHE:-$build/lab/cache}
export LC_ALL=C.UTF-8 TZ=UTC

seconds() { date +%s.%N | cut -c 1-14; }
tell() { echo "# $1: $(echo "$(seconds) $2" | awk '{ printf "%.1f s", $1 - $2 }')"; }
give_up() {
    echo "not ok $1"
    echo '0 passed, 1 failed'
    exit 1
}

if [ "$(uname -m)" != x86_64 ]; then
    echo 'ok the lab (left out: its guest is an x86_64 one)'
    echo '1 passed, 0 failed'
    exit 0
fi
[ $# -gt 0 ] || set -- $(ls "$here/scenarios" | sed 's/\.sh$//')
for scenario in "$@"; do
    [ -e "$here/scenarios/$scenario.sh" ] || give_up "no scenario is called $scenario"
done
begun=$(seconds)
rm -rf "$out"
mkdir -p "$out/results" "$cache" || exit 1
sh "$here/packages.sh" "$cache" "$kernel" || give_up 'the packages of the guest'
tell 'packages' "$begun"
now=$(seconds)
sh "$here/image.sh" "$cache" "$kernel" "$build" "$out" || give_up 'the image of the guest'
tell "image, $(du -k "$out/initrd" | cut -f 1) KiB" "$now"

for machine in "$here"/machines/*; do
    machine=$(basename "$machine")
    scenarios=
    for scenario in "$@"; do
        grep -q "^machine=$machine$" "$here/scenarios/$scenario.sh" && scenarios="$scenarios $scenario"
    done
    [ -n "$scenarios" ] || continue
    now=$(seconds)
    # shellcheck disable=SC2086
    if sh "$here/boot.sh" "$machine" "$out" "${LAB_TIMEOUT:-600}" $scenarios; then code=0; else code=$?; fi
    # QEMU 7.2 sometimes runs code that another CPU has just replaced, as kernels do with tracepoints: in one thread it
    # cannot. A panic of our making comes again.
    if [ "$code" -eq 3 ]; then
        echo "# $machine: the guest panicked: once more, all its CPUs in one thread"
        # shellcheck disable=SC2086
        if LAB_THREADS=single sh "$here/boot.sh" "$machine" "$out" "${LAB_TIMEOUT:-600}" $scenarios; then code=0; else
            code=$?
        fi
    fi
    [ "$code" -eq 0 ] && echo "ok $machine" || echo "not ok $machine: the guest ended with $code"
    tell "guest $machine:$scenarios" "$now"
done | tee "$out/checks"

now=$(seconds)
for scenario in "$@"; do
    [ -d "$out/results/$scenario" ] || { echo "not ok $scenario: nothing came out of the guest"; continue; }
    sh "$here/judge.sh" "$build" "$out/results/$scenario" "$here/scenarios/$scenario.sh" 2>&1
    [ -e "$out/results/$scenario/judged" ] || echo "not ok $scenario: judging broke off"
done | tee -a "$out/checks"
tell 'judging' "$now"
tell 'all' "$begun"
passed=$(grep -c '^ok ' "$out/checks")
failed=$(grep -c '^not ok ' "$out/checks")
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

#!/bin/sh
# make demo: a window really recorded here, and a capture of false sharing across sockets that was recorded elsewhere.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
out=$build/demo
mkdir -p "$out"

echo "1. Recording 10 s of this machine while a sample workload runs (two threads on one cache line, one thread that"
echo "   hops between CPUs, one that faults pages in) ..."
load=$build/workloads
"$build/hitm-record" --force -d 10 -o "$out/this-machine.hitm" -- \
    sh -c "'$load/false_sharing' 12 & '$load/cpu_hopper' 2000 5000 & '$load/fault_storm' 1; wait" \
    >"$out/workload.log" 2>"$out/record.log" || {
    cat "$out/record.log" >&2
    exit 1
}
sed -n 's/^hitm-record: \(limit: .*\)/   \1/p; /^cost /s/^/   /p' "$out/record.log"
first=$("$build/hitm-analyze" report -o "$out/this-machine.html" "$out/this-machine.hitm" | head -n 1)

echo "2. Reading samples/two-node-false-sharing.hitm: recorded by perf c2c in a two-node virtual machine whose memory-"
echo "   sampling PMU was a mock (samples/README.md) ..."
second=$("$build/hitm-analyze" report -o "$out/false-sharing.html" samples/two-node-false-sharing.hitm | head -n 1)

echo
echo "This machine:   $first"
echo "                $out/this-machine.html"
echo "The sample:     $second"
echo "                $out/false-sharing.html"

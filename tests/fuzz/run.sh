#!/bin/sh
# Fuzzes import and load for SECONDS each (default 60) under ASan and UBSan, with clang's libFuzzer:
#   sh tests/fuzz/run.sh BUILD [SECONDS]
# What is found stands in BUILD/fuzz/NAME/crash-*; BUILD/fuzz/NAME/replay runs it again. The corpus stays for the next time.
set -eu
cd "$(dirname "$0")/../.."
build=$1 seconds=${2:-60}
clang=$(command -v clang || command -v clang-14 || true)
if [ -z "$clang" ]; then
    echo 'fuzz: needs clang with libFuzzer (apt-get install clang libclang-rt-14-dev)' >&2
    exit 1
fi
flags='-std=gnu11 -D_GNU_SOURCE -DHT_TOOL_VERSION="fuzz" -I. -I/usr/include/libxml2 -I/usr/include/traceevent -g -O1 -pthread
    -fsanitize=address,undefined -fno-sanitize-recover=undefined'
libraries='-lzstd -lsqlite3 -lxml2 -ldw -lelf -ltraceevent -lZydis -liberty -lm'
sources="$(ls schema/*.c analyze/*.c analyze/*/*.c | grep -v '^analyze/main\.c$') $build/generated/embedded.c"
result=0
for name in perf_data capture; do
    dir=$build/fuzz/$name
    mkdir -p "$dir/corpus"
    # shellcheck disable=SC2086
    "$clang" $flags -fsanitize=fuzzer -DHT_LIBFUZZER -o "$dir/fuzz" tests/fuzz/fuzz_$name.c $sources $libraries
    # shellcheck disable=SC2086
    "$clang" $flags -o "$dir/replay" tests/fuzz/fuzz_$name.c $sources $libraries
    number=0
    case $name in
    perf_data) cp tests/golden-errors/*.perf.data "$dir/corpus" ;;
    capture)
        for file in tests/golden/*.hitm tests/golden-errors/*.hitm; do
            number=$((number + 1))
            { printf r; cat "$file"; } >"$dir/corpus/file-$number"
            "$dir/replay" --seed "$dir/corpus/seed-$number" "$file"
        done
        ;;
    esac
    echo "fuzz: $name, $seconds s"
    (cd "$dir" && ./fuzz -max_total_time="$seconds" -timeout=20 -rss_limit_mb=3000 -max_len=70000 -verbosity=0 \
        -print_final_stats=1 corpus) || result=1
done
exit $result

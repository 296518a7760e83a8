#!/bin/sh
# What a browser makes of a report: the script runs, says nothing on the console, and the policy refuses nothing.
# browser.sh REPORT.html; skipped (77) where there is no chromium.
set -eu
report=$(realpath "$1")
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
[ -n "$browser" ] || { echo 'tests/report/browser.sh: no chromium, skipped' >&2; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

timeout 120 "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$work/profile" --enable-logging=stderr \
    --virtual-time-budget=2000 --dump-dom "file://$report" >"$work/dom.html" 2>"$work/log"
if grep 'CONSOLE' "$work/log" >&2; then
    echo "$report: the console is not empty" >&2
    exit 1
fi
for trace in 'class="tools"' '<th scope="col"[^>]*><button' 'id="filter"' 'class="cursor"'; do
    grep -q "$trace" "$work/dom.html" || { echo "$report: the script left no $trace" >&2; exit 1; }
done
echo "$report: fine in a browser"

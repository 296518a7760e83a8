#!/bin/sh
# Installs the Debian packages named on the command line; says clearly what is wanted where that cannot be done.
set -eu
[ $# -gt 0 ] || { echo 'nothing is missing'; exit 0; }
if ! command -v apt-get >/dev/null 2>&1; then
    echo "hitmtrace needs these libraries and tools (Debian names): $*" >&2
    echo "This system has no apt-get: install them with its own package manager, then run make again." >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "run as root: apt-get install $*" >&2; exit 1; }
    as_root=sudo
fi
echo "installing: $*"
# An old package list is the usual reason for a failing install: refresh it once.
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 || {
    $as_root apt-get update >/dev/null
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >/dev/null
}

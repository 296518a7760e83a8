#!/bin/sh
# packages.sh CACHE KERNEL: downloads the packages that the guest is made of and unpacks them into CACHE/tools/root and
# CACHE/KERNEL/root. KERNEL is a row of the file `kernels`. Nothing is downloaded twice; needs no root.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=$1 kernel=$2
tools='busybox-static numactl libnuma1'
options='-o APT::Sandbox::User=root' # else apt warns that its own user cannot write here

fail() {
    echo "lab: $*" >&2
    exit 1
}

# The package lists of another release, apart from the system's own; sets $options for all that follows.
use_archive() { # NAME URL SUITE KEYRING-FILE
    apt=$cache/apt/$1
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
    echo "deb [arch=amd64 signed-by=$4] $2 $3 main" >"$apt/sources.list"
    : >"$apt/status"
    options="-o APT::Sandbox::User=root -o Dir::Etc::sourcelist=$apt/sources.list -o Dir::Etc::sourceparts=/dev/null
        -o Dir::State=$apt/state -o Dir::State::status=$apt/status -o Dir::Cache=$apt/cache
        -o Acquire::Languages=none -o APT::Architecture=amd64"
    # shellcheck disable=SC2086
    apt-get $options -qq update >"$apt/log" 2>&1 || {
        tail -n 3 "$apt/log" >&2
        fail "no package list of $2 $3"
    }
}

# Where this system gets its own packages from.
debian_url() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1; }

# An old list of the system is the usual reason for a failing download: refreshed once, where that is allowed.
refresh() { apt-get -qq update >/dev/null 2>&1 || true; }

get() { # DIRECTORY PACKAGE...: into DIRECTORY/root
    into=$1
    shift
    mkdir -p "$into"
    # shellcheck disable=SC2086
    (cd "$into" && { apt-get $options -qq download "$@" || { refresh && apt-get $options -qq download "$@"; }; }) \
        >"$into/log" 2>&1 || {
        tail -n 3 "$into/log" >&2
        fail "cannot download $*"
    }
    for package in "$into"/*.deb; do
        dpkg-deb -x "$package" "$into/root" || fail "cannot unpack $package"
    done
    rm -f "$into"/*.deb "$into/log"
    : >"$into/ready"
}

# parts PATTERN: the newest package so named, and what it needs of the same kernel: a package without contents names the
# image, an image may have its modules beside it.
parts() {
    # shellcheck disable=SC2086
    left=$(apt-cache $options search --names-only "^$1\$" | cut -d ' ' -f 1 | sort -V | tail -n 1)
    while [ -n "$left" ]; do
        echo "$left"
        # shellcheck disable=SC2086
        left=$(apt-cache $options depends $left | sed -nE 's/^ *Depends: (linux-(image|modules|binary)-[0-9].*)/\1/p')
    done
}

command -v apt-get >/dev/null 2>&1 || fail 'the guest is made of Debian packages: that needs apt-get'
# shellcheck disable=SC2086
[ -e "$cache/tools/ready" ] || get "$cache/tools" $tools
[ ! -e "$cache/$kernel/ready" ] || exit 0

# shellcheck disable=SC2046
set -- $(grep "^$kernel " "$here/kernels")
[ $# -eq 4 ] || fail "no kernel '$kernel' in tests/lab/kernels"
archive=$2 suite=$3 image=$4
keyrings=/usr/share/keyrings
case $archive in
-) ;;
debian) use_archive "$kernel" "$(debian_url)" "$suite" $keyrings/debian-archive-keyring.gpg ;;
*)
    [ -n "${LAB_ARCHIVE:-}" ] || fail "kernel $kernel is of $archive: set LAB_ARCHIVE to the address of its package archive"
    [ -e "$cache/keys/ready" ] || {
        use_archive keys "$(debian_url)" trixie $keyrings/debian-archive-keyring.gpg
        get "$cache/keys" "$archive-keyring"
    }
    use_archive "$kernel" "$LAB_ARCHIVE" "$suite" "$cache/keys/root$keyrings/$archive-archive-keyring.gpg"
    ;;
esac
packages=$(parts "$image")
[ -n "$packages" ] || { refresh && packages=$(parts "$image"); }
[ -n "$packages" ] || fail "no package is named like $image"
# shellcheck disable=SC2086
get "$cache/$kernel" $packages

#!/usr/bin/env bash
# Installs the Debian packages that are missing, and nothing else. Says what it does; asks for
# sudo only when something is missing and this is not root.
#
#   scripts/packages.sh build run test
set -euo pipefail

# What the Swift toolchain's linker and this project's C doors need.
build=(binutils libc6-dev libgcc-12-dev libstdc++-12-dev libpcsclite-dev libssl-dev
    libxml2 libncurses6 libcurl4 libsqlite3-0 libedit2 zlib1g tzdata ca-certificates)
# What the stack runs on: PC/SC, the virtual reader, and the fonts of the papers.
run=(pcscd vsmartcard-vpcd procps util-linux fonts-ipaexfont-gothic fonts-vlgothic)
# What only tests use: programs that nobody here wrote, as judges.
test=(chromium gdb faketime opensc openssl python3 python3-venv python3-cryptography python3-pyscard python3-prometheus-client iproute2 strace curl jq
    zbar-tools poppler-utils qpdf librsvg2-bin libxml2-utils systemd
    systemd-container debootstrap postgresql-15 rsyslog rsyslog-openssl)
# Peers that only measurements start.
bench=(nginx-light libqrencode4)

wanted=()
for group in "$@"; do
    declare -n packages="$group"
    wanted+=("${packages[@]}")
done

missing=()
for package in "${wanted[@]}"; do
    state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null || true)
    [ "${state:0:2}" = ii ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing Debian packages: ${missing[*]}" >&2
as_root=()
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "Not root and no sudo: install them yourself, then run this again." >&2
        exit 1
    }
    as_root=(sudo)
fi
export DEBIAN_FRONTEND=noninteractive
install=(apt-get install -y -qq --no-install-recommends "${missing[@]}")
"${as_root[@]}" "${install[@]}" >/dev/null 2>&1 || {
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" "${install[@]}" >/dev/null
}

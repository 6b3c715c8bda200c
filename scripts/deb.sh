#!/usr/bin/env bash
# Makes a Debian package of the programs in BIN (default: the release build) in OUT (default .build).
# What the programs link is asked of the programs; the virtual reader is none of it.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=${BIN:-.build/release}
OUT=${OUT:-.build}
command -v dpkg-deb >/dev/null || {
    echo "No dpkg-deb here: make install does without." >&2
    exit 1
}
version=${VERSION:-$(sed -n 's/^let madoguchiVersion = "\(.*\)"$/\1/p' Sources/madoguchid/Output.swift)}
architecture=$(dpkg --print-architecture)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 0755 "$tree"
DESTDIR=$tree PREFIX=/usr BIN=$BIN scripts/install.sh

# The packages that own the libraries which the programs name themselves.
depends=$(
    for program in "$tree"/usr/bin/*; do objdump -p "$program" | sed -n 's/^ *NEEDED *//p'; done |
        sort -u | while read -r library; do
        path=$(ldconfig -p | sed -n "s|^\s*$library (.*x86-64.*) => ||p;s|^\s*$library (.*AArch64.*) => ||p" | head -n 1)
        [ -n "$path" ] || continue
        { dpkg-query -S "$(realpath "$path")" || dpkg-query -S "$path" || true; } 2>/dev/null |
            cut -d: -f1 | head -n 1
    done | sort -u | paste -sd, | sed 's/,/, /g'
)
mkdir -p "$tree/DEBIAN"
cat >"$tree/DEBIAN/control" <<END
Package: madoguchi
Version: $version
Architecture: $architecture
Maintainer: Madoguchi <madoguchi@localhost>
Section: misc
Priority: optional
Depends: $depends, pcscd, procps, systemd (>= 249)
Recommends: fonts-ipaexfont-gothic, fonts-vlgothic
Suggests: chromium, tpm-udev
Installed-Size: $(du -sk "$tree/usr" | cut -f1)
Description: qualification-check terminal for the My Number health-insurance card
 Reads the card, asks its holder for consent, checks the qualification, and
 writes down who saw what in a history that shows every change to it.
END
for script in postinst prerm postrm; do
    install -m 0755 "scripts/debian/$script" "$tree/DEBIAN/$script"
done
(cd "$tree" && find usr lib -type f -print0 2>/dev/null | sort -z | xargs -0 md5sum) >"$tree/DEBIAN/md5sums"
# The same programs give the same package.
find "$tree" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}" {} +
package=$OUT/madoguchi_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz -z${LEVEL:-3} --build "$tree" "$package" >/dev/null
# How much of each program the strip took: tables of symbols for debuggers, which a build of the same
# commit makes again; line tables are in no release build.
for program in madoguchi madoguchid clearinghouse virtual-card madoguchi-exchange; do
    case $program in
    clearinghouse | virtual-card) place=bin/madoguchi-$program ;;
    madoguchi-exchange) place=libexec/madoguchi/$program ;;
    *) place=bin/$program ;;
    esac
    echo "$program: $(stat -Lc %s "$BIN/$program") octets built, $(stat -c %s "$tree/usr/$place") stripped"
done
echo "$package: $(stat -c %s "$package") octets; depends on $depends, pcscd"

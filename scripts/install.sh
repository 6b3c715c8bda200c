#!/usr/bin/env bash
# Puts programs, units and papers where a distribution wants them: DESTDIR, PREFIX=/usr/local, and BIN,
# the folder of built programs. Starts nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=${BIN:-.build/release}
PREFIX=${PREFIX:-/usr/local}
root=${DESTDIR:-}
strip=${STRIP-strip}

put() { # put MODE FILE PLACE
    install -D -m "$1" "$2" "$root$3"
}
units=/lib/systemd/system
[ "$PREFIX" = /usr ] || units=$PREFIX$units

put 0755 "$BIN/madoguchi" "$PREFIX/bin/madoguchi"
put 0755 "$BIN/madoguchid" "$PREFIX/bin/madoguchid"
# Their short names are nobody's to take on a whole machine.
put 0755 "$BIN/clearinghouse" "$PREFIX/bin/madoguchi-clearinghouse"
put 0755 "$BIN/virtual-card" "$PREFIX/bin/madoguchi-virtual-card"
put 0755 "$BIN/madoguchi-exchange" "$PREFIX/libexec/madoguchi/madoguchi-exchange"
if [ -n "$strip" ]; then
    "$strip" --strip-unneeded "$root$PREFIX"/bin/madoguchi* \
        "$root$PREFIX/libexec/madoguchi/madoguchi-exchange"
fi
for unit in systemd/*.service systemd/*.socket systemd/*.timer; do
    put 0644 "$unit" "$units/${unit##*/}"
    sed -i "s|/usr/bin/madoguchi|$PREFIX/bin/madoguchi|; s|/usr/libexec/|$PREFIX/libexec/|; s|/usr/share/madoguchi|$PREFIX/share/madoguchi|" "$root$units/${unit##*/}"
done
for drop in systemd/pcscd.*.d; do
    put 0644 "$drop/madoguchi.conf" "$units/${drop##*/}/madoguchi.conf"
done
put 0644 systemd/sysusers.d/madoguchi.conf "$PREFIX/lib/sysusers.d/madoguchi.conf"
put 0644 systemd/sysusers.d/madoguchi-exchange.conf "$PREFIX/lib/sysusers.d/madoguchi-exchange.conf"
put 0644 systemd/tmpfiles.d/madoguchi.conf "$PREFIX/lib/tmpfiles.d/madoguchi.conf"
put 0644 systemd/polkit/madoguchi.rules "$PREFIX/share/polkit-1/rules.d/50-madoguchi.rules"
for person in Simulators/People/*.json; do
    put 0644 "$person" "$PREFIX/share/madoguchi/people/${person##*/}"
done
put 0644 Config/postgres/schema.sql "$PREFIX/share/madoguchi/postgres/schema.sql"
put 0755 Config/postgres/load.sh "$PREFIX/share/madoguchi/postgres/load.sh"
put 0644 Config/madoguchid.json "$PREFIX/share/doc/madoguchi/madoguchid.json"
put 0644 Config/exchange.json "$PREFIX/share/doc/madoguchi/exchange.json"
for client in Simulators/clients/*; do
    put 0755 "$client" "$PREFIX/share/doc/madoguchi/clients/${client##*/}"
done
for page in Documentation/man/*; do
    section=${page##*.}
    put 0644 "$page" "$PREFIX/share/man/man$section/${page##*/}"
    gzip -9nf "$root$PREFIX/share/man/man$section/${page##*/}"
done
put 0644 LICENSE "$PREFIX/share/doc/madoguchi/copyright"
put 0644 scripts/completions/madoguchi.bash "$PREFIX/share/bash-completion/completions/madoguchi"
put 0644 scripts/completions/_madoguchi "$PREFIX/share/zsh/vendor-completions/_madoguchi"

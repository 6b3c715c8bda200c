#!/usr/bin/env bash
# One patient checked in, end to end, and what everybody sees of it.
set -euo pipefail
. "$(dirname "$0")/common.sh"

mkdir -p "$run"
: >"$run/started"
stop_what_was_started() {
    trap - EXIT INT TERM
    mapfile -t started <"$run/started"
    local as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    for name in madoguchid virtual-card clearinghouse; do
        [[ " ${started[*]} " != *" $name "* ]] || halt "$name"
    done
    [[ " ${started[*]} " != *" pcscd "* ]] || halt pcscd "$as_root"
}
trap stop_what_was_started EXIT
trap 'exit 130' INT TERM
scripts/up.sh

madoguchi() { "$bin/madoguchi" "$@" --state "$STATE"; }
title() { printf '\n== %s\n' "$*"; }
pin=$STATE/run/pin
(umask 077 && printf '1234\n' >"$pin")

title "受付 check-in ($PERSON, PIN 1234, 同意: 薬剤・健診)"
madoguchi check-in --pin-file "$pin" --consent drugs,checkups
id=$(madoguchi check-ins --json | sed -n 's/.*"checkIns":\[{"id":"\([^"]*\)".*/\1/p')
title "窓口で見えるもの: 薬剤 (what the clinician sees: medicines)"
madoguchi drugs --check-in "$id"
title "窓口で見えるもの: 健診 (what the clinician sees: checkups)"
madoguchi checkups --check-in "$id"
title "本人だけに見えるもの: 薬剤 (what the patient alone sees)"
madoguchi portal drugs --pin-file "$pin"
rm -f "$pin"
title "閲覧・提供履歴 (access history)"
madoguchi history list
title "検証 (verification)"
madoguchi history verify
if [ "${ONCE:-}" != 1 ]; then
    title "The stack stays up. Try: .build/release/madoguchi status --state ${STATE#"$root"/}"
    say "Ctrl-C stops what this command started."
    while sleep 3600 & wait $!; do :; done
fi

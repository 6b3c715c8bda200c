#!/usr/bin/env bash
# One patient checked in, end to end, and what everybody sees of it.
set -euo pipefail
. "$(dirname "$0")/common.sh"

mkdir -p "$run"
: >"$run/started"
sleeper=
stop_what_was_started() {
    trap - EXIT INT TERM HUP
    # What a script starts with & does not hear Ctrl-C.
    [ -z "$sleeper" ] || kill "$sleeper" 2>/dev/null || true
    mapfile -t started <"$run/started"
    for name in "${programs[@]}"; do
        [[ " ${started[*]} " != *" $name "* ]] || halt "$name"
    done
    if [ -d "$shared" ] && ! is_up "$STATE"; then alone stop_pcscd; fi
}
trap stop_what_was_started EXIT
trap 'exit 130' INT TERM HUP
scripts/up.sh

madoguchi() { "$bin/madoguchi" "$@" --state "$STATE"; }
title() { printf '\n== %s\n' "$*"; }
pin=$STATE/run/pin
(umask 077 && printf '1234\n' >"$pin")

title "受付 check-in ($PERSON, PIN 1234, 同意: 薬剤・健診)"
madoguchi check-in --pin-file "$pin" --consent drugs,checkups
id=$(madoguchi check-ins --json | grep -o '"id":"[^"]*"' | sed -n '1s/"id":"\(.*\)"/\1/p')
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
    sleep infinity &
    sleeper=$!
    wait
fi

#!/usr/bin/env bash
# Makes the stack's folder if it is not there and starts what is not running: pcscd with its
# virtual reader, clearinghouse, virtual card, daemon. Returns when a card can be read; safe to
# repeat. STATE, PERSON, AS_OF and CARD as in the Makefile.
set -euo pipefail
. "$(dirname "$0")/common.sh"

umask 077
mkdir -p "$run"
: >"$run/started"

# What is running already keeps its ports; new programs take the first free ones.
house_port=$(cat "$run/clearinghouse.port" 2>/dev/null || free_port 8710)
# Making a card takes a moment; everybody else's are made when they are asked for.
"$bin/clearinghouse" init --state "$STATE" --cards "$PERSON" --json >"$run/init.log"
kiosk_port=$(cat "$run/kiosk.port" 2>/dev/null || free_port 8700)
desk_port=$(cat "$run/desk.port" 2>/dev/null || free_port 8701)
[ "$desk_port" != "$kiosk_port" ] || desk_port=$(free_port $((kiosk_port + 1)))
"$bin/madoguchi" init --state "$STATE" --port "$house_port" --kiosk-port "$kiosk_port" \
    --desk-port "$desk_port" --json >>"$run/init.log"
[ "$PERSON" = none ] || [ -f "$STATE/cards/$PERSON.json" ] ||
    fail "There is no person \"$PERSON\"." "One of: $(cd "$STATE/clearinghouse/people" && ls *.json | sed 's/\.json$//' | tr '\n' ' ')derived-0000001 …" 2

# --- pcscd -----------------------------------------------------------------------------------
pcscd_answers() { "$bin/madoguchi" readers; }
if [ -d /run/systemd/system ]; then
    pcscd_answers >/dev/null 2>&1 || "${as_root[@]}" systemctl start pcscd.socket
else
    # Not every machine runs systemd: then pcscd is ours to start and to stop.
    alone start_pcscd
fi
wait_for 10 pcscd pcscd_answers || fail "pcscd does not answer." "See $shared/pcscd.log" 3

# --- clearinghouse ---------------------------------------------------------------------------
business_date=${AS_OF:-}
[ -n "$business_date" ] || case $PERSON in none) ;; *) business_date=$PERSON ;; esac
if ! alive clearinghouse; then
    admin_port=$(free_port 8711)
    port_is_free "$house_port" || {
        house_port=$(free_port 8710)
        sed -i "s/^\( *\"port\": \)[0-9]*,/\1$house_port,/" "$STATE/terminal/config.json"
        # It would go on asking at the old address.
        halt madoguchid
    }
    [ "$admin_port" != "$house_port" ] || admin_port=$(free_port $((house_port + 1)))
    status_port=$(free_port 8712)
    case $status_port in "$house_port" | "$admin_port") status_port=0 ;; esac
    witness_port=$(free_port 8713)
    case $witness_port in "$house_port" | "$admin_port" | "$status_port") witness_port=0 ;; esac
    : >"$run/clearinghouse.log"
    launch clearinghouse "$bin/clearinghouse" serve --state "$STATE" --port "$house_port" \
        --admin-port "$admin_port" --status-port "$status_port" --witness-port "$witness_port" \
        --population "${POPULATION:-1000000}" \
        ${business_date:+--as-of "$business_date"}
    echo clearinghouse >>"$run/started"
    wait_for 10 clearinghouse grep -q '"ready":true' "$run/clearinghouse.log" ||
        fail "The clearinghouse did not start." "See $run/clearinghouse.log" 5
    echo "$house_port" >"$run/clearinghouse.port"
    echo "$admin_port" >"$run/clearinghouse.admin-port"
else
    # A card that was made just now is new to it.
    [ "$PERSON" = none ] ||
        "$bin/clearinghouse" bind "$STATE/cards/$PERSON.json" "$PERSON" --state "$STATE" \
            --admin-port "$(cat "$run/clearinghouse.admin-port")" >/dev/null
    [ -z "$business_date" ] || "$bin/clearinghouse" date "$business_date" --state "$STATE" \
        --admin-port "$(cat "$run/clearinghouse.admin-port")" >/dev/null
fi
admin_port=$(cat "$run/clearinghouse.admin-port")
status=$(sed -n 's/.*"status":"\([^"]*\)".*/\1/p' "$run/clearinghouse.log" | tail -n 1)
witness=$(sed -n 's/.*"witness":"\([^"]*\)".*/\1/p' "$run/clearinghouse.log" | tail -n 1)

# --- the virtual card, in the first slot of the reader that no other stack uses ----------------
if [ "${CARD:-}" = none ] ||
    [ "$(cat "$run/virtual-card.person" 2>/dev/null)" != "$PERSON" ]; then
    halt virtual-card
    halt camera
fi
reader=${READER:-}
slot=$(cat "$run/slot" 2>/dev/null || true)
# A physical reader needs none.
if [ "${CARD:-}" != none ] || [ -z "$reader" ]; then
    if ! alive slot; then
        # The slot it had comes first: a daemon that runs already serves that one.
        had=${slot:-0}
        slot=
        for number in "$had" 0 1; do
            if take_slot "$number"; then
                slot=$number
                echo slot >>"$run/started"
                break
            fi
        done
        [ -n "$slot" ] || fail "Both slots of the virtual reader are in use by other stacks." \
            "Stop one of them (make down STATE=…)." 3
        echo "$slot" >"$run/slot"
        [ "$slot" = "$had" ] || {
            halt virtual-card
            halt camera
            halt madoguchid
        }
    fi
    [ -n "$reader" ] ||
        reader=$("$bin/madoguchi" readers | grep -E "Virtual PCD .* 0$slot\$" | head -n 1 || true)
fi
if [ "${CARD:-}" != none ] && ! alive virtual-card; then
    launch virtual-card "$bin/virtual-card" run --card "$STATE/cards/$PERSON.json" \
        --port $((35963 + slot))
    echo "$PERSON" >"$run/virtual-card.person"
    echo virtual-card >>"$run/started"
fi

# --- the camera, which sees that card and its holder -----------------------------------------
if [ "${CARD:-}" != none ] && ! alive camera; then
    launch camera "$bin/camera" serve --card "$STATE/cards/$PERSON.json" --socket "$run/camera.sock"
    echo camera >>"$run/started"
    wait_for 10 camera grep -q ready "$run/camera.log" ||
        fail "The camera did not start." "See $run/camera.log"
fi

# --- the daemon ------------------------------------------------------------------------------
if ! alive madoguchid; then
    port_is_free "$kiosk_port" || kiosk_port=$(free_port 8700)
    sed -i "s/^\( *\"kiosk\": { \"port\": \)[0-9]*/\1$kiosk_port/" "$STATE/terminal/config.json"
    echo "$kiosk_port" >"$run/kiosk.port"
    port_is_free "$desk_port" && [ "$desk_port" != "$kiosk_port" ] ||
        desk_port=$(free_port $((kiosk_port + 1)))
    sed -i "s/^\( *\"desk\": { \"port\": \)[0-9]*/\1$desk_port/" "$STATE/terminal/config.json"
    echo "$desk_port" >"$run/desk.port"
    launch madoguchid "$bin/madoguchid" --state "$STATE" ${reader:+--reader "$reader"}
    echo madoguchid >>"$run/started"
fi
madoguchi() { "$bin/madoguchi" "$@" --state "$STATE"; }
wait_for 10 madoguchid madoguchi status ||
    fail "The daemon did not start: $(tail -n 1 "$run/madoguchid.log")" "See $run/madoguchid.log"
card_is_there() { madoguchi status --json | grep -q '"cardPresent":true'; }
if [ "${CARD:-}" != none ]; then
    wait_for 15 card card_is_there ||
        fail "The virtual card was not seen by the reader \"$reader\"." "madoguchi doctor --state $STATE" 3
fi

# --- the folder that a claims computer would share --------------------------------------------
# A configuration from before there were any programs has none.
has_programs() { grep -q '^ *"programs"' "$STATE/terminal/config.json"; }
if has_programs && [ ! -f "$STATE/terminal/exchange.json" ]; then
    [ -f "$STATE/staff/exchange.token" ] ||
        madoguchi program add exchange --may qualification,records,batches \
            --token-file "$STATE/staff/exchange.token" >>"$run/init.log"
    cat >"$STATE/terminal/exchange.json" <<JSON
{
    "version": 1, "institutionCode": "1310000003",
    "socket": "../run/programs.sock", "tokenFile": "../staff/exchange.token",
    "folder": "../exchange", "stateFolder": "exchange-journal"
}
JSON
fi
if has_programs && ! alive exchange; then
    launch exchange "$bin/madoguchi-exchange" --state "$STATE" --make-folders
    echo exchange >>"$run/started"
    wait_for 10 "the folder exchange" grep -q ready "$run/exchange.log" ||
        fail "The folder exchange did not start: $(tail -n 1 "$run/exchange.log")" \
            "See $run/exchange.log"
fi

cat >"$STATE/endpoints.json" <<JSON
{
  "version": 1,
  "clearinghouse": "https://127.0.0.1:$house_port",
  "admin": "http://127.0.0.1:$admin_port",
  "status": "$status",
  "witness": "$witness",
  "kiosk": "http://kiosk.localhost:$kiosk_port",
  "kioskPage": "file://$run/kiosk.html",
  "desk": "http://desk.localhost:$desk_port",
  "api": "unix://$run/madoguchid.sock",
  "programs": "unix://$run/programs.sock",
  "exchange": "$STATE/exchange",
  "vpcd": "127.0.0.1:$((35963 + ${slot:-0}))",
  "reader": "$reader",
  "person": "$([ "${CARD:-}" = none ] || echo "$PERSON")"
}
JSON
say "Ready: STATE=$STATE, reader \"$reader\", clearinghouse https://127.0.0.1:$house_port"
say "The kiosk: open file://$run/kiosk.html in a browser of this user."
say "Clinic software: files in $STATE/exchange (req, res, face); the API at $run/programs.sock."
say "The desk: http://desk.localhost:$desk_port, for whom madoguchi staff add has let in."

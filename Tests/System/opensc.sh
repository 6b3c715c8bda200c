#!/bin/sh
# OpenSC, which nobody here wrote, speaks to the virtual card through a pcscd of its own: binds,
# reads, verifies right and wrong PINs, signs with both keys; openssl judges the signatures.
#
# Then the conformance table is asked of a card through the same reader, and a rack of cards is put
# into both readers, by pyscard (conformance.py, rack.py).
#
#   Tests/System/opensc.sh        uses VIRTUAL_CARD or .build/debug/virtual-card
set -eu
cd "$(dirname "$0")/../.."
VIRTUAL_CARD=${VIRTUAL_CARD:-$PWD/.build/debug/virtual-card}
export VIRTUAL_CARD
if [ "${MADOGUCHI_PCSCD:-}" = "" ]; then exec Tests/System/private-pcscd.sh "$0"; fi
if [ "$MADOGUCHI_PCSCD" != private ]; then
    echo "opensc: these tests lock PINs and need a private pcscd: skipped" >&2
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi

folder=$MADOGUCHI_PCSCD_FOLDER/opensc
mkdir "$folder"
card=
finish() { [ -z "$card" ] || kill "$card" 2>/dev/null || true; }
trap finish EXIT
failures=0
successes=0

insert() { # insert KEYKIND [ISSUE-OPTION ...]
    if [ -n "$card" ]; then
        kill "$card"
        wait "$card" || true
        sleep 0.6
    fi
    kind=$1
    shift
    "$VIRTUAL_CARD" issue --replace --out "$folder/card.json" --key "$kind" "$@" >/dev/null
    "$VIRTUAL_CARD" run --card "$folder/card.json" --json >"$folder/news" &
    card=$!
    tries=0
    until grep -q inserted "$folder/news"; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { echo "opensc: the card is not noticed" >&2; exit 1; }
        sleep 0.05
    done
    sleep 0.5
}

# expect STATUS WORDS COMMAND...: the status, and words in what it prints ("" for any).
expect() {
    wanted=$1 words=$2
    shift 2
    status=0
    "$@" >"$folder/out" 2>&1 || status=$?
    if [ "$wanted" = 0 ] && [ $status -ne 0 ] || [ "$wanted" != 0 ] && [ $status -eq 0 ] ||
        ! grep -q -- "$words" "$folder/out"; then
        echo "not ok: $* (status $status)" >&2
        cat "$folder/out" >&2
        failures=$((failures + 1))
    else
        echo "ok: $*"
        successes=$((successes + 1))
    fi
}

signed() { # signed SLOT-LABEL PIN CERTIFICATE
    head -c 100 /dev/urandom >"$folder/message"
    expect 0 "" pkcs11-tool --login --token-label "$1" --pin "$2" --sign \
        -m SHA256-RSA-PKCS -i "$folder/message" -o "$folder/signature"
    openssl x509 -in "$3" -pubkey -noout >"$folder/key.pem"
    expect 0 "Verified OK" openssl dgst -sha256 -verify "$folder/key.pem" \
        -signature "$folder/signature" "$folder/message"
}

insert rsa2048 --person Simulators/People/mado.json
expect 0 "User Authentication PIN" pkcs15-tool --dump
expect 0 "BEGIN CERTIFICATE" pkcs15-tool --read-certificate 1
pkcs15-tool --read-certificate 1 >"$folder/authentication.pem" 2>/dev/null
expect 0 "BEGIN CERTIFICATE" pkcs15-tool --read-certificate 2 --verify-pin --auth-id 2 --pin ABC123
pkcs15-tool --read-certificate 2 --verify-pin --auth-id 2 --pin ABC123 2>/dev/null |
    sed -n '/BEGIN/,/END/p' >"$folder/signature.pem"
expect 1 "" pkcs15-tool --read-certificate 2
expect 0 "" pkcs11-tool -O
signed "JPKI (User Authentication PIN)" 1234 "$folder/authentication.pem"
signed "JPKI (Digital Signature PIN)" ABC123 "$folder/signature.pem"
expect 0 "" pkcs15-tool --verify-pin --auth-id 1 --pin 1234
expect 1 "" pkcs15-tool --verify-pin --auth-id 1 --pin 0000
expect 0 "Tries left *: 2" pkcs15-tool --dump
expect 1 "" pkcs15-tool --verify-pin --auth-id 1 --pin 0000
expect 1 "" pkcs15-tool --verify-pin --auth-id 1 --pin 0000
expect 1 "" pkcs15-tool --verify-pin --auth-id 1 --pin 1234
expect 0 "Tries left *: 0" pkcs15-tool --dump
expect 0 "BEGIN CERTIFICATE" pkcs15-tool --read-certificate 1

expect 0 "" pkcs11-tool -O

insert rsa2048 --person Simulators/People/mado.json
expect 0 "Tries left *: 3" pkcs15-tool --dump

# Debian's Python has pyscard; another one that comes first in the path may not.
python=
for candidate in python3 /usr/bin/python3; do
    if "$candidate" -c 'import smartcard' 2>/dev/null; then python=$candidate && break; fi
done
expect 0 " 0 failed" "$python" Tests/System/conformance.py --card "$folder/card.json" --reader "00 00"
grep -v "^ok" "$folder/out"
# The part that a real card is asked, of a card whose PIN is locked by now: nothing may be spent.
"$VIRTUAL_CARD" show --card "$folder/card.json" --json >"$folder/before"
expect 0 " 0 failed" "$python" Tests/System/conformance.py --physical --reader "00 00"
"$VIRTUAL_CARD" show --card "$folder/card.json" --json >"$folder/after"
expect 0 identical diff -s "$folder/before" "$folder/after"

# A rack takes the card's place in the reader.
kill "$card"
wait "$card" || true
card=
expect 0 " 0 failed" "$python" Tests/System/rack.py "$VIRTUAL_CARD" "$folder"
grep "1,000 cards" "$folder/out" || true

# The authority needs no reader; it is judged here because openssl is at hand.
expect 0 " 0 failed" Tests/System/authority.sh

echo "$successes passed, $failures failed"
[ $failures -eq 0 ]

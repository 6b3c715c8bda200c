#!/bin/sh
# The simulated authority, judged by openssl: answers about certificates (OCSP), lists (CRL),
# suspension and its end, revocation, renewal, and generations that share a name. Then the same of
# a clearinghouse that runs and serves both.
#
#   Tests/System/authority.sh        uses VIRTUAL_CARD and the clearinghouse beside it, or those
#                                    of .build/debug
set -eu
cd "$(dirname "$0")/../.."
VIRTUAL_CARD=${VIRTUAL_CARD:-$PWD/.build/debug/virtual-card}
clearinghouse=$(dirname "$VIRTUAL_CARD")/clearinghouse
folder=$(mktemp -d)
house=
trap '[ -z "$house" ] || { kill "$house" && wait "$house" || true; } 2>/dev/null
    rm -rf "$folder"' EXIT
failures=0
successes=0

# expect WORDS COMMAND...: words in what it prints.
expect() {
    words=$1
    shift
    if "$@" 2>&1 | tee "$folder/out" | grep -q -- "$words"; then
        successes=$((successes + 1))
        echo "ok: $words: $1 $2"
    else
        failures=$((failures + 1))
        echo "not ok: no \"$words\" from $*" >&2
        cat "$folder/out" >&2
    fi
}

card() { # card COMMAND [OPTION...]: of the card and its authority
    verb=$1
    shift
    "$VIRTUAL_CARD" "$verb" --card "$folder/card.json" --authority "$folder/authority" "$@" \
        >"$folder/told"
}

certificate() { # certificate FILE: the card's, as it is now
    jq -r .authentication.certificate "$folder/card.json" | base64 -d |
        openssl x509 -inform der -out "$1"
}

ask() { # ask CERTIFICATE ISSUER [OTHER]: what its authority, or another one, says of it
    openssl ocsp -issuer "$2" -cert "$1" -reqout "$folder/question" >/dev/null
    "$VIRTUAL_CARD" status-answer --authority "$folder/authority" --issuer "${3:-$2}" \
        --request "$folder/question" --out "$folder/answer" >/dev/null
    # The request's nonce and the delegated responder are judged too.
    openssl ocsp -no_nonce -reqin "$folder/question" -respin "$folder/answer" -issuer "$2" -cert "$1" \
        -CAfile "$2" ${3:+-noverify} 2>&1
}

against_list() { # against_list CERTIFICATE ISSUER
    "$VIRTUAL_CARD" status-list --authority "$folder/authority" --issuer "$2" \
        --out "$folder/list" >/dev/null
    openssl crl -inform der -in "$folder/list" -out "$folder/list.pem"
    openssl verify -crl_check -CAfile "$2" -CRLfile "$folder/list.pem" "$1" 2>&1 || true
}

"$VIRTUAL_CARD" issue --out "$folder/card.json" --authority "$folder/authority" >/dev/null
issuer=$folder/authority/user-authentication.pem
certificate "$folder/one.pem"
expect "Response verify OK" ask "$folder/one.pem" "$issuer"
expect "one.pem: good" ask "$folder/one.pem" "$issuer"
expect "one.pem: OK" against_list "$folder/one.pem" "$issuer"

card suspend
expect "one.pem: revoked" ask "$folder/one.pem" "$issuer"
expect "certificateHold" ask "$folder/one.pem" "$issuer"
expect "certificate revoked" against_list "$folder/one.pem" "$issuer"
expect "Certificate Hold" openssl crl -inform der -in "$folder/list" -noout -text
card resume
expect "one.pem: good" ask "$folder/one.pem" "$issuer"
expect "is not suspended" sh -c "'$VIRTUAL_CARD' resume --card '$folder/card.json'"

cp "$issuer" "$folder/first.pem"
"$VIRTUAL_CARD" new-generation --authority "$folder/authority" --without-key-id >/dev/null
expect "one.pem: good" ask "$folder/one.pem" "$folder/first.pem"
expect "one.pem: unknown" ask "$folder/one.pem" "$folder/first.pem" "$issuer"
expect "same" sh -c "[ \"\$(openssl x509 -in '$issuer' -noout -subject)\" = \
    \"\$(openssl x509 -in '$folder/first.pem' -noout -subject)\" ] && echo same"

card renew
certificate "$folder/two.pem"
expect "superseded" ask "$folder/one.pem" "$folder/first.pem"
expect "two.pem: good" ask "$folder/two.pem" "$issuer"
expect "two.pem: OK" against_list "$folder/two.pem" "$issuer"
card revoke
expect "two.pem: revoked" ask "$folder/two.pem" "$issuer"
expect "for good" sh -c "'$VIRTUAL_CARD' suspend --card '$folder/card.json'"

head -c 40 /dev/urandom >"$folder/noise"
"$VIRTUAL_CARD" status-answer --authority "$folder/authority" --request "$folder/noise" \
    --out "$folder/answer" >/dev/null
expect "malformedrequest" openssl ocsp -respin "$folder/answer" -noverify

# --- served by a clearinghouse that runs -----------------------------------------------------
state=$folder/state
"$clearinghouse" init --state "$state" --people Simulators/People --cards mado >"$folder/told"
"$clearinghouse" serve --state "$state" --port 0 --admin-port 0 --status-port 0 \
    >"$folder/ready" &
house=$!
tries=0
until grep -q ready "$folder/ready"; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "authority: the clearinghouse does not start" >&2; exit 1; }
    sleep 0.05
done
status=$(jq -r .status "$folder/ready")
issuer=$state/authority/user-authentication.pem
jq -r .authentication.certificate "$state/cards/mado.json" | base64 -d |
    openssl x509 -inform der -out "$folder/mado.pem"
cp "$folder/mado.pem" "$folder/renewed.pem"

asked() { # asked CERTIFICATE ISSUER [OPTION...]: over the line, with a nonce
    certificate=$1 authority=$2
    shift 2
    openssl ocsp -issuer "$authority" -cert "$certificate" -CAfile "$authority" \
        -url "$status/ocsp" "$@" 2>&1
}

listed() { # listed CERTIFICATE AUTHORITY: against the list as it is served now
    python3 -c 'import sys, urllib.request as r; sys.stdout.buffer.write(r.urlopen(sys.argv[1]).read())' \
        "$status/crl/$2.crl" >"$folder/list"
    openssl crl -inform der -in "$folder/list" -out "$folder/list.pem"
    openssl verify -crl_check -CAfile "$state/authority/$2.pem" -CRLfile "$folder/list.pem" \
        "$1" 2>&1 || true
}

in_address() { # in_address CERTIFICATE ISSUER: the request as base64 in the address
    openssl ocsp -no_nonce -issuer "$2" -cert "$1" -reqout "$folder/question" >/dev/null
    python3 - "$status" "$folder/question" >"$folder/answer" <<'PYTHON'
import base64, sys, urllib.parse, urllib.request
text = base64.b64encode(open(sys.argv[2], "rb").read()).decode()
address = sys.argv[1] + "/ocsp/" + urllib.parse.quote(text, safe="")
sys.stdout.buffer.write(urllib.request.urlopen(address).read())
PYTHON
    openssl ocsp -no_nonce -reqin "$folder/question" -respin "$folder/answer" -issuer "$2" \
        -cert "$1" -CAfile "$2" 2>&1
}

order() { # order VERB FILE: through the administration port
    "$clearinghouse" "$1" "$2" --state "$state" \
        --admin-port "$(jq -r .adminPort "$folder/ready")"
}

expect "Response verify OK" asked "$folder/mado.pem" "$issuer"
expect "mado.pem: good" asked "$folder/mado.pem" "$issuer"
expect "OCSP Nonce" asked "$folder/mado.pem" "$issuer" -resp_text
expect "OCSP Signing" asked "$folder/mado.pem" "$issuer" -resp_text
expect "mado.pem: good" asked "$folder/mado.pem" "$issuer" -validity_period 5 -status_age 60
expect "mado.pem: good" in_address "$folder/mado.pem" "$issuer"
expect "mado.pem: OK" listed "$folder/mado.pem" user-authentication
expect "unauthorized" asked "$folder/one.pem" "$folder/first.pem"

expect suspended order suspend "$state/cards/mado.json"
expect "certificateHold" asked "$folder/mado.pem" "$issuer"
expect "certificate revoked" listed "$folder/mado.pem" user-authentication
expect good order resume "$state/cards/mado.json"
expect "mado.pem: good" asked "$folder/mado.pem" "$issuer"
# Another program, beside the clearinghouse that runs.
"$VIRTUAL_CARD" renew --card "$state/cards/mado.json" --authority "$state/authority" >"$folder/told"
expect "superseded" asked "$folder/mado.pem" "$issuer"
jq -r .authentication.certificate "$state/cards/mado.json" | base64 -d |
    openssl x509 -inform der -out "$folder/renewed.pem"
expect "renewed.pem: good" asked "$folder/renewed.pem" "$issuer"
"$VIRTUAL_CARD" new-generation --authority "$state/authority" --without-key-id >"$folder/told"
expect "renewed.pem: good" asked "$folder/renewed.pem" "$state/authority/user-authentication.1.pem"
expect "renewed.pem: OK" listed "$folder/renewed.pem" user-authentication.1

connections=$state/authority/connections.pem
expect "tls.pem: good" asked "$state/terminal/tls.pem" "$connections"
expect revoked order revoke "$state/terminal/tls.pem"
expect "tls.pem: revoked" asked "$state/terminal/tls.pem" "$connections"
expect "certificate revoked" listed "$state/terminal/tls.pem" connections

echo "$successes passed, $failures failed"
[ $failures -eq 0 ]

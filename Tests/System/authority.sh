#!/bin/sh
# The simulated authority, judged by openssl: answers about certificates (OCSP), lists (CRL),
# suspension and its end, revocation, renewal, and generations that share a name.
#
#   Tests/System/authority.sh        uses VIRTUAL_CARD or .build/debug/virtual-card
set -eu
cd "$(dirname "$0")/../.."
VIRTUAL_CARD=${VIRTUAL_CARD:-$PWD/.build/debug/virtual-card}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
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

echo "$successes passed, $failures failed"
[ $failures -eq 0 ]

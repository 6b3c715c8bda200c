#!/bin/sh
# Runs the tests that need a card in a reader: the terminal's PC/SC code, the virtual card,
# pcscd's life, through a pcscd of their own. Builds what is missing (CONFIGURATION=release).
set -eu
cd "$(dirname "$0")/../.."

if [ "${MADOGUCHI_PCSCD:-}" = "" ]; then
    swift build ${CONFIGURATION:+-c "$CONFIGURATION"} --build-tests
    exec Tests/System/private-pcscd.sh "$0" "$@"
fi
if [ "$MADOGUCHI_PCSCD" = system ]; then
    echo "cards: the machine's own virtual reader is used; pcscd is not killed" >&2
    MADOGUCHI_PCSCD_FOLDER=$(mktemp -d)
    export MADOGUCHI_PCSCD_FOLDER
    trap 'rm -rf "$MADOGUCHI_PCSCD_FOLDER"' EXIT
fi
VIRTUAL_CARD=${VIRTUAL_CARD:-$PWD/.build/${CONFIGURATION:-debug}/virtual-card}
export VIRTUAL_CARD
swift test ${CONFIGURATION:+-c "$CONFIGURATION"} --skip-build --quiet \
    --filter "${1:-PCSCTests.PCSCSystemTests}"

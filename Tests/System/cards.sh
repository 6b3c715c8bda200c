#!/bin/sh
# Runs the tests that need a card in a reader: the terminal's PC/SC code, the virtual card and
# OpenSC, through a pcscd of their own. Builds what is missing; CONFIGURATION=release by choice.
set -eu
cd "$(dirname "$0")/../.."

if [ "${MADOGUCHI_PCSCD:-}" = "" ]; then
    swift build ${CONFIGURATION:+-c "$CONFIGURATION"} --build-tests
    exec Tests/System/private-pcscd.sh "$0" "$@"
fi
if [ "$MADOGUCHI_PCSCD" != private ]; then
    echo "cards: these tests kill pcscd and pull cards, so they need a private one: skipped" >&2
    exit 0
fi
VIRTUAL_CARD=${VIRTUAL_CARD:-$PWD/.build/${CONFIGURATION:-debug}/virtual-card}
export VIRTUAL_CARD
swift test ${CONFIGURATION:+-c "$CONFIGURATION"} --skip-build --quiet \
    --filter "${1:-PCSCTests.PCSCSystemTests}"

#!/bin/sh
# The whole stack beside a pcscd of its own: check-ins, troubles, kills.
#
#   Tests/System/stack.sh [CLASS[.test_NAME] ...]     BIN=.build/release, KILLS=100
set -eu
cd "$(dirname "$0")/../.."
if [ "${MADOGUCHI_PCSCD:-}" = "" ]; then exec Tests/System/private-pcscd.sh "$0" "$@"; fi
if [ "$MADOGUCHI_PCSCD" != private ]; then
    echo "stack: these tests kill pcscd and need a private one: skipped" >&2
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
exec python3 -B Tests/System/stack.py "$@"

#!/usr/bin/env bash
# Speed and memory of the release build, beside opensc, nginx and plain fdatasync, in one run and in a
# pcscd of its own. Prints one table; says OK or ABOVE beside each target, and fails nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${MADOGUCHI_PCSCD:-}" ]; then
    scripts/build.sh
    exec Tests/System/private-pcscd.sh "$PWD/scripts/bench.sh"
fi
exec python3 Tests/Benchmarks/bench.py

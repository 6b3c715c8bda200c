#!/usr/bin/env bash
# Check-ins in a loop with random kills of daemon, pcscd, virtual card and clearinghouse, in a pcscd of
# its own: MINUTES (default 60), SEED to repeat a run.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ -z "${MADOGUCHI_PCSCD:-}" ]; then
    scripts/build.sh
    exec Tests/System/private-pcscd.sh "$PWD/scripts/soak.sh"
fi
exec python3 Tests/Benchmarks/soak.py

#!/usr/bin/env bash
# The release build, quiet when nothing changes.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v swift >/dev/null || {
    echo "No Swift toolchain on PATH: install Swift 6.3 from swift.org, then run this again." >&2
    exit 1
}
echo "Building (release)…" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build -c release --static-swift-stdlib >"$log" 2>&1 || {
    cat "$log" >&2
    exit 1
}

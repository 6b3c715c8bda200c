#!/usr/bin/env bash
# Stops exactly what `make up` started for this STATE.
set -euo pipefail
. "$(dirname "$0")/common.sh"
for name in "${programs[@]}"; do halt "$name"; done
[ ! -d "$shared" ] || alone stop_pcscd
rm -f "$run"/*.sock "$STATE/endpoints.json"

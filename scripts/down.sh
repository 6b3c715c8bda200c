#!/usr/bin/env bash
# Stops exactly what `make up` started for this STATE.
set -euo pipefail
. "$(dirname "$0")/common.sh"
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
for name in madoguchid virtual-card clearinghouse; do halt "$name"; done
[ ! -f "$run/pcscd.pid" ] || halt pcscd "$as_root"
rm -f "$run"/*.sock "$STATE/endpoints.json"

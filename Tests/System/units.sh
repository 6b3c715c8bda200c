#!/bin/sh
# The systemd units, as systemd itself reads them: no unknown settings, and little exposed.
# Skips where there is no systemd-analyze.
set -u
cd "$(dirname "$0")/../.."
limit=${EXPOSURE_TENTHS:-10}
passed=0
failed=0
if ! command -v systemd-analyze >/dev/null; then
    echo "units: skipped, there is no systemd-analyze here" >&2
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
folder=$(mktemp -d "${TMPDIR:-/tmp}/units.XXXXXX")
trap 'rm -rf "$folder"' EXIT
judge() { # judge WHAT STATUS
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $1"
    fi
}
# What a unit starts need not be installed here.
for unit in systemd/*.service systemd/*.socket systemd/*.timer; do
    sed -E 's,^(Exec(Start|StartPre)=)/usr/(bin|libexec|share)/madoguchi[^ ]*,\1/bin/true,' "$unit" >"$folder/${unit##*/}"
done
for unit in "$folder"/*.service "$folder"/*.socket "$folder"/*.timer; do
    said=$(SYSTEMD_UNIT_PATH="$folder:" systemd-analyze verify --man=no "$unit" 2>&1 |
        grep -F "$folder" || true)
    [ -z "$said" ] || echo "$said"
    judge "systemd-analyze verify ${unit##*/}" "$([ -z "$said" ]; echo $?)"
done
for unit in "$folder"/*.service; do
    systemd-analyze security --offline=true --threshold="$limit" "$unit" >"$folder/said" 2>&1
    status=$?
    tail -n 1 "$folder/said"
    judge "exposure of ${unit##*/} is above $limit tenths" "$status"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

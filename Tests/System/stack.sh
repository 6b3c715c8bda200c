#!/bin/sh
# The whole stack, each class of tests beside a pcscd of its own: check-ins, troubles, kills.
#
#   Tests/System/stack.sh [CLASS[.test_NAME] ...]     BIN=.build/release, KILLS=100, JOBS=3
#
# Without a name every class runs, some at a time. The last line counts.
set -eu
cd "$(dirname "$0")/../.."
if [ -n "${MADOGUCHI_PCSCD:-}" ]; then exec python3 -B Tests/System/stack.py "$@"; fi
if [ "$(Tests/System/private-pcscd.sh sh -c 'echo "$MADOGUCHI_PCSCD"')" != private ]; then
    # One reader for all: one after another, without the tests that kill pcscd.
    echo "stack: no namespaces here; the machine's pcscd and its first reader are used" >&2
    exec Tests/System/private-pcscd.sh "$0" "$@"
fi
if [ $# -gt 0 ]; then exec Tests/System/private-pcscd.sh "$0" "$@"; fi

logs=$(mktemp -d "${TMPDIR:-/tmp}/madoguchi-logs.XXXXXX")
trap 'rm -rf "$logs"' EXIT
python3 -B Tests/System/stack.py --list >"$logs/classes"
setsid xargs -a "$logs/classes" -P "${JOBS:-3}" -I CLASS sh -c '
    Tests/System/private-pcscd.sh Tests/System/stack.sh CLASS >"$0/CLASS.log" 2>&1 || true
    sed "/^Ran /,/^OK/d; /^$/d; /^-*$/d" "$0/CLASS.log"' "$logs" &
running=$!
# What runs is ended with this script, and cleans up after itself.
trap 'kill -TERM -$running; wait $running; exit 143' INT TERM HUP
wait $running || true

count() {
    sed -nE "s/^([0-9]+ passed, )?([0-9]+) $1(, .*)?\$/\2/p" "$logs"/*.log |
        awk '{ sum += $1 } END { print sum + 0 }'
}
passed=$(count passed)
failed=$(count failed)
# A class that gave no count has failed.
while read -r class; do
    grep -qE '^[0-9]+ passed, [0-9]+ failed' "$logs/$class.log" || failed=$((failed + 1))
done <"$logs/classes"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

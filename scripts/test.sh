#!/usr/bin/env bash
# Sets up what the tests need and runs every test: style, unit, integration through a private
# pcscd, the whole stack under faults and kills (KILLS=15 of each kind, JOBS=3 at a time). Ends
# with one line that counts them.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/packages.sh build run test
command -v swift >/dev/null || {
    echo "No Swift toolchain on PATH: install Swift 6.3 from swift.org, then run this again." >&2
    exit 1
}

passed=0
failed=0
skipped=0
log=$(mktemp)
# What failed, part by part, told again at the end: the parts' own lines are far above by then.
failures=$(mktemp)
# What tests write lies in a folder of their own, which must be empty afterwards.
own=$(mktemp -d "${TMPDIR:-/tmp}/madoguchi-tests.XXXXXX")
trap 'rm -rf "$log" "$failures" "$own"' EXIT
# How long the tests of the whole stack may take; they need two to five minutes.
stack_seconds=${STACK_SECONDS:-900}
part() {
    current=$*
    printf '\n== %s\n' "$*"
}
note_failures() { # note_failures STATUS: the names in the log of a part that has just ended
    [ "$1" != 0 ] || return 0
    {
        echo "$current (status $1):"
        grep -aE '^(FAIL|ERROR): |✘ Test |^broken promise' "$log" | sort -u | cut -c1-200 |
            sed 's/^/    /' || true
    } >>"$failures"
}

# Runs a part whose output ends in a count, and adds it up: count_swift, count_python.
count_swift() { # count_swift COMMAND...
    local code=0
    "$@" >"$log" 2>&1 || code=$?
    note_failures "$code"
    grep -E '✘|error:|recorded an issue' "$log" | cut -c1-300 || true
    local line
    line=$(grep -E 'Test run with [0-9]+ tests? ' "$log" | tail -n 1 || true)
    [ -n "$line" ] || {
        tail -n 40 "$log"
        echo "no test ran" >&2
        exit 1
    }
    local all bad
    all=$(sed -E 's/.*Test run with ([0-9]+) tests?.*/\1/' <<<"$line")
    bad=$({ grep -oE '^✘ Test "[^"]*"' "$log" || true; } | sort -u | wc -l)
    echo "$line"
    if [ "$code" = 0 ]; then passed=$((passed + all)); else
        [ "$bad" -gt 0 ] || bad=1
        failed=$((failed + bad))
        passed=$((passed + (all > bad ? all - bad : 0)))
    fi
}
count_lines() { # count_lines COMMAND...: its last line is "N passed, N failed[, N skipped]"
    local code=0 line
    "$@" 2>&1 | tee "$log" || code=$?
    note_failures "$code"
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 || true)
    if [ -z "$line" ]; then
        failed=$((failed + 1))
        echo "this part gave no count (status $code)" >&2
        return
    fi
    passed=$((passed + $(sed -E 's/^([0-9]+) passed.*/\1/' <<<"$line")))
    failed=$((failed + $(sed -E 's/.* ([0-9]+) failed.*/\1/' <<<"$line")))
    skipped=$((skipped + $(sed -nE 's/.* ([0-9]+) skipped.*/\1/p' <<<"$line" | grep . || echo 0)))
    if [ "$code" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
}

part "Judges from a package index, where there is one"
# Before the parts that run without a network.
(cd Tests/System && python3 -B -c '
import browser, documents
print("axe-core:", "there" if browser.axe() else "not there")
print("zxing-cpp:", "there" if documents.zxing() else "not there")')

part "Format"
swift format lint --strict --recursive --configuration .swift-format \
    Sources Simulators Tests Package.swift

part "Build"
swift build --build-tests 2>&1 | grep -E '(error|warning):|Compiling|Build' | tail -n 3

export TMPDIR=$own
part "Unit tests"
# How often the history's writer is killed among 32 writers; 10,000 for a long run.
export HISTORY_KILLS=${HISTORY_KILLS:-200}
# One target at a time: tests that only compute would keep others' servers waiting.
for target in Tests/*Tests; do
    printf '%s: ' "$(basename "$target")"
    count_swift swift test --skip-build --quiet --filter "^$(basename "$target")\\."
done

part "Cards and readers, through a pcscd of their own"
count_swift Tests/System/cards.sh

part "OpenSC judges the virtual card"
count_lines Tests/System/opensc.sh

part "The clearinghouse, asked from another language"
count_lines python3 Tests/System/clearinghouse.py .build/debug/clearinghouse

part "The clearinghouse's manual, done word for word"
count_lines python3 Tests/System/manual.py .build/debug/clearinghouse

part "The clearinghouse's description, judged by schemathesis"
count_lines python3 Tests/System/contract.py .build/debug/clearinghouse

part "The witness, asked by a log from another language"
count_lines python3 Tests/System/witness.py .build/debug/clearinghouse

part "The administration page, in a browser where there is one"
count_lines python3 Tests/System/admin_page.py .build/debug/clearinghouse

part "The kiosk, in a browser where there is one"
count_lines timeout --foreground --kill-after=30 "$stack_seconds" \
    Tests/System/private-pcscd.sh python3 -B Tests/System/kiosk.py

part "The desk, in a browser where there is one"
count_lines timeout --foreground --kill-after=30 "$stack_seconds" \
    Tests/System/private-pcscd.sh python3 -B Tests/System/desk.py

part "Twenty desks, and a check-in a second"
count_lines timeout --foreground --kill-after=30 120 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/desks.py

part "The pages' listeners, with raw requests"
count_lines timeout --foreground --kill-after=30 120 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/listeners.py

part "The doctor, on a machine made ill"
count_lines timeout --foreground --kill-after=30 120 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/doctor.py

part "Metrics and health, and nobody named in them"
count_lines timeout --foreground --kill-after=30 120 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/observe.py

part "The units, as systemd reads them"
count_lines Tests/System/units.sh

part "The package on a machine of its own: systemd in a container"
# The debug programs, which are built already: a release build alone would take minutes.
count_lines timeout --foreground --kill-after=30 480 python3 -B Tests/System/container.py

part "What an earlier version wrote, opened by this one"
count_lines timeout --foreground --kill-after=30 120 python3 -B Tests/System/upgrade.py

part "Keys made, imported and exchanged, judged by openssl"
count_lines timeout --foreground --kill-after=30 120 python3 -B Tests/System/keys.py

part "The history's exports, and a PostgreSQL that takes them"
count_lines timeout --foreground --kill-after=30 300 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/exports.py

part "What administrators do to a history"
count_lines timeout --foreground --kill-after=30 200 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/keeping.py

part "Clinic programs: files in, files out, kills at each call, hostile folders"
KILLS=${EXCHANGE_KILLS:-12} count_lines timeout --foreground --kill-after=30 300 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/exchange.py

part "The exchange on shares that misbehave, and every person through it"
count_lines timeout --foreground --kill-after=30 300 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/exchange_shares.py

part "Programs on other machines: tokens over TLS, the event stream"
count_lines timeout --foreground --kill-after=30 120 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/programs_tls.py

part "The programs' API, judged by schemathesis"
count_lines timeout --foreground --kill-after=30 200 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/programs_contract.py

part "The history before its witness"
count_lines timeout --foreground --kill-after=30 200 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/witnessing.py

part "The history's system calls: answers after their sync, and each call failing"
count_lines timeout --foreground --kill-after=30 400 \
    Tests/System/private-pcscd.sh python3 -B Tests/System/syscalls.py

part "PINs: whether one stays anywhere"
RUNS=${LEAK_RUNS:-1} count_lines Tests/System/private-pcscd.sh python3 -B Tests/System/leaks.py

part "Card sessions by chance, through pcscd"
SESSIONS=${LIFE_SESSIONS:-} count_lines timeout --foreground --kill-after=30 "$stack_seconds" \
    Tests/System/private-pcscd.sh python3 -B Tests/System/life.py

part "The whole stack under faults and kills"
count_lines timeout --foreground --kill-after=30 "$stack_seconds" Tests/System/stack.sh

part "Two minutes of check-ins while everything is killed at random"
BIN=$PWD/.build/debug MINUTES=1 count_lines timeout --foreground --kill-after=30 300 \
    Tests/System/private-pcscd.sh python3 -B Tests/Benchmarks/soak.py

part "Every reader of hostile octets under libFuzzer, for a minute in all"
SECONDS_ALL=${FUZZ_SECONDS:-60} count_lines timeout --foreground --kill-after=30 900 scripts/fuzz.sh

part "Parsers under the address sanitizer"
ONLY=address TARGETS=${SANITIZE_TARGETS:-APDUTests JSONTests HTTPTests ClinicFilesTests DeflateTests
    MyNumberCardTests NetworkTests NotebookTests PDFTests TransparencyLogTests VirtualCardTests} \
    count_lines timeout --foreground --kill-after=30 1500 scripts/sanitize.sh

part "Nothing stays behind"
# The toolchain's own files apart.
left=$(find "$own" -mindepth 1 -maxdepth 1 ! -name 'TemporaryDirectory.*' \
    ! -name '*swiftpm*.lock' ! -name '*.build*.lock' ! -name swift-generated-sources \
    -printf '%f\n')
if [ -z "$left" ]; then
    echo "nothing is left in the folder of temporary files"
    passed=$((passed + 1))
else
    printf '%s\n' "left behind:" "$left" | tee -a "$failures"
    failed=$((failed + 1))
fi

if [ -s "$failures" ]; then
    printf '\n== What failed\n'
    cat "$failures"
fi

echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]

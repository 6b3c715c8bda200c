#!/usr/bin/env bash
# The unit tests under sanitizers: address (memory used after it is free, or beyond its end) and thread
# (races). ONLY=address or thread runs one; TARGETS="JSONTests HTTPTests" runs those targets alone. Each
# builds everything into a folder of its own in .build. Ends with one line that counts the tests; what a
# sanitizer finds fails the target it is found in.
#
# Leaks are not looked for: the tests of the whole stack watch memory over thousands of check-ins, and
# Swift's runtime keeps what it makes once. The thread sanitizer does not see into the toolchain's own
# libraries: Tests/Sanitizers/mutex.c tells it what a contended Mutex orders.
set -euo pipefail
cd "$(dirname "$0")/.."

passed=0
failed=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export SWIFT_BACKTRACE=enable=no
# The sanitizers make mlock do nothing, so that the one test that looks at the page's flags must fail.
skipped=(--skip SecretPageTests/flags)

run() { # run SANITIZER TARGET
    local log=$folder/log code=0 line all bad
    printf '%s, %s: ' "$1" "$2"
    env "${settings[@]}" swift test --skip-build --quiet --sanitize="$1" --scratch-path ".build/$1" \
        --filter "^$2\\." "${skipped[@]}" >"$log" 2>&1 || code=$?
    line=$(grep -E 'Test run with [0-9]+ tests? ' "$log" | tail -n 1 || true)
    all=$(sed -nE 's/.*Test run with ([0-9]+) tests?.*/\1/p' <<<"$line")
    echo "${line:-no test ran to its end}"
    if [ "$code" = 0 ] && [ -n "$all" ]; then
        passed=$((passed + all))
        return
    fi
    grep -aE '✘ Test |recorded an issue|SUMMARY: |ERROR: AddressSanitizer|WARNING: ThreadSanitizer' "$log" |
        sort | uniq -c | head -n 20 | cut -c1-300 || true
    cp "$log" ".build/$1/$2.log"
    echo "    whole: .build/$1/$2.log"
    bad=$({ grep -oE '^✘ Test "[^"]*"' "$log" || true; } | sort -u | wc -l)
    [ "$bad" -gt 0 ] || bad=1
    failed=$((failed + bad))
    passed=$((passed + (${all:-0} > bad ? all - bad : 0)))
}

for sanitizer in ${ONLY:-address thread}; do
    swift build --build-tests --sanitize="$sanitizer" --scratch-path ".build/$sanitizer" 2>&1 |
        grep -E 'error:|Compiling|Build' | tail -n 1
    case $sanitizer in
    address)
        settings=("ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1")
        ;;
    thread)
        clang -shared -fPIC -O1 -o "$folder/mutex.so" Tests/Sanitizers/mutex.c
        settings=("LD_PRELOAD=$folder/mutex.so" "TSAN_OPTIONS=halt_on_error=0:exitcode=66")
        ;;
    esac
    for target in ${TARGETS:-$(cd Tests && echo *Tests)}; do run "$sanitizer" "$target"; done
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]

#!/usr/bin/env bash
# Explores every reader of hostile octets with libFuzzer: TARGET names one, SECONDS_EACH the time for each
# (default 60), or SECONDS_ALL the time for all of them together. What is found lies in .build/fuzz/found; a crash ends this with status 1.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-60}
build=.build/fuzz
mkdir -p "$build/found"
swift build -c release --scratch-path "$build" --target Fuzzing -Xswiftc -sanitize=fuzzer \
    -Xcc -fsanitize=fuzzer-no-link
folder=$build/release
# Of Swift only what has a source today: a build folder keeps what was moved or taken away.
objects=$(find "$folder"/*.build -name '*.c.o')
for sources in "$folder"/*.build/sources; do
    case $sources in *Tests.build*) continue ;; esac
    while read -r source; do
        objects+=" $(dirname "$sources")/$(basename "$source").o"
    done <"$sources"
done
# shellcheck disable=SC2086
swiftc -sanitize=fuzzer -parse-as-library -o "$build/fuzz" $objects -lpcsclite -lssl -lcrypto
targets=${TARGET:-$(ls Tests/Fuzzing/Corpus)}
count=$(wc -w <<<"$targets")
if [ -n "${SECONDS_ALL:-}" ]; then
    seconds=$((SECONDS_ALL / count))
    [ "$seconds" -gt 0 ] || seconds=1
fi
failed=0
for target in $targets; do
    mkdir -p "$build/corpus/$target"
    printf '== %s: ' "$target"
    log=$build/found/$target.log
    if SWIFT_BACKTRACE=enable=no FUZZ=$target "$build/fuzz" "$build/corpus/$target" "Tests/Fuzzing/Corpus/$target" \
        -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=2048 \
        -artifact_prefix="$build/found/$target-" >"$log" 2>&1; then
        tail -n 1 "$log"
    else
        failed=$((failed + 1))
        grep -E 'broken promise|ERROR|Fatal|SUMMARY|Test unit written' "$log" | head -5
    fi
done
echo "$((count - failed)) passed, $failed failed"
[ "$failed" = 0 ]

# What the scripts of the stack share. Sourced, not run.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
STATE=${STATE:-.madoguchi}
PERSON=${PERSON:-mado}
bin=${BIN:-$root/.build/release}
case $STATE in /*) ;; *) STATE=$root/$STATE ;; esac
run=$STATE/run

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "$1"
    [ -z "${2:-}" ] || say "→ $2"
    exit "${3:-1}"
}

# Whether the process of a pid file still is the program that wrote it.
alive() { # alive NAME
    local pid
    pid=$(cat "$run/$1.pid" 2>/dev/null) || return 1
    # Looked up rather than signalled: what runs as root may not be signalled by everybody.
    [ -n "$pid" ] && [ -d "/proc/$pid" ] &&
        [ "$(awk '{print $22}' "/proc/$pid/stat" 2>/dev/null)" = "$(cat "$run/$1.start" 2>/dev/null)" ]
}

# Starts a program in the background in a session of its own; its id and start time are kept, so
# that exactly this process is stopped later.
launch() { # launch NAME COMMAND...
    local name=$1
    shift
    # The id of an earlier process, killed without a goodbye, must not be taken for the new one's.
    rm -f "$run/$name.pid" "$run/$name.start"
    setsid -f sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$run/$name.pid" "$@" \
        </dev/null >>"$run/$name.log" 2>&1
    local tries=0
    until [ -s "$run/$name.pid" ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.02; done
    awk '{print $22}' "/proc/$(cat "$run/$name.pid")/stat" >"$run/$name.start" 2>/dev/null || true
}

halt() { # halt NAME
    alive "$1" || {
        rm -f "$run/$1.pid" "$run/$1.start"
        return 0
    }
    local pid tries=0
    pid=$(cat "$run/$1.pid")
    ${2:-} kill "$pid" 2>/dev/null || true
    while [ -d "/proc/$pid" ] && [ $((tries += 1)) -le 200 ]; do sleep 0.05; done
    if [ -d "/proc/$pid" ]; then ${2:-} kill -9 "$pid" 2>/dev/null || true; fi
    rm -f "$run/$1.pid" "$run/$1.start"
}

wait_for() { # wait_for SECONDS WHAT COMMAND...
    local limit=$1 what=$2 tries=0
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $((tries += 1)) -le $((limit * 20)) ] || return 1
        sleep 0.05
    done
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() { # free_port FIRST
    local port=$1
    until port_is_free "$port"; do port=$((port + 1)); done
    echo "$port"
}

# What the scripts of the stack share. Sourced, not run.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
STATE=${STATE:-.madoguchi}
PERSON=${PERSON:-mado}
bin=${BIN:-$root/.build/release}
case $STATE in /*) ;; *) STATE=$root/$STATE ;; esac
run=$STATE/run
temporary=${TMPDIR:-/tmp}
as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

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
    [ -n "$pid" ] && started_at "$pid" && [ "$time" = "$(cat "$run/$1.start" 2>/dev/null)" ]
}

# Sets `time` to when a process started; false where it is gone, or dead and only not buried.
started_at() { # started_at PID
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    # Behind the program's name, which may hold anything: the state, and 19 fields on the time.
    read -ra fields <<<"${stat##*) }"
    time=${fields[19]}
    [ "${fields[0]}" != Z ] && [ "${fields[0]}" != X ]
}

# Starts a program in the background in a session of its own; its id and start time are kept, so
# that exactly this process is stopped later. What is in `with` goes before: sudo asks for its
# password here, where there is a terminal.
with=()
launch() { # launch NAME COMMAND...
    local name=$1 tries=0
    shift
    # The id of an earlier process, killed without a goodbye, must not be taken for the new one's.
    rm -f "$run/$name.pid" "$run/$name.start"
    : >"$run/$name.pid"
    "${with[@]}" setsid -f sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$run/$name.pid" "$@" \
        </dev/null >>"$run/$name.log" 2>&1
    until [ -s "$run/$name.pid" ] || [ $((tries += 1)) -gt 100 ]; do sleep 0.02; done
    ! started_at "$(cat "$run/$name.pid")" || echo "$time" >"$run/$name.start"
}

halt() { # halt NAME
    alive "$1" || {
        rm -f "$run/$1.pid" "$run/$1.start"
        return 0
    }
    local pid tries=0
    pid=$(cat "$run/$1.pid")
    "${with[@]}" kill "$pid" 2>/dev/null || true
    while started_at "$pid" && [ $((tries += 1)) -le 200 ]; do sleep 0.05; done
    if started_at "$pid"; then "${with[@]}" kill -9 "$pid" 2>/dev/null || true; fi
    rm -f "$run/$1.pid" "$run/$1.start"
}

# --- what the stacks of one machine share ------------------------------------------------------

# A pcscd that a stack of this user started serves all of them; the last one stops it.
shared=$temporary/madoguchi-$(id -u)
enrolment=$shared/stacks/$(printf '%s' "$STATE" | cksum | tr ' ' -)
programs=(exchange madoguchid camera virtual-card slot clearinghouse)

is_up() { # is_up STATE: whether a program of that stack runs
    local run=$1/run name
    for name in "${programs[@]}"; do ! alive "$name" || return 0; done
    return 1
}

# One stack at a time starts or stops pcscd.
alone() { # alone COMMAND...
    exec 8>>"$shared.lock"
    flock 8
    "$@"
    exec 8>&-
}

start_pcscd() {
    "$bin/madoguchi" readers >/dev/null 2>&1 || {
        mkdir -p -m 700 "$shared"
        [ -O "$shared" ] && [ ! -L "$shared" ] || fail "$shared belongs to somebody else." "Set TMPDIR to a folder of your own." 2
        "${as_root[@]}" mkdir -p /run/pcscd
        with=("${as_root[@]}") run=$shared
        launch pcscd "$(command -v pcscd || echo /usr/sbin/pcscd)" --foreground 8>&-
        with=() run=$STATE/run
    }
    # Whoever started it: as long as this stack is up, no other one stops it.
    ! run=$shared alive pcscd || {
        mkdir -p "$shared/stacks"
        printf '%s\n' "$STATE" >"$enrolment"
    }
}

stop_pcscd() {
    local other
    rm -f "$enrolment"
    for other in "$shared"/stacks/*; do
        [ ! -f "$other" ] || ! is_up "$(cat "$other")" || return 0
    done
    with=("${as_root[@]}") run=$shared
    halt pcscd
    with=() run=$STATE/run
    rm -rf "$shared"
}

# A slot of the virtual reader is held by a process, so that it is free when the stack is gone,
# however it went. The lock is read by everybody: stacks of other users see that it is held.
take_slot() { # take_slot NUMBER
    local lock=$temporary/madoguchi-vpcd-$((35963 + $1)).lock
    [ -e "$lock" ] || (umask 022 && : >"$lock") 2>/dev/null || true
    # Not opened for writing: in /tmp that is refused for files of others.
    { exec 9<"$lock"; } 2>/dev/null || return 1
    if flock -n 9; then launch slot sleep infinity; fi
    exec 9<&-
    alive slot
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

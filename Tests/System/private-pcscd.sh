#!/bin/sh
# Runs a command beside a pcscd of its own: its own socket folder, its own network, its own vpcd
# reader on ports 35963 and 35964. No reader, card or pcscd of the machine is touched.
#
#   Tests/System/private-pcscd.sh COMMAND [ARGUMENT ...]
#
# The command finds in its environment
#   MADOGUCHI_PCSCD=private      the pcscd is ours and may be killed; or
#   MADOGUCHI_PCSCD=system       namespaces are not allowed here: the machine's pcscd answers
#   MADOGUCHI_PCSCD_PID_FILE     where the daemon's process id stands
#   MADOGUCHI_PCSCD_RESTART      a command that starts pcscd again after it was killed
#   MADOGUCHI_PCSCD_FOLDER       a folder that is gone afterwards
# With PCSCD_LOG=FILE the daemon writes what it does there. The status is the command's.
set -eu

if [ $# -eq 0 ]; then
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 2
fi

stage=${MADOGUCHI_PCSCD_STAGE:-outside}
self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")

if [ "$stage" = outside ]; then
    for program in pcscd unshare ip; do
        if ! command -v "$program" >/dev/null 2>&1 && ! [ -x "/usr/sbin/$program" ]; then
            echo "private-pcscd: $program is not installed" >&2
            exit 3
        fi
    done
    # Root makes namespaces at once; anybody else needs a user namespace around them.
    if [ "$(id -u)" = 0 ]; then flags=-mn; else flags=-Urmn; fi
    # In a chroot the root is no mount of its own, so how mounts spread cannot be changed there;
    # what is mounted below is unmounted at the end.
    for spread in private unchanged; do
        if unshare $flags --propagation $spread true 2>/dev/null; then
            MADOGUCHI_PCSCD_STAGE=inside \
                exec unshare $flags --propagation $spread -- "$self" "$@"
        fi
    done
    echo "private-pcscd: namespaces are not allowed here; the machine's pcscd is used" >&2
    MADOGUCHI_PCSCD=system
    export MADOGUCHI_PCSCD
    if [ -S /run/pcscd/pcscd.comm ]; then exec "$@"; fi
    echo "private-pcscd: none runs, so one is started for this command" >&2
    mkdir -p /run/pcscd
    PATH=$PATH:/usr/sbin pcscd -f >/dev/null 2>&1 &
    daemon=$!
    trap 'kill $daemon 2>/dev/null || true' EXIT
    tries=0
    until [ -S /run/pcscd/pcscd.comm ] || [ $tries -gt 100 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    status=0
    "$@" || status=$?
    exit $status
fi

unset MADOGUCHI_PCSCD_STAGE
PATH=$PATH:/usr/sbin:/sbin
folder=$(mktemp -d "${TMPDIR:-/tmp}/private-pcscd.XXXXXX")
daemon_pid_file=$folder/pcscd.pid

driver=
for candidate in /usr/lib/pcsc/drivers/serial/libifdvpcd.so \
    /usr/lib/*/pcsc/drivers/serial/libifdvpcd.so; do
    if [ -e "$candidate" ]; then driver=$candidate; fi
done
if [ -z "$driver" ]; then
    rm -rf "$folder"
    echo "private-pcscd: the vpcd driver is not installed (Debian: vsmartcard-vpcd)" >&2
    exit 3
fi

cleanup() {
    if [ -s "$daemon_pid_file" ]; then
        kill "$(cat "$daemon_pid_file")" 2>/dev/null || true
        sleep 0.1
        kill -9 "$(cat "$daemon_pid_file")" 2>/dev/null || true
    fi
    umount /run/pcscd 2>/dev/null || true
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

ip link set lo up
mkdir -p /run/pcscd 2>/dev/null || true
mount -t tmpfs tmpfs /run/pcscd

mkdir "$folder/reader.conf.d"
cat >"$folder/reader.conf.d/vpcd" <<CONF
FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:0x8C7B
LIBPATH      $driver
CHANNELID    0x8C7B
CONF

cat >"$folder/start" <<START
#!/bin/sh
# Starts the private pcscd and returns when its socket answers.
rm -f /run/pcscd/pcscd.comm /run/pcscd/pcscd.pid
(
    # Nothing of the caller's stays open: who waits for this script would wait for the daemon.
    for descriptor in 3 4 5 6 7 8 9; do eval "exec \$descriptor>&-"; done
    exec pcscd -f -c "$folder/reader.conf.d" </dev/null >>"${PCSCD_LOG:-/dev/null}" 2>&1
) &
echo \$! >"$daemon_pid_file"
tries=0
until [ -S /run/pcscd/pcscd.comm ]; do
    tries=\$((tries + 1))
    if [ \$tries -gt 100 ]; then echo "private-pcscd: pcscd does not start" >&2; exit 3; fi
    sleep 0.05
done
START
chmod 755 "$folder/start"
"$folder/start"

MADOGUCHI_PCSCD=private
MADOGUCHI_PCSCD_PID_FILE=$daemon_pid_file
MADOGUCHI_PCSCD_RESTART=$folder/start
MADOGUCHI_PCSCD_FOLDER=$folder
export MADOGUCHI_PCSCD MADOGUCHI_PCSCD_FOLDER MADOGUCHI_PCSCD_PID_FILE MADOGUCHI_PCSCD_RESTART

status=0
"$@" || status=$?
exit $status

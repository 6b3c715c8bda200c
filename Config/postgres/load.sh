#!/usr/bin/env bash
# Loads what is new of a terminal's access history into PostgreSQL: for a timer. The database says
# where to go on, so a load that failed is simply done again; where nothing is new, nothing is written
# into the history either.
#
#   load.sh [STATE]     of a stack's folder, or of the installed terminal
#
# psql reads PGHOST, PGDATABASE, PGUSER … as always.
set -euo pipefail
madoguchi=${MADOGUCHI:-madoguchi}
where=(--config /etc/madoguchi/madoguchid.json)
[ $# = 0 ] || where=(--state "$1")

key=$("$madoguchi" history key "${where[@]}")
origin=${key%%+*}
next=$(psql -X -A -t -v ON_ERROR_STOP=1 -v origin="$origin" \
    <<<"SELECT madoguchi.next_index(:'origin')")
# The script is whole before psql sees any of it: an export that fails halfway loads nothing.
script=$(mktemp)
trap 'rm -f "$script"' EXIT
"$madoguchi" history export postgres "$script" --from-entry "$next" --if-new "${where[@]}" >/dev/null
[ -s "$script" ] || exit 0
psql -X -q -A -t -v ON_ERROR_STOP=1 -f "$script"

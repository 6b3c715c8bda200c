#!/usr/bin/env bash
# Loads what is new of a terminal's access history into PostgreSQL: for a timer. The database says
# where to go on, so a load that failed is simply done again.
#
#   Config/postgres/load.sh STATE        (psql reads PGHOST, PGDATABASE, PGUSER … as always)
set -euo pipefail
state=${1:?name the folder of the terminal, as for madoguchi --state}
madoguchi=${MADOGUCHI:-madoguchi}

key=$("$madoguchi" history key --state "$state")
origin=${key%%+*}
next=$(psql -X -A -t -v ON_ERROR_STOP=1 -v origin="$origin" \
    <<<"SELECT madoguchi.next_index(:'origin')")
# The script is whole before psql sees any of it: an export that fails halfway loads nothing.
script=$(mktemp)
trap 'rm -f "$script"' EXIT
"$madoguchi" history export postgres "$script" --from-entry "$next" --state "$state" >/dev/null
psql -X -q -A -t -v ON_ERROR_STOP=1 -f "$script"

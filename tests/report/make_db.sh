#!/bin/sh
# The fixture as a database: make_db.sh OUT.db
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
rm -f "$1"
cat "$root/schema/tables.sql" "$root"/schema/views/*.sql "$root"/tests/report/fixture.sql "$root"/tests/report/software.sql | sqlite3 -bail "$1"

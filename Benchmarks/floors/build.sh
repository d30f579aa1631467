#!/bin/sh
# Builds the program that measures two of the floors. Usage: build.sh OUT. Needs Swift and libsqlite3-dev.
#
# The row scanner is the product's own source, compiled as the product's release programs are.
set -eu
if [ $# -ne 1 ]; then
    echo "usage: $0 OUT" >&2
    exit 64
fi
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
sources=$here/../../Sources
decode=$sources/SluiceIngest/Decode
exec swiftc -O -wmo -swift-version 6 -module-name floors \
    -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature InternalImportsByDefault \
    -import-objc-header "$here/sqlite.h" -I "$sources/CSluiceBytes/include" -o "$1" \
    "$here/main.swift" "$here/Scan.swift" "$here/Inserts.swift" \
    "$decode/RowScanner.swift" "$decode/Memory.swift" -lsqlite3

#!/bin/sh
# Builds sluice-watch. Usage: build.sh OUT. Needs a C compiler and libinotifytools0-dev.
set -eu
if [ $# -ne 1 ]; then
    echo "usage: $0 OUT" >&2
    exit 64
fi
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
exec "${CC:-cc}" -O2 -Wall -Wextra -Werror -o "$1" "$here/sluice-watch.c" -linotifytools

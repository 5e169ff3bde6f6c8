#!/usr/bin/env bash
# Installs what is missing, builds slad as it is released and the benchmark's own programs, and prints the folder they are
# in.  tests/bench/build.sh [FOLDER]
set -eu -o pipefail
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/../..")
build=$(readlink -m "${1:-$root/build/bench}")

"$root"/cmake/need.sh build-essential cmake ninja-build pkg-config libevent-dev libsqlite3-dev libcjson-dev libyaml-dev \
  python3 tzdata >&2
mkdir -p "$build"
{
  cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DSLAD_TESTS=OFF
  cmake --build "$build" --target slad
  for program in make_day pour ask limits; do
    if [ "$here/$program.c" -nt "$build/$program" ] || [ "$here/lines.h" -nt "$build/$program" ] ||
       [ "$here/histogram.h" -nt "$build/$program" ]; then
      cc -std=gnu17 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion \
        -Wno-missing-field-initializers -o "$build/$program" "$here/$program.c" $(pkg-config --cflags --libs libcjson sqlite3) -lm
    fi
  done
} >&2
echo "$build"

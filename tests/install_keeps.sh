#!/usr/bin/env bash
# A second installation leaves the administrator's configuration alone.  install_keeps.sh BUILD
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
install_again() { DESTDIR=$root cmake --install "$1" >/dev/null; }

install_again "$1"
etc=$(dirname "$(find "$root" -path '*/etc/slad/slad.yaml')")
[ -f "$etc/standards.d/calls.yaml" ] || { echo "no standards in $etc" >&2; exit 1; }
echo '# mine' >"$etc/slad.yaml"
echo '# mine' >"$etc/standards.d/calls.yaml"
rm "$etc/standards.d/parcels.yaml"

install_again "$1"
grep -qx '# mine' "$etc/slad.yaml" || { echo "slad.yaml was overwritten" >&2; exit 1; }
grep -qx '# mine' "$etc/standards.d/calls.yaml" || { echo "a standard was overwritten" >&2; exit 1; }
[ ! -e "$etc/standards.d/parcels.yaml" ] || { echo "a deleted standard came back" >&2; exit 1; }

#!/usr/bin/env bash
# Installs into an empty root and has systemd read the units as installed.  units_verify.sh BUILD
set -eu
build=$1
for tool in systemd-analyze systemd-sysusers; do
  command -v $tool >/dev/null || { echo "$tool is missing: apt-get install systemd" >&2; exit 1; }
done
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
DESTDIR=$root cmake --install "$build" >/dev/null

service=$(find "$root" -name slad.service)
[ -n "$service" ] || { echo "slad.service was not installed" >&2; exit 1; }
units=$(dirname "$service")
# The program is not on this machine's PATH; all else stays as installed.
sed -i -E "s|^(Exec[A-Za-z]*=)[^ ]*/slad |\1$build/slad |" "$service"
grep -q "^ExecStart=$build/slad --config /.*/slad.yaml$" "$service"

said=$(SYSTEMD_UNIT_PATH="$units:" systemd-analyze verify --man=no "$units"/slad* 2>&1) || failed=1
if [ -n "$said" ] || [ -n "${failed:-}" ]; then
  echo "$said" >&2
  exit 1
fi
systemd-sysusers --dry-run --root="$root" "$(find "$root" -path '*sysusers.d/slad.conf')"
systemd-analyze security --offline=yes --threshold=6 --no-pager "$service" | tail -1

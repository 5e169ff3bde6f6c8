#!/bin/sh
# Runs as root under the booted systemd (tests/boot/run): docs/OPERATIONS.md, step by step.
step() { echo "-- $*"; }
fail() { echo "FAILED: $*"; journalctl -u slad -n 40 --no-pager -o cat; exit 1; }
must() { "$@" || fail "$*"; }
must_not() { ! "$@" || fail "expected to fail: $*"; }
# Until a command succeeds; a minute at most.
until_true() { i=0; while ! eval "$1"; do i=$((i + 1)); [ $i -lt 240 ] || fail "never: $1"; sleep 0.25; done; }
send() { printf '%s\n' "$@" | socat - UNIX-CONNECT:/run/slad/events.sock; }
main_pid() { systemctl show -P MainPID slad; }
journal_rows() { sqlite3 -readonly /var/lib/slad/slad.db 'SELECT count(*) FROM events'; }

step install and start
must systemd-sysusers
must systemd-tmpfiles --create
must systemctl daemon-reload
must systemctl enable --now slad
must systemctl is-active --quiet slad
must slactl status
must [ "$(systemctl show -P User slad)" = slad ]
[ "$(stat -c %U:%G:%a /run/slad/slad.sock)" = slad:slad:660 ] || fail "the socket's owner and mode"
[ "$(stat -c %U:%a /var/lib/slad/slad.db)" = slad:640 ] || fail "the database's owner and mode"
must_not setpriv --reuid=65534 --regid=65534 --clear-groups slactl status >/dev/null 2>&1

step ingest
send '{"contact":"c1","event":"offered","channel":"phone","queue":"sales"}' '{"contact":"c1","event":"answered"}' \
  '{"contact":"c2","event":"offered","channel":"phone","queue":"sales"}'
until_true '[ "$(journal_rows)" = 3 ]'
must slactl explain c1

step a crash
before=$(main_pid)
kill -9 "$before"
until_true '[ "$(main_pid)" != 0 ] && [ "$(main_pid)" != "$before" ] && slactl status >/dev/null 2>&1'
must [ "$(journal_rows)" = 3 ]

step the watchdog
mkdir -p /etc/systemd/system/slad.service.d
printf '[Service]\nWatchdogSec=2\n' >/etc/systemd/system/slad.service.d/watchdog.conf
must systemctl daemon-reload
must systemctl restart slad
before=$(main_pid)
kill -STOP "$before"
until_true '[ "$(main_pid)" != 0 ] && [ "$(main_pid)" != "$before" ] && slactl status >/dev/null 2>&1'
journalctl -u slad --no-pager -o cat | grep -q -i watchdog || fail "the journal does not name the watchdog"
rm /etc/systemd/system/slad.service.d/watchdog.conf
must systemctl daemon-reload
must systemctl restart slad

step a reload, and one that is refused
cat >/etc/slad/standards.d/zz-boot.yaml <<'YAML'
standards:
  boot-test: {describe: made by the boot test, start: offered, stop: answered, within: 1m}
YAML
must systemctl reload slad
until_true 'slactl standards | grep -q boot-test'
echo '  typo: {strat: offered}' >>/etc/slad/standards.d/zz-boot.yaml
must_not systemctl reload slad
must slactl standards >/dev/null
journalctl -u slad --no-pager -o cat | grep -q 'zz-boot.yaml:3' || fail "the journal does not name the line"
sed -i '$d' /etc/slad/standards.d/zz-boot.yaml
must systemctl reload slad

step events wait at the socket unit while the daemon is down
must systemctl enable slad-events.socket
must systemctl stop slad
must systemctl start slad-events.socket slad
must systemctl stop slad
send '{"contact":"c3","event":"offered","channel":"phone","queue":"sales"}'
until_true 'slactl status >/dev/null 2>&1'
until_true '[ "$(journal_rows)" = 4 ]'

step no network, until the drop-in allows it
sed -i 's|^# - http: 127.0.0.1:8470|  - http: 127.0.0.1:8470|' /etc/slad/slad.yaml
must slad check /etc/slad/slad.yaml
must_not systemctl restart slad
journalctl -u slad --no-pager -o cat | grep -q network.conf || fail "the journal does not name the drop-in"
install -D -m 644 /usr/share/doc/slad/examples/network.conf /etc/systemd/system/slad.service.d/network.conf
must systemctl daemon-reload
systemctl reset-failed slad
must systemctl restart slad
must curl -fsS http://127.0.0.1:8470/v1/status -o /dev/null

step an upgrade over a running one
before=$(main_pid)
rm -rf /root/upgrade/etc # what an administrator edited stays
must cp -a --remove-destination /root/upgrade/. / # a program that runs is not written to: it gets another file
must systemctl daemon-reload
must [ "$(main_pid)" = "$before" ]
must_not [ /proc/"$before"/exe -ef /usr/bin/slad ]
must slactl status >/dev/null
must systemctl restart slad
must [ "$(main_pid)" != "$before" ]
must [ /proc/"$(main_pid)"/exe -ef /usr/bin/slad ]
slactl standards | grep -q boot-test || fail "a standard of the administrator's is gone"
must [ "$(journal_rows)" = 4 ]
must slactl status

step removal
must systemctl disable --now slad slad-events.socket
xargs -d '\n' rm -f </root/install_manifest.txt
rm -rf /etc/systemd/system/slad.service.d /root/upgrade
must systemctl daemon-reload
rm -rf /var/lib/slad /run/slad /etc/slad
must userdel slad
must_not systemctl cat slad >/dev/null 2>&1
must_not id slad >/dev/null 2>&1
[ -z "$(find / -xdev -name 'slad*' -not -path '/proc/*' -not -path '/sys/*' -not -path '/root/*' -not -path '/var/log/*' -type f 2>/dev/null)" ] ||
  fail "left behind: $(find / -xdev -name 'slad*' -type f -not -path '/root/*' 2>/dev/null | head)"
echo "all of it held"

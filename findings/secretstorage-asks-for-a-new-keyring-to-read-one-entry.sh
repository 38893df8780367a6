#!/usr/bin/env bash
# secretstorage 3.3.3 (PyPI, what Python's keyring uses on Linux) against the
# gnome-keyring of this system, in a new account: the Secret Service runs, and nobody
# has made a default collection yet.
#
# One would guess that asking for the default collection, to read an entry, says that
# there is none. It asks the desktop to make one instead, which opens a prompt for a
# new password; without a display that prompt is dismissed at once, and the caller is
# told PromptDismissedException: as if a person had said no.
#
# "Denied" is then the wrong answer to give to an admin, and a retry the wrong remedy.
set -euo pipefail
for tool in gnome-keyring-daemon dbus-run-session python3; do
  command -v "$tool" >/dev/null || { echo "this needs $tool" >&2; exit 2; }
done
cd "$(mktemp -d)"
gnome-keyring-daemon --version | head -n 1
python3 -m venv venv
venv/bin/pip --quiet install secretstorage==3.3.3 jeepney==0.9.0
cat >ask.py <<'PYTHON'
import secretstorage

bus = secretstorage.dbus_init()
labels = lambda: sorted(one.get_label() for one in secretstorage.get_all_collections(bus))
print("before", labels())
try:
    secretstorage.get_default_collection(bus)
    print("there is one")
except secretstorage.exceptions.SecretStorageException as error:
    print(type(error).__name__)
print("after", labels())
PYTHON
cat >session.sh <<'SH'
mkdir -m 700 home
export HOME=$PWD/home XDG_RUNTIME_DIR=$PWD/home XDG_DATA_HOME=$PWD/home/share
unset DISPLAY WAYLAND_DISPLAY
gnome-keyring-daemon --foreground --components=secrets </dev/null >/dev/null 2>&1 &
daemon=$!
for _ in $(seq 50); do
  dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q true && break
  sleep 0.1
done
venv/bin/python ask.py
kill "$daemon"
SH
seen=$(dbus-run-session -- bash session.sh 2>/dev/null)
printf '%s\n' "$seen"
# The one that is there is the session's own, which has no name and no file.
expected="before ['']
PromptDismissedException
after ['']"
[ "$seen" = "$expected" ] || { echo "it does something else now" >&2; exit 1; }
echo "secretstorage 3.3.3 told a missing collection as a dismissed prompt"

# Writes the .env of a folder: beside it, compared, then in its place. The
# file that was there stays beside it under another name.
# $1: the folder. $2: "keep" refuses when the owner could not stay, "any" does not.
# Standard input: a line `<digest of the file that is there, or none> <digest of
# the new one> <stamp>`, then the new file in base64.
# What a login's profile prints stands before the mark.
LC_ALL=C
export LC_ALL
umask 077
printf '\n==selvage put\n'
say() { printf '%s\n%s\n' "$1" "$2"; exit 0; }
digest() { sha256sum < "$1" | cut -d ' ' -f 1; }
# Whoever is not root may only not see it.
unseen() { if [ "$(id -u)" = 0 ]; then say "$1"; else say denied "$2"; fi; }
read -r expected new stamp
case $1 in -*) folder=./$1 ;; *) folder=$1 ;; esac
[ -d "$folder" ] || unseen nofolder "the folder is not there, or cannot be seen"
[ -x "$folder" ] || say denied "the folder cannot be entered"
file=$folder/.env
if [ -L "$file" ]; then
  file=$(readlink -f -- "$file")
  [ -n "$file" ] && [ -d "${file%/*}" ] && [ -x "${file%/*}" ] || unseen dangling "the link's target cannot be seen"
fi
there=none
if [ -e "$file" ]; then
  [ -f "$file" ] || say special
  [ -r "$file" ] || say denied "the file that is there cannot be read"
  there=$(digest "$file")
fi
[ "$there" = "$expected" ] || say moved
beside=${file%/*}
[ -w "$beside" ] || say denied "$beside cannot be written to"
like=$beside
[ "$there" = none ] || like=$file
draft=$(mktemp "$beside/.env.selvage-XXXXXX") || say denied "$beside cannot be written to"
trap 'rm -f -- "$draft"' EXIT
trap 'exit 1' HUP INT TERM PIPE
base64 -d > "$draft" || say failed "the new file could not be written; is the disk full?"
[ "$(digest "$draft")" = "$new" ] || say failed "the new file arrived incomplete"
owner=$(stat -c '%u:%g' -- "$like")
if [ "$(stat -c '%u:%g' -- "$draft")" != "$owner" ] && ! chown -- "$owner" "$draft" 2>/dev/null; then
  [ "$2" = any ] || say otherowner
fi
chmod 600 "$draft" || say failed "the new file could not be protected"
# The whole machine's disks may be slow to settle; this file's is enough.
settle() { sync "$1" 2>/dev/null || sync; }
settle "$draft"
kept=
if [ "$there" = none ]; then
  [ ! -e "$file" ] || say moved
else
  kept=$file.before-$stamp
  [ ! -e "$kept" ] || say failed "$kept is there already"
  cp -p -- "$file" "$kept" && chmod 600 "$kept" || { rm -f -- "$kept"; say failed "the file that is there could not be kept aside"; }
  [ "$(digest "$kept")" = "$there" ] || { rm -f -- "$kept"; say moved; }
fi
mv -f -- "$draft" "$file" || { [ -z "$kept" ] || rm -f -- "$kept"; say failed "the new file could not take its place"; }
trap - EXIT
settle "$beside"
[ "$(digest "$file")" = "$new" ] || say unclear "$kept"
printf 'done\n%s\n%s\n%s\n%s\n' "$(stat -c '%a' -- "$file")" "$(stat -c '%U:%G' -- "$file")" "$file" "$kept"

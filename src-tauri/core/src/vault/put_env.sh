# Writes the .env of a folder: beside it, compared, then in its place. The
# file that was there stays beside it under another name.
# $1: the folder. $2: "keep" refuses when the owner could not stay, "any" does not.
# Standard input: a line `<digest of the file that is there, or none> <digest of
# the new one> <stamp>`, then the new file in base64.
LC_ALL=C
export LC_ALL
umask 077
say() { printf '%s\n' "$*"; exit 0; }
digest() { sha256sum < "$1" | cut -d ' ' -f 1; }
read -r expected new stamp
case $1 in -*) folder=./$1 ;; *) folder=$1 ;; esac
[ -d "$folder" ] || say nofolder
file=$folder/.env
if [ -L "$file" ]; then
  file=$(readlink -f -- "$file")
  [ -n "$file" ] || say dangling
fi
there=none
if [ -e "$file" ]; then
  [ -f "$file" ] || say special
  there=$(digest "$file") || say denied "the file that is there cannot be read"
  [ -n "$there" ] || say denied "the file that is there cannot be read"
fi
[ "$there" = "$expected" ] || say moved
beside=${file%/*}
if [ ! -w "$beside" ] || [ ! -x "$beside" ]; then say denied "$beside cannot be written to"; fi
like=$beside
[ "$there" = none ] || like=$file
draft=$(mktemp "$beside/.env.selvage-XXXXXX") || say denied "$beside cannot be written to"
trap 'rm -f -- "$draft"' EXIT
trap 'exit 1' HUP INT TERM
base64 -d > "$draft" || say failed "the new file could not be written; is the disk full?"
[ "$(digest "$draft")" = "$new" ] || say failed "the new file arrived incomplete"
owner=$(stat -c '%u:%g' -- "$like")
if [ "$(stat -c '%u:%g' -- "$draft")" != "$owner" ] && ! chown -- "$owner" "$draft" 2>/dev/null; then
  [ "$2" = any ] || say otherowner
fi
chmod 600 "$draft" || say failed "the new file could not be protected"
kept=
if [ "$there" != none ]; then
  kept=$file.before-$stamp
  [ ! -e "$kept" ] || say failed "$kept is there already"
  cp -p -- "$file" "$kept" && chmod 600 "$kept" || { rm -f -- "$kept"; say failed "the file that is there could not be kept aside"; }
  [ "$(digest "$kept")" = "$there" ] || { rm -f -- "$kept"; say moved; }
fi
sync
mv -f -- "$draft" "$file" || { [ -z "$kept" ] || rm -f -- "$kept"; say failed "the new file could not take its place"; }
trap - EXIT
sync
[ "$(digest "$file")" = "$new" ] || say failed "what lies there is not what was written"
printf 'done %s %s\n%s\n' "$(stat -c '%a %U:%G' -- "$file")" "$file" "$kept"

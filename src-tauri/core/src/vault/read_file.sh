# Says what a file of a folder is, and its bytes behind that. Changes nothing.
# $1: the folder. $2: the file's name in it, or its whole path. $3: bytes to print at most.
# What a login's profile prints stands before the mark.
LC_ALL=C
export LC_ALL
printf '\n==selvage file\n'
say() { printf '%s\n%s\n' "$1" "$2"; exit 0; }
may_root() { [ "$(id -u)" != 0 ] && sudo -n true 2>/dev/null; }
case $1 in -*) folder=./$1 ;; *) folder=$1 ;; esac
case $2 in
  /*) file=$2 folder=$(dirname -- "$2") ;;
  *) file=$folder/$2 ;;
esac
if [ -L "$file" ]; then
  target=$(readlink -f -- "$file")
  if [ -z "$target" ] || [ ! -e "$target" ]; then
    # The link may lead to where this login cannot look.
    if may_root; then say hidden "the link's target cannot be seen"; fi
    say dangling "$(readlink -- "$file")"
  fi
  file=$target
fi
if [ ! -e "$file" ]; then
  if [ -x "$folder" ]; then say missing; fi
  if [ -d "$folder" ]; then say hidden "the folder cannot be entered"; fi
  if may_root; then say hidden "the folder cannot be seen"; fi
  say nofolder
fi
[ -d "$file" ] && say folder
[ -f "$file" ] || say special
[ -r "$file" ] || say hidden "permission denied"
printf 'file\n%s\n%s\n' "$(stat -c '%s %Y %a' -- "$file")" "$(stat -c '%U:%G' -- "$file")"
printf '%s\n' "$file"
exec head -c "$3" -- "$file"

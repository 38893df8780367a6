# Says what the .env of a folder is, and its bytes after the first line. Changes nothing.
# $1: the folder. $2: bytes to print at most.
LC_ALL=C
export LC_ALL
case $1 in -*) folder=./$1 ;; *) folder=$1 ;; esac
file=$folder/.env
if [ -L "$file" ]; then
  target=$(readlink -f -- "$file")
  if [ -z "$target" ] || [ ! -e "$target" ]; then
    # The link may lead to where this login cannot look.
    [ "$(id -u)" = 0 ] || ! sudo -n true 2>/dev/null || { echo "hidden the link's target cannot be seen"; exit 0; }
    printf 'dangling %s\n' "$(readlink -- "$file")"
    exit 0
  fi
  file=$target
fi
if [ ! -e "$file" ]; then
  if [ -x "$folder" ]; then echo missing; else echo "hidden the folder cannot be entered"; fi
  exit 0
fi
if [ ! -f "$file" ]; then echo special; exit 0; fi
if [ ! -r "$file" ]; then echo "hidden permission denied"; exit 0; fi
printf 'file %s %s\n' "$(stat -c '%s %Y %a %U:%G' -- "$file")" "$file"
exec head -c "$2" -- "$file"

# What this host is, in one round trip. Looks, and changes nothing.
# $1: the folder with compose.yml
# Each section begins with "==selvage NAME"; commands say their exit status first.
LC_ALL=C
export LC_ALL
section() { printf '==selvage %s\n' "$1"; }
try() {
  said=$("$@" </dev/null 2>&1)
  status=$?
  printf '%s\n%s\n' "$status" "$said"
  return $status
}

section clock
date +%s
section login
id -un
section home
printf '%s\n' "$HOME"

section docker
sudo=
if ! try docker version --format '{{.Server.Version}}'; then
  section docker_sudo
  if try sudo -n docker version --format '{{.Server.Version}}'; then sudo='sudo -n'; else docker=no; fi
fi
section sudo
try sudo -n true

compose=
if [ "$docker" != no ]; then
  section compose_v2
  if try $sudo docker compose version --short; then
    compose="$sudo docker compose"
  else
    section compose_v1
    if try $sudo docker-compose version --short; then compose="$sudo docker-compose"; fi
  fi
  # Where deployments run, should the folder be mistyped, and whether Compose may read them there.
  section projects
  $sudo docker ps -a --filter label=com.docker.compose.service=worker \
    --format '{{.Label "com.docker.compose.project.working_dir"}}' </dev/null 2>/dev/null | sort -u |
    while IFS= read -r dir; do
      if $sudo test -r "$dir/.env" </dev/null 2>/dev/null; then echo "readable $dir"; else echo "hidden $dir"; fi
    done
fi

section folder
folder=$1
case $folder in -*) folder=./$folder ;; esac
if CDPATH= cd -- "$folder" 2>&1; then
  echo entered
  section compose_file
  for file in compose.yaml compose.yml docker-compose.yml docker-compose.yaml \
    compose.override.yml compose.override.yaml docker-compose.override.yml docker-compose.override.yaml; do
    if [ -f "$file" ]; then echo "$file"; fi
  done
  # Other files may be named in this login's environment, or in .env.
  section compose_environment
  printf '%s\n%s\n' "${COMPOSE_FILE-}" "${COMPOSE_PATH_SEPARATOR-}"
  section compose_env
  grep -E '^[[:space:]]*(export[[:space:]]+)?COMPOSE_(FILE|PATH_SEPARATOR)[[:space:]]*[=:]' .env 2>/dev/null
  if [ -n "$compose" ]; then
    section containers
    said=$($compose ps -a -q </dev/null 2>&1)
    status=$?
    printf '%s\n%s\n' "$status" "$said"
    # Warnings stand between the ids.
    ids=
    [ "$status" = 0 ] && ids=$(printf '%s\n' "$said" | grep -E '^[0-9a-f]{12,64}$')
    # Compose may know the project by another name, when it cannot read .env: the labels tell all the same.
    for dir in "$folder" "$(pwd -P)"; do
      [ -n "$ids" ] || ids=$($sudo docker ps -a -q --no-trunc --filter "label=com.docker.compose.project.working_dir=${dir%/}" </dev/null 2>/dev/null)
    done
    section inspect
    [ -n "$ids" ] && $sudo docker inspect --format '{"id":{{json .Id}},"labels":{{json .Config.Labels}},"state":{{json .State}},"mounts":{{json .Mounts}},"networks":{{json .NetworkSettings.Networks}}}' $ids </dev/null 2>&1
    backup=$([ -n "$ids" ] && $sudo docker inspect --format '{{range .Mounts}}{{if eq .Destination "/var/lib/weavestream/backup"}}{{.Source}}{{"\n"}}{{end}}{{end}}' $ids </dev/null 2>/dev/null | sed '/^$/d' | head -n 1)
    if [ -n "$backup" ]; then
      section dumps_direct
      newest=$(ls -t -- "$backup" 2>/dev/null | grep '^weavestream-postgres-.*\.dump$' | head -n 1)
      if [ -z "$newest" ]; then echo unseen; elif [ -r "$backup/$newest" ]; then echo readable; else echo unreadable; fi
      section dumps_sudo
      if sudo -n test -r "$backup" </dev/null 2>/dev/null; then echo readable; else echo unreadable; fi
      section space
      df -Pk "$backup" 2>&1 | tail -n 1
    fi
  fi
fi
section end

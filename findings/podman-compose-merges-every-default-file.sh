#!/usr/bin/env bash
# podman-compose 1.5.0 (PyPI), asked for nothing but `config` in a folder that holds
# both compose.yml and docker-compose.yml.
#
# One would guess, as Compose v1 and v2 do, that it takes the first name that it
# prefers. It takes every name of its list that exists and merges them in the order
# of that list: a docker-compose.yml that was left over adds its services, and what it
# says of a service wins over compose.yml. Nothing is printed about it.
#
# Whoever copies "the Compose file" of such a host off it has another project.
set -euo pipefail
cd "$(mktemp -d)"
python3 -m venv venv
venv/bin/pip --quiet install podman-compose==1.5.0 PyYAML==6.0.2 python-dotenv==1.0.1

# `config` asks podman for nothing but its version.
mkdir bin project
printf '#!/bin/sh\n[ "$1" = --version ] && echo "podman version 4.9.0"\n' >bin/podman
chmod +x bin/podman
cat >project/compose.yml <<'YAML'
services:
  postgres:
    image: postgres:16
YAML
cat >project/docker-compose.yml <<'YAML'
services:
  postgres:
    image: postgres:13
  left_over:
    image: busybox:1
YAML
cd project
seen=$(PATH="$PWD/../bin:$PATH" ../venv/bin/podman-compose config 2>/dev/null)
printf '%s\n' "$seen"
expected='services:
  left_over:
    image: busybox:1
  postgres:
    image: postgres:13'
[ "$(printf '%s' "$seen" | sed '/^$/d')" = "$expected" ] || { echo "it does something else now" >&2; exit 1; }
echo "podman-compose 1.5.0 merged both files; docker-compose.yml won"

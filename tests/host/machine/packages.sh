# Sourced by the entries: installs from the distribution what this machine lacks, quietly, and only then.

export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# package_for COMMAND PACKAGE: remembers PACKAGE when COMMAND is not there.
package_for() { command -v "$1" > /dev/null 2>&1 || missing_packages+=("$2"); }

install_missing_packages() {
  missing_packages=()
  # An engine that answers needs no dockerd of ours.
  docker info > /dev/null 2>&1 || package_for dockerd docker.io
  package_for docker docker.io
  docker compose version > /dev/null 2>&1 || package_for docker-compose docker-compose
  package_for iptables iptables
  package_for ip iproute2
  package_for debootstrap debootstrap
  package_for sshd openssh-server
  package_for ssh openssh-client
  package_for sudo sudo
  package_for useradd passwd
  package_for flock util-linux
  package_for node nodejs
  package_for npm npm
  [ "${#missing_packages[@]}" -eq 0 ] && return 0
  if ! command -v apt-get > /dev/null 2>&1; then
    echo "tests/host: missing ${missing_packages[*]}, and this machine has no apt-get to install them" >&2
    return 1
  fi
  # One at a time over all hosts that start now; apt refuses a second one instead of waiting.
  mkdir -p /run/selvage-host
  exec 8> /run/selvage-host/apt.lock
  flock 8
  echo "tests/host: installing ${missing_packages[*]}" >&2
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing_packages[@]}"; } \
    > /run/selvage-host/apt.log 2>&1; then
    echo "tests/host: cannot install ${missing_packages[*]} (see /run/selvage-host/apt.log)" >&2
    return 1
  fi
  exec 8>&-
}

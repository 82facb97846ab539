#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# examples/two-hosts.sh: runs two-hosts-east.toml and two-hosts-west.toml on this machine, each in a
# network namespace of its own. A pair of virtual Ethernet devices joins them. Needs no root, but user
# namespaces, and the command ip (Debian: iproute2).
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
tombolo=$here/../tombolo

if [ -z "${TWO_HOSTS_INSIDE:-}" ]; then
  for command in unshare ip nsenter; do
    command -v "$command" >/dev/null || {
      echo "two-hosts.sh: $command is missing: install util-linux and iproute2" >&2
      exit 2
    }
  done
  "$tombolo" --version >/dev/null # builds it, where that is necessary, outside the namespaces
  TWO_HOSTS_INSIDE=1
  export TWO_HOSTS_INSIDE
  exec unshare --user --map-root-user --net "$0" "$@"
fi

# This namespace is east's. A process that sleeps holds west's.
unshare --net sleep 1000000 &
holder=$!
trap 'kill "$holder" ${west:-} 2>/dev/null || true' EXIT
while [ "$(readlink "/proc/$holder/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do
  kill -0 "$holder" # ends here where there can be no namespace
done
ip link add east type veth peer name west netns "$holder"
ip address add 10.9.7.1/24 dev east
ip link set east up
ip link set lo up
nsenter --net --target "$holder" sh -c \
  'ip address add 10.9.7.2/24 dev west && ip link set west up && ip link set lo up'

nsenter --net --target "$holder" "$tombolo" run --timeout 120s "$here/two-hosts-west.toml" "$@" &
west=$!
status=0
"$tombolo" run --timeout 120s "$here/two-hosts-east.toml" "$@" || status=$?
wait "$west" || status=$?
west=
exit "$status"

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Both VMs of linux-network.toml run this script, with programs that know nothing but TCP. The kernel
# passes options that it does not know from its command line on as environment variables: $role, and
# $bytes, the size of the file.

fail() {
  echo "$1"
  exit 1
}

sum() {
  sha256sum "$1" | cut -d ' ' -f 1
}

mkdir -p /files
ip link set lo up
ip link set eth0 up || fail "There is no network card."

case $role in
  serve)
    ip addr add 10.9.8.1/24 dev eth0
    head -c "$bytes" /dev/urandom >/files/file || fail "There was no room for all of the file."
    sum /files/file >/files/sum
    echo "I serve $(stat -c %s /files/file) bytes with the SHA-256 sum $(cat /files/sum)."
    httpd -h /files
    nc -l -p 5000 >/dev/null # until the other side is done
    ;;
  fetch)
    ip addr add 10.9.8.2/24 dev eth0
    until wget -q -O /files/sum http://10.9.8.1/sum; do sleep 0.2; done
    ping -c 1 10.9.8.1 | grep received
    wget -q -O /files/file http://10.9.8.1/file || fail "The file did not come."
    [ "$(sum /files/file)" = "$(cat /files/sum)" ] || fail "I fetched something else."
    echo "I fetched $(stat -c %s /files/file) bytes with the same sum."
    until nc 10.9.8.1 5000 </dev/null; do sleep 0.2; done
    ;;
  *) fail "role=serve or role=fetch is missing" ;;
esac

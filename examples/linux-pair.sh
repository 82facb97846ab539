#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Both VMs of linux-pair.toml run this script. The kernel passes options that it does not know from
# its command line on as environment variables: $role, and $bytes, the size of the file.

fail() {
  echo "$1"
  exit 1
}

sum() {
  sha256sum "$1" | cut -d ' ' -f 1
}

# The files use pages of 2 MiB: filling small pages would take the kernels longer than all the rest.
mkdir /files
mount -t tmpfs -o huge=always,size=90% files /files || fail "There is no room for files."

case $role in
  send)
    head -c "$bytes" /dev/urandom >/files/file || short="There was no room for all of the file."
    sum=$(sum /files/file)
    echo "I send $(stat -c %s /files/file) bytes with the SHA-256 sum $sum."
    ivc-send --name file --timeout 300 /files/file || fail "The file did not get through."
    echo "$sum" | ivc-send --name sum --timeout 300 --lines || fail "The sum did not get through."
    [ -z "$short" ] || fail "$short" # only now: the other side waits for the file and the sum
    ;;
  receive)
    ivc-recv --name file --timeout 3600 -o /files/file || fail "The file did not come."
    wanted=$(ivc-recv --name sum --timeout 300) || fail "The sum did not come."
    found=$(sum /files/file)
    [ "$found" = "$wanted" ] || fail "I received something else: its sum is $found."
    echo "I received $(stat -c %s /files/file) bytes with the same sum."
    ;;
  *) fail "role=send or role=receive is missing" ;;
esac

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Both VMs of linux-vsock.toml run this script, with programs that know AF_VSOCK and nothing else.
# The kernel passes options that it does not know from its command line on as environment variables:
# $role, and $bytes, the size of the file.

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
    vsock-send --timeout 300 4 5000 /files/file || fail "The file did not get through."
    echo "$sum" | vsock-send --timeout 300 4 5001 || fail "The sum did not get through."
    [ -z "$short" ] || fail "$short" # only now: the other side waits for the file and the sum
    ;;
  receive)
    vsock-recv -o /files/file 5000 || fail "The file did not come."
    wanted=$(vsock-recv 5001) || fail "The sum did not come."
    found=$(sum /files/file)
    [ "$found" = "$wanted" ] || fail "I received something else: its sum is $found."
    echo "I received $(stat -c %s /files/file) bytes with the same sum."
    ;;
  *) fail "role=send or role=receive is missing" ;;
esac

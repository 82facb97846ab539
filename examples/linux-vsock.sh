#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What the two VMs of linux-vsock.toml run: programs that know of AF_VSOCK and of nothing else. The
# kernel hands on what it does not know of its command line as environment variables: $role, and
# $bytes of the file.

fail() {
  echo "$1"
  exit 1
}

sum() {
  sha256sum "$1" | cut -d ' ' -f 1
}

# In pages of 2 MiB: to fill small ones would take the kernels longer than all the rest.
mkdir /files
mount -t tmpfs -o huge=always,size=90% files /files || fail "There is no room for files."

case $role in
  send)
    head -c "$bytes" /dev/urandom >/files/file || short="There was no room for all of the file."
    sum=$(sum /files/file)
    echo "I send $(stat -c %s /files/file) bytes with the SHA-256 sum $sum."
    vsock-send --timeout 300 4 5000 /files/file || fail "The file did not get through."
    echo "$sum" | vsock-send --timeout 300 4 5001 || fail "The sum did not get through."
    [ -z "$short" ] || fail "$short" # now that the other side has not waited in vain
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

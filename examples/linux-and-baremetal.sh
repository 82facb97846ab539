#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The Linux VM of linux-and-baremetal.toml runs this script.

fail() {
  echo "$1"
  exit 1
}

ivc-recv --name tides --timeout 120 -o /tmp/tides || fail "The tide table did not come."
echo "The tide gauge sent $(wc -l </tmp/tides) lines. High water:"
sort -k 2 -n -r /tmp/tides | head -n 1
[ "$(wc -l </tmp/tides)" = 1000 ] || fail "There should be 1000."
grep high /tmp/tides | ivc-send --name warnings --timeout 120 --lines ||
  fail "The warnings did not get through."

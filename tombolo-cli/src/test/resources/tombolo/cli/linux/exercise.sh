#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What a Linux guest is put through. It prints the same on every machine that is right, so nothing
# here may depend on speed or on which hart does what.

echo "== begin"
echo "harts: $(nproc)"

echo "== page faults"
dd if=/dev/zero of=/tmp/zeros bs=64k count=128 2>/dev/null
md5sum </tmp/zeros
seq 1 20000 | sort -rn | md5sum

echo "== processes"
sum=0
i=0
while [ $i -lt 120 ]; do
  (exit $((i % 7)))
  sum=$((sum + $?))
  i=$((i + 1))
done
echo "of 120, one after the other: $sum"
for i in $(seq 1 60); do
  (sleep 0.0$((i % 10)); echo $i >"/tmp/storm$i") &
done
wait
cat /tmp/storm* | awk '{ s += $1 } END { print "of 60 at once: " s }'

echo "== floating point"
for i in 1 2 3 4; do
  awk 'BEGIN { for (i = 1; i < 6000; i++) x += 1 / i * (i - 0.7) / (i * i + 1.5) - x / 3;
               printf "%.15g %.3f\n", x, x * 1e6 }' >"/tmp/float$i" &
done
wait
cat /tmp/float*

echo "== pipes"
seq 1 30000 | gzip -9 | gunzip | tr 1-5 6-9 | sha256sum
yes tombolo | head -c 2000000 | sha1sum
mkfifo /tmp/there /tmp/back
(
  exec </tmp/there >/tmp/back
  while read -r n; do echo $((n + 1)); done
) &
exec 3>/tmp/there 4</tmp/back
n=0
while [ $n -lt 500 ]; do
  echo $n >&3
  read -r n <&4
done
exec 3>&- 4<&-
wait
echo "round trips: $n"

echo "== signals"
trap 'echo "got one"' USR1
kill -USR1 $$
(
  sleep 1000 &
  kill -TERM $!
  wait $!
  echo "terminated: $?"
) 2>/dev/null # whether the shell says so depends on when it looks
sh -c 'kill -SEGV $$'
echo "faulted: $?"

echo "== timers"
timeout 0.2 sleep 100
echo "timed out: $?"
before=$(cut -d ' ' -f 1 /proc/uptime)
sleep 0.3
cut -d ' ' -f 1 /proc/uptime | awk -v before="$before" '{ print "slept long enough: " ($1 - before >= 0.29) }'

[ -x /bin/threads ] && /bin/threads
echo "== end"

# What each machine says for itself: which interrupt controller it has, and what that has brought.
dmesg | grep -E 'imsic|aplic|plic'
cat /proc/interrupts

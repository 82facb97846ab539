# SPDX-License-Identifier: Apache-2.0
# Prints how large the terminal is, and again each time the kernel says that it has changed.
trap 'echo "changed: $(stty size)"' WINCH
echo "size: $(stty size)"
while :; do
  sleep 1000 &
  wait $! # which the signal ends, and not the sleep
done

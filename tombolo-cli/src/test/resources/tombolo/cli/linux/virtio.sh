# SPDX-License-Identifier: Apache-2.0
# What a guest does with its virtio devices. VirtioLinuxTest knows what has to come out.
echo "== begin"

sum() {
  echo 3 > /proc/sys/vm/drop_caches # so that the disk is read, and not what is remembered of it
  echo "$1: $(sha256sum < "$2" | cut -d ' ' -f 1)"
}

echo "vectors: $(grep -c MSIX /proc/interrupts)"
echo "serial: $(cat /sys/block/vda/serial)"
echo "sectors: $(cat /sys/block/vda/size)"
sum "vda before" /dev/vda
sum "vdb before" /dev/vdb

# In the middle of the disk, with requests of many segments, and flushed.
seq 1 1000000 | head -c 3145728 > /tmp/data
dd if=/tmp/data of=/dev/vda bs=1M seek=2 conv=notrunc,fsync 2> /dev/null || echo "dd: $?"
# Single sectors, the first and the last.
printf 'the first sector' | dd of=/dev/vda bs=512 conv=notrunc,sync,fsync 2> /dev/null
printf 'the last sector' | dd of=/dev/vda bs=512 seek=16383 conv=notrunc,sync,fsync 2> /dev/null
sum "vda after" /dev/vda

echo "vdb read-only: $(cat /sys/block/vdb/ro)"
dd if=/dev/zero of=/dev/vdb bs=512 count=1 conv=notrunc,fsync 2> /dev/null && echo "vdb was written"
sum "vdb after" /dev/vdb

echo "rng: $(cat /sys/class/misc/hw_random/rng_current)"
head -c 64 /dev/hwrng > /tmp/one
head -c 64 /dev/hwrng > /tmp/two
echo "rng bytes: $(cat /tmp/one /tmp/two | wc -c)"
cmp -s /tmp/one /tmp/two && echo "rng repeats itself"

echo "tty: $(tty)"
read -r line
echo "typed: $line"
seq 1 3000 > /dev/hvc0
echo "== end"

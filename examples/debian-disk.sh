#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
#   examples/debian-disk.sh [FILE]      makes the disk of debian-disk.toml (default: debian-disk.img next to it)
#
# The disk has an ext4 file system of 16 MiB, with Debian's busybox and an init that is a script. It is made
# without root, by mke2fs (Debian package e2fsprogs).
set -eu

here=$(cd "$(dirname "$0")" && pwd)
disk=${1:-$here/debian-disk.img}
busybox=$("$here/../guests/linux/fetch" --where)/busybox
PATH=$PATH:/usr/sbin:/sbin

fail() {
  printf 'examples/debian-disk.sh: %s\n' "$1" >&2
  exit 1
}

[ -e "$busybox" ] || fail "there is no busybox for the disk. Run guests/linux/fetch first."
command -v mke2fs >/dev/null || fail "there is no mke2fs here. Install the package e2fsprogs."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for directory in bin dev proc root sbin sys tmp var; do
  mkdir -p "$work/root/$directory"
done
cp "$busybox" "$work/root/bin/busybox"
ln -s busybox "$work/root/bin/sh"
cat >"$work/root/sbin/init" <<'END'
#!/bin/sh
# Counts how often it has run, and ends the VM.
export PATH=/bin
busybox --install -s /bin
echo "I am process $$, and my root is $(grep ' / ' /proc/mounts | grep -v rootfs | cut -d ' ' -f 1,3)."
date +'It is %Y.'
echo boot >>/var/boots
sync
echo "This disk has booted $(wc -l </var/boots) time(s)."
mount -o remount,ro /
poweroff -f
END
chmod +x "$work/root/sbin/init"
truncate -s 16M "$work/disk"
mke2fs -q -t ext4 -E root_owner=0:0 -d "$work/root" "$work/disk"
mv "$work/disk" "$disk"

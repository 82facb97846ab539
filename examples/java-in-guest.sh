#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
#   examples/java-in-guest.sh      runs java-in-guest.toml, where Java in a VM and Java on the host
#                                  exchange messages
#
# The guest's half is java-in-guest/Guest.java, the host's java-in-guest/Host.java. Needs a JDK, Maven
# and what "guests/linux/fetch --java" fetches.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
me=java-in-guest.sh
[ -e "$root/.build/launch.sh" ] || {
  echo "$me: this needs Tombolo's sources" >&2
  exit 2
}
. "$root/.build/launch.sh"
here=$root/examples
[ -e "$root/guests/linux/debian/java" ] ||
  fail "there is no OpenJDK for the guest. Run guests/linux/fetch --java first."

find_jdk
up_to_date tombolo-cli

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$work/app"
cp "$jars"/tombolo-guest-*.jar "$jars"/tombolo-ring-*.jar "$work/app"
"$jdk/bin/javac" --release 25 --module-path "$work/app" --add-modules tombolo.guest \
  -d "$work/app" "$here/java-in-guest/Guest.java"
cat >"$work/init" <<'END'
ln -s /usr/lib/ld-linux-riscv64-lp64d.so.1 /lib
exec /usr/lib/jvm/java-25-openjdk-riscv64/bin/java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
  --module-path /app --add-modules tombolo.guest --enable-native-access=tombolo.guest --class-path /app Guest
END
java=$root/guests/linux/debian/java
"$root/tombolo" image --modules uio_pci_generic --add "$java/usr:/usr" --add "$java/etc:/etc" \
  --add "$work/app:/" --init "$work/init" -o "$here/java-in-guest.cpio"

"$jdk/bin/java" "@$root/tombolo.jvmargs" --enable-native-access=tombolo.memory,tombolo.riscv \
  --module-path "$jars" --add-modules tombolo.topology "$here/java-in-guest/Host.java" \
  "$here/java-in-guest.toml"

// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

/** The first program of a guest that {@code tombolo image} has made. */
final class InitScript {
  /** What runs instead of a shell, where it is there. */
  static final String SCRIPT = "etc/tombolo-script";

  // The shell is a session's leader with the console as its terminal, so that Ctrl-C reaches what
  // runs in it. When it ends, so does the guest: /init must not. To set a terminal waits until all
  // output has left, which to power off does not. A script that fails is the guest's failure, which
  // the board's test finisher reports: QEMU's board has it at the same address.
  static final String TEXT =
      """
      #!/bin/sh
      /bin/busybox --install -s /bin
      export PATH=/bin HOME=/root TERM=vt100
      mount -t proc proc /proc
      mount -t sysfs sysfs /sys
      mount -t devtmpfs devtmpfs /dev
      mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
      for module in /lib/modules/*.ko*; do
        [ -e "$module" ] && insmod "$module"
      done
      cd /root
      status=0
      if [ -x /etc/tombolo-script ]; then
        setsid cttyhack /etc/tombolo-script
        status=$?
      else
        setsid cttyhack sh
      fi
      stty sane
      [ $status = 0 ] || devmem 0x100000 32 $((status << 16 | 0x3333))
      poweroff -f
      """;

  private InitScript() {}
}

// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

/** The first program of a guest that {@code tombolo image} has made. */
final class InitScript {
  /** The script that runs instead of a shell, if it exists. */
  static final String SCRIPT = "etc/tombolo-script";

  // What runs gets a session with the console as its terminal, so that Ctrl-C reaches it. It is not
  // the session's leader: when that ends, the kernel hangs the terminal up and forgets what has not
  // left yet, so the leader first waits until all has, as whoever sets a terminal does. When the
  // session ends, so does the guest: /init must not. A script that fails is the guest's failure,
  // which the board's test finisher reports: QEMU's board has it at the same address.
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
      program=sh
      [ -x /etc/tombolo-script ] && program=/etc/tombolo-script
      setsid cttyhack sh -c '
        trap : INT
        "$0"
        status=$?
        trap "" TTOU
        stty sane
        exit $status' $program
      status=$?
      [ $program = sh ] && status=0
      [ $status = 0 ] || devmem 0x100000 32 $((status << 16 | 0x3333))
      poweroff -f
      """;

  private InitScript() {}
}

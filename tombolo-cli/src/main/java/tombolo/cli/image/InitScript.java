// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.image;

/** The first program of a guest that {@code tombolo image} has made. */
final class InitScript {
  /** The script that runs instead of a shell, if it exists. */
  static final String SCRIPT = "etc/tombolo-script";

  /** What an interactive shell reads when it starts. */
  static final String SHELL_START = "etc/shell-start";

  // Without -f, these ask the init of busybox, which does not run here, and nothing would happen.
  static final String SHELL_START_TEXT =
      """
      alias poweroff="poweroff -f" halt="poweroff -f" reboot="reboot -f"
      """;

  /** What busybox's DHCP client calls when something has come of its questions. */
  static final String DHCP = "etc/udhcpc/default.script";

  // The client tells the address, the length of the prefix, and lists of routers and name servers.
  static final String DHCP_TEXT =
      """
      #!/bin/sh
      case $1 in
        deconfig)
          ip address flush dev $interface
          ip link set $interface up
          ;;
        bound | renew)
          ip address flush dev $interface
          ip address add $ip/${mask:-24} dev $interface
          for address in $router; do
            ip route add default via $address dev $interface && break
          done
          for address in $dns; do
            echo nameserver $address
          done >/etc/resolv.conf
          echo "udhcpc: $interface has $ip/${mask:-24}, router ${router:-none}, name servers ${dns:-none}"
          ;;
      esac
      """;

  private static final String START =
      """
      #!/bin/sh
      /bin/busybox --install -s /bin
      export PATH=/bin HOME=/root TERM=vt100
      mount -t proc proc /proc
      mount -t sysfs sysfs /sys
      mount -t devtmpfs devtmpfs /dev
      for module in /lib/modules/*.ko*; do
        [ -e "$module" ] && insmod "$module"
      done
      """;

  // What runs gets a session with the console as its terminal, so that Ctrl-C reaches it. It is not
  // the session's leader: when that ends, the kernel hangs the terminal up and forgets what has not
  // left yet, so the leader first waits until all has, as whoever sets a terminal does. When the
  // session ends, so does the guest: /init must not. A script that fails is the guest's failure,
  // which the board's test finisher reports: QEMU's board has it at the same address.
  static final String TEXT =
      START
          + """
          mkdir -p /dev/pts && mount -t devpts devpts /dev/pts
          export ENV=/etc/shell-start
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

  private static final String SWITCH =
      """
      fail() {
        echo "init: $1"
        devmem 0x100000 32 $((1 << 16 | 0x3333))
        poweroff -f
      }
      tries=0
      while [ ! -b $root ] && [ $tries -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
      done
      [ -b $root ] || fail "$root is no disk of this VM. Give the VM one: boot --disk FILE, or the key disks."
      mode=rw init=/sbin/init
      for word in $(cat /proc/cmdline); do
        case $word in
          ro | rw) mode=$word ;;
          init=*) init=${word#init=} ;;
        esac
      done
      mkdir /new
      mount -t $type -o $mode $root /new || fail "$root cannot be mounted as $type (above)."
      [ -e "/new$init" ] || [ -L "/new$init" ] ||
        fail "$root has no $init. Name its first program on the kernel's command line: init=PATH."
      for directory in proc sys dev; do
        [ ! -L /new/$directory ] || rm /new/$directory
        mkdir -p /new/$directory 2>/dev/null
        mount -o move /$directory /new/$directory || fail "$root has no /$directory. Make that directory."
      done
      exec switch_root /new "$init"
      """;

  private InitScript() {}

  /**
   * Returns a first program that makes a disk the root file system and becomes its init.
   *
   * @param device a block device's path, without characters that mean something to a shell
   * @param type of its file system
   */
  static String forRoot(String device, String type) {
    return START + "root=%s type=%s\n".formatted(device, type) + SWITCH;
  }
}

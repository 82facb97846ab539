// SPDX-License-Identifier: Apache-2.0

package tombolo.cli.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tombolo.cli.Guests;
import tombolo.cli.Tombolo;
import tombolo.cli.image.DebianLinux;
import tombolo.cli.image.Initramfs;

/**
 * Processes of Debian's kernel talk through channels, by {@code ivc-send} and {@code ivc-recv} on
 * {@code uio_pci_generic}. With {@code -Dtombolo.bytes=1073741824} a whole GiB crosses.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class LinuxChannelsTest {
  private static final long BYTES = Long.getLong("tombolo.bytes", 8L << 20);
  private static final long MEMORY = 256L << 20;
  private static final String LIMIT = "50m";

  @TempDir private static Path directory;
  private static LinuxFiles linux;

  @BeforeAll
  static void findLinux() {
    linux = LinuxFiles.require();
  }

  private static Path repository(String path) {
    return Guests.repository().resolve(path);
  }

  private static Path module(String name) throws IOException {
    return DebianLinux.inCache().module(name).orElseThrow();
  }

  /** A VM's part of a topology file: its initial RAM disk runs the script. */
  private static String vm(String name, String script, String append) throws IOException {
    return vm(name, Files.writeString(directory.resolve(name + ".sh"), script), append, MEMORY);
  }

  private static String vm(String name, Path script, String append, long memory) {
    Path initrd = directory.resolve(name + ".cpio");
    Tombolo.Result result =
        new Tombolo().run("image", "--ivc", "--init=" + script, "--output=" + initrd);
    assertThat(result.err()).isEmpty();
    return booting(name, initrd, append, memory);
  }

  private static String booting(String name, Path initrd, String append, long memory) {
    return """
    [vm.%s]
    kernel = '%s'
    initrd = '%s'
    append = "console=ttyS0 quiet loglevel=1 %s"
    memory = %d
    """
        .formatted(name, linux.kernel(), initrd, append, memory);
  }

  /** One that has the programs, but not the modules. */
  private static Initramfs withoutModules(String script) throws IOException {
    Initramfs image = new Initramfs(linux.busybox());
    image.add(repository("guests/bin/linux/ivc"), "/bin/ivc-send");
    image.link("/bin/ivc-recv", "ivc-send");
    image.runScript(Files.writeString(directory.resolve("script.sh"), script));
    return image;
  }

  private static String channel(String name, int key, String publisher, String subscriber) {
    return """
    [channel.%s]
    publisher = "%s"
    subscribers = ["%s"]
    key = %d
    size = "5 MiB"
    layout = "sectioned"
    """
        .formatted(name, publisher, subscriber, key);
  }

  private static Tombolo.Result run(String... parts) throws IOException {
    Path file = Files.writeString(directory.resolve("topology.toml"), String.join("\n", parts));
    return new Tombolo().run("run", file.toString(), "--timeout", LIMIT);
  }

  /** What a VM has printed, line by line. */
  private static List<String> lines(Tombolo.Result result, String vm) {
    return result
        .out()
        .lines()
        .filter(line -> line.matches(vm + " *\\|.*"))
        .map(line -> line.substring(line.indexOf('|') + 1).strip())
        .toList();
  }

  @Test
  void aFileCrossesAChannelAndItsSumsAreEqual() throws Exception {
    Path script = repository("examples/linux-pair.sh");
    long memory = MEMORY + (BYTES + BYTES / 4 & -4096);

    Tombolo.Result result =
        run(
            vm("alice", script, "role=send bytes=" + BYTES, memory),
            vm("bob", script, "role=receive", memory),
            channel("file", 1, "alice", "bob"),
            channel("sum", 2, "alice", "bob"));

    lines(result, "bob").forEach(System.out::println); // the rate, for people
    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(lines(result, "bob"))
        .contains("I received %d bytes with the same sum.".formatted(BYTES));
  }

  @Test
  void linuxAndABareMetalGuestSendLinesToEachOther() throws Exception {
    Tombolo.Result result =
        run(
            "[vm.gauge]\nkernel = '%s'\n".formatted(Guests.guest("tide-gauge")),
            vm("office", repository("examples/linux-and-baremetal.sh"), "", MEMORY),
            channel("tides", 1, "gauge", "office"),
            channel("warnings", 2, "office", "gauge"));

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(lines(result, "office")).contains("The tide gauge sent 1000 lines. High water:");
    assertThat(lines(result, "gauge"))
        .containsExactly(
            "The office has 1000 tides, 56 of them high.", "The office warns of 56 high tides.");
  }

  /** While one VM receives, another one waits for the next sender, and has no file until then. */
  @Test
  void aSecondReceiverWaitsForTheNextSender() throws Exception {
    String receiver =
        """
        #!/bin/sh
        ivc-recv -n file -o /tmp/file &
        sleep 1
        ls -A /tmp | sed 's/^/early: /'
        wait $! && echo "received $(cat /tmp/file)"
        """;
    Tombolo.Result result =
        run(
            vm(
                "alice",
                """
                #!/bin/sh
                for name in first second; do
                  { sleep 15; echo $name; } | ivc-send -n file || exit 1
                done
                """,
                ""),
            vm("bob", receiver, ""),
            vm("carol", receiver, ""),
            channel("file", 1, "alice", "bob\", \"carol"));

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(
            Stream.concat(lines(result, "bob").stream(), lines(result, "carol").stream())
                .filter(line -> line.matches("(early|received).*")))
        .containsExactlyInAnyOrder("received first", "received second");
  }

  /**
   * Both by SIGKILL, of which no process hears, and in the middle: the rest cannot be in the ring.
   * Each time by another channel, so that no receiver meets the sender of the time before, which
   * has not noticed yet.
   */
  @Test
  void whoIsLeftSaysThatTheOtherWasKilled() throws Exception {
    Tombolo.Result result =
        run(
            vm(
                "alice",
                """
                #!/bin/sh
                head -c 8000000 /dev/zero | ivc-send -n first; echo "status $?"
                { head -c 300000 /dev/zero; killall -9 ivc-send; } | ivc-send -n second
                { echo 1; sleep 5; echo 2; } | ivc-send -n third --lines || exit 1
                """,
                ""),
            vm(
                "bob",
                """
                #!/bin/sh
                ivc-recv -n first | { head -c 1 >/dev/null; killall -9 ivc-recv; }
                ivc-recv -n second >/dev/null; echo "status $?"
                ivc-recv -n third >/tmp/lines & first=$!
                until [ -s /tmp/lines ]; do :; done
                ivc-recv -n third
                wait $first || exit 1
                cat /tmp/lines
                """,
                ""),
            channel("first", 1, "alice", "bob"),
            channel("second", 2, "alice", "bob"),
            channel("third", 3, "alice", "bob"));

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(lines(result, "alice"))
        .anyMatch(
            line ->
                line.matches(
                    "ivc-send: the receiver has left; \\d+ bytes went into channel first, and not"
                        + " all came out; run both again"))
        .contains("status 1");
    assertThat(lines(result, "bob"))
        .anyMatch(
            line ->
                line.matches(
                    "ivc-recv: the sender has left before the end: \\d+ bytes of channel second are"
                        + " here, and there may be more"))
        .contains("status 1")
        .containsSubsequence("1", "2");
  }

  @Test
  void bothSidesSayThatWhoReadsTheRestHasGone() throws Exception {
    Tombolo.Result result =
        run(
            vm(
                "alice",
                """
                #!/bin/sh
                head -c 8000000 /dev/zero | ivc-send -n file; echo "status $?"
                """,
                ""),
            vm(
                "bob",
                """
                #!/bin/sh
                { ivc-recv -n file; echo "status $?" >&2; } | head -c 1 >/dev/null
                """,
                ""),
            channel("file", 1, "alice", "bob"));

    assertThat(result.status()).as(result.out() + result.err()).isZero();
    assertThat(lines(result, "alice"))
        .containsSubsequence(
            "ivc-send: the receiver can't write what it receives: Broken pipe", "status 1");
    assertThat(lines(result, "bob"))
        .containsSubsequence("ivc-recv: standard output: Broken pipe", "status 1");
  }

  @Test
  void whatIsMissingIsOneLineThatSaysWhatToDo() throws Exception {
    Initramfs image =
        withoutModules(
            """
            #!/bin/sh
            ivc-recv -n file; echo "status $?"
            insmod /root/uio.ko.xz && insmod /root/uio_pci_generic.ko.xz
            echo 'user:x:1000:1000::/:/bin/sh' >/etc/passwd
            su user -c 'ivc-recv -n file'
            ivc-recv -n nothing; echo "status $?"
            ivc-recv -n file --timeout 1; echo "status $?"
            ivc-send -n own --timeout 1 /nowhere; echo "status $?"
            ivc-send -n own --timeout 1 </dev/null; echo "status $?"
            ivc-send -n own --size 8M </dev/null; echo "status $?"
            ivc-send -n raw </dev/null; echo "status $?"
            ivc-recv -n file & first=$!
            until grep -q POSIX /proc/locks; do :; done
            ivc-recv -n file 2>&1 | sed "s/process $first /process FIRST /"
            kill $first
            exit 7
            """);
    image.add(module("uio"), "/root/uio.ko.xz");
    image.add(module("uio_pci_generic"), "/root/uio_pci_generic.ko.xz");
    Path initrd = directory.resolve("missing.cpio");
    image.writeTo(initrd);

    Tombolo.Result result =
        run(
            booting("bob", initrd, "", MEMORY),
            "[vm.alice]\nkernel = '%s'\n".formatted(Guests.guest("hello")),
            channel("file", 1, "alice", "bob"),
            channel("own", 2, "bob", "alice"),
            channel("raw", 3, "bob", "alice").replace("layout = \"sectioned\"", ""));

    assertThat(lines(result, "bob"))
        .containsExactly(
            "ivc-recv: the kernel's module uio_pci_generic is not loaded: modprobe uio_pci_generic,"
                + " or insmod uio.ko and then uio_pci_generic.ko",
            "status 2",
            "ivc-recv: /sys/bus/pci/drivers/uio_pci_generic/new_id: Permission denied; only root"
                + " may drive a device: run this as root",
            "ivc-recv: subscribe to channel nothing: not granted: the host's topology file has no"
                + " such channel, or this VM has another part in it",
            "status 1",
            "ivc-recv: nobody published channel file in 1 s",
            "status 124",
            "ivc-send: /nowhere: No such file or directory",
            "status 2",
            "ivc-send: nobody came to receive from channel own in 1 s",
            "status 124",
            "ivc-send: publish channel own: bad size: give a smaller --size, or the channel a"
                + " larger size in the host's topology file",
            "status 1",
            "ivc-send: publish channel raw: bad layout: give it layout = \"sectioned\" in the"
                + " host's topology file",
            "status 1",
            "ivc-recv: process FIRST has the device 0000:00:01.0; one process at a time can");
    assertThat(result.status()).as("the script's").isEqualTo(7);
  }

  @Test
  void aVmThatIsInNoTopologyHasNoDevice() throws Exception {
    Path initrd = directory.resolve("alone.cpio");
    withoutModules("#!/bin/sh\nivc-recv -n file\n").writeTo(initrd);

    Tombolo.Result result =
        new Tombolo()
            .run(
                "boot",
                linux.kernel().toString(),
                "--initrd=" + initrd,
                "--append=console=ttyS0 quiet",
                "--timeout=" + LIMIT);

    assertThat(result.out())
        .contains(
            "ivc-recv: no PCI device 1234:1ac0 here: only a VM of a topology of Tombolo has it");
    assertThat(result.status()).isEqualTo(2);
  }
}

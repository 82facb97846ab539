// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.topology.file.TopologyFixture.TWO_VMS;
import static tombolo.topology.file.TopologyFixture.channel;
import static tombolo.topology.file.TopologyFixture.vm;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tombolo.machine.image.BootImage;
import tombolo.memory.Access;
import tombolo.topology.ChannelSpec;
import tombolo.topology.ChannelSpec.Layout;
import tombolo.topology.DiskSpec;
import tombolo.topology.FolderSpec;
import tombolo.topology.SubscriberSpec;
import tombolo.topology.Topology;
import tombolo.topology.VirtioSpec;
import tombolo.topology.VmSpec;
import tombolo.topology.VsockSpec;

/** What a topology file says, and what is wrong with one as a whole. */
class TopologyFileTest {
  @TempDir private Path directory;
  private TopologyFixture files;

  @BeforeEach
  void makeFiles() {
    files = new TopologyFixture(directory);
  }

  @Test
  void whatAVmDoesNotSayHasADefault() throws IOException {
    VmSpec vm = files.read(vm()).vm("alice");

    assertThat(vm)
        .isEqualTo(
            new VmSpec(
                "alice",
                1,
                1,
                vm.image(),
                64L << 20,
                1,
                vm.platform(),
                64L << 20,
                0,
                64,
                64L << 20,
                null,
                null,
                VirtioSpec.NONE,
                null));
    assertThat(vm.platform().name()).isEqualTo("riscv");
    assertThat(vm.image().kernel().format()).isEqualTo("ELF64");
    assertThat(vm.image().initrd()).isNull();
    assertThat(vm.image().commandLine()).isEmpty();
  }

  @Test
  void whatWasReadIsReadOnceAndKept() throws IOException {
    Files.write(files.path("disk"), new byte[100]);
    Topology topology =
        files.read(
            vm("initrd = 'disk'") + "[vm.bob]\nkernel = 'k.elf'\ninitrd = 'disk'\nappend = 'b'\n");
    Files.delete(files.path("k.elf"));
    Files.delete(files.path("disk"));

    BootImage alice = topology.vm("alice").image();
    BootImage bob = topology.vm("bob").image();

    assertThat(bob.kernel()).isSameAs(alice.kernel());
    assertThat(bob.initrd()).isSameAs(alice.initrd()).hasSize(100);
    assertThat(List.of(alice.commandLine(), bob.commandLine())).containsExactly("", "b");
  }

  @Test
  void aVmSaysWhatBringsItsInterrupts() throws IOException {
    assertThat(controller(vm())).isEqualTo("plic");
    assertThat(controller(vm("interrupts = 'plic'"))).isEqualTo("plic");
    assertThat(controller(vm("interrupts = 'aia'"))).isEqualTo("aia");
  }

  @Test
  void aVmSaysWhatExecutesItsCode() throws IOException {
    assertThat(hasRegions(vm())).isTrue();
    assertThat(hasRegions(vm("engine = 'translator'"))).isTrue();
    assertThat(hasRegions(vm("engine = 'interpreter'"))).isFalse();
    assertThat(hasRegions(vm("engine = 'interpreter'", "interrupts = 'aia'"))).isFalse();
  }

  private boolean hasRegions(String toml) throws IOException {
    return files
        .read(toml)
        .vm("alice")
        .platform()
        .accelerator()
        .engineFigures()
        .containsKey("regions");
  }

  private String controller(String toml) throws IOException {
    return files.read(toml).vm("alice").platform().board().interruptController();
  }

  @Test
  void aVmSaysWhatItIs() throws IOException {
    Files.write(files.path("disk"), new byte[100]);
    Files.write(files.path("a.img"), new byte[512]);
    Files.write(files.path("b.img"), new byte[1024]);
    Files.createDirectory(files.path("a"));
    Files.createDirectory(files.path("b"));
    VmSpec vm =
        files
            .read(
                vm(
                    "initrd = \"disk\"",
                    "append = \"quiet\"",
                    "memory = \"32 MiB\"",
                    "vcpus = 8",
                    "accelerator = \"riscv\"",
                    "id = 65535",
                    "window = \"8 GiB\"",
                    "restart = 1000000",
                    "channels = 0",
                    "channel-bytes = 0",
                    "disks = [\"a.img\", \"b.img,readonly\"]",
                    "folders = ['a', 'b:data:ro']",
                    "virtio-console = true",
                    "rtc = 2026-01-01T02:00:00+02:00",
                    "vsock-cid = 0xfffffffe",
                    "vsock-socket = 'v.sock'",
                    "gdb = 1_234"))
            .vm("alice");

    assertThat(vm)
        .isEqualTo(
            new VmSpec(
                "alice",
                1,
                65_535,
                vm.image(),
                32L << 20,
                8,
                vm.platform(),
                8L << 30,
                1_000_000,
                0,
                0,
                new VsockSpec(0xffff_fffeL, files.path("v.sock")),
                Instant.parse("2026-01-01T00:00:00Z"),
                new VirtioSpec(
                    List.of(
                        new DiskSpec(files.path("a.img"), false),
                        new DiskSpec(files.path("b.img"), true)),
                    List.of(
                        new FolderSpec(files.path("a"), "host", false),
                        new FolderSpec(files.path("b"), "data", true)),
                    true,
                    List.of()),
                1_234));
    assertThat(vm.image().initrd()).hasSize(100);
    assertThat(vm.image().commandLine()).isEqualTo("quiet");
  }

  @Test
  void whatAChannelDoesNotSayHasADefault() throws IOException {
    assertThat(files.read(channel()).channels())
        .containsExactly(
            new ChannelSpec(
                "c",
                5,
                "alice",
                List.of(new SubscriberSpec("bob", 7, Access.READ_WRITE, true)),
                1,
                16 << 10,
                Layout.RAW,
                0,
                0,
                true,
                100_000,
                null));
  }

  @Test
  void aChannelSaysWhatItIs() throws IOException {
    ChannelSpec channel =
        files
            .read(
                channel(
                        """
                        subscribers = [
                          'bob', # a comment
                          # another
                          { vm = 'carol', access = 'read-write', doorbell = true }
                        ]\
                        """,
                        "key = 0x7fffffffffffffff",
                        "size = 4097",
                        "access = 'read'",
                        "layout = 'sectioned'",
                        "section-size = '1'",
                        "doorbell = false",
                        "doorbell-rate = 1")
                    + "[vm.carol]\nkernel = 'k.elf'\n")
            .channels()
            .getFirst();

    assertThat(channel.subscribers())
        .containsExactly(
            new SubscriberSpec("bob", 8, Access.READ, false),
            new SubscriberSpec("carol", 10, Access.READ_WRITE, true));
    assertThat(channel.key()).isEqualTo(Long.MAX_VALUE);
    assertThat(channel.size()).isEqualTo(8192);
    assertThat(channel.layout()).isEqualTo(Layout.SECTIONED);
    assertThat(channel.sectionSize()).isEqualTo(4096);
    assertThat(channel.sections()).as("one for each that writes").isEqualTo(1);
    assertThat(channel.bytes()).as("header, publisher, one section").isEqualTo(4 * 4096);
    assertThat(channel.doorbellRate()).isEqualTo(1);
  }

  @Test
  void anIdThatIsNotGivenIsThePositionInTheFile() throws IOException {
    Topology topology = files.read("[vm.z]\nkernel='k.elf'\nid=7\n" + TWO_VMS);

    assertThat(topology.vms()).extracting(VmSpec::name).containsExactly("z", "alice", "bob");
    assertThat(topology.vms()).extracting(VmSpec::id).containsExactly(7, 2, 3);
  }

  @Test
  void aByteOrderMarkAndCarriageReturnsAreNoMistakes() throws IOException {
    assertThat(files.read("\ufeff" + channel().replace("\n", "\r\n")).channels()).hasSize(1);
  }

  @Test
  void aFileThatIsNotThere() {
    assertThat(files.mistakes(files.path("nowhere.toml")))
        .containsExactly("nowhere.toml: no such file");
  }

  @Test
  void aDirectory() throws IOException {
    Files.createDirectory(files.path("sub"));
    assertThat(files.mistakes(files.path("sub"))).containsExactly("sub: a directory, not a file");
  }

  @Test
  void aFileTooLargeToBeOne() throws IOException {
    Path large = Files.write(files.path("large"), new byte[(1 << 20) + 1]);
    assertThat(files.mistakes(large))
        .containsExactly("large: larger than 1 MiB; a topology file is smaller");
  }

  @Test
  void aFileThatIsNoText() throws IOException {
    Path binary =
        Files.write(
            files.path("binary"), "a = 1\nb = \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(files.mistakes(binary))
        .containsExactly("binary:2: not UTF-8 text; save the file as UTF-8");
  }

  @Test
  void whatIsNoTomlIsALineEach() throws IOException {
    assertThat(files.mistakes("[vm.alice]\nkernel = k.elf\nmemory = 64 MiB # RAM\n[vm.bob\n"))
        .containsExactly(
            "2: not TOML: column 10: unexpected 'k', expected ', \", ''', \"\"\", a number, a"
                + " boolean, a date/time, an array, or a table; write kernel = \"k.elf\"",
            "3: not TOML: column 13: unexpected 'MiB', expected a newline or end-of-input;"
                + " write memory = \"64 MiB\"",
            "4: not TOML: column 8: unexpected end of line, expected ]");
  }

  @Test
  void aFloodOfTomlMistakesIsCutShort() throws IOException {
    assertThat(files.mistakes("a = b\n".repeat(100)))
        .hasSize(21)
        .last()
        .isEqualTo("21: not TOML: 80 more mistakes from here on");
  }

  @Test
  void bracketsWithoutEnd() throws IOException {
    Path file = Files.writeString(files.path("deep.toml"), "a = " + "[".repeat(100_000));
    assertThat(files.mistakes(file))
        .containsExactly("deep.toml: brackets are nested too deeply; remove some");
  }

  @Test
  void anEscapeWithoutItsDigits() throws IOException {
    assertThat(files.mistakes("[vm.alice]\nkernel = \"C:\\users\"\n")).isNotEmpty();
  }

  @Test
  void noVmAtAll() throws IOException {
    assertThat(files.mistakes(""))
        .containsExactly("1: vm: no VM in this file; add a table [vm.NAME]");
    assertThat(files.mistakes("\n[vm]\n"))
        .containsExactly("2: vm: no VM in this file; add a table [vm.NAME]");
  }

  @Test
  void tablesAndKeysThatAreNoneOfOurs() throws IOException {
    assertThat(
            files.mistakes(
                "memory = 3\n[vm.alice]\nkernel = 'k.elf'\n[chanel.c]\nkey = 1\n[frob]\n"))
        .containsExactly(
            "1: memory: no such key here; a topology file has tables [vm.NAME], [channel.NAME],"
                + " [network.NAME], [host], [remote.NAME] and [simulation]",
            "4: chanel: no such table here; did you mean channel?",
            "6: frob: no such table here; a topology file has tables [vm.NAME], [channel.NAME],"
                + " [network.NAME], [host], [remote.NAME] and [simulation]");
  }

  @Test
  void aVmWithoutAName() throws IOException {
    assertThat(files.mistakes("[vm]\nkernel = 'k.elf'\n"))
        .containsExactly(
            "2: vm.kernel: found the string \"k.elf\"; wanted a VM's table: write [vm.NAME] above"
                + " its keys");
    assertThat(files.mistakes("[[vm]]\nkernel = 'k.elf'\n"))
        .containsExactly("1: vm: found an array; wanted tables [vm.NAME]");
  }

  @Test
  void aVmOrAChannelOrAKeyThatIsThereTwice() throws IOException {
    assertThat(
            files.mistakes(
                TWO_VMS
                    + "[vm.alice]\n"
                    + "kernel = 'x'\n"
                    + "frob = 1\n"
                    + "[vm.carol]\n"
                    + "kernel = 'k.elf'\n"
                    + "vcpus = 1\n"
                    + "vcpus = 2\n"))
        .containsExactly(
            "5: vm.alice: already defined on line 1; rename one of the two, or join them",
            "11: vm.carol.vcpus: already given on line 10; remove one of the two");
    assertThat(files.mistakes(channel() + "[channel.c]\nkey = 2\n"))
        .containsExactly(
            "10: channel.c: already defined on line 5; rename one of the two, or join them");
  }

  @Test
  void allMistakesAreFoundAtOnceInTheFilesOrder() throws IOException {
    assertThat(
            files.mistakes(
                channel("key = -1", "publisher = 'alise'")
                    + "[vm.carol]\nvcpus = 0\nmemmory = 1\n"))
        .extracting(line -> line.substring(0, line.indexOf(' ')))
        .containsExactly("6:", "8:", "10:", "11:", "12:");
  }

  @Test
  void aLineStaysALineWhateverTheFileSays() throws IOException {
    assertThat(files.mistakes("[vm.\"a\\nb\"]\nkernel = \"\\u0007\\u2028\"\n"))
        .containsExactly(
            "1: vm.\"a\\u000ab\": not a valid VM name; use 1 to 32 of a-z A-Z 0-9 - _",
            "2: vm.\"a\\u000ab\".kernel: \\u0007\\u2028: no such file");
  }

  @Test
  void whereAFileIsMissingItSaysWhatToRunBefore() throws IOException {
    String toml = "prepare = \"make images\"\n" + TWO_VMS.replace("\"k.elf\"\n[", "\"x.elf\"\n[");

    assertThat(files.mistakes(toml + "initrd = \"y.cpio\"\n"))
        .containsExactly(
            "3: vm.alice.kernel: x.elf: no such file; first run: make images",
            "6: vm.bob.initrd: y.cpio: no such file; first run: make images");
    assertThat(files.mistakes("prepare = 1\n" + TWO_VMS))
        .containsExactly(
            "1: prepare: found the number 1; wanted a string: the command to run first");
  }
}

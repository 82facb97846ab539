// SPDX-License-Identifier: Apache-2.0

package tombolo.topology.file;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.topology.file.TopologyFixture.TWO_VMS;
import static tombolo.topology.file.TopologyFixture.vm;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be wrong with a VM of a topology. */
class VmMistakesTest {
  @TempDir private Path directory;
  private TopologyFixture files;

  @BeforeEach
  void makeFiles() {
    files = new TopologyFixture(directory);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "memmory = 3           | memmory: no such key; did you mean memory?",
        "Vcpus = 3             | Vcpus: no such key; did you mean vcpus?",
        "frob.x = 3            | frob: no such key; a VM has kernel, initrd, append, memory, vcpus,"
            + " accelerator, engine, interrupts, id, window, restart, gdb, channels, channel-bytes,"
            + " disks, folders, virtio-console, rtc, vsock-cid, vsock-socket, networks",
        "gdb = 70000           | gdb: found the number 70000; wanted a whole number, 0 to 65535",
        "vsock-cid = 2         | vsock-cid: found the number 2; wanted a whole number, 3 to"
            + " 4294967294",
        "vsock-cid = 4294967295 | vsock-cid: found the number 4294967295; wanted a whole number, 3"
            + " to 4294967294",
        "vsock-cid = 'any'     | vsock-cid: found the string \"any\"; wanted a whole number, 3 to"
            + " 4294967294",
        "vsock-socket = 'v'    | vsock-socket: needs a CID; add a line like vsock-cid" + " = 3",
        "append = 1            | append: found the number 1; wanted a string",
        "append = [1]          | append: found an array; wanted a string",
        "append = {a = 1}      | append: found a table; wanted a string",
        "append = 1979-05-27   | append: found a date or time; wanted a string",
        "initrd = true         | initrd: found true; wanted a path, as a string",
        "memory = 0            | memory: '0': a VM needs at least one page of 4096 bytes",
        "memory = '-1'         | memory: '-1': a VM needs at least one page of 4096 bytes",
        "memory = '-4 GiB'     | memory: '-4 GiB': a VM needs at least one page of 4096 bytes",
        "memory = 5000         | memory: '5000': not whole pages of 4096 bytes",
        "memory = '12 parsecs' | memory: '12 parsecs': not a size; write it like 64MiB, 1GiB or"
            + " 65536K",
        "memory = '17 GiB'     | memory: 17 GiB is more than the host has, 16384 MiB",
        "memory = '15 GiB'     | memory: 15 GiB is more than the board of accelerator riscv has"
            + " room for, 14 GiB",
        "memory = 6.4e7        | memory: found the number 6.4E7; wanted a size like \"64 MiB\"",
        "vcpus = 0             | vcpus: 0: accelerator riscv has 1 to 8",
        "vcpus = 9             | vcpus: 9: accelerator riscv has 1 to 8",
        "vcpus = '2'           | vcpus: found the string \"2\"; wanted a whole number",
        "accelerator = 'rscv'  | accelerator: \"rscv\": no such accelerator in this version;"
            + " did you mean riscv?",
        "accelerator = 'kvm'   | accelerator: \"kvm\": no such accelerator in this version;"
            + " there is riscv",
        "accelerator = 1       | accelerator: found the number 1; wanted the name of an"
            + " accelerator: riscv",
        "engine = 'translater' | engine: \"translater\": no such engine; accelerator riscv has"
            + " translator, interpreter; did you mean translator?",
        "engine = 1            | engine: found the number 1; wanted the name of an engine",
        "interrupts = 'aai'    | interrupts: \"aai\": no such interrupt controller; accelerator"
            + " riscv has plic, aia; did you mean aia?",
        "interrupts = 'apic'   | interrupts: \"apic\": no such interrupt controller; accelerator"
            + " riscv has plic, aia; did you mean plic?",
        "interrupts = true     | interrupts: found true; wanted the name of an interrupt"
            + " controller",
        "id = 0                | id: found the number 0; wanted a whole number, 1 to 65535",
        "id = 65536            | id: found the number 65536; wanted a whole number, 1 to 65535",
        "window = '3 MiB'      | window: 3 MiB is not a power of two; use \"2 MiB\" or \"4"
            + " MiB\"",
        "window = '32 KiB'     | window: '32 KiB': out of range; use 64 KiB to 8 GiB",
        "window = '16 GiB'     | window: '16 GiB': out of range; use 64 KiB to 8 GiB",
        "restart = -1          | restart: found the number -1; wanted a whole number, 0 to 1000000",
        "restart = 1000001     | restart: found the number 1000001; wanted a whole number, 0 to"
            + " 1000000",
        "channels = -1         | channels: found the number -1; wanted a whole number, 0 to"
            + " 1000000",
        "disks = 'a.img'       | disks: found the string \"a.img\"; wanted an array of disk images:"
            + " [\"a.img\", \"b.img,readonly\"]",
        "disks = [1]           | disks: found the number 1; wanted an array of disk images:"
            + " [\"a.img\", \"b.img,readonly\"]",
        "folders = 'src'       | folders: found the string \"src\"; wanted an array of directories:"
            + " [\"src\", \"data:TAG:ro\"]",
        "folders = [1]         | folders: found the number 1; wanted an array of directories:"
            + " [\"src\", \"data:TAG:ro\"]",
        "folders = ['none:x']  | folders: none: no such directory",
        "folders = ['k.elf']   | folders: k.elf: not a directory; share the directory that it is"
            + " in",
        "folders = ['.', '.:ro'] | folders: two folders with the tag host; give each its own:"
            + " DIR:TAG",
        "folders = ['.:a', '.:b', '.:c', '.:d', '.:e'] | folders: 5 folders; a VM can have at most"
            + " 4",
        "rtc = 1               | rtc: found the number 1; wanted a date with its offset like"
            + " 2026-01-01T00:00:00Z",
        "rtc = 2026-01-01      | rtc: found a date or time; wanted a date with its offset like"
            + " 2026-01-01T00:00:00Z",
        "rtc = 'noon'          | rtc: 'noon': not a date; write it like 2026-01-01T00:00:00Z",
        "rtc = 1969-12-31T23:59:59Z | rtc: '1969-12-31T23:59:59Z': out of range; use 1970 to 2261",
        "virtio-console = 1    | virtio-console: found the number 1; wanted true or false",
        "channel-bytes = -4096 | channel-bytes: '-4096': out of range; use 0 bytes to 1024 TiB",
      })
  void aValueThatNoVmCanHave(String line, String message) throws IOException {
    assertThat(files.mistakes(vm(line))).containsExactly("3: vm.alice." + message);
  }

  @Test
  void filesThatCanBeNoDisk() throws IOException {
    Files.write(files.path("odd.img"), new byte[1000]);
    assertThat(files.mistakes(vm("disks = ['none.img', 'odd.img', '.']")))
        .containsExactly(
            "3: vm.alice.disks: none.img: no such file; to make an empty disk of 64 MiB:"
                + " truncate -s 64M none.img",
            "3: vm.alice.disks: odd.img: 1000 bytes, which is not a multiple of 512; perhaps it is"
                + " not a disk, or half of one; if it is whole: truncate -s 1024 odd.img",
            "3: vm.alice.disks: .: a directory; a disk is a file that holds the bytes of the disk");
  }

  @Test
  void aDiskThatTwoUseAndOneWrites() throws IOException {
    Files.write(files.path("a.img"), new byte[512]);
    String twice = "disks = ['a.img,readonly', './a.img,readonly'%s]";
    assertThat(files.read(vm(twice.formatted(""))).vm("alice").virtio().disks()).hasSize(2);
    assertThat(files.mistakes(vm(twice.formatted(", 'a.img'"))))
        .containsExactly(
            "3: vm.alice.disks: a.img is also a disk of vm.alice, line 3, and one of the two writes"
                + " it; give each a copy, or make both readonly");
  }

  @Test
  void moreDisksThanAVmHasSlotsFor() throws IOException {
    Files.write(files.path("a.img"), new byte[512]);
    String many = "'a.img,readonly', ".repeat(17);
    assertThat(files.mistakes(vm("disks = [" + many + "]")))
        .containsExactly("3: vm.alice.disks: 17 disks; a VM can have at most 16");
  }

  @Test
  void noKernel() throws IOException {
    assertThat(files.mistakes("\n[vm.alice]\nvcpus = 1\n"))
        .containsExactly("2: vm.alice.kernel: missing; add a line like kernel = \"guest.elf\"");
  }

  @Test
  void aKernelThatIsNotThere() throws IOException {
    assertThat(files.mistakes("[vm.alice]\nkernel = '../x.elf'\n"))
        .containsExactly("2: vm.alice.kernel: ../x.elf: no such file");
    assertThat(files.mistakes("[vm.alice]\nkernel = '.'\n"))
        .containsExactly("2: vm.alice.kernel: .: a directory, not a file");
  }

  @Test
  void aPathThatNoFileCanHave() throws IOException {
    assertThat(files.mistakes("[vm.alice]\nkernel = \"a\\u0000b\"\n"))
        .containsExactly(
            "2: vm.alice.kernel: \"a\\u0000b\": not a path: Nul character not allowed");
  }

  @Test
  void aKernelThatIsNone() throws IOException {
    Files.writeString(files.path("text"), "#!/bin/sh\n");
    assertThat(files.mistakes("[vm.alice]\nkernel = 'text'\n"))
        .singleElement()
        .asString()
        .startsWith("2: vm.alice.kernel: text: not a kernel: neither an ELF file");
  }

  @Test
  void aKernelThatDoesNotFit() throws IOException {
    assertThat(files.mistakes(vm("memory = '8 KiB'")))
        .singleElement()
        .asString()
        .startsWith("2: vm.alice.kernel: k.elf: the kernel's segment 0x80200000 to 0x80201")
        .endsWith("; link it for an address there, or give the VM more memory (it has 8 KiB)");
  }

  @Test
  void aCommandLineThatTheKernelWouldNotGet() throws IOException {
    ByteBuffer linux = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(files.path("Image"), linux.putInt(56, 0x05435352).array());
    String vm = "[vm.alice]\nkernel = 'Image'\nappend = '%s'\n";

    assertThat(files.read(vm.formatted("x".repeat(1023))).vms()).hasSize(1);
    assertThat(files.mistakes(vm.formatted("x".repeat(1024))))
        .containsExactly(
            "3: vm.alice.append: 1024 bytes, of which Linux would read only 1023; shorten it");
    assertThat(files.mistakes(vm("append = \"a\\u0000b\"")))
        .containsExactly("3: vm.alice.append: a zero byte ends a command line; leave it out");
  }

  @Test
  void lessMemoryThanALinuxKernelNeeds() throws IOException {
    ByteBuffer image = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    image.putLong(8, 0x20_0000).putLong(16, 31_899_648).putInt(56, 0x05435352);
    Files.write(files.path("Image"), image.array());
    String vm = "[vm.alice]\nkernel = 'Image'\nmemory = '%d MiB'\n";
    Files.writeString(files.path("good.toml"), vm.formatted(96));
    assertThat(TopologyFixture.read(files.path("good.toml")).vms()).hasSize(1);
    assertThat(files.mistakes(vm.formatted(64)))
        .containsExactly(
            "3: vm.alice.memory: 64 MiB is too little for a Linux kernel of 30 MiB; give it 128 MiB"
                + " or more");
  }

  @Test
  void anInitrdThatIsNotThere() throws IOException {
    assertThat(files.mistakes(vm("initrd = 'disk'")))
        .containsExactly("3: vm.alice.initrd: disk: no such file");
  }

  @Test
  void anInitrdThatDoesNotFit() throws IOException {
    try (RandomAccessFile sparse = new RandomAccessFile(files.path("disk").toFile(), "rw")) {
      sparse.setLength((64L << 20) + 1);
      assertThat(files.mistakes(vm("initrd = 'disk'")))
          .containsExactly(
              "3: vm.alice.initrd: disk: 67108865 bytes don't fit into RAM of 64 MiB; give the VM"
                  + " more memory");
      sparse.setLength(64L << 20);
      assertThat(files.mistakes(vm("initrd = 'disk'")))
          .containsExactly(
              "3: vm.alice.initrd: disk: 67108864 bytes don't fit into RAM of 64 MiB behind the"
                  + " kernel; give the VM more memory");
    }
  }

  @ParameterizedTest
  @CsvSource({"''", "a b", "ä", "a.b", "abcdefghijklmnopqrstuvwxyzabcdefg"})
  void aNameThatNoVmCanHave(String name) throws IOException {
    assertThat(files.mistakes("[vm.'" + name + "']\nkernel = 'k.elf'\n"))
        .singleElement()
        .asString()
        .matches("1: vm\\..*" + name + ".*: not a valid VM name; use 1 to 32 of a-z A-Z 0-9 - _");
  }

  @Test
  void aPathWhereThereCanBeNoSocket() throws IOException {
    Files.writeString(files.path("file"), "text");
    String cid = "vsock-cid = 3\nvsock-socket = ";
    assertThat(files.mistakes(vm(cid + "'none/v.sock'")))
        .containsExactly(
            "4: vm.alice.vsock-socket: none/v.sock: no such folder for the socket; make it first");
    assertThat(files.mistakes(vm(cid + "'file'")))
        .containsExactly(
            "4: vm.alice.vsock-socket: file: exists and is not a socket; choose another path");
    assertThat(files.mistakes(vm(cid + "'" + "x".repeat(93) + "'")))
        .singleElement()
        .asString()
        .contains(": too long for a socket's path, ")
        .endsWith(" bytes; use at most 92");
    assertThat(files.mistakes(vm(cid + "1")))
        .containsExactly(
            "4: vm.alice.vsock-socket: found the number 1; wanted a path, as a string");
  }

  @Test
  void aCidOrASocketThatIsTaken() throws IOException {
    String alice = vm("vsock-cid = 7", "vsock-socket = 'v'");
    assertThat(files.mistakes(alice + "[vm.bob]\nkernel = 'k.elf'\nvsock-cid = 7\n"))
        .containsExactly(
            "7: vm.bob.vsock-cid: 7 is also the CID of vm.alice, line 3; choose another");
    assertThat(
            files.mistakes(
                alice + "[vm.bob]\nkernel = 'k.elf'\nvsock-cid = 8\nvsock-socket = './v'\n"))
        .containsExactly(
            "8: vm.bob.vsock-socket: ./v is also the socket of vm.alice, line 4; choose another");
  }

  @Test
  void anIdThatIsTaken() throws IOException {
    assertThat(files.mistakes(vm("id = 5") + "[vm.bob]\nkernel = 'k.elf'\nid = 5\n"))
        .containsExactly("6: vm.bob.id: 5 is also the id of vm.alice, line 3; choose another");
  }

  @Test
  void anIdThatAnotherHasByItsPosition() throws IOException {
    assertThat(files.mistakes(TWO_VMS + "id = 1\n"))
        .containsExactly(
            "5: vm.bob.id: 1 is also the id of vm.alice, line 1, by its position in the file;"
                + " choose another");
    assertThat(files.mistakes(vm("id = 2") + "[vm.bob]\nkernel = 'k.elf'\n"))
        .containsExactly(
            "3: vm.alice.id: 2 is also the id of vm.bob, line 4, by its position in the file;"
                + " choose another");
  }
}

// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.ElfBytes.RAM;

import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a person gives wrongly costs one line that says what and where, and status 2. */
class BadInputTest {
  private static final int NOP = 0x13;

  @TempDir private Path directory;

  private static void refused(String message, String... arguments) {
    Tombolo.Result result = new Tombolo().run(arguments);

    assertThat(result.err()).contains(message).startsWith("tombolo boot: ").hasLineCount(1);
    assertThat(result.err()).endsWith("\n").doesNotContain("Exception");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
  }

  private static void refusedKernel(String message, Path kernel) {
    refused(kernel + ": " + message, "boot", kernel.toString());
  }

  private Path file() {
    return directory.resolve("kernel.elf");
  }

  @Test
  void noKernel() {
    refused("Missing required parameter: 'KERNEL'", "boot");
  }

  @Test
  void noSuchFile() {
    refusedKernel("no such file", directory.resolve("missing.elf"));
  }

  @Test
  void aDirectory() {
    refusedKernel("a directory, not a file", directory);
  }

  @Test
  void aNameThatNoFileCanHave() {
    refused("not a path", "boot", "a\0b");
  }

  @Test
  void anEmptyFile() throws IOException {
    refusedKernel("the file is empty", Files.createFile(file()));
  }

  @Test
  void notAnElfFile() throws IOException {
    refusedKernel(
        "not a kernel: neither an ELF file", Files.writeString(file(), "#!/bin/sh\necho hello\n"));
  }

  @Test
  void aHeaderThatEndsEarly() throws IOException {
    refusedKernel("truncated", ElfBytes.entering(RAM).write(file(), 20));
  }

  @Test
  void the32BitClass() throws IOException {
    refusedKernel(
        "wrong class: a 32-bit ELF file, a 64-bit one is needed",
        ElfBytes.entering(RAM).segment(RAM, NOP).octet(4, 1).write(file()));
  }

  @Test
  void anotherMachine() throws IOException {
    refusedKernel(
        "wrong machine: made for x86-64, this VM runs RISC-V",
        ElfBytes.entering(RAM).segment(RAM, NOP).half(18, 62).write(file()));
  }

  @Test
  void aSegmentTableThatEndsEarly() throws IOException {
    refusedKernel(
        "truncated: the segment table, 200 rows",
        ElfBytes.entering(RAM).segment(RAM, NOP).half(56, 200).write(file()));
  }

  @Test
  void aSegmentThatEndsEarly() throws IOException {
    refusedKernel(
        "truncated: segment 0", ElfBytes.entering(RAM).segment(RAM, NOP).write(file(), 1025));
  }

  @Test
  void aSegmentBelowRam() throws IOException {
    refusedKernel(
        "the kernel's segment 0x1000 to 0x1004 is outside RAM, 0x80000000 to 0x84000000;"
            + " link it for an address there, or give more --memory",
        ElfBytes.entering(RAM).segment(RAM, NOP).segment(0x1000, NOP).write(file()));
  }

  @Test
  void aSegmentAboveRam() throws IOException {
    long above = RAM + (64L << 20) - 2;
    refusedKernel(
        "the kernel's segment 0x83fffffe to 0x84000002 is outside RAM",
        ElfBytes.entering(RAM).segment(RAM, NOP).segment(above, NOP).write(file()));
  }

  @Test
  void segmentsThatOverlap() throws IOException {
    refusedKernel(
        "segments 0 and 1 overlap at 0x80000004",
        ElfBytes.entering(RAM).segment(RAM, NOP, NOP).segment(RAM + 4, NOP).write(file()));
  }

  @Test
  void anEntryOutsideRam() throws IOException {
    refusedKernel(
        "the entry 0x1000 is in no segment",
        ElfBytes.entering(0x1000).segment(RAM, NOP).write(file()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0                   | a VM needs at least one page",
        "-1                  | a VM needs at least one page",
        "12 parsecs          | not a size; write it like 64MiB",
        "5000                | not whole pages of 4096 bytes",
        "17GiB               | 17 GiB is more than the host has, 16384 MiB",
        "15GiB               | more than the board of accelerator riscv has room for, 14 GiB",
        "9223372036854775807 | too large for any host",
        "9223372036854775808 | too large for any host",
        "''                  | not a size",
      })
  void memoryThatNoVmCanHave(String size, String message) {
    refused(message, "boot", "--memory", size, Guests.guest("hello"));
    refused(message, "boot", "--memory=" + size, Guests.guest("hello"));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 'accelerator riscv has 1 to 8'",
    "9, 'accelerator riscv has 1 to 8'",
    "-1, 'accelerator riscv has 1 to 8'",
    "two, not a number of vCPUs"
  })
  void aNumberOfVcpusThatNoVmCanHave(String number, String message) {
    refused(message, "boot", Guests.guest("hello"), "--vcpus", number);
  }

  @ParameterizedTest
  @CsvSource({
    "-5s, not positive; give at least 1ms",
    "0, not positive; give at least 1ms",
    "soon, 'not a time; write it like 10s, 2m or 500ms'",
    "99999999999999999999, too long",
    "1000001h, too long"
  })
  void aTimeOutThatIsNone(String time, String message) {
    refused(message, "boot", Guests.guest("hello"), "--timeout", time);
  }

  @Test
  void anInitrdThatIsNotThere() {
    String missing = directory.resolve("initrd").toString();
    refused(
        "--initrd " + missing + ": no such file",
        "boot",
        Guests.guest("hello"),
        "--initrd",
        missing);
  }

  @Test
  void anInitrdLargerThanRam() throws IOException {
    Path large = directory.resolve("initrd");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength((64L << 20) + 1);
    }
    refused(
        "bytes don't fit into RAM of 64 MiB; give the VM more memory",
        "boot",
        Guests.guest("hello"),
        "--initrd",
        large.toString());
  }

  @Test
  void aKernelThatUnpacksToMoreThanRam() throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file()))) {
      byte[] zeros = new byte[1 << 20];
      for (int mib = 0; mib < 300; mib++) {
        out.write(zeros);
      }
    }
    refusedKernel(
        "more than 268435456 bytes when unpacked don't fit into RAM of 256 MiB; give the VM more"
            + " memory",
        file());
  }

  @Test
  void aSparseKernelLargerThanRam() throws IOException {
    Path kernel = ElfBytes.entering(RAM).segmentOf(RAM, 0x7000_0000L).write(file());
    try (RandomAccessFile sparse = new RandomAccessFile(kernel.toFile(), "rw")) {
      sparse.setLength(1900L << 20);
    }
    refusedKernel(
        "1879048192 bytes of segments don't fit into RAM of 256 MiB; give the VM more memory",
        kernel);
  }

  @Test
  void aKernelWhoseFileIsLargeAndWhoseSegmentsAreNotBoots() throws IOException {
    try (RandomAccessFile sparse =
        new RandomAccessFile(Files.copy(Path.of(Guests.guest("hello")), file()).toFile(), "rw")) {
      sparse.setLength(5L << 30);
    }
    assertThat(new Tombolo().run("boot", file().toString()).status()).isZero();
  }

  @Test
  void anInitrdThatFitsOnlyWithoutTheKernel() throws IOException {
    Path large = directory.resolve("initrd");
    try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
      sparse.setLength((64L << 20) - 4096);
    }
    refused(
        "doesn't fit into RAM of 64 MiB behind the kernel",
        "boot",
        Guests.guest("hello"),
        "--initrd",
        large.toString());
  }

  @Test
  void aDiskThatIsNotThere() {
    Path missing = directory.resolve("disk.img");
    refused(
        "--disk " + missing + ": no such file; to make an empty disk of 64 MiB: truncate -s 64M",
        "boot",
        Guests.guest("hello"),
        "--disk=" + missing);
  }

  @Test
  void aDiskThatIsADirectory() {
    refused(
        "--disk " + directory + ": a directory; a disk is a file",
        "boot",
        Guests.guest("hello"),
        "--disk=" + directory + ",readonly");
  }

  @Test
  void aDiskOfHalfASector() throws IOException {
    Path odd = Files.write(directory.resolve("odd.img"), new byte[1000]);
    refused(
        "--disk " + odd + ": 1000 bytes, which is not a multiple of 512",
        "boot",
        Guests.guest("hello"),
        "--disk",
        odd.toString());
  }

  @Test
  void aDiskThatMayNotBeWritten() throws IOException {
    Path file = Files.write(directory.resolve("disk.img"), new byte[512]);
    Assumptions.assumeTrue(
        file.toFile().setWritable(false) && !Files.isWritable(file), "root may write everything");
    refused(
        "--disk " + file + ": is not writable; add ,readonly",
        "boot",
        Guests.guest("hello"),
        "--disk=" + file);
  }

  @Test
  void oneFileAsTwoDisksThatCanBeWritten() throws IOException {
    Path file = Files.write(directory.resolve("disk.img"), new byte[512]);
    refused(
        file + ": two writable disks use it; make one of them read-only",
        "boot",
        Guests.guest("hello"),
        "--disk=" + file,
        "--disk=" + file);
  }

  @Test
  void moreDisksThanAVmHasSlotsFor() throws IOException {
    Path file = Files.write(directory.resolve("disk.img"), new byte[512]);
    String[] arguments = new String[19];
    Arrays.fill(arguments, "--disk=" + file);
    arguments[0] = "boot";
    arguments[1] = Guests.guest("hello");
    refused("--disk: 17 disks; a VM can have at most 16", arguments);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nowhere         | --share nowhere: no such directory",
        "pom.xml         | --share pom.xml: not a directory; share the directory that it is in",
        ".:x,.:x:ro      | --share two folders with the tag x; give each its own: DIR:TAG",
      })
  void aFolderThatCannotBeShared(String values, String message) {
    String[] arguments =
        Stream.concat(
                Stream.of("boot", Guests.guest("hello")),
                Stream.of(values.split(",")).map(value -> "--share=" + value))
            .toArray(String[]::new);
    refused(message, arguments);
  }

  @Test
  void aDateThatNoClockShows() {
    refused(
        "'2026': not a date; write it like 2026-01-01T00:00:00Z",
        "boot",
        "--rtc=2026",
        Guests.guest("hello"));
  }

  @Test
  void anAcceleratorThatThisVersionHasNot() {
    refused("no such accelerator in this version", "boot", "--accel=kvm", Guests.guest("hello"));
  }

  @Test
  void anInterruptControllerThatNoBoardHas() {
    refused(
        "--interrupts apic: no such interrupt controller; accelerator riscv has plic, aia",
        "boot",
        "--interrupts=apic",
        Guests.guest("hello"));
  }

  @Test
  void anEngineThatThereIsNot() {
    refused(
        "--engine jit: no such engine; accelerator riscv has translator, interpreter",
        "boot",
        "--engine=jit",
        Guests.guest("hello"));
  }

  @Test
  void anOptionThatIsNearlyRight() {
    refused("(did you mean --memory?)", "boot", Guests.guest("hello"), "--memmory=64M");
  }

  @Test
  void aSecondKernel() {
    refused("Unmatched argument", "boot", Guests.guest("hello"), Guests.guest("echo"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "2            | '2': not a CID; use 3 to 4294967294",
        "4294967295   | '4294967295': not a CID; use 3 to 4294967294",
        "any,v.sock   | 'any': not a CID; use 3 to 4294967294",
        "3,none/v.sock| none/v.sock: no such folder for the socket; make it first",
        "3,pom.xml    | pom.xml: exists and is not a socket; choose another path"
      })
  void aVsockDeviceThatCannotBe(String value, String message) throws IOException {
    Path kernel = ElfBytes.entering(RAM).segment(RAM, NOP).write(file());
    refused(message, "boot", kernel.toString(), "--vsock=" + value);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "22          | --forward '22': not a port forward; write it like 2222:22, 53:53/udp or",
        "localhost:80:80 | --forward 'localhost:80:80': not a port forward; write it like",
        "80:99999    | --forward '80:99999': no port 99999; use 1 to 65535"
      })
  void aPortForwardThatCannotBe(String value, String message) {
    refused(message, "boot", Guests.guest("hello"), "--forward=" + value);
  }
}

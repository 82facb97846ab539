// SPDX-License-Identifier: Apache-2.0

package tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static tombolo.cli.Guests.guest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tombolo.machine.Accelerator;
import tombolo.machine.Availability;
import tombolo.machine.Board;
import tombolo.machine.BoardContext;
import tombolo.machine.BoardModel;
import tombolo.memory.HostMemory;
import tombolo.riscv.RiscvAccelerator;
import tombolo.topology.Platform;

@Timeout(120)
class BootCommandTest {
  private static Tombolo.Result boot(String... arguments) {
    String[] all = Stream.concat(Stream.of("boot"), Stream.of(arguments)).toArray(String[]::new);
    return new Tombolo().run(all);
  }

  @Test
  void theGuestsConsoleIsTheOutputAndPowerOffIsStatus0() {
    Tombolo.Result result = boot(guest("hello"));

    assertThat(result.out()).isEqualTo("Hello from Tombolo: hart 0, 1 hart(s), 64 MiB\n");
    assertThat(result.err()).isEmpty();
    assertThat(result.status()).isZero();
  }

  @Test
  void theGuestHasTheVcpusAndTheMemoryThatWereAskedFor() {
    Tombolo.Result result = boot(guest("hello"), "--vcpus=3", "--memory", "128 MiB");

    assertThat(result.out()).contains("3 hart(s), 128 MiB");
  }

  @ParameterizedTest
  @CsvSource({"7, 7", "255, 255", "256, 1", "65535, 1"})
  void theGuestsFailureCodeIsTheStatusWhereItCanBe(int code, int status) {
    Tombolo.Result result = boot(guest("exit-code"), "--append", "code=" + code);

    assertThat(result.status()).isEqualTo(status);
    assertThat(result.err().lines().count()).isEqualTo(code == status ? 0 : 1);
  }

  @Test
  void whatIsPipedInIsTyped() {
    Tombolo.Result result = new Tombolo().typing("hello\nquit\n").run("boot", guest("echo"));

    assertThat(result.out()).contains("HELLO\n").contains("bye");
    assertThat(result.status()).isZero();
  }

  @Test
  void theEndOfTheInputIsNoMoreInput() {
    Tombolo.Result result = boot(guest("ticker"), "--append", "n=3 hz=100");

    assertThat(result.out()).contains("3 ticks in");
    assertThat(result.status()).isZero();
  }

  @Test
  void everyByteComesOutAsItWent(@TempDir Path directory) throws IOException {
    Path kernel =
        ElfBytes.entering(ElfBytes.RAM).printing(4096).write(directory.resolve("bytes.elf"));

    Tombolo.Result result = boot(kernel.toString());

    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 4096; i++) {
      all.append((char) (i & 0xff));
    }
    assertThat(result.out()).isEqualTo(all.toString());
    assertThat(result.status()).isZero();
  }

  @Test
  void aTimeOutStopsTheVmAndSaysSo() {
    Tombolo.Result result = boot(guest("idle"), "--timeout", "200ms");

    assertThat(result.status()).isEqualTo(124);
    assertThat(result.err())
        .startsWith("tombolo boot: time-out of 200ms: stopped VM idle with 1 vCPU(s) after ")
        .hasLineCount(1);
    assertThat(HostMemory.liveCount()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wild-jump       | instruction access fault | sepc 0x4000000000",
        "rom-write       | store access fault       | stval 0x1000",
        "unknown-address | load access fault        | stval 0x8000000",
        "garbage         | illegal instruction      | scause 0x2",
      })
  void aGuestThatHandlesItsTrapReportsItItself(String name, String cause, String where) {
    Tombolo.Result result = boot(guest(name), "--timeout=60s");

    assertThat(result.out()).contains(cause).contains(where);
    assertThat(result.status()).isEqualTo(99);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "wild-jump       | instruction access fault at pc 0x4000000000, address 0x4000000000",
        "fault-loop      | breakpoint at pc 0x[0-9a-f]+ \\(main\\+0x[0-9a-f]+\\), address 0x",
        "rom-write       | store access fault at pc 0x[0-9a-f]+ \\(main\\+0x[0-9a-f]+\\), address"
            + " 0x1000",
        "unknown-address | load access fault at pc 0x[0-9a-f]+ \\(main\\+0x[0-9a-f]+\\), address"
            + " 0x8000000",
        "garbage         | illegal instruction at pc 0x[0-9a-f]+ \\(bytes\\+0x[0-9a-f]+\\), address"
            + " 0x",
      })
  void aGuestWhoseTrapVectorIsNowhereIsReportedAndStopped(String name, String report) {
    Tombolo.Result result = boot(guest(name), "--timeout=60s", "--append", "vector=0");

    assertThat(result.err())
        .containsPattern("^tombolo boot: " + name + ": vCPU 0: " + report)
        .contains("its trap vector 0x0 faults")
        .hasLineCount(1);
    assertThat(result.status()).isEqualTo(70);
    assertThat(HostMemory.liveCount()).isZero();
  }

  @Test
  void aTrapVectorThatFaultsIsReported() {
    Tombolo.Result result = boot(guest("fault-loop"), "--timeout=60s");

    assertThat(result.err()).containsPattern("trap vector 0x[0-9a-f]+ faults").hasLineCount(1);
    assertThat(result.status()).isEqualTo(70);
  }

  @Test
  void statsAreOnStandardErrorAfterTheEnd() {
    Tombolo.Result result = boot(guest("unknown-address"), "--stats", "--vcpus=2");

    assertThat(result.out()).doesNotContain("MIPS");
    assertThat(result.err())
        .containsPattern("wall time +\\d+\\.\\d{3} s\n")
        .containsPattern("instructions +[1-9][\\d,]* \\(vCPU 0: [1-9][\\d,]*, vCPU 1: \\d+\\)\n")
        .containsPattern("speed +\\d+\\.\\d MIPS\n")
        .containsPattern("code evictions +0 pages\n")
        .containsPattern("in regions +[\\d,]+ instructions, \\d+\\.\\d %\n")
        .containsPattern("JIT compiler +[\\d,]+ ms\n")
        .containsPattern("exits +MMIO read [1-9]\\d*, MMIO write [1-9]")
        .containsPattern("unknown accesses +1\n")
        .containsPattern("read-only stores +0\n")
        .containsPattern("unknown hypercalls +0\n");
  }

  @Test
  void aGuestThatResetsItselfBootsAgain(@TempDir Path directory) throws IOException {
    Path kernel =
        ElfBytes.entering(ElfBytes.RAM)
            .segment(
                ElfBytes.RAM,
                0x100002b7, // lui t0, 0x10000
                0x05200313, // li t1, 'R'
                0x00628023, // sb t1, 0(t0)
                0x535258b7, // lui a7, 0x53525: SBI's system reset extension, "SRST"
                0x35488893, // addi a7, a7, 0x354
                0x00000813, // li a6, 0
                0x00100513, // li a0, 1: cold reboot
                0x00000593, // li a1, 0
                0x00000073, // ecall
                0x0000006f) // j .
            .write(directory.resolve("reset.elf"));
    EnoughAfter reader = new EnoughAfter(3, "Broken pipe");

    Tombolo.Result result = new Tombolo().printingTo(reader).run("boot", kernel.toString());

    assertThat(reader.taken).isEqualTo("RRR");
    assertThat(result.status()).isEqualTo(141);
  }

  @Test
  void aReaderWhoHasHadEnoughEndsTheVmQuietly() {
    Tombolo.Result result =
        new Tombolo().printingTo(new EnoughAfter(1, "Broken pipe")).run("boot", guest("idle"));

    assertThat(result.status()).isEqualTo(141);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void outputThatCannotBeWrittenEndsTheVmWithTheReason() {
    Tombolo.Result result =
        new Tombolo()
            .printingTo(new EnoughAfter(1, "No space left on device"))
            .run("boot", guest("idle"));

    assertThat(result.status()).isEqualTo(74);
    assertThat(result.err()).contains("No space left on device").hasLineCount(1);
  }

  @Test
  void aMistakeOfOursIsOneLineAndTheTraceIsInAFile() throws IOException {
    Platform broken = Platform.of(new BrokenAccelerator());

    Tombolo.Result result = new Tombolo().on(List.of(broken)).run("boot", guest("hello"));

    assertThat(result.status()).isEqualTo(71);
    assertThat(result.err())
        .startsWith("tombolo boot: internal error: ")
        .contains("planted")
        .hasLineCount(1);
    Path log = Path.of(result.err().replaceAll("(?s).*details are in (\\S+)\n", "$1"));
    assertThat(log).content().contains("at tombolo.cli.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h"})
  void helpNamesTheExitStatuses(String option) {
    assertThat(boot(option).out()).contains("Exit status:").contains("124").contains("Ctrl-A x");
  }

  /** Takes some bytes and then fails, as a pipe or a disk does. */
  private static final class EnoughAfter extends OutputStream {
    private final int bytes;
    private final String failure;
    // Written by the console's thread, which has ended when the command has.
    private String taken = "";

    EnoughAfter(int bytes, String failure) {
      this.bytes = bytes;
      this.failure = failure;
    }

    @Override
    public void write(int octet) throws IOException {
      if (taken.length() == bytes) {
        throw new IOException(failure);
      }
      taken += (char) octet;
    }
  }

  private static final class BrokenAccelerator implements Accelerator {
    @Override
    public String name() {
      return "riscv";
    }

    @Override
    public Availability availability() {
      return new Availability.Available("");
    }

    @Override
    public int maxVcpus() {
      return 1;
    }

    @Override
    public List<BoardModel> boards() {
      return new RiscvAccelerator().boards();
    }

    @Override
    public Board createBoard(BoardModel model, BoardContext context) {
      throw new IllegalStateException("planted");
    }
  }
}

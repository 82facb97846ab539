// SPDX-License-Identifier: Apache-2.0
package tombolo.debug;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.VmState;

/** A VM under a debugger, by the packets that a debugger sends. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LiveTargetTest {
  private static final String STEPPED_ONE = "T05thread:1;";

  private static String register(long value) {
    return Hex.of(
        java.nio.ByteBuffer.allocate(8)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .putLong(value)
            .array());
  }

  private static long pc(GdbClient gdb) throws IOException {
    return Long.reverseBytes(Hex.number(gdb.ask("p20")));
  }

  @Test
  void theVmWaitsBeforeItsFirstInstructionAndTheOthersWithIt() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      assertThat(gdb.ask("?")).startsWith("T02thread:1;");
      assertThat(guest.vm.state()).isEqualTo(VmState.SUSPENDED);
      assertThat(guest.other.state()).isEqualTo(VmState.SUSPENDED);
      assertThat(pc(gdb)).isEqualTo(guest.kernel.entry());
      assertThat(guest.vm.board().vcpus().getFirst().retiredInstructions()).isZero();
    }
  }

  @Test
  void aDebuggerThatLeavesLetsTheVmRunToItsEnd() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1)) {
      try (GdbClient gdb = new GdbClient(guest.server.port())) {
        assertThat(gdb.ask("Z0,%x,4".formatted(guest.function("main")))).isEqualTo("OK");
        assertThat(gdb.ask("c")).isEqualTo(STEPPED_ONE);
        assertThat(pc(gdb)).isEqualTo(guest.function("main"));
        assertThat(gdb.ask("D")).isEqualTo("OK");
      }
      assertThat(guest.vm.awaitStop(Duration.ofSeconds(60))).isPresent();
      assertThat(guest.console.text()).contains("Hello from Tombolo");
    }
  }

  @Test
  void aDebuggerThatVanishesDoesSo() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1)) {
      try (GdbClient gdb = new GdbClient(guest.server.port())) {
        gdb.ask("?");
      }
      assertThat(guest.vm.awaitStop(Duration.ofSeconds(60))).isPresent();
    }
  }

  @Test
  void aStepExecutesOneInstruction() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      for (int i = 1; i <= 20; i++) {
        assertThat(gdb.ask(i % 2 == 0 ? "s" : "vCont;s:1;c")).isEqualTo(STEPPED_ONE);
        assertThat(guest.vm.board().vcpus().getFirst().retiredInstructions()).isEqualTo(i);
      }
    }
  }

  /** Clocks go on while a person thinks, so a timer is nearly always pending. */
  @Test
  void aStepStaysOutOfInterruptHandlers() throws Exception {
    try (LiveGuest guest = new LiveGuest("ticker", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      gdb.ask("?");
      gdb.send("c");
      assertThat(guest.console.await("tick", Duration.ofSeconds(60))).isTrue();
      gdb.sendRaw(new byte[] {3});
      gdb.receive();
      String sepc = guest.number("sepc");
      String before = gdb.ask("p" + sepc);
      for (int i = 0; i < 100; i++) {
        assertThat(gdb.ask("s")).isEqualTo(STEPPED_ONE);
      }
      assertThat(gdb.ask("p" + sepc)).isEqualTo(before);
    }
  }

  @Test
  void aDebuggerThatReadsNothingDoesNotHoldUpTheEnd() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      for (int i = 0; i < 2_000; i++) {
        gdb.send("m80200000,1000");
      }
      guest.server.close();
    }
  }

  @Test
  void registersAndMemoryAreReadAndWritten() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      assertThat(gdb.ask("P5=" + register(0x1234_5678_9abcL))).isEqualTo("OK");
      assertThat(gdb.ask("p5")).isEqualTo(register(0x1234_5678_9abcL));
      assertThat(gdb.ask("g")).hasSize(33 * 16).contains(register(0x1234_5678_9abcL));
      assertThat(gdb.ask("P0=" + register(7))).isEqualTo("OK");
      assertThat(gdb.ask("p0")).isEqualTo(register(0));
      assertThat(gdb.ask("M81000000,3:abcdef")).isEqualTo("OK");
      assertThat(gdb.ask("m81000000,4")).isEqualTo("abcdef00");
      assertThat(gdb.ask("X81000000,2:xy")).isEqualTo("OK");
      assertThat(gdb.ask("m81000000,3")).isEqualTo("7879ef");
      assertThat(gdb.ask("m1000,4")).isEqualTo("E0e");
      assertThat(gdb.ask("M1000,1:00")).isEqualTo("E0e");
      // The end of RAM: what is there is shown.
      assertThat(gdb.ask("m83fffffe,8")).hasSize(4);
    }
  }

  @Test
  void codeThatTheDebuggerWritesIsExecuted() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      long pc = pc(gdb);
      gdb.ask("s"); // the page is decoded now
      gdb.ask("P20=" + register(pc));
      assertThat(gdb.ask("M%x,4:13022002".formatted(pc))).isEqualTo("OK"); // li tp, 34
      assertThat(gdb.ask("s")).isEqualTo(STEPPED_ONE);
      assertThat(gdb.ask("p4")).isEqualTo(register(34));
    }
  }

  @Test
  void aWatchpointStopsBeforeTheStore() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      gdb.ask("Z0,%x,2".formatted(guest.function("main")));
      gdb.ask("c");
      gdb.ask("z0,%x,2".formatted(guest.function("main")));
      long stack = Long.reverseBytes(Hex.number(gdb.ask("p2")));
      assertThat(gdb.ask("Z2,%x,8".formatted(stack - 8))).isEqualTo("OK");
      String before = gdb.ask("m%x,8".formatted(stack - 8));
      assertThat(gdb.ask("c")).isEqualTo("T05thread:1;watch:%x;".formatted(stack - 8));
      assertThat(gdb.ask("m%x,8".formatted(stack - 8))).isEqualTo(before);
      assertThat(gdb.ask("s")).isEqualTo(STEPPED_ONE);
      assertThat(gdb.ask("m%x,8".formatted(stack - 8))).isNotEqualTo(before);
    }
  }

  @Test
  void allHartsAreThreadsAndARunningGuestIsStopped() throws Exception {
    try (LiveGuest guest = new LiveGuest("hammer", 2);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      assertThat(gdb.ask("qfThreadInfo")).isEqualTo("m1,2");
      assertThat(gdb.ask("qThreadExtraInfo,2")).isEqualTo(Hex.ofText("guest/vcpu1"));
      for (int i = 0; i < 20; i++) {
        gdb.send("c");
        gdb.sendRaw(new byte[] {3});
        assertThat(gdb.receive()).isEqualTo("T02thread:1;");
        assertThat(guest.vm.state()).isEqualTo(VmState.SUSPENDED);
        assertThat(guest.other.state()).isEqualTo(VmState.SUSPENDED);
      }
    }
  }

  @Test
  void theEndOfTheRunIsTheEndOfTheSession() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      gdb.send("c");
      assertThat(guest.vm.awaitStop(Duration.ofSeconds(60))).isPresent();
      guest.server.exited(3);
      assertThat(gdb.receive()).isEqualTo("W03");
    }
  }

  @Test
  void aKillIsToldToTheRun() throws Exception {
    try (LiveGuest guest = new LiveGuest("hammer", 1)) {
      try (GdbClient gdb = new GdbClient(guest.server.port())) {
        gdb.ask("?");
        gdb.send("k");
        org.assertj.core.api.Assertions.assertThatThrownBy(gdb::receive)
            .isInstanceOf(IOException.class);
      }
      assertThat(guest.killed).isTrue();
    }
  }

  @Test
  void gdbGetsADescriptionOfTheRegisters() throws Exception {
    try (LiveGuest guest = new LiveGuest("hello", 1);
        GdbClient gdb = new GdbClient(guest.server.port())) {
      assertThat(gdb.ask("qSupported:multiprocess+")).contains("qXfer:features:read+");
      StringBuilder xml = new StringBuilder();
      String part;
      do {
        part = gdb.ask("qXfer:features:read:target.xml:%x,400".formatted(xml.length()));
        xml.append(part, 1, part.length());
      } while (part.startsWith("m"));
      assertThat(xml)
          .contains("<architecture>riscv:rv64</architecture>")
          .contains("<reg name=\"pc\" bitsize=\"64\" regnum=\"32\" type=\"code_ptr\"/>")
          .contains("name=\"v31\" bitsize=\"2048\"")
          .endsWith("</target>\n");
    }
  }

  /** What a debugger may say, and what it may not. */
  @Test
  void whateverIsSentTheServerServesTheNextOne() throws Exception {
    String[] words = {
      "g",
      "G",
      "p",
      "P",
      "m",
      "M",
      "X",
      "Z0,",
      "Z1,",
      "Z2,",
      "Z3,",
      "Z4,",
      "Z9,",
      "z0,",
      "z2,",
      "H",
      "Hg",
      "Hc",
      "T",
      "q",
      "qSupported",
      "qXfer:features:read:target.xml:",
      "qRcmd,",
      "qThreadExtraInfo,",
      "vCont;",
      "vCont;s:",
      "vCont?",
      "?",
      "!",
      "bs",
      "bc",
      "s",
      "80200000",
      ",",
      ":",
      ";",
      "=",
      "-1",
      "0",
      "1",
      "ffffffffffffffff",
      "fffffffffffffffff",
      "zz",
      "4",
      "#"
    };
    Random random = new Random(7);
    try (LiveGuest guest = new LiveGuest("hammer", 2)) {
      for (int session = 0; session < 30; session++) {
        try (GdbClient gdb = new GdbClient(guest.server.port())) {
          for (int i = 0; i < 50; i++) {
            StringBuilder packet = new StringBuilder();
            for (int left = 1 + random.nextInt(5); left > 0; left--) {
              packet.append(words[random.nextInt(words.length)]);
            }
            gdb.send(packet.toString());
            if (random.nextInt(8) == 0) {
              gdb.sendRaw(new byte[] {3});
            }
          }
          byte[] noise = new byte[random.nextInt(300)];
          random.nextBytes(noise);
          gdb.sendRaw(noise);
          gdb.finish();
        } catch (IOException e) {
          // A packet was a kill or a detachment.
        }
      }
      try (GdbClient gdb = new GdbClient(guest.server.port())) {
        assertThat(gdb.ask("qC")).isEqualTo("QC1");
        assertThat(gdb.ask("qAttached")).isEqualTo("1");
      }
      assertThat(guest.reports).isEmpty();
    }
  }

  @Test
  void textIsHexadecimal() {
    assertThat(Hex.ofText("é")).isEqualTo("c3a9");
    assertThat(new String(Hex.bytes("41"), StandardCharsets.US_ASCII)).isEqualTo("A");
  }
}

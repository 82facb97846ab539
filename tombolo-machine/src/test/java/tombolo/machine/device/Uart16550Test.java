// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;

/** The registers as the PC16550D data sheet has them, and as Linux's 8250 driver probes them. */
final class Uart16550Test {
  private static final int RBR = 0;
  private static final int THR = 0;
  private static final int IER = 1;
  private static final int IIR = 2;
  private static final int FCR = 2;
  private static final int LCR = 3;
  private static final int MCR = 4;
  private static final int LSR = 5;
  private static final int MSR = 6;
  private static final int SCR = 7;

  private final BufferConsole console = new BufferConsole(HostServices.system());
  private final RecordedLine line = new RecordedLine();
  private final Uart16550 uart = new Uart16550(console, line);

  private int in(int register) {
    return (int) uart.read(register, 1);
  }

  private void out(int register, int value) {
    uart.write(register, 1, value);
  }

  @Test
  void printsWhatIsWrittenToItsTransmitter() {
    for (byte octet : "hello\n".getBytes(StandardCharsets.US_ASCII)) {
      assertThat(in(LSR) & 0x60).isEqualTo(0x60);
      out(THR, octet);
    }
    out(THR, 0xff);
    assertThat(console.bytes()).containsExactly('h', 'e', 'l', 'l', 'o', '\n', 0xff);
  }

  @Test
  void receivesWhatIsTypedByteForByte() {
    assertThat(in(LSR)).isEqualTo(0x60);
    console.type(new byte[] {'a', (byte) 0xfe});
    assertThat(in(LSR)).isEqualTo(0x61);
    assertThat(in(RBR)).isEqualTo('a');
    assertThat(in(LSR)).isEqualTo(0x61);
    assertThat(in(RBR)).isEqualTo(0xfe);
    assertThat(in(LSR)).isEqualTo(0x60);
  }

  @Test
  void whatIsTypedAheadSurvivesADriverThatClearsTheFifos() {
    console.type("typed");
    out(FCR, 0x07);
    in(RBR);
    out(FCR, 0x01);
    assertThat(in(LSR) & 1).isEqualTo(1);
    assertThat(in(RBR)).isEqualTo('t');
  }

  @Test
  void theReceiveInterruptIsRaisedByInputAndTakenBackByReadingIt() {
    out(IER, 0x01);
    assertThat(line.level).isFalse();
    assertThat(in(IIR)).isEqualTo(0x01);
    console.type("x");
    assertThat(line.level).isTrue();
    assertThat(in(IIR)).isEqualTo(0x04);
    assertThat(in(RBR)).isEqualTo('x');
    assertThat(line.level).isFalse();
    assertThat(in(IIR)).isEqualTo(0x01);
  }

  @Test
  void belowTheTriggerLevelItIsACharacterTimeOut() {
    out(FCR, 0x81); // FIFOs, 8 bytes
    out(IER, 0x01);
    console.type("1234567");
    assertThat(in(IIR)).isEqualTo(0xcc);
    console.type("8");
    assertThat(in(IIR)).isEqualTo(0xc4);
    in(RBR);
    assertThat(in(IIR)).isEqualTo(0xcc);
    assertThat(line.level).isTrue();
  }

  @Test
  void inputBeyondTheFifoWaitsOnTheLineAndIsNotLost() {
    out(FCR, 0x01);
    out(IER, 0x01);
    String typed = "0123456789abcdefghijklmnopqrstuvwxyz";
    console.type(typed);
    StringBuilder received = new StringBuilder();
    while ((in(LSR) & 1) != 0) {
      received.append((char) in(RBR));
    }
    assertThat(received).hasToString(typed);
    assertThat(in(LSR) & 2).as("overrun").isZero();
  }

  @Test
  void enablingTheTransmitterInterruptRaisesItAtOnce() {
    out(IER, 0x02);
    assertThat(line.level).isTrue();
  }

  @Test
  void readingTheIdentificationTakesTheTransmitterInterruptBackUntilTheNextByte() {
    out(IER, 0x02);
    assertThat(in(IIR)).isEqualTo(0x02);
    assertThat(in(IIR)).isEqualTo(0x01);
    assertThat(line.level).isFalse();
    out(THR, 'x');
    assertThat(line.level).isTrue();
    assertThat(in(IIR)).isEqualTo(0x02);
    // Linux's THRE test: enabling it anew raises it again.
    out(IER, 0x00);
    out(IER, 0x02);
    assertThat(in(IIR)).isEqualTo(0x02);
  }

  @Test
  void readingAnotherInterruptDoesNotTakeTheTransmittersBack() {
    out(IER, 0x03);
    console.type("x");
    assertThat(in(IIR)).isEqualTo(0x04);
    in(RBR);
    assertThat(in(IIR)).isEqualTo(0x02);
  }

  @Test
  void theDivisorLatchHidesDataAndInterruptEnable() {
    out(IER, 0x05);
    out(LCR, 0x83);
    out(0, 0x34);
    out(1, 0x12);
    assertThat(in(0)).isEqualTo(0x34);
    assertThat(in(1)).isEqualTo(0x12);
    out(LCR, 0x03);
    assertThat(in(IER)).isEqualTo(0x05);
    assertThat(console.bytes()).isEmpty();
    assertThat(in(LCR)).isEqualTo(0x03);
  }

  @Test
  void identifiesItselfAsA16550A() {
    // autoconfig(): the upper bits of IER don't exist
    out(IER, 0x00);
    assertThat(in(IER)).isZero();
    out(IER, 0xff);
    assertThat(in(IER)).isEqualTo(0x0f);
    out(IER, 0x00);
    // the scratch register holds what is written
    out(SCR, 0xa5);
    assertThat(in(SCR)).isEqualTo(0xa5);
    // working FIFOs, and no 64-byte FIFO of a 16750
    out(LCR, 0x00);
    out(FCR, 0x01);
    assertThat(in(IIR) >> 6).isEqualTo(3);
    out(FCR, 0x21);
    assertThat(in(IIR) >> 5).isEqualTo(6);
    out(FCR, 0x00);
    assertThat(in(IIR) >> 6).isEqualTo(0);
  }

  @Test
  void loopBackConnectsModemOutputsToInputs() {
    assertThat(in(MSR)).isEqualTo(0xb0);
    // Linux: LOOP | OUT2 | RTS must show as DCD | CTS
    out(MCR, 0x1a);
    assertThat(in(MSR) & 0xf0).isEqualTo(0x90);
    out(MCR, 0x15);
    assertThat(in(MSR) & 0xf0).isEqualTo(0x60);
    out(MCR, 0x00);
    assertThat(in(MSR) & 0xf0).isEqualTo(0xb0);
    assertThat(in(MCR)).isZero();
  }

  @Test
  void aChangeOfModemStatusInterruptsUntilItIsRead() {
    out(IER, 0x08);
    out(MCR, 0x1a); // takes DSR away
    assertThat(line.level).isTrue();
    assertThat(in(IIR)).isEqualTo(0x00);
    assertThat(in(MSR)).isEqualTo(0x92);
    assertThat(line.level).isFalse();
    out(MCR, 0x1e); // the ring indicator begins, which is no event
    assertThat(in(MSR) & 0x0f).isZero();
    out(MCR, 0x1a); // and ends, which is one
    assertThat(in(MSR) & 0x0f).isEqualTo(0x04);
  }

  @Test
  void loopBackSendsToItselfAndOverrunsWhenNobodyReads() {
    out(FCR, 0x01);
    out(MCR, 0x10);
    console.type("outside");
    for (int i = 0; i < 17; i++) {
      out(THR, i);
    }
    assertThat(console.bytes()).isEmpty();
    out(IER, 0x04);
    assertThat(in(IIR)).isEqualTo(0xc6);
    assertThat(in(LSR)).isEqualTo(0x63);
    assertThat(line.level).as("reading LSR takes the overrun back").isFalse();
    for (int i = 0; i < 16; i++) {
      assertThat(in(RBR)).isEqualTo(i);
    }
    assertThat(in(LSR)).isEqualTo(0x60);
  }

  @Test
  void changingTheFifoModeEmptiesTheReceiver() {
    out(MCR, 0x10);
    out(THR, 'x');
    out(FCR, 0x01);
    assertThat(in(LSR) & 1).isZero();
  }

  @Test
  void aWideAccessActsOnOneRegisterOnly() {
    uart.write(THR, 4, 0x44434241);
    assertThat(console.text()).isEqualTo("A");
    console.type("xyz");
    assertThat(uart.read(LSR, 8)).isEqualTo(0x61);
    assertThat(uart.read(RBR, 4)).isEqualTo('x');
    in(LSR);
    assertThat(in(RBR)).isEqualTo('y');
  }

  @Test
  void nothingIsBehindTheRegisters() {
    uart.write(8, 1, 'x');
    assertThat(uart.read(8, 1)).isZero();
    assertThat(console.bytes()).isEmpty();
  }

  @Test
  void resetMakesItSilent() {
    out(IER, 0x03);
    console.type("x");
    assertThat(line.level).isTrue();
    uart.reset();
    assertThat(line.level).isFalse();
    assertThat(in(IER)).isZero();
    assertThat(in(IIR)).isEqualTo(0x01);
  }
}

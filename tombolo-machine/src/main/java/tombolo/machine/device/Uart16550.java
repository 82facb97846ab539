// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import tombolo.machine.console.Console;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * A 16550A serial port (National Semiconductor PC16550D data sheet), its registers one byte apart.
 *
 * <p>The line is infinitely fast: a byte is sent as it is written, so the transmitter is always
 * empty, and a character time-out is due as soon as anything waits below the trigger level. Input
 * stays on the line, that is in the {@link Console}, until the guest looks for it (reads LSR or has
 * enabled the receive interrupt), so a driver that clears the FIFOs when it starts loses nothing
 * that was typed ahead.
 *
 * <p>A wider access acts on the one register at its first byte.
 *
 * <p>Thread-safe: one lock guards all registers. The interrupt line is set under it, so the line
 * always shows the state that was stored last; an {@link InterruptLine} therefore never calls a
 * device back.
 */
public final class Uart16550 implements MmioDevice, Stateful {
  /** Bytes of address space that the registers take. */
  public static final int LENGTH = 8;

  // Register offsets; some are two registers, one for reading and one for writing.
  private static final int RBR_THR_DLL = 0;
  private static final int IER_DLM = 1;
  private static final int IIR_FCR = 2;
  private static final int LCR = 3;
  private static final int MCR = 4;
  private static final int LSR = 5;
  private static final int MSR = 6;
  private static final int SCR = 7;

  private static final int IER_RECEIVED = 0x01;
  private static final int IER_TRANSMITTER_EMPTY = 0x02;
  private static final int IER_LINE_STATUS = 0x04;
  private static final int IER_MODEM_STATUS = 0x08;

  private static final int IIR_NONE = 0x01;
  private static final int IIR_MODEM_STATUS = 0x00;
  private static final int IIR_TRANSMITTER_EMPTY = 0x02;
  private static final int IIR_RECEIVED = 0x04;
  private static final int IIR_LINE_STATUS = 0x06;
  private static final int IIR_TIMEOUT = 0x0c;
  private static final int IIR_FIFOS = 0xc0;

  private static final int FCR_ENABLE = 0x01;
  private static final int FCR_CLEAR_RECEIVER = 0x02;

  private static final int LCR_DIVISOR_LATCH = 0x80;

  private static final int MCR_LOOP = 0x10;
  private static final int MCR_MASK = 0x1f;

  private static final int LSR_DATA_READY = 0x01;
  private static final int LSR_OVERRUN = 0x02;
  private static final int LSR_TRANSMITTER_IDLE = 0x60; // THRE and TEMT

  private static final int[] TRIGGER_LEVELS = {1, 4, 8, 14};
  private static final int POWER_ON_DIVISOR =
      12; // 9600 baud from 1.8432 MHz, as firmware leaves it

  private final Console console;
  private final InterruptLine line;
  private final Object lock = new Object();

  // All guarded by lock.
  private final ReceiveFifo received = new ReceiveFifo();
  private final ModemStatus modem = new ModemStatus();
  private boolean fifos;
  private int trigger;
  private int ier;
  private int lcr;
  private int mcr;
  private int scratch;
  private int divisor;
  private boolean overrun;
  private boolean transmitterEmptyPending;
  private boolean raised;

  /**
   * Makes a port in its power-on state.
   *
   * @param console the other end of the serial line
   * @param line to the interrupt controller
   */
  public Uart16550(Console console, InterruptLine line) {
    this.console = console;
    this.line = line;
    reset();
    console.onInput(this::inputArrived);
  }

  @Override
  public String name() {
    return "uart";
  }

  /** Returns to the power-on state. What waits in the console stays there. */
  public void reset() {
    synchronized (lock) {
      received.clear();
      modem.reset();
      fifos = false;
      trigger = 1;
      ier = 0;
      lcr = 0;
      mcr = 0;
      scratch = 0;
      divisor = POWER_ON_DIVISOR;
      overrun = false;
      transmitterEmptyPending = false;
      raised = false;
      line.lower();
    }
  }

  @Override
  public void save(StateWriter out) {
    synchronized (lock) {
      out.flag(fifos).number(trigger).number(ier).number(lcr).number(mcr).number(scratch);
      out.number(divisor).flag(overrun).flag(transmitterEmptyPending);
      out.part("received", received).part("modem", modem);
    }
  }

  /** Replaces the registers, and sets the line as they want it. */
  @Override
  public void restore(StateReader in) {
    synchronized (lock) {
      fifos = in.flag();
      trigger = in.int32(1, ReceiveFifo.DEPTH);
      ier = in.int32(0, 0x0f);
      lcr = in.int32(0, 0xff);
      mcr = in.int32(0, MCR_MASK);
      scratch = in.int32(0, 0xff);
      divisor = in.int32(0, 0xffff);
      overrun = in.flag();
      transmitterEmptyPending = in.flag();
      in.part("received", received).part("modem", modem);
      if (received.size() > capacity()) {
        throw in.wrong("%d bytes in a FIFO of %d".formatted(received.size(), capacity()));
      }
      raised = pendingInterrupt() != IIR_NONE;
      line.set(raised);
    }
  }

  private void inputArrived() {
    synchronized (lock) {
      updateLine();
    }
  }

  @Override
  public long read(long offset, int size) {
    if (offset >= LENGTH) {
      return 0;
    }
    synchronized (lock) {
      int value = readRegister((int) offset);
      updateLine();
      return value;
    }
  }

  @Override
  public void write(long offset, int size, long value) {
    if (offset >= LENGTH) {
      return;
    }
    synchronized (lock) {
      writeRegister((int) offset, (int) value & 0xff);
      updateLine();
    }
  }

  private int readRegister(int register) {
    boolean latch = (lcr & LCR_DIVISOR_LATCH) != 0;
    return switch (register) {
      case RBR_THR_DLL -> latch ? divisor & 0xff : received.take();
      case IER_DLM -> latch ? divisor >> 8 : ier;
      case IIR_FCR -> readInterruptIdentification();
      case LCR -> lcr;
      case MCR -> mcr;
      case LSR -> readLineStatus();
      case MSR -> modem.read();
      default -> scratch;
    };
  }

  private void writeRegister(int register, int value) {
    boolean latch = (lcr & LCR_DIVISOR_LATCH) != 0;
    switch (register) {
      case RBR_THR_DLL -> {
        if (latch) {
          divisor = (divisor & 0xff00) | value;
        } else {
          transmit(value);
        }
      }
      case IER_DLM -> {
        if (latch) {
          divisor = (divisor & 0xff) | (value << 8);
        } else {
          writeInterruptEnable(value);
        }
      }
      case IIR_FCR -> writeFifoControl(value);
      case LCR -> lcr = value;
      case MCR -> {
        mcr = value & MCR_MASK;
        modem.update(mcr);
      }
      case SCR -> scratch = value;
      default -> {
        // LSR and MSR are read-only here; the data sheet leaves writing to them to factory tests.
      }
    }
  }

  private void transmit(int value) {
    if ((mcr & MCR_LOOP) != 0) {
      overrun |= !received.put(value, capacity());
    } else {
      console.write((byte) value);
    }
    transmitterEmptyPending = true;
  }

  private void writeInterruptEnable(int value) {
    int before = ier;
    ier = value & 0x0f;
    // Enabling it while the transmitter is empty raises it at once, which drivers rely on.
    if ((ier & ~before & IER_TRANSMITTER_EMPTY) != 0) {
      transmitterEmptyPending = true;
    }
  }

  private void writeFifoControl(int value) {
    boolean enable = (value & FCR_ENABLE) != 0;
    if (enable != fifos || (value & FCR_CLEAR_RECEIVER) != 0) {
      received.clear();
    }
    fifos = enable;
    trigger = enable ? TRIGGER_LEVELS[value >> 6] : 1;
  }

  /** Returns which interrupt is the most urgent one, and takes the transmitter's back. */
  private int readInterruptIdentification() {
    int pending = pendingInterrupt();
    if (pending == IIR_TRANSMITTER_EMPTY) {
      transmitterEmptyPending = false;
    }
    return pending | (fifos ? IIR_FIFOS : 0);
  }

  private int readLineStatus() {
    receive();
    int status = LSR_TRANSMITTER_IDLE;
    if (!received.isEmpty()) {
      status |= LSR_DATA_READY;
    }
    if (overrun) {
      status |= LSR_OVERRUN;
    }
    overrun = false;
    return status;
  }

  /** Receives what there is room for; in loop-back mode the line is cut off. */
  private void receive() {
    while ((mcr & MCR_LOOP) == 0 && received.size() < capacity()) {
      int octet = console.read();
      if (octet < 0) {
        return;
      }
      received.put(octet, capacity());
    }
  }

  private int capacity() {
    return fifos ? ReceiveFifo.DEPTH : 1;
  }

  private int pendingInterrupt() {
    if ((ier & IER_LINE_STATUS) != 0 && overrun) {
      return IIR_LINE_STATUS;
    }
    if ((ier & IER_RECEIVED) != 0 && !received.isEmpty()) {
      return received.size() >= trigger ? IIR_RECEIVED : IIR_TIMEOUT;
    }
    if ((ier & IER_TRANSMITTER_EMPTY) != 0 && transmitterEmptyPending) {
      return IIR_TRANSMITTER_EMPTY;
    }
    if ((ier & IER_MODEM_STATUS) != 0 && modem.hasChanged()) {
      return IIR_MODEM_STATUS;
    }
    return IIR_NONE;
  }

  private void updateLine() {
    if ((ier & IER_RECEIVED) != 0) {
      receive();
    }
    boolean pending = pendingInterrupt() != IIR_NONE;
    if (pending != raised) {
      raised = pending;
      line.set(pending);
    }
  }
}

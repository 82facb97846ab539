// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The modem status register of a 16550A: a cable to a peer that is always ready, or in loop-back
 * mode the port's own modem control outputs. Guarded by its UART's lock.
 */
final class ModemStatus implements Stateful {
  private static final int CTS = 0x10;
  private static final int DSR = 0x20;
  private static final int RI = 0x40;
  private static final int DCD = 0x80;
  private static final int READY = CTS | DSR | DCD;

  private int inputs = READY;
  // The low four bits say which input has changed since the register was read.
  private int changes;

  void reset() {
    inputs = READY;
    changes = 0;
  }

  boolean hasChanged() {
    return changes != 0;
  }

  /** Follows a store to the modem control register. */
  void update(int mcr) {
    int now = (mcr & 0x10) != 0 ? looped(mcr) : READY;
    // The ring indicator reports only its end ("trailing edge"), the others any change.
    int changed = ((now ^ inputs) & (CTS | DSR | DCD)) | (inputs & ~now & RI);
    changes |= changed >> 4;
    inputs = now;
  }

  int read() {
    int value = inputs | changes;
    changes = 0;
    return value;
  }

  @Override
  public void save(StateWriter out) {
    out.number(inputs).number(changes);
  }

  @Override
  public void restore(StateReader in) {
    inputs = in.int32(0, 0xf0) & 0xf0;
    changes = in.int32(0, 0xf);
  }

  private static int looped(int mcr) {
    int dtr = mcr & 1;
    int rts = mcr >> 1 & 1;
    int outputs = mcr & 0x0c; // OUT1 and OUT2, which go to RI and DCD
    return rts * CTS | dtr * DSR | outputs << 4;
  }
}

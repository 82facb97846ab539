// SPDX-License-Identifier: Apache-2.0
package tombolo.guest;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import tombolo.guest.linux.UioDevice;

/**
 * The device through Linux's {@code uio_pci_generic}. An access to a register is an exit of this
 * hart or vCPU, which completes after all of its earlier stores; volatile accesses keep the
 * compiler from moving it.
 */
record LinuxDevice(UioDevice uio) implements Device {
  private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
  private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

  @Override
  public int readInt(int offset) {
    return (int) INT.getVolatile(uio.registers(), (long) offset);
  }

  @Override
  public void writeInt(int offset, int value) {
    INT.setVolatile(uio.registers(), (long) offset, value);
  }

  @Override
  public void writeLong(int offset, long value) {
    LONG.setVolatile(uio.registers(), (long) offset, value);
  }

  @Override
  public MemorySegment map(long offset, long size, Arena arena) throws IOException {
    return uio.mapWindow(offset, size, arena);
  }

  @Override
  public void awaitInterrupt(long nanos) throws IOException {
    uio.awaitInterrupt(nanos);
  }

  @Override
  public void wakeUp() throws IOException {
    uio.wakeUp();
  }

  @Override
  public void close() throws IOException {
    uio.close();
  }
}

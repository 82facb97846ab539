// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.LongAdder;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The message-signalled interrupts of one PCI function (MSI-X, PCI Local Bus Specification 3.0,
 * 6.8.2): a capability, and a BAR of 4 KiB with the table of vectors at 0 and the pending bits at
 * 0x800.
 *
 * <p>A message is a store of 32 bits at a guest physical address that the guest has chosen. It goes
 * through the bus and reaches only a device that takes messages ({@link
 * MmioDevice#takesMessages()}), which an interrupt controller does; any other one is dropped and
 * counted. So a guest cannot have a device's interrupt call another device, or the same one, from
 * inside. Memory is not written either.
 *
 * <p>A vector that is masked, by itself, by the function's mask or because the function is no bus
 * master, becomes pending and is sent when nothing masks it any more. While the capability is
 * enabled the function's pin is cut off.
 *
 * <p>Owned by its function. Thread-safe: one lock guards all of it. Messages are sent under it, so
 * it is the last lock before the interrupt controller's: {@link #signal} can be called with any
 * other lock held, from any thread.
 */
public final class Msix implements Stateful {
  /** The most vectors that fit into the BAR. */
  public static final int MAX_VECTORS = 128;

  private static final int BAR_SIZE = 4096;
  private static final int TABLE = 0;
  private static final int PENDING = 0x800;
  private static final int ENTRY = 16;
  private static final int DATA = 8;
  private static final int VECTOR_CONTROL = 12;
  private static final int MASKED = 1;

  private static final int CONTROL = 2;
  private static final int CONTROL_FUNCTION_MASK = 1 << 14;
  private static final int CONTROL_ENABLE = 1 << 15;

  private final int vectors;
  private final int bar;
  private final DeviceBus mmio;
  private final LongAdder sent = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Object lock = new Object();

  // Guarded by lock.
  private final ByteBuffer table;
  private final boolean[] pending;
  private boolean enabled;
  private boolean functionMask;
  private boolean busMaster = true;

  /**
   * Makes the vectors of power-on: not enabled, each one masked.
   *
   * @param vectors how many, 1 to {@link #MAX_VECTORS}
   * @param bar the BAR with table and pending bits, 0 to 5; the function has no other use of it
   * @param mmio where messages go, and where the BAR answers
   */
  public Msix(int vectors, int bar, DeviceBus mmio) {
    if (vectors < 1 || vectors > MAX_VECTORS) {
      throw new IllegalArgumentException("MSI-X has 1 to 128 vectors here, not " + vectors);
    }
    this.vectors = vectors;
    this.bar = bar;
    this.mmio = mmio;
    this.table = ByteBuffer.allocate(vectors * ENTRY).order(ByteOrder.LITTLE_ENDIAN);
    this.pending = new boolean[vectors];
    reset();
  }

  /** Returns how many vectors there are. */
  public int vectors() {
    return vectors;
  }

  /** Returns whether the guest has chosen messages instead of the pin. */
  public boolean enabled() {
    synchronized (lock) {
      return enabled;
    }
  }

  /**
   * Sends a vector's message, now or when it is unmasked. Does nothing if the guest has not enabled
   * MSI-X.
   *
   * @throws IndexOutOfBoundsException if there is no such vector
   */
  public void signal(int vector) {
    synchronized (lock) {
      if (enabled) {
        pending[vector] = true;
        deliver(vector);
      }
    }
  }

  /** Returns how many messages an interrupt controller took. */
  public long sent() {
    return sent.sum();
  }

  /** Returns how many messages went where no interrupt controller takes them. */
  public long dropped() {
    return dropped.sum();
  }

  /** Returns the capability; for {@link PciHost}, which adds it to the function's own. */
  PciCapability capability() {
    ByteBuffer body = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    body.putShort((short) (vectors - 1)).putInt(TABLE | bar).putInt(PENDING | bar);
    ByteBuffer writable = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
    writable.putShort((short) (CONTROL_FUNCTION_MASK | CONTROL_ENABLE));
    return new Capability(body.array(), writable.array());
  }

  /** Returns the BAR; for {@link PciHost}, which adds it to the function's own. */
  PciBar bar() {
    return PciBar.registers(bar, BAR_SIZE, mmio, new Registers());
  }

  /** Follows the bus master bit of the command register. */
  void busMaster(boolean allowed) {
    synchronized (lock) {
      busMaster = allowed;
      deliverAll();
    }
  }

  /** Resets table and pending bits; the bridge resets the capability. */
  void reset() {
    synchronized (lock) {
      for (int vector = 0; vector < vectors; vector++) {
        table.putLong(vector * ENTRY, 0);
        table.putInt(vector * ENTRY + DATA, 0);
        table.putInt(vector * ENTRY + VECTOR_CONTROL, MASKED);
        pending[vector] = false;
      }
    }
  }

  @Override
  public void save(StateWriter out) {
    synchronized (lock) {
      out.bytes(table.array().clone());
      for (boolean each : pending) {
        out.flag(each);
      }
      out.flag(enabled).flag(functionMask).flag(busMaster);
    }
  }

  /** Replaces table, pending bits and masks; sends nothing. */
  @Override
  public void restore(StateReader in) {
    synchronized (lock) {
      byte[] saved = in.bytes(table.capacity());
      if (saved.length != table.capacity()) {
        throw in.wrong("%d bytes of a table of %d".formatted(saved.length, table.capacity()));
      }
      table.put(0, saved);
      for (int vector = 0; vector < vectors; vector++) {
        int control = vector * ENTRY + VECTOR_CONTROL;
        table.putInt(control, table.getInt(control) & MASKED);
        pending[vector] = in.flag();
      }
      enabled = in.flag();
      functionMask = in.flag();
      busMaster = in.flag();
    }
  }

  private void deliverAll() {
    for (int vector = 0; vector < vectors; vector++) {
      deliver(vector);
    }
  }

  /** Sends a pending vector that nothing masks. Lock held. */
  private void deliver(int vector) {
    int entry = vector * ENTRY;
    boolean masked = (table.getInt(entry + VECTOR_CONTROL) & MASKED) != 0;
    if (!pending[vector] || !enabled || functionMask || !busMaster || masked) {
      return;
    }
    pending[vector] = false;
    long gpa = table.getLong(entry) & ~3L;
    long data = Integer.toUnsignedLong(table.getInt(entry + DATA));
    DeviceBus.Slot slot = mmio.find(gpa, 4);
    if (slot != null && slot.device().takesMessages()) {
      slot.device().write(gpa - slot.base(), 4, data);
      sent.increment();
    } else {
      dropped.increment();
    }
  }

  /** The capability: message control, and where table and pending bits are. */
  private final class Capability implements PciCapability {
    private final byte[] body;
    private final byte[] writable;

    private Capability(byte[] body, byte[] writable) {
      this.body = body;
      this.writable = writable;
    }

    @Override
    public int id() {
      return MSIX;
    }

    @Override
    public byte[] body() {
      return body;
    }

    @Override
    public byte[] writable() {
      return writable;
    }

    @Override
    public void afterWrite(ByteBuffer bytes, int offset, int size) {
      control(bytes.getShort(CONTROL));
    }

    @Override
    public void reset() {
      control(0);
    }

    private void control(int value) {
      synchronized (lock) {
        enabled = (value & CONTROL_ENABLE) != 0;
        functionMask = (value & CONTROL_FUNCTION_MASK) != 0;
        deliverAll();
      }
    }
  }

  /** The table and the pending bits, which take aligned accesses of 4 and 8 bytes (6.8.2). */
  private final class Registers implements MmioDevice {
    @Override
    public String name() {
      return "msix";
    }

    @Override
    public long read(long offset, int size) {
      if (size == 8) {
        return offset % 8 != 0 ? 0 : read32((int) offset) | (read32((int) offset + 4) << 32);
      }
      return size != 4 || offset % 4 != 0 ? 0 : read32((int) offset);
    }

    private long read32(int at) {
      synchronized (lock) {
        if (at < table.capacity()) {
          return Integer.toUnsignedLong(table.getInt(at));
        }
        long bits = 0;
        for (int i = 0; i < 32 && at >= PENDING; i++) {
          int vector = (at - PENDING) * 8 + i;
          bits |= vector < vectors && pending[vector] ? 1L << i : 0;
        }
        return bits;
      }
    }

    @Override
    public void write(long offset, int size, long value) {
      if ((size != 4 && size != 8) || offset % size != 0 || offset >= table.capacity()) {
        return; // what the specification leaves undefined, and the pending bits
      }
      synchronized (lock) {
        write32((int) offset, (int) value);
        if (size == 8) {
          write32((int) offset + 4, (int) (value >>> 32));
        }
        deliver((int) offset / ENTRY);
      }
    }

    private void write32(int at, int value) {
      table.putInt(at, at % ENTRY == VECTOR_CONTROL ? value & MASKED : value);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The configuration space of a type 0 function (PCI Local Bus Specification 3.0, chapter 6):
 * identity, command and status, base address registers, interrupt pin, and a chain of capabilities.
 * The bytes after the first 256 read 0. Guarded by its bridge's lock.
 */
final class PciConfig implements Stateful {
  private static final int SIZE = 256;
  private static final int COMMAND = 0x04;
  private static final int STATUS = 0x06;
  private static final int CACHE_LINE = 0x0c;
  private static final int FIRST_BAR = 0x10;
  private static final int SUBSYSTEM = 0x2c;
  private static final int CAPABILITIES = 0x34;
  private static final int INTERRUPT_LINE = 0x3c;
  private static final int INTERRUPT_PIN = 0x3d;
  private static final int HEADER_END = 0x40;

  private static final int COMMAND_MEMORY = 1 << 1;
  private static final int COMMAND_BUS_MASTER = 1 << 2;
  private static final int COMMAND_INTX_DISABLE = 1 << 10;
  private static final int STATUS_INTERRUPT = 1 << 3;
  private static final int STATUS_CAPABILITIES = 1 << 4;

  private static final int BAR_WIDE = 0x4;
  private static final int BAR_PREFETCHABLE = 0x8;

  /** A capability and where its bytes are. */
  private record Placed(PciCapability capability, int at, ByteBuffer bytes) {
    boolean overlaps(int offset, int size) {
      return offset < at + bytes.capacity() && at < offset + size;
    }
  }

  private final ByteBuffer octets = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
  private final ByteBuffer writable = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
  private final List<Placed> capabilities = new ArrayList<>();

  /**
   * Makes the configuration space of power-on.
   *
   * @throws IllegalArgumentException if there is no room for so many capabilities
   */
  PciConfig(PciIdentity identity, boolean interrupts, List<PciCapability> capabilities) {
    octets.putInt(0, identity.vendor() | (identity.device() << 16));
    octets.putInt(8, identity.revision() | (identity.classCode() << 8));
    octets.putInt(SUBSYSTEM, identity.subsystemVendor() | (identity.subsystem() << 16));
    octets.put(INTERRUPT_PIN, (byte) (interrupts ? 1 : 0));
    writable.putShort(
        COMMAND, (short) (COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_INTX_DISABLE));
    writable.put(CACHE_LINE, (byte) 0xff); // software writes and reads it, nothing depends on it
    writable.put(INTERRUPT_LINE, (byte) 0xff); // a note that firmware leaves for software
    chain(capabilities);
  }

  private void chain(List<PciCapability> chained) {
    int pointer = CAPABILITIES;
    int at = HEADER_END;
    for (PciCapability capability : chained) {
      byte[] body = capability.body();
      int length = 2 + body.length;
      if (at + length > SIZE) {
        throw new IllegalArgumentException("no room for %d capabilities".formatted(chained.size()));
      }
      octets.put(pointer, (byte) at);
      octets.put(at, (byte) capability.id());
      octets.put(at + 2, body);
      writable.put(at + 2, capability.writable());
      capabilities.add(
          new Placed(capability, at, octets.slice(at, length).order(ByteOrder.LITTLE_ENDIAN)));
      pointer = at + 1;
      at = (at + length + 3) & ~3;
    }
    if (!chained.isEmpty()) {
      octets.putShort(STATUS, (short) STATUS_CAPABILITIES);
    }
  }

  /** Declares a BAR, which makes its address bits writable. */
  void declare(PciBar bar) {
    int at = FIRST_BAR + 4 * bar.index();
    octets.putInt(at, (bar.wide() ? BAR_WIDE : 0) | (bar.prefetchable() ? BAR_PREFETCHABLE : 0));
    long addressBits = -bar.size();
    writable.putInt(at, (int) addressBits);
    if (bar.wide()) {
      writable.putInt(at + 4, (int) (addressBits >>> 32));
    }
  }

  /** Gives the BAR an address and lets the function answer, as firmware does. */
  void assign(PciBar bar, long gpa) {
    int at = FIRST_BAR + 4 * bar.index();
    int mask = writable.getInt(at);
    octets.putInt(at, (octets.getInt(at) & ~mask) | ((int) gpa & mask));
    if (bar.wide()) {
      octets.putInt(at + 4, (int) (gpa >>> 32));
    }
    octets.putShort(COMMAND, (short) (COMMAND_MEMORY | COMMAND_BUS_MASTER));
  }

  /** Gives every capability the bytes of power-on. */
  void resetCapabilities() {
    for (Placed placed : capabilities) {
      octets.put(placed.at + 2, placed.capability.body());
      placed.capability.reset();
    }
  }

  /** Returns the address in the BAR, or -1 if the function must not answer memory accesses. */
  long address(PciBar bar) {
    if ((command() & COMMAND_MEMORY) == 0) {
      return -1;
    }
    int at = FIRST_BAR + 4 * bar.index();
    long low = Integer.toUnsignedLong(octets.getInt(at) & writable.getInt(at));
    return bar.wide() ? low | ((long) octets.getInt(at + 4) << 32) : low;
  }

  boolean intxDisabled() {
    return (command() & COMMAND_INTX_DISABLE) != 0;
  }

  /** Returns whether the function may access memory, which is also how it sends messages. */
  boolean busMaster() {
    return (command() & COMMAND_BUS_MASTER) != 0;
  }

  private int command() {
    return octets.getShort(COMMAND);
  }

  /** Reads any bytes in the 4 KiB of the function, aligned or not. */
  long read(int offset, int size, boolean interruptLevel) {
    for (Placed placed : capabilities) {
      if (placed.overlaps(offset, size)) {
        placed.capability.beforeRead(placed.bytes, offset - placed.at, size);
      }
    }
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      int at = offset + i;
      int octet = at < SIZE ? octets.get(at) & 0xff : 0;
      if (at == STATUS && interruptLevel) {
        octet |= STATUS_INTERRUPT;
      }
      value = (value << 8) | octet;
    }
    return value;
  }

  @Override
  public void save(StateWriter out) {
    out.bytes(octets.array().clone());
  }

  /**
   * Takes the bits that a guest can write; the others have to be this function's. Capabilities are
   * not told: those that have state restore it themselves.
   */
  @Override
  public void restore(StateReader in) {
    byte[] saved = in.bytes(SIZE);
    if (saved.length != SIZE) {
      throw in.wrong("%d bytes of configuration space".formatted(saved.length));
    }
    for (int at = 0; at < SIZE; at++) {
      if (((saved[at] ^ octets.get(at)) & ~writable.get(at)) != 0) {
        throw in.wrong("another function's configuration space, by byte 0x%x".formatted(at));
      }
    }
    octets.put(0, saved);
  }

  /** Stores the bits that are writable. */
  void write(int offset, int size, long value) {
    for (int i = 0; i < size && offset + i < SIZE; i++) {
      int at = offset + i;
      int mask = writable.get(at);
      int octet = (int) (value >>> (8 * i));
      octets.put(at, (byte) ((octets.get(at) & ~mask) | (octet & mask)));
    }
    for (Placed placed : capabilities) {
      if (placed.overlaps(offset, size)) {
        placed.capability.afterWrite(placed.bytes, offset - placed.at, size);
      }
    }
  }
}

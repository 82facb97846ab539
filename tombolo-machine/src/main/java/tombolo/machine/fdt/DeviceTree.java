// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.fdt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A device tree that a board describes its hardware with, and its flattened form for the guest
 * (Devicetree Specification v0.4, chapters 2 and 5; format version 17).
 *
 * <p>Not thread-safe: one thread builds it and takes the blob.
 */
public final class DeviceTree {
  private static final int MAGIC = 0xd00dfeed;
  private static final int VERSION = 17;
  private static final int LAST_COMPATIBLE_VERSION = 16;
  private static final int HEADER_BYTES = 40;
  private static final int RESERVATION_BYTES = 16;

  private record Reservation(long address, long size) {}

  private final DeviceTreeNode root = new DeviceTreeNode("", this);
  private final List<Reservation> reservations = new ArrayList<>();
  private int lastPhandle;

  /** Makes a tree that has only the node {@code /}. */
  public DeviceTree() {}

  /** The node {@code /}. */
  public DeviceTreeNode root() {
    return root;
  }

  /** Keeps the guest's kernel from using this physical memory as it likes. */
  public DeviceTree reserve(long address, long size) {
    reservations.add(new Reservation(address, size));
    return this;
  }

  int nextPhandle() {
    return ++lastPhandle;
  }

  /**
   * The flattened tree, as boot loaders hand it to a kernel.
   *
   * @param bootCpu physical id ({@code reg}) of the processor that boots
   * @param room bytes at the end, which are part of the blob, for whoever adds to it in place
   */
  public byte[] blob(int bootCpu, int room) {
    StringBlock strings = new StringBlock();
    BlobWriter structure = new BlobWriter();
    root.write(structure, strings);
    structure.endOfTree();
    byte[] structureBytes = structure.bytes();
    byte[] stringBytes = strings.bytes();

    // The reservation block comes first because it alone must be aligned to 8 bytes.
    int structureAt = HEADER_BYTES + RESERVATION_BYTES * (reservations.size() + 1);
    int stringsAt = structureAt + structureBytes.length;
    int total = stringsAt + stringBytes.length + room;
    ByteBuffer blob = ByteBuffer.allocate(total).order(ByteOrder.BIG_ENDIAN);
    blob.putInt(MAGIC);
    blob.putInt(total);
    blob.putInt(structureAt);
    blob.putInt(stringsAt);
    blob.putInt(HEADER_BYTES);
    blob.putInt(VERSION);
    blob.putInt(LAST_COMPATIBLE_VERSION);
    blob.putInt(bootCpu);
    blob.putInt(stringBytes.length);
    blob.putInt(structureBytes.length);
    for (Reservation reservation : reservations) {
      blob.putLong(reservation.address).putLong(reservation.size);
    }
    blob.putLong(0).putLong(0);
    blob.put(structureBytes);
    blob.put(stringBytes);
    return blob.array();
  }
}

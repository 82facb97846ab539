// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.fdt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A node of a {@link DeviceTree}. Properties and children are written in the order in which they
 * were first named; naming a property again replaces its value.
 */
public final class DeviceTreeNode {
  private static final String NAME = "[0-9a-zA-Z,._+?#@-]{1,63}";

  private final String name;
  private final DeviceTree tree;
  private final Map<String, byte[]> properties = new LinkedHashMap<>();
  private final Map<String, DeviceTreeNode> children = new LinkedHashMap<>();
  private int phandle;

  DeviceTreeNode(String name, DeviceTree tree) {
    this.name = name;
    this.tree = tree;
  }

  /**
   * The child of this name, made if it is new.
   *
   * @param childName for example {@code serial@10000000}
   */
  public DeviceTreeNode child(String childName) {
    checkName(childName);
    return children.computeIfAbsent(childName, n -> new DeviceTreeNode(n, tree));
  }

  /** A property without a value, which is true by being there. */
  public DeviceTreeNode flag(String property) {
    return bytes(property, new byte[0]);
  }

  /** A 32-bit number. */
  public DeviceTreeNode u32(String property, int value) {
    return cells(property, value);
  }

  /** A 64-bit number, two cells. */
  public DeviceTreeNode u64(String property, long value) {
    return u64s(property, value);
  }

  /** A list of 32-bit cells, for example interrupt specifiers. */
  public DeviceTreeNode cells(String property, int... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      buffer.putInt(value);
    }
    return bytes(property, buffer.array());
  }

  /** A list of 64-bit numbers, for example {@code reg} with two cells of address and of size. */
  public DeviceTreeNode u64s(String property, long... values) {
    ByteBuffer buffer = ByteBuffer.allocate(8 * values.length);
    for (long value : values) {
      buffer.putLong(value);
    }
    return bytes(property, buffer.array());
  }

  /** One string, or a list of them, for example {@code compatible}. */
  public DeviceTreeNode strings(String property, String... values) {
    ByteArrayOutputStream list = new ByteArrayOutputStream();
    for (String value : values) {
      if (value.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("a string of " + property + " has a NUL");
      }
      list.writeBytes(value.getBytes(StandardCharsets.UTF_8));
      list.write(0);
    }
    return bytes(property, list.toByteArray());
  }

  /** A value of the caller's own making. */
  public DeviceTreeNode bytes(String property, byte[] value) {
    checkName(property);
    properties.put(property, value.clone());
    return this;
  }

  /**
   * The number by which other nodes refer to this one; given out, and written, once it is asked
   * for.
   */
  public int phandle() {
    if (phandle == 0) {
      phandle = tree.nextPhandle();
      u32("phandle", phandle);
    }
    return phandle;
  }

  void write(BlobWriter structure, StringBlock strings) {
    structure.beginNode(name);
    properties.forEach((key, value) -> structure.property(strings.offsetOf(key), value));
    children.values().forEach(child -> child.write(structure, strings));
    structure.endNode();
  }

  private static void checkName(String name) {
    if (!name.matches(NAME)) {
      throw new IllegalArgumentException("not a device tree name: \"" + name + "\"");
    }
  }
}

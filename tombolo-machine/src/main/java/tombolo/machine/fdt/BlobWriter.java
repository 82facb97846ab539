// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.fdt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The structure block of a flattened device tree (section 5.4): big-endian tokens, 4-byte aligned.
 */
final class BlobWriter {
  private static final int BEGIN_NODE = 1;
  private static final int END_NODE = 2;
  private static final int PROP = 3;
  private static final int END = 9;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  void beginNode(String name) {
    word(BEGIN_NODE);
    out.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
    out.write(0);
    align();
  }

  void endNode() {
    word(END_NODE);
  }

  void property(int nameOffset, byte[] value) {
    word(PROP);
    word(value.length);
    word(nameOffset);
    out.writeBytes(value);
    align();
  }

  void endOfTree() {
    word(END);
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  private void word(int value) {
    out.write(value >>> 24);
    out.write(value >>> 16);
    out.write(value >>> 8);
    out.write(value);
  }

  private void align() {
    while (out.size() % 4 != 0) {
      out.write(0);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.fdt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** The strings block of a flattened device tree (section 5.5): each property name once. */
final class StringBlock {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Map<String, Integer> offsets = new LinkedHashMap<>();

  int offsetOf(String name) {
    return offsets.computeIfAbsent(
        name,
        n -> {
          int offset = out.size();
          out.writeBytes(n.getBytes(StandardCharsets.US_ASCII));
          out.write(0);
          return offset;
        });
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}

// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The primitive types that guest and host exchange, as the guest's C code sees them: little-endian,
 * aligned to their size.
 */
enum Primitive {
  BYTE(byte.class, JAVA_BYTE),
  SHORT(short.class, JAVA_SHORT),
  CHAR(char.class, JAVA_CHAR),
  INT(int.class, JAVA_INT),
  LONG(long.class, JAVA_LONG),
  FLOAT(float.class, JAVA_FLOAT),
  DOUBLE(double.class, JAVA_DOUBLE);

  private final Class<?> type;
  private final long size;
  private final VarHandle handle;

  Primitive(Class<?> type, ValueLayout layout) {
    this.type = type;
    this.size = layout.byteSize();
    this.handle = layout.withOrder(ByteOrder.LITTLE_ENDIAN).varHandle();
  }

  /** Returns the primitive of this type; throws IllegalArgumentException if there is none. */
  static Primitive of(Class<?> type) {
    for (Primitive primitive : values()) {
      if (primitive.type == type) {
        return primitive;
      }
    }
    throw new IllegalArgumentException(
        "%s is none of byte, short, char, int, long, float, double".formatted(type.getName()));
  }

  /** Returns the size in bytes, which is also the alignment. */
  long size() {
    return size;
  }

  Object get(MemorySegment segment, long offset) {
    return handle.get(segment, offset);
  }

  void set(MemorySegment segment, long offset, Object value) {
    handle.set(segment, offset, value);
  }
}

// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * The layout of a record of primitives in guest memory: that of a C struct with the same fields, in
 * every 64-bit ABI that guests use. Each field is aligned to its size, and the whole to its largest
 * field. The size is padded to that alignment. All fields are little-endian.
 *
 * <pre>{@code
 * record Descriptor(long address, int length, short flags, short next) {
 *   static final RecordLayout<Descriptor> LAYOUT =
 *       RecordLayout.of(MethodHandles.lookup(), Descriptor.class);
 * }
 * }</pre>
 *
 * <p>Create one layout for each type and keep it. Layouts are for control structures; read and
 * write payload as byte ranges. Immutable.
 *
 * @param <T> the record's type
 */
public final class RecordLayout<T extends Record> {
  private final Class<T> type;
  private final List<Field> fields;
  private final MethodHandle constructor;
  private final long size;
  private final long alignment;

  /** A component with its offset in bytes and the accessor of its value. */
  private record Field(String name, Primitive primitive, long offset, MethodHandle accessor) {}

  private RecordLayout(
      Class<T> type, List<Field> fields, MethodHandle constructor, long size, long alignment) {
    this.type = type;
    this.fields = List.copyOf(fields);
    this.constructor = constructor;
    this.size = size;
    this.alignment = alignment;
  }

  /**
   * Returns the layout of a record.
   *
   * @param lookup a lookup that can see the record, usually {@code MethodHandles.lookup()}
   * @param type a record with at least one component, all byte, short, char, int, long, float or
   *     double
   * @throws IllegalArgumentException if the type is not such a record, or not visible to the lookup
   */
  public static <T extends Record> RecordLayout<T> of(MethodHandles.Lookup lookup, Class<T> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null || components.length == 0) {
      throw new IllegalArgumentException(type.getName() + " is not a record with components");
    }
    List<Field> fields = new ArrayList<>();
    List<Class<?>> types = new ArrayList<>();
    long end = 0;
    long alignment = 1;
    try {
      for (RecordComponent component : components) {
        Primitive primitive = primitive(type, component);
        long offset = roundUp(end, primitive.size());
        MethodHandle accessor = lookup.unreflect(component.getAccessor());
        fields.add(
            new Field(
                component.getName(),
                primitive,
                offset,
                accessor.asType(MethodType.methodType(Object.class, Record.class))));
        types.add(component.getType());
        end = offset + primitive.size();
        alignment = Math.max(alignment, primitive.size());
      }
      MethodHandle constructor =
          lookup
              .findConstructor(type, MethodType.methodType(void.class, types))
              .asSpreader(Object[].class, components.length)
              .asType(MethodType.methodType(Record.class, Object[].class));
      return new RecordLayout<>(type, fields, constructor, roundUp(end, alignment), alignment);
    } catch (IllegalAccessException | NoSuchMethodException invisible) {
      throw new IllegalArgumentException(
          "%s can't see %s: %s".formatted(lookup, type.getName(), invisible.getMessage()),
          invisible);
    }
  }

  private static Primitive primitive(Class<?> type, RecordComponent component) {
    try {
      return Primitive.of(component.getType());
    } catch (IllegalArgumentException unknown) {
      throw new IllegalArgumentException(
          "%s.%s: %s".formatted(type.getName(), component.getName(), unknown.getMessage()),
          unknown);
    }
  }

  private static long roundUp(long value, long alignment) {
    return (value + alignment - 1) & -alignment;
  }

  /** Returns the size in bytes, padding included, like C's {@code sizeof}. */
  public long size() {
    return size;
  }

  /** Returns the alignment of a record's address in bytes: 1, 2, 4 or 8. */
  public long alignment() {
    return alignment;
  }

  /**
   * Returns a field's offset from the record's start in bytes, like C's {@code offsetof}.
   *
   * @throws IllegalArgumentException if the record has no such component
   */
  public long offsetOf(String component) {
    for (Field field : fields) {
      if (field.name.equals(component)) {
        return field.offset;
      }
    }
    throw new IllegalArgumentException(type.getName() + " has no component " + component);
  }

  int fieldCount() {
    return fields.size();
  }

  long fieldOffset(int index) {
    return fields.get(index).offset;
  }

  Primitive fieldType(int index) {
    return fields.get(index).primitive;
  }

  /** Returns the values of a record's fields. Runs the record's code: call it without a lock. */
  Object[] valuesOf(T value) {
    Object[] values = new Object[fields.size()];
    try {
      for (int i = 0; i < values.length; i++) {
        values[i] = (Object) fields.get(i).accessor.invokeExact((Record) value);
      }
    } catch (Throwable thrown) {
      throw unchecked(thrown);
    }
    return values;
  }

  /** Creates a record of these values. Runs the record's code: call it without a lock. */
  T recordOf(Object[] values) {
    try {
      return type.cast((Record) constructor.invokeExact(values));
    } catch (Throwable thrown) {
      throw unchecked(thrown);
    }
  }

  /** Converts what a record threw, which declares no checked exceptions (JLS 8.10.3, 8.10.4). */
  private static RuntimeException unchecked(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    return thrown instanceof RuntimeException exception
        ? exception
        : new IllegalStateException(thrown);
  }

  @Override
  public String toString() {
    return "RecordLayout[%s, %d bytes, alignment %d]".formatted(type.getName(), size, alignment);
  }
}

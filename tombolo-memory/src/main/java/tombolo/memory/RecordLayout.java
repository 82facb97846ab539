// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;

/**
 * How a record of primitives lies in guest memory: as a C compiler lays out the struct with the
 * same fields, for every 64-bit ABI that guests have. Each field is aligned to its size, the whole
 * to its largest field, and the size is padded to that; all is little-endian.
 *
 * <pre>{@code
 * record Descriptor(long address, int length, short flags, short next) {
 *   static final RecordLayout<Descriptor> LAYOUT =
 *       RecordLayout.of(MethodHandles.lookup(), Descriptor.class);
 * }
 * }</pre>
 *
 * <p>Made once for each type. Meant for control structures; payload goes by byte ranges. Immutable.
 *
 * @param <T> the record
 */
public final class RecordLayout<T extends Record> {
  private final Class<T> type;
  private final List<Field> fields;
  private final MethodHandle constructor;
  private final long size;
  private final long alignment;

  /** A component: where it lies, and how its value is had of a record. */
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
   * The layout of a record.
   *
   * @param lookup one that can see the record, usually {@code MethodHandles.lookup()}
   * @param type a record with at least one component, all byte, short, char, int, long, float or
   *     double
   * @throws IllegalArgumentException if the record is none such, or not visible to the lookup
   */
  public static <T extends Record> RecordLayout<T> of(MethodHandles.Lookup lookup, Class<T> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null || components.length == 0) {
      throw new IllegalArgumentException(type.getName() + " is no record with components");
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

  /** Bytes from one to the next in an array of them, as C's {@code sizeof}. */
  public long size() {
    return size;
  }

  /** What its address is a multiple of: 1, 2, 4 or 8. */
  public long alignment() {
    return alignment;
  }

  /**
   * Where a field lies, in bytes from the beginning, as C's {@code offsetof}.
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

  /** The values of a record's fields. Runs the record's own code, so no lock is held. */
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

  /** A record of these values. Runs the record's own code, so no lock is held. */
  T recordOf(Object[] values) {
    try {
      return type.cast((Record) constructor.invokeExact(values));
    } catch (Throwable thrown) {
      throw unchecked(thrown);
    }
  }

  /** Constructor and accessors of a record declare no checked exception (JLS 8.10.3, 8.10.4). */
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

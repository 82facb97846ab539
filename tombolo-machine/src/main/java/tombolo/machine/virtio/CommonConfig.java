// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import org.jspecify.annotations.Nullable;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The common configuration structure of the PCI transport (virtio 1.2, 4.1.4.3). An access acts on
 * the field at its first byte; fields of 64 bits can be accessed in halves. Guarded by the device's
 * lock, which the caller holds.
 */
final class CommonConfig implements Stateful {
  /** The bytes of the structure. */
  static final int LENGTH = 0x38;

  private static final int DEVICE_FEATURE_SELECT = 0x00;
  private static final int DEVICE_FEATURE = 0x04;
  private static final int DRIVER_FEATURE_SELECT = 0x08;
  private static final int DRIVER_FEATURE = 0x0c;
  private static final int CONFIG_VECTOR = 0x10;
  private static final int NUM_QUEUES = 0x12;
  static final int DEVICE_STATUS = 0x14;
  private static final int CONFIG_GENERATION = 0x15;
  private static final int QUEUE_SELECT = 0x16;
  private static final int QUEUE_SIZE = 0x18;
  private static final int QUEUE_VECTOR = 0x1a;
  private static final int QUEUE_ENABLE = 0x1c;
  private static final int QUEUE_NOTIFY_OFFSET = 0x1e;
  private static final int QUEUE_DESCRIPTORS = 0x20;
  private static final int QUEUE_DRIVER = 0x28;
  private static final int QUEUE_DEVICE = 0x30;

  private final DeviceState state;
  private int deviceFeatureSelect;
  private int driverFeatureSelect;
  private int queueSelect;

  CommonConfig(DeviceState state) {
    this.state = state;
  }

  /** Returns to the selectors of power-on. */
  void reset() {
    deviceFeatureSelect = 0;
    driverFeatureSelect = 0;
    queueSelect = 0;
  }

  /** Loads from a field; what is wider than its field has zeroes behind it. */
  long read(int at, int size) {
    Virtqueue queue = selected();
    long value =
        switch (at) {
          case DEVICE_FEATURE_SELECT -> Integer.toUnsignedLong(deviceFeatureSelect);
          case DEVICE_FEATURE -> half(state.offered(), deviceFeatureSelect);
          case DRIVER_FEATURE_SELECT -> Integer.toUnsignedLong(driverFeatureSelect);
          case DRIVER_FEATURE -> half(state.features(), driverFeatureSelect);
          case CONFIG_VECTOR -> state.configVector;
          case NUM_QUEUES -> state.queues.size();
          case DEVICE_STATUS -> state.status();
          case CONFIG_GENERATION -> state.generation();
          case QUEUE_SELECT -> queueSelect;
          default -> queue == null ? absent(at) : read(queue, at);
        };
    return size == 8 ? value : value & ((1L << (8 * size)) - 1);
  }

  private static long read(Virtqueue queue, int at) {
    return switch (at) {
      case QUEUE_SIZE -> queue.size;
      case QUEUE_VECTOR -> queue.vector;
      case QUEUE_ENABLE -> queue.enabled() ? 1 : 0;
      case QUEUE_NOTIFY_OFFSET -> queue.index();
      case QUEUE_DESCRIPTORS -> queue.descriptorArea;
      case QUEUE_DESCRIPTORS + 4 -> queue.descriptorArea >>> 32;
      case QUEUE_DRIVER -> queue.driverArea;
      case QUEUE_DRIVER + 4 -> queue.driverArea >>> 32;
      case QUEUE_DEVICE -> queue.deviceArea;
      case QUEUE_DEVICE + 4 -> queue.deviceArea >>> 32;
      default -> 0;
    };
  }

  /** Returns what a register of a queue says that is not there: above all a size of 0. */
  private static long absent(int at) {
    return at == QUEUE_VECTOR ? DeviceState.NO_VECTOR : 0;
  }

  /** Stores to a field, but not the status of 0, which resets the device. */
  void write(int at, int size, long value) {
    int low = (int) value;
    switch (at) {
      case DEVICE_FEATURE_SELECT -> deviceFeatureSelect = low;
      case DRIVER_FEATURE_SELECT -> driverFeatureSelect = low;
      case DRIVER_FEATURE -> state.features(withHalf(state.features(), driverFeatureSelect, low));
      case CONFIG_VECTOR -> state.configVector = vector(low);
      case DEVICE_STATUS -> state.addStatus(low & 0xff);
      case QUEUE_SELECT -> queueSelect = low & 0xffff;
      case QUEUE_VECTOR -> {
        Virtqueue queue = selected();
        if (queue != null) {
          queue.vector = vector(low);
        }
      }
      default -> {
        Virtqueue queue = selected();
        // What is enabled is settled until the next reset.
        if (queue != null && !queue.enabled()) {
          write(queue, at, size, value);
        }
      }
    }
  }

  private void write(Virtqueue queue, int at, int size, long value) {
    switch (at) {
      case QUEUE_SIZE -> queue.size = (int) value & 0xffff;
      case QUEUE_ENABLE -> {
        if (((int) value & 0xffff) == 1 && (state.status() & DeviceState.FEATURES_OK) != 0) {
          queue.enable();
        }
      }
      case QUEUE_DESCRIPTORS, QUEUE_DESCRIPTORS + 4 ->
          queue.descriptorArea = withPart(queue.descriptorArea, at, size, value);
      case QUEUE_DRIVER, QUEUE_DRIVER + 4 ->
          queue.driverArea = withPart(queue.driverArea, at, size, value);
      case QUEUE_DEVICE, QUEUE_DEVICE + 4 ->
          queue.deviceArea = withPart(queue.deviceArea, at, size, value);
      default -> {
        // Read-only, or nothing: the store is ignored.
      }
    }
  }

  @Override
  public void save(StateWriter out) {
    out.number(deviceFeatureSelect).number(driverFeatureSelect).number(queueSelect);
  }

  @Override
  public void restore(StateReader in) {
    deviceFeatureSelect = in.int32();
    driverFeatureSelect = in.int32();
    queueSelect = in.int32(0, 0xffff);
  }

  private @Nullable Virtqueue selected() {
    return queueSelect < state.queues.size() ? state.queues.get(queueSelect) : null;
  }

  /** Returns a vector that is there, or none, by which a driver sees that it can't have it. */
  private int vector(int value) {
    int vector = value & 0xffff;
    return vector < state.msix.vectors() ? vector : DeviceState.NO_VECTOR;
  }

  private static long half(long value, int select) {
    return switch (select) {
      case 0 -> value & 0xffff_ffffL;
      case 1 -> value >>> 32;
      default -> 0;
    };
  }

  private static long withHalf(long before, int select, int value) {
    long bits = Integer.toUnsignedLong(value);
    return switch (select) {
      case 0 -> (before & ~0xffff_ffffL) | bits;
      case 1 -> (before & 0xffff_ffffL) | bits << 32;
      default -> before; // bits that were never offered
    };
  }

  /** Returns a field of 64 bits after a store to it, or to one of its halves. */
  private static long withPart(long before, int at, int size, long value) {
    if ((at & 4) != 0) {
      return withHalf(before, 1, (int) value);
    }
    return size == 8 ? value : withHalf(before, 0, (int) value);
  }
}

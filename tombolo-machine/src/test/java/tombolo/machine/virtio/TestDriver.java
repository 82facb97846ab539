// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import tombolo.machine.device.DeviceBus;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.device.RecordedLine;
import tombolo.machine.host.HostServices;
import tombolo.machine.pci.PciHost;
import tombolo.machine.pci.PciWindow;
import tombolo.memory.Access;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;

/**
 * The driver's side of a virtio device, as a test needs it: it can do what a good driver does, and
 * what a bad one does. One thread.
 *
 * <p>RAM is 1 MiB; each queue's areas are at {@link #area}, 16 KiB each, and buffers where the test
 * likes, from {@link #BUFFERS}.
 */
final class TestDriver implements AutoCloseable {
  static final long RAM = 0x8000_0000L;
  static final long RAM_BYTES = 1 << 20;
  static final long BUFFERS = RAM + 0x8_0000;
  static final long PCI_LOW = 0x4000_0000L;

  static final int NEXT = 1;
  static final int WRITE = 2;
  static final int INDIRECT = 4;

  static final long INDIRECT_DESC = 1L << 28;
  static final long EVENT_IDX = 1L << 29;
  static final long VERSION_1 = 1L << 32;

  static final int ACKNOWLEDGE = 1;
  static final int DRIVER = 2;
  static final int DRIVER_OK = 4;
  static final int FEATURES_OK = 8;
  static final int NEEDS_RESET = 64;

  final GuestMemory memory = new GuestMemory();

  /** The bytes of {@link #ram} before and after the guest's part, which are the host's. */
  static final long GUARD = 4096;

  final HostMemory ram = HostMemory.allocate(RAM_BYTES + 2 * GUARD);
  final DeviceBus mmio = new DeviceBus();
  final VirtioPci function;
  final PciHost bridge;
  volatile boolean interrupted;
  private final Semaphore interrupts = new Semaphore(0);
  private final int[] available = new int[64];
  private final int[] used = new int[64];
  private final int[] sizes = new int[64];

  /** Puts a device into slot 2 of a bridge; threads of the host run its workers. */
  TestDriver(VirtioDevice device) {
    this(device, HostServices.system());
  }

  /** Puts a device into slot 2 of a bridge. */
  TestDriver(VirtioDevice device, HostServices host) {
    memory.map(RAM, RAM_BYTES, ram, GUARD, Access.READ_WRITE_EXECUTE);
    function = new VirtioPci("vm", memory, mmio, host, device);
    InterruptLine line =
        new InterruptLine() {
          @Override
          public void raise() {
            interrupted = true;
            interrupts.release();
          }

          @Override
          public void lower() {
            interrupted = false;
          }
        };
    bridge =
        new PciHost(
            new PciWindow(PCI_LOW, 0x1000_0000),
            PciWindow.NONE,
            Stream.of(new RecordedLine(), new RecordedLine(), line, new RecordedLine()).toList());
    function.plugIn(bridge, 2);
  }

  /** Takes over what another driver has and knows: guest memory, and its places in the rings. */
  void copyOf(TestDriver other) {
    ram.segment().copyFrom(other.ram.segment());
    System.arraycopy(other.available, 0, available, 0, available.length);
    System.arraycopy(other.used, 0, used, 0, used.length);
    System.arraycopy(other.sizes, 0, sizes, 0, sizes.length);
  }

  @Override
  public void close() {
    bridge.close();
    memory.unmapAll();
    ram.close();
  }

  /** Reads a register of the common configuration. */
  long get(int at, int size) {
    return function.read(at, size);
  }

  void set(int at, int size, long value) {
    function.write(at, size, value);
  }

  int status() {
    return (int) get(0x14, 1);
  }

  /** Reads and so clears the interrupt status. */
  int isr() {
    return (int) function.read(0x1000, 1);
  }

  static long area(int queue) {
    return RAM + 0x4000L * queue;
  }

  static long availableRing(int queue) {
    return area(queue) + 0x1000;
  }

  static long usedRing(int queue) {
    return area(queue) + 0x2000;
  }

  /** Does all up to DRIVER_OK, with these features and all queues, of at most 16 entries. */
  void start(long features) {
    negotiate(features | VERSION_1);
    assertThat(status() & FEATURES_OK).isEqualTo(FEATURES_OK);
    for (int queue = 0; queue < get(0x12, 2); queue++) {
      enable(queue, Math.min(16, maxSize(queue)));
    }
    set(0x14, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
  }

  void negotiate(long features) {
    set(0x14, 1, 0);
    set(0x14, 1, ACKNOWLEDGE);
    set(0x14, 1, ACKNOWLEDGE | DRIVER);
    for (int half = 0; half < 2; half++) {
      set(0x08, 4, half);
      set(0x0c, 4, features >>> (32 * half) & 0xffff_ffffL);
    }
    set(0x14, 1, ACKNOWLEDGE | DRIVER | FEATURES_OK);
  }

  int maxSize(int queue) {
    set(0x16, 2, queue);
    return (int) get(0x18, 2);
  }

  void enable(int queue, int size) {
    memory.fill(area(queue), 0x4000, (byte) 0);
    available[queue] = 0;
    used[queue] = 0;
    enable(queue, size, area(queue), availableRing(queue), usedRing(queue));
  }

  void enable(int queue, int size, long descriptors, long driverArea, long deviceArea) {
    sizes[queue] = size;
    set(0x16, 2, queue);
    set(0x18, 2, size);
    set(0x20, 8, descriptors);
    set(0x28, 4, driverArea & 0xffff_ffffL);
    set(0x2c, 4, driverArea >>> 32);
    set(0x30, 8, deviceArea);
    set(0x1c, 2, 1);
  }

  void describe(int queue, int index, long gpa, long length, int flags, int next) {
    describeAt(area(queue) + 16L * index, gpa, length, flags, next);
  }

  void describeAt(long descriptor, long gpa, long length, int flags, int next) {
    memory.writeLong(descriptor, gpa);
    memory.writeInt(descriptor + 8, (int) length);
    memory.writeShort(descriptor + 12, (short) flags);
    memory.writeShort(descriptor + 14, (short) next);
  }

  /** Makes a chain available, and notifies. */
  void offer(int queue, int head) {
    offerQuietly(queue, head);
    notifyQueue(queue);
  }

  void offerQuietly(int queue, int head) {
    int at = available[queue]++ & (sizes[queue] - 1);
    memory.writeShort(availableRing(queue) + 4 + 2L * at, (short) head);
    memory.writeShort(availableRing(queue) + 2, (short) available[queue]);
  }

  void notifyQueue(int queue) {
    function.write(0x3000 + 4L * queue, 2, queue);
  }

  /** Returns how many chains came back since the queue was enabled, modulo 2^16. */
  int usedCount(int queue) {
    return memory.readShort(usedRing(queue) + 2) & 0xffff;
  }

  /** Waits until the device has given so many chains back, which a worker of its own does. */
  void awaitUsed(int queue, int count) throws InterruptedException {
    await(() -> usedCount(queue) == (count & 0xffff));
  }

  /** Waits until the device is broken. */
  void awaitBroken() throws InterruptedException {
    await(() -> (status() & NEEDS_RESET) != 0);
  }

  /** Takes each interrupt, as a driver does, and looks then. */
  void await(BooleanSupplier condition) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (true) {
      isr();
      if (condition.getAsBoolean()) {
        return;
      }
      boolean came = interrupts.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      assertThat(came).as("an interrupt in time").isTrue();
    }
  }

  /** Takes the next chain that came back. Returns its head and how much was written. */
  long[] takeUsed(int queue) {
    assertThat(usedCount(queue)).isNotEqualTo(used[queue] & 0xffff);
    long element = usedRing(queue) + 4 + 8L * (used[queue]++ & (sizes[queue] - 1));
    return new long[] {
      Integer.toUnsignedLong(memory.readInt(element)),
      Integer.toUnsignedLong(memory.readInt(element + 4))
    };
  }

  void put(long gpa, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    memory.write(gpa, bytes, 0, bytes.length);
  }

  String text(long gpa, int length) {
    byte[] bytes = new byte[length];
    memory.read(gpa, bytes, 0, length);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

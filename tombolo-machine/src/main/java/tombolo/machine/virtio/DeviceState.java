// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.virtio;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import tombolo.machine.device.InterruptLine;
import tombolo.machine.pci.Msix;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;
import tombolo.memory.GuestMemory;

/**
 * The transport's part of one device: status, features, interrupts, and whether it is broken. This
 * object is the device's lock; every method is called with it held, but for those that say
 * otherwise. It calls guest memory and interrupts only.
 */
final class DeviceState implements VirtioTransport, Stateful {

  /** The value VIRTIO_MSI_NO_VECTOR. */
  static final int NO_VECTOR = 0xffff;

  // Device status (2.1).
  static final int ACKNOWLEDGE = 1;
  static final int DRIVER = 2;
  static final int DRIVER_OK = 4;
  static final int FEATURES_OK = 8;
  static final int NEEDS_RESET = 64;
  static final int FAILED = 128;

  private static final int KNOWN_STATUS =
      ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK | NEEDS_RESET | FAILED;

  private static final int ISR_QUEUE = 1;
  private static final int ISR_CONFIG = 2;

  final GuestMemory memory;
  final Msix msix;
  final List<Virtqueue> queues;
  private final String name;
  private final long offered;
  private final LongAdder breaches = new LongAdder();

  private @Nullable InterruptLine line;
  private int status;
  private long features;
  private int isr;
  int configVector = NO_VECTOR;
  private int generation;
  private byte[] config;
  private boolean configChanged;
  private long life;
  private boolean paused;
  private final IntConsumer serveLater;
  private final Consumer<Throwable> onFailure;

  /**
   * Makes the state of power-on.
   *
   * @param name of VM and device, for the log
   * @param serveLater has a queue served by the transport's worker; any thread, any lock
   * @param onFailure ends the VM's run; any thread, any lock
   */
  DeviceState(
      String name,
      GuestMemory memory,
      Msix msix,
      VirtioDevice device,
      IntConsumer serveLater,
      Consumer<Throwable> onFailure) {
    this.name = name;
    this.serveLater = serveLater;
    this.onFailure = onFailure;
    this.memory = memory;
    this.msix = msix;
    this.offered = device.features() | Feature.OF_TRANSPORT;
    this.config = device.config();
    this.queues =
        IntStream.range(0, device.queues())
            .mapToObj(index -> new Virtqueue(this, index, device.maxQueueSize(index)))
            .toList();
  }

  synchronized void line(InterruptLine pin) {
    line = pin;
  }

  /** Returns how often the driver broke a rule. Any thread, without the lock. */
  long breaches() {
    return breaches.sum();
  }

  @Override
  public Virtqueue queue(int index) {
    return queues.get(index);
  }

  @Override
  public synchronized boolean accepted(int featureBit) {
    return (status & FEATURES_OK) != 0 && (features >>> featureBit & 1) != 0;
  }

  @Override
  public synchronized void configChanged(int featureBit, byte[] now) {
    if (now.length != config.length) {
      throw new IllegalArgumentException("%d bytes, not %d".formatted(now.length, config.length));
    }
    config = now;
    configChanged = true;
    if (accepted(featureBit)) {
      interruptConfig();
    }
  }

  @Override
  public synchronized boolean hasConfig(byte[] now) {
    return Arrays.equals(config, now);
  }

  @Override
  public void serveLater(Virtqueue queue) {
    serveLater.accept(queue.index());
  }

  @Override
  public void failed(Throwable cause) {
    onFailure.accept(cause);
  }

  /** Stops the queues from giving out chains, or lets them again. Any thread, without the lock. */
  synchronized void paused(boolean now) {
    paused = now;
  }

  boolean paused() {
    return paused;
  }

  /**
   * Breaks the device until it is reset, because the driver has broken a rule.
   *
   * @param why completes the sentence "the driver broke a rule: …", for the log
   */
  void breach(String why) {
    if ((status & NEEDS_RESET) != 0) {
      return;
    }
    breaches.increment();
    if (breaches.sum() == 1) {
      System.getLogger(DeviceState.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "%s: the driver broke a rule: %s; the device waits for a reset, and counts what follows"
                  .formatted(name, why));
    }
    status |= NEEDS_RESET;
    life++;
    interruptConfig();
  }

  /** Returns whether the driver has said DRIVER_OK since the last reset. */
  boolean started() {
    return (status & DRIVER_OK) != 0;
  }

  boolean running() {
    return (status & (DRIVER_OK | NEEDS_RESET)) == DRIVER_OK;
  }

  /** Returns a number that each reset and each breach changes: chains of another life are lost. */
  long life() {
    return life;
  }

  boolean isLive(Chain chain) {
    return running() && chain.life == life && !chain.completed;
  }

  void requireLive(Chain chain) throws ChainLostException {
    if (!isLive(chain)) {
      throw new ChainLostException(
          chain.completed ? "it was completed" : "the device was reset or is broken");
    }
  }

  /** Returns to the state of power-on. Every chain is lost. */
  void reset() {
    life++;
    status = 0;
    features = 0;
    configVector = NO_VECTOR;
    configChanged = false;
    queues.forEach(Virtqueue::reset);
    takeIsr();
  }

  int status() {
    return status;
  }

  /**
   * Follows a store of a status that is not 0. The driver cannot take a bit back, nor set ours.
   * FEATURES_OK is set only for features that were offered and have VERSION_1, DRIVER_OK only after
   * that.
   */
  void addStatus(int bits) {
    status |= bits & (ACKNOWLEDGE | DRIVER | FAILED);
    if ((bits & FEATURES_OK) != 0 && agreed()) {
      status |= FEATURES_OK;
    }
    if ((bits & DRIVER_OK) != 0 && (status & FEATURES_OK) != 0) {
      status |= DRIVER_OK;
    }
  }

  private boolean agreed() {
    return (features & ~offered) == 0 && (features >>> Feature.VERSION_1 & 1) != 0;
  }

  /** Returns whether driver and device have agreed on features. */
  boolean hasFeatures() {
    return (status & FEATURES_OK) != 0;
  }

  long offered() {
    return offered;
  }

  long features() {
    return features;
  }

  /** Takes the features that the driver chooses, which it can until FEATURES_OK. */
  void features(long chosen) {
    if ((status & FEATURES_OK) == 0) {
      features = chosen;
    }
  }

  /** Returns the device-specific configuration to a driver (4.1.4.3.1: why reads are counted). */
  byte[] readConfig() {
    if (configChanged) {
      configChanged = false;
      generation = (generation + 1) & 0xff;
    }
    return config;
  }

  /** Returns the bytes of the device-specific configuration; never changes. */
  int configLength() {
    return config.length;
  }

  int generation() {
    return generation;
  }

  /** Reads the ISR status register, which clears it. */
  int takeIsr() {
    int value = isr;
    isr = 0;
    updateLine();
    return value;
  }

  /** Tells the driver of used chains, or of nothing if it has no vector for that. */
  void interruptQueue(int vector) {
    if (!msix.enabled()) {
      isr |= ISR_QUEUE;
      updateLine();
    } else if (vector != NO_VECTOR) {
      msix.signal(vector);
    }
  }

  private void interruptConfig() {
    if (!started()) {
      return;
    }
    isr |= ISR_CONFIG;
    updateLine();
    if (configVector != NO_VECTOR) {
      msix.signal(configVector);
    }
  }

  /** Sets the pin, which the bridge cuts off while MSI-X is enabled. */
  private void updateLine() {
    if (line != null) {
      line.set(isr != 0);
    }
  }

  @Override
  public void save(StateWriter out) {
    out.number(status).number(features).number(isr).number(configVector).number(generation);
    out.bytes(config).flag(configChanged);
    for (Virtqueue queue : queues) {
      out.part("queue" + queue.index(), queue);
    }
  }

  /** Replaces everything, and sets the pin. Chains that were taken before are lost. */
  @Override
  public void restore(StateReader in) {
    life++;
    status = in.int32(0, KNOWN_STATUS);
    features = in.int64();
    boolean agrees = !hasFeatures() || agreed();
    if ((status & ~KNOWN_STATUS) != 0 || !agrees || (started() && !hasFeatures())) {
      throw in.wrong("status 0x%x with features 0x%x".formatted(status, features));
    }
    isr = in.int32(0, ISR_QUEUE | ISR_CONFIG);
    configVector = restoreVector(in);
    generation = in.int32(0, 0xff);
    byte[] saved = in.bytes(config.length);
    if (saved.length != config.length) {
      throw in.wrong("%d bytes of configuration, not %d".formatted(saved.length, config.length));
    }
    config = saved;
    configChanged = in.flag();
    for (Virtqueue queue : queues) {
      in.part("queue" + queue.index(), queue);
    }
    updateLine();
  }

  /** Reads a vector that is there, or none. */
  int restoreVector(StateReader in) {
    int vector = in.int32(0, NO_VECTOR);
    if (vector >= msix.vectors() && vector != NO_VECTOR) {
      throw in.wrong("%d is no vector".formatted(vector));
    }
    return vector;
  }
}

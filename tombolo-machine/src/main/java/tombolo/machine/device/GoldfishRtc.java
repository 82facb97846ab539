// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.device;

import tombolo.machine.host.Clock;
import tombolo.machine.host.HostServices;
import tombolo.machine.host.Task;
import tombolo.machine.host.Worker;
import tombolo.machine.state.StateReader;
import tombolo.machine.state.StateWriter;
import tombolo.machine.state.Stateful;

/**
 * The real-time clock of QEMU's {@code virt} board ("google,goldfish-rtc", Goldfish Virtual
 * Hardware, section VI): nanoseconds since 1970-01-01T00:00Z, with one alarm. Its registers are
 * words of 32 bits; other accesses read 0 and change nothing.
 *
 * <p>It takes the date from the VM's {@link Clock} once, when it is made, and goes on with that
 * clock's time. A guest can set it. It keeps its time over a reset, as a clock with a battery does.
 * In saved state it has the time at which it was saved, and goes on from there.
 *
 * <p>Thread-safe: one lock guards all registers. The interrupt line is set under it. A worker waits
 * for the alarm; every change of the alarm or the time is stored before the worker is woken, so no
 * alarm is lost. Whoever makes it closes it.
 */
public final class GoldfishRtc implements MmioDevice, Stateful, AutoCloseable {
  /** Bytes of address space that the registers take. */
  public static final int LENGTH = 0x1000;

  private static final int TIME_LOW = 0x00;
  private static final int TIME_HIGH = 0x04;
  private static final int ALARM_LOW = 0x08;
  private static final int ALARM_HIGH = 0x0c;
  private static final int INTERRUPT_ENABLE = 0x10;
  private static final int CLEAR_ALARM = 0x14;
  private static final int ALARM_STATUS = 0x18;
  private static final int CLEAR_INTERRUPT = 0x1c;

  private final Clock clock;
  private final InterruptLine line;
  private final Task alarmTask;
  private final Object lock = new Object();

  // All guarded by lock.
  /** The date less the clock's time. */
  private long offset;

  /** The upper half of the time when the lower half was read. */
  private int latched;

  private long alarm;
  private boolean armed;
  private boolean enabled;
  private boolean pending;
  private boolean closed;

  /**
   * Makes a clock that shows the date, and starts its worker.
   *
   * @param vmName for the worker's name
   * @param host the VM's time and workers
   * @param line to the interrupt controller
   */
  public GoldfishRtc(String vmName, HostServices host, InterruptLine line) {
    this.clock = host.clock();
    this.line = line;
    offset = clock.epochNanos() - clock.nanos();
    alarmTask = host.scheduler().start(vmName + "/rtc", this::step);
  }

  @Override
  public String name() {
    return "rtc";
  }

  /** Forgets the alarm and its interrupt. */
  public void reset() {
    synchronized (lock) {
      latched = 0;
      alarm = 0;
      armed = false;
      enabled = false;
      pending = false;
      updateLine();
    }
  }

  @Override
  public long read(long register, int size) {
    if (size != Integer.BYTES) {
      return 0;
    }
    synchronized (lock) {
      return Integer.toUnsignedLong(readRegister((int) register));
    }
  }

  private int readRegister(int register) {
    return switch (register) {
      case TIME_LOW -> {
        long now = clock.nanos() + offset;
        latched = (int) (now >>> 32);
        yield (int) now;
      }
      case TIME_HIGH -> latched;
      case ALARM_LOW -> (int) alarm;
      case ALARM_HIGH -> (int) (alarm >>> 32);
      case INTERRUPT_ENABLE -> enabled ? 1 : 0;
      case ALARM_STATUS -> armed ? 1 : 0;
      default -> 0;
    };
  }

  @Override
  public void write(long register, int size, long value) {
    if (size != Integer.BYTES) {
      return;
    }
    synchronized (lock) {
      writeRegister((int) register, (int) value);
      updateLine();
    }
  }

  private void writeRegister(int register, int value) {
    switch (register) {
      case TIME_LOW -> {
        long now = clock.nanos() + offset;
        set(now, withLow(now, value));
      }
      case TIME_HIGH -> {
        long now = clock.nanos() + offset;
        set(now, withHigh(now, value));
      }
      case ALARM_LOW -> {
        alarm = withLow(alarm, value);
        armed = true;
        ringIfDue(clock.nanos());
        alarmTask.wake();
      }
      case ALARM_HIGH -> alarm = withHigh(alarm, value);
      case INTERRUPT_ENABLE -> enabled = (value & 1) != 0;
      case CLEAR_ALARM -> armed = false;
      case CLEAR_INTERRUPT -> pending = false;
      default -> {
        // The others are read-only, or not there.
      }
    }
  }

  private void set(long now, long wanted) {
    offset += wanted - now;
    alarmTask.wake();
  }

  private static long withLow(long whole, int low) {
    return (whole & (-1L << 32)) | Integer.toUnsignedLong(low);
  }

  private static long withHigh(long whole, int high) {
    return ((long) high << 32) | (whole & 0xffff_ffffL);
  }

  private void ringIfDue(long now) {
    if (armed && Long.compareUnsigned(alarm, now + offset) <= 0) {
      armed = false;
      pending = true;
    }
  }

  private void updateLine() {
    line.set(pending && enabled);
  }

  /** Rings the alarm if its time has come, and else waits for it. */
  private long step() {
    synchronized (lock) {
      if (closed) {
        return Worker.DONE;
      }
      long now = clock.nanos();
      ringIfDue(now);
      updateLine();
      long left = alarm - (now + offset);
      // What is more than 292 years away does not come.
      return armed && left > 0 && now + left > now ? now + left : Worker.UNTIL_WOKEN;
    }
  }

  /** Brings the alarm's worker to rest. Not with a lock held. */
  public void pause() {
    alarmTask.pause();
  }

  /** Ends {@link #pause}, and looks at the alarm. */
  public void resume() {
    alarmTask.resume();
    alarmTask.wake();
  }

  /** Ends the worker. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
    }
    alarmTask.resume();
    alarmTask.wake();
    alarmTask.awaitEnd();
  }

  @Override
  public void save(StateWriter out) {
    synchronized (lock) {
      out.number(clock.nanos() + offset).number(latched).number(alarm);
      out.flag(armed).flag(enabled).flag(pending);
    }
  }

  /** Replaces the registers, and sets the line as they want it. */
  @Override
  public void restore(StateReader in) {
    synchronized (lock) {
      offset = in.int64() - clock.nanos();
      latched = in.int32();
      alarm = in.int64();
      armed = in.flag();
      enabled = in.flag();
      pending = in.flag();
      updateLine();
    }
  }
}

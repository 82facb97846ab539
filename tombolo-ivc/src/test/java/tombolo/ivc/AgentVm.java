// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.VmConfig;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.host.HostServices;
import tombolo.machine.power.StopReason;
import tombolo.memory.GuestMemory;

/**
 * A VM whose guest does what a test asks, by the command block of {@code
 * guests/src/ivc-agent/agent.h}. Used by one thread.
 */
final class AgentVm implements AutoCloseable {
  /** Far more than anything needs, on a machine that is busy with other things. */
  static final Duration DEADLINE = Duration.ofMinutes(1);

  private static final long BLOCK = 0x8100_0000L;
  private static final int READY = 0x41564943;
  private static final long POLL_NANOS = 20_000;

  // Commands.
  static final int PUBLISH = 1;
  static final int SUBSCRIBE = 2;
  static final int UNPUBLISH = 3;
  static final int UNSUBSCRIBE = 4;
  static final int LOOK_UP = 5;
  static final int LIST = 6;
  static final int NOTIFY = 7;
  static final int NEXT_EVENT = 8;
  static final int WATCH = 9;
  static final int PEERS = 10;
  static final int RING = 11;
  static final int WAIT = 13;
  static final int RAW = 20;
  static final int READ_REGISTER = 21;
  static final int WRITE_REGISTER = 22;
  static final int HVC_PUBLISH = 30;
  static final int HVC_SUBSCRIBE = 31;
  static final int HVC_UNPUBLISH = 32;
  static final int HVC_UNSUBSCRIBE = 33;
  static final int HVC_NOTIFY = 34;
  static final int HVC_WAIT = 35;
  static final int HVC_RAW = 36;
  private static final int PEEK = 40;
  private static final int POKE = 41;
  private static final int FILL = 42;
  private static final int CHECKSUM = 43;
  private static final int EXIT = 50;

  // Arguments and fields of a request slot, by their offsets.
  static final int ADDRESS = 0x10;
  static final int VALUE = 0x18;
  static final int SIZE = 0x20;
  static final int TICKS = 0x28;
  static final int WIDTH = 0x30;
  static final int HOW = 0x34;
  static final int OPERATION_FIELD = 0x00;
  static final int HANDLE_FIELD = 0x08;
  static final int PEER_FIELD = 0x0c;
  static final int KEY_FIELD = 0x10;
  static final int SIZE_FIELD = 0x18;
  static final int OFFSET_FIELD = 0x20;
  static final int GENERATION_FIELD = 0x28;
  static final int LAYOUT_FIELD = 0x30;
  static final int ACCESS_FIELD = 0x34;
  static final int SECTIONS_FIELD = 0x38;
  static final int SECTION_FIELD = 0x3c;
  static final int SECTION_SIZE_FIELD = 0x40;
  static final int CURSOR_FIELD = 0x48;
  static final int EVENT_FIELD = 0x50;
  static final int STATE_FIELD = 0x54;
  static final int COUNT_FIELD = 0x58;
  static final int NAME_LENGTH_FIELD = 0x5c;
  static final int NAME_FIELD = 0x60;

  final Vm vm;
  final VmEndpoint endpoint;
  private final BufferConsole console;
  private final GuestMemory memory;
  private int request;

  private AgentVm(Vm vm, VmEndpoint endpoint, BufferConsole console) {
    this.vm = vm;
    this.endpoint = endpoint;
    this.console = console;
    this.memory = vm.memory();
  }

  /** A VM that has joined the directory and not booted yet. */
  static AgentVm create(Directory directory, int id, Quota quota, long window) {
    BufferConsole console = new BufferConsole(HostServices.system());
    VmConfig config =
        Guests.config("ivc-agent", "", console).withMemory(32L << 20).withWindow(window);
    Vm vm = Guests.create(config);
    return new AgentVm(vm, directory.join(vm, id, quota, GuestFrontEnds.ALL), console);
  }

  /** Boots it, also after it has stopped; {@link #awaitReady} waits. */
  AgentVm boot() {
    request = 0;
    vm.boot();
    return this;
  }

  /** The host has reset it, so the guest counts commands from 0 again. */
  void restarted() {
    request = 0;
  }

  /** Waits until the guest takes commands. */
  AgentVm awaitReady() {
    await("boot", () -> memory.getAcquireInt(BLOCK + 0xc) == READY);
    return this;
  }

  int id() {
    return endpoint.id();
  }

  /** The GPA of the window's first byte. */
  long window() {
    return memory.readLong(BLOCK + 0x88);
  }

  /** A command to be filled in. */
  Command command(int number) {
    return new Command(number);
  }

  /** A command's arguments, then its results. */
  final class Command {
    private Command(int number) {
      for (int at = ADDRESS; at < 0x38; at += 8) {
        memory.writeLong(BLOCK + at, 0);
      }
      for (int at = 0x100; at < 0x200; at += 8) {
        memory.writeLong(BLOCK + at, 0);
      }
      memory.writeInt(BLOCK + 0x8, number);
    }

    /** An argument of 64 bits. */
    Command with(int offset, long value) {
      memory.writeLong(BLOCK + offset, value);
      return this;
    }

    /** A field of 32 bits of the request slot. */
    Command field(int offset, int value) {
      memory.writeInt(BLOCK + 0x100 + offset, value);
      return this;
    }

    /** A field of 64 bits of the request slot. */
    Command field(int offset, long value) {
      memory.writeLong(BLOCK + 0x100 + offset, value);
      return this;
    }

    Command name(String name) {
      byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
      memory.write(BLOCK + 0x100 + NAME_FIELD, bytes, 0, Math.min(bytes.length, 64));
      return field(NAME_LENGTH_FIELD, bytes.length);
    }

    /** Has the guest begin, and does not wait. */
    Command start() {
      memory.setReleaseInt(BLOCK, ++request);
      return this;
    }

    /** Waits until the guest has done it. */
    Command await() {
      AgentVm.this.await("command", () -> memory.getAcquireInt(BLOCK + 0x4) == request);
      return this;
    }

    Command run() {
      return start().await();
    }

    Status status() {
      int code = memory.readInt(BLOCK + 0x40);
      return Arrays.stream(Status.values())
          .filter(status -> status.code() == code)
          .findFirst()
          .orElseThrow();
    }

    boolean faulted() {
      return memory.readInt(BLOCK + 0x44) != 0;
    }

    long cause() {
      return memory.readLong(BLOCK + 0x48);
    }

    long value() {
      return memory.readLong(BLOCK + 0x50);
    }

    long result() {
      return memory.readLong(BLOCK + 0x58);
    }

    long gpa() {
      return memory.readLong(BLOCK + 0x60);
    }

    long bytes() {
      return memory.readLong(BLOCK + 0x68);
    }

    int replyInt(int offset) {
      return memory.readInt(BLOCK + 0x200 + offset);
    }

    long replyLong(int offset) {
      return memory.readLong(BLOCK + 0x200 + offset);
    }

    String replyName() {
      byte[] bytes = new byte[replyInt(NAME_LENGTH_FIELD)];
      memory.read(BLOCK + 0x200 + NAME_FIELD, bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  /** A load of 64 bits by the guest; empty where it faults. */
  OptionalLong load(long gpa) {
    return load(gpa, 8);
  }

  OptionalLong load(long gpa, int width) {
    Command done = access(PEEK, gpa, width, 0);
    assertThat(done.cause()).isEqualTo(done.faulted() ? 5 : 0);
    return done.faulted() ? OptionalLong.empty() : OptionalLong.of(done.value());
  }

  /** A store of 64 bits by the guest; false where it faults. */
  boolean store(long gpa, long value) {
    return store(gpa, 8, value);
  }

  boolean store(long gpa, int width, long value) {
    Command done = access(POKE, gpa, width, value);
    assertThat(done.cause()).isEqualTo(done.faulted() ? 7 : 0);
    return !done.faulted();
  }

  /** Has the guest begin a load that it may not end. */
  void startLoad(long gpa) {
    Command command = command(PEEK).with(ADDRESS, gpa);
    memory.writeInt(BLOCK + WIDTH, 8);
    command.start();
  }

  private Command access(int what, long gpa, int width, long value) {
    memory.writeInt(BLOCK + 0x8, what);
    Command command = new Command(what).with(ADDRESS, gpa).with(VALUE, value);
    memory.writeInt(BLOCK + WIDTH, width);
    return command.run();
  }

  /** Stores value, value + 1, … in words of 64 bits. */
  void fill(long gpa, long bytes, long value) {
    Command done = command(FILL).with(ADDRESS, gpa).with(SIZE, bytes).with(VALUE, value).run();
    assertThat(done.faulted()).isFalse();
  }

  /** The sum of (i + 1) × word i; empty where a load faults. */
  OptionalLong checksum(long gpa, long bytes) {
    Command done = command(CHECKSUM).with(ADDRESS, gpa).with(SIZE, bytes).run();
    return done.faulted() ? OptionalLong.empty() : OptionalLong.of(done.value());
  }

  /** What {@link #checksum} gives after {@link #fill}. */
  static long checksumOfFill(long bytes, long value) {
    long sum = 0;
    for (long i = 0; i < bytes / 8; i++) {
      sum += (i + 1) * (value + i);
    }
    return sum;
  }

  long register(int offset, int width) {
    Command command = command(READ_REGISTER).with(ADDRESS, offset);
    memory.writeInt(BLOCK + WIDTH, width);
    return command.run().value();
  }

  void setRegister(int offset, int width, long value) {
    Command command = command(WRITE_REGISTER).with(ADDRESS, offset).with(VALUE, value);
    memory.writeInt(BLOCK + WIDTH, width);
    command.run();
  }

  /** The guest ends its run with this code. */
  StopReason exit(int code) throws InterruptedException {
    command(EXIT).with(VALUE, code).start();
    return awaitStop();
  }

  StopReason awaitStop() throws InterruptedException {
    return vm.awaitStop(DEADLINE).orElseThrow();
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + DEADLINE.toNanos();
    for (int spins = 0; !condition.getAsBoolean(); spins++) {
      assertThat(vm.stopReason()).as("%s of VM %d: %s", what, id(), console.text()).isEmpty();
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      if (spins > 200) {
        LockSupport.parkNanos(POLL_NANOS);
      }
    }
  }

  @Override
  public void close() {
    vm.close();
  }
}

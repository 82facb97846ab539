// SPDX-License-Identifier: Apache-2.0
package tombolo.ivc;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tombolo.ivc.abi.ChannelId;
import tombolo.ivc.abi.ChannelState;
import tombolo.ivc.abi.Shape;
import tombolo.ivc.abi.Status;
import tombolo.ivc.grant.DoorbellRate;
import tombolo.ivc.grant.Grant;
import tombolo.ivc.grant.Grants;
import tombolo.ivc.grant.Quota;
import tombolo.ivc.guest.BareFrontEnds;
import tombolo.ivc.guest.GuestFrontEnds;
import tombolo.machine.Vm;
import tombolo.machine.console.BufferConsole;
import tombolo.machine.device.MmioDevice;
import tombolo.machine.host.HostServices;
import tombolo.machine.pci.PciHost;
import tombolo.machine.power.StopReason;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;

/**
 * Guests make random requests, hypercalls and register accesses, by the guest ivc-fuzz and by the
 * device's own entry points. No VM ends by a failure of the host, and what was not granted to them
 * stays as it was: a channel between others, one that they may only read, and host memory beside.
 */
class FuzzedRequestsTest {
  private static final int REQUESTS = Integer.getInteger("tombolo.fuzz.requests", 10_000);
  private static final int CASES = Integer.getInteger("tombolo.fuzz.cases", 100_000);
  private static final Duration DEADLINE = Duration.ofMinutes(3);
  private static final long PAGE = HostMemory.PAGE_SIZE;
  private static final int BUS_MASTER = 4;
  private static final long CANARY = 0x5a5a_1234_5a5a_4321L;

  private final HostMemory beside = HostMemory.allocate(4 * PAGE);
  private final List<Vm> vms = new ArrayList<>();
  private final Directory directory =
      new Directory(
          Grants.of(
              Grant.Publish.of(8, 1, 16 * PAGE, "secret"),
              Grant.Subscribe.of(9, 8, 1, true),
              Grant.Publish.of(8, 2, 16 * PAGE, "readable"),
              Grant.Subscribe.of(1, 8, 2, false),
              Grant.Subscribe.of(2, 8, 2, false),
              new Grant.Publish(1, 0, 7, 1 << 20, null, null, DoorbellRate.DEFAULT),
              new Grant.Subscribe(2, 1, 0, 7, true, DoorbellRate.DEFAULT),
              new Grant.Publish(2, 0, 7, 1 << 20, null, null, DoorbellRate.DEFAULT),
              new Grant.Subscribe(1, 2, 0, 7, false, DoorbellRate.DEFAULT)),
          HostServices.system());
  private final HostEndpoint keeper = directory.join("keeper", 8, Quota.DEFAULT);
  private final HostEndpoint friend = directory.join("friend", 9, Quota.NONE);
  private final HostChannel secret = keeper.publish(1, Shape.raw(16 * PAGE));
  private final HostChannel readable = keeper.publish(2, Shape.raw(16 * PAGE));
  private final HostChannel shared = friend.subscribe(new ChannelId(8, 1));

  @BeforeEach
  void setCanaries() {
    for (MemorySegment canary : canaries()) {
      for (long at = 0; at < canary.byteSize(); at += 8) {
        canary.set(ValueLayout.JAVA_LONG, at, CANARY + at);
      }
    }
  }

  private List<MemorySegment> canaries() {
    return List.of(secret.memory(), readable.memory(), beside.segment());
  }

  @AfterEach
  void canariesAreUnchangedAndNothingIsLeft() {
    for (MemorySegment canary : canaries()) {
      for (long at = 0; at < canary.byteSize(); at += 8) {
        assertThat(canary.get(ValueLayout.JAVA_LONG, at)).isEqualTo(CANARY + at);
      }
    }
    assertThat(keeper.inbox.takeBell(secret.bell)).isFalse();
    assertThat(friend.inbox.takeBell(shared.bell)).isFalse();
    assertThat(shared.state()).isEqualTo(ChannelState.LIVE);
    vms.forEach(Vm::close);
    DirectorySnapshot after = directory.snapshot();
    assertThat(after.channels())
        .extracting(DirectorySnapshot.ChannelRow::name)
        .containsExactly("secret", "readable");
    assertThat(after.endpoints())
        .filteredOn(DirectorySnapshot.EndpointRow::vm)
        .allSatisfy(
            row -> {
              assertThat(row.joined()).isZero();
              assertThat(row.publishedBytes()).isZero();
              assertThat(row.publishedChannels()).isZero();
            });
    directory.close();
    beside.close();
  }

  private Vm fuzzer(int id, int vcpus, long seed, int requests, BufferConsole console) {
    Vm vm =
        Guests.create(
            Guests.config("ivc-fuzz", "n=%d seed=%d".formatted(requests, seed), console)
                .withVcpus(vcpus));
    directory.join(vm, id, Quota.DEFAULT, GuestFrontEnds.ALL);
    vms.add(vm);
    return vm;
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 2", "2, 3", "2, 4"})
  void twoVmsOfRandomRequestsHarmNobody(int vcpus, long seed) throws InterruptedException {
    BufferConsole first = new BufferConsole(HostServices.system());
    BufferConsole second = new BufferConsole(HostServices.system());
    Vm one = fuzzer(1, vcpus, seed, REQUESTS, first);
    Vm other = fuzzer(2, vcpus, seed + 100, REQUESTS, second);
    one.boot();
    other.boot();
    assertThat(one.awaitStop(DEADLINE)).as(first.text()).hasValue(new StopReason.PowerOff());
    assertThat(other.awaitStop(DEADLINE)).as(second.text()).hasValue(new StopReason.PowerOff());
    assertThat(first.text()).contains("malformed 0").contains("not granted").contains("done");
  }

  @Test
  void aVmThatIsStoppedInTheMiddleOfItsRequestsLeavesNothing() throws InterruptedException {
    BufferConsole console = new BufferConsole(HostServices.system());
    Vm vm = fuzzer(1, 2, 7, Integer.MAX_VALUE, console);
    VmEndpoint endpoint = (VmEndpoint) directory.endpoint(1);
    assertThat(endpoint).isNotNull();
    for (int round = 0; round < 10; round++) {
      long refused = endpoint.refused();
      vm.boot();
      long end = System.nanoTime() + DEADLINE.toNanos();
      while (endpoint.refused() < refused + 10L * round) {
        assertThat(System.nanoTime()).isLessThan(end);
        LockSupport.parkNanos(50_000);
      }
      vm.stop();
      assertThat(vm.stopReason()).containsInstanceOf(StopReason.HostRequest.class);
      assertThat(requireNonNull(vm.window()).reservedBytes()).isZero();
    }
  }

  // Below the guest: what a vCPU thread calls, with seeds.

  private static long number(Random random) {
    return switch (random.nextInt(5)) {
      case 0 -> random.nextInt(16);
      case 1 -> random.nextInt(64) * PAGE;
      case 2 -> random.nextLong() >>> random.nextInt(64);
      case 3 -> Long.MIN_VALUE >> random.nextInt(64);
      default -> random.nextLong();
    };
  }

  @Test
  void randomBytesInASlotNeverThrowAndChangeNoOtherSlot() {
    fuzzer(1, 1, 1, 1, new BufferConsole(HostServices.system()));
    VmEndpoint endpoint = (VmEndpoint) requireNonNull(directory.endpoint(1));
    try (HostMemory mailbox = HostMemory.allocate(PAGE)) {
      IntConsumer requests = BareFrontEnds.requests(endpoint, mailbox.segment());
      Random random = new Random(42);
      MemorySegment words = mailbox.segment();
      int[] statuses = new int[Status.values().length];
      for (int i = 0; i < CASES; i++) {
        int slot = random.nextInt(16);
        MemorySegment request = words.asSlice(slot * 256L, 256);
        for (long at = 0; at < 160; at += 8) {
          request.set(ValueLayout.JAVA_LONG, at, number(random) ^ number(random) << 32);
        }
        mostly(random, request);
        MemorySegment before = MemorySegment.ofArray(words.toArray(ValueLayout.JAVA_BYTE));
        requests.accept(slot);
        long from = slot * 256L;
        long to = from + 160;
        assertThat(MemorySegment.mismatch(words, 0, from, before, 0, from)).isEqualTo(-1);
        assertThat(MemorySegment.mismatch(words, to, PAGE, before, to, PAGE)).isEqualTo(-1);
        statuses[request.get(ValueLayout.JAVA_INT, 4)]++;
        requests.accept(random.nextInt());
      }
      assertThat(statuses[Status.DONE.code()]).isPositive();
      assertThat(statuses[Status.BAD_SIZE.code()]).isPositive();
      assertThat(statuses[Status.BAD_NAME.code()]).isPositive();
      endpoint.leaveAll();
    }
  }

  /** Makes something of it that gets past the first checks, more often than not. */
  private static void mostly(Random random, MemorySegment request) {
    if (random.nextInt(8) != 0) {
      request.set(ValueLayout.JAVA_INT, 0, 1 + random.nextInt(10));
    }
    if (random.nextBoolean()) {
      request.set(ValueLayout.JAVA_INT, 0x5c, 0);
      request.set(ValueLayout.JAVA_INT, 0x0c, random.nextInt(10));
      request.set(ValueLayout.JAVA_LONG, 0x10, random.nextInt(8));
    }
    if (random.nextBoolean()) {
      request.set(ValueLayout.JAVA_INT, 0x08, random.nextInt(100));
      request.set(ValueLayout.JAVA_LONG, 0x18, random.nextInt(1 << 20));
      request.set(ValueLayout.JAVA_INT, 0x30, random.nextInt(2));
      request.set(ValueLayout.JAVA_INT, 0x38, random.nextInt(4));
    }
  }

  @Test
  void randomAccessesToTheRegistersNeverThrow() {
    fuzzer(1, 1, 1, 1, new BufferConsole(HostServices.system()));
    VmEndpoint endpoint = (VmEndpoint) requireNonNull(directory.endpoint(1));
    MmioDevice device = BareFrontEnds.registers(endpoint);
    Random random = new Random(43);
    for (int offset = 0; offset < BareFrontEnds.REGISTERS; offset++) {
      for (int size = 1; size <= 8; size *= 2) {
        device.read(offset, size);
        device.write(offset, size, number(random));
      }
    }
    for (int i = 0; i < CASES; i++) {
      int offset = random.nextInt(random.nextBoolean() ? 0x40 : BareFrontEnds.REGISTERS);
      int size = 1 << random.nextInt(4);
      if (random.nextBoolean()) {
        device.write(offset, size, number(random));
      } else {
        long value = device.read(offset, size);
        assertThat(size == 8 ? 0 : value >>> (8 * size)).isZero();
      }
    }
    BareFrontEnds.close(device);
  }

  @Test
  void movingBarsAroundNeverThrowsAndMapsNothingOverTheRam() {
    Vm vm = fuzzer(1, 1, 1, 1, new BufferConsole(HostServices.system()));
    VmEndpoint endpoint = (VmEndpoint) requireNonNull(directory.endpoint(1));
    VmChannel joined = endpoint.subscribe(new ChannelId(8, 2));
    List<MemoryRegion> before = vm.memory().regions();
    MemoryRegion ram =
        before.stream().filter(region -> region.gpa() == 0x8000_0000L).findFirst().orElseThrow();
    PciHost bridge = vm.board().pci();
    long function = 1 << 15;
    long home2 = (bridge.read(function + 0x18, 4) & ~15L) | (bridge.read(function + 0x1c, 4) << 32);
    long home0 = bridge.read(function + 0x10, 4);
    long[] places = {
      0,
      0x8000_0000L,
      0x1000_0000L,
      0x3000_0000L,
      0x4000_0000L,
      home0,
      home2,
      home2 + (16 << 20),
      0x7fff_f000L,
      0x4_0000_0000L,
      0x7_ff00_0000L,
      0x8_0000_0000L,
      -(16L << 20),
      Long.MIN_VALUE
    };
    Random random = new Random(44);
    for (int i = 0; i < 20_000; i++) {
      long place = random.nextInt(8) == 0 ? random.nextLong() : places[random.nextInt(14)];
      switch (random.nextInt(4)) {
        case 0 -> bridge.write(function + 0x10, 4, place & 0xffff_ffffL);
        case 1 -> {
          bridge.write(function + 0x18, 4, place & 0xffff_ffffL);
          bridge.write(function + 0x1c, 4, place >>> 32);
        }
        // Never without Bus Master Enable, or the device would leave the channel.
        case 2 -> bridge.write(function + 0x04, 2, BUS_MASTER | random.nextInt(8));
        default -> {
          int register = random.nextInt(256);
          int keep = register == 0x04 ? BUS_MASTER : 0;
          bridge.write(function + register, 1, keep | random.nextInt(256));
        }
      }
      assertThat(vm.memory().regionAt(0x8000_0000L)).isEqualTo(ram);
      if (joined.gpa().isPresent() && i % 16 == 0) {
        MemoryRegion seen = vm.memory().regionAt(joined.gpa().getAsLong());
        assertThat(seen).isNotNull();
        assertThat(seen.access().canWrite()).isFalse();
        assertThat(vm.memory().readLong(joined.gpa().getAsLong())).isEqualTo(CANARY);
      }
    }
    bridge.write(function + 0x04, 2, BUS_MASTER);
    bridge.write(function + 0x10, 4, home0);
    bridge.write(function + 0x18, 4, home2 & 0xffff_ffffL);
    bridge.write(function + 0x1c, 4, home2 >>> 32);
    bridge.write(function + 0x04, 2, 6);
    assertThat(vm.memory().regions()).isEqualTo(before);
    endpoint.leaveAll();
  }
}

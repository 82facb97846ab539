// SPDX-License-Identifier: Apache-2.0
package tombolo.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tombolo.machine.pci.GpaWindow;
import tombolo.memory.Access;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;

@DisplayName("A VM's ranges for channels")
@Timeout(60)
final class ChannelRangesTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;
  private static final long BASE = 0x4_0000_0000L;

  private static VmFixture withWindow(long bytes) {
    VmFixture fixture = new VmFixture(config -> config.withWindow(bytes));
    assertThat(window(fixture).place(BASE)).isTrue();
    return fixture;
  }

  private static GpaWindow window(VmFixture fixture) {
    return Objects.requireNonNull(fixture.vm.window());
  }

  private static GpaRange allocate(VmFixture fixture, long size) {
    return fixture.vm.allocateChannel(size).orElseThrow();
  }

  @Test
  void areWholePagesOfItsWindow() {
    try (VmFixture fixture = withWindow(16 * PAGE)) {
      assertThat(allocate(fixture, 1)).isEqualTo(new GpaRange(BASE + PAGE, PAGE));
      assertThat(allocate(fixture, PAGE + 1)).isEqualTo(new GpaRange(BASE + 2 * PAGE, 2 * PAGE));
    }
  }

  @Test
  void areThereOnlyForSizesThatFit() {
    try (VmFixture fixture = withWindow(16 * PAGE)) {
      for (long size : new long[] {0, -4096, Long.MIN_VALUE, Long.MAX_VALUE, 16 * PAGE}) {
        assertThat(fixture.vm.allocateChannel(size)).isEmpty();
      }
      assertThat(window(fixture).reservedBytes()).isZero();
      assertThat(allocate(fixture, 15 * PAGE).size()).isEqualTo(15 * PAGE);
      assertThat(fixture.vm.allocateChannel(1)).isEmpty();
    }
  }

  @Test
  void takeTheSmallestGapThatIsLargeEnough() {
    try (VmFixture fixture = withWindow(16 * PAGE)) {
      GpaRange first = allocate(fixture, 3 * PAGE);
      allocate(fixture, PAGE);
      GpaRange second = allocate(fixture, 2 * PAGE);
      allocate(fixture, PAGE);
      assertThat(fixture.vm.releaseChannel(first.gpa(), first.size())).isTrue();
      assertThat(fixture.vm.releaseChannel(second.gpa(), second.size())).isTrue();
      assertThat(allocate(fixture, 2 * PAGE)).isEqualTo(second);
      assertThat(allocate(fixture, 3 * PAGE)).isEqualTo(first);
    }
  }

  @Test
  void areTakenOffTheMapWhenTheyAreReleased() {
    try (VmFixture fixture = withWindow(16 * PAGE);
        HostMemory host = HostMemory.allocate(2 * PAGE)) {
      GpaRange range = allocate(fixture, 2 * PAGE);
      long offset = range.gpa() - BASE;
      window(fixture).map(offset, PAGE, host, 0, Access.READ_WRITE);
      window(fixture).map(offset + PAGE, PAGE, host, PAGE, Access.READ);
      assertThat(fixture.vm.memory().regionAt(range.gpa())).isNotNull();
      assertThat(fixture.vm.releaseChannel(range.gpa(), range.size())).isTrue();
      assertThat(fixture.vm.memory().regionAt(range.gpa())).isNull();
      assertThat(fixture.vm.memory().regionAt(range.gpa() + PAGE)).isNull();
    }
  }

  @Test
  void areReleasedExactlyAndOnceAndByTheirOwnVm() {
    try (VmFixture fixture = withWindow(16 * PAGE);
        VmFixture other = withWindow(16 * PAGE);
        HostMemory host = HostMemory.allocate(2 * PAGE)) {
      GpaRange range = allocate(fixture, 2 * PAGE);
      GpaRange foreign = new GpaRange(range.gpa() + 2 * PAGE, PAGE);
      assertThat(window(fixture).reserve(PAGE)).hasValue(foreign.gpa() - BASE);
      window(fixture).map(range.gpa() - BASE, 2 * PAGE, host, 0, Access.READ);
      List<MemoryRegion> before = fixture.vm.memory().regions();
      long reserved = window(fixture).reservedBytes();
      Vm vm = fixture.vm;
      assertThat(vm.releaseChannel(range.gpa(), PAGE)).as("shorter").isFalse();
      assertThat(vm.releaseChannel(range.gpa(), 3 * PAGE)).as("longer").isFalse();
      assertThat(vm.releaseChannel(range.gpa(), 0)).isFalse();
      assertThat(vm.releaseChannel(range.gpa(), -2 * PAGE)).isFalse();
      assertThat(vm.releaseChannel(range.gpa() + PAGE, PAGE)).as("a part").isFalse();
      assertThat(vm.releaseChannel(foreign.gpa(), PAGE)).as("another owner's room").isFalse();
      assertThat(vm.releaseChannel(BASE, PAGE)).as("the head").isFalse();
      assertThat(vm.releaseChannel(0, 1 << 16)).as("RAM").isFalse();
      assertThat(other.vm.releaseChannel(range.gpa(), 2 * PAGE)).as("another VM").isFalse();
      assertThat(vm.memory().regions()).isEqualTo(before);
      assertThat(window(fixture).reservedBytes()).isEqualTo(reserved);
      assertThat(vm.releaseChannel(range.gpa(), 2 * PAGE)).isTrue();
      assertThat(vm.releaseChannel(range.gpa(), 2 * PAGE)).as("again").isFalse();
      assertThat(window(fixture).reservedBytes()).isEqualTo(PAGE);
    }
  }

  @Test
  void moveWithTheWindow() {
    try (VmFixture fixture = withWindow(16 * PAGE)) {
      GpaRange range = allocate(fixture, PAGE);
      window(fixture).remove(BASE);
      assertThat(fixture.vm.allocateChannel(PAGE)).as("while it is off").isEmpty();
      assertThat(fixture.vm.releaseChannel(range.gpa(), PAGE)).isFalse();
      window(fixture).place(BASE * 2);
      assertThat(fixture.vm.releaseChannel(range.gpa(), PAGE)).as("where it was").isFalse();
      assertThat(fixture.vm.releaseChannel(range.gpa() + BASE, PAGE)).isTrue();
    }
  }

  @Test
  void needAWindow() {
    try (VmFixture fixture = new VmFixture()) {
      assertThat(fixture.vm.window()).isNull();
      assertThatIllegalStateException().isThrownBy(() -> fixture.vm.allocateChannel(PAGE));
      assertThatIllegalStateException().isThrownBy(() -> fixture.vm.releaseChannel(0, PAGE));
    }
  }

  @Test
  void canBeAHundredThousand() {
    int count = 100_000;
    try (VmFixture fixture = withWindow(1L << 29);
        HostMemory host = HostMemory.allocate(PAGE)) {
      Set<Long> gpas = new HashSet<>();
      for (int i = 0; i < count; i++) {
        GpaRange range = allocate(fixture, PAGE);
        assertThat(gpas.add(range.gpa())).isTrue();
        window(fixture).map(range.gpa() - BASE, PAGE, host, 0, Access.READ);
      }
      assertThat(fixture.vm.memory().regions()).hasSize(count + 1);
      for (long gpa : gpas) {
        assertThat(fixture.vm.releaseChannel(gpa, PAGE)).isTrue();
      }
      assertThat(fixture.vm.memory().regions()).as("RAM is left").hasSize(1);
      assertThat(window(fixture).reservedBytes()).isZero();
    }
  }

  @Test
  void areGivenBackWhenTheRunEnds() {
    try (VmFixture fixture = withWindow(16 * PAGE).to(VmState.RUNNING);
        HostMemory host = HostMemory.allocate(PAGE)) {
      GpaRange range = allocate(fixture, PAGE);
      window(fixture).map(range.gpa() - BASE, PAGE, host, 0, Access.READ);
      fixture.vm.stop();
      assertThat(window(fixture).reservedBytes()).isZero();
      assertThat(fixture.vm.memory().regionAt(range.gpa())).isNull();
      assertThat(fixture.vm.releaseChannel(range.gpa(), PAGE)).isFalse();
    }
  }

  @Test
  void areGivenBackByAReset() {
    try (VmFixture fixture = withWindow(16 * PAGE).to(VmState.RUNNING)) {
      allocate(fixture, PAGE);
      fixture.vm.reset();
      assertThat(window(fixture).reservedBytes()).isZero();
    }
  }

  @Test
  void areGivenBackThoughNobodyHasBooted() {
    try (VmFixture fixture = withWindow(16 * PAGE)) {
      allocate(fixture, PAGE);
      fixture.vm.stop();
      assertThat(window(fixture).reservedBytes()).isZero();
    }
  }
}

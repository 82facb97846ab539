// SPDX-License-Identifier: Apache-2.0
package tombolo.machine.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import tombolo.memory.Access;
import tombolo.memory.GuestMapException;
import tombolo.memory.GuestMemory;
import tombolo.memory.HostMemory;
import tombolo.memory.MemoryRegion;

@DisplayName("A window of guest physical addresses")
final class GpaWindowTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;
  private static final long SIZE = 16 * PAGE;
  private static final long HERE = 0x4000_0000L;
  private static final long THERE = 0x5000_0000L;

  private final GuestMemory memory = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(16 * PAGE);
  private final GpaWindow window = new GpaWindow(memory, SIZE);

  @AfterEach
  void free() {
    memory.unmapAll();
    host.close();
  }

  private long reserve(long bytes) {
    return window.reserve(bytes).orElseThrow();
  }

  private MemoryRegion region(long gpa, long pages, long hostPage, Access access) {
    return new MemoryRegion(gpa, pages * PAGE, host, hostPage * PAGE, access);
  }

  @Test
  void isAPowerOfTwoOfAtLeastTwoPages() {
    for (long size : new long[] {0, -PAGE, PAGE, 3 * PAGE, 12345, Long.MIN_VALUE}) {
      assertThatIllegalArgumentException().isThrownBy(() -> new GpaWindow(memory, size));
    }
    assertThat(new GpaWindow(memory, 2 * PAGE).size()).isEqualTo(2 * PAGE);
  }

  @Test
  void handsOutAllButItsHead() {
    assertThat(reserve(1)).isEqualTo(PAGE);
    assertThat(reserve(14 * PAGE)).isEqualTo(2 * PAGE);
    assertThat(window.reserve(PAGE)).isEmpty();
    assertThat(window.reserve(0)).isEmpty();
    assertThat(window.reserve(-PAGE)).isEmpty();
    assertThat(window.reservedBytes()).isEqualTo(15 * PAGE);
    assertThat(window.reservedAt(PAGE)).isEqualTo(PAGE);
    assertThat(window.reservedAt(0)).isZero();
  }

  @Test
  void mapsNothingWhileItIsNowhereAndAllOnceItIsSomewhere() {
    long at = reserve(2 * PAGE);
    window.map(at, PAGE, host, 3 * PAGE, Access.READ);
    window.map(at + PAGE, PAGE, host, 4 * PAGE, Access.READ_WRITE);
    assertThat(window.base()).isEmpty();
    assertThat(memory.regions()).isEmpty();
    assertThat(window.place(HERE)).isTrue();
    assertThat(window.base()).hasValue(HERE);
    assertThat(memory.regions())
        .containsExactly(
            region(HERE + at, 1, 3, Access.READ),
            region(HERE + at + PAGE, 1, 4, Access.READ_WRITE));
  }

  @Test
  void takesAlongWhatItMapsWhenItMoves() {
    window.place(HERE);
    window.map(0, PAGE, host, 0, Access.READ_WRITE);
    long at = reserve(PAGE);
    window.map(at, PAGE, host, PAGE, Access.READ);
    window.remove(HERE);
    assertThat(memory.regions()).isEmpty();
    window.place(THERE);
    assertThat(memory.regions())
        .containsExactly(
            region(THERE, 1, 0, Access.READ_WRITE), region(THERE + at, 1, 1, Access.READ));
  }

  @Test
  void keepsWhatIsChangedWhileItIsOff() {
    window.place(HERE);
    long first = reserve(PAGE);
    long second = reserve(PAGE);
    window.map(first, PAGE, host, 0, Access.READ);
    window.map(second, PAGE, host, PAGE, Access.READ);
    window.remove(HERE);
    assertThat(window.release(first, PAGE)).isTrue();
    long third = reserve(2 * PAGE);
    window.map(third, 2 * PAGE, host, 2 * PAGE, Access.READ_WRITE);
    assertThat(memory.regions()).isEmpty();
    window.place(HERE);
    assertThat(memory.regions())
        .containsExactly(
            region(HERE + second, 1, 1, Access.READ),
            region(HERE + third, 2, 2, Access.READ_WRITE));
  }

  @Test
  void releaseUnmapsEveryPieceOfTheRoomAndNothingElse() {
    window.place(HERE);
    long at = reserve(3 * PAGE);
    long other = reserve(PAGE);
    window.map(other, PAGE, host, 9 * PAGE, Access.READ);
    for (int i = 0; i < 3; i++) {
      window.map(at + i * PAGE, PAGE, host, i * PAGE, Access.READ);
    }
    assertThat(window.release(at, 3 * PAGE)).isTrue();
    assertThat(memory.regions()).containsExactly(region(HERE + other, 1, 9, Access.READ));
    assertThat(reserve(3 * PAGE)).as("the room is free again").isEqualTo(at);
    window.remove(HERE);
    window.place(HERE);
    assertThat(memory.regions()).as("and stays empty").hasSize(1);
  }

  @Test
  void releasesOnlyWhatWasReservedAndOnce() {
    window.place(HERE);
    window.map(0, PAGE, host, 0, Access.READ_WRITE);
    long at = reserve(2 * PAGE);
    window.map(at, 2 * PAGE, host, 0, Access.READ);
    List<MemoryRegion> before = memory.regions();
    assertThat(window.release(at, PAGE)).isFalse();
    assertThat(window.release(at, 4 * PAGE)).isFalse();
    assertThat(window.release(at + PAGE, PAGE)).isFalse();
    assertThat(window.release(0, PAGE)).as("the head").isFalse();
    assertThat(window.release(at + 2 * PAGE, 0)).as("nothing").isFalse();
    assertThat(memory.regions()).isEqualTo(before);
    assertThat(window.release(at, 2 * PAGE)).isTrue();
    assertThat(window.release(at, 2 * PAGE)).isFalse();
    assertThat(window.reservedBytes()).isZero();
  }

  @Test
  void isNowhereWhereSomethingIsInTheWay() {
    MemoryRegion foreign = region(THERE + 2 * PAGE, 1, 15, Access.READ_EXECUTE);
    memory.map(foreign.gpa(), PAGE, host, foreign.hostOffset(), foreign.access());
    window.place(HERE);
    window.map(0, PAGE, host, 0, Access.READ_WRITE);
    long at = reserve(2 * PAGE);
    window.map(at, 2 * PAGE, host, PAGE, Access.READ);
    window.remove(HERE);
    assertThat(window.place(THERE)).isFalse();
    assertThat(window.base()).isEmpty();
    assertThat(memory.regions()).as("all or nothing").containsExactly(foreign);
    memory.unmap(foreign.gpa(), PAGE);
    assertThat(window.place(THERE)).isTrue();
    assertThat(memory.regions()).hasSize(2);
  }

  @Test
  void saysSoWhereSomethingIsMappedInItAlready() {
    MemoryRegion foreign = region(HERE + PAGE, 1, 15, Access.READ);
    memory.map(foreign.gpa(), PAGE, host, foreign.hostOffset(), foreign.access());
    assertThat(window.place(HERE)).as("nothing of its own is there").isTrue();
    long at = reserve(PAGE);
    assertThatThrownBy(() -> window.map(at, PAGE, host, 0, Access.READ))
        .isInstanceOf(GuestMapException.class);
    assertThat(window.release(at, PAGE)).isTrue();
    window.remove(HERE);
    assertThat(memory.regions()).as("what is not its own stays").containsExactly(foreign);
  }
}

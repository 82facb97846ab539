// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Unmapping a range")
class UnmapRangeTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;

  private final GuestMemory guest = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(16 * PAGE);
  private final RecordingCache cache = new RecordingCache();

  @AfterEach
  void free() {
    guest.unmapAll();
    host.close();
  }

  private void map(long page, long pages) {
    guest.map(page * PAGE, pages * PAGE, host, page * PAGE, Access.READ);
  }

  private List<Long> pagesLeft() {
    return guest.regions().stream().map(region -> region.gpa() / PAGE).toList();
  }

  @Test
  @DisplayName("removes every region that lies in it, and no other")
  void whatLiesInside() {
    map(0, 1);
    map(2, 2);
    map(5, 1);
    map(8, 1);
    guest.unmapRange(2 * PAGE, 4 * PAGE, _ -> true);
    assertThat(pagesLeft()).containsExactly(0L, 8L);
    assertThat(guest.regionAt(2 * PAGE)).isNull();
  }

  @Test
  @DisplayName("keeps regions that reach over an end of it")
  void whatReachesOver() {
    map(0, 3);
    map(3, 1);
    map(4, 3);
    List<MemoryRegion> asked = new ArrayList<>();
    guest.unmapRange(2 * PAGE, 3 * PAGE, asked::add);
    assertThat(pagesLeft()).containsExactly(0L, 4L);
    assertThat(asked).extracting(MemoryRegion::gpa).containsExactly(3 * PAGE);
  }

  @Test
  @DisplayName("keeps regions that the caller does not choose")
  void whatIsNotChosen() {
    map(1, 1);
    map(2, 1);
    map(3, 1);
    guest.unmapRange(PAGE, 3 * PAGE, region -> region.gpa() != 2 * PAGE);
    assertThat(pagesLeft()).containsExactly(2L);
  }

  @Test
  @DisplayName("asks each cache once and waits once, however many regions go")
  void asksOnce() {
    guest.register(cache);
    map(1, 1);
    map(3, 1);
    cache.onDrop = () -> assertThat(guest.regions()).isEmpty();
    guest.unmapRange(0, 8 * PAGE, _ -> true);
    assertThat(cache.calls)
        .containsExactly("map 0x1000 0x1000", "map 0x3000 0x1000", "drop 0x0 0x8000", "await");
  }

  @Test
  @DisplayName("asks no cache if no region goes")
  void asksNobody() {
    guest.register(cache);
    map(1, 1);
    guest.unmapRange(0, 8 * PAGE, _ -> false);
    guest.unmapRange(2 * PAGE, 8 * PAGE, _ -> true);
    assertThat(cache.calls).containsExactly("map 0x1000 0x1000");
    assertThat(pagesLeft()).containsExactly(1L);
  }

  @Test
  @DisplayName("gives up one hold of the host memory for each region")
  void givesMemoryBack() {
    long before = HostMemory.liveCount();
    HostMemory shared = HostMemory.allocate(PAGE);
    guest.map(0, PAGE, shared, 0, Access.READ);
    guest.map(PAGE, PAGE, shared, 0, Access.READ);
    guest.map(4 * PAGE, PAGE, shared, 0, Access.READ);
    shared.close();
    guest.unmapRange(0, 2 * PAGE, _ -> true);
    assertThat(HostMemory.liveCount()).isEqualTo(before + 1);
    guest.unmapRange(4 * PAGE, PAGE, _ -> true);
    assertThat(HostMemory.liveCount()).isEqualTo(before);
  }

  @Test
  @DisplayName("accepts whole pages only")
  void wholePages() {
    map(0, 1);
    assertThatIllegalArgumentException().isThrownBy(() -> guest.unmapRange(1, PAGE, _ -> true));
    assertThatIllegalArgumentException().isThrownBy(() -> guest.unmapRange(0, 0, _ -> true));
    assertThatIllegalArgumentException().isThrownBy(() -> guest.unmapRange(-PAGE, PAGE, _ -> true));
    assertThatIllegalArgumentException().isThrownBy(() -> guest.unmapRange(PAGE, -PAGE, _ -> true));
    assertThat(pagesLeft()).containsExactly(0L);
  }
}

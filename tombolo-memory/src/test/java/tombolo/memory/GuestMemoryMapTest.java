// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@DisplayName("A guest physical address space")
class GuestMemoryMapTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;

  private final GuestMemory guest = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(8 * PAGE);

  @AfterEach
  void free() {
    guest.unmapAll();
    host.close();
  }

  private MemoryRegion region(long page, long pages, long hostPage, Access access) {
    return new MemoryRegion(page * PAGE, pages * PAGE, host, hostPage * PAGE, access);
  }

  private void map(MemoryRegion region) {
    guest.map(region.gpa(), region.size(), region.host(), region.hostOffset(), region.access());
  }

  @Test
  @DisplayName("has nothing in it at first")
  void startsEmpty() {
    assertThat(guest.regions()).isEmpty();
    assertThat(guest.regionAt(0)).isNull();
  }

  @Test
  @DisplayName("finds a region by each of its addresses and by no other")
  void findsRegions() {
    MemoryRegion region = region(2, 2, 5, Access.READ_EXECUTE);
    map(region);
    assertThat(guest.regionAt(2 * PAGE)).isEqualTo(region);
    assertThat(guest.regionAt(4 * PAGE - 1)).isEqualTo(region);
    assertThat(guest.regionAt(2 * PAGE - 1)).isNull();
    assertThat(guest.regionAt(4 * PAGE)).isNull();
    assertThat(guest.regionAt(-1)).isNull();
    assertThat(guest.regionAt(Long.MIN_VALUE)).isNull();
    assertThat(guest.regionAt(Long.MAX_VALUE)).isNull();
  }

  @Test
  @DisplayName("returns the host location of a region")
  void regionsKnowTheirPlace() {
    MemoryRegion region = region(2, 2, 5, Access.READ_EXECUTE);
    assertThat(region.hostAddress()).isEqualTo(host.address() + 5 * PAGE);
    assertThat(region.hostOffsetOf(2 * PAGE + 12)).isEqualTo(5 * PAGE + 12);
    assertThat(region.end()).isEqualTo(4 * PAGE);
    assertThat(region.contains(2 * PAGE)).isTrue();
    assertThat(region.contains(4 * PAGE - 1)).isTrue();
    assertThat(region.contains(4 * PAGE)).isFalse();
    assertThat(region.contains(2 * PAGE - 1)).isFalse();
    assertThat(region).hasToString("0x2000..0x3fff READ_EXECUTE");
  }

  @Test
  @DisplayName("lists its regions by address, as they were at one moment")
  void listsRegions() {
    MemoryRegion low = region(0, 1, 0, Access.READ);
    MemoryRegion middle = region(1, 1, 0, Access.READ_WRITE);
    MemoryRegion high = region(7, 1, 3, Access.READ_WRITE_EXECUTE);
    map(high);
    map(low);
    map(middle);
    List<MemoryRegion> before = guest.regions();
    guest.unmap(PAGE, PAGE);
    assertThat(before).containsExactly(low, middle, high);
    assertThat(guest.regions()).containsExactly(low, high);
  }

  @Test
  @DisplayName("reaches up to the last page below 2^63")
  void hasALastPage() {
    long last = Long.MAX_VALUE - 2 * PAGE + 1;
    guest.map(last, PAGE, host, 0, Access.READ_WRITE);
    guest.writeLong(last + PAGE - 8, 5);
    assertThat(guest.readLong(last + PAGE - 8)).isEqualTo(5);
    assertThatThrownBy(() -> guest.zero(last, PAGE + 1))
        .isInstanceOf(GuestMemoryException.class)
        .hasMessageContaining("not mapped at 0x7ffffffffffff000");
  }

  @ParameterizedTest
  @CsvSource({
    "0x1001, 0x1000, 0, 'GPA must be a multiple of 0x1000 below 2^63: 0x1001'",
    "-0x1000, 0x1000, 0, 'GPA must be a multiple of 0x1000 below 2^63: 0xfffffffffffff000'",
    "0, 0, 0, 'size must be a positive multiple of 0x1000 bytes: 0'",
    "0, -0x1000, 0, 'size must be a positive multiple of 0x1000 bytes: -4096'",
    "0, 0x1001, 0, 'size must be a positive multiple of 0x1000 bytes: 4097'",
    "0x7ffffffffffff000, 0x1000, 0,"
        + " 'GPA 0x7ffffffffffff000 with 0x1000 bytes leaves the address space'",
    "0, 0x1000, 0x8000,"
        + " 'offset 0x8000 with 0x1000 bytes is not a slice of whole pages of host memory of"
        + " 0x8000 bytes'",
    "0, 0x9000, 0,"
        + " 'offset 0x0 with 0x9000 bytes is not a slice of whole pages of host memory of 0x8000"
        + " bytes'",
    "0, 0x1000, 0x800,"
        + " 'offset 0x800 with 0x1000 bytes is not a slice of whole pages of host memory of 0x8000"
        + " bytes'",
    "0, 0x1000, -0x1000,"
        + " 'offset 0xfffffffffffff000 with 0x1000 bytes is not a slice of whole pages of host"
        + " memory of 0x8000 bytes'",
    "0, 0x7ffffffffffff000, 0x1000,"
        + " 'offset 0x1000 with 0x7ffffffffffff000 bytes is not a slice of whole pages of host"
        + " memory of 0x8000 bytes'",
  })
  @DisplayName("maps whole pages of its host memory only")
  void refusesOddRanges(String gpa, String size, String offset, String message) {
    assertThatThrownBy(
            () ->
                guest.map(
                    Long.decode(gpa), Long.decode(size), host, Long.decode(offset), Access.READ))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThat(guest.regions()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "1, 2", "3, 2", "2, 1", "3, 1", "1, 4", "0, 8"})
  @DisplayName("refuses a region that overlaps another, and stays as it is")
  void refusesOverlap(long page, long pages) {
    MemoryRegion there = region(2, 2, 0, Access.READ_WRITE);
    map(there);
    MemoryRegion other = region(page, pages, 0, Access.READ);
    assertThatThrownBy(() -> map(other))
        .isInstanceOf(GuestMapException.class)
        .hasMessage("can't map %s: 0x2000..0x3fff READ_WRITE is mapped".formatted(other));
    assertThat(guest.regions()).containsExactly(there);
    assertThat(guest.regionAt(2 * PAGE)).isEqualTo(there);
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "3, 1", "1, 3", "2, 3", "0, 8"})
  @DisplayName("unmaps exactly one region, never a part of it or more, and stays as it is")
  void refusesPartialUnmap(long page, long pages) {
    MemoryRegion there = region(2, 2, 0, Access.READ_WRITE);
    map(there);
    assertThatThrownBy(() -> guest.unmap(page * PAGE, pages * PAGE))
        .isInstanceOf(GuestMapException.class)
        .hasMessage(
            "can't unmap 0x%x..0x%x: not the same as 0x2000..0x3fff READ_WRITE"
                .formatted(page * PAGE, (page + pages) * PAGE - 1));
    assertThat(guest.regions()).containsExactly(there);
  }

  @Test
  @DisplayName("can't unmap two regions as one, although they touch")
  void refusesUnmapOfTwo() {
    map(region(0, 1, 0, Access.READ));
    map(region(1, 1, 1, Access.READ));
    assertThatThrownBy(() -> guest.unmap(0, 2 * PAGE))
        .isInstanceOf(GuestMapException.class)
        .hasMessageStartingWith("can't unmap 0x0..0x1fff: not the same as ");
    assertThat(guest.regions()).hasSize(2);
  }

  @Test
  @DisplayName("can't unmap what is not mapped, nor twice")
  void refusesUnmapOfNothing() {
    String message = "can't unmap 0x2000..0x2fff: nothing is mapped there";
    assertThatThrownBy(() -> guest.unmap(2 * PAGE, PAGE))
        .isInstanceOf(GuestMapException.class)
        .hasMessage(message);
    map(region(2, 1, 0, Access.READ));
    guest.unmap(2 * PAGE, PAGE);
    assertThatThrownBy(() -> guest.unmap(2 * PAGE, PAGE))
        .isInstanceOf(GuestMapException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> guest.unmap(1, PAGE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("GPA must be a multiple of 0x1000 below 2^63: 0x1");
  }

  @Test
  @DisplayName("shows the same host memory as often as it is mapped")
  void aliases() {
    map(region(0, 1, 3, Access.READ_WRITE));
    map(region(9, 1, 3, Access.READ));
    guest.writeInt(16, 77);
    assertThat(guest.readInt(9 * PAGE + 16)).isEqualTo(77);
  }

  @Test
  @DisplayName("can be mapped again where something was unmapped, to other memory")
  void remaps() {
    map(region(0, 2, 0, Access.READ_WRITE));
    guest.writeInt(0, 1);
    guest.unmap(0, 2 * PAGE);
    assertThat(guest.regionAt(0)).isNull();
    map(region(0, 1, 4, Access.READ_WRITE));
    assertThat(guest.readInt(0)).isZero();
  }

  @ParameterizedTest
  @EnumSource(Access.class)
  @DisplayName("has the access that its name says")
  void accessIsNamed(Access access) {
    assertThat(access.canWrite()).isEqualTo(access.name().contains("WRITE"));
    assertThat(access.canExecute()).isEqualTo(access.name().contains("EXECUTE"));
  }

  @Test
  @DisplayName("refuses the same cache twice, and tells a removed cache nothing more")
  void cachesAreRegisteredOnce() {
    RecordingCache cache = new RecordingCache();
    guest.register(cache);
    assertThatThrownBy(() -> guest.register(cache))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("registered twice: ");
    map(region(2, 1, 0, Access.READ));
    map(region(4, 2, 0, Access.READ));
    guest.unmap(4 * PAGE, 2 * PAGE);
    guest.unregister(cache);
    guest.unregister(cache);
    guest.unmap(2 * PAGE, PAGE);
    assertThat(cache.calls)
        .containsExactly("map 0x2000 0x1000", "map 0x4000 0x2000", "drop 0x4000 0x2000", "await");
  }

  @Test
  @DisplayName("asks every cache to drop before it waits for any")
  void asksAllBeforeItWaits() {
    RecordingCache first = new RecordingCache();
    RecordingCache second = new RecordingCache();
    guest.register(first);
    guest.register(second);
    first.onAwait =
        () -> assertThat(second.calls).containsExactly("map 0x0 0x1000", "drop 0x0 0x1000");
    map(region(0, 1, 0, Access.READ));
    guest.unmap(0, PAGE);
    assertThat(first.calls).containsExactly("map 0x0 0x1000", "drop 0x0 0x1000", "await");
    assertThat(second.calls).containsExactly("map 0x0 0x1000", "drop 0x0 0x1000", "await");
  }

  @Test
  @DisplayName("asks caches only about regions that look-up no longer finds, and frees afterwards")
  void asksAfterRemoval() {
    long before = HostMemory.liveBytes();
    HostMemory channel = HostMemory.allocate(PAGE);
    guest.map(0, PAGE, channel, 0, Access.READ_WRITE);
    channel.close();
    RecordingCache cache = new RecordingCache();
    cache.onDrop = () -> assertThat(guest.regionAt(0)).isNull();
    cache.onAwait = () -> assertThat(HostMemory.liveBytes()).isEqualTo(before + PAGE);
    guest.register(cache);
    guest.unmap(0, PAGE);
    assertThat(cache.calls).containsExactly("map 0x0 0x1000", "drop 0x0 0x1000", "await");
    assertThat(HostMemory.liveBytes()).isEqualTo(before);
  }

  @Test
  @DisplayName("never frees memory that a cache could not drop")
  void neverFreesWhatACacheHolds() {
    long before = HostMemory.liveBytes();
    HostMemory channel = HostMemory.allocate(PAGE);
    guest.map(0, PAGE, channel, 0, Access.READ_WRITE);
    RecordingCache cache = new RecordingCache();
    cache.onAwait =
        () -> {
          throw new IllegalStateException("the vCPU does not answer");
        };
    guest.register(cache);
    assertThatThrownBy(() -> guest.unmap(0, PAGE)).hasMessage("the vCPU does not answer");
    channel.close();
    assertThat(guest.regionAt(0)).isNull();
    assertThat(HostMemory.liveBytes()).isEqualTo(before + PAGE);
    channel.release(); // drops the mapping's hold, so that other tests can count
  }
}

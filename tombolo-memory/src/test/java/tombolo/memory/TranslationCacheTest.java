// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("A cache of translations hears")
class TranslationCacheTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;

  private final GuestMemory guest = new GuestMemory();
  private final HostMemory host = HostMemory.allocate(8 * PAGE);
  private final RecordingCache cache = new RecordingCache();

  @AfterEach
  void free() {
    guest.unmapAll();
    host.close();
  }

  private void map(long gpa) {
    guest.map(gpa, PAGE, host, 0, Access.READ_WRITE);
  }

  @Test
  @DisplayName("of every region that is mapped, once it can be looked up")
  void maps() {
    guest.register(cache);
    cache.onMap = () -> assertThat(guest.regionAt(0x1000)).isNotNull();
    map(0x1000);
    assertThat(cache.calls).containsExactly("map 0x1000 0x1000");
  }

  @Test
  @DisplayName("of the regions that are there when it is registered")
  void regionsBeforeIt() {
    map(0x3000);
    map(0x1000);
    guest.register(cache);
    assertThat(cache.calls).containsExactly("map 0x1000 0x1000", "map 0x3000 0x1000");
  }

  @Test
  @DisplayName("of an unmap after the map, and of nothing once it is unregistered")
  void unmaps() {
    guest.register(cache);
    map(0x1000);
    guest.unmap(0x1000, PAGE);
    guest.unregister(cache);
    map(0x1000);
    assertThat(cache.calls).containsExactly("map 0x1000 0x1000", "drop 0x1000 0x1000", "await");
  }

  @Test
  @DisplayName("of nothing that is refused")
  void refusedMap() {
    guest.register(cache);
    map(0x1000);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> map(0x1000))
        .isInstanceOf(GuestMapException.class);
    assertThat(cache.calls).containsExactly("map 0x1000 0x1000");
  }

  @Test
  @DisplayName("that a region which it cannot enter goes again, as do the caches before it")
  void failure() {
    RecordingCache second = new RecordingCache();
    second.onMap =
        () -> {
          throw new IllegalStateException("no room");
        };
    guest.register(cache);
    guest.register(second);
    assertThatIllegalStateException().isThrownBy(() -> map(0x1000)).withMessage("no room");
    assertThat(guest.regionAt(0x1000)).isNull();
    assertThat(cache.calls).containsExactly("map 0x1000 0x1000", "drop 0x1000 0x1000", "await");
    assertThat(second.calls).contains("drop 0x1000 0x1000");
  }
}

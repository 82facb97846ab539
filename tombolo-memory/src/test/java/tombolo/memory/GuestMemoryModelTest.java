// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs random maps, unmaps, reads and writes against a model that has one entry a page and copies
 * one byte at a time. Small numbers cause collisions: with 24 guest pages over two host memories of
 * 12 pages, pages are often aliases of each other.
 */
@DisplayName("Guest memory agrees with a page-by-page model")
class GuestMemoryModelTest {
  private static final int PAGE = (int) HostMemory.PAGE_SIZE;
  private static final int GUEST_PAGES = 24;
  private static final int HOST_PAGES = 12;
  private static final int STEPS = 2_000;
  private static final long BASE = 0x4000_0000L;

  /**
   * What the model knows of a guest page: its region, and which page of the model's memory it is.
   */
  private record Page(MemoryRegion region, MemorySegment memory, int offset) {}

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  @DisplayName("in every random run")
  void agrees(long seed) {
    try (HostMemory first = HostMemory.allocate((long) HOST_PAGES * PAGE);
        HostMemory second = HostMemory.allocateShareable("model", (long) HOST_PAGES * PAGE)) {
      Run run = new Run(new Random(seed), List.of(first, second));
      for (int step = 0; step < STEPS; step++) {
        run.step();
      }
      run.compareEverything();
      // A run that refused or accepted everything would have tested nothing.
      assertThat(run.done).as("accepted").isGreaterThan(STEPS / 4);
      assertThat(run.refused).as("refused").isGreaterThan(STEPS / 4);
      run.guest.unmapAll();
    }
  }

  private static final class Run {
    private final Random random;
    private final List<HostMemory> hosts;
    private final List<MemorySegment> memories;
    private final @Nullable Page[] pages = new @Nullable Page[GUEST_PAGES];
    final GuestMemory guest = new GuestMemory();
    int done;
    int refused;

    Run(Random random, List<HostMemory> hosts) {
      this.random = random;
      this.hosts = hosts;
      this.memories = List.of(newModel(), newModel());
    }

    private static MemorySegment newModel() {
      return MemorySegment.ofArray(new byte[HOST_PAGES * PAGE]);
    }

    void step() {
      switch (random.nextInt(8)) {
        case 0, 1 -> map();
        case 2 -> unmap();
        case 3, 4 -> write();
        case 5 -> read();
        case 6 -> fill();
        default -> scalar();
      }
    }

    private void map() {
      int first = random.nextInt(GUEST_PAGES);
      int count = 1 + random.nextInt(4);
      int host = random.nextInt(hosts.size());
      int hostPage = random.nextInt(HOST_PAGES - count + 1);
      Access access = random.nextInt(4) == 0 ? Access.READ : Access.READ_WRITE;
      int end = Math.min(first + count, GUEST_PAGES);
      boolean free = Arrays.stream(pages, first, end).allMatch(page -> page == null);
      long size = (long) (end - first) * PAGE;
      expect(
          free,
          GuestMapException.class,
          () -> guest.map(gpa(first), size, hosts.get(host), (long) hostPage * PAGE, access));
      if (free) {
        MemoryRegion region =
            new MemoryRegion(gpa(first), size, hosts.get(host), (long) hostPage * PAGE, access);
        for (int page = first; page < end; page++) {
          pages[page] = new Page(region, memories.get(host), (hostPage + page - first) * PAGE);
        }
      }
    }

    private void unmap() {
      int first = random.nextInt(GUEST_PAGES);
      Page page = pages[first];
      long size = page == null || random.nextInt(4) == 0 ? 2L * PAGE : page.region.size();
      boolean exact = page != null && page.region.gpa() == gpa(first) && page.region.size() == size;
      expect(exact, GuestMapException.class, () -> guest.unmap(gpa(first), size));
      if (exact) {
        Arrays.fill(pages, first, first + (int) (size / PAGE), null);
      }
    }

    private void write() {
      int at = address();
      byte[] bytes = new byte[length()];
      random.nextBytes(bytes);
      boolean allowed = allowed(at, bytes.length, true);
      expect(
          allowed,
          GuestMemoryException.class,
          () -> guest.write(BASE + at, bytes, 0, bytes.length));
      for (int i = 0; allowed && i < bytes.length; i++) {
        set(at + i, bytes[i]);
      }
    }

    private void fill() {
      int at = address();
      int length = length();
      byte value = (byte) random.nextInt();
      boolean allowed = allowed(at, length, true);
      expect(allowed, GuestMemoryException.class, () -> guest.fill(BASE + at, length, value));
      for (int i = 0; allowed && i < length; i++) {
        set(at + i, value);
      }
    }

    private void read() {
      int at = address();
      byte[] bytes = new byte[length()];
      boolean allowed = allowed(at, bytes.length, false);
      expect(
          allowed, GuestMemoryException.class, () -> guest.read(BASE + at, bytes, 0, bytes.length));
      byte[] expected = new byte[bytes.length];
      for (int i = 0; allowed && i < bytes.length; i++) {
        expected[i] = get(at + i);
      }
      assertThat(bytes).isEqualTo(expected);
    }

    private void scalar() {
      int at = address() & -4;
      int value = random.nextInt();
      boolean allowed = allowed(at, 4, true);
      expect(allowed, GuestMemoryException.class, () -> guest.writeInt(BASE + at, value));
      for (int i = 0; allowed && i < 4; i++) {
        set(at + i, (byte) (value >>> (8 * i)));
      }
      if (allowed) {
        assertThat(guest.getAcquireInt(BASE + at)).isEqualTo(value);
      }
    }

    void compareEverything() {
      for (int i = 0; i < hosts.size(); i++) {
        assertThat(hosts.get(i).segment().mismatch(memories.get(i))).isEqualTo(-1);
      }
      List<MemoryRegion> expected = new ArrayList<>();
      for (int page = 0; page < GUEST_PAGES; page++) {
        Page known = pages[page];
        MemoryRegion region = known == null ? null : known.region;
        assertThat(guest.regionAt(gpa(page) + random.nextInt(PAGE))).isEqualTo(region);
        if (region != null && !expected.contains(region)) {
          expected.add(region);
        }
      }
      assertThat(guest.regions()).isEqualTo(expected);
    }

    /** Runs an operation and checks that it is refused exactly when the model refuses it. */
    private void expect(
        boolean allowed, Class<? extends RuntimeException> refusal, Runnable operation) {
      try {
        operation.run();
        assertThat(allowed).as("the model refuses what was done").isTrue();
        done++;
      } catch (RuntimeException thrown) {
        assertThat(thrown).isInstanceOf(refusal);
        assertThat(allowed).as("the model allows what was refused: %s", thrown).isFalse();
        refused++;
      }
    }

    private boolean allowed(int at, int length, boolean write) {
      for (int i = at; i < at + length; i++) {
        Page page = i / PAGE < GUEST_PAGES ? pages[i / PAGE] : null;
        if (page == null || (write && !page.region.access().canWrite())) {
          return false;
        }
      }
      return true;
    }

    private byte get(int at) {
      Page page = mapped(at);
      return page.memory.get(JAVA_BYTE, page.offset + at % PAGE);
    }

    private void set(int at, byte value) {
      Page page = mapped(at);
      page.memory.set(JAVA_BYTE, page.offset + at % PAGE, value);
    }

    private Page mapped(int at) {
      Page page = pages[at / PAGE];
      if (page == null) {
        throw new AssertionError("the model wrote where nothing is mapped");
      }
      return page;
    }

    /** Returns an address that is often near the end of a page, where mistakes hide. */
    private int address() {
      int page = random.nextInt(GUEST_PAGES);
      return page * PAGE + (random.nextBoolean() ? PAGE - 8 : 0) + random.nextInt(8);
    }

    private int length() {
      return random.nextInt(4) == 0 ? random.nextInt(2 * PAGE) : random.nextInt(32);
    }

    private static long gpa(int page) {
      return BASE + (long) page * PAGE;
    }
  }
}

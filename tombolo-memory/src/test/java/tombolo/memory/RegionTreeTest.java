// SPDX-License-Identifier: Apache-2.0
package tombolo.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("The tree of regions")
class RegionTreeTest {
  private static final long PAGE = HostMemory.PAGE_SIZE;

  private final HostMemory host = HostMemory.allocate(16 * PAGE);

  @AfterEach
  void free() {
    host.close();
  }

  private MemoryRegion region(long page, long pages) {
    return new MemoryRegion(page * PAGE, pages * PAGE, host, 0, Access.READ);
  }

  /** Returns the height that an AVL tree with that many nodes never exceeds. */
  private static int bound(int nodes) {
    return (int) (1.4405 * Math.log(nodes + 2.0) / Math.log(2));
  }

  private static List<MemoryRegion> all(@Nullable RegionTree tree) {
    List<MemoryRegion> all = new ArrayList<>();
    RegionTree.forEach(tree, all::add);
    return all;
  }

  @ParameterizedTest
  @ValueSource(strings = {"ascending", "descending", "shuffled"})
  @DisplayName("finds each of 100,000 regions in at most 24 steps, in whatever order they came")
  void staysFlat(String order) {
    int count = 100_000;
    List<MemoryRegion> regions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      regions.add(region(2L * i, 1));
    }
    List<MemoryRegion> sorted = List.copyOf(regions);
    switch (order) {
      case "descending" -> Collections.reverse(regions);
      case "shuffled" -> Collections.shuffle(regions, new Random(1));
      default -> {}
    }
    RegionTree tree = null;
    for (MemoryRegion region : regions) {
      tree = RegionTree.with(tree, region);
    }
    assertThat(RegionTree.height(tree)).isLessThanOrEqualTo(bound(count)).isLessThanOrEqualTo(24);
    assertThat(all(tree)).isEqualTo(sorted);
    for (MemoryRegion region : sorted) {
      assertThat(RegionTree.at(tree, region.gpa() + 5)).isSameAs(region);
      assertThat(RegionTree.at(tree, region.end())).isNull();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  @DisplayName("does what a sorted map does, and stays flat when regions come and go")
  void agreesWithASortedMap(long seed) {
    Random random = new Random(seed);
    NavigableMap<Long, MemoryRegion> model = new TreeMap<>();
    RegionTree tree = null;
    for (int step = 0; step < 20_000; step++) {
      long page = random.nextInt(3_000);
      MemoryRegion candidate = region(page, 1 + random.nextInt(4));
      MemoryRegion overlapping = overlapping(model, candidate);
      MemoryRegion found = RegionTree.overlapping(tree, candidate.gpa(), candidate.end());
      assertThat(found == null).isEqualTo(overlapping == null);
      if (found == null) {
        model.put(candidate.gpa(), candidate);
        tree = RegionTree.with(tree, candidate);
      } else {
        assertThat(model).containsEntry(found.gpa(), found);
        model.remove(found.gpa());
        tree = RegionTree.without(tree, found.gpa());
      }
      long address = random.nextLong(3_004 * PAGE);
      assertThat(RegionTree.at(tree, address)).isEqualTo(at(model, address));
      assertThat(RegionTree.height(tree)).isLessThanOrEqualTo(bound(model.size()));
    }
    assertThat(all(tree)).containsExactlyElementsOf(model.values());
    for (MemoryRegion region : List.copyOf(model.values())) {
      tree = RegionTree.without(tree, region.gpa());
    }
    assertThat(tree).isNull();
  }

  private static @Nullable MemoryRegion overlapping(
      NavigableMap<Long, MemoryRegion> model, MemoryRegion candidate) {
    return model.values().stream()
        .filter(other -> other.gpa() < candidate.end() && candidate.gpa() < other.end())
        .findAny()
        .orElse(null);
  }

  private static @Nullable MemoryRegion at(NavigableMap<Long, MemoryRegion> model, long address) {
    Map.Entry<Long, MemoryRegion> below = model.floorEntry(address);
    return below != null && below.getValue().contains(address) ? below.getValue() : null;
  }

  @Test
  @DisplayName("does not change for a reader, whatever trees are made from it")
  void isImmutable() {
    RegionTree three =
        RegionTree.with(
            RegionTree.with(RegionTree.with(null, region(4, 1)), region(2, 1)), region(6, 1));
    List<MemoryRegion> before = all(three);
    assertThat(all(RegionTree.without(three, 4 * PAGE))).hasSize(2);
    assertThat(all(RegionTree.with(three, region(5, 1)))).hasSize(4);
    assertThat(all(RegionTree.without(three, 3 * PAGE))).isEqualTo(before);
    assertThat(all(three)).isEqualTo(before);
  }
}

// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tombolo.riscv.hart.Region;
import tombolo.riscv.hart.Translation;

/**
 * Makes regions by translating guest code, and keeps them: harts and VMs with the same code share
 * one. A region is made anew once its code has run for a while and more of it is known. When there
 * are too many, it evicts those that were entered least since the last eviction.
 *
 * <p>The JIT compiler's work is bounded by the threshold: the more regions there are, the longer
 * code has to run before it becomes another one.
 *
 * <p>Thread-safe by its own lock.
 */
public final class Translator implements Region.Maker {
  /** HotSpot compiles no method of more bytecode than this. */
  private static final int LARGEST_METHOD = 8_000;

  private static final Translator PROCESS = new Translator(Limits.DEFAULT);

  /**
   * How much is translated, and when.
   *
   * @param regions the most that are kept; about 60 KiB each, most of it the JIT compiler's code
   * @param instructions the most in a region: C2 spills registers in longer ones
   * @param threshold runs of 10,000 instructions that begin in a block before the first region
   * @param step runs more for each region that there is
   * @param most runs after which a block becomes a region however many there are
   */
  public record Limits(int regions, int instructions, int threshold, int step, int most) {
    /** What measures well on two processors. */
    public static final Limits DEFAULT = new Limits(2_000, 40, 40, 20, 1_000);

    /** Translates all code when it is first executed, for tests. */
    public static final Limits AT_ONCE = new Limits(2_000, 40, 0, 0, 0);
  }

  /**
   * Where a region begins, whoever has such a page. What the region consists of depends on what its
   * first hart had entered; the next ones take it as it is.
   *
   * @param page the bytes of the page
   */
  private record Place(ByteBuffer page, int offset) {}

  private final Limits limits;

  // Guarded by this.
  private final Map<Place, Translation> regions = new LinkedHashMap<>();
  private final Map<Place, Outline> outlines = new LinkedHashMap<>();
  private final Map<Place, Integer> entriesBefore = new LinkedHashMap<>();
  private long bytes;
  private long evicted;

  private volatile int threshold;

  /** Makes a translator with regions of its own. */
  public Translator(Limits limits) {
    this.limits = limits;
    this.threshold = limits.threshold;
  }

  /** Returns the translator that all harts of this process share. */
  public static Translator ofProcess() {
    return PROCESS;
  }

  @Override
  public int threshold() {
    return threshold;
  }

  @Override
  public @Nullable Translation known(Region.Code code, int offset) {
    Place place = new Place(code.content(), offset);
    synchronized (this) {
      return regions.get(place);
    }
  }

  @Override
  public @Nullable Translation make(Region.Code code, int offset) {
    Translation known = known(code, offset);
    if (known != null) {
      return known;
    }
    Place place = new Place(code.content(), offset);
    for (int most = limits.instructions; most > 0; most /= 2) {
      Outline outline = Outline.of(code, offset, most);
      if (outline.pieces().isEmpty()) {
        return null;
      }
      Translation translation = translate(place, outline);
      if (translation != null) {
        return translation;
      }
    }
    return null;
  }

  @Override
  public Translation review(Region.Code code, int offset, Translation present) {
    Place place = new Place(code.content(), offset);
    Outline outline = Outline.of(code, offset, limits.instructions);
    synchronized (this) {
      if (outline.equals(outlines.get(place)) || regions.get(place) != present) {
        return present;
      }
      regions.remove(place);
    }
    Translation better = translate(place, outline);
    if (better == null) {
      synchronized (this) {
        regions.putIfAbsent(place, present); // the longer one would be too long
      }
      return present;
    }
    present.evict();
    return better;
  }

  /** Returns a region; null if it would be too long. */
  private synchronized @Nullable Translation translate(Place place, Outline outline) {
    Translation known = regions.get(place);
    if (known != null) {
      return known;
    }
    byte[] file = RegionWriter.write(outline);
    int length = RegionWriter.codeBytes(file);
    if (length >= LARGEST_METHOD) {
      return null;
    }
    if (regions.size() >= limits.regions) {
      evict();
    }
    Translation made = new Translation(Region.define(file));
    regions.put(place, made);
    outlines.put(place, outline);
    bytes += length;
    threshold = Math.min(limits.most, limits.threshold + regions.size() * limits.step);
    return made;
  }

  /** Evicts the half that was entered least since the last eviction. */
  private void evict() {
    List<Map.Entry<Place, Translation>> coldest = new ArrayList<>(regions.entrySet());
    coldest.sort(Comparator.comparingInt(this::entriesSinceEviction));
    for (Map.Entry<Place, Translation> cold : coldest.subList(0, (coldest.size() + 1) / 2)) {
      cold.getValue().evict();
      regions.remove(cold.getKey());
      outlines.remove(cold.getKey());
      evicted++;
    }
    entriesBefore.clear();
    regions.forEach((place, translation) -> entriesBefore.put(place, translation.entries()));
  }

  private int entriesSinceEviction(Map.Entry<Place, Translation> region) {
    return region.getValue().entries() - entriesBefore.getOrDefault(region.getKey(), 0);
  }

  /** Returns how many regions there are. */
  public synchronized int regions() {
    return regions.size();
  }

  /** Returns the bytes of bytecode of all regions that were ever made. */
  public synchronized long bytes() {
    return bytes;
  }

  /** Returns how many regions were evicted. */
  public synchronized long evicted() {
    return evicted;
  }
}

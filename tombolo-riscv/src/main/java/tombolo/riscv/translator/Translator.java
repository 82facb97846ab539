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
   * @param regions the most that are kept; about 64 KiB each, most of it the JIT compiler's code
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
   * Where a region begins, whoever has such a page.
   *
   * @param page the bytes of the page
   * @param hash theirs, which takes time
   */
  private record Place(ByteBuffer page, int hash, int offset) {
    static Place of(Region.Code code, int offset) {
      ByteBuffer page = code.content();
      return new Place(page, page.hashCode(), offset);
    }

    @Override
    public int hashCode() {
      return 31 * hash + offset;
    }
  }

  /**
   * What is kept of a region. What it consists of depends on what was warm on its first hart; the
   * next ones take it as it is, until it is made anew.
   *
   * @param codeBytes of its bytecode
   */
  private record Kept(Translation translation, Outline outline, int codeBytes) {}

  private final Limits limits;

  // Guarded by this. What is kept is made without the lock, in milliseconds.
  private final Map<Place, Kept> regions = new LinkedHashMap<>();

  /** How often each region was entered up to the last eviction. */
  private final Map<Translation, Integer> entriesBefore = new LinkedHashMap<>();

  private long bytes;
  private long evicted;

  private volatile int threshold;

  /** Makes a translator with regions of its own. */
  public Translator(Limits limits) {
    if (limits.instructions > Region.MOST_INSTRUCTIONS) {
      throw new IllegalArgumentException(limits + ": too many instructions");
    }
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
    return known(Place.of(code, offset));
  }

  private synchronized @Nullable Translation known(Place place) {
    Kept kept = regions.get(place);
    return kept == null ? null : kept.translation;
  }

  @Override
  public @Nullable Translation make(Region.Code code, int offset) {
    Place place = Place.of(code, offset);
    Translation known = known(place);
    if (known != null) {
      return known;
    }
    for (int most = limits.instructions; most > 0; most /= 2) {
      Outline outline = Outline.of(code, offset, most);
      if (outline.pieces().isEmpty()) {
        return null;
      }
      Kept made = translate(outline);
      if (made != null) {
        return keep(place, null, made);
      }
    }
    return null;
  }

  @Override
  public Translation review(Region.Code code, int offset, Translation present) {
    Place place = Place.of(code, offset);
    Outline outline = Outline.of(code, offset, limits.instructions);
    synchronized (this) {
      Kept kept = regions.get(place);
      if (kept == null || kept.translation != present || kept.outline.equals(outline)) {
        return present;
      }
    }
    Kept better = translate(outline);
    return better == null ? present : keep(place, present, better);
  }

  /** Returns a region; null if it would be too long. */
  private static @Nullable Kept translate(Outline outline) {
    byte[] file = RegionWriter.write(outline);
    int length = RegionWriter.codeBytes(file);
    return length >= LARGEST_METHOD
        ? null
        : new Kept(new Translation(Region.define(file)), outline, length);
  }

  /**
   * Keeps a region, unless another hart was faster, and returns the one that is kept.
   *
   * @param before the one that it is to replace, which is evicted; or null
   */
  private synchronized Translation keep(Place place, @Nullable Translation before, Kept made) {
    Translation now = known(place);
    if (now != null && now != before) {
      return now;
    }
    if (now != null) {
      now.evict();
    } else if (regions.size() >= limits.regions) {
      evict();
    }
    regions.put(place, made);
    bytes += made.codeBytes;
    threshold = Math.min(limits.most, limits.threshold + regions.size() * limits.step);
    return made.translation;
  }

  /** Evicts the half that was entered least since the last eviction. */
  private void evict() {
    List<Map.Entry<Place, Kept>> coldest = new ArrayList<>(regions.entrySet());
    coldest.sort(Comparator.comparingInt(region -> entriesSinceEviction(region.getValue())));
    for (Map.Entry<Place, Kept> cold : coldest.subList(0, (coldest.size() + 1) / 2)) {
      cold.getValue().translation.evict();
      regions.remove(cold.getKey());
      evicted++;
    }
    entriesBefore.clear();
    regions
        .values()
        .forEach(kept -> entriesBefore.put(kept.translation, kept.translation.entries()));
  }

  private int entriesSinceEviction(Kept region) {
    return region.translation.entries() - entriesBefore.getOrDefault(region.translation, 0);
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

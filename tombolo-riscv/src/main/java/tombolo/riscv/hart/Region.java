// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.lang.invoke.MethodHandles;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import tombolo.riscv.fp.FpEnvironment;
import tombolo.riscv.fp.RoundingMode;

/**
 * Guest code of one page as a method of the JVM. Its classes are generated; they have no state, so
 * that harts with the same code share an object.
 *
 * <p>What is static here is called by generated code, which is in this package for that.
 */
public abstract class Region {
  /** A result of {@link #run}: pc is the next instruction, and nothing has stopped the hart. */
  public static final int WENT_ON = 0;

  /**
   * A result of {@link #run}: the instruction at pc has stopped the hart, see {@link Hart#stop}.
   */
  public static final int STOPPED = 1;

  /** A result of {@link #run}: the instruction at pc is the interpreter's to execute. */
  public static final int REFUSED = 2;

  /** A result of {@link #run}: it did nothing, and the hart's state is not as it needs. */
  public static final int UNFIT = 3;

  /** The most instructions that a region may have; so many pass between two polls at the most. */
  public static final int MOST_INSTRUCTIONS = 256;

  /** In what a region demands of floating point: frm is round to nearest even. */
  public static final int DEMANDS_NEAREST = 1;

  /** In what a region demands of floating point: NX is set. */
  public static final int DEMANDS_INEXACT = 2;

  /**
   * The code of one guest page as a translator reads it. It does not change: new code comes in a
   * new page. Used by the thread of the hart that it belongs to.
   */
  public interface Code {
    /** Bytes of a page. */
    int SIZE = 4096;

    /** Returns the two bytes at an even offset, from 0 to 4094, zero-extended. */
    int halfword(int offset);

    /** Returns all bytes of the page; equal to those of another page with the same bytes. */
    ByteBuffer content();

    /**
     * Returns whether the code at an even offset is executed often, as far as is known: a run began
     * there, or a region led there.
     */
    boolean isWarm(int offset);
  }

  /** Makes the regions of an engine. Thread-safe. */
  public interface Maker {
    /**
     * Returns how many runs have to begin in a block before it is worth a region. A run is 10,000
     * instructions.
     */
    int threshold();

    /**
     * Returns a region that begins at an offset if another hart, or an earlier VM, had the same
     * code translated; else null.
     *
     * @param code the page
     */
    @Nullable Translation known(Code code, int offset);

    /**
     * Returns a region that begins at an offset, after another one has run there for a while: that
     * one, or a better one if more of the page is known to be entered now. The other one is evicted
     * then.
     *
     * @param code the page
     */
    Translation review(Code code, int offset, Translation present);

    /**
     * Returns a region that begins at an offset; null if there can be none.
     *
     * @param code the page
     */
    @Nullable Translation make(Code code, int offset);
  }

  /**
   * Executes the region from its beginning until it is left. It leaves the hart's registers, pc and
   * {@link Hart#retired} exact. At each jump backwards it goes on only if no attention is asked for
   * and the limit is not passed.
   *
   * @param page virtual address of the region's page
   * @return one of the results above
   */
  abstract int run(Hart hart, long page, long limit);

  /**
   * Defines the class of a region and returns its object.
   *
   * @param classFile of a subclass in this package with a constructor without parameters
   */
  public static Region define(byte[] classFile) {
    try {
      return (Region)
          MethodHandles.lookup()
              .defineHiddenClass(classFile, true)
              .lookupClass()
              .getDeclaredConstructor()
              .newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("a region that cannot be defined", e);
    }
  }

  /**
   * Returns whether floating point is on, with frm and NX as a region's operations demand.
   *
   * @param demands the constants above, or their sum, or 0
   */
  static boolean floatsFit(Hart hart, int demands) {
    return !hart.floatingPointIsOff()
        && ((demands & DEMANDS_NEAREST) == 0 || hart.roundingMode == RoundingMode.RNE)
        && ((demands & DEMANDS_INEXACT) == 0 || (hart.fp.flags & FpEnvironment.NX) != 0);
  }

  // See the comment of Float64 for why a result is right, and sets no flag but NX, if it fits.

  static boolean sumFits(Hart hart, double sum) {
    return Math.abs(sum) <= Double.MAX_VALUE && (hart.fp.flags & FpEnvironment.NX) != 0;
  }

  /** As {@link #sumFits}, for what may underflow; a factor of 0 gives 0, exactly. */
  static boolean productFits(Hart hart, double x, double y, double product) {
    double size = Math.abs(product);
    return (size > Double.MIN_NORMAL || x == 0 || y == 0)
        && size <= Double.MAX_VALUE
        && (hart.fp.flags & FpEnvironment.NX) != 0;
  }

  static long attention(Hart hart) {
    return (long) Hart.ATTENTION.getOpaque(hart);
  }
}

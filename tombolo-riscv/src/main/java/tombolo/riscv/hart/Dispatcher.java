// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.hart;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An engine that runs hot code as {@link Region}s and all other code on the {@link Interpreter}.
 *
 * <p>What is hot shows in the time that the interpreter spends. Each time the interpreter begins at
 * a block, the block gains weight: 1 for the way in and back, and 1 for every 20 instructions that
 * the interpreter executes until it stops. So a block in a region's shadow, which the interpreter
 * leaves at once, grows as slowly as it costs, and one at which a long stretch begins grows fast.
 *
 * <p>HotSpot begins a region as bytecode that it interprets, and compiles it after some hundred
 * calls. Until it has, a region costs ten times as much as the {@link Interpreter}. So the first
 * calls of a region are short, and the interpreter works between them.
 *
 * <p>Shared by all harts; regions hang on a hart's blocks.
 */
public final class Dispatcher implements Engine {
  /** The instructions that weigh 1. */
  private static final int INSTRUCTIONS_A_WEIGHT = 20;

  /**
   * What a run of 10,000 instructions weighs. A block that weighs as much asks whether its code was
   * translated before; at {@link Region.Maker#threshold} times as much, it has it translated.
   */
  private static final int RUN = 10_000 / INSTRUCTIONS_A_WEIGHT;

  /** Calls of a region after which HotSpot's first compiler has likely compiled it. */
  private static final int COLD_CALLS = 1_000;

  /** Instructions of a cold call, and those that the interpreter executes after it. */
  private static final int COLD_CALL = 200;

  private static final int COLD_STRETCH = 4_000;

  /**
   * Calls after which the second compiler has likely compiled it. Jumps back within one call would
   * have HotSpot compile the region a second time, for entry in the middle; so calls are short.
   */
  private static final int WARM_CALLS = 6_000;

  private static final int WARM_CALL = 1_000;

  private final Region.Maker maker;
  private final Interpreter interpreter = new Interpreter();

  /**
   * Makes an engine.
   *
   * @param maker makes the regions
   */
  public Dispatcher(Region.Maker maker) {
    this.maker = maker;
  }

  @Override
  public void run(Hart hart, long limit) {
    do {
      Block block = blockAt(hart);
      if (block == null) {
        return; // the hart holds the trap
      }
      Translation translation = block.translation;
      if (translation == null) {
        translation = translate(block);
      }
      boolean goesOn =
          translation == null
              ? weighAndInterpret(hart, block, limit)
              : runRegion(hart, block, translation, limit);
      if (!goesOn) {
        return;
      }
    } while (((limit - hart.retired) | Region.attention(hart)) >= 0);
    hart.stop = Hart.Stop.PAUSE;
  }

  private boolean weighAndInterpret(Hart hart, Block block, long limit) {
    long before = hart.retired;
    final boolean goesOn = interpret(hart, block, limit);
    int samples = block.samples;
    if (samples >= 0) {
      block.samples = samples + 1 + (int) ((hart.retired - before) / INSTRUCTIONS_A_WEIGHT);
      if (samples < RUN && block.samples >= RUN && !block.straddles) {
        adopt(block, maker.known(block.page, block.offsetOf(0)));
      }
    }
    return goesOn;
  }

  /** Has a block's runs go on in a region from now on, and the interpreter stop there. */
  private static void adopt(Block block, @Nullable Translation translation) {
    if (translation != null) {
      block.translation = translation;
      block.mark = -1;
    }
  }

  private static @Nullable Block blockAt(Hart hart) {
    Tlb tlb = hart.mmu.tlb;
    int index = Tlb.jumpIndex(hart.pc);
    Block known = tlb.jumps[index];
    return tlb.jumpTags[index] == hart.pc && known != null ? known : hart.mmu.fetch(hart.pc);
  }

  private @Nullable Translation translate(Block block) {
    if (block.samples < 0 || block.straddles || block.samples / RUN < maker.threshold()) {
      return null;
    }
    Translation translation = maker.make(block.page, block.offsetOf(0));
    if (translation == null) {
      block.samples = Integer.MIN_VALUE; // there will be none
    }
    adopt(block, translation);
    return translation;
  }

  /** Runs a region; false if the hart has stopped. */
  private boolean runRegion(Hart hart, Block block, Translation translation, long limit) {
    Region region = translation.region();
    if (region == null) {
      block.translation = null;
      block.mark = 0;
      block.samples = 0;
      return true;
    }
    long before = hart.retired;
    int entries = translation.enter();
    if (entries == COLD_CALLS) {
      block.translation = maker.review(block.page, block.offsetOf(0), translation);
    }
    long until = limit;
    if (entries < WARM_CALLS) {
      until = Math.min(limit, before + (entries < COLD_CALLS ? COLD_CALL : WARM_CALL));
    }
    int result = region.run(hart, hart.pc & Mmu.PAGE_MASK, until);
    hart.counters.note(result, hart.retired - before);
    return switch (result) {
      case Region.WENT_ON -> entries >= COLD_CALLS || interpret(hart, limit);
      case Region.REFUSED -> interpretOne(hart, limit);
      case Region.UNFIT -> interpret(hart, limit);
      default -> false;
    };
  }

  /** Runs the interpreter for a while, whether there are regions or not. */
  private static boolean interpret(Hart hart, long limit) {
    Block block = hart.retired > limit ? null : blockAt(hart);
    if (block == null) {
      return hart.retired > limit;
    }
    Interpreter.execute(hart, block, Math.min(limit, hart.retired + COLD_STRETCH), 0);
    return hart.stop == Hart.Stop.PAUSE;
  }

  /** Runs the interpreter up to the next block with a region. */
  private static boolean interpret(Hart hart, Block block, long limit) {
    Interpreter.execute(hart, block, limit, -1);
    return hart.stop == Hart.Stop.PAUSE;
  }

  /** Has the interpreter execute the block at pc at least. */
  private static boolean interpretOne(Hart hart, long limit) {
    Block block = blockAt(hart);
    if (block == null) {
      return false;
    }
    if (block.mark == 0) {
      return interpret(hart, block, limit);
    }
    Interpreter.execute(hart, block, hart.retired, 0);
    return hart.stop == Hart.Stop.PAUSE;
  }

  @Override
  public void runExactly(Hart hart, long limit) {
    interpreter.runExactly(hart, limit);
  }

  /**
   * What a dispatcher has done with one hart. Written by the hart's thread, read by any, a little
   * behind.
   */
  public static final class Counters {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private static final int INSTRUCTIONS = 0;
    private static final int WENT_ON = 1;
    private static final int STOPPED = 2;
    private static final int HANDED_OVER = 3;
    private static final int UNFIT = 4;

    // Alone in its cache line, or nearly.
    private final long[] counts = new long[16];

    Counters() {}

    private void add(int which, long more) {
      COUNT.setOpaque(counts, which, counts[which] + more);
    }

    /** Notes a visit to a region. */
    void note(int result, long instructions) {
      add(INSTRUCTIONS, instructions);
      add(WENT_ON + result, 1);
    }

    private long get(int which) {
      return (long) COUNT.getOpaque(counts, which);
    }

    /** Returns the instructions that regions have retired. */
    public long instructions() {
      return get(INSTRUCTIONS);
    }

    /** Returns how often a region was left for other code, or paused. */
    public long left() {
      return get(WENT_ON);
    }

    /** Returns how often an instruction of a region trapped. */
    public long stopped() {
      return get(STOPPED);
    }

    /**
     * Returns how often a region left an instruction to the interpreter: the TLB did not know its
     * page, it was misaligned, it accessed a device, or its result was not what the host computes.
     */
    public long handedOver() {
      return get(HANDED_OVER) + get(UNFIT);
    }
  }
}

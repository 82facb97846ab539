// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tombolo.riscv.hart.Region;
import tombolo.riscv.isa.Compressed;
import tombolo.riscv.isa.Decoder;
import tombolo.riscv.isa.Op;

/**
 * The code of a region: all that can be reached from its first instruction by branches and direct
 * jumps within the page, calls and the returns from them included, until there is enough of it. A
 * sequence without jumps may be longer. Only warm code is followed. The rest is rarely executed,
 * and C2 would keep its registers out of those of the host in the loops around it, too.
 *
 * @param entry the offset at which the region begins
 * @param pieces the basic blocks, by their offsets
 * @param returns the offsets behind calls in the region, where these are part of it
 */
record Outline(int entry, NavigableMap<Integer, Piece> pieces, List<Integer> returns) {

  /**
   * How many times more instructions a region may have if they are a sequence without jumps, such
   * as an unrolled loop. There, C2 does not have to keep registers for code elsewhere.
   */
  private static final int STRAIGHT = 5;

  /**
   * Collects a region's code.
   *
   * @param most instructions, at which no other piece begins; a sequence without jumps goes on
   */
  static Outline of(Region.Code code, int entry, int most) {
    return new Collector(code, entry, most).collect();
  }

  int instructions() {
    return pieces.values().stream().mapToInt(piece -> piece.steps().size()).sum();
  }

  /** Walks through the code. */
  private static final class Collector {
    private final Region.Code code;
    private final int entry;
    private final int most;
    private int left;
    private final NavigableMap<Integer, Step> steps = new TreeMap<>();
    private final TreeSet<Integer> leaders = new TreeSet<>();
    private final TreeSet<Integer> afterCalls = new TreeSet<>();
    private final Deque<Integer> open = new ArrayDeque<>();

    Collector(Region.Code code, int entry, int most) {
      this.code = code;
      this.entry = entry;
      this.most = most;
      this.left = most;
    }

    Outline collect() {
      lead(entry);
      while (!open.isEmpty() && left > 0) {
        walk(open.removeFirst());
      }
      return new Outline(entry, pieces(), afterCalls.stream().filter(steps::containsKey).toList());
    }

    private void lead(int offset) {
      if (leaders.add(offset)) {
        open.addLast(offset);
      }
    }

    /** Takes instructions until one that does not go on to the next, or is there already. */
    private void walk(int start) {
      int offset = start;
      int straight = STRAIGHT * most; // instructions it may have before the first jump
      while (offset < Region.Code.SIZE
          && (left > 0 || straight > 0)
          && steps.size() < Region.MOST_INSTRUCTIONS
          && !steps.containsKey(offset)) {
        Step step = step(offset);
        if (step == null) {
          return;
        }
        steps.put(offset, step);
        left--;
        straight--;
        int opcode = Op.opcode(step.op());
        if (opcode >= Op.BEQ && opcode <= Op.JAL) {
          straight = 0;
          int target = Op.immediate(step.op());
          if (target >= 0 && target < Region.Code.SIZE && code.isWarm(target)) {
            lead(target);
            if (opcode == Op.JAL) {
              afterCalls.add(step.end());
              if (step.end() < Region.Code.SIZE && code.isWarm(step.end())) {
                lead(step.end());
              }
            }
          }
          if (opcode <= Op.BGEU) {
            leaders.add(step.end());
          }
        }
        if (Op.endsBlock(opcode)) {
          return;
        }
        offset = step.end();
      }
      leaders.add(offset); // joins what is there already
    }

    /** Returns the instruction at an offset; null for one that others execute. */
    private @Nullable Step step(int offset) {
      int low = code.halfword(offset);
      boolean compressed = (low & 3) != 3;
      if (!compressed && offset == Region.Code.SIZE - 2) {
        return null;
      }
      int word = compressed ? low : code.halfword(offset + 2) << 16 | low;
      long op =
          Decoder.decode(compressed ? Compressed.expand(low) : word, offset, compressed ? 2 : 4);
      return Op.opcode(op) <= Op.FENCE_I ? null : new Step(offset, word, op);
    }

    private NavigableMap<Integer, Piece> pieces() {
      NavigableMap<Integer, Piece> pieces = new TreeMap<>();
      List<Step> piece = new ArrayList<>();
      for (Step step : steps.values()) {
        if (!piece.isEmpty()
            && (leaders.contains(step.offset()) || piece.getLast().end() != step.offset())) {
          pieces.put(piece.getFirst().offset(), new Piece(List.copyOf(piece)));
          piece.clear();
        }
        piece.add(step);
        if (Op.endsBlock(Op.opcode(step.op()))) {
          pieces.put(piece.getFirst().offset(), new Piece(List.copyOf(piece)));
          piece.clear();
        }
      }
      if (!piece.isEmpty()) {
        pieces.put(piece.getFirst().offset(), new Piece(List.copyOf(piece)));
      }
      return pieces;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package tombolo.sim;

import java.util.Arrays;
import java.util.TreeMap;
import tombolo.riscv.hart.Hart;

/**
 * What the registers of a hart depend on: for each, the view of the loads from shared memory that
 * its value comes from (RVWMO, "Syntactic Dependencies"). A value that passes through private
 * memory keeps its view.
 *
 * <p>Floating-point and vector instructions count as dependent on all loads before them, which is
 * stricter than what the specification says.
 */
final class Dependencies {
  private static final int LOAD = 0x03;
  private static final int FLOAT_LOAD = 0x07;
  private static final int IMMEDIATE = 0x13;
  private static final int IMMEDIATE_32 = 0x1b;
  private static final int STORE = 0x23;
  private static final int FLOAT_STORE = 0x27;
  private static final int ATOMIC = 0x2f;
  private static final int REGISTERS = 0x33;
  private static final int REGISTERS_32 = 0x3b;
  private static final int FLOAT_MULTIPLY_FIRST = 0x43;
  private static final int FLOAT_MULTIPLY_LAST = 0x4f;
  private static final int FLOAT = 0x53;
  private static final int BRANCH = 0x63;
  private static final int VECTOR = 0x57;
  private static final int SYSTEM = 0x73;

  /** The most words of private memory whose views are known; beyond that, they are lost. */
  private static final int MOST_WORDS = 256;

  private final Hart hart;
  private final long[] views = new long[32];
  private final TreeMap<Long, Long> memory = new TreeMap<>();

  // The instruction at hand.
  private long retired;
  private int opcode;
  private int rd;
  private long address;
  private long stored;
  private long result;
  private long word;
  private long first;
  private int size;
  private boolean lost;

  Dependencies(Hart hart) {
    this.hart = hart;
  }

  /** Forgets all: every load so far counts as known to every later one. */
  void clear() {
    Arrays.fill(views, 0);
    memory.clear();
    lost = false;
  }

  /** Returns whether it no longer knows what some word of private memory depends on. */
  boolean areLost() {
    return lost;
  }

  /**
   * The hart executes an instruction next.
   *
   * @param instruction 32 bits
   * @param all the view of all loads before it
   */
  void begin(int instruction, long all) {
    retired = hart.retired;
    opcode = instruction & 0x7f;
    rd = instruction >>> 7 & 31;
    int rs1 = instruction >>> 15 & 31;
    int rs2 = instruction >>> 20 & 31;
    address = views[rs1];
    stored = Math.max(views[rs1], views[rs2]);
    result =
        switch (opcode) {
          case LOAD, FLOAT_LOAD, ATOMIC -> {
            locate(hart.x[rs1] + (opcode == ATOMIC ? 0 : instruction >> 20), instruction);
            yield Math.max(address, Math.max(known(word), known(last())));
          }
          case STORE, FLOAT_STORE -> {
            locate(hart.x[rs1] + ((instruction >> 25 << 5) | rd), instruction);
            if (opcode == FLOAT_STORE) {
              stored = Math.max(address, all);
              lost |= !isScalar(instruction);
            }
            yield 0;
          }
          case IMMEDIATE, IMMEDIATE_32 -> address;
          case REGISTERS, REGISTERS_32 -> stored;
          case FLOAT, VECTOR -> all;
          case SYSTEM -> {
            views[rd] = rd == 0 ? 0 : all; // a CSR carries what was written to it
            yield all;
          }
          default -> opcode >= FLOAT_MULTIPLY_FIRST && opcode <= FLOAT_MULTIPLY_LAST ? all : 0;
        };
  }

  /** Returns the view of the address of the access at hand. */
  long address() {
    return address;
  }

  /** Returns the view of address and value of the store at hand. */
  long stored() {
    return stored;
  }

  /** The instruction at hand has loaded from shared memory. */
  void loaded(long view) {
    result = view;
  }

  /** The instruction is over: if it was executed, its results have their views. */
  void end() {
    if (hart.retired == retired) {
      return;
    }
    switch (opcode) {
      case STORE, FLOAT_STORE -> put(stored);
      case FLOAT_LOAD, SYSTEM -> {} // its register is no address, or has its view already
      default -> {
        if (rd != 0 && opcode != BRANCH) {
          views[rd] = result;
        }
        if (opcode == ATOMIC) {
          merge(word, stored);
        }
      }
    }
  }

  private void locate(long address, int instruction) {
    first = address;
    word = address >>> 3;
    size = 1 << (instruction >>> 12 & 3);
  }

  /** Returns whether a floating-point load or store is one, and not a vector's. */
  private static boolean isScalar(int instruction) {
    int width = instruction >>> 12 & 7;
    return width >= 1 && width <= 4;
  }

  private long last() {
    return (first + size - 1) >>> 3;
  }

  private long known(long at) {
    return memory.getOrDefault(at, 0L);
  }

  /** A whole word loses what it depended on before; a part of one does not. */
  private void put(long view) {
    if (size == Long.BYTES && (first & 7) == 0) {
      memory.remove(word);
    }
    merge(word, view);
    merge(last(), view);
  }

  private void merge(long at, long view) {
    if (view != 0) {
      memory.merge(at, view, Math::max);
      lost |= memory.size() > MOST_WORDS;
    }
  }
}

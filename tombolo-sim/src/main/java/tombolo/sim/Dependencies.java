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

  /** The most words of private memory whose views are known; all are forgotten beyond that. */
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

  Dependencies(Hart hart) {
    this.hart = hart;
  }

  /** Forgets all: every load so far counts as known to every later one. */
  void clear() {
    Arrays.fill(views, 0);
    memory.clear();
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
            word = (hart.x[rs1] + (opcode == ATOMIC ? 0 : instruction >> 20)) >>> 3;
            yield Math.max(address, memory.getOrDefault(word, 0L));
          }
          case STORE, FLOAT_STORE -> {
            word = (hart.x[rs1] + ((instruction >> 25 << 5) | rd)) >>> 3;
            yield 0;
          }
          case IMMEDIATE, IMMEDIATE_32 -> address;
          case REGISTERS, REGISTERS_32 -> stored;
          case FLOAT, VECTOR -> all;
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
      case FLOAT_LOAD -> {} // its register is no address
      default -> {
        if (rd != 0 && opcode != BRANCH) {
          views[rd] = result;
        }
        if (opcode == ATOMIC) {
          put(stored);
        }
      }
    }
  }

  private void put(long view) {
    if (memory.size() == MOST_WORDS) {
      memory.clear();
    }
    if (view == 0) {
      memory.remove(word);
    } else {
      memory.put(word, view);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.translator;

import java.util.List;

/**
 * Instructions that are entered at the first one only, a basic block. Only the last one may jump.
 *
 * @param steps at least one
 */
record Piece(List<Step> steps) {
  int offset() {
    return steps.getFirst().offset();
  }

  /** Returns the offset of what follows in memory. */
  int end() {
    return steps.getLast().end();
  }
}

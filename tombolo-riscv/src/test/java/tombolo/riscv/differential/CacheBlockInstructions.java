// SPDX-License-Identifier: Apache-2.0
package tombolo.riscv.differential;

import static tombolo.riscv.differential.Template.integer;

import java.util.List;
import tombolo.riscv.differential.Template.Shape;

/** Zicbom, Zicbop and Zicboz. The size of an operand is that of the block. */
final class CacheBlockInstructions {
  /** What cbo.zero zeroes, on the embedded machine and on QEMU. */
  static final int ZERO_BLOCK = 4096;

  private static final int BLOCK = 64;

  private CacheBlockInstructions() {}

  static final List<Template> MANAGEMENT =
      List.of(
          block("cbo.inval", 0x0000200f, BLOCK),
          block("cbo.clean", 0x0010200f, BLOCK),
          block("cbo.flush", 0x0020200f, BLOCK));

  static final Template ZERO = block("cbo.zero", 0x0040200f, ZERO_BLOCK);

  static final List<Template> PREFETCHES =
      List.of(prefetch("prefetch.i", 0), prefetch("prefetch.r", 1), prefetch("prefetch.w", 3));

  private static Template block(String mnemonic, int word, int size) {
    return new Template(mnemonic, Shape.BLOCK, size, o -> Encode.i(word, 0, o.address(), 0));
  }

  private static Template prefetch(String mnemonic, int operation) {
    return integer(
        mnemonic, o -> Encode.i(0x00006013, 0, o.rs(), (o.immediate12() & -32) | operation));
  }
}
